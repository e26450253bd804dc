from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        # see the team's
        if "helpdesk_team_ids" in vals:
            self.env.registry.clear_cache()
        return result
