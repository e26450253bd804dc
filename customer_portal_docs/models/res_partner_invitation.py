import secrets

from odoo import api, fields, models
from odoo.tools import consteq, email_normalize, hmac


class ResPartner(models.Model):
    """Links of core's by which a password is chosen: for an account that is there.

    Whoever has such a link of a contact without an account makes one, with any login, and has all
    that the contact's company may see. Core puts one into each mail of a discussion where people
    may sign up, for those as well whose access was ended, hands one to any employee by RPC, and
    keeps those of its dialogs that share records in the discussions that staff read. So an account
    is made first, by who may make it, and its link goes to the contact's address alone.
    """

    _inherit = "res.partner"

    portal_invitation_nonce = fields.Char(copy=False, groups=fields.NO_ACCESS)

    def signup_get_auth_param(self):
        """Return core's parameters of a link: the login of who has an account, never a key.

        :raise AccessError: core asks whether a user of staff calls, and not who may know whom
        """
        self.check_access("read")
        known = self.filtered(lambda partner: partner._has_open_account())
        return super(
            ResPartner, known.with_context(active_test=True)
        ).signup_get_auth_param()

    def signup_prepare(self, signup_type="signup"):
        result = super().signup_prepare(signup_type=signup_type)
        # a link is good until the next one
        self._renew_portal_nonce()
        return result

    def _generate_signup_token(self, expiration=None):
        """Return core's key of an invitation, and that it is the last one to this address.

        Core signs whose it is and when they last logged in: one that went to a wrong address
        would be good after the address was corrected, and an old one beside each new one.

        :return: str, empty for who has no account, or for whom no link was prepared: the link leads
            to the page alone
        """
        if not self._may_choose_password():
            return ""
        token = super()._generate_signup_token(expiration=expiration)
        return f"{token}.{self._sign_portal_invitation()}"

    @api.model
    def _get_partner_from_token(self, token):
        invitation = str(token or "").partition(".")[0]
        try:
            partner = super()._get_partner_from_token(invitation)
        except ValueError:
            # nothing of core's at all
            return None
        is_good = (
            partner
            and partner._may_choose_password()
            and partner._has_last_invitation(token)
        )
        return partner if is_good else None

    def _may_choose_password(self):
        """Tell whether a link of this contact is good for anything.

        Core takes one that was cancelled for one of a kind without a name, as good as any.
        """
        partner_sudo = self.sudo()  # sudo: res.partner - the kind is hidden from most
        return bool(partner_sudo.signup_type) and self._has_open_account()

    def _has_open_account(self):
        """Tell whether this contact has an account that is not archived, today."""
        # sudo: res.users - whether there is one
        return bool(self.sudo().with_context(active_test=True).user_ids)

    def _has_last_invitation(self, token):
        """Tell whether a link is the last one that went to this address, however old it is."""
        signature = str(token).partition(".")[2]
        return signature.isascii() and consteq(
            signature, self._sign_portal_invitation()
        )

    def _sign_portal_invitation(self):
        partner_sudo = self.sudo()  # sudo: res.partner - the nonce is hidden from all
        said = (partner_sudo.id, partner_sudo.portal_invitation_nonce or "")
        address = email_normalize(partner_sudo.email) or ""
        return hmac(self.env(su=True), "portal_invitation", (*said, address))

    def _end_portal_invitations(self):
        """Let the links to choose a password that were sent so far open nothing any more."""
        # sudo: res.partner - the caller has asked who may
        self.sudo().write({"signup_type": None})
        self._renew_portal_nonce()

    def _renew_portal_nonce(self):
        # sudo: res.partner - the nonce is hidden from all; the caller has asked who may
        for partner_sudo in self.sudo():
            partner_sudo.portal_invitation_nonce = secrets.token_hex(16)
