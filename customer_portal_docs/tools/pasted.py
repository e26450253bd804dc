"""Addresses of ours with what people paste after them: a full stop, a bracket, a line."""

import re

#: Names of parameters that hold the key to a page.
KEY_PARAMETERS = {"access_token", "hash"}
#: Names of parts of a path that hold it.
_PATH_KEYS = {"token", "form_token"}
#: Keys as they are made, and what people paste after them: what no key is made of, and the rest.
_PATH_KEY = re.compile(r"(?P<key>[A-Za-z0-9_-]{43})[^A-Za-z0-9_-].*", re.DOTALL)
_KEY = re.compile(
    r"(?P<key>[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_-]{43})"
    r"[^A-Za-z0-9_-].*",
    re.DOTALL,
)
#: An address of ours with what people paste after it: signs that end a sentence or a line. More is
#: a wrong address, as ``1.5`` is a wrong id.
_PATH = re.compile(
    r"(?P<path>/(?:share|my|issues)/[A-Za-z0-9_/-]*[A-Za-z0-9_-])"
    r"[\s.,;:!?)>\]}\u2026\u200b-\u200d\ufeff]+"
)


def cut_path(path):
    """Return a path without what was pasted after it, None where nothing was."""
    pasted = _PATH.fullmatch(path)
    return pasted and pasted["path"]


def cut_key(path, args, query):
    """Return an address without what was pasted after a key in it, None where nothing was.

    :param str path: as it was sent
    :param dict args: the parts of the path that the route has names for
    :param query: MultiDict of the parameters
    :return: tuple (str path, dict of lists of str)
    """
    for name in _PATH_KEYS & args.keys():
        pasted = _PATH_KEY.fullmatch(args[name])
        if pasted and path.endswith(args[name]):
            path = path.removesuffix(args[name]) + pasted["key"]
            return path, query.to_dict(flat=False)
    for name in KEY_PARAMETERS & query.keys():
        pasted = _KEY.fullmatch(query[name])
        if pasted:
            return path, {**query.to_dict(flat=False), name: pasted["key"]}
    return None
