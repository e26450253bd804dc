from odoo import api, models

from .res_partner import WIDGET


class IrQwebFieldContact(models.AbstractModel):
    _inherit = "ir.qweb.field.contact"

    @api.model
    def value_to_html(self, value, options):
        # the address is read out of a name that has it
        value = value and value.with_context(portal_contact_widget=WIDGET)
        return super().value_to_html(value, options)
