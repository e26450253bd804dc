"""Reports that Odoo tries again, because PostgreSQL could not finish them beside others."""

import time

import pytest

from portal_setup.live import LiveServer

from .conftest import Binder

FAIL_ONCE = """
    CREATE SEQUENCE issue_tries;
    CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('issue_tries') = 1 THEN
            RAISE EXCEPTION 'not beside others' USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER fail_once AFTER INSERT ON helpdesk_ticket
        FOR EACH ROW EXECUTE FUNCTION fail_once()
"""


@pytest.fixture(scope="module")
def server():
    """A server of its own, for what it writes into its log of the failure."""
    with LiveServer(["customer_portal_issues"]) as server:
        server.call("res.company", "write", [1], {"email": "help@us.example.com"})
        server.sql(FAIL_ONCE)
        yield server


def wait_for_mail(server, email, seconds=20):
    end = time.monotonic() + seconds
    while not any(email in mail.recipients for mail in server.mailbox.mails):
        assert time.monotonic() < end, f"no mail to {email} within {seconds} s"
        time.sleep(0.1)


def test_a_report_that_is_tried_again_counts_once(server):
    """REQ I-1, I-2: it is kept with its file, and its visitor is told"""
    binder = Binder(
        server, "Again", portal_form_limit_address=1, portal_form_limit_email=1
    )
    first, second = binder.get_keys(2)
    files = [("attachments", ("lamp.txt", b"dark"))]
    assert binder.report(first, files=files).status_code == 303
    assert server.sql("SELECT last_value FROM issue_tries") == [(2,)], "tried twice"
    assert binder.count_issues() == 1
    kept = server.sql("SELECT count(*) FROM ir_attachment WHERE name = 'lamp.txt'")
    assert kept == [(1,)]
    wait_for_mail(server, "ada@visitor.example")
    assert binder.report(second).status_code == 429
