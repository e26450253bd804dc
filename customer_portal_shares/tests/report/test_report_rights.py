"""REQ R-2: a report reads with its owner's rights, and shows each customer their own rows."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ...models.report.customer_portal_report import _DEFINITION
from ...tools.report.window import Window
from .common import ReportCase


@tagged("-at_install", "post_install")
class TestReportRights(ReportCase):
    def read_rows(self, report=None, user=None, **window):
        report = (report or self.report).sudo()
        reader = report._open((user or self.owner).partner_id, Window(**window))
        return [row.values for row in reader.read_page()]

    def _refuses(self, **vals):
        with self.assertRaises(ValidationError):
            self._create_report(**vals)

    # -- what may be chosen

    def test_fields_that_the_owner_may_not_read_cannot_be_used(self):
        field = self.env["project.task"]._fields["allocated_hours"]
        self.addCleanup(setattr, field, "groups", field.groups)
        field.groups = "base.group_system"
        self._refuses(columns=[("allocated_hours", "none")])
        self._refuses(columns=[("name", "none"), ("allocated_hours", "sum")])
        self._refuses(columns=[("name", "none")], group_path="allocated_hours")
        self._refuses(
            columns=[("name", "none")], domain="[('allocated_hours', '>', 1)]"
        )
        self._refuses(
            columns=[("name", "none")], domain="[('parent_id.allocated_hours', '>', 1)]"
        )

    def test_an_owner_who_lost_a_field_says_so_and_customers_find_nothing(self):
        field = self.env["project.task"]._fields["allocated_hours"]
        self.addCleanup(setattr, field, "groups", field.groups)
        self._tick(self.owner)
        Grant = self.env["customer.portal.report.grant"].with_user(self.owner)
        self.assertTrue(Grant._search_mine_sudo())
        field.groups = "base.group_system"
        self.report.invalidate_recordset()
        self.assertIn("allocated_hours", self.report.shut_warning)
        self.assertFalse(Grant._search_mine_sudo())
        with self.assertRaises(AccessError):
            self.read_rows()

    def test_an_owner_who_lost_the_model(self):
        domain = [("model_id.model", "=", "project.task")]
        self.env["ir.model.access"].search(domain).perm_read = False
        self.report.invalidate_recordset()
        self.assertTrue(self.report.sudo().shut_warning)
        with self.assertRaises(AccessError):
            self.read_rows()

    def test_what_odoo_itself_makes_is_an_administrator_s(self):
        """REQ R-2: its own user is archived, and reads nothing"""
        self.assertTrue(self.env.user._is_superuser())
        report = self._create_report(user=self.env.user)
        self.assertEqual(report.user_id, self.env.ref("base.user_admin"))
        self.assertFalse(report.shut_warning)
        self.assertTrue(self.read_rows(report))
        with self.assertRaises(ValidationError):
            report.user_id = self.env.user

    def test_record_rules_of_the_owner_apply(self):
        self.env["ir.rule"].create(
            {
                "name": "No cranes",
                "model_id": self.env["ir.model"]._get("project.task").id,
                "domain_force": "[('name', '!=', 'Crane')]",
            }
        )
        self.assertEqual([row[0] for row in self.read_rows()], ["Chair", "Desk"])

    def test_names_that_the_owner_may_not_read_are_not_shown(self):
        self.env["ir.rule"].create(
            {
                "name": "No harbour",
                "model_id": self.env["ir.model"]._get("project.project").id,
                "domain_force": f"[('id', '!=', {self.other_project.id})]",
            }
        )
        # the rules of tasks ask for their project as well
        rules = self.env["ir.rule"].search([("model_id.model", "=", "project.task")])
        rules.domain_force = "[(1, '=', 1)]"
        report = self._create_report(
            columns=[
                ("name", "none"),
                ("project_id", "none"),
                ("project_id.name", "none"),
            ],
            group_path="project_id",
            domain="[]",
        )
        rows = self.read_rows(report, sortby="project_id")
        self.assertIn(("Crane", None, None), rows)
        self.assertIn(("Desk", "Office", "Office"), rows)
        reader = report.sudo()._open(self.owner.partner_id, Window())
        self.assertEqual(
            [bucket.label for bucket in reader.summary.groups], ["Office", "None"]
        )

    def test_paths_that_are_none(self):
        for columns in (
            [("nonsense", "none")],
            [("project_id.partner_id.parent_id.name", "none")],
            [("name.x", "none")],
            [("name", "sum")],
            [("", "none")],
        ):
            with self.subTest(columns), self.assertRaises(ValidationError):
                self._create_report(columns=columns)
        for vals in (
            {"partner_path": "project_id"},
            {"partner_path": "id"},
            {"date_path": "name"},
            {"group_path": "tag_ids"},
            {"group_path": "allocated_hours"},
        ):
            with self.subTest(vals):
                self._refuses(**vals)

    def test_filters_that_are_none(self):
        for domain in (
            "[('name', 'any!', [])]",
            "[('project_id', 'any!', [('name', '=', 'x')])]",
            "[('nonsense', '=', 1)]",
            "9**9**9",
            "[('id', 'in', [x for x in range(9)])]",
            "__import__('os')",
            "[('name', '=', 'x')",
            "1",
            "[1, 2]",
            "[('id', '=', 1",
            "[('allocated_hours', '>', 'many')]",
            "(lambda: 1)()",
        ):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self._create_report(domain=domain)

    def test_filters_may_use_today_and_the_owner(self):
        report = self._create_report(
            domain="['|', ('user_ids', 'in', [uid]), '&', "
            "('date_deadline', '<=', context_today().strftime('%Y-%m-%d')), "
            "('date_deadline', '<', 'today +1d')]"
        )
        self.assertEqual(len(self.read_rows(report)), 3)

    # -- whose it is

    def test_nobody_reads_with_the_rights_of_another(self):
        report = self._create_report(user=self.env.ref("base.user_admin"))
        as_manager = report.with_user(self.portal_manager)
        for vals in (
            {"domain": "[]"},
            {"group_path": "project_id"},
            {"column_ids": [Command.clear()]},
            {"partner_path": False},
            {"model_id": self.env["ir.model"]._get("res.users").id},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                as_manager.write(vals)
        with self.assertRaises(AccessError):
            as_manager.column_ids[0].path = "partner_id.email"
        with self.assertRaises(AccessError):
            as_manager.column_ids[0].unlink()
        with self.assertRaises(AccessError):
            as_manager.column_ids.create({"report_id": report.id, "path": "name"})
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self._create_report(user_id=admin.id)
        with self.assertRaises(AccessError):
            self.report.user_id = admin
        as_manager.name = "Ours"
        as_manager.user_ids = [Command.link(self.owner.id)]

    def test_the_form_offers_what_is_read_to_its_owner(self):
        """REQ R-2: others may take it over first"""
        report = self._create_report(
            user=self.env.ref("base.user_admin"), group_path="project_id"
        ).with_user(self.portal_manager)
        with Form(report) as form:
            for name in _DEFINITION:
                if name in form._view["fields"]:
                    with self.subTest(name):
                        self.assertTrue(form._get_modifier(name, "readonly"))
            form.name = "Ours"
        report.action_take_over()
        with Form(report) as form:
            self.assertTrue(form.can_define)
            form.group_path = False
        self.assertEqual((report.name, report.group_path), ("Ours", False))
        with Form(report.browse()) as form:
            self.assertFalse(form._get_modifier("model_id", "readonly"))
            form.name = "New"
            form.model_id = report.model_id
        self.assertEqual(form.record.user_id, self.portal_manager)

    def test_a_manager_may_take_it_over_and_reads_with_own_rights(self):
        admin, columns = self.env.ref("base.user_admin"), [("name", "none")]
        leads = self._create_report(user=admin, model="crm.lead", columns=columns)
        with self.assertRaises(ValidationError):
            leads.with_user(self.portal_manager).action_take_over()
        report = self._create_report(user=admin)
        report.with_user(self.portal_manager).action_take_over()
        self.assertEqual(report.user_id, self.portal_manager)

    def test_others_do_not_see_the_reports_of_staff(self):
        for user in (self.staff, self.owner, self.manager):
            with self.subTest(user.login):
                report = self.report.with_user(user)
                with self.assertRaises(AccessError):
                    report.read(["name"])

    def test_a_preview_is_the_owners(self):
        Preview = self.env["customer.portal.report.preview"]
        vals = {"report_id": self.report.id, "partner_id": self.stranger.partner_id.id}
        html = Preview.with_user(self.sharer).create(vals).html
        self.assertIn("Secret", html)
        self.assertNotIn("Crane", html)
        with self.assertRaises(AccessError):
            Preview.with_user(self.portal_manager).create(vals).html  # noqa: B018

    # -- who gets it

    def test_a_web_link_to_it_is_refused_with_words(self):
        with self.assertRaisesRegex(ValidationError, "log in"):
            self._create_share(self.report)
        share = self._create_secured_share(self.report)
        with self.assertRaisesRegex(ValidationError, "log in"):
            share.access = "public"
        of_all = self._create_report(partner_path=False)
        self._create_share(of_all)
        with self.assertRaisesRegex(ValidationError, "log in"):
            of_all.partner_path = "partner_id"

    def test_a_manager_ticks_for_customers_and_nobody_else(self):
        customer = self.owner.with_user(self.portal_manager)
        customer.write({"portal_report_ids": [Command.link(self.report.id)]})
        self.assertEqual(self.report.user_ids, self.owner)
        customer.write({"portal_report_ids": [Command.set([])]})
        self.assertFalse(self.report.user_ids)
        for user in (self.staff, self.portal_manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                user.with_user(self.portal_manager).write(
                    {"portal_report_ids": [Command.link(self.report.id)]}
                )
        for vals in (
            {"portal_report_ids": [Command.link(self.report.id)], "login": "x"},
            {"login": "x"},
            {"portal_report_ids": [Command.update(self.report.id, {"domain": "[]"})]},
            {"portal_report_ids": [Command.create({"name": "x"})]},
            {"portal_report_ids": [Command.delete(self.report.id)]},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                customer.write(vals)
        for user in (self.sharer, self.owner, self.colleague):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.owner.with_user(user).write(
                    {"portal_report_ids": [Command.link(self.report.id)]}
                )

    def test_customers_have_no_way_to_it_but_the_pages(self):
        self._tick(self.owner)
        report = self.report.with_user(self.owner)
        for model in (
            "customer.portal.report",
            "customer.portal.report.column",
            "customer.portal.share.access",
            "customer.portal.report.preview",
        ):
            self.assertFalse(report.env[model].has_access("read"), model)
        self.assertEqual(report.display_name, "Report")
        with self.assertRaises(AccessError):
            self.owner.with_user(self.owner).read(["portal_report_ids"])

    # -- whose rows

    def test_the_rows_of_a_company_are_those_of_all_its_contacts(self):
        child = self.env["res.partner"].create(
            {"name": "Warehouse", "parent_id": self.brightwater.id, "active": False}
        )
        self.rows[0].partner_id = child
        self.rows[1].partner_id = self.brightwater
        for user in (self.owner, self.colleague):
            self.assertEqual(len(self.read_rows(user=user)), 3)
        self.assertEqual(self.read_rows(user=self.private), [])

    def test_who_changes_company_sees_the_new_ones_rows_at_once(self):
        self.assertEqual(len(self.read_rows()), 3)
        self.owner.partner_id.parent_id = self.northwind
        names = {row[0] for row in self.read_rows()}
        self.assertIn("Secret", names)
        self.assertNotIn("Crane", names)

    def test_the_viewers_condition_cannot_be_undone_by_the_filter(self):
        report = self._create_report(
            domain="['|', (1, '=', 1), ('partner_id', '!=', False)]"
        )
        self.assertNotIn("Secret", [row[0] for row in self.read_rows(report)])

    def test_no_parameter_leads_to_other_customers_rows(self):
        """REQ R-2, the isolation of issue 14: period, sort, page, group."""
        self.report.group_path = "partner_id"
        stranger = str(self.stranger.partner_id.id)
        for window in (
            {"group": stranger},
            {"group": ""},
            {"sortby": "partner_id"},
            {"sortby": "-name"},
            {"page": 99},
            {"period": "last_year"},
            {"group": "') OR 1=1 --"},
        ):
            with self.subTest(window):
                rows = self.read_rows(**window)
                self.assertFalse({"Secret", "Internal"} & {row[0] for row in rows})

    def test_rows_of_other_companies_of_ours_are_not_shown(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sharer.sudo().company_ids = [Command.link(elsewhere.id)]
        project = self.env["project.project"].create(
            {"name": "Far", "company_id": elsewhere.id}
        )
        task = self.env["project.task"].create(
            self._task("Far", self.owner, 1, "2024-01-01", project)
        )
        report = self._create_report(domain="[]")
        self.assertNotIn("Far", [row[0] for row in self.read_rows(report)])
        self.assertTrue(task.with_user(self.sharer).has_access("read"))
