"""Shared calendars of many people with few and many events, and their free times."""

import statistics
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .client import Client
from .conftest import numbers, open_site
from .measure import take_turns

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
AREA = "calendar"
PEOPLE = 20
SHOWN, EVENTS = 100, numbers("BENCH_EVENTS", "100000")[0]
MAX_RATIO = 1.3
MAX_CORE_RATIO = 2
DAYS = 60


@pytest.fixture(scope="module")
def few():
    with open_site(("customer_portal_shares",)) as site:
        yield _add_calendar(site, 0)


@pytest.fixture(scope="module")
def many():
    with open_site(("customer_portal_shares",)) as site:
        yield _add_calendar(site, EVENTS - SHOWN)


@pytest.fixture(scope="module")
def figures(few, many, runs):
    works = {}
    for name, (site, path, month) in {"few": few, "many": many}.items():
        client = Client(site.watched.server.port)
        for kind, rest in {
            "page": f"?date={month:%Y-%m-%d}",
            "month": f"/events?start={month:%Y-%m-%d}"
            f"&end={month + timedelta(days=42):%Y-%m-%d}",
        }.items():
            works[name, kind] = (site.watched, partial(client.get, path + rest))
    return take_turns(works, max(runs, 15), warm_ups=2)


def test_a_month_takes_as_long_among_many_events(figures, report):
    """REQ C-1"""
    goals = []
    for kind in ("page", "month"):
        pair = {name: figures[name, kind] for name in ("many", "few")}
        report.add(AREA, f"{kind} of {SHOWN} events", pair, ours="many")
        text = f"{kind}: {SHOWN} events among {EVENTS:,} ÷ among none"
        ratio = pair["many"].wall / pair["few"].wall
        goals.append(report.judge(AREA, text, ratio, MAX_RATIO, "×"))
        assert pair["many"].queries == pair["few"].queries
    assert all(goal.is_met for goal in goals), [goal.row() for goal in goals]


def _add_calendar(site, others):
    """Share a calendar with events in one month, and others long before and after it.

    :return: (site, path of the calendar, first day of the month)
    """
    server, rows = site.watched.server, site.rows
    [group] = server.call("res.groups", "search", [("full_name", "=", "Role / User")])
    users = [
        rows.create(
            "res.users", name=f"P{n}", login=f"p{n}", group_ids=[(6, 0, [group])]
        )
        for n in range(PEOPLE)
    ]
    partners = [
        user["partner_id"][0]
        for user in server.call("res.users", "read", users, ["partner_id"])
    ]
    calendar_id = rows.create(
        "customer.portal.calendar", name="All", user_ids=[(6, 0, users)]
    )
    item = {"res_model": "customer.portal.calendar", "res_id": calendar_id}
    share_id = rows.create("customer.portal.share", name="All", item_ids=[(0, 0, item)])
    [share] = server.call("customer.portal.share", "read", [share_id], ["url"])
    month = (datetime.now() + timedelta(days=40)).replace(day=1)
    month = month.replace(hour=0, minute=0, second=0, microsecond=0)
    # past Odoo, which would take an hour
    for count, spread in ((SHOWN, "n * interval '6 hours'"), (others, _FAR)):
        server.sql(
            f"""
            WITH made AS (
                INSERT INTO calendar_event
                       (name, start, stop, active, show_as, allday, user_id)
                SELECT 'Event ' || n, moment, moment + interval '1 hour', TRUE, 'busy',
                       FALSE, %s
                  FROM (SELECT n, %s::timestamp + {spread} AS moment
                          FROM generate_series(1, %s) n) numbers
             RETURNING id
            )
            INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
            SELECT id, (%s::int[])[1 + id %% {PEOPLE}] FROM made
            """,
            users[0],
            f"{month:%Y-%m-%d}",
            count,
            partners,
        )
    rows.settle()
    path = f"/share/{share['url'].partition('/share/')[2]}/calendar/{calendar_id}"
    return site, path, month


#: Five years before and after, with two months between.
_FAR = (
    "CASE WHEN n %% 2 = 0 THEN interval '60 days' + n * interval '26 minutes'"
    " ELSE - interval '10 days' - n * interval '26 minutes' END"
)


@tagged("-at_install", "post_install")
class TestFreeTimes(TransactionCase):
    """REQ C-3: free times of many people, beside what core takes for their working hours alone."""

    def test_free_times_of_many_people(self):
        users = self.env["res.users"]
        for number in range(PEOPLE):
            users |= users.with_context(no_reset_password=True).create(
                {"name": f"P{number}", "login": f"bench_p{number}"}
            )
        hours = self.env.company.resource_calendar_id
        resources = self.env["resource.resource"].create(
            [
                {"name": user.name, "user_id": user.id, "calendar_id": hours.id}
                for user in users
            ]
        )
        calendar = self.env["customer.portal.calendar"].create(
            {"name": "All", "user_ids": [Command.set(users.ids)], "horizon_days": DAYS}
        )
        now = datetime.now().replace(microsecond=0)
        self.env["calendar.event"].with_context(
            no_mail_to_attendees=True, dont_notify=True
        ).create(
            [
                {
                    "name": "Event",
                    "start": now + timedelta(hours=3 * number),
                    "stop": now + timedelta(hours=3 * number + 1),
                    "partner_ids": [Command.set(users[number % PEOPLE].partner_id.ids)],
                }
                for number in range(400)
            ]
        )
        stop = now + timedelta(days=DAYS)

        def ours():
            return calendar._get_slots(now, stop)

        def core():
            return hours._work_intervals_batch(
                now.replace(tzinfo=UTC), stop.replace(tzinfo=UTC), resources
            )

        took = {work: [] for work in (ours, core)}
        for _run in range(15):
            for work, seconds in took.items():
                self.env.invalidate_all()
                start = time.perf_counter()
                work()
                seconds.append(time.perf_counter() - start)
        ours_s, core_s = (statistics.median(took[work]) for work in (ours, core))
        print(f"free times: {ours_s * 1000:.0f} ms, core: {core_s * 1000:.0f} ms")
        self.assertLessEqual(ours_s, MAX_CORE_RATIO * core_s)
        self.assertTrue(ours())
