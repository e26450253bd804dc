from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import WizardCase


@tagged("-at_install", "post_install")
class TestInvitation(MockEmail, WizardCase):
    """Portal users who are added in the dialog that shares (REQ S-3)."""

    def test_a_user_is_added_on_the_spot(self):
        """REQ S-3"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard = self.open_for_nobody()
        wizard.write(
            {
                "access": "secured",
                "new_user_name": "Nora New",
                "new_user_email": "Nora@Example.com",
            }
        )
        with self.mock_mail_gateway():
            wizard.action_add_user()
        user = wizard.user_ids
        self.assertEqual(
            (user.name, user.login, user.active), ("Nora New", "nora@example.com", True)
        )
        self.assertTrue(user._is_portal())
        self.assertTrue(self._mails, "the invitation")
        self.assertFalse(wizard.new_user_email)
        self.assertEqual(self.finish(wizard).user_ids, user)

    def test_a_new_user_is_of_the_company_of_the_share(self):
        """REQ S-3: and not of the one that is active"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard, elsewhere = self._open_elsewhere()
        wizard = wizard.with_context(
            allowed_company_ids=[self.company.id, elsewhere.id]
        )
        wizard.write({"access": "secured", "new_user_email": "nora@example.com"})
        with self.mock_mail_gateway():
            wizard.action_add_user()
        user = wizard.user_ids
        self.assertEqual(user.login, "nora@example.com")
        self.assertEqual((user.company_id, user.company_ids), (elsewhere, elsewhere))

    def test_a_user_who_is_there_already_is_taken(self):
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard = self.open()
        wizard.new_user_email = self.owner.email
        with self.mock_mail_gateway():
            wizard.action_add_user()
        self.assertEqual(wizard.user_ids, self.owner)
        self.assertFalse(self._mails)

    def test_an_archived_user_is_named_and_invited_again_where_that_is_wanted(self):
        """REQ S-3: whether only the account is archived, or the contact as well"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        contacts = self.env["res.partner"].with_context(active_test=False)
        for user, archives_contact in ((self.owner, False), (self.colleague, True)):
            user.active = False
            user.partner_id.active = not archives_contact
            count = contacts.search_count([])
            wizard = self.open()
            # whose document it is, is proposed
            wizard.user_ids = False
            wizard.new_user_email = user.email
            wizard.action_add_user()
            self.assertEqual(wizard.archived_user, user.name)
            self.assertFalse(wizard.user_ids)
            self.assertFalse(user.active)
            wizard.action_activate_user()
            self.assertEqual(wizard.user_ids, user)
            self.assertTrue(user.active and user.partner_id.active)
            self.assertFalse(wizard.archived_user)
            self.assertEqual(contacts.search_count([]), count, "no second contact")

    def test_nobody_is_let_in_again_who_is_no_customer_of_ours(self):
        """REQ S-3, U-4: neither of another company, nor beside an account of staff"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.owner.write(
            {
                "company_ids": [Command.set(elsewhere.ids)],
                "company_id": elsewhere.id,
                "active": False,
            }
        )
        former = self._create_staff("test_former")
        former.partner_id.email = "former@example.com"
        former.active = False
        double = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": "double",
                    "partner_id": former.partner_id.id,
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                    "active": False,
                }
            )
        )
        for user in (self.owner, former, double):
            wizard = self.open()
            wizard.user_ids = False
            wizard.new_user_email = user.partner_id.email
            for act in (wizard.action_add_user, wizard.action_activate_user):
                with (
                    self.subTest(user=user.login, act=act.__name__),
                    self.assertRaises(UserError),
                    self.cr.savepoint(),
                ):
                    act()
                self.assertFalse(user.active)
                self.assertFalse(wizard.archived_user)

    def test_nonsense_is_no_user(self):
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard = self.open()
        for email in ("", "nonsense", "two words", "@example.com"):
            wizard.new_user_email = email
            # says what is wrong with it, if something was typed
            words = f"“{email}” is not" if email else "Please type"
            with self.assertRaisesRegex(ValidationError, words):
                wizard.action_add_user()

    def test_nobody_is_left_out_who_was_typed_and_not_added(self):
        """REQ S-3: whether others are chosen or not"""
        wizard = self.open_for_nobody()
        wizard.access = "secured"
        for name, email in (
            ("Nora New", "nora@example.com"),
            ("", "nora"),
            ("Nora", ""),
        ):
            wizard.write({"new_user_name": name, "new_user_email": email})
            for users in (self.owner, self.env["res.users"]):
                wizard.user_ids = users
                with self.assertRaisesRegex(UserError, "Press “Add User” first"):
                    wizard.action_create_share()
        # who is typed before somebody takes a web link instead is not asked for
        wizard.access = "public"
        self.assertEqual(self.finish(wizard).access, "public")
        wizard.action_done()

    def test_only_who_may_create_contacts_invites(self):
        wizard = self.open()
        self.assertFalse(wizard.can_invite)
        wizard.new_user_email = "nora@example.com"
        with self.assertRaises(UserError):
            wizard.action_add_user()
        self.assertTrue(self.open(user=self.portal_manager).can_invite)

    def test_a_user_is_added_to_a_share(self):
        share = self._create_secured_share(self.document)
        wizard = self.open_of(share, "action_send_link", self.portal_manager)
        with Form(wizard) as form:
            form.new_user_name = "Nora New"
            form.new_user_email = "nora@example.com"
        for attempt in (
            wizard.action_edit_mail,
            wizard.action_send,
            wizard.action_done,
        ):
            with self.assertRaisesRegex(UserError, "“Nora New” is not added yet"):
                attempt()
        with self.mock_mail_gateway():
            wizard.action_add_user()
        nora = share.user_ids - self.owner
        self.assertEqual(nora.login, "nora@example.com")
        self.assertEqual(wizard.told_ids, share.user_ids.partner_id)
        self.assertIn(nora.partner_id, wizard.recipient_ids)
        self.assertFalse(wizard.new_user_name)
