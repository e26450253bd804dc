from odoo import models
from odoo.fields import Command


class ResUsers(models.Model):
    """Who is let in by name, as the person: another company of the contact takes nothing away.

    What is open to a company is asked of the contact in each look-up, and goes with a move.
    """

    _inherit = "res.users"

    def _get_portal_access(self):
        """Return what these users were let into by name: it goes when they are removed.

        Each room, and each addon above, adds its own, and ends it in :meth:`_end_portal_access`.

        :rtype: list of tuple (str what it is called, recordset, sudoed)
        """
        return [(self.env._("Shares"), self._get_received_shares_sudo())]

    def _end_portal_access(self):
        """Take these users out of all that :meth:`_get_portal_access` tells, and end their links.

        A link needs no account: it would open to who was removed what it opened before.
        """
        self.partner_id._end_links_to_address()
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
