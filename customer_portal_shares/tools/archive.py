"""A ZIP that is made while it is sent: it takes the memory of its list of names, not of its files."""

import os
import re
from functools import lru_cache
from typing import NamedTuple

from zipstream import ZipStream

from odoo.addons.customer_portal_docs.tools.filenames import clean_filename

#: Of a file that is read piece by piece.
_PIECE_BYTES = 256 * 1024
#: Least that is sent at a time.
_SENT_BYTES = 64 * 1024
#: Names that Windows keeps for devices, whatever the extension.
_DEVICES = {"CON", "PRN", "AUX", "NUL"} | {
    f"{name}{number}" for name in ("COM", "LPT") for number in range(10)
}


#: Names that need no cleaning, which are nearly all: the cleaning looks at each character.
_PLAIN = re.compile(r"[A-Za-z0-9_(-][A-Za-z0-9 _()+,.=@-]{0,99}(?<![ .])")


class SharedFile(NamedTuple):
    """What a ZIP asks of an attachment.

    :ivar str name: of the file, for its extension
    :ivar store_fname: str where Odoo or an addon keeps the content, or None in the database
    :ivar int size: in bytes
    """

    attachment_id: int
    name: str
    store_fname: str | None
    size: int


class Archive:
    """An iterable of the bytes of a ZIP, whose size is known before the first one.

    Files are stored as they are: what people share is compressed already, and a length lets
    browsers show how far they are.
    """

    def __init__(self):
        self._stream = ZipStream(sized=True)
        self._taken = set()
        self.count = 0

    def add(self, folders, name, filename, source, size):
        """Add one file.

        :param folders: tuple of str, the names of the folders it lies in
        :param str name: title of the document
        :param str filename: name of its file, for the extension
        :param source: str, a path; or an iterator of bytes
        :param int size: of what an iterator gives, in bytes
        :raise FileNotFoundError: there is no such file
        """
        arcname = self._get_free_name(folders, _with_extension(name, filename))
        if isinstance(source, str):
            size = os.stat(source).st_size
            source = _File(source)
        self._stream.add(source, arcname, size=size)
        self.count += 1

    @property
    def size(self):
        """The size of the whole ZIP, in bytes."""
        return len(self._stream)

    def __iter__(self):
        """Yield the ZIP in pieces worth sending: of each small file there are four."""
        gathered = []
        size = 0
        for piece in self._stream:
            gathered.append(piece)
            size += len(piece)
            if size >= _SENT_BYTES:
                yield from gathered if len(gathered) == 1 else (b"".join(gathered),)
                gathered.clear()
                size = 0
        if gathered:
            yield b"".join(gathered)

    def _get_free_name(self, folders, name):
        """Return a path in the ZIP that no other file has, on systems that ignore case too."""
        parent = _make_safe_path(tuple(folders))
        name = _make_safe(name, "document")
        path, number = f"{parent}{name}", 1
        stem, suffix = os.path.splitext(name)
        while path.casefold() in self._taken:
            number += 1
            path = f"{parent}{stem} ({number}){suffix}"
        self._taken.add(path.casefold())
        return path


class _File:
    """The content of a file, which is opened when it is its turn."""

    def __init__(self, path):
        self._path = path

    def __iter__(self):
        with open(self._path, "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece


@lru_cache(maxsize=1000)
def _make_safe_path(folders):
    """Return where files of these folders lie, with a slash at the end if anywhere."""
    return "".join(f"{_make_safe(folder, 'folder')}/" for folder in folders)


def _make_safe(name, default):
    if not (name and _PLAIN.fullmatch(name) and "  " not in name):
        name = clean_filename((name or "").replace("/", "-"), default)
    is_device = name.partition(".")[0].strip().upper() in _DEVICES
    return f"_{name}" if is_device else name


def _with_extension(name, filename):
    """Return the title as a file name: with the extension of the file, once."""
    suffix = os.path.splitext(filename or "")[1]
    if not suffix or (name or "").lower().endswith(suffix.lower()):
        return name
    return f"{name}{suffix}"
