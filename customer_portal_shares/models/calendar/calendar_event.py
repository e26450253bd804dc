from odoo import api, fields, models
from odoo.fields import Command

from ...tools.ics import clean_text


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    #: SQL of when an event takes place, as the index has it: with many thousand events those of
    #: a month are found at the cost of a month's
    _portal_span = "tsrange(LEAST(event.start, event.stop), GREATEST(event.start, event.stop), '[]')"
    _portal_span_idx = models.Index(
        "USING gist (tsrange(LEAST(start, stop), GREATEST(start, stop), '[]'))"
    )

    portal_appointment_ids = fields.One2many(
        "customer.portal.appointment",
        "event_id",
        string="Appointments of Customers",
        groups="base.group_user",
    )
    # copies and series inherit it, and it outlives the appointment
    is_portal_appointment = fields.Boolean(
        string="Appointment of a Customer",
        readonly=True,
        groups="base.group_user",
        help="Calendars for customers never show its title.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"start", "stop", "duration", "active"} & vals.keys():
            self._follow_portal_appointments()
        return result

    def unlink(self):
        appointments_sudo = self._get_portal_appointments_sudo()
        result = super().unlink()
        appointments_sudo._cancel_with_event()
        return result

    def _follow_portal_appointments(self):
        """Tell the customers of appointments that staff move or call off in their calendar."""
        for appointment in self._get_portal_appointments_sudo():
            event_sudo = appointment.event_id
            if not event_sudo.active:
                appointment._cancel_with_event()
            elif (event_sudo.start, event_sudo.stop) != (
                appointment.start,
                appointment.stop,
            ):
                appointment._move_with_event()

    @api.model
    def _make_for_appointment(self, appointment):
        """Return the new event of an appointment that was accepted.

        The customer may read it by RPC: nothing of the staff's notes, nor of their contacts.
        """
        people = appointment.calendar_id._get_people()
        partners = people.partner_id | appointment.partner_id
        event = self._as_portal_change().create(
            {
                "name": f"{clean_text(appointment.subject)} – {clean_text(appointment.who)}",
                "start": appointment.start,
                "stop": appointment.stop,
                "allday": False,
                "user_id": people[:1].id,
                "partner_ids": [Command.set(partners.ids)],
                "res_id": False,
                "res_model_id": False,
                "is_portal_appointment": True,
            }
        )
        event.attendee_ids.state = "accepted"
        return event

    def _as_portal_change(self):
        """Return the events as an appointment writes them: no mails but its own, no defaults."""
        context = {
            "lang": self.env.context.get("lang"),
            "allowed_company_ids": self.env.context.get("allowed_company_ids", []),
            "portal_appointment_change": True,
            "no_mail_to_attendees": True,
            "skip_attendee_notification": True,
            "skip_contact_description": True,
            "mail_create_nosubscribe": True,
            "mail_create_nolog": True,
            "mail_notrack": True,
        }
        return self.with_env(self.env(context=context))

    def _get_portal_appointments_sudo(self):
        """Return the accepted appointments of these events, which are not being changed here."""
        Appointment = self.env["customer.portal.appointment"]
        if self.env.context.get("portal_appointment_change"):
            return Appointment
        # sudo: customer.portal.appointment - whoever may change the event
        return Appointment.sudo().search(
            [("event_id", "in", self.ids), ("state", "=", "accepted")]
        )
