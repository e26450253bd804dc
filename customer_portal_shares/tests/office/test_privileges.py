from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_users import UsersCase

#: What a portal manager must not change of anybody by any of the actions.
_WATCHED = ("login", "email", "active", "name")


@tagged("-at_install", "post_install")
class TestPrivileges(UsersCase):
    """A portal manager reaches customers, and nobody else, whatever they send."""

    def _get_state(self, user):
        user = user.sudo()
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute("SELECT password FROM res_users WHERE id = %s", [user.id])
        return (
            *(user[name] for name in _WATCHED),
            user.partner_id.id,
            user.partner_id.parent_id.id,
            user.partner_id.signup_type,
            user.portal_is_administrator,
            frozenset(user.all_group_ids.ids),
            frozenset(user.company_ids.ids),
            self.env.cr.fetchall(),
        )

    def _check_refused(self, attempt, *users, errors=(AccessError, UserError)):
        before = [self._get_state(user) for user in users]
        with self.env.cr.savepoint() as savepoint:
            try:
                attempt()
                self.env.flush_all()
            except errors:
                refused = True
            else:
                refused = False
            savepoint.rollback()
        self.assertTrue(refused)
        self.assertEqual([self._get_state(user) for user in users], before)

    def test_no_action_reaches_them(self):
        for who, user in self.out_of_reach.items():
            for method, *args in (
                ("action_portal_activate",),
                ("action_portal_deactivate",),
                ("action_portal_remove",),
                ("action_portal_remove", False),
                ("action_portal_set_password", "correct horse"),
                ("action_portal_reset_password",),
                ("action_portal_invite",),
            ):
                with self.subTest(who=who, method=method):
                    attempt = getattr(self._as_runner(user), method)
                    self._check_refused(lambda a=attempt, s=args: a(*s), user)
                    # nor beside one who is a customer
                    both = getattr(self._as_runner(self.owner + user), method)
                    self._check_refused(lambda a=both, s=args: a(*s), self.owner, user)

    def test_no_field_of_them_is_written(self):
        report = self._create_report()
        for who, user in self.out_of_reach.items():
            if user == self.runner:
                continue
            for vals in (
                {"name": "Mine"},
                {"email": "mine@example.com"},
                {"phone": "1"},
                {"parent_id": self.brightwater.id},
                {"portal_is_administrator": True},
                {"portal_report_ids": [Command.link(report.id)]},
                {"portal_report_ids": [Command.link(report.id)], "name": "Mine"},
                {"active": True},
                {"login": "mine"},
                {"password": "correct horse"},
            ):
                with self.subTest(who=who, vals=vals):
                    self._check_refused(
                        lambda u=user, v=vals: self._as_runner(u).web_save(v, {}), user
                    )

    def test_no_other_field_of_a_customer_is_written(self):
        groups = {
            name: self.env.ref(name)
            for name in ("base.group_system", "base.group_user", "base.group_no_one")
        }
        for vals in (
            {"login": "admin2"},
            {"login": self.admin.login},
            {"password": "correct horse"},
            {"new_password": "correct horse"},
            {"active": False},
            {"partner_id": self.admin.partner_id.id},
            {"company_ids": [Command.link(self.elsewhere.id)]},
            {"company_id": self.elsewhere.id},
            {"signature": "<p>x</p>"},
            {"action_id": 1},
            {"portal_session_key": "x"},
            {"portal_state": "active"},
            {"signup_type": "signup"},
            {"role": "group_system"},
            {"user_ids": [Command.link(self.admin.id)]},
            {"api_key_ids": [Command.create({"name": "x"})]},
            *(
                {"group_ids": [command(group.id)]}
                for group in groups.values()
                for command in (Command.link,)
            ),
            {"group_ids": [Command.set([groups["base.group_system"].id])]},
            {"name": "Fine", "group_ids": [Command.link(groups["base.group_user"].id)]},
            {"name": "Fine", "login": "admin2"},
            {"email": self.admin.email},
            {"email": self.former.email.upper()},
            {"parent_id": self.admin.partner_id.id},
            {"parent_id": self.former.partner_id.id},
        ):
            with self.subTest(vals=vals):
                self._check_refused(
                    lambda v=vals: self._as_runner(self.owner).web_save(v, {}),
                    self.owner,
                    self.admin,
                    errors=(AccessError, UserError, ValueError),
                )
        for group in groups.values():
            commands = [Command.link(self.owner.id)]
            self._check_refused(
                lambda g=group, c=commands: g.with_user(self.runner).write(
                    {"user_ids": c}
                ),
                self.owner,
            )

    def test_no_user_is_made_or_deleted_past_the_dialog(self):
        Users = self.env["res.users"].with_user(self.runner)
        self._check_refused(lambda: Users.create({"name": "x", "login": "x"}))
        self._check_refused(lambda: self.owner.with_user(self.runner).unlink())
        self._check_refused(lambda: self.owner.with_user(self.runner).copy())
        for name in ("change.password.wizard", "change.password.user"):
            Wizard = self.env[name].with_user(self.runner)
            user = self.owner
            self._check_refused(
                lambda w=Wizard, u=user: w.create(
                    {"user_id": u.id, "new_passwd": "correct horse"}
                    if w._name == "change.password.user"
                    else {
                        "user_ids": [
                            Command.create(
                                {"user_id": u.id, "new_passwd": "correct horse"}
                            )
                        ]
                    }
                ),
                user,
            )

    def test_core_s_own_doors_stay_shut(self):
        former, admin = self.former.partner_id, self.admin.partner_id
        as_runner = self._as_runner
        for attempt in (
            lambda: as_runner(self.admin).action_reset_password(),
            lambda: as_runner(admin).signup_prepare(),
            lambda: as_runner(former).signup_prepare(),
            lambda: as_runner(former).action_signup_prepare(),
            lambda: as_runner(admin).write({"email": "mine@example.com"}),
            lambda: as_runner(admin).write({"user_ids": [Command.link(self.owner.id)]}),
            lambda: as_runner(admin)._get_signup_url(),
            lambda: (
                self.env["base.partner.merge.automatic.wizard"]
                .with_user(self.runner)
                .create(
                    {
                        "dst_partner_id": admin.id,
                        "partner_ids": [
                            Command.set((admin + self.owner.partner_id).ids)
                        ],
                    }
                )
                .action_merge()
            ),
        ):
            self._check_refused(attempt, self.admin, self.former, self.owner)

    def test_a_dialog_reaches_nobody_else(self):
        for who, user in self.out_of_reach.items():
            with self.subTest(who=who):
                self._check_refused(
                    lambda u=user: (
                        self.env["customer.portal.user.password"]
                        .with_user(self.runner)
                        .create({"user_id": u.id, "password": "correct horse"})
                        .action_set()
                    ),
                    user,
                )
                self._check_refused(
                    lambda u=user: (
                        self.env["customer.portal.user.removal"]
                        .with_user(self.runner)
                        .create({"user_ids": [Command.set(u.ids)]})
                        .action_remove()
                    ),
                    user,
                )
                self._check_refused(
                    lambda u=user: self._wizard(
                        partner_id=u.partner_id.id, email="mine@example.com"
                    ).action_create(),
                    user,
                )

    def test_a_colleague_s_dialog_is_not_theirs(self):
        dialog = self._wizard(name="Ada", email="ada@example.com")
        other = self._create_staff(
            "test_other_manager", "customer_portal_shares.group_portal_manager"
        )
        self._check_refused(dialog.with_user(other).action_create)

    def test_what_they_made_is_a_portal_user_of_their_company(self):
        with_elsewhere = self._wizard(name="Ada", email="ada@example.com").with_context(
            allowed_company_ids=(self.elsewhere + self.company).ids
        )
        self._check_refused(with_elsewhere.action_create)
        partner = self.env["res.partner"].create(
            {
                "name": "Far",
                "email": "far@example.com",
                "company_id": self.elsewhere.id,
            }
        )
        self._check_refused(lambda: self._wizard(partner_id=partner.id).action_create())

    def test_the_import_reaches_nobody_else(self):
        rows = [f"X,{user.email or user.login}" for user in self.out_of_reach.values()]
        run = self.env["customer.portal.user.import"].with_user(self.runner)
        run = run.create({"text": "\n".join(rows)})
        before = [self._get_state(user) for user in self.out_of_reach.values()]
        run.action_check()
        self.assertFalse(run.good_count, run.line_ids.mapped("message"))
        run.line_ids.sudo().is_fault = False
        run.action_import()
        after = [self._get_state(user) for user in self.out_of_reach.values()]
        self.assertEqual(after, before)
        self.assertFalse(run.good_count)

    def test_the_session_key_is_nobody_s_to_read(self):
        self.owner._end_portal_sessions()
        for user in (self.runner, self.owner, self.admin):
            with self.assertRaises(AccessError):
                self.owner.with_user(user).read(["portal_session_key"])
