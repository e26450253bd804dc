"""Files on their way in: written, measured and hashed once, never held in memory.

Odoo reads an uploaded file whole before it stores it. Here each part of a form goes straight
to an unnamed file on the file system of the filestore while its SHA-1 and size are computed,
and takes its place there with a hard link: one write, one buffer, nothing left behind by a
process that dies.
"""

import contextlib
import hashlib
import io
import logging
import os
import shutil
import tempfile
from types import FunctionType

from werkzeug import formparser
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.sansio.multipart import MultipartDecoder

from odoo.tools.mimetypes import MIMETYPE_HEAD_SIZE

from .filetypes import get_mimetype, is_program

_logger = logging.getLogger(__name__)

#: Most files that are kept of one form: each takes an open file.
MAX_FILES = 150
#: Most fields and files of one form that is read at all.
MAX_FORM_PARTS = 2_000
#: Size of the buffer when a file is copied, in bytes.
BUFFER_BYTES = 256 * 1024
#: What is read of a form at a time, and written at once, in bytes: less takes more turns, and for
#: each megabyte the process would ask the system for memory anew, which takes as long as to parse.
PIECE_BYTES = 256 * 1024


class IncomingFile:
    """A binary file object to write an upload into, then to store it as an attachment.

    It is accepted as the ``raw`` value of :meth:`ir.attachment.create`.

    :param directory: str, an existing directory, best on the filestore's file system
    :param max_bytes: int, the size over which content is counted but no longer kept;
        0 for no limit
    """

    def __init__(self, directory, max_bytes=0):
        self.max_bytes = max_bytes
        self.size = 0
        self.head = b""
        self.error = None
        self._hash = hashlib.sha1(usedforsecurity=False)
        try:
            self._file = _open_unnamed(directory)
        except OSError as error:
            self._file = None
            self._fail(error)

    @classmethod
    def open(cls, path):
        """Return a file that is already there, read once to measure and hash it.

        :param path: str, on the filestore's file system; placing it makes a hard link
        :raise OSError: it cannot be read
        """
        incoming = cls.__new__(cls)
        incoming.max_bytes = incoming.size = 0
        incoming.head, incoming.error = b"", None
        incoming._hash = hashlib.sha1(usedforsecurity=False)
        incoming._file = open(path, "rb")  # noqa: SIM115 - closed by close()
        while data := incoming._file.read(BUFFER_BYTES):
            incoming.size += len(data)
            incoming._learn(data)
        incoming._file.seek(0)
        return incoming

    # -- the file object that werkzeug writes to, and that callers read

    def write(self, data):  # pylint: disable=method-required-super
        """Keep ``data`` and return its length; a full disk shows in :attr:`error`."""
        self.size += len(data)
        if self.error is None and not self.is_too_big:
            self._keep(data)
        return len(data)

    def read(self, size=-1):  # pylint: disable=method-required-super
        return self._file.read(size)

    def seek(self, offset, whence=os.SEEK_SET):
        try:
            return self._file.seek(offset, whence) if self._file else 0
        except OSError as error:  # the last bytes are written only now
            self._fail(error)
            return 0

    def tell(self):
        return self._file.tell() if self._file else 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def writable(self):
        return True

    def __len__(self):
        return self.size

    def __bool__(self):
        # an empty file is a file
        return True

    def close(self):
        """Forget the content, unless it was stored."""
        if self._file:
            self._file.close()

    # -- what is known of the content

    @property
    def is_too_big(self):
        return bool(self.max_bytes) and self.size > self.max_bytes

    @property
    def is_program(self):
        return is_program(self.head)

    @property
    def checksum(self):
        """SHA-1 of the content, in hexadecimal, as Odoo's filestore names files."""
        return self._hash.hexdigest()

    def get_mimetype(self, filename):
        return get_mimetype(filename, self.head)

    # -- storing

    def place(self, path):
        """Store the content as the file ``path``, whole or not at all.

        :param path: str, absolute, in an existing directory
        :raise FileExistsError: another content stands there
        :raise OSError: no space, no permission
        """
        self._file.flush()
        if os.path.exists(path):
            return self._check_same(path)
        # as readable as its directory: a web server in front may read the filestore (X-Sendfile)
        os.fchmod(self._file.fileno(), os.stat(os.path.dirname(path)).st_mode & 0o666)
        descriptor = self._file.fileno()
        try:
            # the unnamed file gets its name in one step (open(2), O_TMPFILE); Python follows
            # the link in /proc only if it is given a directory, which an absolute path ignores
            os.link(
                f"/proc/self/fd/{descriptor}",
                path,
                src_dir_fd=descriptor,
                follow_symlinks=True,
            )
        except FileExistsError:
            self._check_same(path)
        except OSError as error:
            _logger.debug("No hard link to %s (%s), copying", path, error)
            self._copy(path)
        return None

    def copy_to(self, target):
        """Write the content to a binary file object, one buffer after the other.

        :raise OSError: it cannot be written
        """
        self._file.seek(0)
        shutil.copyfileobj(self._file, target, BUFFER_BYTES)

    def read_whole(self):
        """Return the content as bytes, in memory."""
        self._file.seek(0)
        return self._file.read()

    def _learn(self, data):
        if len(self.head) < MIMETYPE_HEAD_SIZE:
            self.head += bytes(data[: MIMETYPE_HEAD_SIZE - len(self.head)])
        self._hash.update(data)

    def _keep(self, data):
        self._learn(data)
        try:
            self._file.write(data)
        except OSError as error:
            self._fail(error)

    def _fail(self, error):
        _logger.warning("An upload could not be kept: %s", error)
        self.error = error
        with contextlib.suppress(OSError):
            if self._file:
                self._file.close()
        self._file = None

    def _check_same(self, path):
        # a SHA-1 collision must not show one customer another customer's file
        self._file.seek(0)
        with open(path, "rb") as stored:
            while True:
                ours, theirs = self._file.read(BUFFER_BYTES), stored.read(BUFFER_BYTES)
                if ours != theirs:
                    raise FileExistsError(path)
                if not ours:
                    return

    def _copy(self, path):
        part = f"{path}.{os.getpid()}.{id(self)}.part"
        try:
            with open(part, "xb") as target:
                self.copy_to(target)
            os.replace(part, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)


