"""A ZIP that is made while it is sent: it takes the memory of its list of names, not of its files."""

from pathlib import PurePosixPath

from zipstream import ZipStream

from odoo.addons.customer_portal_docs.tools.filenames import clean_filename

#: Names that Windows keeps for devices, whatever the extension.
_DEVICES = {"CON", "PRN", "AUX", "NUL"} | {
    f"{name}{number}" for name in ("COM", "LPT") for number in range(10)
}


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
            self._stream.add_path(source, arcname, recurse=False)
        else:
            self._stream.add(source, arcname, size=size)
        self.count += 1

    @property
    def size(self):
        """The size of the whole ZIP, in bytes."""
        return len(self._stream)

    def __iter__(self):
        return iter(self._stream)

    def _get_free_name(self, folders, name):
        """Return a path in the ZIP that no other file has, on systems that ignore case too."""
        parent = [_make_safe(folder, "folder") for folder in folders]
        name = _make_safe(name, "document")
        path, number = "/".join([*parent, name]), 1
        stem, suffix = name, PurePosixPath(name).suffix
        if suffix:
            stem = name[: -len(suffix)]
        while path.casefold() in self._taken:
            number += 1
            path = "/".join([*parent, f"{stem} ({number}){suffix}"])
        self._taken.add(path.casefold())
        return path


def _make_safe(name, default):
    name = clean_filename((name or "").replace("/", "-"), default)
    is_device = name.partition(".")[0].strip().upper() in _DEVICES
    return f"_{name}" if is_device else name


def _with_extension(name, filename):
    """Return the title as a file name: with the extension of the file, once."""
    suffix = PurePosixPath(filename or "").suffix
    if not suffix or (name or "").lower().endswith(suffix.lower()):
        return name
    return f"{name}{suffix}"
