from odoo import models
from odoo.fields import Command


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_portal_access(self):
        """Return what these users were let into by name: it goes when they are removed.

        Each room, and each addon above, adds its own, and ends it in :meth:`_end_portal_access`.

        :rtype: list of tuple (str what it is called, recordset, sudoed)
        """
        return [(self.env._("Shares"), self._get_received_shares_sudo())]

    def _end_portal_access(self):
        """Take these users out of all that :meth:`_get_portal_access` tells."""
        self._get_received_shares_sudo().write(
            {"user_ids": [Command.unlink(user.id) for user in self]}
        )
        return True

    def _get_received_shares_sudo(self):
        # sudo: customer.portal.share - whoever's they are: the callers decide about the users
        shares_sudo = self.env["customer.portal.share"].sudo()
        return shares_sudo.with_context(active_test=False).search(
            [("user_ids", "in", self.ids)]
        )
