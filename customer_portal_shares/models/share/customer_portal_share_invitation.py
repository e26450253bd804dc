from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.searching import escape_pattern


class CustomerPortalShareInvitation(models.AbstractModel):
    """Invite to the portal whom something is shared with.

    It keeps nothing. Whether the current user may invite anybody is for the callers to ask.
    """

    _name = "customer.portal.share.invitation"
    _description = "Invitations to Shares"

    @api.model
    def _get_new_partner(self, name, typed_email):
        """Return the contact with an e-mail address that was typed, a new one if need be.

        :param name: of a new contact, as typed; it may be empty
        :raise ValidationError: it is no e-mail address
        :raise UserError: the address is another one's login
        """
        email = parse_email(typed_email)
        if not email:
            typed = (typed_email or "").strip()
            raise ValidationError(
                self.env._("“%(typed)s” is not an e-mail address.", typed=typed)
                if typed
                else self.env._("Please type the e-mail address of the new user.")
            )
        Partner = self.env["res.partner"]
        domain = (
            Domain("email_normalized", "=", email)
            & Domain("is_company", "=", False)
            & Partner._get_confirmed_address_domain(email)
        )
        partner = Partner.search(domain & Domain("user_ids", "!=", False), limit=1)
        partner = partner or self._get_archived_partner(email)
        if not partner:
            self._check_login(email)
        partner = partner or Partner.search(domain, limit=1)
        return partner or Partner.create(
            {"name": (name or "").strip() or email, "email": email}
        )

    @api.model
    def _check_login(self, email):
        """Refuse an address with which somebody logs in whom it is not known to belong to.

        :raise UserError: with words for the one who asks
        """
        # sudo: res.users - logins are of one list for all companies
        users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        users_sudo.search(
            [
                ("login", "=ilike", escape_pattern(email)),
                ("portal_login_is_claimed", "=", True),
            ]
        )._refuse_second_account()

    @api.model
    def _get_archived_partner(self, email):
        """Return the contact whose account with this address is archived."""
        # sudo: res.users - as below
        accounts_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        partners_sudo = accounts_sudo.search(
            [
                ("active", "=", False),
                ("share", "=", True),
                "|",
                ("login", "=", email),
                ("partner_id.email_normalized", "=", email),
            ]
        ).partner_id
        # sudo ends here: whether staff may know the contact
        partners = partners_sudo.sudo(False)._filtered_access("read")
        return partners._filter_confirmed_address()[:1]

    @api.model
    def _get_account(self, partner):
        """Return the account of a contact, an archived one as well, or an empty record."""
        # sudo: res.users - core's dialog looks for archived ones in the same way
        accounts_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        return accounts_sudo.search([("partner_id", "=", partner.id)], limit=1).sudo(
            False
        )

    @api.model
    def _check_account(self, user):
        """Refuse to let anybody in again but customers of the user's own companies.

        :raise UserError: whoever it is, with the same words
        """
        # sudo: res.users - whose account it is, and nothing of it is told
        user_sudo = user.sudo()
        if not user_sudo or (user_sudo.active and user_sudo.partner_id.active):
            return
        accounts_sudo = user_sudo.partner_id.with_context(active_test=False).user_ids
        is_customer = user_sudo._is_portal() and all(accounts_sudo.mapped("share"))
        if not is_customer or user_sudo.company_ids - self.env.user.company_ids:
            raise UserError(self.env._("This address cannot be invited here."))

    @api.model
    def _invite(self, partner, user):
        """Give a contact access to the portal, and mail them the invitation.

        :param user: their account, if there is one; an archived one is activated
        """
        wizard = self.env["portal.wizard"].create(
            {"partner_ids": [Command.set(partner.ids)]}
        )
        # sudo: res.users - core's dialog gives access in the same way
        if user and user.sudo()._is_portal():
            user.sudo().active = True
            wizard.user_ids.action_invite_again()
        else:
            wizard.user_ids.action_grant_access()
