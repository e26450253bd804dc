"""Processes that are killed while a file arrives: it exists once and whole, or not at all."""

import os
import random
import signal
import time

import psutil

from .client import TusClient
from .conftest import Arrivals

KILLS = 50
SIZE = 3_000_000


def kill_workers(server):
    """Kill -9 the processes that serve requests; the main process starts others."""
    for child in psutil.Process(server.process.pid).children():
        try:
            if "gevent" not in " ".join(child.cmdline()):
                child.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


def test_killed_workers_lose_nothing(prefork):
    """REQ D-16: before, in the middle of, and while the document is made of the last byte"""
    chance = random.Random(16)
    client, arrivals = TusClient(prefork), Arrivals(prefork)
    contents = {}
    for number in range(KILLS):
        name, content = f"killed-{number}.dat", os.urandom(SIZE)
        contents[name] = content
        path = client.create(SIZE, name)
        # half of them in the middle, half with everything sent
        sent = chance.randrange(1, SIZE) if number % 2 else SIZE
        connection = client.begin_patch(path, 0, SIZE, content[:sent])
        time.sleep(chance.uniform(0, 0.08))
        kill_workers(prefork)
        connection.close()
        client.finish(path, content)
    for name, content in contents.items():
        arrivals.check(name, content)
    arrivals.purge()
    assert arrivals.list_files() == []
    assert arrivals.count_rows() == 0


def test_a_killed_server_goes_on_where_it_was(threaded):
    """REQ D-16"""
    client, arrivals = TusClient(threaded), Arrivals(threaded)
    content = os.urandom(SIZE)
    path = client.create(SIZE, "restarted.dat")
    for sent in (1_000_000, 2_000_000):
        offset = client.get_offset(path)
        connection = client.begin_patch(
            path, offset, SIZE - offset, content[offset:sent]
        )
        wait_for(lambda sent=sent: client.get_offset(path) >= sent - 200_000)
        os.kill(threaded.process.pid, signal.SIGKILL)
        threaded.process.wait()
        connection.close()
        threaded.start()
        assert client.get_offset(path) > offset
    client.finish(path, content)
    arrivals.check("restarted.dat", content)


def test_an_upload_given_up_leaves_nothing_behind(threaded):
    """REQ D-16"""
    client, arrivals = TusClient(threaded), Arrivals(threaded)
    path = client.create(SIZE, "given-up.dat")
    assert client.patch(path, 0, b"x" * 1000).status_code == 204
    arrivals.purge()
    assert arrivals.list_files() == []
    assert arrivals.count_rows() == 0
    answer = client.patch(path, 1000, b"x")
    assert answer.status_code == 404


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
