from odoo import fields, models


class CustomerPortalRequestReason(models.Model):
    """Words that staff reject documents with again and again."""

    _name = "customer.portal.request.reason"
    _description = "Reason to Reject a Document"
    _inherit = ["customer.portal.title.mixin"]
    _order = "sequence, id"

    name = fields.Char("Reason", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
