/**
 * Return an address that an element of the page tells, if it is one of ours, else null.
 *
 * Texts that people wrote stand on the same pages: what looks like an element of ours may be
 * theirs, and lead to anybody's server.
 *
 * @param {String} text
 * @param {RegExp} pattern of its path, without the language that it may begin with
 * @returns {URL|null}
 */
export function getOwnAddress(text, pattern) {
    let url = null;
    try {
        url = new URL(text, window.location.href);
    } catch {
        return null;
    }
    const path = url.pathname.replace(/^\/[a-z]{2,3}([_@][\w@]+)?(?=\/)/i, "");
    const isOwn = [url.pathname, path].some((each) => pattern.test(each));
    return url.origin === window.location.origin && isOwn ? url : null;
}
