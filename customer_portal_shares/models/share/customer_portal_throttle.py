from odoo import api, models

from odoo.addons.customer_portal_docs.models.customer_portal_throttle import Limit

#: Passwords that may be tried for one share, from one network and from everywhere.
LIMITS = {
    "share_password_address": Limit(5, 15 * 60),
    "share_password": Limit(50, 60 * 60),
}


class CustomerPortalThrottle(models.Model):
    _inherit = "customer.portal.throttle"

    @api.model
    def _get_limits(self):
        return {**super()._get_limits(), **LIMITS}
