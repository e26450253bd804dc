"""A ZIP that is made while it is sent: it takes the memory of its list of names, not of its files."""

import os
import re
import unicodedata
from functools import partial
from typing import NamedTuple

from zipstream import ZipStream

from odoo import SUPERUSER_ID, api
from odoo.tools.osutil import WINDOWS_RESERVED

from ..exceptions import NotFound
from .filenames import MAX_FILENAME_BYTES, clean_filename, cut_bytes

#: Of a file that is read piece by piece.
_PIECE_BYTES = 256 * 1024
#: Least that is sent at a time.
_SENT_BYTES = 64 * 1024
#: Names that need no cleaning, which are nearly all: the cleaning looks at each character.
_PLAIN = re.compile(r"[A-Za-z0-9_(-][A-Za-z0-9 _()+,.=@-]{0,99}(?<![ .])")


class StoredFile(NamedTuple):
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
        self._folders = {}
        self._filled = set()
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
        arcname = self._get_free_path(folders, _with_extension(name, filename))
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

    def add_folder(self, folders):
        """Add a folder that stays empty; one that something lies in is there already.

        :param folders: tuple of str, its name last
        """
        path = self._get_folder_path(tuple(folders))
        if path and path not in self._filled:
            self._fill(folders)
            self._stream.mkdir(path)

    def _fill(self, folders):
        for depth in range(len(folders), 0, -1):
            self._filled.add(self._get_folder_path(tuple(folders[:depth])))

    def _get_free_path(self, folders, name):
        """Return a path in the ZIP that nothing else has, wherever it is unpacked."""
        parent = self._get_folder_path(tuple(folders))
        if parent not in self._filled:
            self._fill(folders)
        return self._take(parent, _make_safe(name, "document"))

    def _get_folder_path(self, folders):
        """Return where files of these folders lie, with a slash at the end if anywhere.

        The same folders are the same path each time; another name that reads the same on some
        system (capitals, normal forms, a file of that name) is another one.
        """
        if not folders:
            return ""
        if folders not in self._folders:
            parent = self._get_folder_path(folders[:-1])
            path = self._take(parent, _make_safe(folders[-1], "folder"))
            self._folders[folders] = f"{path}/"
        return self._folders[folders]

    def _take(self, parent, name):
        path, number = f"{parent}{name}", 1
        stem, suffix = os.path.splitext(name)
        while _fold_path(path) in self._taken:
            number += 1
            path = f"{parent}{_number(stem, suffix, number)}"
        self._taken.add(_fold_path(path))
        return path


class _File:
    """The content of a file, which is opened when it is its turn."""

    def __init__(self, path):
        self._path = path

    def __iter__(self):
        with open(self._path, "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece


def _number(stem, suffix, number):
    """Return a numbered name that still fits into a name of a file."""
    end = f" ({number}){suffix}"
    return f"{cut_bytes(stem, MAX_FILENAME_BYTES - len(end.encode()))}{end}"


def _fold_path(path):
    """Return what file systems that ignore capitals, or normal forms, take for the same name."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFKC", path).casefold()


def _make_safe(name, default):
    if not (name and _PLAIN.fullmatch(name) and "  " not in name):
        name = clean_filename((name or "").replace("/", "-"), default)
    # Windows takes "CON .txt" for the device as well
    stem = name.partition(".")[0].strip()
    return f"_{name}" if WINDOWS_RESERVED.match(stem) else name


def _with_extension(name, filename):
    """Return the title as a file name: with the extension of the file, once."""
    suffix = os.path.splitext(filename or "")[1]
    if not suffix or (name or "").lower().endswith(suffix.lower()):
        return name
    return f"{name}{suffix}"


# -- of attachments


def make_archive(env, entries):
    """Return the ZIP of files of attachments.

    :param env: :class:`Environment` of who downloads it
    :param entries: iterable of (tuple of folder names, str title, :class:`StoredFile`); for a
        folder that may be empty the file is None
    :rtype: :class:`Archive`
    :raise NotFound: there is nothing in it, or a file is missing on our side
    """
    archive = Archive()
    for folders, name, file in entries:
        if file:
            _add_file(env, archive, folders, name, file)
        else:
            archive.add_folder(folders)
    if not archive.count:
        message = env._("There is nothing to download here yet.")
        raise NotFound(message, code="nothing_to_download")
    return archive


def _add_file(env, archive, folders, name, file):
    try:
        archive.add(folders, name, file.name, _get_source(env, file), file.size)
    except FileNotFoundError:
        message = env._(
            "The file of “%(name)s” is missing. Please contact us.", name=name
        )
        raise NotFound(message, code="content_missing") from None


def _get_source(env, file):
    """Return the path of a file, or an iterator of what is stored elsewhere."""
    # OCA fs_attachment: "<storage>://<path>"
    if file.store_fname and "://" not in file.store_fname:
        return env["ir.attachment"]._full_path(file.store_fname)
    return _Content(partial(_read_content, env.registry, file.attachment_id))


class _Content:
    """An iterable that opens what it reads only when it is its turn."""

    def __init__(self, read):
        self._read = read

    def __iter__(self):
        return self._read()


def _read_content(registry, attachment_id):
    """Yield a file that is not in the filestore; the request's own cursor is closed by then."""
    with registry.cursor(readonly=True) as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        attachment_sudo = env["ir.attachment"].browse(attachment_id)
        if not hasattr(attachment_sudo, "open"):
            yield attachment_sudo.raw or b""
            return
        with attachment_sudo.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
