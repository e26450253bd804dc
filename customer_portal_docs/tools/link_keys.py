"""Keys of links in texts that others read: whoever quotes a mail of ours quotes its link."""

import re

from markupsafe import Markup

#: What mail programs put into a long line: line ends, marks of a quotation, invisible characters.
_BREAK = r"(?:\s|>|&gt;|\||=(?=\s)|&shy;|&#8203;|&#173;|[\u00ad\u200b\u200c\u200d\u2060\ufeff]|<w?br\s*/?>)*"
_EQUALS = rf"{_BREAK}(?:=3D|=|%(?:25)*3D){_BREAK}"


def _spread(character, count):
    return rf"{character}(?:{_BREAK}{character}){{{count - 1}}}"


#: A key of 32 bytes in hexadecimal, as personal links have, in however many lines.
_HEX_KEY = re.compile(
    rf"(?:(?<![0-9a-zA-Z])|(?<=%[0-9a-fA-F]{{2}})){_spread('[0-9a-f]', 64)}(?![0-9a-zA-Z])",
    re.I,
)
_SLASH = r"(?:/|%(?:25)*2F)"
#: From where in one of our addresses on a key may stand, and some lines more.
_ADDRESS = re.compile(
    rf"{_SLASH}(?:my|mail|web){_SLASH}(?:(?!https?:)[^\"']){{0,800}}", re.I
)
_SIGN = rf"(?P<sign>[?]|&amp;|&|%(?:25)*3F|%(?:25)*26){_BREAK}"
_WHOLE = r"[\w.~-]{16,}"


_HEX = _spread("[0-9a-f]", 64)


def _equal(*keys):
    # a key may begin with 3D, after an "=" that is none of a mail program's
    plain = f"{_BREAK}={_BREAK}{_HEX}(?![0-9a-f])"
    return f"(?:{plain}|{'|'.join(f'{_EQUALS}{key}' for key in keys)})"


#: Parameters of an address that hold a key, as they are or within another address. Keys of ours
#: have a length that tells where one ends that goes over several lines.
_PARAMETERS = (
    re.compile(
        rf"{_SIGN}access_token"
        + _equal(_HEX, _spread("[0-9a-f-]", 36), _spread("[0-9a-z_-]", 43), _WHOLE),
        re.I,
    ),
    re.compile(
        rf"{_SIGN}(?:auth_signup_token|signup_token|token|_hash|hash)"
        + _equal(_HEX, _WHOLE),
        re.I,
    ),
)
#: The key as a part of the path, which helpdesk_mgmt takes as well.
_PATH = re.compile(
    rf"(/my/ticket/\d+){_BREAK}/{_BREAK}(?:[0-9a-f]{{64}}|[\w-]{{43}})\b"
)
_BREAKS = re.compile(_BREAK)


def remove_keys(text, is_key=None):
    """Return a text without the keys of links in it; the addresses stay.

    :param text: str or Markup of HTML
    :param is_key: callable that tells whether 64 hexadecimal digits by themselves are a key;
        without it, none are taken out
    """
    if not text:
        return text
    found = _PATH.sub(r"\1", str(text))
    found = _ADDRESS.sub(_drop_parameters, found)
    if is_key:
        found = _HEX_KEY.sub(lambda match: _drop_key(match, is_key), found)
    return Markup(found) if isinstance(text, Markup) else found


def _drop_parameters(match):
    text = match[0]
    for parameter in _PARAMETERS:
        text = parameter.sub(_drop_parameter, text)
    return text


def _drop_parameter(match):
    # what comes after it is still a parameter
    sign = match["sign"]
    return sign if "?" in sign or sign.upper().endswith("3F") else ""


def _drop_key(match, is_key):
    return "" if is_key(_BREAKS.sub("", match[0]).lower()) else match[0]
