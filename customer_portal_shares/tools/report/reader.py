"""What one customer sees of a report: groups, totals, rows, with the rights of its owner."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from odoo import fields
from odoo.tools import SQL
from odoo.tools.float_utils import float_round

from .order import Order, Term
from .paths import Path
from .rows import Rows
from .statements import fetch_all
from .values import Values

#: Rows of a page.
PAGE_ROWS = 80
#: Groups that a page lists; a report with more is shown without them.
MAX_GROUPS = 1000
#: Lines of the statement that groups come from: one for each group and currency.
MAX_LINES = 20_000
#: Rows are counted so far where nothing else needs to look at them all.
MAX_COUNT = 10_000


@dataclass(frozen=True)
class Column:
    """A column of a report.

    :ivar str key: of programs, links and sorting
    :ivar str label: its head
    :ivar Path path:
    :ivar str total: ``none``, ``sum``, ``avg``, ``min`` or ``max``
    """

    key: str
    label: str
    path: Path
    total: str

    @property
    def kind(self):
        return self.path.kind


@dataclass(frozen=True)
class Group:
    """What rows are grouped by.

    :ivar Path path:
    :ivar interval: of dates, such as ``month``, or None
    """

    path: Path
    interval: str | None


@dataclass
class Bucket:
    """One group of rows.

    :ivar list values: what the database has for it, None for nothing
    :ivar str label: in the language of the viewer
    :ivar int count: of rows
    :ivar dict totals: by key of the column; see :meth:`ReportReader._get_total`
    """

    key: str
    values: list
    label: str
    count: int = 0
    totals: dict = field(default_factory=dict)


class ReportReader:
    """Reads a report for one customer and window.

    :param report_sudo: in the language and time zone of the viewer
    :param partner: of the viewer
    :param window: :class:`.window.Window`
    """

    def __init__(self, report_sudo, partner, window):
        self.report = report_sudo
        self.partner = partner
        self.window = window
        self.model = report_sudo._as_owner()
        self.columns = report_sudo._get_columns(self.model)
        self.group = report_sudo._get_group(self.model)
        self.date = report_sudo._get_date(self.model)
        today = fields.Date.context_today(self.model)
        self.days = window.get_days(today) if self.date else (None, None)
        self.values = Values(self.model.env, self.columns, self.group)
        self._summary = None

    def _make_query(self):
        return self.report._make_query(self.model, self.partner, self.days)

    # -- totals

    @property
    def summary(self):
        """The count, totals and groups of all rows of the period, from one statement."""
        if self._summary is None:
            self._summary = self._read_summary()
        return self._summary

    def _read_summary(self):
        query, joins, part = self._make_query()
        totalled = [column for column in self.columns if column.total != "none"]
        if query.is_empty():
            return Summary(0, self._get_totals(totalled, [], []), [])
        if not totalled and not self.group:
            return Summary(self._count(query), {}, [], is_capped=True)
        lines, places = self._read_lines(totalled, query, joins, part)
        if len(lines) == MAX_LINES:
            # too many groups to show: what all come to is asked for by itself
            query, joins, part = self._make_query()
            lines, places = self._read_lines(
                totalled, query, joins, part, by_group=False
            )
            buckets = None
        else:
            buckets = self._get_buckets(totalled, lines, places) if self.group else []
        totals = self._get_totals(totalled, lines, places)
        return Summary(sum(line.count for line in lines), totals, buckets)

    def _read_lines(self, totalled, query, joins, part, by_group=True):
        """Return what groups come to, in each currency, and where each column's currency is.

        By a plain GROUP BY: PostgreSQL lets several processes work on it, which it does not on
        grouping sets; all totals are made of those of the groups.

        :return: (list of :class:`Line`, dict from key of a column to int)
        """
        currencies = self._get_currencies(totalled, joins)
        terms = list(dict.fromkeys(currencies.values()))
        aggregates = [
            sql
            for column in totalled
            for sql in self._aggregate_to_sql(column, joins, part)
        ]
        group_sql = (
            self._group_to_sql(query, joins)
            if self.group and by_group
            else SQL("NULL::text")
        )
        if self.group and by_group and self._is_group_of_days():
            statement = self._sum_days(query, joins, group_sql, terms, aggregates)
        else:
            grouped = [group_sql, *terms] if self.group and by_group else terms
            query.groupby = SQL(", ").join(grouped) if grouped else None
            query.limit = MAX_LINES
            statement = query.select(group_sql, SQL("COUNT(*)"), *terms, *aggregates)
        rows = fetch_all(self.model.env, statement)
        places = {key: terms.index(term) for key, term in currencies.items()}
        return [
            Line(value, count, rest[: len(terms)], rest[len(terms) :])
            for value, count, *rest in rows
        ], places

    def count_rows(self, limit):
        """Return how many rows there are, counted up to a limit."""
        query, _joins, _part = self._make_query()
        if query.is_empty():
            return 0
        query.limit = limit
        rows = SQL("SELECT COUNT(*) FROM (%s) counted", query.select())
        [(count,)] = fetch_all(self.model.env, rows)
        return count

    def _count(self, query):
        query.limit = MAX_COUNT + 1
        rows = SQL("SELECT COUNT(*) FROM (%s) counted", query.select())
        [(count,)] = fetch_all(self.model.env, rows)
        return count

    def _is_group_of_days(self):
        """Tell whether groups are made of days that the rows themselves have."""
        path = self.group.path
        is_own = len(path.hops) == 1 and path.field.store
        return is_own and path.kind == "date" and self.group.interval != "day"

    def _sum_days(self, query, joins, group_sql, terms, aggregates):
        """Return the statement that adds up days to weeks, months, quarters or years.

        The days are grouped first, which costs a fifth less: to find out what month a day is in
        takes longer than to add an amount, and there are few days and many rows.
        """
        day = self.group.path.field.name
        names = [f"value_{number}" for number in range(len(terms) + len(aggregates))]
        query.groupby = SQL(", ").join([joins.to_sql(self.group.path), *terms])
        days = query.select(
            SQL("%s AS %s", joins.to_sql(self.group.path), SQL.identifier(day)),
            SQL("COUNT(*) AS row_count"),
            *(
                SQL("%s AS %s", value, SQL.identifier(name))
                for value, name in zip([*terms, *aggregates], names, strict=True)
            ),
        )
        values = [SQL.identifier(name) for name in names]
        functions = self._get_merging_functions()
        merged = [
            SQL("%s(%s)", SQL(function), value) if function else SQL("NULL")
            for function, value in zip(functions, values[len(terms) :], strict=True)
        ]
        # by the name of the rows' table, so that the group is written as for the rows
        return SQL(
            "SELECT %s FROM (%s) AS %s GROUP BY %s LIMIT %s",
            SQL(", ").join(
                [
                    group_sql,
                    SQL("SUM(row_count)::bigint"),
                    *values[: len(terms)],
                    *merged,
                ]
            ),
            days,
            SQL.identifier(self.model._table),
            SQL(", ").join([group_sql, *values[: len(terms)]]),
            MAX_LINES,
        )

    def _get_merging_functions(self):
        """Return how the aggregates of days become those of longer times, None for none."""
        functions = {"sum": ("SUM", None), "avg": ("SUM", "SUM")}
        return [
            function
            for column in self.columns
            if column.total != "none"
            for function in functions.get(column.total, (column.total.upper(), None))
        ]

    def _get_currencies(self, columns, joins):
        """Return the SQL of the currency of each column of amounts, by key."""
        return {
            column.key: self._currency_to_sql(column, joins)
            for column in columns
            if column.kind == "money" and column.path.in_sql
        }

    def _currency_to_sql(self, column, joins):
        # sudo: res.currency - of an amount that may be read
        model, alias = joins.reach(column.path.hops)
        model = model.sudo()
        name = column.path.field.get_currency_field(model)
        company = self.report.company_id.currency_id.id
        for path in ((name,), ("company_id", "currency_id")):
            try:
                return self._sudo_to_sql(model, alias, path, joins, company)
            except (KeyError, ValueError):
                continue
        return SQL("%s::int", company)

    def _sudo_to_sql(self, model, alias, path, joins, default):
        for name in path[:-1]:
            step = model._fields[name]
            model, alias = step.join(model, alias, joins.query)
        return SQL(
            "COALESCE(%s, %s)",
            model._field_to_sql(alias, path[-1], joins.query),
            default,
        )

    def _column_to_sql(self, column, joins, part):
        value = joins.to_sql(column.path)
        if part is None:
            return value
        if column.kind == "money":
            return SQL("ROUND((%s * %s)::numeric, 2)", value, part)
        if column.kind in ("number", "integer") and column.total == "sum":
            return SQL("ROUND((%s * %s)::numeric, 6)", value, part)
        return value

    def _aggregate_to_sql(self, column, joins, part):
        value = self._column_to_sql(column, joins, part)
        if column.total == "avg":
            return [SQL("SUM(%s)", value), SQL("COUNT(%s)", value)]
        function = SQL({"sum": "SUM", "min": "MIN", "max": "MAX"}[column.total])
        return [SQL("%s(%s)", function, value), SQL("NULL")]

    def _get_totals(self, columns, lines, places):
        """Return the totals of lines of the summary, by key of the column."""
        totals = {}
        for position, column in enumerate(columns):
            parts = defaultdict(list)
            for line in lines:
                place = places[column.key] if column.kind == "money" else None
                currency = line.currency_ids[place] if place is not None else None
                parts[currency].append(line.aggregates[2 * position : 2 * position + 2])
            totals[column.key] = self._get_total(column, parts)
        return totals

    def _get_total(self, column, parts):
        """Return one total: a dict from currency id, or None, to the value."""
        return {
            currency: self._round(column, currency, self._merge(column.total, values))
            for currency, values in parts.items()
        }

    def _merge(self, total, values):
        numbers = [value for value, _count in values if value is not None]
        if not numbers:
            return 0 if total == "sum" else None
        if total == "avg":
            return sum(numbers) / sum(
                count for value, count in values if value is not None
            )
        return {"sum": sum, "min": min, "max": max}[total](numbers)

    def _round(self, column, currency_id, value):
        if value is None or column.kind not in ("money", "number"):
            if column.kind == "integer" and column.total == "avg" and value is not None:
                return float_round(float(value), precision_digits=6)
            return value
        digits = self.values.get_digits(column, currency_id)
        return float_round(float(value), precision_digits=digits)

    # -- groups

    def _group_to_sql(self, query, joins):
        path, interval = self.group.path, self.group.interval
        model, alias = joins.reach(path.hops)
        spec = f"{path.field.name}:{interval}" if interval else path.field.name
        return model._read_group_groupby(alias, spec, query)

    def _get_buckets(self, totalled, lines, places):
        """Return the groups in the order that they are shown in, None for too many."""
        raw = defaultdict(list)
        for line in lines:
            raw[line.value].append(line)
        if len(raw) > MAX_GROUPS:
            return None
        buckets = {}
        for value, key, label in self.values.sort_groups(list(raw)):
            bucket = buckets.setdefault(key, Bucket(key, [], label))
            bucket.values.append(value)
        for bucket in buckets.values():
            of_bucket = [line for value in bucket.values for line in raw[value]]
            bucket.count = sum(line.count for line in of_bucket)
            bucket.totals = self._get_totals(totalled, of_bucket, places)
        return list(buckets.values())

    # -- rows

    @property
    def sorting(self):
        """The column that rows are sorted by, or None, and whether in descending order."""
        key, is_descending = self.window.get_sorting()
        for column in self.columns:
            if column.key == key and column.path.in_sql and column.kind != "records":
                return column, is_descending
        return None, False

    def _get_order(self, joins, part):
        """Return the order of rows within their groups, an :class:`.order.Order`."""
        column, is_descending = self.sorting
        identity = SQL.identifier(self.model._table, "id")
        if column:
            value = self._sorting_to_sql(column, joins, part)
            first = [Term(value, is_descending, nulls_first=False)]
        elif self.date:
            is_descending = True
            # as PostgreSQL has it
            first = [Term(joins.to_sql(self.date), True, nulls_first=True)]
        else:
            first = []
        return Order([*first, Term(identity, is_descending, nulls_first=is_descending)])

    def _sorting_to_sql(self, column, joins, part):
        if column.kind == "record":
            return joins.name_to_sql(column.path)
        value = self._column_to_sql(column, joins, part)
        if column.kind == "selection":
            names = self.values.get_selection(column.path)
            ordered = sorted(names, key=lambda name: names[name].casefold())
            return SQL("array_position(%s::text[], %s::text)", ordered, value)
        return value

    def read_page(self):
        """Return the rows of the page, a list of :class:`Row`."""
        skipped = (self.window.page - 1) * PAGE_ROWS
        buckets = self._get_asked_buckets()
        if buckets is None:
            return list(self._read_rows(None, skipped))
        asked, start = [], 0
        for bucket in buckets:
            if start < skipped + PAGE_ROWS and start + bucket.count > skipped:
                asked.append(bucket)
            elif not asked:
                skipped -= bucket.count
                start -= bucket.count
            start += bucket.count
        return list(self._read_rows(asked, skipped)) if asked else []

    def _get_asked_buckets(self):
        if not self.group or self.summary.groups is None:
            return None
        if self.opened:
            return [self.opened]
        return self.summary.groups

    @property
    def opened(self):
        """The one group whose rows are asked for, or None."""
        for bucket in (self.group and self.summary.groups) or ():
            if bucket.key == self.window.group:
                return bucket
        return None

    def check(self):
        """Read a row as :meth:`read_batches` does: what may go wrong, does so now."""
        Rows(self, None, as_text=True).check()

    def read_batches(self, as_text=False):
        """Yield all rows, in the order of the pages: (values of their groups or None, columns).

        With a cursor of the database: neither it nor this process has them all at once.

        :param bool as_text: whether numbers, amounts and dates are wanted as text
        :return: iterator of (list or None, list of lists as :meth:`.values.Values.convert`
            makes them)
        """
        buckets = self.summary.groups if self.group else None
        yield from Rows(self, buckets, as_text=as_text).read_all()

    def _read_rows(self, buckets, skipped):
        keys = {value: b.key for b in buckets or () for value in b.values}
        ids, groups, columns = Rows(self, buckets).read_page(skipped, PAGE_ROWS)
        for place, values in enumerate(zip(*columns, strict=True)):
            raw = groups[place] if groups else None
            yield Row(ids[place], keys.get(raw), values)


@dataclass(frozen=True)
class Summary:
    """What all rows of a period come to.

    :ivar int count: of rows
    :ivar dict totals: by key of the column: a dict from currency id or None to the value
    :ivar groups: list of :class:`Bucket`, None where there are too many
    :ivar bool is_capped: whether counting stops at :data:`MAX_COUNT`
    """

    count: int
    totals: dict
    groups: list | None
    is_capped: bool = False


class Line(NamedTuple):
    """What a group comes to in one combination of currencies.

    :ivar value: what the database has for the group, None for nothing
    :ivar list currency_ids: one for each column of amounts
    :ivar list aggregates: two for each total, see :meth:`ReportReader._aggregate_to_sql`
    """

    value: object
    count: int
    currency_ids: list
    aggregates: list


class Row(NamedTuple):
    """A row: its id, the key of its group, or None, and its values."""

    id: int
    group: str | None
    values: tuple
