"""Who gets an account of a contact: whom staff invite, and nobody by a mail, a door or a word."""

import re
from datetime import timedelta
from unittest.mock import patch

from test_moved_on import SECRET, ThingsCase

from odoo import fields
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

VICTIM = "victim@brightwater.example"
PASSWORD = "Long-enough-1"
_KEY = re.compile(r"(?:auth_signup_token|[?&;]token)=([^&\"'\s#]{20,})")


class SignUpCase(ThingsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.group_ids |= cls.env.ref("project.group_project_manager")

    def setUp(self):
        super().setUp()
        # Odoo's default: people may sign up
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)
        self.patch(type(self.env["mail.mail"]), "send", lambda mails, **kwargs: True)

    def sign_up(self, login, token="", page="signup"):
        """Send core's form as a visitor; return the account that logs in with that, if any."""
        self.login(None)
        url = f"/web/{page}" + (f"?token={token}" if token else "")
        csrf = re.search(r'csrf_token: "([^"]+)"', self.get(url).text)[1]
        values = {"csrf_token": csrf, "name": "Anna", "login": login}
        if token:
            values["token"] = token
        values.update(password=PASSWORD, confirm_password=PASSWORD)
        self.opener.post(self.base_url() + url, data=values)
        self.forget()
        return self.env["res.users"].search([("login", "=", login)])

    def get_keys(self, before):
        """Return the keys of accounts in the mails and messages since ``before``."""
        mails = self.env["mail.mail"].search([]) - before
        texts = [*mails.mapped("body_html"), *mails.mail_message_id.mapped("body")]
        return _KEY.findall(" ".join(map(str, texts)))


@tagged("-at_install", "post_install")
class TestEndedAccess(SignUpCase):
    """REQ U-4: whose access was ended comes back by no mail and no link, but by an invitation."""

    def setUp(self):
        super().setUp()
        project = self._create_project("Rope", self.owner)
        task = self.env["project.task"].create(
            {
                "name": "Splice",
                "project_id": project.id,
                "partner_id": self.owner.partner_id.id,
            }
        )
        project.partner_id = self.owner.partner_id
        self.talks = {**self.things, "project": project, "task": task}
        for thing in self.talks.values():
            thing.message_subscribe(partner_ids=self.owner.partner_id.ids)
        agent = self.owner.with_user(self.agent)
        self.ends = {
            "removed": lambda: agent.action_portal_remove(notify=True),
            "deactivated": agent.action_portal_deactivate,
            "archived": self.owner.action_archive,
            "revoked": self.revoke,
        }

    def revoke(self):
        self.get_dialog(self.owner.partner_id).action_revoke_access()

    def get_dialog(self, partner):
        Wizard = self.env["portal.wizard"]
        return Wizard.create({"partner_ids": [Command.set(partner.ids)]}).user_ids

    def end_each(self):
        """Yield how the access of the owner was ended, one after the other."""
        for name, end in self.ends.items():
            savepoint = self.env.cr.savepoint()
            end()
            self.forget()
            with self.subTest(end=name):
                self.assertFalse(self.owner.active)
                yield name
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.registry.clear_cache()

    def test_no_mail_has_a_key(self):
        for scope in ("b2c", "b2b"):
            self.env["ir.config_parameter"].set_param(
                "auth_signup.invitation_scope", scope
            )
            for end in self.end_each():
                for name, thing in self.talks.items():
                    before = self.env["mail.mail"].search([])
                    self.post(thing)
                    if name == "request":
                        thing.action_send()
                    mails = self.env["mail.mail"].search([]) - before
                    with self.subTest(scope=scope, end=end, thing=name):
                        self.assertFalse(self.get_keys(before))
                        bodies = " ".join(map(str, mails.mapped("body_html")))
                        self.assertNotIn("auth_login", bodies)

    def test_the_mail_of_a_task_reaches_them(self):
        """What is asked above is asked of mails that there are."""
        self.owner.action_archive()
        self.forget()
        for name in ("document", "task", "project"):
            self.assertIn(self.owner.partner_id, self.post(self.talks[name]), name)

    def test_a_key_from_before_opens_nothing(self):
        partner = self.owner.partner_id
        partner.signup_prepare()
        invited = partner._generate_signup_token()
        partner.signup_prepare(signup_type="reset")
        reset = partner._generate_signup_token()
        self.forget()
        self.assertTrue(partner._get_partner_from_token(reset))
        for _end in self.end_each():
            # as core signs for who has no account, before we were there
            self.owner.partner_id.signup_type = "signup"
            self.assertFalse(partner._generate_signup_token())
            Partner = type(partner)
            with patch.object(Partner, "_has_open_account", lambda partner: True):
                fresh = partner._generate_signup_token()
            self.assertGreater(len(fresh), 20)
            self.forget()
            for token in (invited, reset, fresh):
                self.assertFalse(partner._get_partner_from_token(token))
                self.assertFalse(self.sign_up("back@x.example", token))
                with self.assertRaises(UserError):
                    values = {"login": "back@x.example", "password": PASSWORD}
                    self.env["res.users"].signup(values, token)

    def test_staff_let_them_in_again(self):
        """By our list, and by core's dialog: with a mail to the address, and a password of theirs."""
        for end in self.end_each():
            # an archived account is not granted anew where it stays in the group
            if end == "revoked":
                self.get_dialog(self.owner.partner_id).action_grant_access()
            else:
                user = self.owner.with_user(self.agent)
                user.action_portal_activate()
            self.owner.with_user(self.agent).action_portal_invite()
            self.forget()
            token = self.owner.partner_id._generate_signup_token()
            user = self.sign_up(self.owner.login, token)
            self.assertEqual(user, self.owner)
            self.authenticate(self.owner.login, PASSWORD)


