"""A server that is killed while it reminds: each customer has one mail, whenever it was."""

import collections
import contextlib
import http.client
import os
import signal
import threading
import time

import pytest

from portal_setup.live import LiveServer

CUSTOMERS = 250
PATIENCE_SECONDS = 90
#: Which mails of the queue the server is killed at, as the mail server has just taken them.
KILLED_AT = (7, 40, 41)
REMINDED = "SELECT count(*) FROM res_partner WHERE portal_reminded_date IS NOT NULL"


@pytest.fixture(scope="module")
def server():
    with LiveServer(["customer_portal_docs"], demo=False) as server:
        yield server


@pytest.fixture(scope="module")
def addresses(server):
    """Customers who each owe a document today; their addresses."""
    addresses = [f"customer{number}@example.com" for number in range(CUSTOMERS)]
    partners = server.call(
        "res.partner",
        "create",
        [{"name": address, "email": address} for address in addresses],
    )
    line = (0, 0, {"name": "Passport"})
    requests = server.call(
        "customer.portal.request",
        "create",
        [
            {
                "name": "Papers",
                "partner_id": partner,
                "deadline": "2037-01-01",
                "line_ids": [line],
            }
            for partner in partners
        ],
    )
    # they were sent long ago, and their mails are not what is counted
    server.sql(
        "UPDATE customer_portal_request SET state = 'open', deadline = now()::date,"
        " sent_date = now()::date - 30 WHERE id = ANY(%s)",
        requests,
    )
    return addresses


def kill(server):
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()


def start_again(server):
    server.stop()
    # a job whose process was killed three times is put off as one that takes too long
    server.sql("DELETE FROM ir_cron_progress")
    server.start()


def run(server, code):
    """Run a scheduled action; that the server is killed, or runs it already, is no error."""
    with contextlib.suppress(OSError, http.client.HTTPException, RuntimeError):
        [cron] = server.call("ir.cron", "search", [("code", "like", code)])
        server.call("ir.cron", "method_direct_trigger", [cron])


def wait_for(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def get_counts(server):
    return collections.Counter(
        recipient for mail in server.mailbox.mails for recipient in mail.recipients
    )


def get_reached(server):
    """Return the addresses that a mail came to, or whose mail staff are told of."""
    stopped = server.sql(
        "SELECT partner.email FROM res_partner partner"
        " JOIN mail_mail mail ON mail.id = partner.portal_reminder_mail_id"
        " WHERE mail.state = 'exception' AND mail.failure_reason LIKE %s",
        "The server stopped%",
    )
    return {*get_counts(server), *(address for (address,) in stopped)}


def test_nobody_is_reminded_twice(server, addresses):
    """REQ D-18: killed among the batches, and between a mail and the note that it is sent

    A mail that was about to leave when the server was killed may have arrived: it waits for staff.
    """
    killed_at = set(KILLED_AT)

    def kill_at(mail):
        count = len(server.mailbox.mails)
        if count in killed_at:
            kill(server)
            killed_at.discard(count)

    reminding = threading.Thread(target=run, args=(server, "_cron_portal_remind"))
    reminding.start()
    wait_for(lambda: server.sql(REMINDED)[0][0] >= 100)
    kill(server)
    reminding.join()
    reminded = server.sql(REMINDED)[0][0]
    assert 100 <= reminded < CUSTOMERS, "killed in the middle"
    server.mailbox.on_mail = kill_at
    for _time in range(len(KILLED_AT) + 2):
        start_again(server)
        run(server, "_cron_portal_remind")
        run(server, "process_email_queue")
        if not killed_at and server.process.poll() is None:
            break
    assert not killed_at, "killed while it sent, too"
    wait_for(lambda: get_reached(server) == set(addresses))
    # and what comes later on the same day
    run(server, "_cron_portal_remind")
    run(server, "process_email_queue")
    counts = get_counts(server)
    assert get_reached(server) == set(addresses)
    # one for each of the times that it was killed
    assert len(counts) >= CUSTOMERS - 1 - len(KILLED_AT)
    assert set(counts.values()) == {1}, counts.most_common(3)
    assert server.sql(REMINDED)[0][0] == CUSTOMERS
