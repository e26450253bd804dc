from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    portal_share_password_required = fields.Boolean(
        related="company_id.portal_share_password_required", readonly=False
    )
    portal_share_expiration_required = fields.Boolean(
        related="company_id.portal_share_expiration_required", readonly=False
    )
    portal_share_expiration_max_days = fields.Integer(
        related="company_id.portal_share_expiration_max_days", readonly=False
    )
    portal_share_web_links = fields.Boolean(
        related="company_id.portal_share_web_links", readonly=False
    )
    portal_share_uploads = fields.Boolean(
        related="company_id.portal_share_uploads", readonly=False
    )
    portal_share_upload_quota = fields.Integer(
        related="company_id.portal_share_upload_quota", readonly=False
    )
    portal_share_log_days = fields.Integer(
        related="company_id.portal_share_log_days", readonly=False
    )
    portal_share_watermark = fields.Boolean(
        related="company_id.portal_share_watermark", readonly=False
    )
