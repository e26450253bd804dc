"""A line to the server that is slow and can break, as customers have them."""

import contextlib
import socket
import threading
import time

PIECE_BYTES = 16 * 1024


class Line:
    """Forwards TCP connections to a port of this machine, at a speed, until it is cut.

    A context manager.

    :param port: where the server listens
    :param bytes_per_second: towards the server; the way back is not slowed down
    :ivar port: where this end listens
    """

    def __init__(self, port, bytes_per_second):
        self._target, self._pause = port, PIECE_BYTES / bytes_per_second
        self._ends, self._cut_at, self._sent = [], None, 0

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        # a small window: the sender's system must not swallow the file at once
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE_BYTES)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self._listener.close()
        self._close()

    def cut_after(self, count):
        """Break all connections as soon as ``count`` more bytes went to the server.

        The line works again for connections that are made afterwards.
        """
        self._cut_at = self._sent + count

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [near, far]
                for ends in ((near, far, self._forward), (far, near, self._backward)):
                    threading.Thread(
                        target=self._pump, args=ends, daemon=True
                    ).start()

    def _pump(self, source, target, forward):
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE_BYTES):
                forward(target, piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _forward(self, target, piece):
        target.sendall(piece)
        self._sent += len(piece)
        if len(piece) == PIECE_BYTES:
            time.sleep(self._pause)
        if self._cut_at is not None and self._sent >= self._cut_at:
            self._cut_at = None
            self._close()

    def _backward(self, target, piece):
        target.sendall(piece)

    def _close(self):
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
