import logging
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize, formataddr

from odoo.addons.customer_portal_docs.exceptions import (
    Conflict,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.models.mail_render_mixin import is_for_reader
from odoo.addons.customer_portal_docs.tools.apart import apart
from odoo.addons.customer_portal_docs.tools.notifications import (
    RELOAD,
    make_notification,
)
from odoo.addons.customer_portal_docs.tools.zones import find_zone

from ...tools.ics import clean_text
from ...tools.moments import write_moment, write_span
from ...tools.slots import pick_free

_logger = logging.getLogger(__name__)

#: Longest texts that a customer may write, in characters.
MAX_SUBJECT_LENGTH = 200
MAX_NOTE_LENGTH = 5000
#: In which somebody has to answer.
PENDING_STATES = ("unconfirmed", "requested", "proposed")
#: In which its time is kept.
OPEN_STATES = (*PENDING_STATES, "accepted")
_BATCH = 200
#: Appointments that a message lists.
_MAX_NAMED = 5


class CustomerPortalAppointment(models.Model):
    """An appointment that a customer asks for, and what became of it.

    Its state is changed by its methods alone: while it is open its time is kept for it, see
    ``customer.portal.appointment.hold``.
    """

    _name = "customer.portal.appointment"
    _inherit = ["customer.portal.delivery.mixin"]
    _description = "Appointment"
    _order = "start desc, id desc"
    _rec_name = "subject"

    calendar_id = fields.Many2one(
        "customer.portal.calendar", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="calendar_id.company_id", store=True, index=True
    )
    share_id = fields.Many2one(
        "customer.portal.share",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
        help="Where it was asked for.",
    )
    link_digest = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Of the link by which it was asked for: another one is told to nobody.",
    )
    network_key = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Digest of where a visitor asked from, until the request is confirmed or over.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", ondelete="cascade"
    )
    visitor_name = fields.Char(help="The name that the visitor of a web link gave.")
    visitor_email = fields.Char(string="Visitor's E-mail")
    who = fields.Char(compute="_compute_who", search="_search_who")
    start = fields.Datetime(required=True, index=True)
    stop = fields.Datetime(
        compute="_compute_stop", precompute=True, store=True, readonly=False
    )
    subject = fields.Char(required=True, default=lambda self: self.env._("Appointment"))
    note = fields.Text(string="Customer's Note")
    staff_note = fields.Text(
        string="Internal Note", help="For colleagues only: customers never see it."
    )
    state = fields.Selection(
        [
            ("unconfirmed", "Not confirmed yet"),
            ("requested", "Requested"),
            ("proposed", "Other time proposed"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
        ],
        string="Status",
        required=True,
        default="requested",
        index=True,
    )
    event_id = fields.Many2one(
        "calendar.event",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    hold_until = fields.Datetime(
        string="Kept Until", readonly=True, copy=False, index="btree_not_null"
    )
    reason = fields.Text(help="Sent to the customer when the request is declined.")
    proposed_start = fields.Datetime(string="Another Time")
    warning = fields.Text(readonly=True, copy=False)
    warned_of = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    sequence = fields.Integer(readonly=True, copy=False, default=0)
    uid = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        default=lambda self: str(uuid.uuid4()),
    )
    reminder_date = fields.Datetime(string="Reminded", readonly=True, copy=False)
    portal_change = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
            ("moved", "Moved"),
        ],
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="What was done last, unless by the customer: their home tells it.",
    )
    portal_change_date = fields.Datetime(
        readonly=True, copy=False, groups=fields.NO_ACCESS
    )
    tz = fields.Char(
        string="Customer's Time Zone",
        help="The time zone in which the customer reads the time.",
    )
    lang = fields.Char(string="Language")
    link_ids = fields.One2many(
        "customer.portal.appointment.link", "appointment_id", groups=fields.NO_ACCESS
    )

    _times = models.Constraint(
        "CHECK (start < stop)", "An appointment must end after it starts."
    )
    _customer_idx = models.Index("(partner_id, start DESC, id DESC)")
    _proposed_idx = models.Index(
        "(partner_id, start DESC, id DESC) WHERE state = 'proposed'"
    )
    _change_idx = models.Index(
        "(partner_id, portal_change_date DESC, id DESC) WHERE portal_change IS NOT NULL"
    )
    _reminder_idx = models.Index(
        "(start) WHERE state = 'accepted' AND reminder_date IS NULL"
    )

    # -- computed fields

    @api.depends("start", "calendar_id.slot_minutes")
    def _compute_stop(self):
        for appointment in self:
            minutes = appointment.calendar_id.slot_minutes or 30
            if appointment.start and not (
                appointment.stop and appointment.stop > appointment.start
            ):
                appointment.stop = appointment.start + timedelta(minutes=minutes)

    @api.depends("partner_id", "visitor_name", "visitor_email")
    @api.depends_context("lang")
    def _compute_who(self):
        for appointment in self:
            appointment.who = (
                appointment.partner_id.display_name
                or appointment.visitor_name
                or appointment.visitor_email
            )

    @api.model
    def _search_who(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain.OR(
            Domain(name, operator, value)
            for name in ("partner_id", "visitor_name", "visitor_email")
        )

    # -- CRUD

    #: What only the methods of an appointment write.
    _kept_fields = frozenset(
        {"state", "event_id", "hold_until", "sequence", "uid", "warning", "warned_of"}
        | {"reminder_date", "link_ids", "link_digest", "network_key", "company_id"}
        | {"portal_change", "portal_change_date"}
    )
    _fixed_fields = frozenset({"calendar_id", "start", "stop", "partner_id"})

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept_fields(vals, self._kept_fields - {"state"})
            if not self.env.su and vals.get("state", "requested") not in (
                "requested",
                "unconfirmed",
            ):
                raise AccessError(
                    self.env._(
                        "A new appointment can only be requested or not confirmed yet."
                    )
                )
        appointments = super().create(vals_list)
        Hold = self.env["customer.portal.appointment.hold"]
        # sudo: customer.portal.appointment - what the rules allowed to create
        for appointment in appointments.sudo():
            if appointment.state in ("requested", "unconfirmed"):
                Hold._keep(appointment, must=False)
        return appointments

    def write(self, vals):
        self._check_kept_fields(vals, self._kept_fields | self._fixed_fields)
        result = super().write(vals)
        if {"partner_id", "visitor_email"} & vals.keys():
            # a link ends with the address that it was sent to
            # sudo: customer.portal.appointment.link - of what was written, just above
            self.sudo().link_ids._revoke_link()
        return result

    def unlink(self):
        events_sudo = self.sudo().event_id  # sudo: calendar.event - of what is deleted
        result = super().unlink()
        events_sudo._as_portal_change().write({"active": False})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_expected(self):
        now = fields.Datetime.now()
        expected = self.filtered(
            lambda appointment: (
                appointment.state in ("requested", "proposed", "accepted")
                and appointment.stop > now
            )
        )
        if not expected:
            return
        # whoever deletes the contact may know of none
        named = expected.sudo(False)._filtered_access("read")[:_MAX_NAMED]
        names = "; ".join(f"{one.who}, {one._get_when()}" for one in named)
        raise UserError(
            self.env._(
                "Customers expect these appointments. Please decline or cancel them first: "
                "%(names)s.",
                names=names,
            )
            if named
            else self.env._(
                "There are appointments to come. Please ask those who manage the calendar to "
                "decline or cancel them first."
            )
        )

    @api.model
    def _check_kept_fields(self, vals, names):
        """Refuse what only the methods write, which a client can name all the same.

        :raise AccessError: it was named
        """
        if not self.env.su and names & vals.keys():
            raise AccessError(
                self.env._(
                    "Use the buttons to answer appointments: accept, decline, propose another "
                    "time, cancel."
                )
            )

    @api.constrains("partner_id", "visitor_email")
    def _check_customer(self):
        for appointment in self:
            if not appointment.partner_id and not appointment.visitor_email:
                raise ValidationError(
                    self.env._("An appointment is with a contact or a visitor.")
                )

    # -- who, when and where

    def _get_customer(self):
        """Return how a mail calls the customer: (str name, str e-mail address or None)."""
        self.ensure_one()
        if self.partner_id:
            return self.partner_id.name, email_normalize(self.partner_id.email or "")
        return clean_text(self.visitor_name), email_normalize(self.visitor_email or "")

    def _get_customer_address(self):
        name, email = self._get_customer()
        return formataddr((name, email)) if email else ""

    def _get_customer_lang(self):
        """Return the first language of theirs that is still installed, None for none."""
        codes = (self.partner_id.lang, self.lang, self.company_id.partner_id.lang)
        installed = (self.env["res.lang"]._get_code(code or "") for code in codes)
        return next(filter(None, installed), None)

    def _get_customer_zone(self):
        """Return where the customer reads the time, :class:`zoneinfo.ZoneInfo`."""
        calendar = self.calendar_id
        return find_zone(self.tz, self.partner_id.tz, calendar._get_zone().key)

    def _get_when(self, zone=None, start=None, stop=None):
        """Return in words when it is, with the name of the zone.

        :param zone: :class:`zoneinfo.ZoneInfo`, the customer's if None
        :param start: naive UTC, of another time than the appointment's
        """
        self.ensure_one()
        zone = zone or self._get_customer_zone()
        start, stop = start or self.start, stop or self.stop
        return write_span(self.env, start, stop, zone)

    def _get_moment(self, moment, zone=None):
        """Return a moment in words, with the name of the zone; see :meth:`_get_when`."""
        if not moment:
            return ""
        return write_moment(self.env, moment, zone or self._get_customer_zone())

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.state]

    def _get_change_label(self, is_moved):
        """Return in a word what a customer has done with it."""
        return self.env._("Moved") if is_moved else self._get_state_label()

    def _get_url(self):
        """Return the address of its page for the customer, who may have no account."""
        self.ensure_one()
        url = f"{self.get_base_url()}/my/appointments/{self.id}"
        if self.partner_id._has_portal_login() or is_for_reader(self.env):
            return url
        return f"{url}?access_token={self._get_link_sudo()._get_token()}"

    def _get_calendar_url(self):
        """Return where the customer may ask for another time; empty while this one is open."""
        self.ensure_one()
        calendar = self.calendar_id
        may_request = calendar.allow_requests and (
            self.partner_id or calendar.allow_visitor_requests
        )
        if self.state in OPEN_STATES or not may_request:
            return ""
        # sudo: res.users, customer.portal.share - by which the customer came, and whether it opens
        user = self.partner_id.sudo().user_ids.filtered("active")[:1]
        token = self.sudo().share_id.token or ""
        Share = self.env["customer.portal.share"]
        try:
            share_sudo = Share.with_user(
                user or self.env.ref("base.public_user")
            )._open_sudo(token, operation="unlock")
        except PortalRefusal:
            return ""
        # a link that was renewed since is new to who had the old one, but to named recipients
        is_known = self.sudo().link_digest == share_sudo.token_digest
        if not is_known and share_sudo.access != "secured":
            return ""
        is_there = share_sudo._find_shared(calendar._name, calendar.id)
        return f"{share_sudo._get_url()}/calendar/{calendar.id}" if is_there else ""

    def _get_link_sudo(self):
        """Return the personal link of the customer, made if there is none."""
        # sudo: customer.portal.appointment.link - for the one whose appointment it is
        links_sudo = self.sudo().link_ids
        return links_sudo[:1] or links_sudo.create({"appointment_id": self.id})

    def _get_backend_url(self):
        return f"{self.get_base_url()}/odoo/customer.portal.appointment/{self.id}"

    def _is_over(self):
        return self.start <= fields.Datetime.now()

    def _get_deadline(self):
        """Return until when the customer may cancel or move it, naive UTC.

        What both sides have not agreed to binds nobody: that can be taken back until it starts.
        """
        is_agreed = self.state == "accepted"
        hours = self.calendar_id.cancel_hours if is_agreed else 0
        return self.start - timedelta(hours=hours)

    def _may_customer_change(self):
        return (
            self.state in OPEN_STATES and fields.Datetime.now() <= self._get_deadline()
        )

    # -- keeping the time

    def _lock(self):
        """Have everybody else who wants this time, or changes this appointment, wait.

        Who waited is called once more by Odoo if the appointment has changed meanwhile.
        """
        Hold = self.env["customer.portal.appointment.hold"]
        Hold._lock(self.calendar_id._get_people())
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT FROM customer_portal_appointment WHERE id = ANY(%s) FOR NO KEY UPDATE",
            [self.ids],
            log_exceptions=False,
        )

    def _refuse_if_over(self):
        if self._is_over():
            raise Conflict(self.env._("This time is in the past."), code="over")

    def _check_state(self, *states):
        if self.state not in states:
            self._refuse_state()

    def _refuse_state(self):
        label = self._get_state_label()
        raise Conflict(
            self.env._("This is no longer possible: %(state)s.", state=label),
            code="wrong_state",
        )

    # -- what staff do

    def action_accept(self):
        """Accept the requests; over what is taken meanwhile only who is told, and does so again.

        :return: True, or an action that tells what is in the way
        """
        appointments_sudo = self._get_answerable()
        warned_sudo = appointments_sudo.browse()
        Hold = self.env["customer.portal.appointment.hold"]
        for appointment in appointments_sudo:
            if appointment.state == "accepted" and len(self) > 1:
                continue
            appointment._check_state("requested", "proposed")
            appointment._refuse_if_over()
            Hold._keep(appointment, until=appointment.hold_until or None)
            if appointment._warn_of_conflicts(self.env.user):
                warned_sudo += appointment
            else:
                appointment._make_sure()
        return warned_sudo._get_warning_action() if warned_sudo else True

    def action_decline(self, reason=None):
        """Decline the requests.

        :param reason: str, told to the customer; what is written on the request if None
        """
        for appointment in self._get_answerable():
            appointment._check_state(*PENDING_STATES)
            if reason:
                appointment.reason = str(reason)[:MAX_NOTE_LENGTH]
            is_known = appointment.state != "unconfirmed"
            appointment._close("declined", tell=is_known)
        return True

    def action_propose(self, start=None):
        """Propose another time, which is kept for the customer.

        :param start: datetime in UTC, as fields take it; what is written on it if None
        """
        for appointment in self._get_answerable():
            appointment._check_state("requested", "proposed", "accepted")
            moment = _parse_moment(self.env, start or appointment.proposed_start)
            appointment._propose(moment)
        return True

    def action_cancel(self):
        """Call the appointments off."""
        for appointment in self._get_answerable():
            if appointment.state != "cancelled":
                appointment._check_state(*OPEN_STATES)
                appointment._close("cancelled", tell=appointment.state != "unconfirmed")
        return True

    def action_open_decline(self):
        """Open the dialog that declines the request, with words for the customer or without."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_shares.customer_portal_appointment_action_decline"
        )
        return {**action, "res_id": self.id}

    def action_open_event(self):
        """Open the event in the calendar."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.event_id.id,
            "views": [(False, "form")],
        }

    def _get_answerable(self):
        """Return these appointments, sudoed, which the current user may answer; and lock them."""
        self.check_access("write")
        # sudo: customer.portal.appointment - its methods alone write the state
        appointments_sudo = self.sudo()
        appointments_sudo._lock()
        return appointments_sudo

    def _warn_of_conflicts(self, user):
        """Tell what is in the way at this time, unless that is what the user was told already.

        :return: bool, whether there was something new to tell
        """
        zone = find_zone(user.tz, self.calendar_id._get_zone().key)
        names = self.calendar_id._get_conflicts(self, zone)
        key = f"{user.id}: {names}" if names else False
        is_new = bool(names) and self.warned_of != key
        self.warned_of = key
        self.warning = is_new and self.env._(
            "This time is already taken by: %(names)s. Accept again to keep both.",
            names="; ".join(names),
        )
        return is_new

    def _get_warning_action(self):
        warnings = [f"{one.who}, {one.subject}: {one.warning}" for one in self]
        return make_notification(
            " ".join(warnings), "warning", sticky=True, next=RELOAD
        )

    def _propose(self, moment):
        if moment <= fields.Datetime.now():
            raise UserError(self.env._("Please propose a time in the future."))
        stop = moment + (self.stop - self.start)
        if not self._is_free_at(moment, stop):
            raise UserError(
                self.env._("Someone already has another appointment at that time.")
            )
        old = {"old_start": self.start, "old_stop": self.stop}
        self._drop_event()
        self.write(
            {
                "start": moment,
                "stop": stop,
                "state": "proposed",
                "proposed_start": False,
                "warning": False,
                "reminder_date": False,
                "sequence": self.sequence + 1,
                # it waits on the home, for the customer to accept it
                **self._get_change(False),
            }
        )
        self.env["customer.portal.appointment.hold"]._keep(self)
        self._mail_customer("proposed", with_file=False, **old)

    def _is_free_at(self, start, stop):
        """Tell whether no event of the people is at a time that staff propose.

        The time between events and days off are rules for customers: staff know what they
        propose. What is kept for other appointments is kept from this one by PostgreSQL.
        """
        busy = self.calendar_id._get_event_spans(start, stop, self)
        return bool(list(pick_free([(start, stop)], busy)))

    # -- what comes of it

    def _make_sure(self):
        """Make the event: nobody else has this time now.

        :raise Conflict: somebody has
        """
        self.env["customer.portal.appointment.hold"]._keep(self, until=False)
        self.write(
            {
                "state": "accepted",
                "warning": False,
                "warned_of": False,
                "hold_until": False,
                "sequence": self.sequence + 1,
                "event_id": self._make_event().id,
                **self._get_change("accepted"),
            }
        )
        self._mail_customer("accepted")

    def _make_event(self):
        # sudo: calendar.event - of the people of the calendar, whoever accepts
        return self.env["calendar.event"].sudo()._make_for_appointment(self)

    def _drop_event(self):
        # sudo: calendar.event - of this appointment
        self.event_id.sudo()._as_portal_change().write({"active": False})

    def _get_change(self, change):
        """Return the values by which the customer's home tells a change, or none if False.

        :param change: key of ``portal_change``, or False
        """
        # to the microsecond, as the visits of the home
        date = change and self.env.cr.now()
        return {"portal_change": change, "portal_change_date": date}

    def _close(self, state, tell=True):
        """End it, and let others have the time.

        :param tell: bool, whether the customer gets a mail, and finds it on the home
        """
        # staff may have deleted the event, and of one that was proposed anew it is archived
        had_event = self.state == "accepted" or bool(self.event_id)
        self._drop_event()
        self.env["customer.portal.appointment.hold"]._drop(self)
        self.write(
            {
                "state": state,
                "hold_until": False,
                "network_key": False,
                "warning": False,
                "warned_of": False,
                "sequence": self.sequence + 1,
                **self._get_change(tell and state),
            }
        )
        if tell:
            self._mail_customer(state, with_file=had_event)

    def _expire(self):
        """End what nobody answered in time."""
        for appointment in self:
            if appointment.state in PENDING_STATES:
                is_known = appointment.state != "unconfirmed"
                appointment._close("expired", tell=is_known)

    def _tell_of_move(self, **old):
        if self.event_id:
            # sudo: calendar.event - of this appointment
            self.event_id.sudo()._as_portal_change().write(
                {"start": self.start, "stop": self.stop}
            )
        self.sequence += 1
        if self.state == "accepted":
            self._mail_customer("moved", **old)

    # -- what staff do in their own calendar

    def _move_with_event(self):
        Hold = self.env["customer.portal.appointment.hold"]
        for appointment in self:
            event = appointment.event_id
            old = {"old_start": appointment.start, "old_stop": appointment.stop}
            appointment.write(
                {
                    "start": event.start,
                    "stop": max(event.stop, event.start + timedelta(minutes=1)),
                    "reminder_date": False,
                    "sequence": appointment.sequence + 1,
                }
            )
            # they know what they do
            Hold._drop(appointment)
            Hold._keep(appointment, until=False, must=False)
            if not appointment._is_over():
                appointment.write(appointment._get_change("moved"))
                appointment._mail_customer("moved", **old)

    def _cancel_with_event(self):
        for appointment in self:
            if appointment.state == "accepted":
                appointment._close("cancelled", tell=not appointment._is_over())

    # -- who is told

    def _mail_customer(self, kind, **options):
        Mail = self.env["customer.portal.appointment.mail"]
        Mail._send_to_customer(self, kind, **options)

    def _mail_managers(self, kind, **context):
        Mail = self.env["customer.portal.appointment.mail"]
        Mail._send_to_managers(self, kind, **context)

    # -- scheduled actions

    @api.model
    def _cron_send_mails(self):
        """Send the mails that wait."""
        self.env["customer.portal.appointment.mail"]._send_waiting()

    @api.model
    def _cron_remind(self):
        """Remind customers on the day before, those who were not yet."""
        self.env["customer.portal.appointment.reminder"]._remind_all()

    @api.model
    def _cron_expire(self):
        """End the requests that nobody has answered in time."""
        now = fields.Datetime.now()
        domain = Domain("state", "in", PENDING_STATES) & (
            Domain("hold_until", "<=", now) | Domain("start", "<=", now)
        )
        while lapsed := self.search(domain, order="id", limit=_BATCH):
            lapsed._lock()
            for appointment in lapsed:
                with apart(
                    self.env, _logger, "%s is tried again the next time", appointment
                ):
                    appointment._expire()
            # one that could not be ended is not tried at once again
            domain &= Domain("id", ">", lapsed[-1].id)
            remaining = self.search_count(domain, limit=_BATCH)
            if not self.env["ir.cron"]._commit_progress(
                len(lapsed), remaining=remaining
            ):
                break


def _parse_moment(env, moment):
    """Return a naive UTC datetime of what RPC or a form gave.

    :raise UserError: it is none
    """
    try:
        parsed = fields.Datetime.to_datetime(moment)
    except (TypeError, ValueError):
        parsed = None
    if not parsed:
        raise UserError(env._("Please choose the other time first."))
    return parsed.replace(second=0, microsecond=0)
