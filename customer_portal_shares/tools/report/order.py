"""The order of a report's rows, and what of them follows a row that is known."""

from typing import NamedTuple

from odoo.tools import SQL

from .statements import fetch_all


class Term(NamedTuple):
    """One thing that rows are ordered by.

    :ivar SQL value:
    :ivar bool is_descending:
    :ivar bool nulls_first:
    """

    value: SQL
    is_descending: bool
    nulls_first: bool

    def to_sql(self):
        # as PostgreSQL would have it of itself, so that it may use an index
        direction = "DESC" if self.is_descending else "ASC"
        if self.nulls_first != self.is_descending:
            direction += f" NULLS {'FIRST' if self.nulls_first else 'LAST'}"
        return SQL("%s %s", self.value, SQL(direction))  # pylint: disable=sql-injection

    def reverse(self):
        return Term(self.value, not self.is_descending, not self.nulls_first)

    def get_later(self, value):
        """Return the condition of what comes after a value, SQL or None for nothing."""
        if value is None:
            is_there = SQL("%s IS NOT NULL", self.value)
            return is_there if self.nulls_first else SQL("FALSE")
        sign = SQL("<" if self.is_descending else ">")
        later = SQL("%s %s %s", self.value, sign, value)
        if self.nulls_first:
            return later
        return SQL("(%s OR %s IS NULL)", later, self.value)


class Order:
    """An order that ends with the ids of rows, so that no two are alike.

    :param terms: list of :class:`Term`
    """

    def __init__(self, terms):
        self.terms = terms

    def to_sql(self):
        return SQL(", ").join(term.to_sql() for term in self.terms)

    def reverse(self):
        return Order([term.reverse() for term in self.terms])

    def get_position(self, env, query):
        """Return where the one row is that a query finds: a list of SQL or None, or None.

        Each value as the database writes it, with its type: none is rounded on its way.
        """
        parts = [
            part
            for term in self.terms
            for part in (
                SQL("(%s)::text", term.value),
                SQL("pg_typeof(%s)::text", term.value),
            )
        ]
        for row in fetch_all(env, query.select(*parts)):
            pairs = zip(row[::2], row[1::2], strict=True)
            return [
                # pylint: disable-next=sql-injection
                None if text is None else SQL("%s::%s", text, SQL(kind))
                for text, kind in pairs
            ]
        return None

    def get_later(self, position):
        """Return the condition of the rows that come after a position.

        :param position: see :meth:`get_position`
        """
        *before, last = zip(self.terms, position, strict=True)
        later = last[0].get_later(last[1])
        for term, value in reversed(before):
            is_same = (
                SQL("%s IS NULL", term.value)
                if value is None
                else SQL("%s = %s", term.value, value)
            )
            beyond = term.get_later(value)
            later = SQL("(%s OR (%s AND %s))", beyond, is_same, later)
            if value is not None and term.nulls_first:
                # the same once more, in words that an index understands
                sign = SQL("<=" if term.is_descending else ">=")
                later = SQL("(%s %s %s AND %s)", term.value, sign, value, later)
        return later
