from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    portal_appointment_count = fields.Integer(
        string="Number of Appointments",
        compute="_compute_portal_appointment_count",
        groups="base.group_user",
        help="Appointments of the contact, and of all contacts below.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_portal_appointment_count(self):
        groups = self.env["customer.portal.appointment"]._read_group(
            [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
        )
        counts = dict.fromkeys(self.ids, 0)
        for partner, count in groups:
            # sudo: res.partner - who is above the customer
            partner_sudo = partner.sudo()
            while partner_sudo:
                if partner_sudo.id in counts:
                    counts[partner_sudo.id] += count
                partner_sudo = partner_sudo.parent_id
        for partner in self:
            partner.portal_appointment_count = counts.get(partner._origin.id, 0)

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
