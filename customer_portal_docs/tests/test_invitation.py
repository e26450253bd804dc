from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import PersonasMixin


@tagged("-at_install", "post_install")
class TestInvitation(PersonasMixin, TransactionCase):
    """REQ U-2, U-4: a link to choose a password is for an account that is there, and the last one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_personas()
        cls.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        cls.partner = cls.owner.partner_id
        cls.guest = cls.env["res.partner"].create(
            {"name": "Guest", "email": "guest@example.com"}
        )

    def opens(self, token):
        self.env.flush_all()
        self.env.invalidate_all()
        return bool(self.env["res.partner"]._get_partner_from_token(token))

    def test_who_has_an_account_gets_one(self):
        self.partner.signup_prepare()
        self.assertTrue(self.opens(self.partner._generate_signup_token()))

    def test_who_has_none_gets_none(self):
        self.guest.signup_prepare()
        self.assertEqual(self.guest._generate_signup_token(), "")
        self.assertEqual(dict(self.guest.signup_get_auth_param()), {})
        url = self.guest._get_signup_url_for_action()[self.guest.id]
        self.assertTrue(url.endswith("token="))

    def test_it_ends_with_the_account(self):
        self.partner.signup_prepare()
        token = self.partner._generate_signup_token()
        self.owner.active = False
        # whoever writes so, in whatever context
        self.partner.signup_type = "signup"
        self.assertFalse(self.opens(token))
        hidden = self.partner.with_context(active_test=False)
        self.assertEqual(hidden._generate_signup_token(), "")
        self.assertEqual(dict(hidden.signup_get_auth_param()), {})

    def test_it_ends_with_the_next_one(self):
        self.partner.signup_prepare()
        first = self.partner._generate_signup_token()
        self.assertTrue(self.opens(first))
        self.partner.signup_prepare()
        self.assertFalse(self.opens(first))
        self.assertTrue(self.opens(self.partner._generate_signup_token()))

    def test_one_that_was_cancelled_opens_nothing(self):
        """Core's page of a survey prints a key that it has cancelled before."""
        self.partner.signup_prepare()
        token = self.partner._generate_signup_token()
        self.partner.signup_cancel()
        self.assertFalse(self.opens(token))
        self.assertEqual(self.partner._generate_signup_token(), "")

    def test_who_may_not_prepare_one_ends_none(self):
        self.partner.signup_prepare()
        token = self.partner._generate_signup_token()
        for user in (self.staff, self.colleague):
            with self.assertRaises(AccessError):
                self.partner.with_user(user).signup_prepare()
        self.assertTrue(self.opens(token))

    def test_a_document_s_mail_tells_no_account(self):
        document = self.env["customer.portal.document"].create(
            {"name": "D", "partner_id": self.partner.id}
        )
        for auth in ({"auth_login": "x"}, {"auth_signup_token": "x"}):
            link = document._notify_get_action_link("view", pid=1, **auth)
            self.assertIn("pid=1", link)
            self.assertNotIn("auth_", link)

    def test_a_dialog_that_shares_gives_an_account_to_who_never_had_one(self):
        self.patch(type(self.env["mail.mail"]), "send", lambda mails, **kwargs: True)
        former = self.stranger.partner_id
        self.stranger.active = False
        broken = self.guest.copy({"email": "nobody"})
        plain = self._create_staff("test_plain", "project.group_project_manager")
        inviter = self._create_staff(
            "test_inviter",
            "project.group_project_manager",
            "base.group_partner_manager",
        )
        project = self._create_project("Rope")
        partners = self.guest | former | broken
        for user, invited in ((plain, False), (inviter, True)):
            dialog = (
                self.env["project.share.wizard"]
                .with_user(user)
                .with_context(active_model="project.project", active_id=project.id)
                .create(
                    {
                        "res_model": "project.project",
                        "res_id": project.id,
                        "partner_ids": [Command.set(partners.ids)],
                    }
                )
            )
            dialog._send_signup_link(partners)
            with self.subTest(user=user.login):
                self.assertEqual(bool(self.guest.user_ids), invited)
                self.assertFalse(former.user_ids)
                self.assertFalse(broken.user_ids)
        told = project.message_ids.filtered("partner_ids")
        self.assertEqual(told.partner_ids, partners)
        self.assertNotIn("/web/signup", " ".join(map(str, told.mapped("body"))))
