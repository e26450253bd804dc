from datetime import UTC, datetime, timedelta

import icalendar

from odoo.tests import tagged

from ...tools.ics import Entry, Invitation, make_feed, make_invitation
from .common import DAY, CalendarCase

EVIL = 'Eve"\r\nATTENDEE:mailto:x@example.com\u2028\x0bX'


@tagged("-at_install", "post_install")
class TestIcs(CalendarCase):
    """REQ C-2: the files that mails carry."""

    def _make(self, **changes):
        values = {
            "uid": "abc@example.com",
            "sequence": 3,
            "start": datetime(2026, 7, 1, 8),
            "stop": datetime(2026, 7, 1, 9),
            "zone": "Europe/Berlin",
            "summary": "Lamps; three, or more",
            "organizer": ("Anna", "anna@example.com"),
            "attendee": ("Vera", "vera@example.com"),
            "is_cancelled": False,
            "stamp": datetime(2026, 6, 1),
            **changes,
        }
        return make_invitation(Invitation(**values))

    def _parse(self, content):
        calendar = icalendar.Calendar.from_ical(content)
        [event] = calendar.walk("VEVENT")
        self.assertFalse(event.errors)
        return calendar, event

    def test_a_program_reads_it(self):
        calendar, event = self._parse(self._make())
        self.assertEqual(
            (calendar["METHOD"], event["STATUS"]), ("REQUEST", "CONFIRMED")
        )
        self.assertEqual((event["UID"], event["SEQUENCE"]), ("abc@example.com", 3))
        self.assertEqual(event["SUMMARY"], "Lamps; three, or more")
        start = event["DTSTART"]
        self.assertEqual(start.params["TZID"], "Europe/Berlin")
        self.assertEqual(start.dt.astimezone(UTC).hour, 8)
        self.assertEqual(event["ORGANIZER"], "mailto:anna@example.com")
        self.assertEqual(event["ATTENDEE"].params["CN"], "Vera")

    def test_cancelled(self):
        calendar, event = self._parse(self._make(is_cancelled=True))
        self.assertEqual((calendar["METHOD"], event["STATUS"]), ("CANCEL", "CANCELLED"))

    def test_the_zone_itself_says_when_it_is(self):
        """A program that does not know the zone reads its VTIMEZONE."""
        for zone in (
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kolkata",
            "Africa/Casablanca",
        ):
            for month in range(1, 13):
                start = datetime(2026, month, 15, 12)
                content = self._make(
                    start=start, stop=start + timedelta(hours=1), zone=zone
                ).replace(zone.encode(), zone[::-1].encode())
                _calendar, event = self._parse(content)
                told = event["DTSTART"].dt.astimezone(UTC).replace(tzinfo=None)
                self.assertEqual(told, start, f"{zone}, {month}")

    def test_names_cannot_add_lines(self):
        content = self._make(
            organizer=(EVIL, "anna@example.com"),
            attendee=(EVIL, "a@b.c\r\nX:y"),
            summary=EVIL,
        )
        calendar, event = self._parse(content)
        lines = content.decode().replace("\r\n ", "").split("\r\n")
        self.assertEqual(sum(line.startswith("ATTENDEE") for line in lines), 1)
        self.assertNotIn("X:y", lines)
        self.assertEqual(len(calendar.walk("VEVENT")), 1)
        self.assertIn("Eve'", event["ORGANIZER"].params["CN"])
        self.assertLessEqual(max(map(len, content.split(b"\r\n"))), 75)
        feed = make_feed(EVIL, [Entry("1", DAY, DAY + timedelta(hours=1), EVIL)], DAY)
        self.assertEqual(feed.count(b"\r\nATTENDEE"), 0)
        self._parse(feed)

    def test_the_uid_stays_and_the_sequence_grows(self):
        appointment = self._create_appointment()
        appointment.action_accept()
        appointment._move(DAY + timedelta(hours=13))
        appointment.action_cancel()
        files = [
            mail.attachment_ids.raw
            for mail in self._get_mails(appointment)
            if mail.attachment_ids
        ]
        parsed = [self._parse(content) for content in files]
        self.assertEqual(
            [c["METHOD"] for c, _e in parsed], ["REQUEST", "REQUEST", "CANCEL"]
        )
        self.assertEqual(len({event["UID"] for _c, event in parsed}), 1)
        numbers = [event["SEQUENCE"] for _c, event in parsed]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_the_uid_stays_when_the_server_moves(self):
        """REQ C-2: or calendar programs would not find what was moved or cancelled"""
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://old.example.com:8069")
        appointment = self._create_appointment()
        appointment.action_accept()
        parameters.set_param("web.base.url", "https://new.example.com")
        appointment._move(DAY + timedelta(hours=13))
        uids = [
            self._parse(mail.attachment_ids.raw)[1]["UID"]
            for mail in self._get_mails(appointment)
            if mail.attachment_ids
        ]
        self.assertEqual(len(uids), 2)
        self.assertEqual(len(set(uids)), 1)
        self.assertTrue(uids[0].endswith("@old.example.com"))