class UnreadFile:
    """A file of a form for code that reads it whole to store it: it stores it unread.

    :param filename: str, cleaned
    :param incoming: :class:`IncomingFile`
    """

    def __init__(self, filename, incoming):
        self.filename = filename
        self.incoming = incoming

    @property
    def content_type(self):
        return self.incoming.get_mimetype(self.filename)

    def read(self):  # pylint: disable=method-required-super
        """Return what :meth:`ir.attachment.create` takes as the value of ``raw``."""
        return self.incoming


class _Sink(io.RawIOBase):
    """A file that keeps nothing."""

    def writable(self):
        return True

    def write(self, data):  # pylint: disable=method-required-super
        return len(data)

    def seek(self, offset, whence=os.SEEK_SET):
        return 0


class _LargePieces:
    """The stream of a form that gives its parser more at a time than it asks for."""

    def __init__(self, stream):
        self._stream = stream

    def read(self, size):  # pylint: disable=method-required-super
        return self._stream.read(max(size, PIECE_BYTES))


class _Decoder(MultipartDecoder):
    """A decoder that reads the names of files of old programs, which are no UTF-8.

    Werkzeug's stops there, and its form is then an empty one.
    """

    def _parse_headers(self, data):
        try:
            return super()._parse_headers(data)
        except UnicodeDecodeError:
            return super()._parse_headers(data.decode("cp1252", "replace").encode())


#: What werkzeug's functions find by name: it has no hook for the decoder.
_NAMES = {**vars(formparser), "MultipartDecoder": _Decoder}


def _with_decoder(function):
    return FunctionType(
        function.__code__, _NAMES, function.__name__, function.__defaults__
    )


class _PartsParser(MultiPartParser):
    parse = _with_decoder(MultiPartParser.parse)


_NAMES["MultiPartParser"] = _PartsParser


class _FormParser(FormDataParser):
    """A parser with one large buffer for the whole form, however many parts it has."""

    _parse_parts = _with_decoder(FormDataParser._parse_multipart)

    def _parse_multipart(self, stream, mimetype, content_length, options):
        pieces = _LargePieces(stream)
        _, *parsed = self._parse_parts(pieces, mimetype, content_length, options)
        return stream, *parsed


def _open_unnamed(directory):
    """Return a new binary file without a name, which can be given one later."""
    try:
        # tempfile opens it with O_EXCL, and then it never gets a name
        flags = os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC
        return os.fdopen(os.open(directory, flags, 0o600), "w+b")
    except (AttributeError, OSError):
        # a file system that has none, or a directory that cannot be written
        return tempfile.TemporaryFile(dir=directory)


def get_wrapped(httprequest):
    """Return what Odoo's wrapper of a request wraps, which it shows only a part of.

    It hides the stream, the connection and werkzeug's documented hooks. This is the one place
    that reaches through it.

    :param httprequest: :class:`odoo.http.HTTPRequest`
    :return: :class:`werkzeug.wrappers.Request`
    """
    return httprequest._HTTPRequest__wrapped


def receive_files(httprequest, directory, max_bytes):
    """Make the files of a form that is not parsed yet arrive as :class:`IncomingFile`.

    :param httprequest: :class:`odoo.http.HTTPRequest`
    :param directory: str, where unnamed files are made
    :param max_bytes: int, per file; 0 for no limit
    """
    wrapped = get_wrapped(httprequest)
    wrapped.incoming_files = []
    # a form of ours has far fewer; each part of a hostile one would open a file
    wrapped.max_form_parts = MAX_FORM_PARTS
    wrapped.form_data_parser_class = _FormParser

    def get_file_stream(
        total_content_length, content_type, filename=None, content_length=None
    ):
        # an error page that reads what is left of the form gets no files
        if wrapped.incoming_files is None:
            return _Sink()
        # the route says so in words, and gives back what was typed
        if filename and len(wrapped.incoming_files) >= MAX_FILES:
            return _Sink()
        # an unchosen file field arrives as a part without a name: no file is made for it
        incoming = IncomingFile(directory, max_bytes)
        wrapped.incoming_files.append(incoming)
        return incoming

    # werkzeug's hook for where files go
    wrapped._get_file_stream = get_file_stream


def forget_files(httprequest):
    """Free at once what the files of a failed request take on the disk.

    The request's exception and its traceback keep each other, and the files, until Python
    next collects garbage.

    :param httprequest: :class:`odoo.http.HTTPRequest`
    """
    wrapped = get_wrapped(httprequest)
    for incoming in getattr(wrapped, "incoming_files", None) or ():
        incoming.close()
    wrapped.incoming_files = None
