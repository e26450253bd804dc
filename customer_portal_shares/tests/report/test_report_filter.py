"""REQ R-1, R-5: a report's filter means what Odoo's filter editor and search views write."""

import datetime
import time

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval, wrap_module

from ...tools.report.domains import parse_domain
from .common import ReportCase

TODAY = datetime.date(2024, 2, 29)
#: Values as the web client has them in filters, and as Odoo's search views do.
SAME_AS_CORE = (
    "1",
    "-1",
    "2.5",
    "True",
    "true",
    "false",
    "None",
    "not uid",
    "uid",
    "[uid, False]",
    "(1, 2)",
    "[]",
    "[1] + [2]",
    "1 + 2 - 4",
    '"draft"',
    '"a \\"quoted\\" name,\\n with {braces} and 100%"',
    '"Żółw \U0001f422"',
    '"2024-01-01"',
    '"now"',
    '"today -7d"',
    '"today =1d -12m"',
    '"today =monday +1w"',
    "context_today()",
    "context_today().year",
    "context_today().strftime('%Y-%m-%d')",
    'context_today().strftime("%Y-%m-01")',
    "(context_today() + relativedelta(days = -7)).strftime('%Y-%m-%d')",
    "(context_today() - relativedelta(days=7)).strftime('%Y-%m-%d')",
    "(context_today() + relativedelta(day = 1, months = -12)).strftime('%Y-%m-%d')",
    "(context_today() + relativedelta(weeks=-1, weekday=0)).strftime('%Y-%m-%d')",
    "(relativedelta(months=1) + context_today()).strftime('%Y-%m-%d')",
    "(context_today() + -relativedelta(years=1)).strftime('%Y-%m-%d')",
    "(context_today() + relativedelta(years=1) - relativedelta(days=1))",
    "(context_today() + datetime.timedelta(days=1)).strftime('%Y-%m-%d')",
    "(context_today() - datetime.timedelta(7)).strftime('%Y-%m-%d')",
    "datetime.date.today().strftime('%Y-%m-%d')",
    "datetime.date(2024, 1, 31) + relativedelta(months=1)",
    "datetime.datetime(2024, 1, 31, 12, 30)",
    "datetime.datetime.now()",
    "datetime.datetime.now().year",
    "datetime.datetime.now().strftime('%Y-%m-%d %H:%M:%S')",
    "(datetime.datetime.now() - relativedelta(hours=3)).strftime('%Y-%m-%d %H:%M:%S')",
    "datetime.datetime.combine(context_today(), datetime.time(0, 0, 0))",
    "datetime.datetime.combine(context_today(), datetime.time(23,59,59))"
    ".strftime('%Y-%m-%d %H:%M:%S')",
    "datetime.datetime.combine(context_today() + relativedelta(days=-1, weekday=0),"
    " datetime.time(hour=8)).strftime('%Y-%m-%d %H:%M:%S')",
    "time.strftime('%Y-%m-01')",
    "time.strftime('%Y-%m-%d 00:00:00')",
)
DOMAINS = (
    "[]",
    "[(1, '=', 1)]",
    "[(0, '=', 1)]",
    "[['name', '=', 'x']]",
    "(('name', '=', 'x'), ('id', '>', 1))",
    "['|', ('user_ids', 'in', uid), '!', ('project_id.name', 'not ilike', 'x')]",
    '["&", ("child_ids", "any", ["|", ("name", "=", "x"), ("id", "=", False)]), ("id", "=", 1)]',
    "[('name', '=', 'x')] + [('id', '=', 1)]",
)


@tagged("-at_install", "post_install")
class TestReportFilter(ReportCase):
    def parse(self, text, **context):
        env = self.env(user=self.sharer, context={**self.env.context, **context})
        return list(parse_domain(env, text, TODAY))

    def get_value(self, text, **context):
        [(_path, _operator, value)] = self.parse(f"[('x', '=', {text})]", **context)
        return value

    def ask_core(self, text):
        values = {
            "uid": self.sharer.id,
            "context_today": lambda: TODAY,
            # the clock that the test has stopped
            "datetime": wrap_module(
                datetime, ["date", "datetime", "time", "timedelta"]
            ),
            "time": wrap_module(time, ["strftime"]),
            "relativedelta": relativedelta,
            "true": True,
            "false": False,
        }
        return list(Domain(list(safe_eval(text, values))))

    @freeze_time("2024-02-29 22:30:15")
    def test_what_odoo_writes_means_what_odoo_says(self):
        for text in SAME_AS_CORE:
            with self.subTest(text):
                [(_path, _operator, value)] = self.ask_core(f"[('x', '=', {text})]")
                told = self.get_value(text)
                self.assertEqual((told, str(told)), (value, str(value)))
        for text in DOMAINS:
            with self.subTest(text):
                self.assertEqual(self.parse(text), self.ask_core(text))

    @freeze_time("2024-02-29 22:30:15")
    def test_days_of_the_filter_editor_begin_where_one_is(self):
        text = (
            "datetime.datetime.combine(context_today() + relativedelta(days = 1), "
            'datetime.time(0, 0, 0)).to_utc().strftime("%Y-%m-%d %H:%M:%S")'
        )
        for zone, expected in (
            ("Europe/Warsaw", "2024-02-29 23:00:00"),
            ("America/New_York", "2024-03-01 05:00:00"),
            (False, "2024-03-01 00:00:00"),
        ):
            with self.subTest(zone):
                self.assertEqual(self.get_value(text, tz=zone), expected)
        with self.assertRaises(ValidationError):
            self.get_value("datetime.datetime(1, 1, 1).to_utc()", tz="Europe/Warsaw")
        # what is in UTC already stays
        self.assertEqual(
            self.get_value("datetime.datetime.now().to_utc()", tz="Europe/Warsaw"),
            datetime.datetime(2024, 2, 29, 22, 30, 15),
        )

    def test_the_companies_are_those_of_the_report(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sharer.sudo().company_ids += elsewhere
        model = self.report._as_owner()
        domain = "[('company_id', 'in', allowed_company_ids)]"
        self.assertEqual(
            list(parse_domain(model.env, domain, TODAY)),
            [("company_id", "in", self.report.company_id.ids)],
        )

    def test_dates_that_moved_out_of_the_calendar_are_told(self):
        with freeze_time("2024-02-29"):
            report = self._create_report(
                domain="[('date_deadline', '<', 'today +2912808d')]"
            )
            self.assertFalse(report.shut_warning)
        with freeze_time("2034-02-28"):
            report.invalidate_recordset()
            self.assertIn("today +2912808d", report.shut_warning)
            with self.assertRaises(ValidationError):
                report._make_query(
                    report._as_owner(), self.owner.partner_id, (None, None)
                )
