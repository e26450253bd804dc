from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _end_links_to_address(self):
        # sudo: customer.portal.appointment.link - whoever changes the contact
        Link_sudo = self.env["customer.portal.appointment.link"].sudo()
        Link_sudo.search([("appointment_id.partner_id", "in", self.ids)])._revoke_link()
        return super()._end_links_to_address()
