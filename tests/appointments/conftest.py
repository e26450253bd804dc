"""Servers with a calendar whose days are long, and people who ask for appointments."""

from datetime import date, datetime, timedelta

import pytest
import requests

from portal_setup.live import LiveServer

MODULES = ["customer_portal_shares"]
CUSTOMERS = ("anna", "ben", "cleo", "carla")


class Office:
    """One colleague, who works day and night, and a web link to their calendar.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server = server
        hours = [
            (
                0,
                0,
                {
                    "name": "Day",
                    "dayofweek": str(day),
                    "hour_from": 0,
                    "hour_to": 24,
                    "day_period": "morning",
                },
            )
            for day in range(7)
        ]
        hours_id = self.create(
            "resource.calendar",
            name="Always",
            tz="UTC",
            attendance_ids=[(5, 0, 0), *hours],
        )
        self.calendar_id = self.create(
            "customer.portal.calendar",
            name="Always open",
            resource_calendar_id=hours_id,
            slot_minutes=15,
            horizon_days=300,
            allow_visitor_requests=True,
        )
        item = {"res_model": "customer.portal.calendar", "res_id": self.calendar_id}
        share_id = self.create(
            "customer.portal.share", name="Live", item_ids=[(0, 0, item)]
        )
        [share] = server.call("customer.portal.share", "read", [share_id], ["url"])
        path = share["url"].partition("/share/")[2]
        self.url = f"{server.url}/share/{path}/calendar/{self.calendar_id}"
        self._slots = self._count_slots()
        self.sessions = [self._log_in(login) for login in CUSTOMERS]

    def create(self, model, **values):
        return self.server.call(model, "create", [values])[0]

    def _count_slots(self):
        moment = datetime.combine(date.today() + timedelta(days=3), datetime.min.time())
        while True:
            yield f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            moment += timedelta(minutes=15)

    def next_slot(self):
        """Return the start of a time that no test has used."""
        return next(self._slots)

    def _log_in(self, login):
        """Return the cookies of a customer."""
        session = requests.Session()
        page = session.get(f"{self.server.url}/web/login").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"login": login, "password": login, "csrf_token": token}
        session.post(f"{self.server.url}/web/login", form, allow_redirects=False)
        return session.cookies.get_dict()

    def ask(self, start, number=0):
        """Ask for a time as one of the customers; return the response."""
        return requests.post(
            f"{self.url}/appointments",
            {"start": start, "subject": f"Request {number}"},
            cookies=self.sessions[number % len(self.sessions)],
            headers={"Accept": "application/json"},
            timeout=120,
        )

    def accept(self, appointment_id):
        """Accept an appointment; return what Odoo answers, or the last line of its error."""
        try:
            return self.server.call(
                "customer.portal.appointment", "action_accept", [appointment_id]
            )
        except RuntimeError as error:
            return str(error).strip().splitlines()[-1]

    def count(self, condition, *values):
        [(count,)] = self.server.sql(
            "SELECT count(*) FROM customer_portal_appointment"
            f" WHERE calendar_id = %s AND {condition}",
            self.calendar_id,
            *values,
        )
        return count


@pytest.fixture(scope="module", params=[2, 0], ids=["prefork", "threaded"])
def office(request):
    with LiveServer(MODULES, workers=request.param) as server:
        server.call("customer.portal.calendar", "search", [])
        yield Office(server)
        assert server.problems() == []
