from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    portal_logo = fields.Image(related="company_id.portal_logo", readonly=False)
    portal_welcome = fields.Html(related="company_id.portal_welcome", readonly=False)
    portal_copyright = fields.Char(
        related="company_id.portal_copyright", readonly=False
    )
    portal_copyright_url = fields.Char(
        related="company_id.portal_copyright_url", readonly=False
    )
    # not to be written: to save settings would delete what others have added meanwhile
    portal_link_ids = fields.One2many(related="company_id.portal_link_ids")
