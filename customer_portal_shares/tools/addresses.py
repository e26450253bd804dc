"""Addresses that a page may lead to."""

import re
from urllib.parse import urlsplit

#: Longest address that is kept.
MAX_ADDRESS_LENGTH = 2_000
#: What browsers drop or read as something else: spaces, control characters, backslashes, brackets.
_STRANGE = re.compile(r"[\s\x00-\x20\x7f-\x9f\\<>\"'`\u2028\u2029]")
_MAIL = re.compile(r"[^@/]+@[^@/]+\.[^@/.]+")


def is_safe_address(text):
    """Tell whether an address is one of a web site, of e-mail, or a path on this site.

    :param text: str, as it was typed, without spaces around it
    """
    if not text or len(text) > MAX_ADDRESS_LENGTH or _STRANGE.search(text):
        return False
    if text.startswith("/"):
        # two slashes begin the name of another site
        return not text.startswith("//")
    try:
        parts = urlsplit(text)
        host = parts.hostname
        # raises for what is none
        _port = parts.port
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(host) and text[len(parts.scheme) :].startswith("://")
    return parts.scheme == "mailto" and bool(_MAIL.fullmatch(parts.path))
