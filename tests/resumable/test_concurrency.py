"""Requests to the same upload at the same time, and to alternating workers."""

import concurrent.futures
import os

from .client import TusClient
from .conftest import Arrivals


def test_workers_take_turns(prefork):
    """REQ D-16: each request may land on another process"""
    client, arrivals = TusClient(prefork), Arrivals(prefork)
    content = os.urandom(2_000_000)
    path = client.create(len(content), "turns.dat")
    for start in range(0, len(content), 100_000):
        answer = client.patch(path, start, content[start : start + 100_000])
        assert answer.status_code == 204
    arrivals.check("turns.dat", content)


def test_the_same_piece_twice_is_taken_once(prefork):
    """REQ D-16: 409 for the second, also for the last piece of all"""
    arrivals = Arrivals(prefork)
    clients = [TusClient(prefork) for _number in range(4)]
    for number in range(10):
        content = os.urandom(500_000)
        name = f"twice-{number}.dat"
        path = clients[0].create(len(content), name)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(
                    lambda client, path=path, content=content: client.patch(
                        path, 0, content
                    ),
                    clients,
                )
            )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [204, 409, 409, 409]
        arrivals.check(name, content)


def test_a_silent_connection_does_not_block_the_next_one(prefork):
    """REQ D-16: the client comes back before the server knows that it went"""
    client, arrivals = TusClient(prefork), Arrivals(prefork)
    content = os.urandom(1_000_000)
    path = client.create(len(content), "silent.dat")
    silent = client.begin_patch(path, 0, len(content), content[:400_000])
    try:
        client.finish(path, content)
    finally:
        silent.close()
    arrivals.check("silent.dat", content)


def test_more_than_announced_is_refused(prefork):
    """REQ D-16: a lying length, and a connection that ends too early"""
    client, arrivals = TusClient(prefork), Arrivals(prefork)
    content = os.urandom(100_000)
    path = client.create(len(content), "lies.dat")
    assert client.patch(path, 0, content + b"x").status_code == 413
    assert client.get_offset(path) == 0
    connection = client.begin_patch(path, 0, len(content), content[:50_000])
    connection.close()
    client.finish(path, content)
    arrivals.check("lies.dat", content)


def test_parallel_requests_begin_no_more_uploads_than_allowed(prefork):
    """REQ D-16: a hundred of a user at most, however they are begun"""
    clients = [TusClient(prefork, "ben") for _number in range(8)]
    for _turn in range(5):
        prefork.sql("DELETE FROM customer_portal_upload")
        clients[0].create(5, "first.dat")
        prefork.sql(
            "INSERT INTO customer_portal_upload"
            " (user_id, key_digest, file_key, filename, file_size, create_date, write_date)"
            " SELECT user_id, key_digest || n, file_key || n, filename, file_size,"
            " create_date, write_date"
            " FROM customer_portal_upload, generate_series(1, 97) n"
        )
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda client: client.try_create(5, "more.dat"), clients)
            statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [201] * 2 + [429] * 6
