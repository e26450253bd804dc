from odoo import api, models
from odoo.fields import Domain


class CustomerPortalDocument(models.Model):
    _inherit = "customer.portal.document"

    @api.model
    def _get_linkable_models(self):
        return [*super()._get_linkable_models(), "helpdesk.ticket"]

    @api.model
    def _get_portal_filters(self):
        on_issue = {
            "label": self.env._("On an issue"),
            "domain": Domain("res_model", "=", "helpdesk.ticket"),
        }
        filters = super()._get_portal_filters()
        unlinked = filters.pop("unlinked")
        return {**filters, "issue": on_issue, "unlinked": unlinked}
