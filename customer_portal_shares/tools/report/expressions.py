"""Expressions of filters, as Odoo's web client writes them: values, names, dates and sums.

Interpreted node by node, with the names and functions that filters need of those which the client
knows (``web/static/src/core/py_js``). Odoo's ``safe_eval`` would run any method of any value, and
from ``str.format`` a text gets to everything in the process.
"""

import ast
import operator
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from dateutil.relativedelta import relativedelta

from odoo.addons.customer_portal_docs.tools.zones import find_zone

#: Longest text of an expression, in characters.
MAX_LENGTH = 20_000
#: How many parts may lie within each other. Filters have two for each condition within another.
_MAX_DEPTH = 40
#: Largest number of days, months, hours and the like.
_MAX_AMOUNT = 999_999
#: Largest whole number.
_MAX_NUMBER = 2**63 - 1
#: What a list may hold. An amount of time is no value to compare with.
_VALUES = (str, int, float, date, list, tuple, type(None))
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_PARTS = ("year", "month", "day", "hour", "minute", "second")
#: What the web client knows of formats; others have widths, and fill the memory.
_FORMAT = re.compile(r"([^%]|%[YmdHMS])*")
#: What no database holds: NUL, and halves of a surrogate pair.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
#: What wrong types and values raise, here and in the classes of dates.
_WRONG = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


class NotUnderstood(ValueError):
    """An expression has a part that means nothing; its argument is that part, as it was typed."""


def evaluate(text, names, today, zone):
    """Return what an expression means.

    :param str text: of at most :data:`MAX_LENGTH` characters
    :param dict names: the values that have a name
    :param date today: what ``context_today()`` is
    :param str zone: name of the time zone that ``to_utc()`` converts from
    :raise NotUnderstood: it means nothing
    """
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError
        tree = ast.parse(text, mode="eval")
    # the parser's answers to what is nested too deeply are the last two
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotUnderstood(text) from error
    return _Evaluator(text, names, today, zone).visit(tree.body)


class _Evaluator(ast.NodeVisitor):
    """Each node that is known has its method; all others are refused."""

    def __init__(self, text, names, today, zone):
        self.text = text
        self.names = names
        self.zone = zone
        self.depth = 0
        self.functions = {**_FUNCTIONS, "context_today": lambda: today}
        self.methods = {"strftime": _format, "to_utc": self._convert}

    def visit(self, node):
        self.depth += 1
        try:
            if self.depth > _MAX_DEPTH:
                raise ValueError
            value = super().visit(node)
            # more than the database holds, and than Python likes to write
            if type(value) is int and abs(value) > _MAX_NUMBER:
                raise ValueError
            return value
        except NotUnderstood:
            raise
        except _WRONG as error:
            part = ast.get_source_segment(self.text, node)
            raise NotUnderstood(part) from error
        finally:
            self.depth -= 1

    def generic_visit(self, node):
        raise ValueError

    def visit_Constant(self, node):
        value = node.value
        if not isinstance(value, _VALUES):
            raise ValueError
        if isinstance(value, str) and _UNSTORABLE.search(value):
            raise ValueError
        return value

    def visit_Name(self, node):
        return self.names[node.id]

    def visit_List(self, node):
        return [_get_plain(self.visit(part)) for part in node.elts]

    def visit_Tuple(self, node):
        return tuple(self.visit_List(node))

    def visit_UnaryOp(self, node):
        return _OPERATORS[type(node.op)](self.visit(node.operand))

    def visit_BinOp(self, node):
        function = _OPERATORS[type(node.op)]
        return function(self.visit(node.left), self.visit(node.right))

    def visit_Attribute(self, node):
        value = self.visit(node.value)
        if node.attr not in _PARTS or not isinstance(value, date):
            raise ValueError
        return getattr(value, node.attr)

    def visit_Call(self, node):
        function = self._get_function(node.func)
        args = [self.visit(part) for part in node.args]
        kwargs = {part.arg: self.visit(part.value) for part in node.keywords}
        return function(*args, **kwargs)

    def _get_function(self, node):
        function = self.functions.get(_get_name(node))
        if function or not isinstance(node, ast.Attribute):
            return function
        return partial(self.methods[node.attr], self.visit(node.value))

    def _convert(self, moment):
        """Return a moment in UTC: that of the client's ``to_utc()``."""
        if not moment.tzinfo:
            moment = moment.replace(tzinfo=find_zone(self.zone))
        return moment.astimezone(UTC)


def _get_name(node):
    """Return the name with dots that a node consists of, or None."""
    names = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return ".".join([node.id, *names]) if isinstance(node, ast.Name) else None


def _get_plain(value):
    """Return a value as it may stand in a list.

    :raise ValueError: it may not
    """
    if not isinstance(value, _VALUES):
        raise ValueError
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _format(moment, form):
    if not isinstance(moment, date) or not _FORMAT.fullmatch(form):
        raise ValueError
    return moment.strftime(form)


def _of_amounts(function):
    """Have a function take whole numbers only, of a size that dates have a use for."""

    def checked(*args, **kwargs):
        for amount in (*args, *kwargs.values()):
            if type(amount) is not int or abs(amount) > _MAX_AMOUNT:
                raise ValueError
        return function(*args, **kwargs)

    return checked


def _make_delta(**amounts):
    """Return an amount of time; those without a name would be dates to compare."""
    return relativedelta(**amounts)


def _get_now():
    return datetime.now(UTC)


#: Those that are the same for everybody. The server's clock is in UTC, as stored moments are.
_FUNCTIONS = {
    "relativedelta": _of_amounts(_make_delta),
    "datetime.date": _of_amounts(date),
    "datetime.date.today": lambda: _get_now().date(),
    "datetime.datetime": _of_amounts(datetime),
    "datetime.datetime.combine": datetime.combine,
    "datetime.datetime.now": _get_now,
    "datetime.time": _of_amounts(time),
    "datetime.timedelta": _of_amounts(timedelta),
    "time.strftime": lambda form: _format(_get_now(), form),
}
