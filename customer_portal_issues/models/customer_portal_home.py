from odoo import api, models


class CustomerPortalHome(models.AbstractModel):
    """The customer's issues."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_cards(self):
        return [*super()._get_cards(), self._get_issue_card()]

    @api.model
    def _get_issue_card(self):
        count = self.env["helpdesk.ticket"]._count_mine(self._count_limit)
        text = (
            self.env._("Follow what you reported, and report new issues")
            if count
            else self.env._("Something is wrong? Report it here, and follow it")
        )
        return {
            "title": self.env._("Issues"),
            "url": "/my/binders",
            "text": text,
            "icon": "/customer_portal_issues/static/src/img/issues.svg",
            "count": count,
            "new": 0,
            "sequence": 30,
        }
