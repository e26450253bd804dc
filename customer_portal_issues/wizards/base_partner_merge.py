from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # in SQL, which tells nothing that is computed from them: links speak their language
        links_sudo = dst_partner.with_context(active_test=False)._get_issue_links_sudo()
        links_sudo.modified(["partner_id"])
        return result
