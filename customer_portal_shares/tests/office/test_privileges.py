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

    def test_what_an_administrator_logs_in_with_is_no_address_of_others(self):
        """REQ U-4: whose own address is another one"""
        self.admin.login = "boss@harbour.example.com"
        self.former.login = "former@harbour.example.com"
        for login in ("Boss@Harbour.example.com", "former@harbour.example.com"):
            for attempt in (
                lambda e=login: self._as_runner(self.owner).web_save({"email": e}, {}),
                lambda e=login: self._wizard(name="X", email=e).action_create(),
                lambda e=login: self._wizard(
                    partner_id=self.owner.partner_id.id, email=e
                ).action_create(),
            ):
                with self.subTest(login=login):
                    self._check_refused(attempt, self.admin, self.former, self.owner)
            run = self.env["customer.portal.user.import"].with_user(self.runner)
            run = run.create({"text": f"X,{login}"})
            run.action_check()
            self.assertEqual((run.good_count, run.bad_count), (0, 1))

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

    def test_no_customer_becomes_one_of_our_own(self):
        """In the list, in the dialog and in many lines"""
        ours = self.company.partner_id
        ours.is_company = True
        below = self.env["res.partner"].create(
            {"name": "Our desk", "parent_id": ours.id}
        )
        for parent in (ours, below):
            self._check_refused(
                lambda p=parent: self._as_runner(self.owner).web_save(
                    {"parent_id": p.id}, {}
                ),
                self.owner,
            )
            self._check_refused(
                lambda p=parent: self._wizard(
                    name="Ada", email="ada@example.com", parent_id=p.id
                ).action_create()
            )
        run = self.env["customer.portal.user.import"].with_user(self.runner)
        run = run.create({"text": f"Ada,ada@example.com,,{ours.name}"})
        run.action_check()
        self.assertTrue(run.line_ids.is_fault)
        self.assertFalse(self._find_user("ada@example.com"))

    def test_what_the_contact_s_own_form_writes(self):
        """By the relation from the contact, which portal managers may write"""
        partner = self.owner.partner_id.with_user(self.runner)
        # relations to users are written as whoever the request is of
        self.patch(self.env.transaction, "default_env", partner.env)
        system = self.env.ref("base.group_system")
        new = {"name": "x", "login": "x", "partner_id": partner.id}
        for commands in (
            [Command.update(self.owner.id, {"group_ids": [Command.link(system.id)]})],
            [Command.update(self.owner.id, {"login": self.admin.login + "2"})],
            [Command.update(self.owner.id, {"password": "correct horse"})],
            [Command.update(self.admin.id, {"name": "Mine"})],
            [Command.update(self.former.id, {"active": True})],
            [Command.link(self.admin.id)],
            [Command.link(self.former.id)],
            [Command.set(self.admin.ids)],
            [Command.create(new)],
            [Command.delete(self.owner.id)],
        ):
            with self.subTest(commands=commands):
                self._check_refused(
                    lambda c=commands: partner.write({"user_ids": c}),
                    self.owner,
                    self.admin,
                    self.former,
                    errors=(AccessError, UserError, ValueError),
                )

    def test_core_s_own_invitations_make_nobody_staff(self):
        Users = self.env["res.users"].with_user(self.runner)
        self._check_refused(
            lambda: Users.web_create_users(["fresh@example.com"]), self.owner
        )
        self._check_refused(
            lambda: Users.web_create_users([self.former.email]), self.former
        )
        gone = self._create_staff("test_gone")
        gone.active = False
        for user in (self.admin, gone):
            wizard = self.env["portal.wizard"].with_user(self.runner)
            wizard = wizard.create({"partner_ids": [Command.set(user.partner_id.ids)]})
            # Odoo makes its lines when it writes, and as who writes: they are their creator's
            wizard.env.flush_all()
            self.assertTrue(wizard.user_ids)
            for method in ("action_grant_access", "action_invite_again"):
                self._check_refused(
                    lambda w=wizard, m=method: getattr(w.user_ids, m)(), user
                )
        self._check_refused(
            lambda: (
                self.env.ref("base.group_system")
                .with_user(self.runner)
                .write({"user_ids": [Command.link(self.runner.id)]})
            ),
            self.runner,
        )
        for model, vals in (
            ("ir.config_parameter", {"key": "auth_signup.invitation_scope"}),
            ("ir.model.access", {"name": "x"}),
            ("ir.rule", {"name": "x"}),
            ("ir.actions.server", {"name": "x", "state": "code", "code": "1"}),
            ("res.company", {"name": "x"}),
        ):
            with self.subTest(model=model):
                self._check_refused(
                    lambda m=model, v=vals: self.env[m].with_user(self.runner).create(v)
                )

    def test_many_at_once_with_one_address(self):
        both = self._as_runner(self.owner + self.colleague)
        self._check_refused(
            lambda: both.write({"email": "we@example.com"}), self.owner, self.colleague
        )

    def test_what_is_typed_of_the_wrong_kind(self):
        """Over RPC anything comes; nothing of it is done to anybody."""
        errors = (AccessError, UserError, ValueError, TypeError, KeyError)
        owner = self._as_runner(self.owner)
        for vals in (
            {"email": ["a@example.com"]},
            {"email": {"x": 1}},
            {"email": False},
            {"email": "a@example.com\nBcc: b@example.com"},
            {"parent_id": str(self.admin.partner_id.id)},
            {"parent_id": [self.admin.partner_id.id]},
            {"parent_id": -1},
            {"portal_report_ids": [[0, 0, {"name": "x"}]]},
            {"portal_report_ids": [[1, 1, {"name": "x"}]]},
            {"portal_report_ids": "x"},
        ):
            with self.subTest(vals=vals):
                self._check_refused(
                    lambda v=vals: owner.write(v), self.owner, self.admin, errors=errors
                )
        for password in (None, False, "", "   ", 12345678, ["correct horse"], "short"):
            with self.subTest(password=password):
                self._check_refused(
                    lambda p=password: owner.action_portal_set_password(p),
                    self.owner,
                    errors=errors,
                )

    def test_other_companies_stay_shut_whatever_is_switched_on(self):
        everywhere = (self.company + self.elsewhere).ids
        for user in (self.abroad, self.both):
            for context in (
                {"allowed_company_ids": everywhere},
                {"allowed_company_ids": self.elsewhere.ids},
                {"allowed_company_ids": []},
            ):
                switched = self._as_runner(user).with_context(**context)
                for attempt in (
                    lambda u=switched: u.action_portal_deactivate(),
                    lambda u=switched: u.action_portal_set_password("correct horse"),
                    lambda u=switched: u.web_save({"name": "Mine"}, {}),
                ):
                    with self.subTest(user=user.login, context=context):
                        self._check_refused(attempt, user)
        Branding = self.env["customer.portal.branding"].with_user(self.runner)
        self._check_refused(
            lambda: Branding.with_context(
                allowed_company_ids=self.elsewhere.ids
            ).action_open()
        )

    def test_a_customer_administrator_has_no_more_over_rpc(self):
        """REQ U-7: they have a page; users, contacts and dialogs stay shut"""
        trusted = self.owner
        trusted.portal_is_administrator = True
        colleague = self.colleague
        as_trusted = self.env["res.users"].with_user(trusted)
        new = {"name": "x", "login": "x"}
        attempts = [
            lambda: as_trusted.create(new),
            lambda: as_trusted.web_create_users(["x@example.com"]),
            *(
                lambda m=method: getattr(colleague.with_user(trusted), m)()
                for method in (
                    "action_portal_activate",
                    "action_portal_deactivate",
                    "action_portal_remove",
                    "action_portal_invite",
                    "action_portal_reset_password",
                    "action_reset_password",
                    "unlink",
                )
            ),
            *(
                lambda u=user, v=vals: u.with_user(trusted).write(v)
                for user in (trusted, colleague, self.admin)
                for vals in (
                    {"portal_is_administrator": True, "name": "x"},
                    {"portal_is_administrator": True},
                    {"portal_report_ids": []},
                    {"group_ids": [Command.link(self.env.ref("base.group_user").id)]},
                    {"company_ids": [Command.link(self.elsewhere.id)]},
                    {"active": False},
                    {"portal_session_key": "x"},
                )
            ),
            lambda: self.env["res.partner"].with_user(trusted).create({"name": "x"}),
            lambda: self.brightwater.with_user(trusted).write({"name": "Mine"}),
            lambda: colleague.partner_id.with_user(trusted).write(
                {"email": "x@example.com"}
            ),
            *(
                lambda m=model: self.env[m].with_user(trusted).create({})
                for model in (
                    "customer.portal.user.wizard",
                    "customer.portal.user.import",
                    "customer.portal.user.removal",
                    "customer.portal.user.password",
                    "customer.portal.branding",
                    "customer.portal.link",
                    "portal.wizard",
                )
            ),
        ]
        for number, attempt in enumerate(attempts):
            with self.subTest(number=number):
                self._check_refused(attempt, trusted, colleague, self.admin)