@tagged("-at_install", "post_install")
class TestNoAccount(SignUpCase):
    """REQ U-1: a contact who never had an account gets one by an invitation alone."""

    def setUp(self):
        super().setUp()
        self.guest = self.env["res.partner"].create(
            {
                "name": "Guest",
                "email": "guest@brightwater.example",
                "parent_id": self.brightwater.id,
            }
        )
        self.project = self._create_project("Rope")
        self.forget()

    def test_no_mail_has_a_key(self):
        """A mail about one thing would open those of the whole company."""
        own = {"partner_id": self.guest.id}
        project = self._create_project("Own")
        project.write(own)
        things = (
            self.env["customer.portal.document"].create(
                {"name": "For the guest", "visibility": "contact", **own}
            ),
            self.env["customer.portal.request"].create(
                {
                    "name": "Books",
                    "line_ids": [Command.create({"name": "Ledger"})],
                    **own,
                }
            ),
            self.env["helpdesk.ticket"].create(
                {"name": "T", "description": "T", "team_id": self.binder.id, **own}
            ),
            project,
            self.env["project.task"].create(
                {"name": "T", "project_id": project.id, **own}
            ),
        )
        for thing in things:
            thing.sudo().message_subscribe(partner_ids=self.guest.ids)
            before = self.env["mail.mail"].search([])
            told = self.post(thing)
            if thing._name == "customer.portal.request":
                thing.action_send()
                told = (self.env["mail.mail"].search([]) - before).recipient_ids
            with self.subTest(model=thing._name):
                self.assertIn(self.guest, told)
                self.assertFalse(self.get_keys(before))

    def test_no_door_gives_a_key(self):
        plain = self._create_staff("test_plain")
        admin = self.env.ref("base.user_admin")
        for user in (plain, self.agent, admin, self.owner):
            guest = self.guest.with_user(user)
            for method, *args in (
                ("signup_get_auth_param",),
                ("action_signup_prepare",),
                ("signup_prepare", "signup"),
            ):
                try:
                    answer = getattr(guest, method)(*args)
                except (AccessDenied, AccessError):
                    continue
                with self.subTest(user=user.login, method=method):
                    self.assertNotIn("token", str(answer))
            self.assertFalse(self.guest._generate_signup_token())
            url = self.guest._get_signup_url_for_action()[self.guest.id]
            self.assertFalse(_KEY.search(url))

    def test_who_has_an_account_is_told_apart_by_who_may_know_them(self):
        plain = self._create_staff("test_plain")
        partner = self.owner.partner_id
        answer = partner.with_user(plain).signup_get_auth_param()
        self.assertEqual(answer[partner.id], {"auth_login": self.owner.login})
        abroad = self.guest.copy(
            {"company_id": self.env["res.company"].create({"name": "Elsewhere"}).id}
        )
        self.forget()
        with self.assertRaises(AccessError):
            abroad.with_user(plain).signup_get_auth_param()

    def share(self, user, partners, mode="edit"):
        dialog = (
            self.env["project.share.wizard"]
            .with_user(user)
            .with_context(active_model="project.project", active_id=self.project.id)
            .create(
                {
                    "res_model": "project.project",
                    "res_id": self.project.id,
                    "collaborator_ids": [
                        Command.create(
                            {
                                "partner_id": partner.id,
                                "access_mode": mode,
                                "send_invitation": True,
                            }
                        )
                        for partner in partners
                    ],
                }
            )
        )
        before = self.env["mail.mail"].search([])
        dialog.action_send_mail()
        self.forget()
        return before

    def test_sharing_a_project_invites_where_the_user_may(self):
        """Core sent a key to who has no account, and kept it where all staff of the project read."""
        sharer = self._create_staff(
            "test_sharer", "project.group_project_manager", "base.group_partner_manager"
        )
        twin = self.guest.copy({"email": self.guest.email})
        before = self.share(sharer, self.guest | twin)
        user = (self.guest | twin).user_ids
        self.assertEqual(user.login, self.guest.email)
        self.assertTrue(user._is_portal())
        mails = self.env["mail.mail"].search([]) - before
        invitation = mails.filtered(lambda mail: _KEY.search(str(mail.body_html)))
        self.assertEqual(invitation.email_to, user.email_formatted)
        told = " ".join(map(str, self.project.message_ids.mapped("body")))
        self.assertIn("Guest", told)
        self.assertFalse(_KEY.search(told))
        token = user.partner_id._generate_signup_token()
        self.assertEqual(self.sign_up(user.login, token), user)

    def test_sharing_a_project_gives_no_access_back(self):
        sharer = self._create_staff(
            "test_sharer", "project.group_project_manager", "base.group_partner_manager"
        )
        self.owner.with_user(self.agent).action_portal_remove(notify=False)
        self.forget()
        before = self.share(sharer, self.owner.partner_id)
        self.assertFalse(self.owner.active)
        self.assertTrue(self.env["mail.mail"].search([]) - before)
        self.assertFalse(self.get_keys(before))

    def test_who_may_not_invite_shares_the_project_alone(self):
        plain = self._create_staff("test_plain", "project.group_project_manager")
        before = self.share(plain, self.guest)
        self.assertFalse(self.guest.user_ids)
        self.assertTrue(self.env["mail.mail"].search([]) - before)
        self.assertFalse(self.get_keys(before))

    def test_core_s_dialog_invites(self):
        Wizard = self.env["portal.wizard"].with_user(self.agent)
        dialog = Wizard.create({"partner_ids": [Command.set(self.guest.ids)]}).user_ids
        before = self.env["mail.mail"].search([])
        dialog.action_grant_access()
        self.forget()
        [first] = set(self.get_keys(before))
        self.assertEqual(self.guest._get_partner_from_token(first), self.guest)
        before = self.env["mail.mail"].search([])
        # REQ U-2: the link of before ends
        dialog.action_invite_again()
        self.forget()
        [second] = set(self.get_keys(before))
        self.assertFalse(self.guest._get_partner_from_token(first))
        self.assertEqual(self.sign_up("any@x.example", second), self.env["res.users"])
        self.authenticate(self.guest.email, PASSWORD)


