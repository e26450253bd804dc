from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # each report from the web asks whose address it is
    _portal_email_normalized_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
