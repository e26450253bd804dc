from odoo import api, models
from odoo.tools import SQL


class CustomerPortalHome(models.AbstractModel):
    """The customer's reports."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_counted(self):
        # each grant by itself: PostgreSQL reads those of one in the order of their ids, and looks
        # up nothing for each of them
        grants = [self._get_ticked_reports()]
        Report = self.env["customer.portal.report"]
        condition = Report._get_granting_sql("share")
        if shared := self._get_shared_rows(Report._name, condition):
            grants.append(self._get_shared_reports(shared))
        rows = SQL("%s LIMIT %s", SQL(" UNION ALL ").join(grants), self._count_limit)
        return {**super()._get_counted(), "reports": rows}

    @api.model
    def _get_ticked_reports(self):
        return SQL(
            """
            SELECT 1 FROM customer_portal_report_user_rel ticked
              JOIN customer_portal_report report ON report.id = ticked.report_id
             WHERE ticked.user_id = %s AND %s
            """,
            self.env.uid,
            self._get_open_report_sql(),
        )

    @api.model
    def _get_shared_reports(self, shared):
        """Return SQL of the reports that are shared, and not ticked as well."""
        return SQL(
            """
            SELECT 1 FROM (%s) AS shared
              JOIN customer_portal_report report ON report.id = shared.res_id
             WHERE NOT EXISTS (SELECT FROM customer_portal_report_user_rel
                                WHERE user_id = %s AND report_id = report.id)
               AND %s
            """,
            shared,
            self.env.uid,
            self._get_open_report_sql(),
        )

    @api.model
    def _get_open_report_sql(self):
        """Return the condition of a report that opens."""
        return SQL(
            """
            report.active
            AND EXISTS (SELECT FROM res_users WHERE id = report.user_id AND active)
            AND EXISTS (SELECT FROM customer_portal_report_column
                         WHERE report_id = report.id)
            """
        )

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