@tagged("-at_install", "post_install")
class TestChosenLogins(SignUpCase):
    """REQ 11.7: core asks who signs up for no proof of the address that they log in with."""

    def setUp(self):
        super().setUp()
        self.squatter = self.sign_up(VICTIM)
        self.assertTrue(self.squatter)

    def login(self, user):
        if user and user.login == VICTIM:
            return self.authenticate(user.login, PASSWORD)
        return super().login(user)

    def report(self, key):
        values = {
            "name": SECRET,
            "description": SECRET,
            "partner_email": VICTIM,
            "partner_name": "Anna",
        }
        return self.binder._create_visitor_issue(values, [], key * 40)

    def is_known(self):
        self.forget()
        return bool(self.squatter.partner_id._filter_confirmed_address())

    def use_link(self, user=None):
        """Ask for a new password, and use the link as it was mailed."""
        user = user or self.squatter
        before = self.env["mail.mail"].search([])
        self.env["res.users"].reset_password(user.login)
        [token] = set(self.get_keys(before))
        self.sign_up("", token, page="reset_password")

    def test_it_is_no_proof(self):
        """REQ S-3, I-3, U-1"""
        self.assertFalse(self.is_known())
        with self.assertRaisesRegex(UserError, "chose the login"):
            self.get_share_wizard(VICTIM).action_add_user()
        issue = self.report("k")
        self.assertFalse(issue.partner_id)
        self.assertShut(issue, [self.squatter])
        with self.assertRaisesRegex(UserError, "chose the login"):
            self.env["res.users"].with_user(self.agent)._check_portal_address(VICTIM)
        Partner = self.env["res.partner"].with_user(self.agent)
        self.assertFalse(Partner._find_portal_contact(VICTIM))

    def test_a_mail_is_not_of_who_chose_the_login(self):
        """REQ I-7"""
        found = self.env["mail.thread"]._partner_find_from_emails_single(
            [VICTIM], no_create=True
        )
        self.assertNotIn(self.squatter.partner_id, found)

    def test_staff_who_sign_somebody_up_prove_nothing(self):
        self.env["res.users"].with_user(self.staff).sudo().signup(
            {"login": "other@x.example", "name": "O", "password": PASSWORD}
        )
        user = self.env["res.users"].search([("login", "=", "other@x.example")])
        self.assertTrue(user)
        self.assertFalse(user.partner_id._filter_confirmed_address())

    def test_a_link_that_was_mailed_there_is_one(self):
        self.use_link()
        self.assertTrue(self.is_known())
        self.assertEqual(self.report("l").partner_id, self.squatter.partner_id)
        wizard = self.get_share_wizard(VICTIM)
        wizard.action_add_user()
        self.assertEqual(wizard.user_ids, self.squatter)

    def test_who_chose_the_login_is_out_once_it_is_another_s(self):
        # sudo: as core's own dialog and login do
        Keys = self.env["res.users.apikeys"].with_user(self.squatter).sudo()
        end = fields.Datetime.now() + timedelta(days=1)
        key = Keys._generate("rpc", "k", end)
        old = self.squatter.portal_session_key
        self.forget()
        self.assertTrue(Keys._check_credentials(scope="rpc", key=key))
        self.use_link()
        self.assertFalse(Keys._check_credentials(scope="rpc", key=key))
        self.assertNotEqual(self.squatter.portal_session_key, old)

    def test_a_link_that_was_mailed_elsewhere_is_none(self):
        partner = self.squatter.partner_id
        for email in ("evil@x.example", f"{VICTIM}, evil@x.example"):
            partner.with_user(self.squatter).sudo().email = email
            before = self.env["mail.mail"].search([])
            self.env["res.users"].reset_password(VICTIM)
            keys = set(self.get_keys(before))
            partner.with_user(self.squatter).sudo().email = VICTIM
            for token in keys:
                self.sign_up("", token, page="reset_password")
            with self.subTest(email=email, moved="back"):
                self.assertFalse(self.is_known())
            partner.with_user(self.squatter).sudo().email = email
            self.use_link()
            partner.with_user(self.squatter).sudo().email = VICTIM
            with self.subTest(email=email, moved="later"):
                self.assertFalse(self.is_known())

    def test_staff_confirm_it(self):
        self.squatter.partner_id.with_user(self.agent).action_confirm_portal_address()
        self.assertFalse(self.squatter.portal_login_is_claimed)
        self.squatter.with_user(self.squatter).write({"email": "x@x.example"})
        self.squatter.with_user(self.squatter).write({"email": VICTIM})
        self.assertTrue(self.squatter.partner_id.portal_address_is_claimed)
        self.assertTrue(self.is_known(), "who logs in with it")

    def test_a_login_that_staff_write_is_theirs(self):
        self.squatter.login = "other@x.example"
        self.assertFalse(self.squatter.portal_login_is_claimed)

    def test_an_invitation_of_a_customer_proves_nothing_until_it_is_used(self):
        self.colleague.portal_is_administrator = True
        Colleague = self.env["customer.portal.colleague"].with_user(self.colleague)
        user = Colleague._invite("New", "new@brightwater.example")
        self.forget()
        partner = user.partner_id
        self.assertFalse(partner._filter_confirmed_address())
        self.sign_up("", partner._generate_signup_token())
        self.forget()
        self.assertTrue(partner._filter_confirmed_address())

    def test_a_claim_keeps_no_colleague_from_an_invitation(self):
        self.stranger.with_user(self.stranger).write({"email": "new@b.example"})
        self.colleague.portal_is_administrator = True
        Colleague = self.env["customer.portal.colleague"].with_user(self.colleague)
        user = Colleague._invite("New", "new@b.example")
        self.assertEqual(user.partner_id.parent_id, self.brightwater)


