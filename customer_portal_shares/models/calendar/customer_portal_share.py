from odoo import api, fields, models


class CustomerPortalShare(models.Model):
    _inherit = "customer.portal.share"

    has_calendar = fields.Boolean(compute="_compute_has_calendar")

    @api.depends("item_ids.res_model")
    def _compute_has_calendar(self):
        for share in self:
            share.has_calendar = "customer.portal.calendar" in share._get_kinds()
