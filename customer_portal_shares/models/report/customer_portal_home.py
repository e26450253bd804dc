from odoo import api, models
from odoo.tools import SQL


class CustomerPortalHome(models.AbstractModel):
    """The customer's reports."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_counted(self):
        # each grant by itself: PostgreSQL reads those of one in the order of their ids, and looks
        # up nothing for each of them
        Grant = self.env["customer.portal.report.grant"]
        grants = [Grant._get_ticked_reports()]
        condition = Grant._get_granting_sql("share")
        if shared := self._get_shared_rows("customer.portal.report", condition):
            grants.append(Grant._get_shared_reports(shared))
        rows = SQL("%s LIMIT %s", SQL(" UNION ALL ").join(grants), self._count_limit)
        return {**super()._get_counted(), "reports": rows}

    @api.model
    def _get_cards(self):
        count = self._get_count("reports")
        text = (
            self.env._("Your hours, expenses and other numbers")
            if count
            else self.env._("Reports that we share with you will appear here")
        )
        return [
            *super()._get_cards(),
            {
                "title": self.env._("Reports"),
                "url": "/my/reports",
                "text": text,
                "icon": "/customer_portal_shares/static/src/report/portal/reports.svg",
                "count": count,
                "new": 0,
                "sequence": 40,
            },
        ]