@tagged("-at_install", "post_install")
class TestNewPasswords(SignUpCase):
    """REQ 11.7: who has only said so keeps nobody from a new password."""

    def ask(self, login):
        """Return whom core mails a new password."""
        before = self.env["mail.mail"].search([])
        self.login(None)
        url = "/web/reset_password"
        csrf = re.search(r'csrf_token: "([^"]+)"', self.get(url).text)[1]
        values = {"csrf_token": csrf, "login": login}
        self.opener.post(self.base_url() + url, data=values)
        self.forget()
        keys = set(self.get_keys(before))
        find = self.env["res.partner"]._get_partner_from_token
        return {find(key).user_ids.login for key in keys}

    def test_a_claim_of_the_address(self):
        self.owner.partner_id.email = VICTIM
        self.forget()
        self.assertEqual(self.ask(VICTIM), {self.owner.login})
        self.stranger.with_user(self.stranger).write({"email": VICTIM})
        self.forget()
        self.assertEqual(self.ask(VICTIM), {self.owner.login})

    def test_a_login_that_somebody_chose(self):
        self.owner.partner_id.email = VICTIM
        squatter = self.sign_up(VICTIM)
        self.assertTrue(squatter)
        squatter.with_user(squatter).write({"email": "evil@x.example"})
        self.forget()
        self.assertEqual(self.ask(VICTIM), {self.owner.login})

    def test_who_moved_gets_one_at_the_new_address(self):
        self.owner.with_user(self.owner).write({"email": "moved@x.example"})
        self.forget()
        self.assertEqual(self.ask("moved@x.example"), {self.owner.login})
        self.assertEqual(self.ask(self.owner.login), {self.owner.login})
        self.assertEqual(self.ask("nobody@x.example"), set())
