"""REQ R-5: a report of what a list or pivot of the backend shows."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ...tools.report.window import Window
from .common import ReportCase


@tagged("-at_install", "post_install")
class TestReportView(ReportCase):
    def _open(self, user=None, **values):
        Report = self.env["customer.portal.report"].with_user(user or self.sharer)
        answer = Report.open_from_view(
            {
                "model": "project.task",
                "name": "Tasks",
                "domain": "[]",
                "fixed_domain": [],
                **values,
            }
        )
        return answer["action"]["context"], answer["left"]

    def _save(self, context):
        Report = self.env["customer.portal.report"].with_user(self.sharer)
        return Form(Report.with_context(**context)).save()

    def test_it_takes_over_what_the_list_shows(self):
        context, left = self._open(
            domain=f"[('project_id', '=', {self.project.id})]",
            groups=["date_deadline:month", "stage_id"],
            columns=[
                {"name": "name", "label": "Title"},
                {"name": "allocated_hours", "label": "Planned", "total": "sum"},
                {"name": "activity_ids", "label": "Next"},
                {"name": "nonsense", "label": "Nonsense"},
            ],
        )
        self.assertEqual(len(left), 2, left)
        report = self._save(context)
        self.assertEqual(report.user_id, self.sharer)
        self.assertEqual(
            report.column_ids.mapped(lambda c: (c.path, c.label, c.total)),
            [
                ("name", False, "none"),
                ("allocated_hours", "Planned", "sum"),
                ("activity_ids", "Next", "none"),
            ],
        )
        self.assertEqual(
            (report.group_path, report.group_interval, report.partner_path),
            ("date_deadline", "month", "partner_id"),
        )
        reader = report.sudo()._open(self.owner.partner_id, Window())
        self.assertEqual(reader.summary.count, 2)
        self.assertEqual(reader.summary.totals["allocated_hours"], {None: 3.5})

    def test_measures_of_a_pivot(self):
        context, _left = self._open(groups=["project_id"], measures=["allocated_hours"])
        report = self._save(context)
        self.assertEqual(report.chart, "bar")
        self.assertEqual(report.column_ids.total, "sum")

    def test_today_moves_on_where_it_can(self):
        text = "[('date_deadline', '<', context_today().strftime('%Y-%m-%d'))]"
        context, left = self._open(domain=text)
        self.assertEqual(context["default_domain"], text)
        self.assertFalse(left)
        context, left = self._open(
            domain="[('date_deadline', '<', to_utc(1))]",
            fixed_domain=[["date_deadline", "<", "2024-01-01"]],
        )
        self.assertEqual(
            context["default_domain"], "[['date_deadline', '<', '2024-01-01']]"
        )
        self.assertEqual(
            left, ["The filter is kept as it is today: its dates will not move along."]
        )
        text = "[('user_ids', 'in', [uid])]"
        context, left = self._open(domain=text)
        self.assertEqual(
            left, ["“Mine” in the filter means you, whoever looks at the report."]
        )
        # and so it is: the customer's own id is another one
        self.rows[0].user_ids = self.sharer
        self.rows[1].user_ids = self.staff
        reader = self._save(context).sudo()._open(self.owner.partner_id, Window())
        self.assertEqual([row.values[0] for row in reader.read_page()], ["Desk"])

    def test_what_one_may_not_see_is_not_taken_over(self):
        with self.assertRaises(AccessError):
            self._open(user=self.owner)
        with self.assertRaises(UserError):
            self._open(model="nonsense")
        with self.assertRaises(AccessError):
            self._open(model="ir.config_parameter")
