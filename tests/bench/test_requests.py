"""Requests: the home and the list of a customer with many, and the reminders of many customers."""

import time
from functools import partial

import pytest

from .conftest import SUITE, numbers, open_site
from .measure import take_turns
from .peers import Page

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
AREA = "requests"
LINES = max(numbers("BENCH_ROWS", "100 10000 100000"))
#: Lines of one request.
PER_REQUEST = 10
#: Customers who are reminded at once.
REMINDED = numbers("BENCH_REMINDED", "10000")[0]
MAX_QUERIES = 30
MAX_RATIO = 1.3
MAX_REMINDER_SECONDS = 600


def _add_requests(site, name, requests):
    """Give a customer many requests of ten lines."""
    customer = site.rows.add_customer(name, requests)
    lines = [(0, 0, {"name": f"Line {n}"}) for n in range(PER_REQUEST)]
    request_id = site.rows.create(
        "customer.portal.request",
        name="Accounts",
        partner_id=customer.contact_id,
        deadline="2037-01-01",
        line_ids=lines,
    )
    site.watched.server.call("customer.portal.request", "action_send", [request_id])
    if requests > 1:
        offset = site.rows.multiply("customer_portal_request", request_id, requests)
        [(line_id,)] = site.watched.server.sql(
            "SELECT min(id) FROM customer_portal_request_line"
            f" WHERE request_id = {request_id}"
        )
        site.rows.multiply(
            "customer_portal_request_line",
            line_id,
            (requests - 1) * PER_REQUEST + 1,
            request_id=f"{offset} + 1 + (n - 1) / {PER_REQUEST}",
        )
    return customer


@pytest.fixture(scope="module")
def site():
    with open_site(SUITE) as site:
        site.customers[1] = _add_requests(site, "few", 1)
        site.customers[LINES] = _add_requests(site, "many", LINES // PER_REQUEST)
        site.rows.settle()
        yield site


def test_pages_take_as_long_for_many_requests(site, runs, report):
    """REQ D-18"""
    works = {}
    for rows, customer in site.customers.items():
        client = site.log_in(customer)
        for name, path in {
            "home": "/my/home",
            "list": "/my/requests",
            "to do": "/my/requests?filterby=open",
        }.items():
            works[rows, name] = (
                site.watched,
                partial(Page(path, "/my/requests/").read, client),
            )
    figures = take_turns(works, max(runs, 9), warm_ups=2)
    goals = []
    for (rows, name), figure in figures.items():
        report.add(AREA, f"{rows:,} lines: {name}", {"ours": figure})
        goals.append(
            report.judge(AREA, f"SQL statements of {name}", figure.queries, MAX_QUERIES)
        )
    for name in ("home", "list", "to do"):
        more = figures[LINES, name].queries - figures[1, name].queries
        goals.append(report.judge(AREA, f"{name}: statements more than few", more, 3))
    assert all(goal.is_met for goal in goals), [goal.row() for goal in goals]


def test_ten_thousand_customers_are_reminded(site, report):
    """REQ D-18: in batches, each once"""
    sql = site.watched.server.sql
    customer = _add_requests(site, "reminded", 1)
    [(request_id,)] = sql(
        "SELECT id FROM customer_portal_request"
        f" WHERE partner_id = {customer.contact_id}"
    )
    sql("UPDATE customer_portal_request SET deadline = now() + interval '999 days'")
    partners = site.rows.multiply(
        "res_partner",
        customer.contact_id,
        REMINDED,
        email="'reminded' || n || '@example.com'",
        email_normalized="'reminded' || n || '@example.com'",
        # who was asked today is reminded tomorrow
        portal_asked_date="NULL::date",
    )
    requests = site.rows.multiply(
        "customer_portal_request",
        request_id,
        REMINDED,
        partner_id=f"{partners} + n",
        deadline="now()",
        # the day on which it was sent is no day to remind of it
        sent_date="now()::date - 30",
    )
    [(line_id,)] = sql(
        f"SELECT min(id) FROM customer_portal_request_line WHERE request_id = {request_id}"
    )
    site.rows.multiply(
        "customer_portal_request_line", line_id, REMINDED, request_id=f"{requests} + n"
    )
    site.rows.settle()
    [cron] = site.watched.server.call(
        "ir.cron", "search", [("code", "like", "_cron_portal_remind")]
    )
    start, reminded, before = time.monotonic(), 0, -1
    while before < reminded:  # a job ends after some seconds, and Odoo runs it again
        before = reminded
        site.watched.server.call("ir.cron", "method_direct_trigger", [cron])
        [(reminded,)] = sql(
            "SELECT count(*) FROM customer_portal_request"
            " WHERE reminded_date IS NOT NULL"
        )
    seconds = time.monotonic() - start
    text = f"{reminded:,} customers reminded"
    goal = report.judge(AREA, text, seconds, MAX_REMINDER_SECONDS, "s")
    assert goal.is_met and reminded >= REMINDED - 1
