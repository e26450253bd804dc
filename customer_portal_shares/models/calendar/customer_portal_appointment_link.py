from odoo import fields, models


class CustomerPortalAppointmentLink(models.Model):
    """The link by which the customer of one appointment opens it without logging in."""

    _name = "customer.portal.appointment.link"
    _description = "Personal Link to an Appointment"
    _inherit = ["customer.portal.personal.link.mixin"]
    _order = "id"

    appointment_id = fields.Many2one(
        "customer.portal.appointment", required=True, index=True, ondelete="cascade"
    )

    def _has_reason(self):
        """A contact who is gone has no appointment, and one who can log in does so."""
        partner = self.appointment_id.partner_id
        return not partner or partner.active
