from collections import defaultdict
from datetime import time, timedelta

import babel.dates

from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, get_lang

from odoo.addons.base.models.res_partner import _tzs

from ...tools.moments import format_moment, write_day, write_time
from ...tools.slots import DAY, get_midnight, to_local


class CustomerPortalCalendarPage(models.AbstractModel):
    """What people see of a calendar: a week on its page, and the free times in their own words."""

    _name = "customer.portal.calendar.page"
    _description = "Page of a Calendar"

    @api.model
    def _prepare_values(self, calendar_sudo, zone, day=None, with_slots=True):
        """Return what the page shows of one week.

        :param calendar_sudo: whoever looks at it was let in
        :param zone: :class:`zoneinfo.ZoneInfo` of who looks at it
        :param day: a date of the week; the first one with a free time if None
        :param with_slots: bool, whether who looks at it may ask for an appointment
        """
        now = fields.Datetime.now()
        today = to_local(now, zone).date()
        horizon = now + timedelta(days=calendar_sudo.horizon_days + 1)
        coming = calendar_sudo._get_slots(now, horizon) if with_slots else []
        first_free = to_local(coming[0][0], zone).date() if coming else None
        first = self._get_week_start(day or first_free or today)
        days = [first + timedelta(days=number) for number in range(7)]
        slots = _group_by_day(coming, zone)
        events = calendar_sudo._get_shown_events(
            get_midnight(first, zone), get_midnight(first + 7 * DAY, zone)
        )
        return {
            "calendar": calendar_sudo,
            "zone": zone,
            "zones": _tzs,
            "days": [
                self._prepare_day_values(each, zone, today, events, slots[each])
                for each in days
            ],
            "week": self._format_week(days),
            "day": day or first_free or today,
            "previous_day": first - 7 * DAY,
            "next_day": first + 7 * DAY,
            "first_free": first_free,
            # as JavaScript counts, and no number: QWeb leaves a zero out
            "first_weekday": str(first.isoweekday() % 7),
        }

    @api.model
    def _prepare_day_values(self, day, zone, today, events, slots):
        start, stop = get_midnight(day, zone), get_midnight(day + DAY, zone)
        shown = [
            (event, event.get_span(zone))
            for event in events
            if event.get_span(zone)[0] < stop and event.get_span(zone)[1] > start
        ]
        return {
            "date": day,
            "label": write_day(self.env, day),
            "is_today": day == today,
            "is_past": day < today,
            "events": [
                {
                    "title": event.title,
                    "time": event.is_all_day
                    and self.env._("All day")
                    or self._format_times(
                        max(span[0], start), min(span[1], stop), zone
                    ),
                }
                for event, span in shown
            ],
            "slots": [
                {
                    "value": format_moment(slot[0]),
                    "label": self._format_time(slot[0], zone),
                }
                for slot in slots
            ],
        }

    # -- in words

    @api.model
    def _get_week_start(self, day):
        """Return the first day of a date's week, as the language counts."""
        first = int(get_lang(self.env).week_start or 1)
        return day - timedelta(days=(day.isoweekday() - first) % 7)

    @api.model
    def _format_week(self, days):
        locale = babel_locale_parse(get_lang(self.env).code)
        return " – ".join(
            babel.dates.format_date(day, "long", locale) for day in (days[0], days[-1])
        )

    @api.model
    def _format_time(self, moment, zone):
        return write_time(self.env, to_local(moment, zone))

    @api.model
    def _format_times(self, start, stop, zone):
        until = self._format_time(stop, zone)
        if to_local(stop, zone).time() == time.min:
            until = "24:00"
        return f"{self._format_time(start, zone)} – {until}"

    @api.model
    def _label_slots(self, slots, zone):
        """Return slots by day, as people read them.

        :return: list of (str day, list of (str value, str label))
        """
        return [
            (
                write_day(self.env, day),
                [(format_moment(s[0]), self._format_time(s[0], zone)) for s in group],
            )
            for day, group in _group_by_day(slots, zone).items()
        ]


def _group_by_day(slots, zone):
    """Return the slots of each day of a zone, a dict of date to list of (start, stop)."""
    days = defaultdict(list)
    for slot in slots:
        days[to_local(slot[0], zone).date()].append(slot)
    return days
