"""A server with two workers, its binders, and visitors who report."""

import contextlib
import re
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests

from portal_setup.live import LiveServer

#: What is filled in faster is asked for once more.
MIN_SECONDS = 3.2


class Binder:
    """A binder with a public form.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server, name, **vals):
        self.server = server
        values = {"name": name, "portal_form": "public", **vals}
        self.id = server.call("helpdesk.ticket.team", "create", [values])[0]
        [team] = server.call(
            "helpdesk.ticket.team", "read", [self.id], ["portal_form_url"]
        )
        self.path = re.search(r"/issues/new/.+", team["portal_form_url"])[0]
        self.url = server.url + self.path

    def get_keys(self, count):
        """Return keys of that many forms that were opened a while ago."""
        keys = [
            re.search(r'name="form_key"\s+value="([^"]+)"', requests.get(self.url).text)
            for _time in range(count)
        ]
        time.sleep(MIN_SECONDS)
        return [key[1] for key in keys]

    def report(
        self, form_key, email="ada@visitor.example", headers=None, files=None, **typed
    ):
        values = {
            "partner_name": "Ada Berg",
            "email": email,
            "name": "Lamp is dark",
            "description": "Since Monday",
            "form_key": form_key,
            **typed,
        }
        return requests.post(
            self.url,
            values,
            files=files,
            headers=headers,
            allow_redirects=False,
            timeout=60,
        )

    def count_issues(self):
        [(count,)] = self.server.sql(
            "SELECT count(*) FROM helpdesk_ticket WHERE team_id = %s", self.id
        )
        return count


def crowd(work, size):
    """Return what ``size`` visitors get who do ``work`` at the same time."""
    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(lambda number: _insist(work, number), range(size)))


def _insist(work, number):
    """Knock again if nobody opened: Linux resets a connection that waits in vain."""
    for _time in range(3):
        with contextlib.suppress(requests.ConnectionError):
            return work(number)
    return work(number)


def get_worker_pids(server):
    """Return the ids of the processes that serve requests."""
    children = psutil.Process(server.process.pid).children()
    return [
        child.pid for child in children if "gevent" not in " ".join(child.cmdline())
    ]


@pytest.fixture(scope="package")
def server():
    with LiveServer(["customer_portal_issues"], workers=2) as server:
        server.call("res.company", "write", [1], {"email": "help@us.example.com"})
        yield server
        assert server.problems() == []
