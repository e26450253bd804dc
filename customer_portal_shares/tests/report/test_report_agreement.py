"""REQ R-3: page, chart and exports always agree, whatever is asked (random, with a seed)."""

import io
import random
from collections import defaultdict
from datetime import date, timedelta
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from odoo.tests import tagged

from ...tools.report import page as page_module
from ...tools.report import reader as reader_module
from ...tools.report import rows as rows_module
from ...tools.report import sheets
from ...tools.report.page import ReportPage
from ...tools.report.window import PERIODS, Window
from .common import ReportCase

ROUNDS = 60
#: Fewer than a page has, so that groups are on several.
PAGE_ROWS = 20
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

    def test_the_days_of_each_period(self):
        """REQ R-4: in February of a leap year, and at the year's end"""
        for today, expected in {
            "2024-02-29": {
                "all": (None, None),
                "this_month": ("2024-02-01", "2024-02-29"),
                "last_month": ("2024-01-01", "2024-01-31"),
                "this_quarter": ("2024-01-01", "2024-03-31"),
                "last_quarter": ("2023-10-01", "2023-12-31"),
                "this_year": ("2024-01-01", "2024-12-31"),
                "last_year": ("2023-01-01", "2023-12-31"),
            },
            "2025-01-31": {
                "this_month": ("2025-01-01", "2025-01-31"),
                "last_month": ("2024-12-01", "2024-12-31"),
                "last_quarter": ("2024-10-01", "2024-12-31"),
            },
            "2025-12-31": {
                "last_month": ("2025-11-01", "2025-11-30"),
                "this_quarter": ("2025-10-01", "2025-12-31"),
            },
        }.items():
            for period, days in expected.items():
                found = Window(period=period).get_days(date.fromisoformat(today))
                with self.subTest(today=today, period=period):
                    self.assertEqual(
                        tuple(day and day.isoformat() for day in found), days
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
        self.keyed = 0
        for module in (page_module, reader_module):
            self.patch(module, "PAGE_ROWS", PAGE_ROWS)
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
        # (how many depends on the day)
        self.assertGreater(self.keyed, ROUNDS // 2)

    def _read(self, report, window):
        return report.sudo()._open(self.owner.partner_id, window)

    def _compare(self, report, window):
        first = ReportPage(self._read(report, window), "").get_json()
        rows = list(first["rows"])
        pages = [first]
        for page in range(2, first["pages"] + 1):
            answer = ReportPage(
                self._read(report, window.but(page=page)), ""
            ).get_json()
            pages.append(answer)
            rows += answer["rows"]
            self.assertEqual(answer["totals"], first["totals"])
        self.assertEqual(len(rows), first["count"])
        self._compare_links(report, pages)
        total = sum(row["allocated_hours"] for row in rows)
        self.assertAlmostEqual(first["totals"]["allocated_hours"], total, 2)
        self._compare_groups(report, window, first, rows)
        names = [row["name"] for row in rows]
        self.assertEqual(self._read_csv(report, window), names)
        self.assertEqual(self._read_xlsx(report, window), names)

    def _compare_links(self, report, pages):
        """The links of the pages lead by key to what their numbers lead to."""
        for here, there in zip(pages, pages[1:], strict=False):
            self._compare_link(report, here["next"], there)
            self._compare_link(report, there["previous"], here)
        self.assertIsNone(pages[-1]["next"])
        self.assertIsNone(pages[0]["previous"])

    def _compare_link(self, report, link, expected):
        params = dict(parse_qsl(urlsplit(link).query))
        self.assertTrue({"after", "before"} & params.keys() or "page" not in params)
        with patch.object(
            rows_module.Order,
            "get_later",
            autospec=True,
            side_effect=rows_module.Order.get_later,
        ) as get_later:
            page = ReportPage(self._read(report, Window.parse(params)), "")
        self.keyed += get_later.call_count
        self.assertEqual(page.get_json()["rows"], expected["rows"])

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
            self.assertEqual(len(opened["rows"]), min(group["count"], PAGE_ROWS))

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
