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

    # the dialog tells what things are called, and computes it with all rights

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items._check_readable()
        return items

    def write(self, vals):
        result = super().write(vals)
        self._check_readable()
        if "wizard_id" in vals:
            # the rule has judged the old dialog only
            self.check_access("write")
        return result

    def _check_readable(self):
        chosen = self.filtered("record")
        for model, items in chosen.grouped(lambda item: item.record._name).items():
            ids = [item.record.id for item in items]
            self.env[model].browse(ids).check_access("read")

    @api.model
    def _selection_record(self):
        return self.env["customer.portal.share"]._selection_item_model()
