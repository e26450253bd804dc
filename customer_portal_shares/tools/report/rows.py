"""The rows of a report: those of a page, or all of them."""

import contextlib
from datetime import timedelta

import psycopg2

from odoo.orm.utils import READ_GROUP_TIME_GRANULARITY
from odoo.tools import SQL

from .order import Order, Term
from .statements import execute, fetch_all

#: Rows that are fetched at a time where all are asked for.
BATCH_ROWS = 4000
#: Kinds that PostgreSQL writes as text in a tenth of the time that it takes to read and write them.
_WRITTEN = ("date", "number", "money")
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
#: What a time zone makes of a moment, and more.
_MARGIN = timedelta(days=1)


class Rows:
    """The statement that reads rows.

    :param reader: :class:`.reader.ReportReader`
    :param buckets: list of :class:`.reader.Bucket` that they are of and in whose order they come,
        None where there are none
    :param bool as_text: whether numbers, amounts and dates are wanted as text
    """

    def __init__(self, reader, buckets, as_text=False):
        self.reader = reader
        self.env = reader.model.env
        self.buckets = buckets
        self.written = _WRITTEN if as_text else ()
        self.query, self.joins, self.part = reader._make_query()
        self.is_empty = self.query.is_empty()
        if self.is_empty:
            return
        self.identity = SQL.identifier(reader.model._table, "id")
        self.group_sql = (
            reader._group_to_sql(self.query, self.joins) if reader.group else None
        )
        self.order = reader._get_order(self.joins, self.part)

    # -- reading

    def check(self):
        """Read any one row."""
        if not self.is_empty:
            terms, places = self._get_terms()
            self.query.limit = 1
            self._convert(fetch_all(self.env, self.query.select(*terms)), places)

    def read_page(self, skipped, limit):
        """Return the ids of rows, the values of their groups or None, and their columns.

        From where the page before ended, or the one after begins, if the reader's window names a
        row of it: by key, which takes as long on the last page as on the first. Else by number.
        """
        if self.is_empty:
            return [], None, []
        terms, places = self._get_terms()
        if self.buckets is not None:
            self.query.add_where(self._get_in_buckets(self.buckets))
        window = self.reader.window
        is_back = bool(window.before)
        order = self.order.reverse() if is_back else self.order
        later = skipped and self._get_later(order, window.before or window.after)
        if later:
            self.query.add_where(later)
        else:
            is_back, order = False, self.order
            self.query.offset = skipped
        outer = self._get_group_order()
        outer = outer.reverse() if is_back else outer
        self.query.order = Order([*outer.terms, *order.terms]).to_sql()
        self.query.limit = limit
        rows = fetch_all(self.env, self.query.select(*terms))
        return self._convert(rows[::-1] if is_back else rows, places)

    def read_all(self):
        """Yield the values of the groups of some rows, or None, and the rows' columns."""
        if self.is_empty:
            return
        terms, places = self._get_terms()
        outer = self._get_group_order()
        self.query.order = Order([*outer.terms, *self.order.terms]).to_sql()
        for rows in self._fetch(self.query.select(*terms)):
            _ids, groups, columns = self._convert(rows, places)
            yield groups, columns

    def _fetch(self, statement):
        """Yield lists of rows of a statement."""
        self.env.flush_all()
        cr = self.env.cr
        # all of them are wanted, not the first ones soon
        cr.execute("SET LOCAL cursor_tuple_fraction = 1")
        declared = SQL("DECLARE report_rows NO SCROLL CURSOR FOR %s", statement)
        execute(self.env, declared)
        try:
            while True:
                execute(self.env, SQL("FETCH %s FROM report_rows", BATCH_ROWS))
                rows = cr.fetchall()
                if not rows:
                    return
                yield rows
                self.env.invalidate_all()
        finally:
            if not cr.closed:
                # with a statement that failed, it has ended
                with contextlib.suppress(psycopg2.errors.InFailedSqlTransaction):
                    cr.execute("CLOSE report_rows", log_exceptions=False)

    # -- columns

    def _get_terms(self):
        """Return the SQL of what is read, and the keys of the columns whose currencies are."""
        reader = self.reader
        values = [
            self._write(column, reader._column_to_sql(column, self.joins, self.part))
            for column in reader.columns
            if column.path.in_sql
        ]
        places = {}
        if "money" not in self.written:
            places = reader._get_currencies(reader.columns, self.joins)
        group = [] if self.group_sql is None else [self.group_sql]
        return [self.identity, *group, *values, *places.values()], list(places)

    def _write(self, column, value):
        """Return the SQL of a value; as text the same that a page rounds it to."""
        if column.kind not in self.written:
            return value
        if column.kind == "date":
            return SQL("%s::text", value)
        if column.kind == "money":
            return SQL("trim_scale(%s::numeric)::text", value)
        # by its text: PostgreSQL leaves digits out otherwise
        digits = self.reader.values.get_digits(column)
        return SQL("trim_scale(ROUND(%s::text::numeric, %s))::text", value, digits)

    def _convert(self, rows, places):
        ids = [row[0] for row in rows]
        groups = None if self.group_sql is None else [row[1] for row in rows]
        start = 1 if groups is None else 2
        if not rows:
            return ids, groups, []
        convert = self.reader.values.convert
        return ids, groups, convert(rows, start, places, self.written)

    # -- groups

    def _get_in_buckets(self, buckets):
        """Return the condition that rows are of some groups."""
        values = [value for bucket in buckets for value in bucket.values]
        known = [value for value in values if value is not None]
        conditions = []
        if known:
            conditions.append(self._get_in_values(known))
        if len(known) < len(values):
            conditions.append(SQL("%s IS NULL", self.group_sql))
        return SQL("(%s)", SQL(" OR ").join(conditions))

    def _get_in_values(self, values):
        """Return the condition that rows are of groups with values."""
        group = self.reader.group
        kind = SQL(_TYPES[group.path.kind])
        condition = SQL("%s = ANY(%s::%s[])", self.group_sql, values, kind)
        if not group.interval:
            return condition
        between = self._get_between(min(values), max(values))
        if len(values) == 1 and group.path.kind == "date":
            # said twice, it would make PostgreSQL expect too few rows, and choose another index
            return between
        return SQL("(%s AND %s)", between, condition)

    def _get_between(self, first, last):
        """Return a condition of dates that an index understands: from one interval to another.

        It is exact for days. Moments may be in another day's interval than in UTC, which they are
        stored in.
        """
        group = self.reader.group
        end = last + READ_GROUP_TIME_GRANULARITY[group.interval]
        if group.path.kind != "date":
            first, end = first - _MARGIN, end + _MARGIN
        value = self.joins.to_sql(group.path)
        return SQL("(%s >= %s AND %s < %s)", value, first, value, end)

    def _get_group_order(self):
        """Return the :class:`Order` of groups, which has no terms where there is one at most."""
        if self.buckets is None or len(self.buckets) < 2:
            return Order([])
        if self.reader.group.interval:
            return Order([Term(self.group_sql, is_descending=False, nulls_first=False)])
        return Order([Term(self._join_positions(), False, nulls_first=False)])

    def _join_positions(self):
        """Join the positions of groups, and return the SQL of them; the empty one comes last."""
        pairs = [
            (value, position)
            for position, bucket in enumerate(self.buckets)
            for value in bucket.values
            if value is not None
        ]
        table = SQL(
            "(SELECT * FROM unnest(%s::%s[], %s::int[]) AS listed(value, position))",
            [value for value, _position in pairs],
            SQL(_TYPES[self.reader.group.path.kind]),
            [position for _value, position in pairs],
        )
        condition = SQL('%s = "report_group"."value"', self.group_sql)
        self.query.add_join("LEFT JOIN", "report_group", table, condition)
        return SQL('COALESCE("report_group"."position", %s)', len(self.buckets) - 1)

    # -- keys

    def _get_later(self, order, row_id):
        """Return the condition of what comes after a row in an order, None where it is not there.

        The row is one of the page before, or after: of the group that this page begins or ends in.
        """
        if not row_id:
            return None
        edge = None
        if self.buckets is not None:
            is_back = bool(self.reader.window.before)
            edge = [self.buckets[-1 if is_back else 0]]
        probe = Rows(self.reader, edge)
        if edge:
            probe.query.add_where(probe._get_in_buckets(edge))
        probe.query.add_where(SQL("%s = %s", probe.identity, row_id))
        position = probe.order.get_position(self.env, probe.query)
        if position is None:
            return None
        later = order.get_later(position)
        if edge and len(self.buckets) > 1:
            in_edge = self._get_in_buckets(edge)
            later = SQL("(%s IS NOT TRUE OR %s)", in_edge, later)
        return later
