"""A calendar of two colleagues, who work from Monday to Friday in Berlin."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase

from ..common import ShareHttpCase, SharesMixin

#: A Monday noon; the tests of one class live at this moment.
NOW = datetime(2026, 11, 2, 12, 0)
#: The first day on which appointments are possible: Wednesday.
DAY = datetime(2026, 11, 4)


class CalendarMixin(SharesMixin):
    @classmethod
    def _set_up_calendar(cls):
        # without the feast days and hours of whoever runs the tests
        cls.hours = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "Europe/Berlin", "company_id": cls.company.id}
        )
        cls.hours.attendance_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": "Day",
                        "dayofweek": str(day),
                        "hour_from": start,
                        "hour_to": stop,
                        "day_period": period,
                    }
                )
                for day in range(5)
                for start, stop, period in ((9, 12, "morning"), (13, 17, "afternoon"))
            ),
        ]
        cls.anna = cls._create_staff("test_anna", "base.group_user")
        cls.bert = cls._create_staff("test_bert", "base.group_user")
        (cls.anna | cls.bert).tz = "Europe/Berlin"
        cls.calendar = cls._create_calendar()

    @classmethod
    def _create_calendar(cls, **vals):
        return cls.env["customer.portal.calendar"].create(
            {
                "name": "Consulting",
                "user_ids": [Command.set(cls.anna.ids)],
                "manager_ids": [Command.set(cls.anna.ids)],
                "resource_calendar_id": cls.hours.id,
                **vals,
            }
        )

    @classmethod
    def _create_event(cls, start, stop=None, *people, **vals):
        """Return an event of Anna, or of other people, of one hour unless it says so."""
        people = people or [cls.anna]
        stop = stop or start + timedelta(hours=1)
        context = {"no_mail_to_attendees": True, "dont_notify": True}
        return (
            cls.env["calendar.event"]
            .with_context(**context)
            .create(
                {
                    "name": "Secret talks",
                    "start": start,
                    "stop": stop,
                    "user_id": people[0].id,
                    "partner_ids": [
                        Command.set([person.partner_id.id for person in people])
                    ],
                    **vals,
                }
            )
        )

    @classmethod
    def _create_appointment(cls, start=None, user=None, calendar=None, **vals):
        return cls.env["customer.portal.appointment"].create(
            {
                "calendar_id": (calendar or cls.calendar).id,
                "partner_id": (user or cls.owner).partner_id.id,
                "start": start or DAY + timedelta(hours=9),
                "subject": "New lamps",
                **vals,
            }
        )

    def _get_slots(self, day=DAY, days=1, calendar=None):
        """Return the starts of the free times of a day, in UTC."""
        slots = (calendar or self.calendar)._get_slots(day, day + timedelta(days=days))
        return [f"{start:%H:%M}" for start, _stop in slots]

    def _get_mails(self, record=None):
        """Return the mails about a record, those of all appointments if None."""
        domain = [("model", "=", "customer.portal.appointment")]
        if record:
            domain += [("res_id", "in", record.ids)]
        return self.env["mail.mail"].sudo().search(domain, order="id")


class CalendarCase(CalendarMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls._set_up_shares()
        cls._set_up_calendar()


class CalendarHttpCase(CalendarMixin, ShareHttpCase):
    """Over HTTP, at the time that it is: the days of the tests are found from today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_calendar()
        today = fields.Date.today()
        monday = today + timedelta(days=7 - today.weekday())
        cls.day = datetime(monday.year, monday.month, monday.day) + timedelta(days=2)
        # an hour of the office's morning, in summer too
        at_eleven = datetime.combine(cls.day, time(11), ZoneInfo("Europe/Berlin"))
        cls.start = at_eleven.astimezone(UTC).replace(tzinfo=None)

    def calendar_path(self, share, rest="", calendar=None):
        return self.path(share, f"/calendar/{(calendar or self.calendar).id}{rest}")
