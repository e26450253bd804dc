from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.exceptions import Conflict, InvalidInput
from odoo.addons.customer_portal_docs.tools.zones import find_zone

from ...tools.moments import format_moment, write_span
from ...tools.slots import (
    DAY,
    cut_slots,
    get_midnight,
    intersect,
    pick_free,
    to_local,
)

#: The most days that one question may be about.
MAX_DAYS = 400


class Shown(NamedTuple):
    """What a calendar tells of one event.

    :ivar start: naive UTC datetime, or a date for whole days
    :ivar stop: as ``start``; the day after the last one
    :ivar str title: empty for what is only busy
    """

    start: datetime
    stop: datetime
    title: str

    @property
    def is_all_day(self):
        return not isinstance(self.start, datetime)

    def get_json(self):
        """Return what programs are told; of an all-day event the dates alone mean something."""
        title = {"title": self.title} if self.title else {}
        return {
            **title,
            "start": format_moment(self.start),
            "end": format_moment(self.stop),
            "all_day": self.is_all_day,
        }

    def get_span(self, zone):
        """Return when it is for people of a zone, as naive UTC datetimes."""
        if self.is_all_day:
            return get_midnight(self.start, zone), get_midnight(self.stop, zone)
        return self.start, self.stop


class CustomerPortalCalendar(models.Model):
    """The time of some colleagues, as customers see it: what is taken, and what they may ask for.

    What is free is computed with all rights, and told as start and stop alone.
    """

    _name = "customer.portal.calendar"
    _description = "Calendar for Customers"
    _inherit = ["customer.portal.shareable.mixin"]
    _order = "name, id"

    _share_template = "customer_portal_shares.share_calendars"
    _share_filter = "calendars"
    _share_fields = ("name",)

    name = fields.Char(required=True)
    user_ids = fields.Many2many(
        "res.users",
        "customer_portal_calendar_user_rel",
        "calendar_id",
        "user_id",
        string="People",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        context={"active_test": False},
        default=lambda self: self.env.user._get_portal_owner(),
        help="Whose events are shown. A time is free when all of them are.",
    )
    show_details = fields.Boolean(
        help="If on, the titles of public events are shown; if off, only that a time is taken. "
        "Private events and appointments of others are never shown by name.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        domain="[('company_id', 'in', [company_id, False])]",
        help="When appointments are possible. Empty for the working hours of the people: the "
        "company's for who has none of their own.",
    )
    slot_minutes = fields.Integer(string="Length of an Appointment", default=30)
    buffer_minutes = fields.Integer(
        string="Time Between",
        default=0,
        help="Minutes that stay free before and after every event.",
    )
    notice_hours = fields.Integer(
        default=24, help="Hours between asking for an appointment and its start."
    )
    horizon_days = fields.Integer(
        default=60, help="How many days ahead appointments are possible."
    )
    hold_hours = fields.Integer(
        default=48,
        help="Hours that a requested time is held for the customer. Then the request expires.",
    )
    cancel_hours = fields.Integer(
        default=24,
        help="Customers may cancel or move an accepted appointment until this many hours before "
        "the start, and one that is not accepted yet until it starts.",
    )
    allow_requests = fields.Boolean(
        string="Take Requests",
        default=True,
        help="People who have logged in may ask for an appointment.",
    )
    allow_visitor_requests = fields.Boolean(
        string="Take Requests from Visitors",
        help="Whoever has a web link may ask as well, and confirms it by e-mail.",
    )
    manager_ids = fields.Many2many(
        "res.users",
        "customer_portal_calendar_manager_rel",
        "calendar_id",
        "user_id",
        string="Managers",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user._get_portal_owner(),
        help="They get the requests by e-mail and answer them.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    appointment_ids = fields.One2many(
        "customer.portal.appointment", "calendar_id", string="Appointments"
    )
    requested_count = fields.Integer(
        string="To Answer", compute="_compute_requested_count"
    )
    appointment_count = fields.Integer(
        string="Coming Appointments", compute="_compute_requested_count"
    )

    _length = models.Constraint(
        "CHECK (slot_minutes BETWEEN 5 AND 1440)",
        "An appointment must take between 5 minutes and a day.",
    )
    _buffer = models.Constraint(
        "CHECK (buffer_minutes BETWEEN 0 AND 1440)",
        "The time between appointments must be between 0 minutes and a day.",
    )
    _hours = models.Constraint(
        "CHECK (notice_hours >= 0 AND cancel_hours >= 0 AND hold_hours > 0)",
        "Hours cannot be negative, and a requested time is held for one hour at least.",
    )
    _horizon = models.Constraint(
        "CHECK (horizon_days BETWEEN 1 AND 366)",
        "Appointments are possible between 1 and 366 days ahead.",
    )

    @api.constrains("user_ids")
    def _check_people(self):
        for calendar in self:
            if not calendar.user_ids:
                raise ValidationError(
                    self.env._("Please choose whose events the calendar shows.")
                )
            if any(user.share for user in calendar.user_ids):
                raise ValidationError(
                    self.env._("A calendar can only show the events of colleagues.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        # who sees the app is kept: see ir.ui.menu
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if {"manager_ids", "user_ids"} & vals.keys():
            self.env.registry.clear_cache()
        return super().write(vals)

    @api.model
    def _names(self, user):
        """Tell whether there is a calendar that a user is shown in, or manages, or was one."""
        named = Domain("manager_ids", "in", user.ids) | Domain(
            "user_ids", "in", user.ids
        )
        # sudo: customer.portal.calendar - only whether there is one
        calendars_sudo = self.sudo().with_context(active_test=False)
        return bool(calendars_sudo.search_count(named, limit=1))

    def unlink(self):
        self.check_access("unlink")
        self.env.registry.clear_cache()
        # not by PostgreSQL: their events go with them
        # sudo: customer.portal.appointment - of what the user deletes, of all companies
        self.sudo().appointment_ids.unlink()
        return super().unlink()

    @api.depends("appointment_ids.state")
    def _compute_requested_count(self):
        groups = self.env["customer.portal.appointment"]._read_group(
            [
                ("calendar_id", "in", self.ids),
                ("state", "in", ("requested", "accepted")),
                ("stop", ">", fields.Datetime.now()),
            ],
            ["calendar_id", "state"],
            ["__count"],
        )
        counts = {(calendar, state): count for calendar, state, count in groups}
        for calendar in self:
            calendar.requested_count = counts.get((calendar, "requested"), 0)
            calendar.appointment_count = counts.get((calendar, "accepted"), 0)

    # -- what a share shows

    @api.model
    def _get_share_kind(self):
        return self.env._("Calendar")

    def _prepare_share_json(self, share_sudo):
        # sudo: customer.portal.calendar - the owner may read it, and so who passed the gate
        return [
            {
                **described,
                "timezone": calendar._get_zone().key,
                "slot_minutes": calendar.slot_minutes,
                "allow_requests": calendar.allow_requests,
                "allow_visitor_requests": calendar.allow_visitor_requests,
                "url": f"/share/{share_sudo.token}/calendar/{calendar.id}",
            }
            for calendar, described in zip(
                self.sudo(), super()._prepare_share_json(share_sudo), strict=True
            )
        ]

    # -- who, where and when

    def _get_people(self):
        """Return whose events count: those who are there, or all where nobody is.

        None where all were deleted.
        """
        # the widest tables there are: no more of them than is asked for
        self.user_ids.fetch(["active", "partner_id", "share"])
        return self.user_ids._filter_staff(self.company_id) or self.user_ids

    def _get_managers(self):
        """Return who is told of requests: managers whom a mail reaches, or those it is with."""
        self.ensure_one()
        for users in (self.manager_ids, self._get_people(), self.create_uid):
            there = users._filter_staff(self.company_id).filtered("email_normalized")
            if there:
                return there
        return self.env["res.users"]

    def _get_working_hours(self):
        """Return the hours of the calendar, the company's where it has none."""
        if self.resource_calendar_id:
            return self.resource_calendar_id
        # sudo: resource.calendar, res.company - of the calendar whose gate was passed
        company_sudo = self.company_id.sudo()
        # a wide table: no more of it than is asked for
        company_sudo.fetch(["resource_calendar_id"])
        return company_sudo.resource_calendar_id

    def _get_timetables_sudo(self):
        """Return by which working hours all people have to be at work, each once.

        :return: list of (resource.calendar, empty for at any time; resource.resource of who has
            them, empty for the company's), sudoed
        """
        # sudo: resource.calendar - of the calendar whose gate was passed
        hours_sudo = self._get_working_hours().sudo()
        # sudo: resource.resource - when somebody is at work, not who
        resources_sudo = self.env["resource.resource"].sudo()
        if self.resource_calendar_id:
            return [(hours_sudo, resources_sudo)]
        return [
            (hours_sudo.browse(calendar_id) or hours_sudo, resources_sudo.browse(id_))
            for id_, calendar_id in self._read_resources(hours_sudo)
        ]

    def _read_resources(self, hours):
        """Return whose working hours are others than these, those that are the same once.

        Not by the ORM: every page asks for it, mostly for nothing.

        :return: list of (id of a resource, id of its hours); None, None for these
        """
        names = ("active", "calendar_id", "company_id", "tz", "user_id")
        self.env["resource.resource"].flush_model(names)
        query = SQL(
            """
            SELECT MIN(own.id), own.calendar_id
              FROM UNNEST(%(people)s::int[]) AS person LEFT JOIN LATERAL (
                   SELECT id, calendar_id, tz FROM resource_resource
                    WHERE user_id = person AND active
                      AND calendar_id IS NOT NULL AND calendar_id != %(hours)s
                      AND (company_id IS NULL OR company_id = %(company)s)
                    ORDER BY id LIMIT 1
              ) own ON TRUE
             GROUP BY own.calendar_id, own.tz
            """,
            people=self._get_people().ids,
            hours=hours.id or 0,
            company=self.company_id.id,
        )
        return self.env.execute_query(query)

    def _get_zone(self):
        """Return the time zone of the working hours, :class:`zoneinfo.ZoneInfo`."""
        hours = self._get_working_hours()
        return find_zone(hours.tz or self._get_people()[:1].tz)

    # -- what is taken

    def _get_shown_events(self, start, stop):
        """Return what is told of the events between two moments, in their order.

        :param start: naive UTC datetime; ``stop`` as well
        :return: list of :class:`Shown`, which nothing but start, stop and, for who may know it,
            the title has come into
        """
        self.ensure_one()
        zone = self._get_zone()
        shown = {}
        for event in self._read_events(start, stop, with_free=self.show_details):
            if event["allday"]:
                first, last = event["start"].date(), event["stop"].date() + DAY
                if (
                    get_midnight(first, zone) < stop
                    and get_midnight(last, zone) > start
                ):
                    shown[event["id"]] = Shown(first, last, event["title"] or "")
            elif event["start"] < stop and event["stop"] > start:
                shown[event["id"]] = Shown(
                    event["start"], event["stop"], event["title"] or ""
                )
        leaves = {
            (leave_start, leave_stop)
            for leave_start, leave_stop, is_personal in self._read_leaves(start, stop)
            if is_personal
        }
        entries = [*shown.values(), *(Shown(*leave, "") for leave in leaves)]
        return sorted(
            entries, key=lambda entry: (entry.start.timetuple(), entry.stop.timetuple())
        )

    def _get_busy(self, start, stop, without=None):
        """Return the spans in which somebody of the calendar has no time.

        :param start: naive UTC datetime; ``stop`` as well
        :param without: an appointment whose own time does not count
        :return: list of (start, stop)
        """
        self.ensure_one()
        buffer = timedelta(minutes=self.buffer_minutes)
        busy = [
            (span[0] - buffer, span[1] + buffer)
            for span in self._get_event_spans(start - buffer, stop + buffer, without)
        ]
        busy += [
            (leave_start, leave_stop)
            for leave_start, leave_stop, _personal in self._read_leaves(start, stop)
        ]
        # sudo: customer.portal.appointment.hold - moments alone are told
        Hold = self.env["customer.portal.appointment.hold"].sudo()
        return busy + Hold._get_spans(self._get_people(), start, stop, buffer, without)

    def _get_event_spans(self, start, stop, without=None):
        """Return when events of the people are, all-day ones by the day of who has them."""
        own = without.event_id.id if without else None
        events = [
            event for event in self._read_events(start, stop) if event["id"] != own
        ]
        spans = [
            (event["start"], event["stop"]) for event in events if not event["allday"]
        ]
        whole_days = [event for event in events if event["allday"]]
        zones = self._get_zones() if whole_days else {}
        for event in whole_days:
            first, last = event["start"].date(), event["stop"].date() + DAY
            spans += [
                (get_midnight(first, zones[id_]), get_midnight(last, zones[id_]))
                for id_ in event["partner_ids"]
            ]
        return [span for span in spans if span[0] < stop and span[1] > start]

    def _get_zones(self):
        """Return the time zones of the people, a dict by the id of their contact."""
        people = self._get_people()
        people.partner_id.fetch(["tz"])
        return {user.partner_id.id: find_zone(user.tz) for user in people}

    def _get_conflicts(self, appointment, zone):
        """Return in words what takes people's time at an appointment's, a list of str.

        :param zone: :class:`zoneinfo.ZoneInfo` of who reads it
        """
        span = (appointment.start, appointment.stop)
        spans = self._get_event_spans(*span, appointment)
        spans += [leave[:2] for leave in self._read_leaves(*span)]
        return [
            write_span(self.env, start, stop, zone)
            for start, stop in sorted(set(spans))
        ]

    def _read_events(self, start, stop, with_free=False):
        """Return the events that the people attend, as dicts; times as they are stored.

        Not by the ORM: a title that is not told is not read.

        :param with_free: whether those as well that take nobody's time
        """
        self.env.flush_all()
        query = SQL(
            """
            SELECT event.id, event.start, event.stop, event.allday, attending.partner_ids,
                   CASE WHEN %(is_told)s THEN event.name END AS title
              FROM calendar_event event,
                   -- asked of each event of the time; else all people's events are read
                   LATERAL (
                    SELECT array_agg(res_partner_id) AS partner_ids
                      FROM calendar_event_res_partner_rel rel
                     WHERE calendar_event_id = event.id
                       AND res_partner_id = ANY(%(partners)s)
                       AND NOT EXISTS (
                           SELECT FROM calendar_attendee attendee
                            WHERE attendee.event_id = event.id
                              AND attendee.partner_id = rel.res_partner_id
                              AND attendee.state = 'declined')
                   ) attending
             WHERE event.active
               AND (event.show_as = 'busy' OR %(with_free)s AND %(is_told)s)
               AND %(span)s && tsrange(%(start)s, %(stop)s, '[)')
               AND attending.partner_ids IS NOT NULL
            """,
            is_told=self._get_is_told_sql(),
            partners=self._get_people().partner_id.ids,
            with_free=with_free,
            span=SQL(self.env["calendar.event"]._portal_span),
            # what lasts all day is stored as a day of no zone
            start=start - DAY,
            stop=stop + DAY,
        )
        return self.env.execute_query_dict(query)

    def _get_is_told_sql(self):
        """Return the condition that customers may know what an event is called."""
        if not self.show_details:
            return SQL("FALSE")
        return SQL(
            """(
                COALESCE(event.privacy, (
                    SELECT settings.calendar_default_privacy FROM res_users_settings settings
                     WHERE settings.user_id = event.user_id), 'public') = 'public'
                AND event.is_portal_appointment IS NOT TRUE
            )"""
        )

    def _read_leaves(self, start, stop):
        """Return when people are away, or the company is closed.

        :return: list of (start, stop, whether it is one person's)
        """
        hours_ids = {hours.id for hours, _resource in self._get_timetables_sudo()}
        personal = Domain("resource_id.user_id", "in", self._get_people().ids)
        common = (
            Domain("resource_id", "=", False)
            & Domain("calendar_id", "in", [False, *filter(None, hours_ids)])
            & Domain("company_id", "in", [False, *self.company_id.ids])
        )
        # sudo: resource.calendar.leaves - that somebody is away, not who nor why
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                Domain("time_type", "=", "leave")
                & Domain("date_from", "<", stop)
                & Domain("date_to", ">", start)
                & (personal | common),
                ["date_from", "date_to", "resource_id"],
            )
        )
        return [
            (leave.date_from, leave.date_to, bool(leave.resource_id))
            for leave in leaves
        ]

    # -- what is free

    def _get_slots(self, start, stop, without=None):
        """Return the times that may be asked for now, between two moments.

        :param start: naive UTC datetime; ``stop`` as well
        :param without: an appointment whose own time does not count
        :return: list of (start, stop)
        """
        slots = self._get_rule_slots(start, stop)
        if not slots:
            return []
        busy = self._get_busy(slots[0][0], slots[-1][1], without)
        return list(pick_free(slots, busy))

    def _get_rule_slots(self, start, stop):
        """Return the times that the rules allow, whether anybody has time or not."""
        self.ensure_one()
        now = fields.Datetime.now()
        first = max(start, now + timedelta(hours=self.notice_hours))
        last = min(stop, now + timedelta(days=self.horizon_days))
        # who was deleted has time for nobody
        if first >= last or not self._get_people():
            return []
        cut = cut_slots(self._get_work(first, last), self.slot_minutes)
        return [
            slot
            for slot in cut
            if slot[0] >= first and slot[1] <= stop and slot[0] <= last
        ]

    def _get_work(self, start, stop):
        """Return when all people are at work: spans as long as they are, around a span.

        Whole days, and one more on each side: of who is far away a working day may be in two.
        """
        zone = self._get_zone()
        first, last = to_local(start, zone).date() - DAY, to_local(stop, zone).date()
        days = [first + number * DAY for number in range((last - first).days + 3)]
        midnights = [get_midnight(day, zone) for day in days]
        works = (
            self._read_work(*timetable, midnights)
            for timetable in self._get_timetables_sudo()
        )
        return reduce(intersect, works)

    @api.model
    def _read_work(self, hours_sudo, resource_sudo, midnights):
        """Return the spans of some working hours; of no hours, which is at any time, each day.

        :param midnights: naive UTC datetimes at which days begin, and the last one ends
        """
        if not hours_sudo:
            return list(pairwise(midnights))
        start, stop = (midnights[end].replace(tzinfo=UTC) for end in (0, -1))
        intervals = hours_sudo._attendance_intervals_batch(start, stop, resource_sudo)
        return [
            (_to_utc(interval[0]), _to_utc(interval[1]))
            for interval in sorted(
                intervals[resource_sudo.id], key=lambda interval: interval[:2]
            )
        ]

    def _check_slot(self, start, without=None):
        """Return the slot that begins at a moment, which may be asked for now.

        :param start: naive UTC datetime
        :param without: an appointment whose own time does not count
        :return: (start, stop)
        :raise InvalidInput: the rules do not allow it
        :raise Conflict: somebody has no time
        """
        day = start + DAY
        allowed = [
            slot for slot in self._get_rule_slots(start, day) if slot[0] == start
        ]
        if not allowed:
            raise InvalidInput(
                self.env._(
                    "This time cannot be chosen. Please pick one of those shown."
                ),
                code="outside_rules",
            )
        if not list(pick_free(allowed, self._get_busy(*allowed[0], without))):
            self._raise_taken()
        return allowed[0]

    def _raise_taken(self):
        raise Conflict(
            self.env._("This time has just been taken. Please choose another one."),
            code="slot_taken",
        )

    # -- actions

    def action_open_appointments(self):
        """Open the appointments of the calendar; each button says which."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_shares.customer_portal_appointment_action"
        )
        context = {"default_calendar_id": self.id}
        return {**action, "domain": [("calendar_id", "=", self.id)], "context": context}


def _to_utc(moment):
    """Return the naive UTC of an aware moment; what ends with the day ends at midnight."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc + timedelta(microseconds=1) if utc.microsecond == 999999 else utc
