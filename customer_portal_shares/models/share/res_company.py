from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class ResCompany(models.Model):
    _inherit = "res.company"

    portal_share_password_required = fields.Boolean(
        help="Shares without a password cannot be created.",
        groups="base.group_user",
    )
    portal_share_expiration_required = fields.Boolean(
        help="Shares without an expiry date cannot be created.",
        groups="base.group_user",
    )
    portal_share_expiration_max_days = fields.Integer(
        string="Maximum Duration of a Share (Days)",
        help="How many days a share may last. 0 for no maximum.",
        groups="base.group_user",
    )
    portal_share_web_links = fields.Boolean(
        default=True,
        help="If switched off, all web links answer “not found”; secured links are not affected.",
        groups="base.group_user",
    )
    portal_share_uploads = fields.Boolean(
        default=True,
        help="If switched off, no share takes files.",
        groups="base.group_user",
    )
    portal_share_upload_quota = fields.Integer(
        string="Upload Limit per Share (MB)",
        default=10240,
        help="How much visitors may upload to one share in total. 0 for no limit.",
        groups="base.group_user",
    )
    portal_share_log_days = fields.Integer(
        string="Keep Visits of Shares (Days)",
        default=365,
        help="Older visits are deleted. 0 to keep all.",
        groups="base.group_user",
    )

    portal_share_watermark = fields.Boolean(
        default=True,
        help="View-only pages show the viewer's name or IP address, and the time.",
        groups="base.group_user",
    )

    def cache_invalidation_fields(self):
        # which companies an owner belongs to is remembered; core forgets it where the user is
        # written, and not where the company is
        return super().cache_invalidation_fields() | {"user_ids"}

    @api.constrains("portal_share_upload_quota")
    def _check_portal_share_upload_quota(self):
        if any(company.portal_share_upload_quota < 0 for company in self):
            raise ValidationError(self.env._("A limit of uploads cannot be negative."))

    @api.constrains("portal_share_expiration_max_days", "portal_share_log_days")
    def _check_portal_share_days(self):
        for company in self:
            if (
                company.portal_share_expiration_max_days < 0
                or company.portal_share_log_days < 0
            ):
                raise ValidationError(
                    self.env._("A number of days cannot be negative.")
                )

    # -- policies

    def _get_share_problem(self, share, is_handover=False):
        """Return which policy a share breaks, in words, or None.

        :param bool is_handover: whether it only gets another owner: the gate keeps web links shut
        """
        self.ensure_one()
        is_link = share.access == "public" and not is_handover
        if is_link and not self.portal_share_web_links:
            return self.env._(
                "Web links are switched off. Please make a secured link instead."
            )
        if self.portal_share_password_required and not share.has_password:
            return self.env._("Every share needs a password. Please choose one.")
        max_days = self.portal_share_expiration_max_days
        if not share.expiration_date:
            if self.portal_share_expiration_required or max_days:
                return self.env._(
                    "Every share needs an expiry date. Please choose one."
                )
        elif max_days and share.expiration_date > share._get_last_day(max_days):
            return self.env._(
                "A share may last %(days)s days at most: until %(date)s.",
                days=max_days,
                date=format_date(self.env, share._get_last_day(max_days)),
            )
        return None
