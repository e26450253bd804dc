"""Pictures of pages of strangers' files, drawn by a process that may do nothing else."""

import contextlib
import fcntl
import functools
import importlib.util
import json
import logging
import os
import subprocess
import sys
import threading
import time

from odoo.tools.misc import file_path

from . import child

_logger = logging.getLogger(__name__)

#: How long a page may take in all, in seconds.
SECONDS = 15
#: Of what is read of the process: a picture, or the sizes of all pages.
MAX_OUTPUT_BYTES = 20 * 1024**2
#: How many draw at the same time on one host, and how long the next one waits, in seconds.
PLACES = max(1, (os.cpu_count() or 2) // 2)
WAIT_SECONDS = 8

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
    """Return what a file of this type is drawn as: ``pdf``, ``image``, ``table``, ``text`` or None."""
    if mimetype == "application/pdf":
        return "pdf"
    if mimetype in _IMAGES or mimetype in _HEIF_IMAGES and _has_heif():
        return "image"
    if mimetype in _TABLES:
        return "table"
    return "text" if mimetype in _TEXTS else None


def is_pictured(mimetype):
    """Tell whether a small picture of a file of this type says more than an icon."""
    return get_kind(mimetype) in ("image", "pdf")


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


@contextlib.contextmanager
def taking_place(directory):
    """Draw as one of few on this host; the place is free again when the process ends.

    :param str directory: of this host
    :raise NoPlace: all are taken, for longer than one waits
    """
    os.makedirs(directory, exist_ok=True)
    deadline = time.monotonic() + WAIT_SECONDS
    with contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(open(os.path.join(directory, f"place-{number}"), "ab"))
            for number in range(PLACES)
        ]
        while not any(map(_take, files)):
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


def _run(file, kind, page, width):
    """Return what the process writes.

    :raise NoPicture: it refused the file, died, took too long or wrote too much
    """
    order = {
        "kind": kind,
        "page": page,
        "width": width,
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
