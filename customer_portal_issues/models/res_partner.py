from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # each report from the web asks whose address it is
    _portal_email_normalized_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    @api.model
    def _get_portal_audience_models(self):
        return [*super()._get_portal_audience_models(), "helpdesk.ticket"]

    def write(self, vals):
        result = super().write(vals)
        if {"email", "active"} & vals.keys():
            self._revise_portal_links()
        return result

    def _revise_portal_links(self):
        """Let links end with the address that they were sent to, and with the contact."""
        links_sudo = self._get_issue_links_sudo()
        if not links_sudo:
            return
        links_sudo.filtered(lambda link: not link.partner_id.active).active = False
        links_sudo.filtered("active").ticket_id._revise_portal_links()

    def _get_issue_links_sudo(self):
        # sudo: customer.portal.issue.link - whoever changes the contacts
        links_sudo = self.env["customer.portal.issue.link"].sudo()
        return links_sudo.search([("partner_id", "in", self.ids)])
