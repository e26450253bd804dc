from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


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
        links_sudo.filtered(
            lambda link: not (link.partner_id or link.ticket_id.partner_id).active
        ).active = False
        links_sudo.filtered("active").ticket_id._revise_portal_links()

    def _get_issue_links_sudo(self):
        # sudo: customer.portal.issue.link - whoever changes the contacts
        links_sudo = self.env["customer.portal.issue.link"].sudo()
        # with those that were sent before staff knew whose the address is; by two indexes
        own, of_issues = (
            links_sudo._search([(name, "in", self.ids)]).select()
            for name in ("partner_id", "ticket_id.partner_id")
        )
        either = SQL("(%s UNION %s)", own, of_issues)
        return links_sudo.search(Domain("id", "any", either))
