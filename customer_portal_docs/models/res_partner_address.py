from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.emails import parse_email
from ..tools.searching import escape_pattern


class ResPartner(models.Model):
    """What an e-mail address says of whose it is.

    Odoo lets customers write the address of their own contact, and asks nobody whether it is
    theirs. Who is looked up by an address must not be somebody who has only said so.
    """

    _inherit = "res.partner"

    portal_address_is_claimed = fields.Boolean(
        string="E-mail Not Confirmed",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Somebody outside has typed this e-mail address, and nobody of the staff since. "
        "Nothing is opened to this contact because of it.",
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
        # what is saved unchanged with the rest of a form is no new address
        old = {partner: partner.email_normalized for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda partner: partner.email_normalized != old[partner])
        is_outsider = self.env.user.share
        (moved if is_outsider else self)._note_claimed_address(is_outsider)
        moved._end_links_to_address()
        return result

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
        """Confirm the logins that are the address of their contact."""
        # sudo: res.users - archived ones as well, whoever may see them
        accounts_sudo = self.sudo().with_context(active_test=False).user_ids
        accounts_sudo.filtered(
            lambda user: (
                user.portal_login_is_claimed
                and user.login.lower() == user.partner_id.email_normalized
            )
        ).portal_login_is_claimed = False

    def _note_proved_address(self):
        """Confirm the addresses of these contacts: a link that was mailed there was used."""
        # sudo: res.partner, res.users - whoever comes with the link
        # where there are several addresses, core writes to each of them
        proved_sudo = self.sudo().filtered(lambda partner: parse_email(partner.email))
        claimed_sudo = proved_sudo.user_ids.filtered("portal_login_is_claimed")
        proved_sudo._note_claimed_address(False)
        # it need not be its owner who has chosen the login
        claimed_sudo.filtered(
            lambda user: not user.portal_login_is_claimed
        )._end_proofs_of_claim()

    def action_confirm_portal_address(self):
        """Say that the contacts have the e-mail addresses that they have typed."""
        self.check_access("write")
        self._note_claimed_address(False)
        return True

    @api.model
    def _get_known_address_domain(self, email):
        """Return the domain of the contacts whom an e-mail address may stand for.

        An account that logs in with it has it, whoever has written it to the contact: but for a
        login that somebody outside has chosen, and that has been proved by no link since.

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

    def _filter_known_by_address(self):
        """Return those of these contacts whom their own e-mail address stands for."""
        partners_sudo = self.sudo()  # sudo: res.users - with what they log in
        return self & partners_sudo.filtered(
            lambda partner: partner.filtered_domain(
                partner._get_known_address_domain(partner.email_normalized or "")
            )
        ).with_env(self.env)
