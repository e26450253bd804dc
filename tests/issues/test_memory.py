"""What a large file costs the process that takes it, by the form and with an answer."""

import re
import tempfile
from pathlib import Path

import pytest
import requests

from .conftest import Binder, get_worker_pids

MAX_GROWTH_KB = 16 * 1024
SIZE = 200 * 1024**2
BOUNDARY = "-x-boundary-of-a-form-x-"


def read_peaks(server):
    """Return the peak memory of each worker, in kB, by process id."""
    peaks = {}
    for pid in get_worker_pids(server):
        text = Path(f"/proc/{pid}/status").read_text()
        peaks[pid] = int(re.search(r"VmHWM:\s+(\d+) kB", text)[1])
    return peaks


def reset_peaks(server):
    for pid in get_worker_pids(server):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def send(url, field, size, typed):
    """Post a form with a file of ``size`` bytes, which takes no memory here either."""

    def get_head(name, more=""):
        disposition = f'Content-Disposition: form-data; name="{name}"{more}'
        return f"--{BOUNDARY}\r\n{disposition}\r\n\r\n"

    head = "".join(f"{get_head(name)}{text}\r\n" for name, text in typed.items())
    head += get_head(field, '; filename="huge.dat"')
    with tempfile.TemporaryFile() as body:
        body.write(head.encode())
        body.truncate(len(head.encode()) + size)
        body.seek(0, 2)
        body.write(f"\r\n--{BOUNDARY}--\r\n".encode())
        body.seek(0)
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return requests.post(
            url, body, headers=headers, allow_redirects=False, timeout=120
        )


@pytest.fixture(scope="module")
def binder(server):
    server.call("res.company", "write", [1], {"portal_document_max_size": 0})
    return Binder(
        server, "Huge", portal_form_limit_address=0, portal_form_limit_email=0
    )


@pytest.fixture(scope="module")
def answer_url(server, binder):
    """The address for answers of somebody who has reported and got the mail."""
    [key] = binder.get_keys(1)
    before = len(server.mailbox.mails)
    binder.report(key, email="grace@visitor.example")
    while True:
        mails = server.mailbox.wait_for(before + 1, seconds=60)
        for mail in mails[before:]:
            if mail.recipients == ("grace@visitor.example",):
                link = r"(/my/ticket/\d+)(\?access_token=[0-9a-f]{64})"
                path, query = re.search(link, mail.html).groups()
                return f"{server.url}{path}/messages{query}"
        before += 1


def check_growth(server, send_file):
    """Send a small file often, for each worker to load what it needs, then a huge one."""
    for _time in range(10):
        assert send_file(5).status_code == 303
    reset_peaks(server)
    before = read_peaks(server)
    answer = send_file(SIZE)
    assert answer.status_code == 303, answer.text
    after = read_peaks(server)
    assert after.keys() == before.keys(), "a process met a limit and was replaced"
    growth = {pid: after[pid] - before[pid] for pid in before}
    assert max(growth.values()) <= MAX_GROWTH_KB, growth
    [(size,)] = server.sql(
        "SELECT file_size FROM ir_attachment WHERE name = 'huge.dat' ORDER BY id DESC LIMIT 1"
    )
    assert size == SIZE


def test_a_report_with_a_huge_file_takes_no_memory(server, binder):
    """REQ I-1, D-16"""
    keys = binder.get_keys(11)
    typed = {"email": "ada@visitor.example", "name": "Film", "description": "See this"}

    def send_file(size):
        form = {**typed, "form_key": keys.pop()}
        return send(binder.url, "attachments", size, form)

    check_growth(server, send_file)


def test_an_answer_with_a_huge_file_takes_no_memory(server, answer_url):
    """REQ I-2, D-16"""
    check_growth(
        server, lambda size: send(answer_url, "file", size, {"answer": "See this"})
    )
