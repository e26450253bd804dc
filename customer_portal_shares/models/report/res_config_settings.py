from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    portal_report_xlsx_rows = fields.Integer(
        related="company_id.portal_report_xlsx_rows", readonly=False
    )
