from odoo import api, models

from odoo.addons.customer_portal_docs.models.customer_portal_throttle import Limit

HOUR = 3600


class CustomerPortalThrottle(models.Model):
    _inherit = "customer.portal.throttle"

    @api.model
    def _get_limits(self):
        return {
            **super()._get_limits(),
            "issue_answer": Limit(60, HOUR),
            # each is a mail to somebody
            "issue_status": Limit(300, HOUR),
            # each is a mail to an address that a customer has typed
            "issue_moved": Limit(10, HOUR),
            # how many is said by the binder
            "form_network": Limit(0, HOUR),
            "form_email": Limit(0, HOUR),
            "form_tries": Limit(0, HOUR),
            "form_mail": Limit(0, HOUR),
        }
