from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    portal_share_count = fields.Integer(
        string="Number of Shares",
        compute="_compute_portal_share_count",
        groups="customer_portal_docs.group_document_user",
        help="Shares with the portal users of the contact, and of all contacts below.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_portal_share_count(self):
        # as the list that the button opens: deactivated ones and former users as well
        Share = self.env["customer.portal.share"].with_context(active_test=False)
        groups = Share._read_group(
            [("user_ids.partner_id", "child_of", self.ids)],
            ["user_ids"],
            ["id:recordset"],
        )
        shares = dict.fromkeys(self.ids, Share)
        for user, of_user in groups:
            # sudo: res.partner - who is above a recipient
            partner_sudo = user.sudo().partner_id
            while partner_sudo:
                if partner_sudo.id in shares:
                    shares[partner_sudo.id] |= of_user
                partner_sudo = partner_sudo.parent_id
        for partner in self:
            partner.portal_share_count = len(shares.get(partner._origin.id, ()))
