"""The page of a report, for people and for programs."""

from urllib.parse import urlencode

from .reader import MAX_COUNT, PAGE_ROWS
from .window import PERIODS

#: Kinds that stand on the right.
_NUMBERS = ("integer", "number", "money")


class ReportPage:
    """What a page of a report shows.

    :param reader: :class:`.reader.ReportReader`
    :param str url: of the report
    """

    def __init__(self, reader, url):
        self.reader = reader
        self.url = url
        self.window = reader.window
        self.values = reader.values
        self.summary = reader.summary
        count = reader.opened.count if reader.opened else self.summary.count
        self.pages = max(1, -(-count // PAGE_ROWS))
        if not self.is_capped and self.window.page > self.pages:
            last = self.window.but(page=self.pages, after=None, before=None)
            reader.window = self.window = last
        self.rows = reader.read_page()

    @property
    def env(self):
        return self.reader.model.env

    @property
    def is_capped(self):
        """Whether there are more rows than were counted."""
        return self.summary.is_capped and self.summary.count > MAX_COUNT

    def get_url(self, rest="", with_mark=False, **changes):
        """Return the address of the report as it is seen now, or with changes.

        :param str rest: what follows the report's own address
        :param bool with_mark: whether a CSV file is for Excel, which reads UTF-8 by its mark;
            programs ask without it
        """
        asked = self.window.get_query(**changes)
        query = urlencode({**asked, "bom": 1} if with_mark else asked)
        return f"{self.url}{rest}?{query}" if query else f"{self.url}{rest}"

    def get_group_label(self):
        return self.reader.group.path.label if self.reader.group else ""

    # -- for programs

    def get_json(self):
        """Return the answer of the contract, and beside it what a program may want."""
        values = self.values
        columns = self.reader.columns
        answer = {
            "name": self.reader.report.name,
            "columns": [
                {"key": column.key, "label": column.label, "total": column.total}
                for column in columns
            ],
            "groups": [
                {
                    "key": bucket.key,
                    "label": bucket.label,
                    "count": bucket.count,
                    "totals": self._get_json_totals(bucket.totals),
                }
                for bucket in self.summary.groups or ()
            ],
            "rows": [
                {
                    column.key: values.get_json(column, value)
                    for column, value in zip(columns, row.values, strict=True)
                }
                for row in self.rows
            ],
            "totals": self._get_json_totals(self.summary.totals),
            "count": self.summary.count,
            "page": self.window.page,
            "pages": self.pages,
            "previous": self.get_previous_url(),
            "next": self.get_next_url(),
            "period": self.window.period,
            "from": self.window.start,
            "to": self.window.stop,
            "sortby": self._get_sortby(),
        }
        currencies = self._get_json_currencies()
        if currencies:
            answer["currencies"] = currencies
        chart = self.get_chart()
        if chart:
            answer["chart"] = chart
        return answer

    def _get_json_totals(self, totals):
        return {
            column.key: self.values.get_json_total(column, totals[column.key])
            for column in self.reader.columns
            if column.total != "none" and column.key in totals
        }

    def _get_json_currencies(self):
        """Return the currency codes of the amounts of each row, by key of the column."""
        money = [column for column in self.reader.columns if column.kind == "money"]
        if not money:
            return []
        places = [self.reader.columns.index(column) for column in money]
        return [
            {
                column.key: self.values.get_currency(row.values[place][1]).name
                for column, place in zip(money, places, strict=True)
                if row.values[place]
            }
            for row in self.rows
        ]

    def _get_sortby(self):
        column, is_descending = self.reader.sorting
        return f"{'-' if is_descending else ''}{column.key}" if column else ""

    # -- the chart

    def get_chart(self):
        """Return the chart: type, labels and one list of numbers for each currency; or None."""
        kind, groups = self.reader.report.chart, self.summary.groups
        if kind == "none" or not groups:
            return None
        column = next(
            (
                column
                for column in self.reader.columns
                if column.total != "none" and column.kind in _NUMBERS
            ),
            None,
        )
        labels = [bucket.label for bucket in groups]
        if column is None:
            data = [bucket.count for bucket in groups]
            datasets = [{"label": self.env._("Rows"), "data": data}]
        else:
            datasets = self._get_datasets(column, groups)
        return {"type": kind, "labels": labels, "datasets": datasets}

    def _get_datasets(self, column, buckets):
        currencies = dict.fromkeys(
            currency for bucket in buckets for currency in bucket.totals[column.key]
        )
        return [
            {
                "label": f"{column.label} ({self.values.get_currency(currency).name})"
                if currency and len(currencies) > 1
                else column.label,
                "data": [bucket.totals[column.key].get(currency) for bucket in buckets],
            }
            for currency in currencies
        ]

    # -- for people

    def prepare(self):
        """Return the values of the template ``report_body``."""
        return {
            "report": self.reader.report,
            "report_page": self,
            "columns": [self._prepare_column(column) for column in self.reader.columns],
            "sections": self._prepare_sections(),
            "group_width": self._get_group_width(),
            "totals": self._prepare_totals(self.summary.totals),
            "has_totals": any(column.total != "none" for column in self.reader.columns),
            "periods": self._prepare_periods() if self.reader.date else [],
            "chart": self._prepare_chart(),
            "previous_url": self.get_previous_url(),
            "next_url": self.get_next_url(),
        }

    def get_previous_url(self):
        """Return the address of the page before, None on the first one."""
        page = self.window.page - 1
        if page < 1:
            return None
        before = self.rows[0].id if self.rows and page > 1 else None
        return self.get_url(page=page, before=before)

    def get_next_url(self):
        """Return the address of the page after, None on the last one."""
        if not self._has_next():
            return None
        after = self.rows[-1].id if self.rows else None
        return self.get_url(page=self.window.page + 1, after=after)

    def _has_next(self):
        if self.is_capped:
            return len(self.rows) == PAGE_ROWS
        return self.window.page < self.pages

    def _prepare_column(self, column):
        sorted_by, is_descending = self.reader.sorting
        is_sorted = sorted_by == column
        can_sort = column.path.in_sql and column.kind != "records"
        sortby = f"-{column.key}" if is_sorted and not is_descending else column.key
        return {
            "key": column.key,
            "label": column.label,
            "is_number": column.kind in _NUMBERS,
            "is_short": column.kind in (*_NUMBERS, "date", "datetime", "boolean"),
            "sort_url": can_sort and self.get_url(sortby=sortby),
            "aria_sort": is_sorted and ("descending" if is_descending else "ascending"),
        }

    def _prepare_sections(self):
        """Return the groups with the rows that are open, or one without a head."""
        rows_of = {}
        for row in self.rows:
            rows_of.setdefault(row.group, []).append(self._prepare_row(row))
        groups = self.summary.groups if self.reader.group else None
        if groups is None:
            return [{"rows": [row for rows in rows_of.values() for row in rows]}]
        return [
            {
                "label": bucket.label,
                "count": bucket.count,
                "totals": self._prepare_totals(bucket.totals),
                "rows": rows_of.get(bucket.key, []),
                "url": self.get_url(group=bucket.key),
                "is_whole": len(rows_of.get(bucket.key, [])) == bucket.count,
            }
            for bucket in groups
        ]

    def _get_group_width(self):
        """Return how many columns the head of a group takes: those before the first total."""
        columns = self.reader.columns
        totalled = [n for n, column in enumerate(columns) if column.total != "none"]
        return max(min(totalled, default=len(columns)), 1)

    def _prepare_row(self, row):
        return [
            self.values.format(column, value)
            for column, value in zip(self.reader.columns, row.values, strict=True)
        ]

    def _prepare_totals(self, totals):
        return [
            self.values.format_total(column, totals.get(column.key, {}))
            for column in self.reader.columns
        ]

    def _prepare_periods(self):
        env = self.env
        names = {
            "all": env._("All"),
            "this_month": env._("This month"),
            "last_month": env._("Last month"),
            "this_quarter": env._("This quarter"),
            "last_quarter": env._("Last quarter"),
            "this_year": env._("This year"),
            "last_year": env._("Last year"),
        }
        return [
            {
                "key": period,
                "name": names[period],
                "url": self.get_url(period=period, group=None, start=None, stop=None),
                "is_active": period == self.window.period
                and not (self.window.start or self.window.stop),
            }
            for period in PERIODS
        ]

    def _prepare_chart(self):
        chart = self.get_chart()
        if not chart:
            return None
        numbers = [
            [
                "" if value is None else self.values.format_number(value, 2)
                for value in dataset["data"]
            ]
            for dataset in chart["datasets"]
        ]
        return {**chart, "lines": list(zip(chart["labels"], *numbers, strict=True))}
