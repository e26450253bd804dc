from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        # what rules ask of the contact of staff is kept, see ir.rule
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return result
