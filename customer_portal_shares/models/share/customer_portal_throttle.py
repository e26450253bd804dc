from odoo import api, models

from odoo.addons.customer_portal_docs.models.customer_portal_throttle import Limit

from .customer_portal_share_receipt import MOST_MAILS

#: Passwords that may be tried for one share, from one network and from everywhere.
LIMITS = {
    "share_password_address": Limit(5, 15 * 60),
    "share_password": Limit(50, 60 * 60),
    # mails about one share to its owner, and what comes in: far more than people send
    "share_mail": Limit(MOST_MAILS, 60 * 60),
    "share_upload_address": Limit(300, 60 * 60),
    "share_upload": Limit(2000, 60 * 60),
    # mails that thank senders, whose address nobody has checked
    "share_thanks": Limit(3, 60 * 60),
    "share_thanks_address": Limit(20, 60 * 60),
    "share_thanks_share": Limit(100, 60 * 60),
}


class CustomerPortalThrottle(models.Model):
    _inherit = "customer.portal.throttle"

    @api.model
    def _get_limits(self):
        return {**super()._get_limits(), **LIMITS}
