from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_users import UsersCase


@tagged("-at_install", "post_install")
class TestNewUser(UsersCase):
    """REQ U-3"""

    def test_a_new_contact_is_invited(self):
        self._wizard(
            name="Ada Green", email="Ada@Example.com", parent_id=self.brightwater.id
        ).action_create()
        user = self._find_user("ada@example.com")
        self.assertTrue(user._is_portal())
        self.assertEqual(user.partner_id.parent_id, self.brightwater)
        self.assertEqual(user.company_ids, self.company)
        self.assertEqual(self._as_runner(user).portal_state, "invited")
        mail = self._mails_to("ada@example.com")
        self.assertIn("/web/signup?", mail.body_html)
        self.assertIn("This link is valid until", mail.body_html)

    def test_it_is_written_to_in_the_language_of_its_company(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.brightwater.lang = "fr_FR"
        values = {"name": "Ada", "parent_id": self.brightwater.id}
        for email, lang in (("ada@example.com", False), ("a@example.com", "en_US")):
            self._wizard(**values, email=email, lang=lang).action_create()
            self.assertEqual(self._find_user(email).lang, lang or "fr_FR")

    @freeze_time("2026-06-01 10:00:00")
    def test_the_invitation_says_until_when_it_is_good(self):
        """REQ U-2: core's 144 hours, or what the database says"""
        parameters = self.env["ir.config_parameter"].sudo()
        for hours, email, day in (
            (144, "ada@example.com", "Sunday, June 7, 2026"),
            (24, "bob@example.com", "Tuesday, June 2, 2026"),
        ):
            parameters.set_param("auth_signup.signup.validity.hours", hours)
            self.env.company.partner_id.tz = "Europe/Berlin"
            self._wizard(name="Ada", email=email).action_create()
            user = self._as_runner(self._find_user(email))
            end = fields.Datetime.now() + timedelta(hours=hours)
            self.assertEqual(user.portal_invitation_end, end)
            body = " ".join(self._mails_to(email).body_html.split())
            self.assertRegex(body, f"This link is valid until (<[^>]*>)?{day}, ")
            self.assertIn("(Europe/Berlin)", body, "the company's: none is known")
            self.assertIn("After that it offers you a new one.", body)

    def test_the_end_of_an_invitation_is_told_where_its_reader_is(self):
        """REQ U-2: the zone of who has never logged in is that of who made the contact"""
        self.company.partner_id.tz = "Europe/Berlin"
        self.owner.tz = "Asia/Tokyo"
        with freeze_time("2026-06-01 10:00:00"):
            self._as_runner(self.owner).action_portal_invite()
        told = self._mails_to(self.owner.email).body_html
        self.assertIn("June 7, 2026, 12:00 PM (Europe/Berlin)", told)
        self.env["res.users.log"].with_user(self.owner).sudo().create({})
        self.owner.invalidate_recordset()
        self.assertIn("(Asia/Tokyo)", self.owner._get_portal_invitation_end())

    def test_the_mails_are_branded(self):
        """REQ U-5: invitation and removal, with the company's name on top and not the user's"""
        self.company.portal_copyright = "© Brand"
        self.company.portal_welcome = "<p>Nice to have you here</p>"
        self._as_runner(self.owner).action_portal_invite()
        self._as_runner(self.colleague).action_portal_remove()
        for user in (self.owner, self.colleague):
            body = " ".join(self._mails_to(user.email).body_html.split())
            with self.subTest(user=user.login):
                self.assertIn("© Brand", body)
                self.assertIn("Customer Portal", body)
                self.assertNotIn("Your User", body)
                # whoever goes is not welcomed
                is_welcome = "<p>Nice to have you here</p>" in body
                self.assertEqual(is_welcome, user == self.owner)

    def test_odoo_s_own_dialog_sends_the_portal_s_invitation(self):
        """REQ S-3, U-5: and so does Add User on a share; at the commit, never before"""
        self.company.portal_copyright = "© Brand"
        self.company.portal_welcome = "<p>Nice to have you here</p>"
        contacts = self.env["res.partner"].create(
            [{"name": name, "email": f"{name}@example.com"} for name in ("ada", "bob")]
        )
        Wizard = self.env["portal.wizard"].with_user(self.runner)
        message = "See you <b>soon</b>"
        wizard = Wizard.create(
            {"partner_ids": contacts[0].ids, "welcome_message": message}
        )
        wizard.user_ids.action_grant_access()
        Dialog = self.env["customer.portal.share.wizard"].with_user(self.runner)
        Dialog.create({"new_user_email": "bob@example.com"}).action_add_user()
        for email in contacts.mapped("email"):
            [mail] = self._mails_to(email)
            self.assertEqual(mail.state, "outgoing")
            body = " ".join(mail.body_html.split())
            for words in ("© Brand", "invites you to its customer portal", "Nice to"):
                self.assertIn(words, body)
            # above the button, where it is read
            above = body.rpartition("Choose a Password")[0]
            self.assertEqual(
                "See you &lt;b&gt;soon" in above, email == "ada@example.com"
            )
            self.assertEqual(
                self._as_runner(self._find_user(email)).portal_state, "invited"
            )

    def test_a_contact_that_is_there_is_found_by_its_address(self):
        partner = self.env["res.partner"].create(
            {"name": "Ada", "email": "ADA@example.com"}
        )
        with patch.object(type(self.runner), "_bus_send") as told:
            self._wizard(name="Someone", email="ada@example.com").action_create()
        user = self._find_user("ada@example.com")
        self.assertEqual(user.partner_id, partner)
        self.assertEqual(partner.name, "Ada")
        # what was typed is not dropped without a word
        [call] = told.call_args_list
        self.assertIn("Ada with this e-mail address", call.args[1]["message"])

    def test_a_contact_that_is_as_typed_needs_no_word(self):
        self.env["res.partner"].create({"name": "Ada", "email": "ada@example.com"})
        with patch.object(type(self.runner), "_bus_send") as told:
            self._wizard(name="Ada", email="ada@example.com").action_create()
        self.assertFalse(told.call_args_list)

    def test_a_contact_is_chosen(self):
        partner = self.env["res.partner"].create(
            {"name": "Ada", "email": "ada@example.com", "is_company": True}
        )
        report = self._create_report()
        self._wizard(
            partner_id=partner.id,
            report_ids=[Command.link(report.id)],
            is_administrator=True,
        ).action_create()
        user = self._find_user("ada@example.com")
        self.assertEqual(user.partner_id, partner)
        self.assertEqual(user.portal_report_ids, report)
        self.assertTrue(user.portal_is_administrator)

    def test_two_contacts_with_the_address_are_no_guess(self):
        for name in ("Ada", "Bob"):
            self.env["res.partner"].create({"name": name, "email": "we@example.com"})
        with self.assertRaisesRegex(UserError, "choose one"):
            self._wizard(name="We", email="we@example.com").action_create()

    def test_a_password_by_hand_needs_no_mail(self):
        wizard = self._wizard(
            name="Ada", email="ada@example.com", password="correct horse"
        )
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT row_to_json(d)::text FROM customer_portal_user_wizard d"
        )
        self.assertNotIn("correct", str(self.env.cr.fetchall()))
        wizard.action_create()
        user = self._find_user("ada@example.com")
        credential = {
            "login": user.login,
            "password": "correct horse",
            "type": "password",
        }
        user.with_user(user)._check_credentials(credential, {"interactive": True})
        self.assertFalse(self._mails_to("ada@example.com"))
        self.assertEqual(self._as_runner(user).portal_state, "never")
        with self.assertRaises(ValidationError):
            self._wizard(name="Bob", email="bob@example.com", password="short")

    def test_what_is_refused(self):
        self._as_runner(self.colleague).action_portal_deactivate()
        cases = (
            ("internal user", {"name": "X", "email": self.admin.email}),
            ("internal user", {"name": "X", "email": self.admin.email.upper()}),
            ("internal user", {"name": "X", "email": self.former.email}),
            ("internal user", {"partner_id": self.admin.partner_id.id}),
            (
                "internal user",
                {"partner_id": self.former.partner_id.id, "email": "f@example.com"},
            ),
            ("already", {"name": "X", "email": self.owner.email}),
            ("already", {"partner_id": self.owner.partner_id.id}),
            ("already", {"name": "X", "email": self.abroad.email}),
            ("deactivated", {"name": "X", "email": self.colleague.email}),
            ("e-mail", {"name": "X", "email": "nobody"}),
            ("e-mail", {"name": "X"}),
            ("e-mail", {"name": "X", "email": "a@example.com, b@example.com"}),
            ("name", {"email": "new@example.com"}),
            (
                "cannot",
                {"partner_id": self.company.partner_id.id, "email": "c@example.com"},
            ),
            (
                "",
                {
                    "partner_id": self.env.ref("base.public_partner").id,
                    "email": "p@example.com",
                },
            ),
        )
        Users = self.env["res.users"].with_context(active_test=False)
        count = Users.search_count([])
        for words, vals in cases:
            with self.subTest(vals=vals), self.env.cr.savepoint() as savepoint:
                with self.assertRaisesRegex(UserError, words):
                    self._wizard(**vals).action_create()
                savepoint.rollback()
        self.assertEqual(Users.search_count([]), count)
        self.assertFalse(self.former.active)

    def test_only_managers_make_users(self):
        for user in (self.sharer, self.staff, self.owner):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._wizard(user, name="Ada", email="ada@example.com").action_create()
