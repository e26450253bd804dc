from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.addresses import is_safe_address


class CustomerPortalLink(models.Model):
    """A link in the navigation of the portal."""

    _name = "customer.portal.link"
    _description = "Navigation Link of the Portal"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    url = fields.Char(
        string="Address",
        required=True,
        help="A web address (https://…), an e-mail address (mailto:…) or a path (/my/documents).",
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )

    @api.constrains("url")
    def _check_url(self):
        for link in self:
            if not is_safe_address(link.url):
                Company = self.env["res.company"]
                raise ValidationError(Company._get_address_refusal(link.url or ""))

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create([self._strip_url(vals) for vals in vals_list])
        self.env.registry.clear_cache()
        return links

    def write(self, vals):
        result = super().write(self._strip_url(vals))
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _update_field_translations(self, *args, **kwargs):
        result = super()._update_field_translations(*args, **kwargs)
        self.env.registry.clear_cache()
        return result

    @api.model
    def _strip_url(self, vals):
        if isinstance(vals.get("url"), str):
            return {**vals, "url": vals["url"].strip()}
        return vals
