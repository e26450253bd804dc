from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Hide the app from colleagues who have no role in it, and whom no calendar names."""
        result = super()._load_menus_blacklist()
        user = self.env.user
        if user.has_group("customer_portal_docs.group_document_user"):
            return result
        if self.env["customer.portal.calendar"]._names(user):
            return result
        app = self.env.ref("customer_portal_docs.menu_root", raise_if_not_found=False)
        return [*result, app.id] if app else result
