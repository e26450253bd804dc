from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def unlink(self):
        self.check_access("unlink")
        # not by PostgreSQL: their events go with them
        # sudo: customer.portal.appointment - of whom the user deletes
        Appointment_sudo = self.env["customer.portal.appointment"].sudo()
        Appointment_sudo.search([("partner_id", "in", self.ids)]).unlink()
        return super().unlink()

    def _end_links_to_address(self):
        # sudo: customer.portal.appointment.link - whoever changes the contact
        Link_sudo = self.env["customer.portal.appointment.link"].sudo()
        Link_sudo.search([("appointment_id.partner_id", "in", self.ids)])._revoke_link()
        return super()._end_links_to_address()
