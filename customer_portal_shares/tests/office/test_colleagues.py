import re
from unittest.mock import patch

from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import OfficeMixin

_URL = "/my/colleagues"


@tagged("-at_install", "post_install")
class TestColleagues(OfficeMixin, HttpCase):
    """REQ U-7"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_office()
        cls.trusted = cls.owner
        cls.trusted.portal_is_administrator = True

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)
        self.login(self.trusted)

    def login(self, user):
        self.authenticate(user.login, user.login)

    def get(self):
        return self.url_open(_URL, allow_redirects=False)

    def post(self, path, as_json=True, **data):
        return self.opener.post(
            f"{self.base_url()}{_URL}/{path}",
            data={"csrf_token": Request.csrf_token(self), **data},
            headers={"Accept": "application/json"} if as_json else {},
            allow_redirects=False,
            timeout=30,
        )

    def invite(self, email="ada@example.com", name="Ada Green"):
        return self.post("invite", name=name, email=email)

    def _get_last_note(self):
        return self.brightwater.message_ids[:1]

    # -- who may

    def test_others_find_nothing(self):
        for user in (self.colleague, self.stranger, self.staff, self.runner):
            self.login(user)
            with self.subTest(user=user.login):
                self.assertEqual(self.get().status_code, 404)
                self.assertEqual(self.invite().status_code, 404)
                path = f"{self.colleague.id}/deactivate"
                self.assertEqual(self.post(path).status_code, 404)
        self.assertFalse(self._find_user("ada@example.com"))
        self.assertTrue(self.colleague.active)

    def test_who_has_no_company_has_no_colleagues(self):
        self.private.portal_is_administrator = True
        self.login(self.private)
        self.assertEqual(self.get().status_code, 404)

    def test_nobody_is_trusted_with_our_own_company(self):
        self.company.partner_id.is_company = True
        insider = self._create_customer("test_insider", self.company.partner_id)
        insider.portal_is_administrator = True
        self.login(insider)
        self.assertEqual(self.get().status_code, 404)
        self.assertEqual(self.invite().status_code, 404)

    def test_it_ends_with_the_trust_and_with_the_company(self):
        self.assertEqual(self.get().status_code, 200)
        self.trusted.partner_id.parent_id = self.northwind
        self.assertEqual(self.get().status_code, 404)
        self.trusted.partner_id.parent_id = self.brightwater
        self.assertEqual(self.get().status_code, 404)

    # -- the list

    def test_the_list_has_the_customers_of_the_company(self):
        staff_there = self._create_staff("test_staff_there")
        staff_there.partner_id.parent_id = self.brightwater
        text = self.get().text
        self.assertIn(self.colleague.email, text)
        self.assertIn(self.trusted.email, text)
        for user in (self.stranger, self.private, staff_there, self.admin):
            self.assertNotIn(user.email, text)
        # nothing to press beside the own name, and that of another manager
        self.assertNotIn(f"{_URL}/{self.trusted.id}/", text)
        self.assertIn(f"{_URL}/{self.colleague.id}/deactivate", text)

    def test_a_long_list_is_searched(self):
        self.env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "name": f"Mate {number:02d}",
                    "login": f"mate{number}@example.com",
                    "email": f"mate{number}@example.com",
                    "parent_id": self.brightwater.id,
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                }
                for number in range(45)
            ]
        )
        self.assertIn('type="search"', self.get().text)
        found = self.url_open(f"{_URL}?search=MATE44@").text
        self.assertIn("Mate 44", found)
        self.assertNotIn("Mate 43", found)
        # its text, and never a pattern of SQL or markup
        for typed in ("%25%25x", "_ate", "mate%25", "%3Cb%3E", "x" * 500):
            page = self.url_open(f"{_URL}?search={typed}")
            self.assertEqual(page.status_code, 200)
            self.assertIn("Nobody was found.", page.text)
            self.assertNotIn("<b>", page.text)
        self.assertNotIn("test_stranger", self.url_open(f"{_URL}?search=test").text)

    def test_the_home_leads_there(self):
        self.assertIn(_URL, self.url_open("/my/home").text)
        self.login(self.colleague)
        self.assertNotIn(_URL, self.url_open("/my/home").text)

    # -- invite

    def test_invite(self):
        response = self.invite("Ada@Example.com")
        self.assertEqual(response.status_code, 201, response.text)
        user = self._find_user("ada@example.com")
        self.assertEqual(user.partner_id.commercial_partner_id, self.brightwater)
        self.assertEqual(user.all_group_ids, self.template.all_group_ids)
        self.assertEqual(user.company_ids, self.company)
        self.assertFalse(user.portal_is_administrator)
        self.assertEqual(len(self._mails_to("ada@example.com")), 1)
        note = self._get_last_note()
        self.assertEqual(note.author_id, self.trusted.partner_id)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertIn("ada@example.com", note.body)

    def test_a_contact_of_the_company_is_taken(self):
        partner = self.env["res.partner"].create(
            {
                "name": "Ada",
                "email": "ada@example.com",
                "parent_id": self.brightwater.id,
            }
        )
        self.assertEqual(self.invite().status_code, 201)
        self.assertEqual(self._find_user("ada@example.com").partner_id, partner)

    def test_addresses_of_others_are_refused_alike(self):
        Partner = self.env["res.partner"]
        Partner.create({"name": "Di", "email": "di@example.com"})
        Partner.create(
            {
                "name": "Far",
                "email": "far@example.com",
                "company_id": self.elsewhere.id,
            }
        )
        count = Partner.with_context(active_test=False).search_count([])
        self.colleague.active = False
        # whose own address is another one
        self.admin.login = "boss@harbour.example.com"
        answers = set()
        for email in (
            "di@example.com",
            "far@example.com",
            self.admin.email,
            self.admin.login,
            self.former.email,
            self.stranger.email,
            self.abroad.email,
            self.colleague.email,
            self.trusted.email,
        ):
            with self.subTest(email=email):
                response = self.invite(email)
                self.assertEqual(response.status_code, 409)
                answers.add(response.text)
        self.assertEqual(len(answers), 1)
        self.assertFalse(self.colleague.active)
        self.assertEqual(
            Partner.with_context(active_test=False).search_count([]), count
        )

    def test_what_cannot_be_read_is_told_by_the_field(self):
        for data, field in (
            ({"name": "Ada", "email": "x"}, "email"),
            ({"name": "Ada", "email": "a@example.com, b@example.com"}, "email"),
            ({"name": "\u200b", "email": "a@example.com"}, "name"),
            ({}, "name"),
        ):
            with self.subTest(data=data):
                response = self.post("invite", **data)
                self.assertEqual(response.status_code, 400)
                self.assertIn(field, response.json()["fields"])
        page = self.post("invite", as_json=False, name="Ada", email="x y")
        self.assertEqual(page.status_code, 400)
        self.assertIn('value="Ada"', page.text)
        self.assertIn("colleague_email_error", page.text)

    def test_there_is_a_limit(self):
        Throttle = type(self.env["customer.portal.throttle"])
        with patch.object(Throttle, "_count", lambda self, *uses: 600):
            response = self.invite()
            again = self.post(f"{self.colleague.id}/deactivate")
        for each in (response, again):
            self.assertEqual(each.status_code, 429)
            self.assertEqual(each.headers["Retry-After"], "600")
        self.assertFalse(self._find_user("ada@example.com"))
        self.assertTrue(self.colleague.active)

    def test_no_form_of_another_site(self):
        response = self.opener.post(
            f"{self.base_url()}{_URL}/invite",
            data={"name": "Ada", "email": "ada@example.com"},
            timeout=30,
        )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self._find_user("ada@example.com"))

    # -- end access

    def test_deactivate(self):
        response = self.post(f"{self.colleague.id}/deactivate", as_json=False)
        self.assertEqual(response.status_code, 303)
        self.assertFalse(self.colleague.active)
        self.assertTrue(self.colleague.sudo().portal_session_key)
        self.assertIn(self.colleague.email, self._get_last_note().body)
        self.assertIn("No access", self.get().text)

    def test_whom_they_cannot_deactivate(self):
        staff_there = self._create_staff("test_staff_there")
        staff_there.partner_id.parent_id = self.brightwater
        other_manager = self._create_customer("test_other", self.brightwater)
        other_manager.portal_is_administrator = True
        wider = self._create_customer("test_wider", self.brightwater)
        wider.company_ids = [Command.link(self.elsewhere.id)]
        for user in (
            self.trusted,
            self.stranger,
            self.private,
            self.admin,
            self.template,
            staff_there,
            other_manager,
            wider,
        ):
            for act in ("deactivate", "invite"):
                with self.subTest(user=user.login, act=act):
                    before = user.active
                    response = self.post(f"{user.id}/{act}")
                    self.assertEqual(response.status_code, 404)
                    self.assertEqual(user.active, before)

    def test_invite_again(self):
        self.assertEqual(self.post(f"{self.colleague.id}/invite").status_code, 200)
        self.assertEqual(len(self._mails_to(self.colleague.email)), 1)
        self.env["res.users.log"].with_user(self.colleague).sudo().create({})
        self.assertEqual(self.post(f"{self.colleague.id}/invite").status_code, 409)

    def test_no_model_method_is_theirs(self):
        """What managers do over RPC stays the managers'."""
        self.authenticate(self.trusted.login, self.trusted.login)
        for method in ("action_portal_deactivate", "action_portal_remove"):
            response = self.url_open(
                f"/web/dataset/call_kw/res.users/{method}",
                json={
                    "params": {
                        "model": "res.users",
                        "method": method,
                        "args": [[self.colleague.id]],
                        "kwargs": {},
                    }
                },
            )
            self.assertIn("error", response.json())
        self.assertTrue(self.colleague.active)


