"""A line to the server that is slow and can break, as customers have them."""

import contextlib
import socket
import threading
import time

PIECE_BYTES = 64 * 1024


class Line:
    """Forwards TCP connections to a port of this machine, at a speed, until it is cut.

    A context manager.

    :param port: where the server listens
    :param bytes_per_second: towards the server; the way back is not slowed down
    :ivar port: where this end listens
    """

    def __init__(self, port, bytes_per_second):
        self._target, self._bytes_per_second = port, bytes_per_second
        self._ends, self._cut_at, self._swallow_at = [], None, None

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        # a small window: the sender's system must not swallow the file at once
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE_BYTES)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._listener.close()
        _close(*self._ends)

    def cut_after(self, count):
        """Break the first connection that brings the server ``count`` bytes, and no other."""
        self._cut_at = count

    def has_swallowed(self):
        """Say whether what :meth:`swallow_after` asked for has begun."""
        return self._swallow_at is None

    def swallow_after(self, count):
        """Bring the server ``count`` bytes of the first connection that has so many, and no more."""
        self._swallow_at = count

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [near, far]
                for ends in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source, target, is_forward):
        sent, is_swallowed = 0, False
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                if is_swallowed:
                    continue
                target.sendall(piece)
                sent += len(piece)
                if is_forward and self._is_due("_cut_at", sent):
                    break
                if is_forward:
                    is_swallowed = self._is_due("_swallow_at", sent)
                    time.sleep(len(piece) / self._bytes_per_second)
        _close(source, target)

    def _is_due(self, event, sent):
        """Say whether so many bytes are reached, for the first connection that asks."""
        if getattr(self, event) is None or sent < getattr(self, event):
            return False
        setattr(self, event, None)
        return True


def _close(*ends):
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
