from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "email" in vals:
            # links end with the address that they were sent to
            # sudo: customer.portal.appointment.link - whoever changes the contact
            self.env["customer.portal.appointment.link"].sudo().search(
                [("appointment_id.partner_id", "in", self.ids)]
            )._revoke_link()
        return result
