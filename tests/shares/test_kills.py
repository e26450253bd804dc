"""Workers that are killed while they count: what they held is free, what they counted stays."""

import contextlib
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from portal_setup.live import standing_ground

from .conftest import PASSWORD

KILLS = 12
PATIENCE_SECONDS = 30
CONTENT = b"%PDF-1.4 " + bytes(range(256)) * 100


def kill_workers(site):
    for pid in site.worker_pids():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_for(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def try_to(work):
    """Return the status and content that ``work`` gets, or None if the server went away."""
    try:
        answer = work()
        return answer.status_code, answer.content
    except requests.RequestException:
        return None


def insist(work):
    """Return the status that ``work`` gets once there is a server again."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := try_to(work)) is None:
        assert time.monotonic() < end
        time.sleep(0.1)
    return answer[0]


@contextlib.contextmanager
def held_row(site, table, record_id):
    """Hold a row, so that a request that counts there stops in the middle."""
    connection = standing_ground().databases.connect(site.server.database)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        query = f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE"
        cursor.execute(query, [record_id])
        yield


def test_a_worker_killed_while_it_counts_leaves_no_lock(prefork_site):
    """REQ S-10"""
    site, document_id = prefork_site, prefork_site.add_document("Killed", CONTENT)
    share = site.add_share(("document", document_id), download_limit=2)
    rest = f"/document/{document_id}?download=1"
    # the first visit is noted, which is counted too
    assert share.get().status_code == 200
    with ThreadPoolExecutor(1) as pool:
        with held_row(site, "customer_portal_share", share.id):
            stopped = pool.submit(try_to, lambda: share.get(rest))
            wait_for(lambda: share.locks() == 1)
            kill_workers(site)
            assert stopped.result() is None
    wait_for(lambda: share.locks() == 0)
    assert insist(lambda: share.get(rest)) == 200
    assert share.count() in (1, 2)


def test_kills_at_any_moment_break_no_limit(prefork_site):
    """REQ S-8, S-10"""
    site, chance = prefork_site, random.Random(10)
    document_id = site.add_document("Killed often", CONTENT)
    items = ("document", document_id)
    share = site.add_share(items, download_limit=30)
    locked = site.add_share(items, password=PASSWORD)
    rest = f"/document/{document_id}?download=1"
    whole = wrong = 0
    for _number in range(KILLS):
        with ThreadPoolExecutor(8) as pool:
            downloads = [
                pool.submit(try_to, lambda: share.get(rest)) for _time in range(4)
            ]
            guesses = [
                pool.submit(try_to, lambda: locked.unlock("wrong"))
                for _time in range(4)
            ]
            time.sleep(chance.uniform(0, 0.15))
            kill_workers(site)
        whole += sum(
            answer == (200, CONTENT)
            for answer in map(lambda one: one.result(), downloads)
        )
        wrong += sum(
            bool(answer) and answer[0] == 401
            for answer in map(lambda one: one.result(), guesses)
        )
        assert insist(share.get) == 200
    assert whole <= share.count() <= 30
    assert wrong <= 5
    wait_for(lambda: share.locks() == locked.locks() == 0)
    assert insist(lambda: locked.unlock(PASSWORD)) in (303, 429)
