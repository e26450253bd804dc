"""Make names that come from outside safe to store and to show."""

import unicodedata
from pathlib import PurePosixPath

#: Longest file name kept, in bytes: what common file systems accept.
MAX_FILENAME_BYTES = 255

#: Characters that turn the direction of what follows: ``exe.pdf`` of ``fdp.exe``.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Format characters with no meaning within a text: byte order mark, old shaping, annotations.
_NOISE = frozenset("\ufeff\u206a\u206b\u206c\u206d\u206e\u206f\ufff9\ufffa\ufffb")
#: Categories of which nothing is stored: controls (NUL) and halves of a surrogate pair.
_UNSTORABLE = ("Cc", "Cs")
#: Categories that end a line.
_LINE_ENDS = ("Cc", "Zl", "Zp")
#: Categories of what nobody sees: separators, controls and formats.
_INVISIBLE = ("Z", "C")


def is_blank(text):
    """Tell whether a reader sees nothing of ``text``: spaces, joiners, and nothing else.

    :param text: str or None
    """
    return all(unicodedata.category(char)[0] in _INVISIBLE for char in text or "")


def clean_line(text):
    """Return ``text`` as one line in NFC, without control or direction characters.

    Joiners and soft hyphens stay: Persian words and families of emoji are made of them.

    :param text: str, or anything else that a client may have sent, which is no text
    :rtype: str, empty where a reader would see nothing
    """
    kept = (
        _clean_line_char(char, unicodedata.category(char))
        for char in unicodedata.normalize("NFC", _as_text(text))
    )
    line = " ".join("".join(kept).split())
    return "" if is_blank(line) else line


def _clean_line_char(char, category):
    if char in _NOISE or category == "Cs":
        return ""
    return " " if char in _DIRECTIONS or category in _LINE_ENDS else char


def clean_text(text):
    """Return ``text`` in NFC without the characters that PostgreSQL or a reader cannot take.

    Line ends are kept, as ``\\n``, and so are tabs: what was typed is what is stored.

    :param text: str, or anything else that a client may have sent, which is no text
    :rtype: str, empty where a reader would see nothing
    """
    text = unicodedata.normalize("NFC", normalize_line_ends(text))
    kept = "".join(
        char
        for char in text
        if char in "\n\t"
        or (unicodedata.category(char) not in _UNSTORABLE and char not in _NOISE)
    )
    return "" if is_blank(kept) else kept.strip("\n").rstrip()


def normalize_line_ends(text):
    """Return ``text`` with ``\\n`` at the end of each line: forms send ``\\r\\n``."""
    return _as_text(text).replace("\r\n", "\n").replace("\r", "\n")


def _as_text(value):
    return value if isinstance(value, str) else ""


def count_typed(text):
    """Return how long a text is for the ``maxlength`` of a form field.

    A browser counts code units of UTF-16, and a line end as one.
    https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#the-maxlength-attribute

    :param text: str or None, as the client sent it
    """
    return len(normalize_line_ends(text).encode("utf-16-le", "surrogatepass")) // 2


def clean_filename(filename, default="document"):
    """Return the last part of ``filename``, safe as a file name on any system.

    Browsers send a bare name, other clients may send a path of either style.

    :param filename: str or None, as the client sent it
    :param default: str, the name when nothing usable is left
    :rtype: str, at most :data:`MAX_FILENAME_BYTES` bytes in UTF-8
    """
    name = clean_line(clean_line(filename).replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join("_" if char in '<>:"|?*' else char for char in name).strip(" .")
    return _shorten(name or default)


def _shorten(name):
    suffix = PurePosixPath(name).suffix[:20]
    stem = name[: len(name) - len(suffix)] if suffix else name
    room = MAX_FILENAME_BYTES - len(suffix.encode())
    return cut_bytes(stem, room) + suffix


def cut_bytes(text, max_bytes):
    """Return the beginning of ``text`` that takes so many bytes in UTF-8 at most."""
    return text.encode()[:max_bytes].decode(errors="ignore").rstrip()
