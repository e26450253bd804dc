"""Make names that come from outside safe to store and to show."""

import unicodedata
from pathlib import PurePosixPath

#: Longest file name kept, in bytes: what common file systems accept.
MAX_FILENAME_BYTES = 255

#: Unicode categories that never belong in one line of text: controls (NUL, new lines),
#: formats (bidirectional overrides that make ``exe.pdf`` of ``fdp.exe``), surrogates.
_UNWANTED_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")


def clean_line(text):
    """Return ``text`` as one line without control or direction characters.

    :param text: str or None
    :rtype: str
    """
    kept = (
        " " if unicodedata.category(char) in _UNWANTED_CATEGORIES else char
        for char in text or ""
    )
    return " ".join("".join(kept).split())


def clean_text(text):
    """Return ``text`` without the characters that PostgreSQL or a reader cannot take.

    Line ends are kept, as ``\\n``.

    :param text: str or None
    :rtype: str
    """
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        "".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cs"))
        for line in lines
    ).strip()


def clean_filename(filename, default="document"):
    """Return the last part of ``filename``, safe as a file name on any system.

    Browsers send a bare name, other clients may send a path of either style.

    :param filename: str or None, as the client sent it
    :param default: str, the name when nothing usable is left
    :rtype: str, at most :data:`MAX_FILENAME_BYTES` bytes in UTF-8
    """
    name = clean_line(filename).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join("_" if char in '<>:"|?*' else char for char in name).strip(" .")
    return _shorten(name or default)


def _shorten(name):
    suffix = PurePosixPath(name).suffix[:20]
    stem = name[: len(name) - len(suffix)] if suffix else name
    room = MAX_FILENAME_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + suffix
