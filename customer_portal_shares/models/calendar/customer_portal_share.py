from odoo import fields, models


class CustomerPortalShare(models.Model):
    _inherit = "customer.portal.share"

    calendar_feed_ids = fields.One2many(
        "customer.portal.calendar.feed",
        "share_id",
        string="Calendar Feeds",
        readonly=True,
    )
