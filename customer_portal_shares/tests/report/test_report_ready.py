"""REQ R-1: reports that come with timesheets, expenses and CRM."""

import re
from datetime import date, datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ... import uninstall_hook
from ...models.report import customer_portal_report_ready as ready_models
from ...tools.report.page import ReportPage
from ...tools.report.ready import READY, get_labels
from ...tools.report.window import Window
from .common import ReportCase


class ReadyCase(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["customer.portal.report"]
        cls.Ready = cls.env["customer.portal.report.ready"]
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Customers"})

    def _get(self, key):
        return self.Report.search([("ready_key", "=", key)])

    def _read(self, report, user, **window):
        reader = report.sudo()._open(user.partner_id, Window(**window))
        return ReportPage(reader, "").get_json()


@tagged("-at_install", "post_install")
class TestLateApp(ReadyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the registry is reset below, with a cursor that sees this class' records
        cls.registry_enter_test_mode_cls()

    def setUp(self):
        # the last thing of all, see core's base/tests/test_ir_model
        self.addCleanup(self.registry.reset_changes)
        super().setUp()

    def test_it_comes_with_a_model_that_comes_after_us(self):
        """REQ R-1: a real one, as an app brings it, and it goes with it"""
        self.patch(self.registry, "updated_modules", {"late"})
        late = {
            "model": "x_late",
            "needs": ("x_partner_id",),
            "named_as": "late.menu",
            "vals": {"partner_path": "x_partner_id"},
            "columns": (("x_name", "none", None),),
        }
        self.enterContext(patch.dict(READY, late=late))
        self.patch(ready_models, "get_labels", lambda env: {"late": "Late"})
        self.Ready._register_hook()
        self.assertFalse(self._get("late"))
        model = self.env["ir.model"].create(
            {
                "name": "Late",
                "model": "x_late",
                "field_id": [
                    Command.create({"name": name, "ttype": kind, "relation": to})
                    for name, kind, to in (
                        ("x_name", "char", False),
                        ("x_partner_id", "many2one", "res.partner"),
                    )
                ],
                "access_ids": [
                    Command.create(
                        {
                            "name": "late",
                            "group_id": self.env.ref("base.group_user").id,
                            "perm_read": True,
                        }
                    )
                ],
            }
        )
        self.env["x_late"].create(
            [
                {"x_name": name, "x_partner_id": user.partner_id.id}
                for name, user in (("Mine", self.owner), ("Theirs", self.stranger))
            ]
        )
        self.Ready._register_hook()
        report = self._get("late")
        self.assertFalse(report.shut_warning)
        rows = self._read(report, self.owner)["rows"]
        self.assertEqual(rows, [{"x_name": "Mine"}])
        model.unlink()
        self.assertNotIn("x_late", self.env)
        self.Ready._register_hook()
        self.assertFalse(self._get("late"))


@tagged("-at_install", "post_install")
class TestReportReady(ReadyCase):
    def _account(self, partner):
        return self.env["account.analytic.account"].create(
            {"name": "A", "plan_id": self.plan.id, "partner_id": partner and partner.id}
        )

    def _expense(self, amount, distribution, **vals):
        employee = self.env["hr.employee"].create({"name": "Sam"})
        return self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": employee.id,
                "product_id": self.env.ref("hr_expense.product_product_no_cost").id,
                "total_amount_currency": amount,
                "date": "2024-03-01",
                "analytic_distribution": distribution,
                **vals,
            }
        )

    def test_each_is_there_once(self):
        for key in ("timesheet", "expense", "opportunity"):
            report = self._get(key)
            self.assertEqual(len(report), 1, key)
            self.assertFalse(report.shut_warning, key)
        self.Ready._update_reports()
        self.assertEqual(len(self._get("expense")), 1)

    def test_who_deletes_one_does_not_get_it_again(self):
        self._get("expense").unlink()
        self.Ready._update_reports()
        self.assertFalse(self._get("expense"))

    def test_who_installs_the_addon_again_gets_all_of_them(self):
        reports = self._get("expense") + self._get("timesheet")
        reports.unlink()
        uninstall_hook(self.env)
        self.Ready._update_reports()
        self.assertTrue(self._get("expense"))
        self.assertTrue(self._get("timesheet"))

    def test_it_comes_and_goes_with_its_app(self):
        parameters = self.env["ir.config_parameter"].sudo()
        self._get("expense").unlink()
        parameters.set_param(
            "customer_portal_shares.ready_reports", "timesheet,opportunity"
        )
        self.Ready._update_reports()
        self.assertTrue(self._get("expense"))
        self.patch(
            type(self.Ready),
            "_get_available",
            lambda self: {"timesheet", "opportunity"},
        )
        self.assertEqual(self.Ready._get_missing(), {"expense"})
        self.Ready._update_reports()
        self.assertFalse(self._get("expense"))

    def test_it_speaks_the_language_of_the_administrator(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.ref("base.user_admin").lang = "de_DE"
        menu = self.env.ref("hr_timesheet.timesheet_menu_root")
        menu.with_context(lang="de_DE").name = "Zeiterfassungen"
        self._get("timesheet").unlink()
        self.patch(
            self.env.registry["customer.portal.report.ready"],
            "_get_made",
            lambda self: {"expense", "opportunity"},
        )
        self.Ready._update_reports()
        report = self._get("timesheet").with_context(lang="de_DE")
        column = report.column_ids[0]
        self.assertFalse(column.label, "the field's own, in the language of the viewer")
        # ours has no translation, Odoo's has
        self.assertEqual(report.with_context(lang="en_US").name, "Hours")
        self.assertEqual(report.name, "Zeiterfassungen")

    def test_it_learns_a_language_that_is_installed_later(self):
        """REQ R-1: but says what its owner wrote"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.patch(
            ready_models,
            "get_labels",
            lambda env: {
                key: f"{env.lang} {label}" if env.lang == "de_DE" else label
                for key, label in get_labels(env).items()
            },
        )
        expense = self._get("expense")
        column = expense.column_ids.filtered("label")[:1]
        timesheet = self._get("timesheet")
        timesheet.name = "What we did"
        self.Ready._update_reports()
        german = expense.with_context(lang="de_DE")
        self.assertEqual((expense.name, german.name), ("Expenses", "de_DE Expenses"))
        self.assertEqual(
            column.with_context(lang="de_DE").label, f"de_DE {column.label}"
        )
        self.assertEqual(timesheet.with_context(lang="de_DE").name, "What we did")
        german.name = "Spesen"
        self.Ready._update_reports()
        self.assertEqual(german.name, "Spesen")

    def test_hours_are_shown_and_never_what_they_cost(self):
        report = self._get("timesheet")
        paths = report.column_ids.mapped("path")
        self.assertNotIn("amount", paths)
        self.project.partner_id = self.brightwater
        employee = self.env["hr.employee"].create({"name": "Sam", "hourly_cost": 99})
        lines = self.env["account.analytic.line"].create(
            [
                {
                    "name": "Drawing",
                    "project_id": self.project.id,
                    "employee_id": employee.id,
                    "unit_amount": hours,
                    "date": day,
                }
                for hours, day in (
                    (2, "2024-01-05"),
                    (3.5, "2024-01-06"),
                    (1, "2024-02-01"),
                )
            ]
        )
        lines.partner_id = self.brightwater
        answer = self._read(report, self.owner)
        self.assertEqual(answer["totals"], {"unit_amount": 6.5})
        expected = self.env["account.analytic.line"]._read_group(
            [("id", "in", lines.ids)], ["date:month"], ["__count", "unit_amount:sum"]
        )
        self.assertEqual(
            [(g["count"], g["totals"]["unit_amount"]) for g in answer["groups"]],
            [(count, total) for _month, count, total in expected],
        )
        self._compare_with_backend(
            report,
            [("id", "in", lines.ids)],
            "date:month",
            {"unit_amount": "unit_amount:sum"},
        )
        self.assertEqual(self._read(report, self.stranger)["rows"], [])

    def test_a_split_expense_shows_its_part(self):
        ours, theirs = self._account(self.brightwater), self._account(self.northwind)
        self._expense(100, {str(ours.id): 60, str(theirs.id): 40})
        self._expense(50, {str(ours.id): 100})
        report = self._get("expense")
        answer = self._read(report, self.owner)
        amounts = sorted(row["total_amount"] for row in answer["rows"])
        self.assertEqual(amounts, [50, 60])
        self.assertEqual(answer["totals"]["total_amount"], 110)
        answer = self._read(report, self.stranger)
        self.assertEqual(answer["totals"]["total_amount"], 40)
        self.assertEqual(self._read(report, self.private)["rows"], [])

    def test_never_the_whole_for_both(self):
        ours, theirs = self._account(self.brightwater), self._account(self.northwind)
        self._expense(100, {str(ours.id): 100, str(theirs.id): 100})
        self._expense(10, {f"{ours.id},{theirs.id}": 100})
        self._expense(7, {str(self._account(None).id): 100})
        self._expense(5, False)
        report = self._get("expense")
        totals = [
            self._read(report, user)["totals"]["total_amount"]
            for user in (self.owner, self.stranger)
        ]
        self.assertEqual(sum(totals), 110)
        self.assertEqual(totals, [60, 50])

    def test_own_opportunities_without_what_we_hope_for(self):
        report = self._get("opportunity")
        paths = set(report.column_ids.mapped("path"))
        self.assertFalse(paths & {"probability", "expected_revenue", "description"})
        self.env["crm.lead"].create(
            [
                {
                    "name": "Pier",
                    "type": "opportunity",
                    "partner_id": self.brightwater.id,
                },
                {
                    "name": "Boat",
                    "type": "opportunity",
                    "partner_id": self.northwind.id,
                },
                {"name": "Call", "type": "lead", "partner_id": self.brightwater.id},
            ]
        )
        self.assertEqual(self.names(self._read(report, self.owner)), ["Pier"])

    # -- cell by cell with what the backend shows of the same

    def _compare_with_backend(self, report, domain, groupby, totals):
        """Compare groups, totals and each cell with those of the backend's grouped list.

        :param domain: of the rows that are all the customer's
        :param groupby: as the web client asks for it
        :param totals: dict of the column to what the web client calls its total
        """
        Model = self.env[report.model].with_user(self.env.ref("base.user_admin"))
        answer = self._read(report, self.owner)
        spec = {
            path: {"fields": {"display_name": {}}}
            if Model._fields[path].type == "many2one"
            else {}
            for path in report.column_ids.mapped("path")
        }
        groups = Model.web_read_group(
            domain, [groupby], ["__count", *totals.values()], limit=80
        )["groups"]
        self.assertTrue(groups)
        self.assertEqual(
            [group["count"] for group in answer["groups"]],
            [group["__count"] for group in groups],
        )
        if groupby not in ("date:day", "date:week"):
            # these have words of ours: the day as the language writes it, “Week of …”
            self.assertEqual(
                [group["label"] for group in answer["groups"]],
                [group[groupby][1] for group in groups],
            )
        expected = []
        for ours, theirs in zip(answer["groups"], groups, strict=True):
            for column, name in totals.items():
                self.assertAlmostEqual(ours["totals"][column], theirs[name], 2)
            rows = Model.web_search_read(
                [*domain, *theirs["__extra_domain"]], spec, order="create_date, id"
            )["records"]
            expected += [self._get_cells(Model, report, row) for row in rows]
        rows = [
            {key: self._plain(value) for key, value in row.items()}
            for row in answer["rows"]
        ]
        key = str
        self.assertEqual(sorted(rows, key=key), sorted(expected, key=key))

    def _get_cells(self, model, report, row):
        cells = {}
        for path in report.column_ids.mapped("path"):
            value, field = row[path], model._fields[path]
            if field.type == "many2one":
                value = value and value["display_name"]
            elif field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value)
            cells[path] = self._plain(value)
        return cells

    def _plain(self, value):
        if isinstance(value, datetime):
            value = value.replace(microsecond=0)
        elif isinstance(value, str) and value.endswith("Z") and value[10:11] == "T":
            return datetime.fromisoformat(value[:-1])
        elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return date.fromisoformat(value)
        return None if value is False else value

    def test_expenses_equal_the_backends(self):
        ours, theirs = self._account(self.brightwater), self._account(self.northwind)
        for day, amount in (
            ("2024-01-31", 10.1),
            ("2024-02-01", 20.25),
            ("2024-02-29", 0.05),
            ("2024-12-31", 1000),
        ):
            self._expense(amount, {str(ours.id): 100}, date=day)
        foreign = self._expense(7, {str(theirs.id): 100}, date="2024-02-02")
        mine = (
            self.env["hr.expense"]
            .search([])
            .filtered(
                lambda expense: str(ours.id) in (expense.analytic_distribution or {})
            )
        )
        self.assertNotIn(foreign, mine)
        report = self._get("expense")
        for interval in ("day", "week", "month", "quarter", "year"):
            report.group_interval = interval
            with self.subTest(interval):
                self._compare_with_backend(
                    report,
                    [("id", "in", mine.ids)],
                    f"date:{interval}",
                    {"total_amount": "total_amount:sum"},
                )

    def test_a_split_equals_what_odoo_books(self):
        """Odoo divides an amount over accounts when it posts; the report divides alike."""
        accounts = [self._account(self.brightwater), self._account(self.northwind)]
        expenses = self.env["hr.expense"].browse()
        for amount, percent in ((99.99, 33.33), (250, 12.5), (1, 99)):
            distribution = {
                str(accounts[0].id): percent,
                str(accounts[1].id): 100 - percent,
            }
            expenses |= self._expense(amount, distribution)
        report = self._get("expense")
        for account, user in zip(accounts, (self.owner, self.stranger), strict=True):
            expected = sum(
                round(
                    expense.total_amount
                    * expense.analytic_distribution[str(account.id)]
                    / 100,
                    2,
                )
                for expense in expenses
            )
            total = self._read(report, user)["totals"]["total_amount"]
            self.assertAlmostEqual(total, expected, 2)

    def test_opportunities_equal_the_backends(self):
        stages = self.env["crm.stage"].search([])
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Pier {number}",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "stage_id": stages[number % len(stages)].id,
                    "date_deadline": deadline,
                }
                for number, (partner, deadline) in enumerate(
                    [
                        (self.brightwater, "2024-05-01"),
                        (self.owner.partner_id, False),
                        (self.colleague.partner_id, "2024-12-31"),
                        (self.brightwater, "2024-05-02"),
                        (self.brightwater, False),
                    ]
                )
            ]
        )
        self._compare_with_backend(
            self._get("opportunity"), [("id", "in", leads.ids)], "stage_id", {}
        )

    def test_several_currencies_are_never_added_up(self):
        """REQ R-3"""
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        (euro + dollar).active = True
        ours = self._account(self.brightwater)
        for amount, currency in ((100, euro), (50, dollar), (1, euro)):
            self._expense(amount, {str(ours.id): 100}, currency_id=currency.id)
        report = self._get("expense")
        report.column_ids = [
            Command.create({"path": "total_amount_currency", "total": "sum"}),
            Command.create({"path": "total_amount_currency", "total": "avg"}),
        ]
        answer = self._read(report, self.owner)
        self.assertEqual(
            answer["totals"]["total_amount_currency"], {"EUR": 101, "USD": 50}
        )
        self.assertEqual(
            answer["totals"]["total_amount_currency_2"], {"EUR": 50.5, "USD": 50}
        )
        self.assertIsInstance(answer["totals"]["total_amount"], float)
        self.assertEqual(len(answer["chart"]["datasets"]), 1)
