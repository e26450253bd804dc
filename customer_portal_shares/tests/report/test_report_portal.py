"""REQ R-2, R-3, R-4: the report of a customer, in the portal and in a share."""

import csv
import io

from odoo.fields import Command
from odoo.tests import tagged

from ..common import PASSWORD
from .common import JSON, ReportHttpCase


@tagged("-at_install", "post_install")
class TestReportPortal(ReportHttpCase):
    def setUp(self):
        super().setUp()
        self._tick(self.owner, self.stranger)
        self.login(self.owner)

    def test_it_shows_the_rows_of_the_own_company_and_no_others(self):
        answer = self.get_report()
        self.assertEqual(self.names(answer), ["Crane", "Chair", "Desk"])
        self.assertEqual(answer["totals"], {"allocated_hours": 7.5})
        self.assertEqual(
            [column["key"] for column in answer["columns"]],
            ["name", "allocated_hours", "project_id"],
        )
        self.assertEqual(answer["rows"][0]["project_id"], "Harbour")
        page = self.get(self.url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("Crane", page.text)
        self.assertNotIn("Secret", page.text)
        self.assertNotIn("Internal", page.text)
        self.login(self.stranger)
        self.assertEqual(self.names(self.get_report()), ["Secret"])

    def test_it_is_not_found_by_those_without_it(self):
        self.login(self.colleague)
        for rest in ("", "/export/csv", "/export/xlsx"):
            self.assertEqual(self.get(self.url(rest)).status_code, 404)
        self.assertNotIn("Our tasks", self.get("/my/reports").text)
        self.login(None)
        self.assertIn("/web/login", self.get(self.url()).headers["Location"])

    def test_the_list_has_it(self):
        self.assertIn("Our tasks", self.get("/my/reports").text)
        answer = self.get("/my/reports", headers=JSON).json()
        self.assertEqual([r["id"] for r in answer["reports"]], [self.report.id])
        self.assertEqual(self.get("/my/home").status_code, 200)

    def test_the_home_counts_those_that_open(self):
        """REQ U-6: ticked or shared, once"""

        def count():
            home = self.env["customer.portal.home"].with_user(self.owner)
            cards = {card["url"]: card["count"] for card in home._get_page()["cards"]}
            return cards["/my/reports"]

        self.assertEqual(count(), 1)
        self._create_secured_share(self.report, users=[self.owner])
        self.assertEqual(count(), 1)
        self.report.user_ids = False
        self.assertEqual(count(), 1)
        self.report.active = False
        self.assertEqual(count(), 0)

    def _get_told(self):
        """Return how many reports the home counts as new, and the names of those in its news."""
        self.env.flush_all()
        self.env.invalidate_all()
        page = self.env["customer.portal.home"].with_user(self.owner)._get_page()
        [card] = [card for card in page["cards"] if card["url"] == "/my/reports"]
        news = [line["title"] for line in page["news"] if "report" in line["url"]]
        return card["new"], news

    def test_the_home_tells_reports_that_are_new(self):
        """REQ U-6: ticked from either side, or in a share, which is told as the share"""
        self.assertEqual(self._get_told(), (1, ["Our tasks"]))
        # as those are that were ticked before it was known when
        self.env.cr.execute(
            "UPDATE customer_portal_report_user_rel SET granted_date = NULL"
        )
        self.assertEqual(self._get_told(), (0, []))
        # what was ticked before is not told again
        other = self._create_report(name="Hours")
        other.sudo().user_ids = [Command.set(self.owner.ids)]
        self._tick(self.owner)
        self.assertEqual(self._get_told(), (1, ["Hours"]))
        shared = self._create_report(name="Stock")
        share = self._create_secured_share(shared, name="Figures", users=[self.owner])
        self.assertEqual(self._get_told(), (2, ["Hours"]))
        home = self.env["customer.portal.home"].with_user(self.owner)
        self.assertIn("Figures", [line["title"] for line in home._get_page()["news"]])
        share.action_deactivate()
        other.sudo().active = False
        self.assertEqual(self._get_told(), (0, []))

    def test_the_home_tells_no_report_that_does_not_open(self):
        """REQ U-6, R-2: nor counts it as new, ticked or in a share"""
        opens = self._create_report(name="Names", columns=[("name", "none")])
        self._tick(self.owner, report=opens)
        shared = self._create_report(name="Shared")
        self._create_secured_share(shared, users=[self.owner])
        new, told = self._get_told()
        self.assertEqual((new, set(told)), (3, {"Names", "Our tasks"}))
        field = self.env["project.task"]._fields["allocated_hours"]
        self.addCleanup(setattr, field, "groups", field.groups)
        field.groups = "base.group_system"
        self.report.invalidate_recordset()
        self.assertEqual(self._get_told(), (1, ["Names"]))

    def test_the_download_limit_counts_reports(self):
        """REQ S-10: the pages say it, and offer no more than there is"""
        self.report.user_ids = False
        shares = [
            self._create_secured_share(self.report, download_limit=1) for _one in "12"
        ]
        share_url = self.path(shares[0], f"/report/{self.report.id}")
        self.assertIn("/export/csv", self.get(share_url).text)
        self.assertIn("one more file", self.get(self.path(shares[0])).text)
        for number in range(2):
            with self.subTest(number=number):
                self.assertIn("/export/csv", self.get(self.url()).text)
                response = self.get(self.url("/export/csv"))
                self.assertEqual(response.status_code, 200, response.text)
        for share in shares:
            self.assertEqual(share.sudo().download_count, 1)
        self.assertNotIn("/export/csv", self.get(self.url()).text)
        self.assertEqual(self.get(self.url("/export/csv")).status_code, 410)
        self.assertNotIn("/export/csv", self.get(share_url).text)
        self.assertIn("alert-warning", self.get(self.path(shares[0])).text)

    def test_the_home_counts_those_that_the_list_shows(self):
        """REQ U-6: not what only the page of its share shows, or nothing does"""
        self.report.user_ids = False
        self.report.partner_path = False  # a web link may have it
        shares = {
            "opens": {},
            "password": {"password": PASSWORD},
            "drop": {"allow_download": False, "allow_upload": True},
            "web link": {"access": "public"},
        }
        for name, vals in shares.items():
            share = self._create_secured_share(self.report, users=[self.owner])
            share.write(vals)
            home = self.env["customer.portal.home"].with_user(self.owner)
            cards = {card["url"]: card["count"] for card in home._get_page()["cards"]}
            listed = self.get("/my/reports", headers=JSON).json()["reports"]
            with self.subTest(share=name):
                self.assertEqual(len(listed), int(name == "opens"))
                self.assertEqual(cards["/my/reports"], len(listed))
            share.unlink()

    def test_archiving_ends_it(self):
        self.report.active = False
        self.assertEqual(self.get(self.url()).status_code, 404)
        self.report.active = True
        self.sharer.active = False
        self.assertEqual(self.get(self.url()).status_code, 404)

    def test_an_owner_who_lost_a_field(self):
        """REQ R-2: customers find nothing, on no way"""
        share = self._create_secured_share(self.report, users=[self.owner])
        shared = self.path(share, f"/report/{self.report.id}")
        paths = [
            url + rest
            for url in (self.url(), shared)
            for rest in ("", "?sortby=allocated_hours", "/export/csv", "/export/xlsx")
        ]
        for path in paths:
            self.assertEqual(self.get(path).status_code, 200, path)
        field = self.env["project.task"]._fields["allocated_hours"]
        self.addCleanup(setattr, field, "groups", field.groups)
        field.groups = "base.group_system"
        self.report.invalidate_recordset()
        self.assertIn("allocated_hours", self.report.shut_warning)
        for path in paths:
            for headers in ({}, JSON):
                answer = self.get(path, headers=headers)
                self.assertEqual(answer.status_code, 404, path)
                self.assertNotIn("Our tasks", answer.text)
        self.assertNotIn("Our tasks", self.get("/my/reports").text)
        self.assertNotIn("Our tasks", self.get(self.path(share)).text)

    def test_nothing_is_kept_between_viewers(self):
        """REQ R-2: whoever looks first, and however often"""
        self.report.write({"group_path": "project_id", "chart": "bar"})
        mine = {
            self.owner: ({"Crane", "Chair", "Desk"}, 7.5),
            self.stranger: ({"Secret"}, 100.0),
        }
        for user in [*mine] * 2:
            names, total = mine[user]
            others = set.union(*(n for n, _total in mine.values())) - names
            self.login(user)
            answer = self.get_report("?sortby=name")
            self.assertEqual(set(self.names(answer)), names)
            self.assertEqual(answer["totals"], {"allocated_hours": total})
            self.assertEqual(sum(answer["chart"]["datasets"][0]["data"]), total)
            rows = self.get_csv("?sortby=name")[1:]
            self.assertEqual({row[0] for row in rows}, names)
            page = self.get(self.url("?sortby=name"))
            self.assertTrue(all(name in page.text for name in names))
            self.assertFalse([name for name in others if name in page.text])
            # nor by a proxy or a browser
            for path in ("", "/export/csv", "/export/xlsx"):
                kept = self.get(self.url(path)).headers["Cache-Control"]
                self.assertIn("no-", kept, path)

    def test_periods_and_days(self):
        self.assertEqual(self.names(self.get_report("?period=this_year")), [])
        answer = self.get_report("?from=2024-02-20&to=2024-02-20")
        self.assertEqual(self.names(answer), ["Chair"])
        self.assertEqual(self.get_report("?period=zzz")["count"], 3)
        for bad in ("from=x", "to=2024-13-01", "page=x", "page=-1", "from=%00"):
            self.assertEqual(self.get(self.url(f"?{bad}")).status_code, 400, bad)
        for odd in ("from=0001-01-01", "to=9999-12-31", "page=999999", "group=x"):
            self.assertEqual(self.get(self.url(f"?{odd}")).status_code, 200, odd)

    def test_sorting(self):
        for sortby, names in {
            "name": ["Chair", "Crane", "Desk"],
            "-name": ["Desk", "Crane", "Chair"],
            "name desc": ["Desk", "Crane", "Chair"],
            "allocated_hours": ["Chair", "Desk", "Crane"],
            "project_id": ["Crane", "Desk", "Chair"],
            "zzz; DROP": ["Crane", "Chair", "Desk"],
        }.items():
            with self.subTest(sortby):
                answer = self.get_report(f"?sortby={sortby}")
                self.assertEqual(self.names(answer), names)

    def test_groups(self):
        self.report.write({"group_path": "date_deadline", "group_interval": "month"})
        answer = self.get_report("?sortby=name")
        self.assertEqual(
            answer["groups"],
            [
                {
                    "key": "2024-01-01",
                    "label": "January 2024",
                    "count": 1,
                    "totals": {"allocated_hours": 2.5},
                },
                {
                    "key": "2024-02-01",
                    "label": "February 2024",
                    "count": 2,
                    "totals": {"allocated_hours": 5.0},
                },
            ],
        )
        self.assertEqual(self.names(answer), ["Desk", "Chair", "Crane"])
        answer = self.get_report("?group=2024-02-01")
        self.assertEqual(self.names(answer), ["Crane", "Chair"])
        page = self.get(self.url("?group=2024-02-01")).text
        self.assertIn("January 2024", page)
        self.assertNotIn("Desk", page)

    def test_groups_by_record(self):
        self.report.group_path = "project_id"
        answer = self.get_report()
        self.assertEqual(
            [(group["label"], group["count"]) for group in answer["groups"]],
            [("Harbour", 1), ("Office", 2)],
        )
        self.assertEqual(self.names(answer), ["Crane", "Chair", "Desk"])

    def test_it_is_in_the_language_of_the_viewer(self):
        """REQ R-4: heads, selections, groups, numbers and days"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.report.column_ids[0].label = "Task"
        self.report.write(
            {
                "group_path": "date_deadline",
                "group_interval": "month",
                "column_ids": [
                    Command.create({"path": "priority"}),
                    Command.create({"path": "date_deadline", "total": "max"}),
                ],
            }
        )
        german = self.report.with_context(lang="de_DE")
        german.column_ids[0].label = "Aufgabe"
        priority = self.env["ir.model.fields"]._get("project.task", "priority")
        urgent = priority.selection_ids.filtered(lambda one: one.value == "1")
        urgent.with_context(lang="de_DE").name = "Dringend"
        self.rows.priority = "1"
        page = self.get(f"/de{self.url()}").text
        for words in ("Aufgabe", "Dringend", "Januar 2024", "2,50", "21.02.24"):
            self.assertIn(words, page)
        response = self.get(f"/de{self.url('/export/csv')}")
        rows = list(csv.reader(io.StringIO(response.content.decode())))
        self.assertEqual((rows[0][0], rows[1][3]), ("Aufgabe", "Dringend"))
        # for programs, a number is one
        self.assertIn("2.5", [row[1] for row in rows])
        self.get("/en/my")
        page = self.get(self.url()).text
        self.assertNotIn("Aufgabe", page)
        self.assertIn("2.50", page)

    def test_paging(self):
        tasks = [
            self._task(f"T{n}", self.owner, 1, "2023-05-05", self.project)
            for n in range(90)
        ]
        self.env["project.task"].create(tasks)
        first = self.get_report("?sortby=name")
        second = self.get_report("?sortby=name&page=2")
        self.assertEqual((len(first["rows"]), len(second["rows"])), (80, 13))
        self.assertEqual(first["pages"], 2)
        page = self.get(self.url("?sortby=name"))
        self.assertEqual(page.status_code, 200)
        self.assertIn("sortby=name&amp;page=2", page.text)
        page = self.get(self.url("?sortby=name&page=2"))
        self.assertEqual(page.status_code, 200)
        self.assertIn('rel="prev"', page.text)
        self.report.group_path = "date_deadline"
        rows = [
            name
            for page in (1, 2)
            for name in self.names(self.get_report(f"?page={page}"))
        ]
        self.assertEqual(len(set(rows)), 93)

    def test_csv(self):
        rows = self.get_csv("?sortby=name&from=2024-02-01")
        self.assertEqual(
            rows,
            [
                ["Title", "Allocated Time", "Project"],
                ["Chair", "1", "Office"],
                ["Crane", "4", "Harbour"],
            ],
        )

    def test_csv_for_excel_has_a_mark_and_for_programs_none(self):
        """REQ R-3: the page links to the one, its address alone is the other"""
        self.rows[0].name = "Möwe"
        plain, marked = (
            self.get(self.url(f"/export/csv?sortby=name{asked}"))
            for asked in ("", "&bom=1")
        )
        self.assertEqual(marked.content, b"\xef\xbb\xbf" + plain.content)
        self.assertIn("Möwe", plain.content.decode())
        for response in (plain, marked):
            self.assertEqual(
                response.headers["Content-Type"], "text/csv; charset=utf-8"
            )
        page = self.get(self.url("?sortby=name")).text
        self.assertIn("/export/csv?sortby=name&amp;bom=1", page)
        self.assertNotIn("/export/xlsx?sortby=name&amp;bom", page)

    def test_csv_has_no_formulas(self):
        self.rows[0].name = "=cmd|' /C calc'!A0"
        self.rows[1].name = "Bob;=cmd|' /C calc'!A0;x"
        self.report.column_ids[0].label = "@SUM(1)"
        rows = self.get_csv("?sortby=-name")
        self.assertEqual(rows[0][0], "'@SUM(1)")
        names = [row[0] for row in rows]
        self.assertIn("'=cmd|' /C calc'!A0", names)
        self.assertIn("Bob;'=cmd|' /C calc'!A0;x", names)

    def test_xlsx(self):
        openpyxl = self._import_openpyxl()
        self.rows[0].name = "=1+1"
        response = self.get(self.url("/export/xlsx?sortby=allocated_hours"))
        self.assertEqual(response.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        sheet = book.worksheets[0]
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertGreater(sheet.column_dimensions["A"].width, 30)
        self.assertEqual(sheet["B2"].number_format, "#,##0.00")
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(rows[0], ("Title", "Allocated Time", "Project"))
        self.assertEqual(rows[1], ("Chair", 1, "Office"))
        self.assertEqual(sheet["A3"].data_type, "s")
        self.assertEqual(sheet["A3"].value, "=1+1")

    def test_groups_have_no_formulas(self):
        """REQ R-3: on the sheet of the rows, on that of the totals, and as CSV"""
        self.project.name = "=1+1"
        self.other_project.name = "@SUM(1)"
        self.report.group_path = "project_id"
        self.report.column_ids.filtered(lambda c: c.path == "project_id").unlink()
        rows = self.get_csv()
        self.assertEqual({row[2] for row in rows[1:]}, {"'=1+1", "'@SUM(1)"})
        content = self.get(self.url("/export/xlsx")).content
        book = self._import_openpyxl().load_workbook(io.BytesIO(content))
        for sheet, column in zip(book.worksheets, "CA", strict=True):
            cells = sheet[column][1:]
            self.assertLessEqual(
                {"=1+1", "@SUM(1)"}, {cell.value for cell in cells}, sheet.title
            )
            self.assertEqual({cell.data_type for cell in cells}, {"s"}, sheet.title)

    def _import_openpyxl(self):
        import openpyxl  # noqa: PLC0415

        return openpyxl

    def test_too_many_rows_for_xlsx(self):
        self.company.portal_report_xlsx_rows = 2
        response = self.get(self.url("/export/xlsx"), headers=JSON)
        self.assertEqual(response.status_code, 413)
        self.assertIn("CSV", response.json()["message"])

    def test_the_owner_needs_the_right_to_export_or_manages_the_portal(self):
        """REQ R-4: Odoo gives the right to administrators alone"""
        self.sharer.group_ids = [
            Command.unlink(self.env.ref("base.group_allow_export").id)
        ]
        self.assertEqual(self.get(self.url("/export/csv")).status_code, 403)
        self.assertNotIn("/export/", self.get(self.url()).text)
        manager = self.env.ref("customer_portal_shares.group_portal_manager")
        self.sharer.group_ids = [Command.link(manager.id)]
        self.assertEqual(self.get(self.url("/export/csv")).status_code, 200)
        self.assertIn("/export/", self.get(self.url()).text)
        self.assertEqual(self.get(self.url("/export/pdf")).status_code, 404)

    def test_in_a_share(self):
        share = self._create_secured_share(self.report, users=[self.colleague])
        self.login(self.colleague)
        self.assertIn(f"/report/{self.report.id}", self.get(self.path(share)).text)
        url = self.path(share, f"/report/{self.report.id}")
        self.assertEqual(
            self.names(self.get_report(url=url)), ["Crane", "Chair", "Desk"]
        )
        self.assertEqual(self.get(url).status_code, 200)
        self.assertEqual(self.get(f"{url}/export/csv").status_code, 200)
        self.assertEqual(self.get(self.url()).status_code, 200)
        share.allow_download = False
        self.assertEqual(self.get(f"{url}/export/csv").status_code, 403)
        self.assertEqual(self.get(self.url("/export/csv")).status_code, 403)
        share.action_deactivate()
        self.assertEqual(self.get(url).status_code, 404)
        self.assertEqual(self.get(self.url()).status_code, 404)
        share.action_activate()
        self.assertEqual(self.get(self.url()).status_code, 200)
        # what it is ticked for has no end, and a share has
        share.expiration_date = "2020-01-01"
        for path in (url, self.url()):
            self.assertEqual(self.get(path).status_code, 404)
        lines = self.report.access_ids.filtered("share_id")
        self.assertEqual(set(lines.mapped("action")), {"view", "download"})
        for line in lines:
            self.assertEqual(line.share_id, share)
            self.assertEqual(line.partner_id, self.colleague.partner_id)
            self.assertEqual(line.address, "127.0.0.1")
            self.assertEqual(line.item, "Our tasks")

    def test_the_log_has_it(self):
        self.get(self.url())
        self.get(self.url("/export/csv"))
        self.assertEqual(
            self.report.access_ids.mapped(lambda a: (a.action, a.partner_id)),
            [("download", self.owner.partner_id), ("view", self.owner.partner_id)],
        )

    def test_amounts_and_days_on_the_page(self):
        self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "partner_id": self.owner.partner_id.id,
                    "unit_amount": 2,
                    "amount": amount,
                    "date": day,
                }
                for amount, day in ((-5.5, "2024-01-01"), (-4, "2024-02-01"))
            ]
        )
        report = self._create_report(
            user=self.env.ref("base.user_admin"),
            model="account.analytic.line",
            columns=[
                ("date", "max"),
                ("name", "none"),
                ("amount", "sum"),
                ("unit_amount", "avg"),
            ],
            domain=str([("partner_id", "=", self.owner.partner_id.id)]),
            partner_path="partner_id",
            date_path="date",
            group_path="date",
            chart="bar",
        )
        self._tick(self.owner, report=report)
        page = self.get(self.url(report=report))
        self.assertEqual(page.status_code, 200, page.text)
        self.assertIn("9.50", page.text)
        self.assertEqual(self.get_report(report=report)["totals"]["date"], "2024-02-01")
        self.assertEqual(len(self.get_csv(report=report)), 3)
        response = self.get(self.url("/export/xlsx", report))
        book = self._import_openpyxl().load_workbook(io.BytesIO(response.content))
        [_head, row, _row] = book.worksheets[0].iter_rows()
        currency = self.company.currency_id
        self.assertIn(currency.symbol, row[2].number_format)
        self.assertTrue(row[0].is_date)
