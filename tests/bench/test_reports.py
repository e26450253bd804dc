"""Reports: pages and files of many rows, beside Odoo's grouped list and its export of the same."""

import json
import time
from functools import partial

import pytest

from .client import Reply
from .conftest import numbers, open_site
from .measure import Figure, take_turns

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]
AREA = "reports"
MODULES = ("customer_portal_docs", "customer_portal_shares")
MODEL, TABLE = "account.analytic.line", "account_analytic_line"
ROWS = numbers("BENCH_REPORT_ROWS", "1000000")[0]
#: Rows that Odoo's own export and our XLSX are asked for.
EXPORTED = min(ROWS, numbers("BENCH_REPORT_EXPORT", "100000")[0])
XLSX = min(ROWS, numbers("BENCH_REPORT_XLSX", "200000")[0])
MAX_PAGE_RATIO, MAX_GROUP_RATIO = 1.1, 1.0
MIN_CSV_RATIO, MAX_CSV_MEMORY, MAX_XLSX_SECONDS = 3, 16, 120
COLUMNS = ("date", "name", "partner_id", "unit_amount", "amount")


class Reporting:
    """A site with many rows of one customer, reports of all and of some of them."""

    def __init__(self, site):
        self.site = site
        self.customer = site.rows.add_customer("customer")
        site.customers[0] = self.customer
        self.client = site.log_in(self.customer)
        self._add_rows()
        self.all = self._add_report("[]", group_path="date", chart="bar")
        self.flat = self._add_report("[]")
        self.some = self._add_report(str(self.get_domain(EXPORTED)))
        self.many = self._add_report(str(self.get_domain(XLSX)))
        site.rows.settle()

    def _add_rows(self):
        rows = self.site.rows
        first = rows.create(
            MODEL, name="Work", unit_amount=1, partner_id=self.customer.contact_id
        )
        base = rows.multiply(
            TABLE,
            first,
            ROWS,
            name="'Work on part ' || mod(n::bigint * 7919, 100003)",
            date="DATE '2026-12-31' - mod(n * 31, 730)::int",
            unit_amount="1 + mod(n, 16) / 4.0",
            amount="-mod(n * 37, 1000)",
            partner_id=f"CASE WHEN mod(n, 2) = 0 THEN {self.customer.contact_id}"
            f" ELSE {self.customer.colleague_id} END",
        )
        self.first_id = base + 1

    def get_domain(self, count):
        return [["id", "<", self.first_id + count - 1], ["id", ">=", self.first_id]]

    def _add_report(self, domain, **vals):
        call, create = self.site.watched.server.call, self.site.rows.create
        [model] = call("ir.model", "search", [("model", "=", MODEL)])
        [user] = call("res.users", "search", [("login", "=", "customer")])
        columns = [
            (0, 0, {"path": path, "sequence": n, "total": _get_total(path)})
            for n, path in enumerate(COLUMNS)
        ]
        return create(
            "customer.portal.report",
            name="Work",
            model_id=model,
            domain=domain,
            column_ids=columns,
            partner_path="partner_id",
            date_path="date",
            user_ids=[(6, 0, [user])],
            **vals,
        )

    def page(self, report_id, rest=""):
        reply = self.client.get(f"/my/reports/{report_id}{rest}")
        assert reply.status == 200, self.site.watched.server.problems()
        return reply

    def read(self, report_id):
        path = f"/my/reports/{report_id}"
        reply = self.client.get(path, Accept="application/json")
        assert reply.status == 200
        return reply

    def export(self, report_id, kind):
        reply = self.client.get(f"/my/reports/{report_id}/export/{kind}", keep=False)
        assert reply.status == 200
        return reply

    def frame(self):
        return self.client.get("/my/reports")

    def read_groups(self):
        """Ask for what the backend's grouped list asks for when it opens."""
        values = {
            "model": MODEL,
            "method": "web_read_group",
            "args": [],
            "kwargs": {
                "domain": [["partner_id", "child_of", self.customer.company_id]],
                "groupby": ["date:month"],
                "aggregates": ["unit_amount:sum", "amount:sum", "__count"],
                "auto_unfold": True,
                "unfold_read_specification": {
                    name: {"fields": {"display_name": {}}}
                    if name == "partner_id"
                    else {}
                    for name in COLUMNS
                },
                "unfold_read_default_limit": 80,
                "limit": 80,
            },
        }
        return self.site.admin.call(
            f"/web/dataset/call_kw/{MODEL}/web_read_group", values
        )

    def export_by_odoo(self):
        data = {
            "model": MODEL,
            "fields": [{"name": name, "label": name} for name in COLUMNS],
            "ids": False,
            "domain": self.get_domain(EXPORTED),
            "import_compat": False,
            "groupby": [],
            "context": {},
        }
        reply = self.site.admin.post("/web/export/csv", {"data": json.dumps(data)})
        assert reply.status == 200, reply.body[:500]
        return reply

    def run_sql(self):
        """Let PostgreSQL alone do what the first page needs, in the quickest way we know."""
        ids = [
            self.customer.company_id,
            self.customer.contact_id,
            self.customer.colleague_id,
        ]
        start = time.perf_counter()
        self.site.watched.server.sql(
            f"SELECT date_trunc('month', date), count(*), sum(unit_amount), sum(amount)"
            f" FROM {TABLE} WHERE partner_id = ANY(%s) GROUP BY 1, currency_id",
            ids,
        )
        self.site.watched.server.sql(
            f"SELECT id, name, date, unit_amount, amount FROM {TABLE}"
            " WHERE partner_id = ANY(%s) AND date BETWEEN '2025-01-01' AND '2025-01-31'"
            " ORDER BY date DESC, id DESC LIMIT 80",
            ids,
        )
        return Reply(200, {}, 0, b"", time.perf_counter() - start)


