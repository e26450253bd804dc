"""Requests of Odoo's test cases to the server in their own process, by a short way.

A connection takes a port, a turn of the thread that accepts it, and a thread of its own: as much as
many an answer. Here a pair of sockets and a thread that waits for the next request do the same, and
everything else stays as it is: what writes the request, what reads it, and the answer.
"""

import concurrent.futures
import contextlib
import functools
import itertools
import socket
import threading
from unittest import mock

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

BUFFER_BYTES = 65_536
CLIENT = "127.0.0.1"
PORTS = itertools.cycle(range(40_000, 60_000))
THREADS = concurrent.futures.ThreadPoolExecutor(32, "short-way")


class Connection(HTTPConnection):
    """A pair of sockets; what is read from the far one is begun when all is there to be read.

    Both threads would else wait for each other at each piece. A body that comes by and by, or that
    no buffer holds, is read as it comes.
    """

    _far_end = None

    def _new_conn(self):
        near_end, self._far_end = socket.socketpair()
        near_end.settimeout(self.timeout)
        return near_end

    def request(self, method, url, body=None, **kwargs):
        self._is_whole = body is None or isinstance(body, bytes | str)
        return super().request(method, url, body, **kwargs)

    def send(self, data):
        if self.sock is None:
            self.connect()
        if not self._is_whole or len(data) > BUFFER_BYTES:
            self._begin()
        return super().send(data)

    def getresponse(self):
        self._begin()
        return super().getresponse()

    def _begin(self):
        from odoo.service.server import server

        far_end, self._far_end = self._far_end, None
        if far_end:
            THREADS.submit(_serve, server.httpd, far_end, (CLIENT, next(PORTS)))

    def close(self):
        super().close()
        far_end, self._far_end = self._far_end, None
        if far_end:
            far_end.close()


def _serve(httpd, connection, address):
    thread = threading.current_thread()
    name = thread.name
    try:
        _get_handler(httpd.RequestHandlerClass)(connection, address, httpd)
    except Exception:  # pylint: disable=broad-except
        httpd.handle_error(connection, address)
    finally:
        httpd.shutdown_request(connection)
        thread.name = name  # Odoo waits for threads that have the name of a request's


@functools.cache
def _get_handler(cls):
    """Return the server's class that answers, which sends headers with what follows them."""
    return type(cls.__name__, (cls,), {"wbufsize": BUFFER_BYTES})


class Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": Pool}


@contextlib.contextmanager
def short_way():
    """Have what Odoo's test cases ask of their own server come by the short way."""
    from odoo.tests.common import HttpCase, Opener

    initialize = Opener.__init__

    def initialize_with_short_way(opener, case):
        initialize(opener, case)
        opener.trust_env = False  # no proxy is asked for ourselves
        opener.mount(f"{HttpCase.base_url()}/", Adapter())

    with mock.patch.object(Opener, "__init__", initialize_with_short_way):
        yield
