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
        is_of_report = SQL("log.report_id = owner.id AND log.share_id IS NULL")
        return self._gc_lines_of("customer_portal_report", is_of_report)
