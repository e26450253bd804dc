"""Which part of a report a viewer asks for."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo.addons.customer_portal_docs.tools.parsing import parse_day, parse_digits
from odoo.addons.customer_portal_docs.tools.zones import find_zone

PERIODS = (
    "all",
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
)


@dataclass(frozen=True)
class Window:
    """The period, order and page of a report.

    :ivar str period: one of :data:`PERIODS`
    :ivar start: date or None, the first day, beside the period
    :ivar stop: date or None, the last day
    :ivar str sortby: key of a column, for descending order with ``-`` before it or `` desc`` after
    :ivar int page: from 1
    :ivar str group: key of the one group whose rows are asked for, or None
    :ivar after: id of the last row of the page before, or None: the page begins behind it
    :ivar before: id of the first row of the page after, or None: the page ends before it
    """

    period: str = "all"
    start: date | None = None
    stop: date | None = None
    sortby: str = ""
    page: int = 1
    group: str | None = None
    after: int | None = None
    before: int | None = None

    @classmethod
    def parse(cls, params):
        """Return the window that the parameters of a request ask for.

        What is no period is all.

        :raise ValueError: with the name of what is no date or number
        """
        period = params.get("period") or "all"
        return cls(
            period=period if period in PERIODS else "all",
            start=_parse_day("from", params),
            stop=_parse_day("to", params),
            sortby=_parse_text(params.get("sortby")) or "",
            page=_parse_number("page", params) or 1,
            group=_parse_text(params.get("group")),
            after=_parse_number("after", params),
            before=_parse_number("before", params),
        )

    def get_days(self, today):
        """Return the first and last day that are asked for, None for no bound."""
        first, last = _get_period(self.period, today)
        if self.start and (first is None or self.start > first):
            first = self.start
        if self.stop and (last is None or self.stop < last):
            last = self.stop
        return first, last

    def get_sorting(self):
        """Return the key of the column to sort by, and whether in descending order."""
        key = self.sortby.strip()
        if key.startswith("-"):
            return key[1:], True
        name, _space, direction = key.rpartition(" ")
        if name and direction.lower() in ("asc", "desc"):
            return name.strip(), direction.lower() == "desc"
        return key, False

    def but(self, **changes):
        return replace(self, **changes)

    def get_query(self, **changes):
        """Return the parameters of a link to this window, with changes."""
        # what changes anything else begins at the first page
        first = {"page": 1, "after": None, "before": None}
        window = self.but(**{**first, **changes}) if changes else self
        values = {
            "period": window.period if window.period != "all" else None,
            "from": window.start and window.start.isoformat(),
            "to": window.stop and window.stop.isoformat(),
            "sortby": window.sortby,
            "group": window.group,
            "page": window.page if window.page > 1 else None,
            "after": window.after,
            "before": window.before,
        }
        return {
            key: value
            for key, value in values.items()
            if value or (key == "group" and value is not None)
        }


def _parse_text(text):
    if text is None or not isinstance(text, str):
        return None
    return text.replace("\x00", "")[:200]


def _parse_day(name, params):
    text = params.get(name)
    if not text:
        return None
    day = parse_day(text)
    if not day:
        raise ValueError(name)
    return day


def _parse_number(name, params):
    text = params.get(name)
    if not text:
        return None
    number = parse_digits(text)
    if not number:
        raise ValueError(name)
    return number


def _get_period(period, today):
    month = today.replace(day=1)
    quarter = month - relativedelta(months=(month.month - 1) % 3)
    year = month.replace(month=1)
    starts = {
        "this_month": (month, relativedelta(months=1)),
        "last_month": (month - relativedelta(months=1), relativedelta(months=1)),
        "this_quarter": (quarter, relativedelta(months=3)),
        "last_quarter": (quarter - relativedelta(months=3), relativedelta(months=3)),
        "this_year": (year, relativedelta(years=1)),
        "last_year": (year - relativedelta(years=1), relativedelta(years=1)),
    }
    if period not in starts:
        return None, None
    first, length = starts[period]
    return first, first + length - timedelta(days=1)


def get_start(day, zone, days=0):
    """Return when a day begins somewhere, as a naive UTC datetime.

    :param date day: clamped to what can be converted
    :param str zone: name of a time zone
    :param int days: so many days later
    """
    day = min(max(day, date(2, 1, 1)), date(9998, 12, 30)) + timedelta(days=days)
    local = datetime.combine(day, time.min, find_zone(zone))
    return local.astimezone(UTC).replace(tzinfo=None)
