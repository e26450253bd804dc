from odoo import api, models

from odoo.addons.customer_portal_docs.models.customer_portal_throttle import Limit

#: What customers may do about accounts, within a day.
LIMITS = {
    # invitations and deactivations by the administrators of one company
    "colleagues": Limit(30, 24 * 60 * 60),
    # a new invitation that somebody with an old one asks for
    "invitation": Limit(3, 24 * 60 * 60),
    "invitation_address": Limit(30, 60 * 60),
}


class CustomerPortalThrottle(models.Model):
    _inherit = "customer.portal.throttle"

    @api.model
    def _get_limits(self):
        return {**super()._get_limits(), **LIMITS}
