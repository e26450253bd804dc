from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # foreign keys are rewritten in SQL, past the documents' own guard
        # sudo: customer.portal.document - a lock holds for those as well who cannot see it
        self.env["customer.portal.document"].sudo().with_context(
            active_test=False
        ).search(
            [
                "|",
                ("partner_id", "in", src_partners.ids),
                ("commercial_partner_id", "in", src_partners.ids),
                ("locked_by_id", "!=", False),
            ],
            limit=1,
        )._check_not_locked()
        # core deletes all of a contact's rows where one is there already
        self.env["customer.portal.acknowledgement"]._merge_contacts(
            src_partners, dst_partner
        )
        # sudo: res.partner - only whose they are
        left = src_partners.sudo().company_id
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # foreign keys are rewritten in SQL: what is computed from them is not told
        dst_partner._update_portal_audience()
        dst_partner._take_records_along(left)
        # nor are rules that name the contact of a user
        self.env.registry.clear_cache()
        return result

    def _update_values(self, src_partners, dst_partner):
        # a merge is nobody's word on whose an address or a login is: each keeps what it had
        # sudo: res.partner, res.users - core merges for whom it lets; the accounts have moved
        merged_sudo = (dst_partner + src_partners).sudo()
        claimed_sudo = merged_sudo.with_context(active_test=False).user_ids.filtered(
            "portal_login_is_claimed"
        )
        claims = {
            partner.email: partner.portal_address_is_claimed
            for partner in reversed(merged_sudo)
        }
        result = super()._update_values(src_partners, dst_partner)
        # sudo: res.partner - as above
        dst_partner.sudo().portal_address_is_claimed = claims.get(
            dst_partner.email, False
        )
        claimed_sudo.portal_login_is_claimed = True
        return result