def assert_met(*goals):
    assert all(goal.is_met for goal in goals), [goal.row() for goal in goals]


def _get_total(path):
    return "sum" if path in ("unit_amount", "amount") else "none"


@pytest.fixture(scope="module")
def reporting():
    with open_site(MODULES, limit_time_real=1200, limit_time_cpu=1200) as site:
        yield Reporting(site)


def test_the_first_page_costs_what_its_sql_costs(reporting, runs, report):
    watched = reporting.site.watched
    figures = take_turns(
        {
            "ours": (watched, partial(reporting.page, reporting.all)),
            "ours, JSON": (watched, partial(reporting.read, reporting.all)),
            "portal frame": (watched, reporting.frame),
            "SQL alone": (watched, reporting.run_sql),
            "core web_read_group": (watched, reporting.read_groups),
        },
        runs,
    )
    report.add(AREA, f"{ROWS:,} rows: first page, by months", figures)
    floor = figures["SQL alone"].wall + figures["portal frame"].wall
    text = f"first page of {ROWS:,} rows ÷ (its SQL + a portal page)"
    wall = figures["ours"].wall
    goals = [report.judge(AREA, text, wall / floor, MAX_PAGE_RATIO, "×")]
    # ours has a page around it, which core's answer has not
    text = "first page ÷ core's web_read_group of the same"
    ratio = wall / figures["core web_read_group"].wall
    goals.append(report.judge(AREA, text, ratio, MAX_GROUP_RATIO, "×"))
    assert_met(*goals)


def test_csv_is_quick_and_takes_no_memory(reporting, runs, report):
    watched = reporting.site.watched
    some = take_turns(
        {
            "ours": (watched, partial(reporting.export, reporting.some, "csv")),
            "core export": (watched, reporting.export_by_odoo),
        },
        max(1, runs // 2),
    )
    report.add(AREA, f"CSV of {EXPORTED:,} rows", some)
    whole = Figure()
    watched.measure(whole, partial(reporting.export, reporting.flat, "csv"))
    report.add(AREA, f"CSV of {ROWS:,} rows", {"ours": whole})
    theirs = some["core export"].wall / EXPORTED
    ratio = theirs / (whole.wall / ROWS)
    text = f"rows of CSV in a second, of {ROWS:,}, ÷ core's of {EXPORTED:,}"
    goals = [report.judge(AREA, text, ratio, MIN_CSV_RATIO, "×", least=True)]
    text = f"memory of CSV of {ROWS:,} rows"
    goals.append(report.judge(AREA, text, whole.peak, MAX_CSV_MEMORY, "MB"))
    assert_met(*goals)


def test_xlsx_is_ready_within_the_workers_time(reporting, report):
    figure = Figure()
    work = partial(reporting.export, reporting.many, "xlsx")
    reporting.site.watched.measure(figure, work)
    report.add(AREA, f"XLSX of {XLSX:,} rows", {"ours": figure})
    text = f"XLSX of {XLSX:,} rows"
    goals = [report.judge(AREA, text, figure.wall, MAX_XLSX_SECONDS, "s")]
    assert_met(*goals)
