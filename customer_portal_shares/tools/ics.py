"""Files of the iCalendar format (RFC 5545), by which calendar programs take over appointments."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from vobject.base import Component, ContentLine, backslashEscape, foldOneLine

from odoo.addons.customer_portal_docs.tools.zones import find_zone

PRODUCT = "-//Customer Portal//Appointments//EN"
#: What would begin a new line of the file, or end a parameter.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MAX_TEXT = 1000


class Invitation(NamedTuple):
    """One appointment, as a mail carries it.

    :ivar str uid: the same for all that is told of one appointment
    :ivar int sequence: grows each time the appointment changes
    :ivar datetime start: naive, UTC; ``stop`` as well
    :ivar str zone: name of the time zone that the times are written in
    :ivar tuple organizer: (str name, str e-mail address) or None; ``attendee`` as well
    :ivar bool is_cancelled: whether it does not take place
    :ivar datetime stamp: naive, UTC: when this was said
    """

    uid: str
    sequence: int
    start: datetime
    stop: datetime
    zone: str
    summary: str
    organizer: tuple | None
    attendee: tuple | None
    is_cancelled: bool
    stamp: datetime


class Entry(NamedTuple):
    """One event of a feed.

    :ivar str uid: unique in the feed
    :ivar start: naive UTC datetime, or a date for whole days
    :ivar stop: as ``start``; the day after the last one
    :ivar str summary: what it is called
    """

    uid: str
    start: datetime | date
    stop: datetime | date
    summary: str


def make_invitation(invitation):
    """Return the file that a mail carries.

    :rtype: bytes
    """
    method = "CANCEL" if invitation.is_cancelled else "REQUEST"
    calendar = _make_calendar(method)
    calendar.add(_make_zone(invitation.zone, invitation.start.replace(tzinfo=UTC).year))
    event = _add_event(calendar, invitation.uid, invitation.stamp, invitation.summary)
    event.add(_write_local("DTSTART", invitation.start, invitation.zone))
    event.add(_write_local("DTEND", invitation.stop, invitation.zone))
    event.add(_write("SEQUENCE", str(invitation.sequence)))
    event.add(_write("STATUS", "CANCELLED" if invitation.is_cancelled else "CONFIRMED"))
    if invitation.organizer:
        event.add(_write_person("ORGANIZER", invitation.organizer))
    if invitation.attendee:
        state = {"PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT"}
        event.add(_write_person("ATTENDEE", invitation.attendee, state))
    return calendar.serialize(validate=False).encode()


def make_feed(name, entries, stamp):
    """Return the file of a feed.

    Its lines are written one by one: vobject takes ten times as long to put its objects together.

    :param str name: what calendar programs call it
    :param entries: iterable of :class:`Entry`
    :param datetime stamp: naive, UTC; the same for as long as the feed shall be the same
    :rtype: bytes
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.uid}",
            f"DTSTAMP{_get_moment(stamp)}",
            f"DTSTART{_get_moment(entry.start)}",
            f"DTEND{_get_moment(entry.stop)}",
            f"SUMMARY:{_escape(entry.summary)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    out = io.StringIO()
    for line in lines:
        foldOneLine(out, line)
    return out.getvalue().encode()


def clean_text(text):
    """Return a text in one line, with nothing in it that a file or header would break at.

    :param text: str or None
    """
    return " ".join(_CONTROL.sub(" ", (text or "")[:_MAX_TEXT]).split())


def _make_calendar(method):
    calendar = Component("VCALENDAR")
    calendar.add(_write("VERSION", "2.0"))
    calendar.add(_write("PRODID", PRODUCT))
    calendar.add(_write("CALSCALE", "GREGORIAN"))
    calendar.add(_write("METHOD", method))
    return calendar


def _add_event(calendar, uid, stamp, summary):
    event = Component("VEVENT")
    calendar.add(event)
    event.add(_write("UID", clean_text(uid)))
    event.add(_write("DTSTAMP", f"{stamp:%Y%m%dT%H%M%SZ}"))
    event.add(_write("SUMMARY", _escape(summary)))
    return event


def _write(name, value, params=None):
    pairs = [[key, text] for key, text in (params or {}).items()]
    return ContentLine(name, pairs, value)


def _get_moment(moment):
    """Return what follows the name of a property: a moment in UTC, or a date."""
    if isinstance(moment, datetime):
        return f":{moment:%Y%m%dT%H%M%SZ}"
    return f";VALUE=DATE:{moment:%Y%m%d}"


def _escape(text):
    return backslashEscape(clean_text(text))


def _write_local(name, moment, zone):
    local = moment.replace(tzinfo=UTC).astimezone(find_zone(zone))
    return _write(name, f"{local:%Y%m%dT%H%M%S}", {"TZID": zone})


def _write_person(name, person, params=None):
    called, email = person
    # in quotes nothing of a name is read but a quote, and what ends the line
    called = clean_text(called).replace('"', "'")
    pairs = {"CN": called, **(params or {})} if called else params
    return _write(name, f"mailto:{clean_text(email).replace(' ', '')}", pairs)


def _make_zone(name, year):
    """Return the VTIMEZONE of a zone that holds for the years around one.

    By the changes themselves, not by their rule: of some zones there is none.
    """
    zone = Component("VTIMEZONE")
    zone.add(_write("TZID", name))
    changes = list(_get_changes(find_zone(name), year - 1, year + 2))
    for moment, before, after, is_daylight, label in changes:
        part = Component("DAYLIGHT" if is_daylight else "STANDARD")
        part.add(_write("DTSTART", f"{moment + before:%Y%m%dT%H%M%S}"))
        part.add(_write("TZOFFSETFROM", _write_offset(before)))
        part.add(_write("TZOFFSETTO", _write_offset(after)))
        part.add(_write("TZNAME", label))
        zone.add(part)
    return zone


def _get_changes(zone, first_year, last_year):
    """Yield what changes a zone's offset, and what it is at first: naive UTC moments."""
    moment, end = datetime(first_year, 1, 1), datetime(last_year, 1, 1)
    offset = _get_offset(zone, moment)
    yield moment, offset, offset, *_describe(zone, moment)
    while moment < end:
        following = moment + timedelta(days=1)
        if _get_offset(zone, following) != offset:
            change = _find_change(zone, moment, following)
            after = _get_offset(zone, change)
            yield change, offset, after, *_describe(zone, change)
            offset = after
        moment = following


def _find_change(zone, before, after):
    """Return the minute in which the offset changes, between two moments."""
    offset = _get_offset(zone, before)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= before:
            break
        if _get_offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _get_offset(zone, moment):
    return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()


def _describe(zone, moment):
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return bool(local.dst()), local.tzname() or zone.key


def _write_offset(offset):
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
