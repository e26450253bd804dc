import re
from datetime import timedelta

from freezegun import freeze_time

from odoo.http import Request
from odoo.tests import tagged

from .common import CalendarHttpCase


@tagged("-at_install", "post_install")
class TestMyAppointments(CalendarHttpCase):
    """REQ C-2, C-5: what customers do with their appointments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointment = cls._create_appointment(cls.start)
        cls.other = cls._create_appointment(
            cls.start + timedelta(hours=2), cls.stranger
        )
        cls.visit = cls._create_appointment(
            cls.start + timedelta(hours=3),
            partner_id=False,
            visitor_name="Vera",
            visitor_email="vera@example.com",
            state="unconfirmed",
        )
        cls.key = cls.visit._get_link_sudo()._get_token()
        cls.url = f"/my/appointments/{cls.appointment.id}"
        cls.visit_url = f"/my/appointments/{cls.visit.id}?access_token={cls.key}"

    def change(self, action, url=None, as_json=True, **data):
        token = (
            {}
            if data.pop("no_token", False)
            else {"csrf_token": Request.csrf_token(self)}
        )
        return self.post(
            url or self.url, {"action": action, **token, **data}, as_json=as_json
        )

    def test_the_list_shows_one_s_own(self):
        self.login(self.owner)
        page = self.get("/my/appointments").text
        self.assertIn(f'{self.url}"', page)
        self.assertNotIn(f'/my/appointments/{self.other.id}"', page)
        answer = self.get("/my/appointments", headers={"Accept": "application/json"})
        [listed] = answer.json()["appointments"]
        self.assertEqual(
            (listed["id"], listed["state"]), (self.appointment.id, "requested")
        )
        # in the words of its page and its mails, also for who has no time zone of their own
        self.owner.tz = False
        self.assertIn(self.appointment._get_when(), self.get("/my/appointments").text)
        self.assertIn(self.appointment._get_when(), self.get(self.url).text)
        self.assertIn("/my/appointments", self.get("/my/home").text)
        self.login(self.colleague)
        answer = self.get("/my/appointments", headers={"Accept": "application/json"})
        self.assertEqual(answer.json()["appointments"], [])

    def test_others_get_nothing(self):
        self.login(None)
        self.assertIn("/web/login", self.get(self.url).headers["Location"])
        self.assertEqual(
            self.get(f"{self.url}?access_token={self.key}").status_code, 404
        )
        for token in ("x", "0" * 64, "%00"):
            url = f"/my/appointments/{self.visit.id}?access_token={token}"
            self.assertEqual(self.get(url).status_code, 404, token)
        # what is no key at all is none
        url = f"/my/appointments/{self.visit.id}?access_token=%C3%A9"
        self.assertIn(self.get(url).status_code, (303, 404))
        for user in (self.stranger, self.colleague, self.anna):
            self.login(user)
            self.assertEqual(self.get(self.url).status_code, 404)
            self.assertEqual(self.change("cancel").status_code, 404)
        self.assertEqual(self.appointment.state, "requested")

    def test_a_form_of_another_site_changes_nothing(self):
        self.login(self.owner)
        # the last one is what core's own check cannot compare
        for token in ("", "x", "é", "éo9999999999"):
            answer = self.post(self.url, {"action": "cancel", "csrf_token": token})
            self.assertEqual(answer.status_code, 400, token)
        self.assertEqual(self.appointment.state, "requested")

    def test_a_get_changes_nothing(self):
        self.login(None)
        for action in ("confirm", "cancel", "accept"):
            page = self.get(f"{self.visit_url}&action={action}")
            self.assertEqual(page.status_code, 200)
        self.assertEqual(self.visit.state, "unconfirmed")
        self.assertIn("has not been sent yet", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")

    def test_a_visitor_confirms_with_the_form_of_the_page(self):
        self.login(None)
        page = self.get(self.visit_url).text
        self.assertIn('value="confirm"', page)
        action = re.search(r'<form[^>]*action="([^"]+)"', page.split("<main")[-1])
        url = action.group(1).replace("&amp;", "&")
        response = self.change("confirm", url, as_json=False, no_token=True)
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.visit.state, "requested")
        self.assertEqual(self.get(response.headers["Location"]).status_code, 200)
        # again: fine, and nothing more
        self.assertEqual(self.change("confirm", url, no_token=True).status_code, 200)

    def test_the_link_ends_with_the_contact(self):
        partner = self.env["res.partner"].create(
            {"name": "No account", "email": "no@example.com"}
        )
        appointment = self._create_appointment(
            self.start + timedelta(hours=4), partner_id=partner.id
        )
        self.assertIn("access_token", appointment._get_url())
        url = "/my" + appointment._get_url().partition("/my")[2]
        self.login(None)
        self.assertEqual(self.get(url).status_code, 200)
        partner.active = False
        self.assertEqual(self.get(url).status_code, 404)

    def test_a_customer_cancels_and_moves(self):
        self.login(self.owner)
        self.appointment.with_user(self.anna).action_accept()
        start = self.start + timedelta(hours=4)
        answer = self.change("move", start=f"{start:%Y-%m-%dT%H:%M:%SZ}")
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(self.appointment.start, start)
        taken = f"{self.other.start:%Y-%m-%dT%H:%M:%SZ}"
        self.assertEqual(self.change("move", start=taken).status_code, 409)
        page = self.change("move", start=taken, as_json=False)
        self.assertEqual(page.status_code, 409)
        self.assertIn("just been taken", page.text)
        for wrong in ("x", "", "2020-01-01T00:00:00Z"):
            self.assertEqual(self.change("move", start=wrong).status_code, 400)
        self.assertEqual(self.change("dance").status_code, 400)
        self.assertEqual(self.change("accept").status_code, 200)
        self.assertEqual(self.change("cancel", as_json=False).status_code, 303)
        self.assertEqual(self.appointment.state, "cancelled")
        answer = self.change("move", start=f"{self.start:%Y-%m-%dT%H:%M:%SZ}")
        self.assertEqual(answer.status_code, 409)

    def test_a_new_time_is_told_as_long_as_there_is_one(self):
        """REQ C-5: the address of the page says what was done last, and may be opened again"""
        self.login(self.owner)
        start = self.start + timedelta(hours=4)
        moved = self.change(
            "move", as_json=False, start=f"{start:%Y-%m-%dT%H:%M:%SZ}"
        ).headers["Location"]
        self.assertIn("has a new time", self.get(moved).text)
        self.appointment.with_user(self.anna).action_decline()
        self.assertNotIn("has a new time", self.get(moved).text)

    def test_changes_are_limited(self):
        """REQ 11.8: both sides are told of each"""
        self._set_limit("appointment_change", 2)
        self.login(self.owner)
        codes = []
        for hours in (4, 5, 6):
            start = self.start + timedelta(hours=hours)
            answer = self.change("move", start=f"{start:%Y-%m-%dT%H:%M:%SZ}")
            codes.append(answer.status_code)
        self.assertEqual(codes, [200, 200, 429])
        self.assertIn("Retry-After", answer.headers)

    def test_who_may_ask_again_is_led_to_the_calendar(self):
        """REQ C-2: by the page and the mails of what did not come about, as long as it opens"""
        share = self._create_secured_share(self.calendar)
        self.login(self.owner)
        start = self.start + timedelta(hours=4)
        data = {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "subject": "Lamps"}
        answer = self.post(
            self.calendar_path(share, "/appointments"), data, as_json=True
        )
        appointment = self.env["customer.portal.appointment"].browse(
            answer.json()["id"]
        )
        url, path = f"/my/appointments/{appointment.id}", self.calendar_path(share)
        self.assertNotIn(path, self.get(url).text)
        appointment.with_user(self.anna).action_decline()
        self.assertIn(path, self._get_mails(appointment)[-1].body_html)
        self.assertIn(path, self.get(url).text)
        for record, vals in (
            (share, {"user_ids": [(3, self.owner.id)]}),
            (self.calendar, {"allow_requests": False}),
            (share, {"active": False}),
        ):
            before = {
                name: record[name].ids if name == "user_ids" else record[name]
                for name in vals
            }
            record.write(vals)
            self.assertNotIn(path, self.get(url).text, vals)
            record.write(before)
            self.assertIn(path, self.get(url).text)
        share.unlink()
        self.assertEqual(self.get(url).status_code, 200)

    def test_a_renewed_link_is_not_told_to_who_had_the_old_one(self):
        """REQ C-2, S-5: named recipients log in, and may open it anyway"""
        self.calendar.allow_visitor_requests = True
        web = self._create_share(self.calendar)
        secured = self._create_secured_share(self.calendar)
        for share, user, is_told in ((web, None, False), (secured, self.owner, True)):
            if user:
                self.login(user)
            start = self.start + timedelta(hours=4)
            data = {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "visitor_name": "Vera"}
            data["visitor_email"] = "vera@example.com"
            path = self.calendar_path(share, "/appointments")
            answer = self.post(path, data, as_json=True)
            appointment = self.appointment.browse(answer.json()["id"])
            appointment._confirm()
            appointment.with_user(self.anna).action_decline()
            url = appointment._get_url()
            path = self.calendar_path(share)
            self.assertIn(path, self.get(url).text)
            share.action_renew_link()
            path = self.calendar_path(share)
            self.assertEqual(path in self.get(url).text, is_told)
            self.assertEqual(path in appointment._get_calendar_url(), is_told)

    def test_after_the_deadline_it_is_too_late(self):
        """REQ C-5"""
        self.appointment.with_user(self.anna).action_accept()
        self.calendar.cancel_hours = 24 * 365
        self.login(self.owner)
        for action in ("cancel", "move"):
            answer = self.change(action, start=f"{self.start:%Y-%m-%dT%H:%M:%SZ}")
            self.assertEqual(
                (answer.status_code, answer.json()["error"]), (403, "too_late")
            )
        self.assertIn("too late", self.get(self.url).text)

    def test_what_is_not_agreed_is_taken_back_until_it_starts(self):
        """REQ C-5: a request that nobody answered, another time that does not suit"""
        self.calendar.cancel_hours = 24 * 365
        self.login(self.owner)
        later, latest = (self.start + timedelta(hours=hours) for hours in (1, 4))
        answer = self.change("move", start=f"{latest:%Y-%m-%dT%H:%M:%SZ}")
        self.assertEqual(answer.json()["state"], "requested")
        self.appointment.with_user(self.anna).action_propose(later)
        page = self.get(self.url).text
        self.assertIn('value="cancel"', page)
        self.assertIn(self.appointment._get_moment(later), page)
        answer = self.change("cancel")
        self.assertEqual(
            (answer.status_code, answer.json()["state"]), (200, "cancelled")
        )
        self.login(None)
        self.assertEqual(self.change("cancel", self.visit_url).status_code, 200)
        self.appointment.state = "proposed"
        with freeze_time(later + timedelta(minutes=1)):
            self.assertFalse(self.appointment._may_customer_change())

    def test_a_proposal_is_accepted(self):
        self.login(self.owner)
        self.assertEqual(self.change("accept").status_code, 409)
        start = self.start + timedelta(hours=1)
        self.appointment.with_user(self.anna).action_propose(start)
        self.assertIn('value="accept"', self.get(self.url).text)
        answer = self.change("accept")
        self.assertEqual(
            (answer.status_code, answer.json()["state"]), (200, "accepted")
        )

    def test_without_the_token_of_the_session_nothing_is_done(self):
        self.login(self.owner)
        for as_json in (True, False):
            answer = self.change("cancel", as_json=as_json, no_token=True)
            self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.appointment.state, "requested")

    def test_odoo_s_own_doors_are_shut(self):
        for model in ("customer.portal.appointment", "customer.portal.calendar"):
            for user in (self.owner, self.env.ref("base.public_user")):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))
