from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import hash_sign, verify_hash_signed
from odoo.tools.mail import email_normalize_all

from ..exceptions import Gone, InvalidInput
from ..tools.emails import get_mailbox, parse_email
from ..tools.searching import escape_pattern
from ..tools.tokens import digest

#: For which a link to confirm an address is good.
LINK_HOURS = 24
_SCOPE = "customer_portal_docs.address"


class ResPartner(models.Model):
    """What an e-mail address says of whose it is.

    Odoo lets customers write the address of their own contact, and asks nobody whether it is
    theirs. Who is looked up by an address must not be somebody who has only said so.
    """

    _inherit = "res.partner"

    portal_address_is_claimed = fields.Boolean(
        string="E-mail Not Confirmed",
        readonly=True,
        # as the address itself
        copy=True,
        groups="base.group_user",
        help="Nobody has confirmed that this e-mail address is the contact's. Until then it "
        "opens nothing to the contact.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if self.env.user.share:
            partners.filtered("email")._note_claimed_address(True)
        return partners

    def write(self, vals):
        if "email" not in vals:
            return super().write(vals)
        # what is saved unchanged with the rest of a form is no new address, and no word on the old
        old = {partner: email_normalize_all(partner.email) for partner in self}
        result = super().write(vals)
        moved = self.filtered(
            lambda partner: email_normalize_all(partner.email) != old[partner]
        )
        claimed = moved & self._get_claimable()
        claimed._note_claimed_address(True)
        (moved - claimed)._note_claimed_address(False)
        moved._end_links_to_address()
        return result

    def copy(self, default=None):
        copies = super().copy(default)
        if default and "email" in default and not self.env.user.share:
            # given to the copies by who makes them
            copies._note_claimed_address(False)
        return copies

    def _get_claimable(self):
        """Return those of these contacts of whose address the current user's word is no proof."""
        user = self.env.user
        if user.share:
            return self
        # their own, which core lets everybody of the staff write
        is_trusted = user.has_group("base.group_partner_manager")
        return self.browse() if is_trusted else self & user.partner_id

    def _end_links_to_address(self):
        """Let the personal links that were sent to these contacts open nothing any more."""
        # sudo: customer.portal.request.link - whoever changes the contact
        Link_sudo = self.env["customer.portal.request.link"].sudo()
        Link_sudo.search([("request_id.partner_id", "in", self.ids)])._revoke_link()
        self.env["customer.portal.shared.link.mixin"]._revoke_shared_links_of(self)

    def _note_claimed_address(self, is_claimed):
        # sudo: res.partner - whoever writes the address
        changed_sudo = self.sudo().filtered(
            lambda partner: partner.portal_address_is_claimed != is_claimed
        )
        if changed_sudo:
            changed_sudo.write({"portal_address_is_claimed": is_claimed})
        if not is_claimed:
            self._confirm_logins()

    def _confirm_logins(self):
        """Confirm the logins that are the address of their contact.

        :return: res.users, sudoed: those that were not confirmed before
        """
        # sudo: res.users - archived ones as well, whoever may see them
        accounts_sudo = self.sudo().with_context(active_test=False).user_ids
        confirmed_sudo = accounts_sudo.filtered(
            lambda user: (
                user.portal_login_is_claimed
                and user.login.lower() == user.partner_id.email_normalized
            )
        )
        confirmed_sudo.portal_login_is_claimed = False
        return confirmed_sudo

    def _confirm_address_by_link(self):
        """Confirm the addresses of these contacts: a link that was mailed there was used."""
        # where there are several addresses, core writes to each of them
        # sudo: res.partner - whoever comes with the link
        partners_sudo = self.sudo().filtered(lambda partner: parse_email(partner.email))
        # it need not be its owner who has chosen the login
        partners_sudo._confirm_logins()._end_proofs_of_claim()
        partners_sudo._note_claimed_address(False)

    def action_confirm_portal_address(self):
        """Say that the contacts have the e-mail addresses that they have typed."""
        self.check_access("write")
        self._note_claimed_address(False)
        return True

    @api.model
    def _get_confirmed_address_domain(self, email):
        """Return the domain of the contacts whom an e-mail address may stand for.

        An account that logs in with it has it, whoever has written it to the contact: but for a
        login that somebody outside has chosen, and that no link has confirmed since.

        :param str email: normalized
        """
        return Domain("portal_address_is_claimed", "!=", True) | Domain(
            "user_ids",
            "any",
            [
                ("login", "=ilike", escape_pattern(email)),
                ("portal_login_is_claimed", "!=", True),
            ],
        )

    def _filter_confirmed_address(self):
        """Return those of these contacts whom their own e-mail address stands for."""
        partners_sudo = self.sudo()  # sudo: res.users - with what they log in
        return self & partners_sudo.filtered(
            lambda partner: partner.filtered_domain(
                partner._get_confirmed_address_domain(partner.email_normalized or "")
            )
        ).with_env(self.env)

    # -- customers confirm it themselves

    def _needs_confirmation(self):
        """Tell whether this contact has an address to write to that stands for nobody yet."""
        return bool(parse_email(self.email)) and not self._filter_confirmed_address()

    @api.model
    def _send_address_link(self):
        """Mail the current user the link by which they confirm the address of their contact.

        :raise InvalidInput: there is none to write to, or it is confirmed
        :raise Throttled: too many were sent
        :raise Gone: staff have deleted the e-mail
        """
        user = self.env.user
        partner = user.partner_id
        if not parse_email(partner.email):
            raise InvalidInput(
                self.env._("You have no e-mail address that we could write to.")
            )
        if not partner._needs_confirmation():
            raise InvalidInput(self.env._("Your e-mail address is confirmed."))
        template = self.env.ref(
            "customer_portal_docs.mail_template_email_link", raise_if_not_found=False
        )
        if not template:
            raise Gone(
                self.env._("We cannot send you a link. Please ask us to confirm it.")
            )
        self.env["customer.portal.throttle"]._check(
            self.env._("Several links have been sent already. Please try again later."),
            ("address_link", user.id),
            ("address_link_day", user.id),
            ("address_link_to", get_mailbox(parse_email(partner.email))),
        )
        # sudo: mail.template - the key is for whoever reads mails to that address
        template.with_user(api.SUPERUSER_ID)._send_when_committed(
            user.id,
            context={
                "lang": user.lang,
                "portal_email_key": partner._get_address_key(),
            },
            email_layout_xmlid="customer_portal_docs.mail_layout",
        )

    def _get_address_key(self):
        """Return what confirms this contact's address of today, to the current user alone.

        It does so for :data:`LINK_HOURS`, and is worth nothing to who has found the mail and not
        the password.
        """
        # sudo: ir.config_parameter - the secret that signs
        return hash_sign(
            self.env(su=True), _SCOPE, self._get_address_claim(), None, LINK_HOURS
        )

    def _check_address_key(self, key):
        """Refuse what is no key of :meth:`_get_address_key` that is good now.

        :param key: anything that a client may have sent
        :raise Gone: it is over, of another address, or for somebody else
        """
        if not self._is_address_key(key):
            raise Gone(
                self.env._(
                    "This link has expired, or it is for another address or account."
                )
            )

    def _is_address_key(self, key):
        if not isinstance(key, str) or not parse_email(self.email):
            return False
        try:
            # sudo: ir.config_parameter - the secret that signs
            claim = verify_hash_signed(self.env(su=True), _SCOPE, key)
        except ValueError:  # nothing of that shape
            return False
        return claim == self._get_address_claim()

    def _get_address_claim(self):
        # signed, and readable by whoever has it: a digest of the address, and no address
        return [self.env.uid, self.id, digest(self.email_normalized or "")]

    @api.model
    def _confirm_own_address(self, key):
        """Confirm the address of the current user's contact by the key that was mailed there.

        :param key: anything that a client may have sent
        :raise Gone: see :meth:`_check_address_key`
        """
        partner = self.env.user.partner_id
        partner._check_address_key(key)
        # sudo: res.partner - the current user's own, by the key
        partner.sudo().portal_address_is_claimed = False
        if self.env.user.login.lower() == partner.email_normalized:
            # sudo: res.users - themselves, by the same key
            self.env.user.sudo().portal_login_is_claimed = False
