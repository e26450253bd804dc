"""A slow line against the time that Odoo allows a request."""

import http.client
import os
import time

import psutil
import pytest

from portal_setup.live import LiveServer

from .client import CONTENT_TYPE, VERSION, TusClient
from .conftest import Arrivals

LIMIT_SECONDS = 6
PIECE_BYTES = 20_000
PIECES_PER_SECOND = 10


def drip(server, client, path, offset, content):
    """Send the rest of a file slowly in one request, until the server has had enough."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    rest = content[offset:]
    connection.putrequest("PATCH", path)
    headers = {**VERSION, **CONTENT_TYPE, "Cookie": client.cookie}
    headers |= {"Upload-Offset": offset, "Content-Length": len(rest)}
    for name, value in headers.items():
        connection.putheader(name, str(value))
    connection.endheaders()
    try:
        for position in range(0, len(rest), PIECE_BYTES):
            connection.send(rest[position : position + PIECE_BYTES])
            time.sleep(1 / PIECES_PER_SECOND)
    except OSError:
        pass  # the server has answered and closed: what it took is what counts
    connection.close()


@pytest.mark.slow
def test_a_slow_upload_ends_no_worker():
    """REQ D-16: it would take far longer than one request may"""
    limits = {"--limit-time-real": LIMIT_SECONDS, "--limit-time-real-cron": 600}
    options = [str(part) for limit in limits.items() for part in limit]
    with LiveServer(["customer_portal_docs"], workers=1, arguments=options) as server:
        client, arrivals = TusClient(server), Arrivals(server)
        content = os.urandom(2_000_000)
        path = client.create(len(content), "slow.dat")
        client.get_offset(path)
        before = get_workers(server)
        rounds = 0
        while (offset := client.get_offset(path)) < len(content):
            drip(server, client, path, offset, content)
            assert client.get_offset(path) > offset
            rounds += 1
        assert rounds > 1
        assert get_workers(server) == before, "the worker was replaced"
        assert server.problems() == []
        arrivals.check("slow.dat", content)


def get_workers(server):
    """Return the ids of the processes that serve the web, by the socket that they listen on."""
    children = psutil.Process(server.process.pid).children()
    return {
        child.pid
        for child in children
        if any(conn.laddr.port == server.port for conn in child.net_connections())
        and "gevent" not in " ".join(child.cmdline())
    }
