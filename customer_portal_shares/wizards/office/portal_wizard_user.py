from odoo import models


class PortalWizardUser(models.TransientModel):
    """A contact whom core's dialog lets into the portal, and the dialog of shares by it."""

    _inherit = "portal.wizard.user"

    def _send_email(self):
        # not core's: it goes out before the transaction is through, and has not the portal's looks
        self.ensure_one()
        self.env["customer.portal.account.mail"]._send_invitation(
            # sudo: res.users - core has let them in just now
            self.user_id.sudo(),
            self.wizard_id.welcome_message or "",
        )
        return True
