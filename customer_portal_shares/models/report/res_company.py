from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Rows that the XLSX format can hold, its head left out.
XLSX_ROWS = 1_048_575


class ResCompany(models.Model):
    _inherit = "res.company"

    portal_report_xlsx_rows = fields.Integer(
        string="Maximum Rows in an Excel File",
        default=200_000,
        help="A larger report is offered as CSV only. 0 for as many rows as the format allows.",
        groups="base.group_user",
    )

    @api.constrains("portal_report_xlsx_rows")
    def _check_portal_report_xlsx_rows(self):
        if any(company.portal_report_xlsx_rows < 0 for company in self):
            raise ValidationError(self.env._("A number of rows cannot be negative."))

    def _get_portal_report_xlsx_rows(self):
        """Return how many rows an Excel file may have."""
        return min(self.portal_report_xlsx_rows or XLSX_ROWS, XLSX_ROWS)
