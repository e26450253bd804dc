"""Who asks for a page without a person who reads it: previews of chats, prefetches, scanners."""

import re

#: Programs that fetch what somebody has written an address of, by what they call themselves.
_ROBOT = re.compile(
    # (a phone is called Cubot)
    r"(?<!cu)bot\b|(?<!cu)bot/|\bbots\b|botlink|crawl|spider|slurp|preview|scraper|scrap\b|unfurl"
    r"|link ?check|url ?scan|virus|^whatsapp|facebookexternalhit|facebot|meta-external|^viber"
    r"|slack-imgproxy|rocket\.chat|^synapse|embedly|iframely|vkshare|googleimageproxy"
    r"|google-pagerenderer|google-safety|nextcloud server|phantomjs|barracuda|proofpoint|mimecast"
    r"|safelinks|symantec|trend ?micro|zscaler|fireeye|forcepoint|cloudmark",
    re.I,
)
#: What a browser says that fetches a page before anybody has asked for it.
_PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_PREFETCH = re.compile(r"prefetch|prerender|preview", re.I)
#: A browser of people: each of them says how it comes to ask, where connections are secure.
_BROWSER = re.compile(r"^Mozilla/5\.0 .*(Chrome|Firefox|Safari)/", re.I)


def is_prefetch(headers):
    """Tell whether a browser fetches a page that nobody has asked for yet.

    https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header

    :param headers: of the request
    """
    return any(_PREFETCH.search(headers.get(name, "")) for name in _PREFETCH_HEADERS)


def is_robot(headers):
    """Tell whether a program fetches a page that shows or checks it to somebody."""
    return bool(_ROBOT.search(headers.get("User-Agent", "")))


def is_disguised(headers, is_secure):
    """Tell whether a program calls itself a browser of people, and is none.

    https://www.w3.org/TR/fetch-metadata/

    :param bool is_secure: whether a browser takes the connection for a secure one
    """
    return (
        is_secure
        and bool(_BROWSER.search(headers.get("User-Agent", "")))
        and not any(name.lower().startswith("sec-fetch-") for name in headers.keys())
    )
