from odoo import models
from odoo.tools import sql


class IrModel(models.Model):
    _inherit = "ir.model"

    def unlink(self):
        """Forget records whose model goes, as its addon is uninstalled.

        Once that is installed again its ids start at 1, and are other records.
        """
        self._forget_in_portal()
        return super().unlink()

    def _forget_in_portal(self):
        """Let documents be about no record of these models."""
        # by SQL, as core removes messages: of what is gone there is nothing to lock; and our
        # columns are gone before where we are uninstalled as well
        if sql.column_exists(self.env.cr, "customer_portal_document", "res_model"):
            self.env.cr.execute(
                """UPDATE customer_portal_document SET res_model = NULL, res_id = NULL
                    WHERE res_model = ANY(%s)""",
                [self.mapped("model")],
            )
