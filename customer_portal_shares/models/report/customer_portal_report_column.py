from odoo import api, fields, models


class CustomerPortalReportColumn(models.Model):
    _name = "customer.portal.report.column"
    _description = "Column of a Report"
    _order = "sequence, id"
    _rec_name = "path"

    report_id = fields.Many2one(
        "customer.portal.report", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    path = fields.Char(
        string="Field", required=True, help="A field, or up to three joined by dots."
    )
    label = fields.Char(
        translate=True,
        help="The title of the column; the field's own name if empty.",
    )
    total = fields.Selection(
        [
            ("none", "None"),
            ("sum", "Sum"),
            ("avg", "Average"),
            ("min", "Least"),
            ("max", "Most"),
        ],
        required=True,
        default="none",
    )
    model = fields.Char(related="report_id.model", string="Model Name")

    @api.model_create_multi
    def create(self, vals_list):
        columns = super().create(vals_list)
        columns.report_id._check_definition_access()
        return columns

    def write(self, vals):
        self.report_id._check_definition_access()
        result = super().write(vals)
        if "report_id" in vals:
            # the rules have judged the old report only
            self.check_access("write")
            self.report_id._check_definition_access()
        return result

    def unlink(self):
        self.report_id._check_definition_access()
        return super().unlink()

    @api.constrains("path", "total", "report_id")
    def _check_path(self):
        self.report_id._check_definition()
