from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import PASSWORD
from .common import DAY, CalendarCase


@tagged("-at_install", "post_install")
class TestHomeNews(CalendarCase):
    """REQ U-6: what the home tells of calendars and appointments."""

    def setUp(self):
        super().setUp()
        self.home = self.env["customer.portal.home"].with_user(self.owner)
        self.start = DAY.replace(hour=9)

    def _request(self, hours=0):
        start = self.start + timedelta(hours=hours)
        return self._create_appointment(start).with_user(self.anna)

    def _get_told(self):
        """Return what the news tell, by address, and how many the card says are new."""
        page = self.home._get_page()
        [card] = [card for card in page["cards"] if card["url"] == "/my/appointments"]
        told = {
            line["url"]: line["text"]
            for line in page["news"]
            if "appointment" in line["url"]
        }
        return told, card["new"]

    def _get_calendars_url(self):
        cards = self.home._get_page()["cards"]
        [url] = [card["url"] for card in cards if card["title"] == "Calendars"]
        return url

    def test_it_tells_what_staff_have_done_with_an_appointment(self):
        accepted, declined, cancelled, moved = (self._request(n) for n in (0, 1, 4, 5))
        self.assertEqual(self._get_told(), ({}, 0))
        (accepted | cancelled | moved).action_accept()
        declined.action_decline("We are away")
        cancelled.action_cancel()
        start = moved.event_id.start + timedelta(hours=1)
        moved.event_id.write({"start": start, "stop": start + timedelta(minutes=30)})
        self.env.flush_all()
        expected = {
            accepted: "Appointment accepted",
            declined: "Appointment declined",
            cancelled: "Appointment cancelled",
            moved: "Appointment moved to another time",
        }
        told = {f"/my/appointments/{one.id}": text for one, text in expected.items()}
        self.assertEqual(self._get_told(), (told, 4))

    def test_it_tells_that_nobody_has_answered(self):
        late = self._request()
        late.sudo()._expire()
        text = "Request for an appointment expired"
        self.assertEqual(self._get_told(), ({f"/my/appointments/{late.id}": text}, 1))

    def test_it_tells_nobody_what_they_did_themselves(self):
        """REQ C-5: nor what has come to nothing since"""
        agreed, cancelled, moved, proposed = (self._request(n) for n in (0, 1, 4, 5))
        agreed.action_propose(self.start + timedelta(days=1))
        agreed.sudo()._accept_proposal()
        (cancelled | moved | proposed).action_accept()
        cancelled.sudo()._cancel_by_customer()
        moved.sudo()._move(self.start + timedelta(days=1, hours=1))
        proposed.action_propose(self.start + timedelta(days=1, hours=5))
        self.assertEqual(self._get_told(), ({}, 0))
        # and what others asked for is theirs
        other = self._create_appointment(self.start, self.stranger)
        other.with_user(self.anna).action_accept()
        self.assertEqual(self._get_told(), ({}, 0))

    def test_the_edge_of_a_visit(self):
        appointment = self._request()
        appointment.action_accept()
        self.env.flush_all()
        date = self.env.cr.now()
        Visit = self.env["customer.portal.last.visit"]
        row = Visit.create({"user_id": self.owner.id, "seen_date": date})
        for microseconds, count in ((-1, 1), (0, 0), (1, 0)):
            seen = date + timedelta(microseconds=microseconds)
            row.write({"seen_date": seen, "previous_date": seen})
            self.assertEqual(self._get_told()[1], count, microseconds)

    def test_nobody_writes_what_it_tells(self):
        appointment = self._request()
        for name, value in (("portal_change", "moved"), ("portal_change_date", DAY)):
            with self.assertRaises(AccessError, msg=name):
                appointment.write({name: value})
        self.assertEqual(self._get_told(), ({}, 0))

    def test_it_takes_as_many_statements_for_many(self):
        self._request().action_accept()
        self.home._get_page()
        counts = []
        for more in ((), (1, 2, 4)):
            for hours in more:
                self._request(hours).action_accept()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.home._get_page()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_the_card_leads_to_the_only_calendar(self):
        """REQ S-7, C-1: and to the list of them where there are several, or it does not open"""
        first = self._create_secured_share(self.document, self.calendar)
        latest = self._create_secured_share(self.calendar)
        path = f"/calendar/{self.calendar.id}"
        self.assertEqual(
            self._get_calendars_url(), f"/share/{latest.sudo().token}{path}"
        )
        latest.action_deactivate()
        self.assertEqual(
            self._get_calendars_url(), f"/share/{first.sudo().token}{path}"
        )
        self._create_secured_share(self._create_calendar(name="Second"))
        several = "/my/shares?filterby=calendars"
        self.assertEqual(self._get_calendars_url(), several)

    def test_the_card_leads_where_no_password_is_asked_for(self):
        """REQ S-7: and past the newest share where the calendar opens in another one alone"""
        elder = self._create_secured_share(self.calendar)
        locked = self._create_secured_share(self.calendar, password=PASSWORD)
        path = f"/calendar/{self.calendar.id}"
        self.assertEqual(
            self._get_calendars_url(), f"/share/{elder.sudo().token}{path}"
        )
        elder.action_deactivate()
        self.assertEqual(
            self._get_calendars_url(), f"/share/{locked.sudo().token}{path}"
        )

    def test_the_card_passes_over_shares_where_the_calendar_does_not_open(self):
        opens = self._create_secured_share(self.calendar)
        latest = self._create_secured_share(self.calendar, self.document)
        Share = type(latest)
        find = Share._find_shared

        def find_elsewhere(share, *args):
            found = find(share, *args)
            return found.browse() if share.id == latest.id else found

        self.patch(Share, "_find_shared", find_elsewhere)
        path = f"/calendar/{self.calendar.id}"
        self.assertEqual(
            self._get_calendars_url(), f"/share/{opens.sudo().token}{path}"
        )

    def test_the_filter_of_the_card_lists_what_the_card_counts(self):
        """REQ S-7: a place for files shows no calendar, but is a folder's share all the same"""
        shown = self._create_secured_share(self.calendar)
        drop = self._create_secured_share(
            self.calendar, self.folder, allow_download=False, allow_upload=True
        )
        Shares = self.env["customer.portal.share.list"].with_user(self.owner)
        for filterby, shares in (
            ("calendars", shown),
            ("folders", drop),
            ("all", shown | drop),
        ):
            page = Shares._get_page({"filterby": filterby})
            self.assertEqual(set(page["records"].ids), set(shares.ids), filterby)
            self.assertEqual(page["total"], len(shares), filterby)

    def test_a_calendar_that_does_not_open_is_no_page_to_lead_to(self):
        self._create_secured_share(self.document, self.calendar)
        self.calendar.active = False
        self.assertEqual(self._get_calendars_url(), "/my/shares?filterby=calendars")
