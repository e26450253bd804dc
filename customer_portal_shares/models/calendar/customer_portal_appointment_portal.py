from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.exceptions import Forbidden, Throttled

from ...tools.moments import format_moment as format_iso
from .customer_portal_appointment import OPEN_STATES

#: Times of one calendar that are kept at once for one network before they are confirmed.
MAX_UNCONFIRMED = 5


class CustomerPortalAppointmentPortal(models.Model):
    """The gate of appointments, and what customers do with those that they were let in to.

    In a file of its own, as the gate of documents: what staff do is in the model's.
    """

    _inherit = "customer.portal.appointment"

    # -- in the portal

    @api.model
    def _get_mine_domain(self):
        user = self.env.user
        if user._is_public():
            return Domain.FALSE
        return Domain("partner_id", "=", user.partner_id.id)

    @api.model
    def _count_mine(self, limit=None):
        """Return how many appointments the current user has asked for, up to a limit."""
        # sudo: customer.portal.appointment - customers have no access of their own; their own ones
        return self.sudo().search_count(self._get_mine_domain(), limit=limit)

    @api.model
    def _search_proposed_sudo(self, limit):
        """Return the current user's appointments with another time to accept, sudoed."""
        # sudo: customer.portal.appointment - as above
        return self.sudo().search_fetch(
            self._get_proposed_domain(), ["subject", "start"], limit=limit
        )

    @api.model
    def _get_proposed_domain(self):
        return self._get_mine_domain() & Domain("state", "=", "proposed")

    @api.model
    def _get_changed_domain(self, since):
        """Return the domain of the current user's appointments that others have changed since.

        :param datetime since: naive, in UTC, to the microsecond, which Odoo's domains do not know
        """
        return (
            self._get_mine_domain()
            & Domain("portal_change", "!=", False)
            & Domain.custom(
                to_sql=lambda _model, alias, _query: SQL(
                    "%s > %s", SQL.identifier(alias, "portal_change_date"), since
                )
            )
        )

    @api.model
    def _search_changed_sudo(self, since, limit):
        """Return those of :meth:`_get_changed_domain`, sudoed, the latest change first."""
        # sudo: customer.portal.appointment - as above
        return self.sudo().search_fetch(
            self._get_changed_domain(since),
            ["subject", "portal_change", "portal_change_date"],
            order="portal_change_date DESC, id DESC",
            limit=limit,
        )

    @api.model
    def _search_mine_sudo(self, limit=None, offset=0):
        """Return the current user's appointments, sudoed, the latest first."""
        # sudo: customer.portal.appointment - as above
        return self.sudo().search(self._get_mine_domain(), limit=limit, offset=offset)

    @api.model
    def _find_mine_sudo(self, appointment_id, access_token=None):
        """Return an appointment of the current user's, or of the link's owner, sudoed.

        Empty where there is none for them.
        """
        # sudo: customer.portal.appointment - as above
        appointment_sudo = self.sudo().browse(appointment_id)
        if appointment_sudo._is_link(access_token):
            return appointment_sudo
        domain = Domain("id", "=", appointment_id) & self._get_mine_domain()
        return self.sudo().search(domain)

    def _is_link(self, access_token):
        """Tell whether this is the key of the personal link to this appointment."""
        return bool(
            access_token
            and self.env["customer.portal.appointment.link"]._find_link_sudo(
                access_token, [("appointment_id", "=", self.id)]
            )
        )

    def _get_portal_json(self):
        """Return what programs are told of it."""
        self.ensure_one()
        return {
            "id": self.id,
            "calendar": self.calendar_id.name,
            "subject": self.subject,
            "start": format_iso(self.start),
            "end": format_iso(self.stop),
            "state": self.state,
        }

    # -- what customers do; of appointments whose gate was passed, sudoed

    @api.model
    def _request(self, calendar_sudo, start, vals):
        """Ask for an appointment.

        :param start: naive UTC datetime
        :param vals: dict with what the customer wrote, and who they are
        :return: the appointment, sudoed
        :raise InvalidInput: the rules do not allow the time
        :raise Conflict: the time is not free any more
        :raise Throttled: there are many from there that were not confirmed
        """
        start, stop = calendar_sudo._check_slot(start)
        self._check_unconfirmed(calendar_sudo, vals.get("network_key"))
        # sudo: customer.portal.appointment - the caller has asked who may
        appointment_sudo = self.sudo().create(
            {**vals, "calendar_id": calendar_sudo.id, "start": start, "stop": stop}
        )
        self.env["customer.portal.appointment.hold"]._keep(appointment_sudo)
        if appointment_sudo.state == "unconfirmed":
            appointment_sudo._mail_customer("confirm", with_file=False)
        else:
            appointment_sudo._mail_managers("request")
        return appointment_sudo

    @api.model
    def _check_unconfirmed(self, calendar_sudo, network_key):
        """Refuse to keep more times for a network whose visitors confirm none.

        :raise Throttled: with the seconds until one is free again
        """
        if not network_key:
            return
        now = fields.Datetime.now()
        # sudo: customer.portal.appointment - how many there are, and until when
        kept_sudo = self.sudo().search(
            [
                ("calendar_id", "=", calendar_sudo.id),
                ("state", "=", "unconfirmed"),
                ("network_key", "=", network_key),
                ("hold_until", ">", now),
            ],
            order="hold_until",
        )
        if len(kept_sudo) >= MAX_UNCONFIRMED:
            message = self.env._(
                "Please confirm your other requests first: we have sent an e-mail for each."
            )
            seconds = int((kept_sudo[0].hold_until - now).total_seconds()) + 1
            raise Throttled(message, retry_after=seconds)

    def _confirm(self):
        """Take a visitor's request for real: the address is theirs."""
        self._lock()
        if self.state == "unconfirmed":
            self._refuse_if_over()
            self.write({"state": "requested", "network_key": False})
            self.env["customer.portal.appointment.hold"]._keep(self)
            self._mail_managers("request")

    def _accept_proposal(self):
        """Agree to the time that staff proposed."""
        self._lock()
        if self.state == "accepted":
            return
        self._check_state("proposed")
        self._refuse_if_over()
        if not self._is_free_at(self.start, self.stop):
            self.calendar_id._raise_taken()
        self._make_sure()
        self.write(self._get_change(False))
        self._mail_managers("changed")

    def _cancel_by_customer(self):
        self._lock()
        if self.state == "cancelled":
            return
        self._check_customer_change()
        was_confirmed = self.state != "unconfirmed"
        self._close("cancelled")
        self.write(self._get_change(False))
        if was_confirmed:
            self._mail_managers("changed")

    def _move(self, start):
        """Move it to another time that is free.

        :param start: naive UTC datetime
        :raise InvalidInput: the rules do not allow the time
        :raise Conflict: the time is not free any more
        """
        self._lock()
        self._check_customer_change()
        if start == self.start:
            return
        old = {"old_start": self.start, "old_stop": self.stop}
        start, stop = self.calendar_id._check_slot(start, self)
        vals = {"start": start, "stop": stop, "reminder_date": False}
        self.write({**vals, **self._get_change(False)})
        until = False if self.state == "accepted" else None
        self.env["customer.portal.appointment.hold"]._keep(self, until)
        if self.state == "proposed":
            self.state = "requested"
        self._tell_of_move(**old)
        if self.state != "unconfirmed":
            self._mail_managers("changed", **old)

    def _check_customer_change(self):
        """Refuse what the customer may not do now.

        :raise Conflict: it is over and done with
        :raise Forbidden: it is too late
        """
        if self.state not in OPEN_STATES:
            self._refuse_state()
        if not self._may_customer_change():
            raise Forbidden(
                self.env._(
                    "It is too late to change this here. Please write or call us."
                ),
                code="too_late",
            )
