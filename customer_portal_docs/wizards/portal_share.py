from odoo import models
from odoo.fields import Command


class PortalShare(models.TransientModel):
    """Core's dialogs that share a record; a project's is one of them."""

    _inherit = "portal.share"

    def _send_signup_link(self, partners=None):
        # core keeps the link, with which anybody makes the account, in the record's discussion
        if partners is None:
            partners = self.partner_ids.filtered(lambda partner: not partner.user_ids)
        self._invite_to_portal(partners)
        return self._send_public_link(partners)

    def _invite_to_portal(self, partners):
        """Give contacts an account by core's own dialog, where the user may.

        Not those whose account is archived: an access that was ended is given back on purpose.
        """
        Wizard = self.env["portal.wizard"]
        if not Wizard.has_access("create"):
            return
        # sudo: res.users - whether there was an account once
        new = partners.filtered(
            lambda partner: not partner.sudo().with_context(active_test=False).user_ids
        )
        wizard = Wizard.create({"partner_ids": [Command.set(new.ids)]})
        for invited in wizard.user_ids:
            # the one before may have got the same address
            invited.invalidate_recordset(["email_state"])
            if invited.email_state == "ok":
                invited.action_grant_access()
