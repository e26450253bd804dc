import logging
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.customer_portal_docs.tools.apart import apart

from ...tools.slots import DAY, get_midnight, to_local

_logger = logging.getLogger(__name__)


class CustomerPortalAppointmentReminder(models.AbstractModel):
    """What reminds customers of their appointments, on the day before where they are."""

    _name = "customer.portal.appointment.reminder"
    _description = "Reminders of Appointments"

    @api.model
    def _remind_all(self):
        """Remind of each that is near and was not reminded of yet, in a scheduled action."""
        now = fields.Datetime.now()
        coming = self.env["customer.portal.appointment"].search(
            [
                ("state", "=", "accepted"),
                ("reminder_date", "=", False),
                ("start", ">", now),
                ("start", "<", now + 2 * DAY + timedelta(hours=1)),
            ],
            order="start, id",
        )
        due = coming.filtered(self._is_due)
        for number, appointment in enumerate(due, 1):
            with apart(
                self.env, _logger, "%s is tried again the next time", appointment
            ):
                # asked again: the mails before may have taken long
                if self._is_due(appointment.exists()):
                    self._remind(appointment)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number):
                break

    @api.model
    def _is_due(self, appointment):
        """Tell whether to remind of an appointment now; never of an empty record."""
        now, partner = fields.Datetime.now(), appointment.partner_id
        return (
            appointment.state == "accepted"
            and not appointment.reminder_date
            and appointment.start > now
            and self._is_tomorrow(appointment, now)
            # who was archived since is mailed no more, as with requests
            and (not partner or partner.active)
        )

    @api.model
    def _is_tomorrow(self, appointment, now):
        """Tell whether it is on the next day of the customer's, or sooner."""
        zone = appointment._get_customer_zone()
        after = to_local(now, zone).date() + 2 * DAY
        return appointment.start < get_midnight(after, zone)

    @api.model
    def _remind(self, appointment):
        appointment.reminder_date = fields.Datetime.now()
        appointment._mail_customer("reminder")
