"""The tus resumable upload protocol, without Odoo: https://tus.io/protocols/resumable-upload.

Version 1.0.0, with the extensions creation, expiration, termination and checksum.
"""

import base64
import binascii
import hashlib
import os
import time
from datetime import UTC
from wsgiref.handlers import format_date_time

from werkzeug.exceptions import ClientDisconnected

from .pacing import BodyTimeout

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
CONTENT_TYPE = "application/offset+octet-stream"
CHECKSUM_ALGORITHMS = ("sha1", "sha256", "md5")

#: Size of a read from the network, in bytes.
BUFFER_BYTES = 128 * 1024
#: What is written at once where the network is quick, in bytes, as in :mod:`.incoming`.
PIECE_BYTES = 1024 * 1024
#: How long at most bytes wait in memory for more of them, in seconds.
PIECE_SECONDS = 1
#: A longer number is over any limit, whichever it is: ``int()`` reads no more than 4300 digits.
MAX_DIGITS = 18


def parse_number(text):
    """Return a header's number of bytes, or None if it is none.

    Every number of more than :data:`MAX_DIGITS` is the first of these.

    :param text: str or None
    """
    if not text or not text.isascii() or not text.isdigit():
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= MAX_DIGITS else 10**MAX_DIGITS


def parse_metadata(text):
    """Return the pairs of an ``Upload-Metadata`` header as a dict of str.

    :raise ValueError: not what the protocol says
    """
    values = {}
    for pair in (text or "").split(","):
        name, _separator, encoded = pair.strip().partition(" ")
        if not name and not encoded:
            continue
        if not name.isascii() or name in values:
            raise ValueError(name)
        try:
            values[name] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError(name) from error
    return values


def format_metadata(values):
    """Return a dict of str as an ``Upload-Metadata`` header; see :func:`parse_metadata`."""
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in values.items()
    )


def parse_checksum(text):
    """Return a new hash object and the digest to compare with, of an ``Upload-Checksum`` header.

    :raise ValueError: not what the protocol says, or an algorithm that is not offered
    """
    algorithm, _separator, encoded = text.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise ValueError(algorithm)
    try:
        digest = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(encoded) from error
    return hashlib.new(algorithm, usedforsecurity=False), digest


def format_expiration(moment):
    """Return a naive UTC datetime as ``Upload-Expires`` wants it (RFC 9110)."""
    return format_date_time(moment.replace(tzinfo=UTC).timestamp())


def receive(stream, descriptor, length, *, deadline, hashed=None):
    """Append what comes from the network to a file.

    :param stream: binary file object of the request's body
    :param int descriptor: of the file, at its end
    :param int length: most bytes to take
    :param float deadline: when to stop at the latest, see :func:`time.monotonic`
    :param hashed: a hash object that is fed, or None
    :return: int, bytes written; fewer than ``length`` when the connection broke, the other
        side fell silent or time was up
    :raise OSError: the file cannot be written
    """
    taken = 0
    piece, begun = bytearray(), time.monotonic()
    while taken < length and time.monotonic() < deadline:
        data = _read(stream, min(BUFFER_BYTES, length - taken))
        if not data:
            break
        piece += data
        if hashed:
            hashed.update(data)
        taken += len(data)
        if len(piece) >= PIECE_BYTES or time.monotonic() - begun > PIECE_SECONDS:
            _write(descriptor, piece)
            piece, begun = bytearray(), time.monotonic()
    _write(descriptor, piece)
    return taken


def _read(stream, size):
    try:
        return stream.read(size)
    except (OSError, EOFError, ClientDisconnected, BodyTimeout):
        return b""


def _write(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
