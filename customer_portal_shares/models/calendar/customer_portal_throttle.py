from odoo import api, models

from odoo.addons.customer_portal_docs.models.customer_portal_throttle import Limit

HOUR = 3600


class CustomerPortalThrottle(models.Model):
    _inherit = "customer.portal.throttle"

    @api.model
    def _get_limits(self):
        return {
            **super()._get_limits(),
            # visitors ask for appointments: by network, by the address that gets a mail, and from
            # everywhere
            "appointment_network": Limit(20, HOUR),
            "appointment_email": Limit(5, HOUR),
            "appointment_share": Limit(100, HOUR),
            # both sides are told of each
            "appointment_change": Limit(20, HOUR),
            "calendar_feed": Limit(20, HOUR),
        }
