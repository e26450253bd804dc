from odoo import api, fields, models
from odoo.tools import SQL


class CustomerPortalShareAccess(models.Model):
    """Views and exports of reports are in the log of shares, also those without a share."""

    _inherit = "customer.portal.share.access"

    report_id = fields.Many2one(
        "customer.portal.report",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    @api.autovacuum
    def _gc_report_accesses(self):
        # sudo: res.company - how long each keeps its log
        for company in (
            self.env["res.company"].sudo().search([("portal_share_log_days", ">", 0)])
        ):
            limit = fields.Datetime.subtract(
                fields.Datetime.now(), days=company.portal_share_log_days
            )
            # in SQL: there may be millions, and nothing depends on them
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM customer_portal_share_access log
                    USING customer_portal_report report
                    WHERE log.report_id = report.id AND log.share_id IS NULL
                      AND report.company_id = %s AND log.date < %s
                    """,
                    company.id,
                    limit,
                )
            )
        self.env.invalidate_all()
