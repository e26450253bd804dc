from odoo import api, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model
    def _get_portal_discussed_models(self):
        return [
            *super()._get_portal_discussed_models(),
            "helpdesk.ticket",
            "helpdesk.ticket.team",
        ]
