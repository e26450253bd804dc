from odoo import api, models, tools


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get(
        self,
        model_name,
        field_name,
        user_id=False,
        company_id=False,
        condition=False,
    ):
        # core asks the database for the language of visitors with each page of the portal
        is_language = (model_name, field_name) == ("res.partner", "lang")
        if is_language and self.env.su and not (user_id or company_id or condition):
            return self._get_default_language()
        return super()._get(model_name, field_name, user_id, company_id, condition)

    @api.model
    @tools.ormcache()
    def _get_default_language(self):
        # core clears the cache whenever a default changes
        return super()._get("res.partner", "lang")
