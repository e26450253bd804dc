from odoo import api, models


class CustomerPortalHome(models.AbstractModel):
    """The company's words, on top."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_page(self):
        Branding = self.env["customer.portal.branding"]
        return {**super()._get_page(), "brand": Branding._get_for_page()}
