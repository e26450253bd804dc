from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ResUsers(models.Model):
    """Who is let in by name, as the person: another company of the contact takes nothing away.

    What is open to a company is asked of the contact in each look-up, and goes with a move.
    Whoever has an account is told of it, and gets no second one.
    """

    _inherit = "res.users"

    portal_is_removed = fields.Boolean(
        copy=False, readonly=True, groups=fields.NO_ACCESS
    )

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

    def _refuse_second_account(self):
        """Refuse to make a portal user beside these accounts.

        :raise UserError: where there is one, with words that say what to do instead
        """
        for user in self.sorted("share")[:1]:
            user._refuse_second_account_of_one()

    def _refuse_second_account_of_one(self):
        name = self.login if self.share else self.name
        if not self.share:
            raise UserError(
                self.env._(
                    "%(name)s is an internal user: neither the contact nor the address can be "
                    "used for a portal user.",
                    name=name,
                )
            )
        # sudo: res.users - whether the login is confirmed
        if self.active and self.sudo().portal_login_is_claimed:
            raise UserError(
                self.env._(
                    "Someone outside the company chose the login %(name)s, and it is not "
                    "confirmed to be theirs. Wait until they choose a password through a link "
                    "sent to it, press Confirm E-mail on their contact, or enter another login.",
                    name=name,
                )
            )
        if self.active:
            raise UserError(
                self.env._("%(name)s has a portal account already.", name=name)
            )
        # sudo: res.users - how the access ended
        if self.sudo().portal_is_removed:
            raise UserError(
                self.env._(
                    "The portal account %(name)s was removed. To let them in again, clear the "
                    "filter “Not removed” in the list of users, open the user and press Activate.",
                    name=name,
                )
            )
        raise UserError(
            self.env._(
                "The portal account %(name)s was deactivated. Activate it in the list of users.",
                name=name,
            )
        )
