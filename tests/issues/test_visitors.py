"""Visitors bring no session: Odoo has to know which database they mean."""

import pytest
import requests

from portal_setup.live import LiveServer

from .conftest import Binder

CONNECTION_LOG = ("--log-handler", "odoo.sql_db.connection:DEBUG")


@pytest.fixture(scope="module")
def idle():
    """A server that writes down its connections, and whose scheduled actions make none."""
    with LiveServer(
        ["customer_portal_issues"],
        config={"max_cron_threads": 0},
        arguments=CONNECTION_LOG,
    ) as server:
        yield server


def test_the_databases_are_not_listed_for_each_visitor(idle):
    """REQ I-1: it takes a connection of its own each time, and a fifth of a report's time"""
    binder = Binder(idle, "Open")
    before = len(idle.log.read_text())
    assert requests.get(binder.url).status_code == 200
    log = idle.log.read_text()[before:]
    assert idle.database in log, "connections are written down"
    assert "dbname=postgres" not in log


def test_no_other_database_is_served(idle):
    """REQ I-1"""
    binder = Binder(idle, "Ours")
    for name, status in ((idle.database, 200), ("postgres", 404), ("", 404)):
        headers = {"X-Odoo-Database": name or "absent"}
        assert requests.get(binder.url, headers=headers).status_code == status, name
