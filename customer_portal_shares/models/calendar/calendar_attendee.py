from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _should_notify_attendee(self, notify_author=False):
        """Customers get our mails of their appointments, and not Odoo's as well."""
        # sudo: customer.portal.appointment - whose it is
        customers_sudo = self.event_id.sudo().portal_appointment_ids.partner_id
        if self.partner_id in customers_sudo:
            return False
        return super()._should_notify_attendee(notify_author=notify_author)
