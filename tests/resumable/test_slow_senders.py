"""Who sends slowly takes no worker from the others (issue 11, line 6)."""

import http.client
import threading
import time

import pytest
import requests

from portal_setup.live import LiveServer

from .client import CONTENT_TYPE, VERSION, TusClient

WORKERS = 2
#: of a page, while the slow send: the machine of a test may be busy
MOST_SECONDS = 10


class SlowSender:
    """A request whose body comes a byte at a time, until the other side has had enough."""

    def __init__(
        self, server, method, path, headers, size=1_000_000, pause=0.7, begin=b"x"
    ):
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", server.port, timeout=90
        )
        self._connection.putrequest(method, path)
        for name, value in {**headers, "Content-Length": size}.items():
            self._connection.putheader(name, str(value))
        self._connection.endheaders(begin)
        self._pause, self._stopped = pause, threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self):
        while not self._stopped.wait(self._pause):
            try:
                self._connection.sock.send(b"x")
            except (OSError, AttributeError):
                return

    def read_answer(self):
        return self._connection.getresponse()

    def stop(self):
        self._stopped.set()
        self._connection.close()


@pytest.fixture
def slow(prefork):
    """Start slow senders that end with the test."""
    senders = []

    def start(*args, **kwargs):
        senders.append(SlowSender(prefork, *args, **kwargs))
        return senders[-1]

    yield start
    for sender in senders:
        sender.stop()


def get_patch(client, name):
    path = client.create(1_000_000, name)
    return (
        "PATCH",
        path,
        {
            **VERSION,
            **CONTENT_TYPE,
            "Cookie": client.cookie,
            "Upload-Offset": 0,
        },
    )


def check_pages_answer(server, seconds=7):
    """Ask for a page again and again; each has to come.

    :param seconds: longer than a slow sender is borne with
    """
    end, slowest = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        begun = time.monotonic()
        answer = requests.get(f"{server.url}/web/login", timeout=MOST_SECONDS)
        assert answer.status_code == 200
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.2)
    print(f"slowest page: {slowest:.2f} s")


@pytest.mark.slow
def test_one_customer_and_as_many_slow_uploads_as_workers(prefork, slow):
    client = TusClient(prefork)
    patches = [get_patch(client, f"slow{number}.dat") for number in range(WORKERS + 1)]
    senders = [slow(*patch) for patch in patches]
    check_pages_answer(prefork)
    # all but one are told to come later, and at once
    answers = [sender.read_answer() for sender in senders]
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [204, 429, 429]
    refused = [answer for answer in answers if answer.status == 429]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)


@pytest.mark.slow
def test_two_customers(prefork, slow):
    for login in ("anna", "admin"):
        slow(*get_patch(TusClient(prefork, login), f"{login}.dat"))
    check_pages_answer(prefork)


@pytest.mark.slow
def test_slow_forms(prefork, slow):
    client = TusClient(prefork)
    head = (
        b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    )
    for cookie in (client.cookie, client.cookie, "", ""):
        slow(
            "POST",
            "/my/documents/upload",
            {"Cookie": cookie, "Content-Type": "multipart/form-data; boundary=xx"},
            begin=head,
        )
    check_pages_answer(prefork)


@pytest.mark.slow
def test_slow_calls_and_files_by_doors_of_odoo(prefork, slow):
    """Core reads some calls before it asks who calls"""
    cookie = TusClient(prefork).cookie
    form = "multipart/form-data; boundary=xx"
    for path, kind, sent_cookie in (
        ("/web/dataset/call_kw", "application/json", cookie),
        ("/web/dataset/call_kw", "application/json", ""),
        ("/web/dataset/call_button/x", "application/json", ""),
        ("/mail/attachment/upload", form, cookie),
    ):
        headers = {"Cookie": sent_cookie, "Content-Type": kind}
        slow("POST", path, headers, begin=b"{")
    check_pages_answer(prefork)


@pytest.mark.slow
def test_what_is_refused_is_not_waited_for(prefork, slow):
    client = TusClient(prefork)
    for cookie in (client.cookie, "", client.cookie, ""):
        slow(
            "PATCH",
            "/my/documents/tus/unknown",
            {**VERSION, **CONTENT_TYPE, "Cookie": cookie, "Upload-Offset": 0},
        )
    check_pages_answer(prefork)


@pytest.mark.slow
def test_the_deadline_holds_within_a_second():
    limit = ("--limit-time-real", "8")
    with LiveServer(["customer_portal_docs"], arguments=limit) as server:
        client = TusClient(server)
        method, path, headers = get_patch(client, "slow.dat")
        requests.get(f"{server.url}/web/login", timeout=30)
        begun = time.monotonic()
        # quick enough not to be sent away, and not for ever
        sender = SlowSender(server, method, path, headers, begin=b"x" * 50_000)
        assert sender.read_answer().status == 204
        assert 3.5 < time.monotonic() - begun < 5
        sender.stop()
        assert client.get_offset(path) >= 50_000


@pytest.mark.slow
def test_two_at_once_and_the_third_comes_later(threaded):
    client = TusClient(threaded)
    patches = [get_patch(client, f"many{number}.dat") for number in range(3)]
    senders = []
    try:
        for patch in patches[:2]:
            senders.append(SlowSender(threaded, *patch, begin=b"x" * 100_000))
            time.sleep(1)
        senders.append(SlowSender(threaded, *patches[2]))
        answer = senders[2].read_answer()
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 0
        # creating and asking is no sending
        assert client.get_offset(patches[2][1]) == 0
    finally:
        for sender in senders:
            sender.stop()
    content = b"x" * 1000
    path = client.create(len(content), "after.txt", **{"name": "After"})
    client.finish(path, content)
