"""REQ R-3: page, chart and exports always agree, whatever is asked (random, with a seed)."""

import io
import random
from collections import defaultdict
from datetime import date, timedelta

from odoo.tests import tagged

from ...tools.report import sheets
from ...tools.report.page import ReportPage
from ...tools.report.window import PERIODS, Window
from .common import ReportCase

ROUNDS = 60
GROUPS = (
    (False, False),
    ("project_id", False),
    ("partner_id", False),
    ("stage_id", False),
    ("name", False),
    ("priority", False),
    ("active", False),
    *(
        ("date_deadline", interval)
        for interval in ("day", "week", "month", "quarter", "year")
    ),
)
DOMAINS = (
    "[]",
    "[('allocated_hours', '>', 3)]",
    "['|', ('name', 'ilike', 'a'), ('date_deadline', '=', False)]",
    "[('project_id', '=', False)]",
    "[('partner_id.parent_id', '!=', False)]",
)
NAMES = ("Alpha", "beta", "=1+1", "-5", "@x", "Ünder", "", "\tTab", "Zeta")


@tagged("-at_install", "post_install")
class TestReportAgreement(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(14)
        choose = cls.random.choice
        people = [cls.owner, cls.colleague, cls.stranger, None]
        cls.env["project.task"].create(
            [
                {
                    "name": choose(NAMES) or "-",
                    "partner_id": person.partner_id.id if person else False,
                    "allocated_hours": cls.random.randrange(0, 4000) / 100,
                    "priority": choose(["0", "1"]),
                    "date_deadline": choose(
                        [
                            False,
                            f"{date.today() - timedelta(days=cls.random.randrange(0, 800))} "
                            f"{cls.random.randrange(24):02}:30:00",
                        ]
                    ),
                    "project_id": choose([cls.project, cls.other_project]).id,
                }
                for person in cls.random.choices(people, k=400)
            ]
        )

    def test_page_chart_and_exports_agree(self):
        choose = self.random.choice
        columns = [
            ("name", "none"),
            ("date_deadline", choose(["none", "min", "max"])),
            ("allocated_hours", "sum"),
            ("project_id", "none"),
            ("partner_id.name", "none"),
            ("priority", "none"),
            ("tag_ids", "none"),
        ]
        report = self._create_report(columns=columns, chart="bar")
        for number in range(ROUNDS):
            group, interval = choose(GROUPS)
            report.write(
                {
                    "group_path": group,
                    "group_interval": interval,
                    "domain": choose(DOMAINS),
                }
            )
            key = choose(["", *(path for path, _total in columns)])
            window = Window(
                period=choose(PERIODS),
                start=choose([None, date.today() - timedelta(days=500)]),
                sortby=choose(["", "-"]) + key,
            )
            zone = choose(["UTC", "Pacific/Auckland", "America/New_York"])
            with self.subTest(number=number, group=(group, interval), window=window):
                self._compare(report.with_context(tz=zone), window)

    def _read(self, report, window):
        return report.sudo()._open(self.owner.partner_id, window)

    def _compare(self, report, window):
        first = ReportPage(self._read(report, window), "").get_json()
        rows = list(first["rows"])
        for page in range(2, first["pages"] + 1):
            answer = ReportPage(
                self._read(report, window.but(page=page)), ""
            ).get_json()
            rows += answer["rows"]
            self.assertEqual(answer["totals"], first["totals"])
        self.assertEqual(len(rows), first["count"])
        total = sum(row["allocated_hours"] for row in rows)
        self.assertAlmostEqual(first["totals"]["allocated_hours"], total, 2)
        self._compare_groups(report, window, first, rows)
        names = [row["name"] for row in rows]
        self.assertEqual(self._read_csv(report, window), names)
        self.assertEqual(self._read_xlsx(report, window), names)

    def _compare_groups(self, report, window, first, rows):
        if not report.group_path:
            self.assertEqual(first["groups"], [])
            return
        self.assertEqual(sum(g["count"] for g in first["groups"]), len(rows))
        chart = first.get("chart")
        if chart:
            self.assertEqual(chart["labels"], [g["label"] for g in first["groups"]])
            self.assertEqual(
                chart["datasets"][0]["data"],
                [g["totals"]["allocated_hours"] for g in first["groups"]],
            )
        start, sums = 0, defaultdict(float)
        for group in first["groups"]:
            mine = rows[start : start + group["count"]]
            start += group["count"]
            sums[group["key"]] = sum(row["allocated_hours"] for row in mine)
            self.assertAlmostEqual(
                group["totals"]["allocated_hours"], sums[group["key"]], 2
            )
        if first["groups"]:
            group = self.random.choice(first["groups"])
            reader = self._read(report, window.but(group=group["key"]))
            opened = ReportPage(reader, "").get_json()
            self.assertEqual(len(opened["rows"]), min(group["count"], 80))

    def _read_csv(self, report, window):
        text = b"".join(sheets.write_csv(self._read(report, window))).decode()
        import csv  # noqa: PLC0415

        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        for row in rows:
            self.assertFalse(row[0].startswith(("=", "+", "-", "@", "\t", "\r")))
        return [row[0].removeprefix("'") for row in rows]

    def _read_xlsx(self, report, window):
        import openpyxl  # noqa: PLC0415

        with sheets.write_xlsx(self._read(report, window)) as file:
            book = openpyxl.load_workbook(io.BytesIO(file.read()))
        rows = list(book.worksheets[0].iter_rows(min_row=2))
        for row in rows:
            self.assertNotEqual(row[0].data_type, "f")
        return [row[0].value for row in rows]
