"""Pictures of pages of strangers' files, drawn by a process that may do nothing else."""

import contextlib
import fcntl
import functools
import importlib.util
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from odoo.tools import config
from odoo.tools.misc import file_path

from ..charsets import SAMPLE_BYTES, find_charset
from . import child, office_child

_logger = logging.getLogger(__name__)

#: How long a page may take in all, in seconds.
SECONDS = 15
#: Of what is read of the process: a picture, or the sizes of all pages.
MAX_OUTPUT_BYTES = 20 * 1024**2
#: How many draw at the same time on one host, and how long the next one waits, in seconds.
PLACES = max(1, (os.cpu_count() or 2) // 2)
WAIT_SECONDS = 5
#: How many wait at most where there are no workers, but threads.
MOST_WAITING = 16

_PROGRAM = child.__file__
_PROBLEMS = {
    child.ENCRYPTED: "encrypted",
    child.TOO_BIG: "too_big",
    child.BROKEN: "broken",
    child.NO_PAGE: "no_page",
}
_FONTS = (
    "web/static/fonts/sign/NotoSans-Reg.ttf",
    "web/static/fonts/google/Roboto/Roboto-Regular.ttf",
)
_IMAGES = frozenset(
    f"image/{name}"
    for name in "avif bmp gif jpeg png tiff vnd.microsoft.icon webp x-ms-bmp".split()
)
_HEIF_IMAGES = frozenset({"image/heic", "image/heif"})
_TABLES = frozenset({"text/csv", "text/tab-separated-values"})
_TEXTS = frozenset({"application/json", "text/markdown", "text/plain", "text/x-log"})


#: What LibreOffice makes a PDF file of, and the extension by which it knows it.
_OFFICE = {
    "application/msword": "doc",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
#: How long LibreOffice may take with a file, in seconds.
OFFICE_SECONDS = 120
#: Of a PDF file that it makes.
MAX_PDF_BYTES = 50 * 1024**2


class NoPicture(Exception):
    """There is nothing to show of a file.

    :ivar str problem: ``encrypted``, ``too_big``, ``broken``, ``no_page`` or ``failed``
    """

    def __init__(self, problem):
        super().__init__(problem)
        self.problem = problem


class NoPlace(Exception):
    """Too many draw just now."""


def get_kind(mimetype):
    """Return what a file of this type is drawn as: ``pdf``, ``image``, ``table``, ``text``, ``office``
    (where LibreOffice is installed, which makes a PDF file of it first) or None."""
    if mimetype == "application/pdf":
        return "pdf"
    if mimetype in _IMAGES or mimetype in _HEIF_IMAGES and _has_heif():
        return "image"
    if mimetype in _TABLES:
        return "table"
    if mimetype in _OFFICE and find_office():
        return "office"
    return "text" if mimetype in _TEXTS else None


def is_pictured(mimetype):
    """Tell whether a small picture of a file of this type says more than an icon."""
    return get_kind(mimetype) in ("image", "office", "pdf")


def find_office():
    """Return the path of LibreOffice, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


@functools.cache
def _has_heif():
    return importlib.util.find_spec("pillow_heif") is not None


@functools.cache
def get_font_paths():
    """Return the fonts that come with Odoo."""
    paths = []
    for name in _FONTS:
        with contextlib.suppress(FileNotFoundError, ValueError):
            paths.append(file_path(name))
    return paths


def describe(file, kind):
    """Return how many pages a file has, and how large those are that are shown.

    :param file: binary file with a descriptor
    :param str kind: see :func:`get_kind`
    :return: dict of int ``total``, and ``sizes``, list of [width, height]
    :raise NoPicture: it cannot be shown
    """
    described = json.loads(_run(file, kind, 0, 0))
    return {
        "total": int(described["total"]),
        "sizes": [[int(width), int(height)] for width, height in described["sizes"]],
    }


def draw(file, kind, page, width):
    """Return a page of a file as a JPEG file.

    :param file: binary file with a descriptor
    :param str kind: see :func:`get_kind`
    :param int page: from 1
    :param int width: in pixels
    :rtype: bytes
    :raise NoPicture: it cannot be shown
    """
    content = _run(file, kind, page, width)
    if not content.startswith(b"\xff\xd8\xff"):
        raise NoPicture("failed")
    return content


def convert(file, mimetype):
    """Return an office file as a PDF file; for jobs, it may take minutes.

    :param file: binary file
    :param str mimetype: what it is
    :rtype: bytes
    :raise NoPicture: LibreOffice is not there, or makes nothing of it
    """
    program = find_office()
    if not program or mimetype not in _OFFICE:
        raise NoPicture("failed")
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, f"document.{_OFFICE[mimetype]}")
        with open(source, "wb") as target:
            shutil.copyfileobj(file, target)
        _run_office(program, folder, source)
        try:
            with open(os.path.join(folder, "document.pdf"), "rb") as made:
                content = made.read(MAX_PDF_BYTES + 1)
        except FileNotFoundError as error:
            raise NoPicture("broken") from error
    if len(content) > MAX_PDF_BYTES:
        raise NoPicture("too_big")
    return content


def _run_office(program, folder, source):
    command = [
        *(sys.executable, "-I", "-B", office_child.__file__, folder, program),
        *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
        f"-env:UserInstallation=file://{folder}/profile",
        *("--convert-to", "pdf", "--outdir", folder, source),
    ]
    environ = {
        "HOME": folder,
        "PATH": os.environ.get("PATH", os.defpath),
        # there is no other folder that it may write to
        "TMPDIR": folder,
    }
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environ,
        cwd=folder,
        start_new_session=True,
    ) as process:
        try:
            process.wait(OFFICE_SECONDS)
        except subprocess.TimeoutExpired:
            _logger.info("LibreOffice took too long with a file")
        finally:
            # it starts others
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def taking_place(directory, wait_seconds=WAIT_SECONDS):
    """Draw as one of few on this host; the place is free again when the process ends.

    Of the workers one is left for the pages: those who draw or wait are fewer.

    :param str directory: of this host
    :param float wait_seconds: how long to wait for a place
    :raise NoPlace: all are taken
    """
    os.makedirs(directory, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    workers = config["workers"]
    most = max(1, workers - 1) if workers else MOST_WAITING
    with contextlib.ExitStack() as stack:

        def open_places(name, count):
            for number in range(count):
                path = os.path.join(directory, f"{name}-{number}")
                yield stack.enter_context(open(path, "ab"))

        if not any(map(_take, open_places("waiting", most))):
            raise NoPlace()
        places = list(open_places("place", PLACES))
        while not any(map(_take, places)):
            if time.monotonic() > deadline:
                raise NoPlace()
            time.sleep(0.05)
        yield


def _take(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _find_charset(file, kind):
    if kind not in ("table", "text"):
        return None
    file.seek(0)
    return find_charset(os.pread(file.fileno(), SAMPLE_BYTES, 0))


def _run(file, kind, page, width):
    """Return what the process writes.

    :raise NoPicture: it refused the file, died, took too long or wrote too much
    """
    order = {
        "kind": kind,
        "page": page,
        "width": width,
        "charset": _find_charset(file, kind),
        "fonts": get_font_paths(),
        "path": [path for path in sys.path if os.path.isabs(path)],
    }
    # -I: neither the environment nor the current directory says what it imports
    command = [sys.executable, "-I", "-B", _PROGRAM, json.dumps(order)]
    environ = {
        name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ
    }
    file.seek(0)
    with subprocess.Popen(
        command,
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        cwd="/",
        start_new_session=True,
    ) as process:
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        try:
            written = process.stdout.read(MAX_OUTPUT_BYTES + 1)
            if len(written) > MAX_OUTPUT_BYTES:
                process.kill()
            status = process.wait()
        finally:
            timer.cancel()
            process.kill()
    if status:
        _logger.info("No picture of page %s of a %s: status %s", page, kind, status)
        raise NoPicture(_PROBLEMS.get(status, "failed"))
    return written
