from odoo import fields, models


class CustomerPortalRequestTemplate(models.Model):
    """A checklist of documents, to ask many contacts for the same."""

    _name = "customer.portal.request.template"
    _description = "Checklist of Documents"
    _portal_texts = ("note",)
    _inherit = ["customer.portal.title.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    note = fields.Text("Message to the Customer", translate=True)
    line_ids = fields.One2many(
        "customer.portal.request.template.line",
        "template_id",
        string="Lines",
        copy=True,
    )
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
