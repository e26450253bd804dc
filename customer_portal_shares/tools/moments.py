"""Moments, as programs send them and as people read them."""

import re
from datetime import UTC, datetime

import babel.dates

from odoo.tools.misc import babel_locale_parse, get_lang, posix_to_ldml

from odoo.addons.customer_portal_docs.tools.typed import parse_sent_day

from .slots import to_local

_MAX_LENGTH = 40
#: A plus that an address has made a space of.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
_SECONDS = re.compile(r"[:.]?%S")
#: Further away nobody has an appointment, and no sum of ours overflows.
_YEARS = range(1970, 2200)


def parse_moment(text):
    """Return the naive UTC datetime of a text in ISO 8601, which is UTC where it names no zone.

    :param text: str or None
    :raise ValueError: it is none
    """
    if not isinstance(text, str) or not text.isascii() or len(text) > _MAX_LENGTH:
        raise ValueError("not a moment")
    text = text.strip()
    if "T" in text or text.count(":") > 1:
        text = _LOST_PLUS.sub("+", text)
    moment = datetime.fromisoformat(text)
    if moment.year not in _YEARS:
        raise ValueError("out of reach")
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment


def parse_near_day(env, text):
    """Return the date of a text such as ``2026-12-31``, None where nothing was sent.

    :raise InvalidInput: it is none, or out of reach
    """
    return parse_sent_day(env, text, _YEARS)


def format_moment(moment):
    """Return a moment in ISO 8601, in UTC; a date is its midnight.

    :param moment: naive UTC datetime, or a date
    """
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def write_day(env, moment):
    """Return a day in words.

    :param moment: date or datetime, of the zone of who reads it
    """
    locale = babel_locale_parse(get_lang(env).code)
    return babel.dates.format_date(moment, "full", locale)


def write_time(env, moment):
    """Return a time of day, as the language has it.

    :param moment: datetime of the zone of who reads it
    """
    lang = get_lang(env)
    locale = babel_locale_parse(lang.code)
    without_seconds = _SECONDS.sub("", lang.time_format or "%H:%M")
    pattern = posix_to_ldml(without_seconds, locale=locale)
    return babel.dates.format_time(moment, pattern, locale=locale)


def write_moment(env, moment, zone):
    """Return a moment in words, with the name of its zone.

    :param moment: naive UTC datetime
    :param zone: :class:`zoneinfo.ZoneInfo`
    """
    local = to_local(moment, zone)
    return f"{write_day(env, local)}, {write_time(env, local)} ({zone.key})"


def write_span(env, start, stop, zone):
    """Return a span of time in words, with the name of its zone.

    :param start: naive UTC datetime; ``stop`` as well
    :param zone: :class:`zoneinfo.ZoneInfo`
    """
    begin, end = to_local(start, zone), to_local(stop, zone)
    until = write_time(env, end)
    if end.date() != begin.date():
        until = f"{write_day(env, end)}, {until}"
    return f"{write_day(env, begin)}, {write_time(env, begin)} – {until} ({zone.key})"
