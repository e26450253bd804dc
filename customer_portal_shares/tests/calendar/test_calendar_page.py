import re
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ...models.calendar.customer_portal_appointment import MAX_NOTE_LENGTH
from ...models.calendar.customer_portal_appointment_portal import MAX_UNCONFIRMED
from .common import CalendarHttpCase


@tagged("-at_install", "post_install")
class TestCalendarPage(CalendarHttpCase):
    """REQ C-1: a calendar below a share, as a page and for programs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share = cls._create_share(cls.calendar)
        cls.event = cls._create_event(cls.start, location="Cellar")
        cls.span = (
            f"?start={cls.day:%Y-%m-%d}&end={cls.day + timedelta(days=1):%Y-%m-%d}"
        )

    def get_json(self, url):
        return self.get(url, headers={"Accept": "application/json"})

    def test_the_share_shows_a_link_to_the_calendar(self):
        page = self.get(self.path(self.share)).text
        self.assertIn(self.calendar_path(self.share), page)
        items = self.get_json(self.path(self.share)).json()["items"]
        [described] = items["customer.portal.calendar"]
        self.assertEqual(described["timezone"], "Europe/Berlin")

    def test_the_page_shows_the_week_in_the_zone_of_the_visitor(self):
        url = self.calendar_path(self.share, f"?date={self.day:%Y-%m-%d}")
        page = self.get(url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Busy", page.text)
        self.assertNotIn("Secret talks", page.text)
        self.assertNotIn("Cellar", page.text)
        self.assertIn("Europe/Berlin", page.text)
        there = self.get(f"{url}&tz=America/New_York").text
        self.assertIn("<strong>America/New York</strong>", there)

    def test_the_week_begins_as_the_language_has_it(self):
        """REQ C-1: in the list, and in the month"""
        url = self.calendar_path(self.share, f"?date={self.day:%Y-%m-%d}")
        # of the test's Wednesday: how many days before it
        for lang, first, before in (("en_US", 0, 3), ("de_DE", 1, 2), ("ar_001", 6, 4)):
            self.env["res.lang"]._activate_lang(lang)
            self.owner.lang = lang
            self.login(self.owner)
            page = self.get(url).text
            self.assertIn(f'data-first-day="{first}"', page)
            days = re.findall(r'o_customer_portal_day [^>]*data-date="([^"]+)"', page)
            start = self.day - timedelta(days=before)
            self.assertEqual(days[0], f"{start:%Y-%m-%d}", lang)
            self.assertEqual(len(days), 7)

    def test_it_is_written_from_right_to_left_where_the_language_is(self):
        """REQ C-1: arrows are flipped, in the frame of every page of a share"""
        for lang, direction, has_class in (("en_US", "ltr", 0), ("ar_001", "rtl", 1)):
            self.env["res.lang"]._activate_lang(lang)
            self.owner.lang = lang
            self.login(self.owner)
            page = self.get(self.calendar_path(self.share)).text
            self.assertRegex(page, f'<html[^>]* dir="{direction}"')
            self.assertEqual(len(re.findall(r"<body[^>]* o_rtl", page)), has_class)

    def test_the_picked_time_stays_with_another_zone(self):
        """REQ C-1, C-2"""
        self.login(self.owner)
        start = f"{self.start + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
        page = self.get(self.calendar_path(self.share, f"?slot={start}")).text
        for form in (
            "o_customer_portal_zone",
            '/feed"',
        ):
            self.assertRegex(
                page,
                rf'(?s)<form[^>]*{form}(?:(?!</form>).)*name="slot" value="{start}"',
            )
        page = self.get(self.calendar_path(self.share)).text
        self.assertNotIn('name="slot" value', page)

    def test_fullcalendar_comes_with_no_page(self):
        """Issue 15, section 2: the calendar's own script fetches it, once somebody wants it"""
        pages = [self.calendar_path(self.share), self.path(self.share), "/my/home"]
        self.login(self.owner)
        names = set()
        for page in map(self.get, pages):
            self.assertEqual(page.status_code, 200)
            self.assertNotIn("fullcalendar", page.text.lower())
            names |= set(re.findall(r"/(web\.assets_\w+)\.(?:min\.)?js", page.text))
        self.assertIn("web.assets_frontend_lazy", names)
        Asset = self.env["ir.asset"]
        paths = {
            path for name in names for path, *_rest in Asset._get_asset_paths(name, {})
        }
        self.assertFalse([path for path in paths if "fullcalendar" in path])
        asking = [
            path
            for path in paths
            if path.startswith("/customer_portal_") and path.endswith(".js")
            if "fullcalendar_lib" in file_open(path[1:]).read()
        ]
        self.assertEqual(
            asking,
            ["/customer_portal_shares/static/src/calendar/portal/calendar_page.js"],
        )

    def test_a_forged_zone_is_nobody_s(self):
        for query in (
            "?tz=../../etc/passwd",
            "?tz=%00",
            "?tz=Mars/Phobos",
            "?tz=" + "x" * 5000,
            "?tz=&date=&slot=",
        ):
            page = self.get(self.calendar_path(self.share, query))
            self.assertEqual(page.status_code, 200, query)
            self.assertIn("Europe/Berlin", page.text)

    def test_a_malformed_date_or_time_is_refused_with_words(self):
        for query, words in (
            ("?date=x", "not a valid date"),
            ("?date=9999-99-99", "not a valid date"),
            ("?date=0001-01-01", "not a valid date"),
            ("?slot=x", "choose one of the times"),
            ("?slot=0001-01-01T00:00:00Z", "choose one of the times"),
            ("?slot=9999-12-31T23:59:59-12:00", "choose one of the times"),
        ):
            page = self.get(self.calendar_path(self.share, query))
            self.assertEqual(page.status_code, 400, query)
            self.assertIn(words, page.text, query)

    def test_events_and_slots_for_programs(self):
        events = self.get(self.calendar_path(self.share, f"/events{self.span}")).json()
        self.assertEqual(
            events,
            [
                {
                    "start": f"{self.start:%Y-%m-%dT%H:%M:%SZ}",
                    "end": f"{self.start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
                    "all_day": False,
                }
            ],
        )
        self.login(self.owner)
        slots = self.get(self.calendar_path(self.share, f"/slots{self.span}")).json()
        self.assertTrue(slots)
        self.assertEqual(slots[0].keys(), {"start", "end"})
        self.assertNotIn(events[0]["start"], [slot["start"] for slot in slots])

    def test_free_times_are_part_of_a_shared_calendar(self):
        """REQ C-1: for programs, whoever may ask for one; the page offers what may be asked for"""
        url = self.calendar_path(self.share, f"/slots{self.span}")
        page = self.calendar_path(self.share)
        self.login(None)
        offered = []
        for is_taken, is_open in ((True, False), (True, True), (False, True)):
            self.calendar.allow_requests = is_taken
            self.calendar.allow_visitor_requests = is_open
            slots = self.get(url).json()
            self.assertTrue(slots)
            self.assertEqual({key for slot in slots for key in slot}, {"start", "end"})
            offered.append("o_customer_portal_slot" in self.get(page).text)
        self.assertEqual(offered, [False, True, False])

    def test_malformed_and_long_spans(self):
        for rest in ("events", "slots"):
            for query in (
                "start=x",
                "start=2026-13-01",
                "start=%00",
                "start=2026-01-02&end=2026-01-01",
                "start=2026-01-01&end=2026-01-01",
                "start=2026-01-01&end=2053-05-19",
                "start=0001-01-01&end=0001-01-02",
                "start=9999-12-31",
                "start=%C3%A9&end=%F0%9F%98%80",
                "start=" + "1" * 5000,
            ):
                url = self.calendar_path(self.share, f"/{rest}?{query}")
                response = self.get_json(url)
                self.assertEqual(response.status_code, 400, url)
                self.assertIn("error", response.json())
        for query in ("", "?start=2026-11-01T00:00:00+01:00&end=2026-11-02"):
            url = self.calendar_path(self.share, f"/events{query}")
            self.assertEqual(self.get(url).status_code, 200)

    def test_other_calendars_are_not_there(self):
        other = self._create_calendar(name="Other")
        archived = self._create_calendar(name="Old")
        share = self._create_share(archived)
        archived.active = False
        for rest in ("", "/events", "/slots"):
            for shared, calendar_id in (
                (self.share, other.id),
                (self.share, 2_000_000_000),
                (self.share, 99999999999999999999),
                (share, archived.id),
            ):
                url = self.path(shared, f"/calendar/{calendar_id}{rest}")
                self.assertEqual(self.get(url).status_code, 404, url)

    def test_a_drop_shows_no_calendar(self):
        drop = self._create_share(
            self.calendar, self.folder, allow_download=False, allow_upload=True
        )
        self.assertEqual(self.get(self.calendar_path(drop, "/events")).status_code, 403)

    def test_details_are_shown_where_the_calendar_says_so(self):
        self.calendar.show_details = True
        url = self.calendar_path(self.share, f"?date={self.day:%Y-%m-%d}")
        page = self.get(url).text
        self.assertIn("Secret talks", page)
        self.assertNotIn("Cellar", page)

    # -- asking

    def ask(self, as_json=True, share=None, **data):
        data = {
            "start": f"{self.start + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}",
            "subject": "Lamps",
            "note": "Three",
            **data,
        }
        url = self.calendar_path(share or self.share, "/appointments")
        return self.post(url, data, as_json=as_json)

    def test_a_portal_user_asks(self):
        self.login(self.owner)
        answer = self.ask()
        self.assertEqual(answer.status_code, 201, answer.text)
        appointment = self.calendar.appointment_ids
        self.assertEqual(answer.json()["id"], appointment.id)
        self.assertEqual(
            (appointment.partner_id, appointment.state, appointment.subject),
            (self.owner.partner_id, "requested", "Lamps"),
        )
        again = self.ask()
        self.assertEqual(
            (again.status_code, again.json()["error"]), (409, "slot_taken")
        )
        page = self.ask(as_json=False)
        self.assertEqual(page.status_code, 409)
        self.assertIn("just been taken", page.text)
        self.assertEqual(len(self.calendar.appointment_ids), 1)

    def test_the_form_leads_to_the_appointment(self):
        self.login(self.owner)
        url = self.calendar_path(self.share, f"?date={self.day:%Y-%m-%d}")
        page = self.get(url).text
        slot = re.search(r'name="slot"[^>]*value="([^"]+)"', page).group(1)
        form = self.get(f"{url}&slot={slot}").text
        start = re.search(r'name="start" value="([^"]+)"', form).group(1)
        self.assertEqual(start, slot)
        response = self.ask(as_json=False, start=start)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/my/appointments/", response.headers["Location"])

    def test_what_is_malformed_or_outside_the_rules(self):
        self.login(self.owner)
        for data in (
            {"start": ""},
            {"start": "x"},
            {"start": "9999-12-31T23:59:59-14:00"},
            {
                "start": f"{self.start + timedelta(hours=3, minutes=7):%Y-%m-%dT%H:%M:%SZ}"
            },
            {"start": f"{self.day:%Y-%m-%d}"},
            {"start": "2020-01-01T10:00:00Z"},
            {"subject": "x" * 201},
            {"note": "x" * 5001},
        ):
            for as_json in (True, False):
                response = self.ask(as_json, **data)
                self.assertEqual(response.status_code, 400, data)
        self.assertFalse(self.calendar.appointment_ids)

    def test_a_time_without_a_zone_is_utc_and_one_with_a_zone_is_not(self):
        self.login(self.owner)
        start = self.start + timedelta(hours=3)
        self.assertEqual(self.ask(start=f"{start:%Y-%m-%dT%H:%M:%S}").status_code, 201)
        there = start + timedelta(hours=1, minutes=30)
        answer = self.ask(start=f"{there:%Y-%m-%dT%H:%M:%S}+01:00")
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(
            answer.json()["start"],
            f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}",
        )

    def test_visitors_ask_where_the_calendar_says_so(self):
        self.login(None)
        visitor = {"visitor_name": "Vera", "visitor_email": "Vera@Example.com"}
        self.assertEqual(self.ask(**visitor).status_code, 403)
        self.calendar.allow_visitor_requests = True
        self.assertEqual(self.ask().status_code, 400)
        self.assertEqual(self.ask(visitor_name="V", visitor_email="x").status_code, 400)
        answer = self.ask(**visitor)
        self.assertEqual(answer.status_code, 201)
        self.assertNotIn("access_token", answer.text)
        appointment = self.calendar.appointment_ids
        self.assertEqual(
            (appointment.state, appointment.visitor_email),
            ("unconfirmed", "vera@example.com"),
        )
        self.assertEqual(self.ask(**visitor).status_code, 409)
        later = f"{self.start + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}"
        page = self.ask(as_json=False, start=later, **visitor)
        self.assertEqual(page.status_code, 303)
        sent = self.get(page.headers["Location"]).text
        self.assertIn("one more step is needed", sent)

    def test_texts_stay_as_typed_or_are_refused(self):
        """REQ C-3: a line end counts as one character, as in the browser; nothing is cut"""
        self.login(self.owner)
        rows = ["Rows\tten", *"x" * (MAX_NOTE_LENGTH // 2 - 5), "e"]
        note = "\r\n".join(rows)
        self.assertEqual(len(note.replace("\r", "")), MAX_NOTE_LENGTH)
        self.assertEqual(self.ask(note=note + "y").status_code, 400)
        self.assertEqual(self.ask(note=note.replace("ten", "t\x07n")).status_code, 201)
        kept = self.calendar.appointment_ids.note
        self.assertEqual(kept, "\n".join(rows).replace("ten", "tn"))
        self.login(None)
        self.calendar.allow_visitor_requests = True
        visitor = {"visitor_name": "V" * 101, "visitor_email": "vera@example.com"}
        answer = self.ask(**visitor)
        self.assertEqual(answer.status_code, 400)
        self.assertIn("visitor_name", answer.json()["fields"])

    def test_visitors_are_throttled(self):
        self.login(None)
        self.calendar.allow_visitor_requests = True
        visitor = {"visitor_name": "Vera", "visitor_email": "vera@example.com"}
        codes = [self.ask(**visitor).status_code for _try in range(6)]
        self.assertEqual(codes, [201, 409, 409, 409, 409, 429])
        response = self.ask(as_json=False, **visitor)
        self.assertEqual(response.status_code, 429)
        self.assertTrue(int(response.headers["Retry-After"]) > 0)

    def test_a_network_that_confirms_nothing_gets_few_times(self):
        """REQ C-2: and one share from everywhere not all of them"""
        self.login(None)
        self.calendar.allow_visitor_requests = True
        self.calendar.slot_minutes = 5
        first = self.start + timedelta(hours=2)

        def ask(number):
            start = first + timedelta(minutes=5 * number)
            return self.ask(
                start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
                visitor_name="Vera",
                visitor_email=f"vera{number}@example.com",
            )

        codes = [ask(number).status_code for number in range(MAX_UNCONFIRMED + 1)]
        self.assertEqual(codes, [201] * MAX_UNCONFIRMED + [429])
        answer = ask(6)
        self.assertIn("confirm your other requests", answer.text)
        self.assertGreater(int(answer.headers["Retry-After"]), 3600)
        self.calendar.appointment_ids[0]._confirm()
        self.assertFalse(self.calendar.appointment_ids[0].network_key)
        self.assertEqual(ask(7).status_code, 201)
        self.calendar.appointment_ids.filtered(
            lambda one: one.state == "unconfirmed"
        )._expire()
        self._set_limit("appointment_share", 9)
        self.assertEqual([ask(8).status_code, ask(9).status_code], [201, 429])
        self.assertNotIn("confirm your other requests", ask(9).text)

    def test_a_refused_request_keeps_the_secret_and_is_written_down(self):
        """REQ S-8, S-9, C-3: to people as to programs"""
        self.login(self.owner)
        self._create_appointment(self.start + timedelta(hours=3), self.stranger)
        for data, status, reason in (
            ({}, 409, "slot_taken"),
            ({"start": "x"}, 400, "bad_time"),
        ):
            for as_json in (False, True):
                share = self._create_share(self.calendar)
                answer = self.ask(as_json, share, **data)
                self.assertEqual(answer.status_code, status, answer.text[:300])
                headers = answer.headers
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(headers["X-Robots-Tag"], "noindex, nofollow")
                self.assertEqual(headers["Cache-Control"], "private, no-store")
                policy = headers["Content-Security-Policy"]
                self.assertIn("frame-ancestors 'self'", policy)
                self.env.invalidate_all()
                reasons = share.sudo().access_ids.filtered("reason").mapped("reason")
                self.assertEqual(reasons, [reason], f"as JSON: {as_json}")
        self.assertEqual(len(self.calendar.appointment_ids), 1)

    def test_a_form_of_another_site_is_refused(self):
        self.login(self.owner)
        response = self.opener.post(
            self.base_url() + self.calendar_path(self.share, "/appointments"),
            data={"start": f"{self.start + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"},
            headers={"Sec-Fetch-Site": "cross-site", "Accept": "application/json"},
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.calendar.appointment_ids)

    @mute_logger("odoo.http")
    def test_files_where_texts_belong(self):
        self.login(self.owner)
        url = self.calendar_path(self.share, "/appointments")
        files = {name: ("x", b"x") for name in ("start", "subject", "note")}
        self.assertLess(self.post(url, files=files).status_code, 500)

    def test_what_is_typed_is_shown_as_text(self):
        self.login(self.owner)
        script = "<script>alert(1)</script>"
        page = self.ask(as_json=False, note=script, subject="x" * 201).text
        self.assertNotIn(script, page)
        answer = self.ask(note=script, subject="A\r\nBcc: x@example.com")
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(answer.json()["subject"], "A Bcc: x@example.com")
        page = self.get(f"/my/appointments/{answer.json()['id']}").text
        self.assertNotIn(script, page)

    def test_a_secured_share_is_its_recipients(self):
        share = self._create_secured_share(self.calendar)
        self.login(self.stranger)
        self.assertEqual(self.ask(share=share).status_code, 404)
        self.login(self.owner)
        self.assertEqual(self.ask(share=share).status_code, 201)

    def test_the_pages_query_count_does_not_grow(self):
        url = self.calendar_path(self.share, f"?date={self.day:%Y-%m-%d}")

        def count():
            self.get(url)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.get(url).status_code, 200)
            return self.env.cr.sql_log_count - before

        few = count()
        self.calendar.user_ids = [Command.link(self.bert.id)]
        for number in range(20):
            self._create_event(self.start + timedelta(minutes=number), None, self.bert)
        self.assertLessEqual(count(), few + 1)
