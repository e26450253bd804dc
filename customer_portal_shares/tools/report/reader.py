"""What one customer sees of a report: groups, totals, rows, with the rights of its owner."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from odoo import fields
from odoo.tools import SQL
from odoo.tools.float_utils import float_round

from .paths import Path
from .values import Values

#: Rows of a page.
PAGE_ROWS = 80
#: Groups that a page lists; a report with more is shown without them.
MAX_GROUPS = 1000
#: Lines of the statement that groups come from: one for each group and currency.
MAX_LINES = 20_000
#: Rows are counted so far where nothing else needs to look at them all.
MAX_COUNT = 10_000
#: Rows that are fetched at a time where all are asked for.
BATCH_ROWS = 2000
#: What PostgreSQL calls the values of groups.
_TYPES = {
    "text": "text",
    "selection": "text",
    "integer": "int",
    "record": "int",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
}


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
        group_sql = self._group_to_sql(query, joins) if self.group else None
        currencies = self._get_currencies(totalled, joins)
        terms = list(dict.fromkeys(currencies.values()))
        if not totalled and group_sql is None:
            return Summary(self._count(query), {}, [], is_capped=True)
        aggregates = [
            sql
            for column in totalled
            for sql in self._aggregate_to_sql(column, joins, part)
        ]
        query.groupby = self._get_grouping(group_sql, terms)
        mark = SQL("GROUPING(%s)", group_sql) if group_sql is not None else SQL("1")
        query.order = SQL("1 DESC")
        query.limit = MAX_LINES
        rows = self.model.env.execute_query(
            query.select(
                mark,
                group_sql if group_sql is not None else SQL("NULL"),
                SQL("COUNT(*)"),
                *terms,
                *aggregates,
            )
        )
        places = {key: terms.index(term) for key, term in currencies.items()}
        entries = [
            (is_total, value, count, rest[: len(terms)], rest[len(terms) :])
            for is_total, value, count, *rest in rows
        ]
        grand = [entry for entry in entries if entry[0]]
        totals = self._get_totals(totalled, grand, places)
        count = sum(entry[2] for entry in grand)
        buckets = self._get_buckets(totalled, entries, places) if self.group else []
        return Summary(count, totals, buckets)

    def count_rows(self, limit):
        """Return how many rows there are, counted up to a limit; None for no limit."""
        query, _joins, _part = self._make_query()
        if query.is_empty():
            return 0
        query.limit = limit
        rows = SQL("SELECT COUNT(*) FROM (%s) counted", query.select())
        [(count,)] = self.model.env.execute_query(rows)
        return count

    def _count(self, query):
        query.limit = MAX_COUNT + 1
        rows = SQL("SELECT COUNT(*) FROM (%s) counted", query.select())
        [(count,)] = self.model.env.execute_query(rows)
        return count

    def _get_grouping(self, group_sql, terms):
        if group_sql is None:
            return SQL(", ").join(terms) if terms else None
        return SQL(
            "GROUPING SETS ((%s), (%s))",
            SQL(", ").join([group_sql, *terms]),
            SQL(", ").join(terms),
        )

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

    def _get_totals(self, columns, entries, places):
        """Return the totals of entries of the summary, by key of the column."""
        totals = {}
        for position, column in enumerate(columns):
            parts = defaultdict(list)
            for _mark, _value, _count, currency_ids, aggregates in entries:
                place = places[column.key] if column.kind == "money" else None
                currency = currency_ids[place] if place is not None else None
                parts[currency].append(aggregates[2 * position : 2 * position + 2])
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

    def _get_buckets(self, totalled, entries, places):
        """Return the groups in the order that they are shown in."""
        raw = defaultdict(list)
        for entry in entries:
            if not entry[0]:
                raw[entry[1]].append(entry)
        if len(raw) > MAX_GROUPS or len(entries) == MAX_LINES:
            return None
        buckets = {}
        for value, key, label in self.values.sort_groups(list(raw)):
            bucket = buckets.setdefault(key, Bucket(key, [], label))
            bucket.values.append(value)
        for bucket in buckets.values():
            of_bucket = [entry for value in bucket.values for entry in raw[value]]
            bucket.count = sum(entry[2] for entry in of_bucket)
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

    def _get_order(self, query, joins, part):
        column, is_descending = self.sorting
        identity = SQL.identifier(self.model._table, "id")
        if column:
            value = self._sorting_to_sql(column, joins, part)
            direction = SQL("DESC" if is_descending else "ASC")
            return SQL("%s %s NULLS LAST, %s %s", value, direction, identity, direction)
        if self.date:
            # as PostgreSQL would have it, so that it may use an index
            return SQL("%s DESC, %s DESC", joins.to_sql(self.date), identity)
        return SQL("%s", identity)

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
        """Return the rows of the page: list of (group key or None, tuple of values).

        Values are those of :meth:`.values.Values.convert`.
        """
        skipped = (self.window.page - 1) * PAGE_ROWS
        buckets = self._get_asked_buckets()
        if buckets is None:
            return list(self._read_rows(None, skipped, PAGE_ROWS))
        asked, start = [], 0
        for bucket in buckets:
            if start < skipped + PAGE_ROWS and start + bucket.count > skipped:
                asked.append(bucket)
            elif not asked:
                skipped -= bucket.count
                start -= bucket.count
            start += bucket.count
        return list(self._read_rows(asked, skipped, PAGE_ROWS)) if asked else []

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
        """Read one row as :meth:`read_batches` does: what may go wrong, does so now."""
        for _batch in self._read_batches(None, 0, 1):
            pass

    def read_batches(self):
        """Yield all rows, in the order of the pages: (values of their groups or None, rows).

        With a cursor of the database: neither it nor this process has them all at once.

        :return: iterator of (list or None, list of tuples as :meth:`.values.Values.convert`
            makes them)
        """
        buckets = self.summary.groups if self.group else None
        yield from self._read_batches(buckets, 0, None)

    def _read_rows(self, buckets, offset, limit):
        keys = {value: b.key for b in buckets or () for value in b.values}
        for groups, rows in self._read_batches(buckets, offset, limit):
            for place, values in enumerate(rows):
                raw = groups[place] if groups else None
                yield Row(keys.get(raw), values)

    def _read_batches(self, buckets, offset, limit):
        query, joins, part = self._make_query()
        if query.is_empty():
            return
        order = self._get_order(query, joins, part)
        terms = [SQL.identifier(self.model._table, "id")]
        if self.group:
            terms.append(self._group_to_sql(query, joins))
        if buckets is not None:
            order = SQL(
                "%s, %s", self._add_positions(query, terms[1], buckets, limit), order
            )
        start = len(terms)
        for column in self.columns:
            if column.path.in_sql:
                terms.append(self._column_to_sql(column, joins, part))
        places = self._get_currencies(self.columns, joins)
        terms.extend(places.values())
        query.order, query.offset, query.limit = order, offset, limit
        for rows in self._fetch(query.select(*terms), limit):
            groups = [row[1] for row in rows] if self.group else None
            yield groups, self.values.convert(rows, start, list(places))

    def _add_positions(self, query, group_sql, buckets, limit):
        """Join the positions of groups, and return what to order by; the empty one comes last."""
        kind = _TYPES[self.group.path.kind]
        values, positions = [], []
        has_none = False
        for position, bucket in enumerate(buckets):
            for value in bucket.values:
                has_none |= value is None
                if value is not None:
                    values.append(value)
                    positions.append(position)
        table = SQL(
            "(SELECT * FROM unnest(%s::%s[], %s::int[]) AS listed(value, position))",
            values,
            SQL(kind),  # pylint: disable=sql-injection
            positions,
        )
        condition = SQL('%s = "report_group"."value"', group_sql)
        query.add_join("LEFT JOIN", "report_group", table, condition)
        if limit:
            in_group = SQL('"report_group"."position" IS NOT NULL')
            if has_none:
                in_group = SQL("(%s OR %s IS NULL)", in_group, group_sql)
            query.add_where(in_group)
        return SQL('COALESCE("report_group"."position", %s)', max(len(buckets) - 1, 0))

    def _fetch(self, statement, limit):
        """Yield lists of rows of a statement."""
        env = self.model.env
        if limit:
            yield env.execute_query(statement)
            return
        env.flush_all()
        cr = env.cr
        cr.execute(SQL("DECLARE report_rows NO SCROLL CURSOR FOR %s", statement))
        try:
            while True:
                cr.execute(SQL("FETCH %s FROM report_rows", BATCH_ROWS))
                rows = cr.fetchall()
                if not rows:
                    return
                yield rows
                env.invalidate_all()
        finally:
            if not cr.closed:
                cr.execute("CLOSE report_rows")


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


class Row(NamedTuple):
    """A row: the key of its group, or None, and its values."""

    group: str | None
    values: tuple
