from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    portal_document_user_id = fields.Many2one(
        related="company_id.portal_document_user_id",
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
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
    portal_document_warning = fields.Char(
        compute="_compute_portal_document_warning",
        help="Why the user whom documents are assigned to would not be notified of an upload.",
    )

    @api.depends("portal_document_user_id", "company_id")
    @api.depends_context("lang")
    def _compute_portal_document_warning(self):
        for settings in self:
            settings.portal_document_warning = settings._get_portal_document_warning()

    def _get_portal_document_warning(self):
        user = self.portal_document_user_id
        if not user:
            return self.env._(
                "Nobody is notified of uploads: choose who the documents are assigned to."
            )
        if not user._filter_staff():
            return self.env._(
                "%(user)s is archived or no longer an internal user: users with the role "
                "Portal: all documents are notified of uploads instead.",
                user=user.name,
            )
        if not user._filter_staff(self.company_id):
            return self.env._(
                "%(user)s has no access to %(company)s: users with the role Portal: all documents "
                "are notified of uploads instead.",
                user=user.name,
                company=self.company_id.name,
            )
        if not user.email_normalized:
            return self.env._(
                "Nobody is notified of uploads: %(user)s has no e-mail address.",
                user=user.name,
            )
        return False
