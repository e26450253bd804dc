from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    portal_document_user_id = fields.Many2one(
        related="company_id.portal_document_user_id", readonly=False
    )
    portal_document_notification_text = fields.Text(
        related="company_id.portal_document_notification_text", readonly=False
    )
    portal_document_visibility = fields.Selection(
        related="company_id.portal_document_visibility", readonly=False, required=True
    )
    portal_document_max_size = fields.Integer(
        related="company_id.portal_document_max_size", readonly=False
    )
    portal_document_receipt = fields.Boolean(
        related="company_id.portal_document_receipt", readonly=False
    )
    portal_mail_authserv_ids = fields.Char(
        config_parameter="customer_portal_docs.mail_authserv_ids"
    )
    portal_link_days = fields.Integer(
        related="company_id.portal_link_days", readonly=False
    )
    portal_request_reminder_days = fields.Char(
        related="company_id.portal_request_reminder_days", readonly=False
    )
    portal_document_expiry_days = fields.Integer(
        related="company_id.portal_document_expiry_days", readonly=False
    )
    portal_document_types = fields.Char(
        related="company_id.portal_document_types", readonly=False
    )
