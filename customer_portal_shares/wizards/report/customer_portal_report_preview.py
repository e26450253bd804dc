from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...models.report.customer_portal_report import LOST
from ...tools.report.page import ReportPage
from ...tools.report.window import PERIODS, Window


class CustomerPortalReportPreview(models.TransientModel):
    _name = "customer.portal.report.preview"
    _description = "Report as a Customer Sees It"

    report_id = fields.Many2one(
        "customer.portal.report", required=True, ondelete="cascade"
    )
    needs_partner = fields.Boolean(compute="_compute_needs_partner")
    partner_id = fields.Many2one("res.partner", string="As")
    period = fields.Selection(
        [
            ("all", "All"),
            ("this_month", "This month"),
            ("last_month", "Last month"),
            ("this_quarter", "This quarter"),
            ("last_quarter", "Last quarter"),
            ("this_year", "This year"),
            ("last_year", "Last year"),
        ],
        default="all",
        required=True,
    )
    html = fields.Html(compute="_compute_html", sanitize=False)

    @api.depends("report_id")
    def _compute_needs_partner(self):
        for preview in self:
            preview.needs_partner = bool(preview.report_id.partner_path)

    @api.depends("report_id", "partner_id", "period")
    @api.depends_context("lang")
    def _compute_html(self):
        for preview in self:
            preview.html = preview._render() if preview._is_chosen() else False

    def _is_chosen(self):
        return self.report_id and (self.partner_id or not self.needs_partner)

    def _render(self):
        # sudo: customer.portal.report - readable, see above; it reads as its owner
        report_sudo = self.report_id.sudo()
        self.report_id.check_access("read")
        if self.partner_id:
            self.partner_id.check_access("read")
        if not self.report_id._may_define():
            raise AccessError(
                self.env._(
                    "A report is read with its owner's rights: only the owner can preview it as "
                    "a customer."
                )
            )
        period = self.period if self.period in PERIODS else "all"
        try:
            reader = report_sudo._open(self.partner_id, Window(period=period))
            # a statement that fails spoils no more than itself
            with self.env.cr.savepoint():
                page = ReportPage(reader, "").prepare()
        except LOST as error:
            # with what its owner typed, and others may look at it
            return escape(error)
        values = {**page, "periods": [], "is_preview": True}
        return self.env["ir.qweb"]._render(
            "customer_portal_shares.report_preview", values
        )
