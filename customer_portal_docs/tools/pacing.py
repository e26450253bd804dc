"""Bodies of requests that come slowly: read as they come, and not for ever.

A worker that waits for a body does nothing else, and whoever sends a byte now and then keeps it
waiting. Read through here, a body that comes too slowly or takes too long is over: the reader gets
:class:`BodyTimeout`, and what still comes is not waited for.
"""

import contextlib
import selectors
import socket
import threading
import time

from werkzeug.exceptions import RequestTimeout

from odoo.tools import config

#: How long one request may take at most, in seconds, where the server sets no limit.
REQUEST_SECONDS = 3600
#: How long nothing may come, in seconds, where the server sets no limit.
SILENCE_SECONDS = 15
#: From here on a sender is slow, and others may come first, in seconds.
SLOW_SECONDS = 1
#: How long a sender may be slower than that, in seconds and in bytes per second.
GRACE_SECONDS = 5
LEAST_BYTES_PER_SECOND = 1024
#: How long what nobody reads is taken in, so that the other side reads the answer, in seconds.
REST_SECONDS = 0.5

_KEY = "customer_portal.pace"


def get_request_seconds():
    """Return how long the body of a request may take, in seconds: well below Odoo's limit."""
    return config["limit_time_real"] / 2 or REQUEST_SECONDS


class BodyTimeout(RequestTimeout):
    """The body of a request comes too slowly, or takes too long."""


class Pace:
    """How the body of a request comes in.

    :param environ: of WSGI
    :param float seconds: how long it may take
    """

    def __init__(self, environ, seconds):
        self.taken = 0
        #: called once, without arguments, when the sender turns out to be slow
        self.on_slow = None
        self._begun = time.monotonic()
        self._deadline = self._begun + seconds
        self._connection = environ.get("werkzeug.socket")
        self._silence = SILENCE_SECONDS
        if self._connection is not None:
            self._silence = self._connection.gettimeout() or SILENCE_SECONDS

    def shorten(self, seconds):
        """Let the body take so many seconds from now, and no longer."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    @property
    def is_over(self):
        now = time.monotonic()
        elapsed = now - self._begun
        is_slow = self.taken < LEAST_BYTES_PER_SECOND * elapsed
        return now >= self._deadline or (elapsed > GRACE_SECONDS and is_slow)

    def read(self, file, size):  # pylint: disable=method-required-super
        """Return what is there, at most ``size`` bytes; waits for the first one only.

        :param file: buffered binary file of the connection
        :raise BodyTimeout: too slow, or too long
        :raise OSError: the connection is gone, or silent
        """
        self._check()
        data = self._read_now(file, size)
        if not data and self._connection is not None:
            self._wait()
            data = self._read_now(file, size)
        self.taken += len(data)
        return data

    def _read_now(self, file, size):
        if self._connection is None:
            return file.read1(size)
        # a read that times out would spoil the file for the server, which reads the rest
        timeout = self._connection.gettimeout()
        self._connection.settimeout(0)
        try:
            return file.read1(size) or b""
        finally:
            self._connection.settimeout(timeout)

    def _wait(self):
        left = min(self._deadline - time.monotonic(), self._silence)
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            if selector.select(max(left, 0.01)):
                return
        if self.is_over:
            raise BodyTimeout()
        raise TimeoutError("Nothing came")

    def _check(self):
        if self.is_over:
            raise BodyTimeout()
        now = time.monotonic()
        if self.on_slow and now - self._begun > SLOW_SECONDS:
            on_slow, self.on_slow = self.on_slow, None
            on_slow()

    def leave(self):
        """Let nobody wait for what was not read: not the server either, which reads it all."""
        if self._connection is not None:
            timer = threading.Timer(REST_SECONDS, _stop, [self._connection])
            timer.daemon = True
            timer.start()


class _Body:
    """The body of a request whose length is known."""

    def __init__(self, file, pace):
        self._file, self._pace = file, pace

    def read(self, size):  # pylint: disable=method-required-super
        return self._pace.read(self._file, size)


class _Chunks(_Body):
    """The connection below a body that comes in chunks; its reader wants all it asks for."""

    def read(self, size):  # pylint: disable=method-required-super
        parts, missing = [], size
        while missing:
            data = self._pace.read(self._file, missing)
            if not data:
                raise OSError("The connection was lost")
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    def readline(self, limit):
        line = b""
        while len(line) < limit and not line.endswith(b"\n"):
            data = self._pace.read(self._file, 1)
            if not data:
                break
            line += data
        return line


def pace_body(environ, seconds):
    """Have the body of a request that nobody has read yet read at a pace.

    :param environ: of WSGI
    :param float seconds: how long it may take
    :return: :class:`Pace`, or None where there is no body, or no connection to read it from
    """
    if _KEY in environ:
        return environ[_KEY]
    body = environ.get("wsgi.input")
    if environ.get("wsgi.input_terminated"):
        file, is_chunked = getattr(body, "_rfile", None), True
    else:
        file, is_chunked = body, False
        if environ.get("CONTENT_LENGTH", "") in ("", "0"):
            return None
    if not hasattr(file, "read1"):
        return None
    pace = environ[_KEY] = Pace(environ, seconds)
    if is_chunked:
        body._rfile = _Chunks(file, pace)
    else:
        environ["wsgi.input"] = _Body(file, pace)
    return pace


def get_pace(environ):
    """Return the :class:`Pace` of a request, or None."""
    return environ.get(_KEY)


def _stop(connection):
    # closed meanwhile, mostly
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
