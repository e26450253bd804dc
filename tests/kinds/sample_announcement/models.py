from odoo import fields, models


class SampleAnnouncement(models.Model):
    """All that a new kind of share takes: the mixin, a template and its values."""

    _name = "sample.announcement"
    _description = "Announcement"
    _inherit = ["customer.portal.shareable.mixin"]
    _share_template = "sample_announcement.share_announcements"

    name = fields.Char(required=True)
    text = fields.Text()
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)

    def _prepare_share_values(self, share_sudo, page=1):
        values = super()._prepare_share_values(share_sudo, page)
        return {**values, "words": sum(len((one.text or "").split()) for one in self)}
