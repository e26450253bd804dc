from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    """Contacts that are made one: whether the address is confirmed comes with the address."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        # sudo: res.partner - core merges for whom it lets
        everybody_sudo = (dst_partner + src_partners).sudo()
        claims = {
            partner.email: partner.portal_address_is_claimed
            for partner in reversed(everybody_sudo)
        }
        result = super()._update_values(src_partners, dst_partner)
        dst_partner._note_claimed_address(claims.get(dst_partner.email, False))
        return result
