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
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # foreign keys are rewritten in SQL: what is computed from them is not told
        dst_partner._update_portal_audience()
        # nor are rules that name the contact of a user
        self.env.registry.clear_cache()
        return result
