from odoo import models
from odoo.tools import sql


class IrModel(models.Model):
    _inherit = "ir.model"

    def _forget_in_portal(self):
        """Share no record of these models."""
        # by SQL: our columns are gone before where we are uninstalled as well
        if sql.column_exists(self.env.cr, "customer_portal_share_item", "res_model"):
            self.env.cr.execute(
                "DELETE FROM customer_portal_share_item WHERE res_model = ANY(%s)",
                [self.mapped("model")],
            )
        return super()._forget_in_portal()
