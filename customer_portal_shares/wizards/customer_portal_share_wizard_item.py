from odoo import api, fields, models


class CustomerPortalShareWizardItem(models.TransientModel):
    _name = "customer.portal.share.wizard.item"
    _description = "What a New Share Shows"

    wizard_id = fields.Many2one(
        "customer.portal.share.wizard", required=True, ondelete="cascade"
    )
    record = fields.Reference(
        selection="_selection_record", string="What", required=True
    )

    @api.model
    def _selection_record(self):
        Share = self.env["customer.portal.share"]
        return [
            (name, self.env[name]._get_share_kind())
            for name in Share._get_shareable_models()
            if self.env[name].has_access("read")
        ]
