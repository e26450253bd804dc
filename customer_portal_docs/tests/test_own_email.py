import re
from datetime import datetime, timedelta

from odoo.http import Request
from odoo.tests import freeze_time, tagged

from ..models.res_partner_address import LINK_HOURS
from ..tools.emails import parse_email
from .common import DocumentHttpCase, count_writes

NEW = "ola.new@example.com"
_LINK = re.compile(r"/my/email\?token=([\w=-]+)")


@tagged("-at_install", "post_install")
class TestOwnEmail(DocumentHttpCase):
    """REQ U-6, 11.7: customers confirm the address that they have typed, by a link to it."""

    def setUp(self):
        super().setUp()
        self.partner = self.owner.partner_id
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)
        self.type_address(NEW)
        self.login(self.owner)

    def type_address(self, email, user=None):
        user = user or self.owner
        user.with_user(user).write({"email": email})

    def is_confirmed(self):
        self.env.invalidate_all()
        return bool(self.partner._filter_confirmed_address())

    def send_link(self, **kwargs):
        """Press the button; return the answer and the mail that was written."""
        before = self.env["mail.mail"].search([])
        answer = self.press("link", **kwargs)
        return answer, self.env["mail.mail"].search([]) - before

    def press(self, button, data=None, **kwargs):
        data = {"csrf_token": Request.csrf_token(self), **(data or {})}
        return self.post(f"/my/email/{button}", data, **kwargs)

    def get_key(self):
        answer, mail = self.send_link()
        self.assertEqual(answer.status_code, 303, answer.text)
        return _LINK.search(mail.body_html)[1]

    def assertDead(self, key):
        answer = self.get(f"/my/email?token={key}")
        self.assertEqual(answer.status_code, 410)
        self.assertIn("This link has expired", answer.text)
        answer = self.press("confirm", {"token": key})
        self.assertEqual(answer.status_code, 410)
        self.assertIn("This link has expired", answer.text)

    def test_from_the_home_to_the_end(self):
        home = self.get("/my/home").text
        self.assertIn(f"Confirm {NEW}", home)
        self.assertIn('href="/my/email"', home)
        page = self.get("/my/email")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Send me a link", page.text)
        answer, mail = self.send_link()
        self.assertURLEqual(answer.headers["Location"], "/my/email?done=link")
        self.assertIn(NEW, mail.email_to)
        self.assertIn("Send it again", self.get("/my/email?done=link").text)
        key = _LINK.search(mail.body_html)[1]

        before = count_writes(self.env.cr)
        page = self.get(f"/my/email?token={key}")
        self.assertEqual(count_writes(self.env.cr), before, "to look confirms nothing")
        self.assertIn("Yes, it is mine", page.text)
        self.assertFalse(self.is_confirmed())
        answer = self.press("confirm", {"token": key})
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(self.is_confirmed())
        self.assertFalse(self.partner.portal_address_is_claimed)
        self.assertIn("is confirmed", self.get("/my/email?done=confirm").text)
        self.assertNotIn(f"Confirm {NEW}", self.get("/my/home").text)
        # the link in the mail is pressed once more
        page = self.get(f"/my/email?token={key}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("is confirmed", page.text)

    def test_a_login_that_was_chosen_by_its_owner_is_confirmed_with_it(self):
        password = self.owner.login
        self.owner.login = NEW
        self.owner.portal_login_is_claimed = True
        self.authenticate(NEW, password)
        self.assertFalse(self.is_confirmed())
        self.press("confirm", {"token": self.get_key()})
        self.assertTrue(self.is_confirmed())
        self.assertFalse(self.owner.portal_login_is_claimed)

    def test_several_addresses_are_none_of_theirs(self):
        key = self.get_key()
        self.type_address(f"{NEW}, victim@example.com")
        self.assertDead(key)
        self.type_address(NEW)
        self.press("confirm", {"token": self.get_key()})
        self.assertTrue(self.is_confirmed())
        self.type_address(f"{NEW}, victim@example.com")
        self.assertFalse(self.is_confirmed())

    def test_another_account_of_the_contact_is_not_confirmed_with_it(self):
        other = self._create_user("second", ["base.group_portal"])
        other.partner_id = self.partner
        other.login = NEW
        other.portal_login_is_claimed = True
        self.press("confirm", {"token": self.get_key()})
        self.assertTrue(self.is_confirmed())
        self.assertTrue(other.portal_login_is_claimed)

    def test_a_key_is_for_one_account(self):
        """Whoever owns the address may have an account, too, and presses what comes by mail."""
        key = self.get_key()
        self.type_address(NEW, self.stranger)
        self.login(self.stranger)
        self.assertDead(key)
        self.login(None)
        answer = self.get(f"/my/email?token={key}", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertFalse(self.is_confirmed())
        self.assertFalse(self.stranger.partner_id._filter_confirmed_address())

    def test_a_key_is_for_one_address(self):
        key = self.get_key()
        self.type_address("another@example.com")
        self.assertDead(key)
        self.assertFalse(self.is_confirmed())

    def test_a_key_has_an_end(self):
        key = self.get_key()
        later = datetime.now() + timedelta(hours=LINK_HOURS, minutes=1)
        with freeze_time(later):
            self.assertFalse(self.partner.with_user(self.owner)._is_address_key(key))
        self.assertTrue(self.partner.with_user(self.owner)._is_address_key(key))

    def test_what_is_no_key(self):
        key = self.get_key()
        for text in ("", "x", "%C3%A9", "AQAA", f"{key}x"[1:], key[:-3], "A" * 5000):
            with self.subTest(key=text[:40]):
                self.assertDead(text)
        self.assertFalse(self.is_confirmed())

    def test_the_mail_alone_has_the_key(self):
        _answer, mail = self.send_link()
        key = _LINK.search(mail.body_html)[1]
        asked = self.env(user=self.owner.id)
        found = asked["mail.message"].search([("body", "like", "my/email")])
        self.assertFalse(found)
        self.assertFalse(
            asked["mail.message"].search([]).filtered(lambda one: key in one.body)
        )
        self.assertFalse(mail.mail_message_id.with_user(self.owner).has_access("read"))
        # what staff see of the template leads to the page
        template = self.env.ref("customer_portal_docs.mail_template_email_link")
        body = template._render_field("body_html", self.owner.ids)[self.owner.id]
        self.assertIn("/my/email", body)
        self.assertFalse(_LINK.search(body))

    def test_a_few_mails_an_hour(self):
        for _time in range(3):
            self.get_key()
        answer, mails = self.send_link()
        self.assertEqual(answer.status_code, 429)
        self.assertIn("Retry-After", answer.headers)
        self.assertIn("Please try again later", answer.text)
        self.assertFalse(mails)

    def test_an_address_gets_a_few_a_day_from_all_accounts(self):
        """By whatever spelling: soft hyphens and wide letters are read by the servers of mails."""
        self._set_limit("address_link_to", 1)
        self.get_key()
        self.login(self.stranger)
        for email in (
            NEW.upper(),
            "ola.new+1@example.com",
            "ola.new@ex\xadample.com",
            "ola.new@\uff45xample.com",
            "ola.new@example\u3002com",
        ):
            self.type_address(email, self.stranger)
            with self.subTest(email=ascii(email)):
                answer, mails = self.send_link()
                is_sendable = parse_email(email)
                self.assertEqual(answer.status_code, 429 if is_sendable else 400)
                self.assertFalse(mails)

    def test_an_account_writes_to_a_few_a_day(self):
        self._set_limit("address_link", 0)
        for number in range(4):
            self.type_address(f"somebody{number}@example.com")
            self.get_key()
        self.type_address("somebody4@example.com")
        answer, mails = self.send_link()
        self.assertEqual(answer.status_code, 429)
        self.assertFalse(mails)

    def test_the_mail_has_no_words_of_who_asks(self):
        self.owner.with_user(self.owner).write(
            {"name": "Claim at https://evil.example"}
        )
        password, self.owner.login = self.owner.login, "https://evil.example/login"
        self.authenticate(self.owner.login, password)
        _answer, mail = self.send_link()
        self.assertEqual(mail.email_to, NEW)
        sent = mail._prepare_outgoing_list()[0]
        self.assertNotIn("evil", f"{sent['body']} {sent['email_to']} {mail.subject}")

    def test_there_is_nothing_to_confirm(self):
        for email, words in (
            (False, "no e-mail address"),
            ("a@x.com, b@x.com", "no e-mail"),
        ):
            self.type_address(email)
            with self.subTest(email=email):
                page = self.get("/my/email")
                self.assertEqual(page.status_code, 200)
                self.assertIn("no e-mail address that we could write to", page.text)
                self.assertNotIn("is confirmed", page.text)
                self.assertNotIn("/my/email", self.get("/my/home").text)
                answer, mails = self.send_link()
                self.assertEqual(answer.status_code, 400)
                self.assertIn(words, answer.text)
                self.assertFalse(mails)
        self.type_address(NEW)
        self.partner.action_confirm_portal_address()
        answer, mails = self.send_link(as_json=True)
        self.assertEqual(answer.status_code, 400)
        self.assertIn("is confirmed", answer.json()["message"])
        self.assertFalse(mails)

    def test_staff_have_deleted_the_mail(self):
        self.env.ref("customer_portal_docs.mail_template_email_link").unlink()
        answer, mails = self.send_link()
        self.assertEqual(answer.status_code, 410)
        self.assertIn("Please ask us", answer.text)
        self.assertFalse(mails)

    def test_programs_are_told(self):
        said = {"email": NEW, "is_confirmed": False, "needs_confirmation": True}
        self.assertEqual(self.get_json("/my/email").json(), said)
        answer, _mail = self.send_link(as_json=True)
        self.assertEqual(answer.json(), said)
