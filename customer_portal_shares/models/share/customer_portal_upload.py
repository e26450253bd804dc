from odoo import fields, models


class CustomerPortalUpload(models.Model):
    _inherit = "customer.portal.upload"

    share_id = fields.Many2one(
        "customer.portal.share",
        index="btree_not_null",
        ondelete="cascade",
        help="The share that the file goes into.",
    )
    share_address = fields.Char(help="The network that the file comes from.")
