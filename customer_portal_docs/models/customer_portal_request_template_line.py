from odoo import fields, models


class CustomerPortalRequestTemplateLine(models.Model):
    _name = "customer.portal.request.template.line"
    _description = "Line of a Checklist of Documents"
    _portal_texts = ("description",)
    _inherit = ["customer.portal.title.mixin"]
    _order = "sequence, id"

    template_id = fields.Many2one(
        "customer.portal.request.template",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    name = fields.Char("Document", required=True, translate=True)
    description = fields.Text("Instructions", translate=True)
    required = fields.Boolean(default=True)
    multiple = fields.Boolean("Several Files", default=True)
    needs_valid_until = fields.Boolean(
        "Ask for Expiry Date",
        help="The customer says until when the document is valid.",
    )
    folder_id = fields.Many2one("customer.portal.folder", ondelete="restrict")
    form_file = fields.Binary("File to Fill In", attachment=True)
    form_filename = fields.Char("Name of the File to Fill In")

    def _prepare_request_lines(self, company):
        """Return the values of lines that ask for the same.

        :param company: the request's; the folders of other companies are left out
        """
        return [
            {
                "sequence": line.sequence,
                "name": line.name,
                "description": line.description,
                "required": line.required,
                "multiple": line.multiple,
                "needs_valid_until": line.needs_valid_until,
                "folder_id": line.folder_id._filter_for(company).id,
                "form_file": line.with_context(bin_size=False).form_file,
                "form_filename": line.form_filename,
            }
            for line in self
        ]
