from odoo import api, models
from odoo.exceptions import AccessError


class MailPushDevice(models.Model):
    """Browsers that messages are pushed to: those of staff.

    Core takes any address that anybody who is logged in names for a browser, and the server sends
    its posts there, into its own network as well. Portal pages ask for no browser.
    """

    _inherit = "mail.push.device"

    @api.model
    def register_devices(self, **kw):
        if self.env.user.share:
            raise AccessError(
                self.env._("Messages are pushed to the browsers of staff only.")
            )
        return super().register_devices(**kw)

    def _filter_staffs(self):
        """Return those of these browsers whose person is of the staff today."""
        return self.filtered(lambda device: not device.partner_id.partner_share)
