from odoo import api, models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.model
    def _get_portal_modules(self):
        return [*super()._get_portal_modules(), "customer_portal_shares"]
