from datetime import UTC, date, datetime, timedelta

import icalendar
import recurring_ical_events

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import CalendarHttpCase


@tagged("-at_install", "post_install")
class TestFeed(CalendarHttpCase):
    """REQ C-4: the address of one person for their calendar program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share = cls._create_secured_share(
            cls.calendar, users=[cls.owner, cls.colleague]
        )
        cls.web_share = cls._create_share(cls.calendar)
        cls._create_event(cls.start, location="Cellar")

    def make(self, share=None):
        url = self.calendar_path(share or self.share, "/feed")
        answer = self.post(url, as_json=True)
        self.assertEqual(answer.status_code, 201, answer.text)
        return answer.json()["id"], "/calendar" + answer.json()["url"].partition(
            "/calendar"
        )[2]

    def fetch(self, url, **headers):
        session, self.opener.cookies = self.opener.cookies.copy(), self.opener.cookies
        self.opener.cookies.clear()
        response = self.get(url, headers=headers)
        self.opener.cookies.update(session)
        return response

    def test_a_person_makes_an_address_that_is_shown_once(self):
        self.login(self.owner)
        page = self.post(self.calendar_path(self.share, "/feed"))
        self.assertEqual(page.status_code, 200)
        self.assertIn(".ics", page.text)
        self.assertNotIn(".ics", self.get(self.calendar_path(self.share)).text)
        Feed = self.env["customer.portal.calendar.feed"]
        [feed] = Feed.search([("share_id", "=", self.share.id)])
        self.assertEqual(feed.user_id, self.owner)
        self.assertNotIn(feed._get_token(), str(feed.sudo().read()))

    def test_the_feed_tells_what_the_page_tells(self):
        self.login(self.owner)
        _id, url = self.make()
        response = self.fetch(url)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            response.headers["Content-Type"], "text/calendar; charset=utf-8"
        )
        self.assertIn(f"DTSTART:{self.start:%Y%m%dT%H%M%SZ}", response.text)
        for secret in ("Secret talks", "Cellar", "anna", "mailto"):
            self.assertNotIn(secret, response.text)
        self.calendar.show_details = True
        self.assertIn("SUMMARY:Secret talks", self.fetch(url).text)

    def test_a_changed_occurrence_of_a_series_tells_no_more(self):
        """REQ C-1, C-4: busy-only, of the series and of what was changed in it"""
        event = self._create_event(
            self.start + timedelta(hours=2),
            location="Cellar",
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
            event_tz="Europe/Berlin",
        )
        changed = event.recurrence_id.calendar_event_ids.sorted("start")[1]
        moved = self.start + timedelta(days=1, hours=5)
        changed.write(
            {
                "name": "Changed talks",
                "location": "Attic",
                "description": "<p>Deal</p>",
                "start": moved,
                "stop": moved + timedelta(hours=1),
            }
        )
        self.login(self.owner)
        _id, url = self.make()
        text = self.fetch(url).text
        self.assertIn(f"DTSTART:{moved:%Y%m%dT%H%M%SZ}", text)
        self.assertEqual(text.count("BEGIN:VEVENT"), 4)
        lines = {line for line in text.splitlines() if line.startswith("SUMMARY")}
        self.assertEqual(lines, {"SUMMARY:Busy"})
        for secret in ("talks", "Cellar", "Attic", "Deal", "RRULE", "RECURRENCE"):
            self.assertNotIn(secret, text)

    def test_etag_and_304(self):
        self.login(self.owner)
        _id, url = self.make()
        first = self.fetch(url)
        etag = first.headers["ETag"]
        self.assertEqual(self.fetch(url).content, first.content)
        self.assertEqual(self.fetch(url, **{"If-None-Match": etag}).status_code, 304)
        self.assertEqual(
            self.fetch(url, **{"If-None-Match": f"W/{etag}"}).status_code, 304
        )
        self._create_event(self.start + timedelta(hours=2))
        changed = self.fetch(url, **{"If-None-Match": etag})
        self.assertEqual(changed.status_code, 200)
        self.assertNotEqual(changed.headers["ETag"], etag)

    def test_it_holds_a_month_back_and_a_year_ahead(self):
        """Issue 15, section 6: however many events there are before and after"""
        now = datetime.now().replace(microsecond=0)
        told, untold = (
            [now + timedelta(days=days) for days in when]
            for when in ((-25, 365), (-40, 375))
        )
        for start in (*told, *untold):
            self._create_event(start)
        self.login(self.owner)
        _id, url = self.make()
        text = self.fetch(url).text
        for start in told:
            self.assertIn(f"DTSTART:{start:%Y%m%dT%H%M%SZ}", text)
        for start in untold:
            self.assertNotIn(f"DTSTART:{start:%Y%m%dT%H%M%SZ}", text)

    def test_it_is_dead_at_once_with_share_person_owner_or_calendar(self):
        def dead(record, **vals):
            self.login(self.owner)
            _id, url = self.make()
            self.assertEqual(self.fetch(url).status_code, 200)
            before = {name: record[name] for name in vals}
            record.write(vals)
            self.assertEqual(self.fetch(url).status_code, 404, vals)
            before = {
                name: value.ids and [(6, 0, value.ids)] if name == "user_ids" else value
                for name, value in before.items()
            }
            record.write(before)
            self.assertEqual(self.fetch(url).status_code, 200)

        dead(self.share, active=False)
        dead(self.share, expiration_date=date(2020, 1, 1))
        dead(self.share, user_ids=[(3, self.owner.id)])
        dead(self.sharer, active=False)
        dead(self.calendar, active=False)
        self.login(self.owner)
        _id, url = self.make()
        self.share.action_renew_link()
        self.assertEqual(self.fetch(url).status_code, 404)
        _id, url = self.make()
        self.share.password = "correct horse"
        self.assertEqual(self.fetch(url).status_code, 404)
        self.share.password = False
        self.owner.active = False
        self.assertEqual(self.fetch(url).status_code, 404)

    def test_it_ends_when_the_login_is_proved_to_be_another_s(self):
        """REQ U-4"""
        self.login(self.owner)
        _id, url = self.make()
        self.assertEqual(self.fetch(url).status_code, 200)
        self.owner._end_proofs_of_claim()
        self.assertEqual(self.fetch(url).status_code, 404)

    def test_it_is_revoked_by_its_person_alone(self):
        self.login(self.owner)
        feed_id, url = self.make()
        revoke = self.calendar_path(self.share, f"/feed/{feed_id}/revoke")
        self.login(self.colleague)
        self.assertEqual(self.post(revoke).status_code, 404)
        self.login(self.owner)
        self.assertEqual(self.post(revoke).status_code, 303)
        self.assertEqual(self.fetch(url).status_code, 404)
        self.assertEqual(self.post(revoke).status_code, 404)

    def test_the_owner_of_the_share_revokes_it(self):
        self.login(self.owner)
        feed_id, url = self.make()
        feed = self.env["customer.portal.calendar.feed"].browse(feed_id)
        with self.assertRaises(AccessError):
            feed.with_user(self.staff).action_revoke()
        self.assertIs(feed.with_user(self.sharer).action_revoke(), True)
        self.assertEqual(self.fetch(url).status_code, 404)

    def test_the_form_of_a_mixed_share_offers_its_feeds(self):
        """REQ S-6: whatever its first item is"""
        mixed = self._create_share(self.document, self.calendar)
        self.assertNotEqual(mixed.item_model, self.calendar._name)
        with Form(mixed) as form:
            self.assertIn(self.calendar._name, form.item_models)
        other = self._create_share(self.document)
        with Form(other) as form:
            self.assertNotIn(self.calendar._name, form.item_models)

    def test_a_visitor_of_a_web_link_has_one_too(self):
        self.login(None)
        feed_id, url = self.make(self.web_share)
        self.assertEqual(self.fetch(url).status_code, 200)
        revoke = self.calendar_path(self.web_share, f"/feed/{feed_id}/revoke")
        self.login(self.owner)
        self.assertEqual(self.post(revoke).status_code, 404)

    def test_addresses_are_not_guessed(self):
        self.login(self.owner)
        _id, url = self.make()
        for path in (
            url[:-5] + ("1.ics" if url[-5] == "0" else "0.ics"),
            "/calendar/feed/.ics",
            "/calendar/feed/x.ics",
            "/calendar/feed/%C3%A9.ics",
            "/calendar/feed/%00.ics",
            url.replace(url[-68:-4], url[-68:-4].upper()),
        ):
            self.assertEqual(self.fetch(path).status_code, 404, path)

    def test_the_events_of_a_year_equal_what_the_page_shows(self):
        """With icalendar and recurring-ical-events, over two changes of daylight saving."""
        self.login(self.owner)
        self._create_event(
            self.day + timedelta(hours=8),
            recurrency=True,
            rrule_type="weekly",
            interval=1,
            **{("mon", "tue", "wed")[self.day.weekday()]: True},
            end_type="count",
            count=50,
            event_tz="Europe/Berlin",
        )
        stop = self.day + timedelta(days=1)
        self._create_event(
            self.day, stop, allday=True, start_date=self.day, stop_date=stop
        )
        self._create_event(
            self.day + timedelta(hours=22), self.day + timedelta(hours=30)
        )
        _id, url = self.make()
        calendar = icalendar.Calendar.from_ical(self.fetch(url).content)
        start, stop = self.day, self.day + timedelta(days=364)
        expanded = recurring_ical_events.of(calendar).between(start, stop)
        told = sorted(
            (self.tell(event["DTSTART"].dt), self.tell(event["DTEND"].dt))
            for event in expanded
        )
        span = f"?start={start:%Y-%m-%d}&end={stop:%Y-%m-%d}"
        events = self.get(self.calendar_path(self.share, f"/events{span}")).json()
        shown = sorted((event["start"], event["end"]) for event in events)
        self.assertGreater(len(shown), 50)
        self.assertEqual(told, shown)
        uids = [event["UID"] for event in calendar.walk("VEVENT")]
        self.assertEqual(len(set(uids)), len(uids))

    def tell(self, moment):
        if not isinstance(moment, datetime):
            return f"{moment:%Y-%m-%d}T00:00:00Z"
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def test_in_a_neutralized_copy_links_of_production_open_nothing(self):
        """REQ C-4, S-2: but for what one opens with a login"""
        visit = self._create_appointment(
            partner_id=False, visitor_name="Vera", visitor_email="vera@example.com"
        )
        key = visit._get_link_sudo()._get_token()
        self.login(self.owner)
        urls = (
            f"/my/appointments/{visit.id}?access_token={key}",
            self.path(self.web_share),
            self.make()[1],
        )
        self.env.flush_all()
        for url in urls:
            self.assertEqual(self.fetch(url).status_code, 200, url)
        self._neutralize("customer_portal_shares")
        for url in urls:
            self.assertEqual(self.fetch(url).status_code, 404, url)
        self.assertTrue(self.share.active)
        self.assertNotEqual(visit._get_link_sudo()._get_token(), key)
        self.env.flush_all()
        sent = visit._get_url()
        self.assertEqual(self.fetch(sent[sent.index("/my/") :]).status_code, 200)