@tagged("-at_install", "post_install")
class TestInvitations(OfficeMixin, HttpCase):
    """REQ U-1: who has an invitation that is over gets a new one by themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_office()

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)
        self._as_runner(self.owner).action_portal_invite()
        self.partner = self.owner.partner_id
        # signed by core, and over since a day
        self.old = self.partner.sudo()._generate_signup_token(expiration=-24)

    def _ask(self, token):
        page = self.url_open(f"/web/signup?token={token}")
        form = re.search(r'action="/portal/invitation"', page.text)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        response = self.url_open(
            "/portal/invitation",
            data={"token": token, "csrf_token": csrf.group(1) if csrf else ""},
        )
        return bool(form), response

    def _count_mails(self):
        return len(self._mails_to(self.owner.email))

    def test_an_old_invitation_is_good_for_a_new_one(self):
        offered, response = self._ask(self.old)
        self.assertTrue(offered)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self._count_mails(), 2)
        self.assertNotIn(self.owner.email, response.text)

    def test_what_is_no_proof(self):
        def answer(token):
            return re.sub(r'csrf_token: "[^"]*"', "", self._ask(token)[1].text)

        words = answer("nonsense")
        forged = self.old[:-6] + "AAAAAA"
        for token in ("", "é", forged, self.old.lower(), "A" * 5000):
            with self.subTest(token=token[:20]):
                self.assertEqual(answer(token), words)
        # used
        self.partner.signup_type = False
        self.assertEqual(answer(self.old), words)
        self.assertEqual(self._count_mails(), 1)

    def test_staff_and_those_without_access_get_none(self):
        former, admin = self.former.partner_id, self.admin.partner_id
        self.owner.active = False
        for partner in (former, admin, self.partner):
            partner.sudo().signup_type = "signup"
            token = partner.sudo()._generate_signup_token(expiration=-24)
            before = self.env["mail.mail"].search_count([])
            self._ask(token)
            self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_a_few_a_day(self):
        for _time in range(5):
            self._ask(self.old)
        self.assertLessEqual(self._count_mails(), 1 + 3)
