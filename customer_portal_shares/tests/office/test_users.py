from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, tagged

from .common import OfficeMixin


class UsersCase(OfficeMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_office()
        # mails stay where tests find them
        cls.env["ir.mail_server"].search([]).active = False

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)


@tagged("-at_install", "post_install")
class TestUsers(UsersCase):
    """REQ U-1, U-2, U-4"""

    def _list(self, domain=(), user=None):
        Users = self.env["res.users"].with_user(user or self.runner)
        Users = Users.with_context(active_test=False)
        return Users.search([("portal_is_managed", "=", True), *domain])

    # -- the list

    def test_the_list_has_the_customers_of_the_managers_companies_alone(self):
        found = self._list()
        self.assertLessEqual({self.owner, self.colleague, self.private}, set(found))
        for who, user in self.out_of_reach.items():
            self.assertNotIn(user, found, who)
            self.assertFalse(self._as_runner(user).portal_is_managed, who)

    def test_states_are_shown_and_found(self):
        now = fields.Datetime.now()
        invited, expired, lost, never, active, gone, removed = (
            self._create_customer(f"state_{name}", self.brightwater)
            for name in (
                *("invited", "expired", "lost", "never", "active", "gone"),
                "removed",
            )
        )
        (lost + active).portal_undelivered = "lost@example.com"
        (invited + expired + lost).partner_id.signup_prepare()
        expired.partner_id.portal_invitation_expiration = now - timedelta(minutes=1)
        self.env["res.users.log"].with_user(active).sudo().create({})
        gone.active = False
        self._as_runner(removed).action_portal_remove(notify=False)
        self.env.flush_all()
        states = {
            "invited": invited,
            "expired": expired,
            "undelivered": lost,
            "never": never,
            "active": active,
            "deactivated": gone,
            "removed": removed,
        }
        for state, user in states.items():
            with self.subTest(state=state):
                self.assertEqual(self._as_runner(user).portal_state, state)
                found = self._list([("portal_state", "=", state)])
                self.assertEqual(found & sum(states.values(), gone), user)
        current = self._list([("portal_state", "!=", "removed")])
        self.assertEqual(sum(states.values(), gone) - current, removed)
        self.assertEqual(
            self._as_runner(invited).portal_invitation_end.date(),
            (now + timedelta(hours=144)).date(),
        )

    def test_counts(self):
        self._create_secured_share(self.document)
        user = self._as_runner(self.owner)
        self.assertEqual(user.portal_share_count, 1)
        self.assertEqual(user.portal_document_count, 1)
        self.assertEqual(user.portal_report_count, 0)

    def test_the_list_is_edited_in_place(self):
        view = self.env.ref("customer_portal_shares.res_users_view_list_portal")
        arch = (self.env["res.users"].with_user(self.runner).get_view(view.id, "list"))[
            "arch"
        ]
        self.assertIn('edit="1"', arch)
        user = self._as_runner(self.owner)
        answer = user.web_save(
            {
                "name": "Olive Owner",
                "email": "Olive@Example.com",
                "phone": "+44 20 7946 0000",
                "lang": "en_US",
                "parent_id": self.northwind.id,
                "portal_is_administrator": True,
            },
            {"name": {}, "email": {}, "portal_is_administrator": {}},
        )
        self.assertEqual(answer[0]["name"], "Olive Owner")
        self.assertEqual(self.owner.email, "olive@example.com")
        self.assertEqual(self.owner.partner_id.commercial_partner_id, self.northwind)
        # it is of the company that they are in now
        self.assertTrue(self.owner.portal_is_administrator)

    def test_who_logs_in_with_the_address_goes_on_with_the_new_one(self):
        self.owner.login = self.owner.email
        self._as_runner(self.owner).email = "new.owner@example.com"
        self.assertEqual(self.owner.login, "new.owner@example.com")
        self._as_runner(self.colleague).email = "new.colleague@example.com"
        self.assertEqual(self.colleague.login, "test_colleague")

    def test_an_address_is_one_and_nobody_elses(self):
        user = self._as_runner(self.owner)
        taken = (self.admin.email, self.admin.email.upper(), self.colleague.email)
        for email in (*taken, self.former.email, "", False, "x", "a@b.com, c@d.com"):
            with self.subTest(email=email), self.assertRaises(UserError):
                user.email = email
        self.assertEqual(self.owner.email, "test_owner@example.com")

    def test_trust_ends_with_the_company(self):
        """REQ U-7"""
        self.owner.portal_is_administrator = True
        self.owner.partner_id.parent_id = self.northwind
        self.assertFalse(self.owner.portal_is_administrator)

    # -- many at once

    def test_many_are_deactivated_and_activated(self):
        users = self._as_runner(self.owner + self.colleague)
        self.assertIs(users.action_portal_deactivate(), True)
        self.assertFalse(any(users.mapped("active")))
        self.assertIs(users.action_portal_activate(), True)
        self.assertTrue(all(users.mapped("active")))
        # they have passwords
        self.assertFalse(self._mails_to(self.owner.email))

    def test_whoever_has_no_password_is_invited_when_activated(self):
        self._wizard(name="Ada", email="ada@example.com").action_create()
        user = self._as_runner(self._find_user("ada@example.com"))
        user.action_portal_deactivate()
        self.assertFalse(user.sudo().partner_id.signup_type)
        user.action_portal_activate()
        self.assertEqual(len(self._mails_to("ada@example.com")), 2)

    def test_a_password_is_set_by_hand(self):
        user = self._as_runner(self.owner)
        self.owner.partner_id.signup_prepare()
        for password in ("short", "", " ", False, None, 12345678, "x" * 600):
            with self.subTest(password=password), self.assertRaises(UserError):
                user.action_portal_set_password(password)
        self.assertIs(user.action_portal_set_password("correct horse"), True)
        self._check_password(self.owner, "correct horse")
        self.assertFalse(self.owner.partner_id.signup_type)
        self.env["ir.config_parameter"].set_param("auth_password_policy.minlength", 20)
        with self.assertRaises(ValidationError):
            user.action_portal_set_password("correct horse")

    def _check_password(self, user, password):
        credential = {"login": user.login, "password": password, "type": "password"}
        user.with_user(user)._check_credentials(credential, {"interactive": True})

    def test_the_dialog_of_the_password_keeps_a_hash(self):
        Dialog = self.env["customer.portal.user.password"].with_user(self.runner)
        with self.assertRaises(ValidationError):
            Dialog.create({"user_id": self.owner.id, "password": "short"})
        dialog = Dialog.create({"user_id": self.owner.id, "password": "battery staple"})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT row_to_json(d)::text FROM customer_portal_user_password d"
        )
        self.assertNotIn("battery", str(self.env.cr.fetchall()))
        dialog.action_set()
        self._check_password(self.owner, "battery staple")

    def test_a_reset_mail(self):
        self.env["res.users.log"].with_user(self.owner).sudo().create({})
        self._as_runner(self.owner).action_portal_reset_password()
        self.assertEqual(self.owner.partner_id.signup_type, "reset")
        mail = self._mails_to(self.owner.email)
        self.assertIn("/web/reset_password?", mail.body_html)

    def test_who_never_logged_in_is_invited_again(self):
        user = self._as_runner(self.owner)
        self.assertIs(user.action_portal_reset_password(), True)
        self.assertIs(user.action_portal_invite(), True)
        mails = self._mails_to(self.owner.email)
        self.assertEqual(len(mails), 2)
        self.assertIn("/web/signup?", mails[0].body_html)
        user.action_portal_deactivate()
        with self.assertRaises(UserError):
            user.action_portal_invite()

    def test_the_manager_is_told_how_many_were_left_out(self):
        """REQ U-2: the actions themselves answer with True"""
        users = self._as_runner(self.owner | self.colleague | self.private)
        for user in (self.owner, self.colleague):
            self.env["res.users.log"].with_user(user).sudo().create({})
        Users = type(self.runner)
        for action, words in (
            (
                users.action_portal_invite,
                "Invitations sent: 1. Not invited, as they have logged in already: 2.",
            ),
            (
                users[:2].action_portal_invite,
                "Not invited, as they have logged in already: 2.",
            ),
            (
                users.action_portal_reset_password,
                "Links to choose a new password sent: 2. "
                "Invitations sent to those who never logged in: 1.",
            ),
        ):
            with self.subTest(words), patch.object(Users, "_bus_send") as told:
                self.assertIs(action(), True)
                [call] = told.call_args_list
                self.assertEqual(call.args[1]["message"], words)

    # -- reports

    def test_reports_are_ticked_in_the_pop_up(self):
        """REQ R-4"""
        report = self._create_report()
        action = self._as_runner(self.owner).action_open_portal_reports()
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        with Form(self._as_runner(self.owner), view) as form:
            form.portal_report_ids.add(report)
        self.assertEqual(self.owner.portal_report_ids, report)

    def test_what_opens_a_report_is_told(self):
        """REQ R-2: a tick or a share, and until when"""
        report = self._create_report()
        self.owner.portal_report_ids = report
        vals = {"user_ids": [Command.set((self.owner + self.private).ids)]}
        share = self._create_share(
            report,
            access="secured",
            name="Numbers",
            expiration_date="2099-12-31",
            **vals,
        )
        self._create_share(report, access="secured", name="Rest", **vals)
        ended = self._create_share(report, access="secured", name="Old", **vals)
        ended.action_deactivate()
        owner, private, other = (
            self._as_runner(user) for user in (self.owner, self.private, self.colleague)
        )
        self.assertEqual(
            set(owner.portal_report_grants.split("\n")),
            {
                "Sales: ticked, no end",
                "Sales: in the share “Numbers”, until 12/31/2099",
                "Sales: in the share “Rest”, no end",
            },
        )
        self.assertNotIn("ticked", private.portal_report_grants)
        self.assertEqual(
            (owner.portal_report_count, private.portal_report_count), (1, 1)
        )
        self.assertFalse(other.portal_report_grants)
        self.assertEqual(other.portal_report_count, 0)
        # the report says the same
        items = report.with_user(self.runner).share_item_ids
        told = {
            (item.share_id.name, item.share_state, str(item.share_expiration_date))
            for item in items
        }
        self.assertEqual(
            told,
            {
                ("Numbers", "active", "2099-12-31"),
                ("Rest", "active", "False"),
                ("Old", "inactive", "False"),
            },
        )
        numbers = items.filtered(lambda item: item.share_id == share)
        self.assertEqual(numbers.share_user_ids, self.owner + self.private)
        report.active = False
        self.env.invalidate_all()
        self.assertFalse(owner.portal_report_grants)
        self.assertEqual(private.portal_report_count, 0)

    def test_what_opens_reports_is_asked_for_once(self):
        """REQ R-2: however many shares there are"""
        reports = self._create_report() | self._create_report() | self._create_report()

        def share(*shared):
            self._create_secured_share(*shared, users=[self.owner])

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            owner = self._as_runner(self.owner)
            before = self.env.cr.sql_log_count
            told = owner.portal_report_count
            return told, self.env.cr.sql_log_count - before

        share(reports[0])
        count()  # fills what all transactions share
        told, few = count()
        self.assertEqual(told, 1)
        for _number in range(5):
            share(*reports[:2])
        self.assertEqual(count(), (2, few))

    # -- removal

    def test_the_last_contact_of_a_company_is_no_special_case(self):
        """REQ U-4"""
        company = self.env["res.partner"].create(
            {"name": "One Ltd", "is_company": True}
        )
        last = self._create_customer("test_last", company)
        document = self._create_document(last)
        self.assertIs(self._as_runner(last).action_portal_remove(), True)
        self.assertFalse(last.active)
        self.assertTrue(company.active)
        self.assertTrue(last.partner_id.active)
        self.assertEqual(document.commercial_partner_id, company)
        self.assertEqual(len(self._mails_to(last.email)), 1)
        # and somebody else may come
        self._wizard(
            name="Next", email="next@example.com", parent_id=company.id
        ).action_create()
        self.assertEqual(
            self._find_user("next@example.com").partner_id.parent_id, company
        )

    def test_a_removal_takes_all_access_and_leaves_what_was_made(self):
        share = self._create_secured_share(self.document, users=[self.owner])
        self.env["res.users.apikeys"].with_user(self.owner).sudo()._generate(
            None, "k", fields.Datetime.now() + timedelta(days=1)
        )
        removal = self.env["customer.portal.user.removal"].with_user(self.runner)
        removal = removal.create({"user_ids": [Command.link(self.owner.id)]})
        self.assertIn("Shares: 1", " ".join(removal.summary.split()))
        self.assertIn("Documents: 1", " ".join(removal.summary.split()))
        self.assertIn("API keys: 1", " ".join(removal.summary.split()))
        removal.action_remove()
        self.assertFalse(self.owner.active)
        self.assertFalse(self.owner.api_key_ids)
        self.assertFalse(share.sudo().user_ids)
        self.assertFalse(self.owner.sudo()._has_portal_password())
        self.assertTrue(self.owner.partner_id.active)
        self.assertEqual(self.document.partner_id, self.owner.partner_id)
        self.assertEqual(len(self._mails_to(self.owner.email)), 1)

    def test_who_was_removed_comes_back_one_by_one_alone(self):
        """REQ U-2, U-4: not with the many who are activated at once"""
        removed, gone = self._as_runner(self.owner), self._as_runner(self.colleague)
        removed.action_portal_remove(notify=False)
        gone.action_portal_deactivate()
        with patch.object(type(self.runner), "_bus_send") as told:
            self.assertIs((removed + gone).action_portal_activate(), True)
        [call] = told.call_args_list
        self.assertIn("removed: 1.", call.args[1]["message"])
        self.assertFalse(removed.active)
        self.assertFalse(self._mails_to(self.owner.email))
        self.assertTrue(gone.active)
        with self.assertRaisesRegex(UserError, "was removed"):
            self._wizard(partner_id=self.owner.partner_id.id).action_create()
        self.assertIs(removed.action_portal_activate(), True)
        self.assertTrue(removed.active)
        self.assertEqual(len(self._mails_to(self.owner.email)), 1)
        removed.action_portal_deactivate()
        self.assertEqual(removed.portal_state, "deactivated")

    def test_who_was_deactivated_before_is_told_of_the_removal(self):
        """REQ U-4: and who was removed already is not told again"""
        user = self._as_runner(self.owner)
        user.action_portal_deactivate()
        self.assertFalse(self._mails_to(self.owner.email))
        for _time in range(2):
            user.action_portal_remove()
            self.assertEqual(len(self._mails_to(self.owner.email)), 1)

    def test_a_removal_without_a_word(self):
        self.assertIs(self._as_runner(self.owner).action_portal_remove(False), True)
        self.assertFalse(self._mails_to(self.owner.email))
        self.assertFalse(self.owner.active)

    def test_a_contact_is_anonymized_where_the_addon_is(self):
        Removal = self.env["customer.portal.user.removal"].with_user(self.runner)
        vals = {"user_ids": [Command.link(self.owner.id)], "anonymize": True}
        self.assertFalse(Removal.create(vals).can_anonymize)
        group = self.env["res.groups"].create(
            {"name": "Anonymize", "user_ids": [Command.link(self.runner.id)]}
        )
        self.env["ir.model.data"].create(
            {
                "module": "privacy_partner_to_be_forgotten",
                "name": "group_partner_anonymize",
                "model": group._name,
                "res_id": group.id,
            }
        )
        self.env.registry.clear_all_caches()
        done = []

        def anonymize(partner):
            done.append(partner)

        Partner = type(self.env["res.partner"])
        with patch.object(Partner, "anonymize_partner_data", anonymize, create=True):
            removal = Removal.create(vals)
            self.assertTrue(removal.can_anonymize)
            removal.action_remove()
        self.assertEqual(done, [self.owner.partner_id])

    # -- who may

    def test_others_may_not(self):
        for user in (self.sharer, self.staff, self.colleague):
            for method, *args in (
                ("action_portal_activate",),
                ("action_portal_deactivate",),
                ("action_portal_remove",),
                ("action_portal_set_password", "correct horse"),
                ("action_portal_reset_password",),
                ("action_portal_invite",),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(self.owner.with_user(user), method)(*args)
