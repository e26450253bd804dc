from odoo import api, models


class CustomerPortalHome(models.AbstractModel):
    """The customer's reports."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_cards(self):
        count = len(self.env["customer.portal.report"]._search_mine_sudo())
        return [
            *super()._get_cards(),
            {
                "title": self.env._("Reports"),
                "url": "/my/reports",
                "text": self.env._("Your hours, expenses and other numbers"),
                "icon": "/customer_portal_shares/static/src/report/portal/reports.svg",
                "count": count,
                "new": 0,
                "sequence": 40,
            },
        ]
