from odoo import api, models


class CustomerPortalHome(models.AbstractModel):
    """The company's words, on top; the colleagues of those who manage them."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_page(self):
        Branding = self.env["customer.portal.branding"]
        return {**super()._get_page(), "brand": Branding._get_for_page()}

    @api.model
    def _get_cards(self):
        cards = super()._get_cards()
        company_sudo = self.env["customer.portal.colleague"]._get_company_sudo()
        if not company_sudo:
            return cards
        colleagues = {
            "title": self.env._("Colleagues"),
            "url": "/my/colleagues",
            "text": self.env._("Invite colleagues to the portal, or end their access"),
            "icon": "/customer_portal_shares/static/src/office/img/colleagues.svg",
            "count": None,
            "new": 0,
            "sequence": 90,
        }
        return [*cards, colleagues]
