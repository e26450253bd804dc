import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessDenied
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import OfficeMixin

SECRET = "JBSWY3DPEHPK3PXP"


@tagged("-at_install", "post_install")
class TestProofs(OfficeMixin, HttpCase):
    """REQ U-4: with an access ends all that it is proved with, and none of it comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_office()

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)
        self.owner.with_user(self.owner).sudo().write(
            {
                "auth_passkey_key_ids": [
                    Command.create({"name": "Phone", "credential_identifier": "phone"})
                ]
            }
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE auth_passkey_key SET public_key = 'x'")
        self.patch(
            self.env.registry["auth.passkey.key"], "_verify_auth", lambda *args: 1
        )
        self.env.cr.execute(
            "UPDATE res_users SET totp_secret = %s WHERE id = %s",
            [SECRET, self.owner.id],
        )
        self.env.invalidate_all()
        self.key, self.device = (
            self.env[model]
            .with_user(self.owner)
            .sudo()
            ._generate(scope, "Key", fields.Datetime.now() + timedelta(days=1))
            for model, scope in (
                ("res.users.apikeys", "rpc"),
                ("auth_totp.device", "browser"),
            )
        )
        self.runs = self._as_runner(self.owner)

    def _get_alive(self):
        """Return the names of the proofs of the owner that are still good."""
        self.env.flush_all()
        self.env.invalidate_all()
        proofs = {
            "passkey": self._enters_by_passkey(),
            "codes": self.owner.totp_enabled,
            "key": self._opens("res.users.apikeys", "rpc", self.key),
            "device": self._opens("auth_totp.device", "browser", self.device),
        }
        return {name for name, is_alive in proofs.items() if is_alive}

    def _enters_by_passkey(self):
        response = json.dumps({"id": "phone"})
        credential = {"type": "webauthn", "webauthn_response": response}
        try:
            with mute_logger("odoo.addons.base.models.res_users"):
                info = self.env["res.users"]._login(credential, {"interactive": True})
        except AccessDenied:
            return False
        return info["uid"] == self.owner.id

    def _opens(self, model, scope, key):
        Key = self.env[model].sudo()
        return Key._check_credentials(scope=scope, key=key) == self.owner.id

    def test_they_are_good_at_first(self):
        self.assertEqual(self._get_alive(), {"passkey", "codes", "key", "device"})

    def test_a_password_by_hand_ends_all(self):
        """Of a customer who has lost the phone, or whose phone somebody has."""
        self.runs.action_portal_set_password("correct horse")
        self.assertEqual(self._get_alive(), set())

    def test_a_password_of_core_s_dialog_ends_all(self):
        self.owner.partner_id.signup_prepare()
        link = self.owner.partner_id._generate_signup_token()
        line = Command.create(
            {"user_id": self.owner.id, "user_login": "x", "new_passwd": "correct horse"}
        )
        Dialog = self.env["change.password.wizard"].with_user(
            self.env.ref("base.user_admin")
        )
        Dialog.create({"user_ids": [line]}).change_password_button()
        self.assertEqual(self._get_alive(), set())
        self.assertFalse(self.env["res.partner"]._get_partner_from_token(link))

    def test_a_password_that_customers_choose_keeps_their_codes(self):
        """Who has their mailbox alone is not let in."""
        self.owner.with_user(self.owner).env.user._change_password("correct horse")
        self.assertIn("codes", self._get_alive())
        # by a link, in a browser in which staff are logged in as well
        for user in (self.env.ref("base.public_user"), self.staff):
            self.owner.partner_id.signup_prepare()
            token = self.owner.partner_id._generate_signup_token()
            Users_sudo = self.env["res.users"].with_user(user).sudo()
            Users_sudo.signup({"password": "battery staple"}, token)
            self.assertIn("codes", self._get_alive())

    def test_a_password_of_the_dialog_ends_all_without_a_word(self):
        Dialog = self.env["customer.portal.user.password"].with_user(self.runner)
        before = self.env["mail.mail"].search_count([])
        Dialog.create(
            {"user_id": self.owner.id, "password": "correct horse"}
        ).action_set()
        self.assertEqual(self._get_alive(), set())
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_a_removal_ends_all_without_a_word(self):
        before = self.env["mail.mail"].search_count([])
        self.runs.action_portal_remove(notify=False)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self._get_alive(), set())
        self.runs.action_portal_activate()
        self.assertEqual(self._get_alive(), set())

    def test_a_login_that_is_proved_ends_what_was_left_before(self):
        """It need not be its owner who chose the login, and left a phone."""
        self.owner.login = self.owner.partner_id.email
        self.owner.portal_login_is_claimed = True
        self.owner.partner_id._confirm_address_by_link()
        self.assertEqual(self._get_alive(), set())

    def test_who_was_deactivated_logs_in_again_as_before(self):
        """With a password and its codes, or a passkey; what asks for neither has ended."""
        for deactivate in (
            self.runs.action_portal_deactivate,
            self.owner.action_archive,
            lambda: self.owner.write({"active": False}),
        ):
            savepoint = self.env.cr.savepoint()
            deactivate()
            self.runs.action_portal_activate()
            self.assertEqual(self._get_alive(), {"passkey", "codes"})
            savepoint.close(rollback=True)

    def test_odoo_s_own_dialog_ends_keys_as_well(self):
        wizard = self.env["portal.wizard"].create(
            {"partner_ids": [Command.set(self.owner.partner_id.ids)]}
        )
        wizard.user_ids.action_revoke_access()
        wizard.user_ids.invalidate_recordset()
        wizard.user_ids.action_grant_access()
        self.assertTrue(self.owner.active)
        self.assertEqual(self._get_alive(), {"passkey", "codes"})

    def test_keys_from_before_do_not_come_back_either(self):
        """Accounts that were deactivated by an older version have kept theirs."""
        self.env.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE id = %s", [self.owner.id]
        )
        self.env.invalidate_all()
        self.runs.action_portal_activate()
        self.assertEqual(self._get_alive(), {"passkey", "codes"})

    def test_the_keys_of_staff_are_their_own(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.staff)
            .sudo()
            ._generate("rpc", "Job", fields.Datetime.now() + timedelta(days=1))
        )
        self.staff.action_archive()
        self.staff.action_unarchive()
        self.env.flush_all()
        found = self.env["res.users.apikeys"]._check_credentials(scope="rpc", key=key)
        self.assertEqual(found, self.staff.id)

    def test_the_page_before_a_removal_says_what_ends(self):
        Removal = self.env["customer.portal.user.removal"].with_user(self.runner)
        removal = Removal.create({"user_ids": [Command.link(self.owner.id)]})
        text = " ".join(removal.summary.split())
        for words in (
            "API keys: 1",
            "Passkeys: 1",
            "Two-factor authentication: 1",
            "Trusted devices: 1",
            "personal links",
        ):
            self.assertIn(words, text)
