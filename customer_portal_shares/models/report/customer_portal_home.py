from odoo import api, models
from odoo.tools import SQL


class CustomerPortalHome(models.AbstractModel):
    """The customer's reports."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_counted(self):
        rows = SQL(
            """
            SELECT 1 FROM (
                SELECT report_id AS id FROM customer_portal_report_user_rel
                 WHERE user_id = %(user)s
                 UNION ALL
                SELECT res_id FROM (%(shared)s) AS shared
                 WHERE NOT EXISTS (SELECT FROM customer_portal_report_user_rel
                                    WHERE user_id = %(user)s AND report_id = res_id)
                ) AS mine
              JOIN customer_portal_report report USING (id)
             WHERE active
               AND EXISTS (SELECT FROM res_users WHERE id = report.user_id AND active)
               AND EXISTS (SELECT FROM customer_portal_report_column
                            WHERE report_id = report.id)
             LIMIT %(limit)s
            """,
            user=self.env.uid,
            shared=self._get_shared_rows("customer.portal.report"),
            limit=self._count_limit,
        )
        return {**super()._get_counted(), "reports": rows}

    @api.model
    def _get_cards(self):
        count = self._get_count("reports")
        text = (
            self.env._("Your hours, expenses and other numbers")
            if count
            else self.env._("Numbers that we open to you are found here")
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
