from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.auth_signup.models.res_partner import SignupError
from odoo.addons.customer_portal_docs.tools.emails import parse_email

#: How long core's links live where no parameter says so, in hours: auth_signup/models/res_partner
_VALID_HOURS = {
    "signup": ("auth_signup.signup.validity.hours", 144),
    "reset": ("auth_signup.reset_password.validity.hours", 4),
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    portal_invitation_expiration = fields.Datetime(
        string="Invitation Expires On",
        copy=False,
        readonly=True,
        groups="base.group_erp_manager",
        help="When the link of the last invitation expires.",
    )

    def write(self, vals):
        # core keeps of an invitation that there is one, and not for how long
        if "signup_type" in vals:
            expiration = self._get_portal_invitation_expiration(vals["signup_type"])
            vals = {**vals, "portal_invitation_expiration": expiration}
        return super().write(vals)

    @api.model
    def _get_portal_invitation_expiration(self, signup_type):
        """Return when a link of core's that is made now is over (UTC), False for none."""
        if not signup_type:
            return False
        name, hours = _VALID_HOURS.get(signup_type, _VALID_HOURS["signup"])
        # sudo: ir.config_parameter - how long core's links live
        value = self.env["ir.config_parameter"].sudo().get_param(name, hours)
        return fields.Datetime.now() + timedelta(hours=int(value))

    def _update_portal_audience(self):
        # staff trusted them in the company they were in, not in the next one
        trusted_sudo = self._get_accounts_sudo().filtered("portal_is_administrator")
        if trusted_sudo:
            trusted_sudo.portal_is_administrator = False
        return super()._update_portal_audience()

    def _get_accounts_sudo(self):
        """Return the accounts of contacts in all companies, archived ones as well."""
        # sudo: res.users - whose they are, and never for showing
        return self.sudo().with_context(active_test=False).user_ids

    # -- new portal users

    @api.model
    def _find_portal_contact(self, email):
        """Return the contact with an e-mail address that a new portal user is for.

        :param str email: normalized
        :return: res.partner that the current user may read, empty if there is none
        :raise UserError: there are several, and none is meant more than the others
        """
        found = self.with_context(active_test=False).search(
            Domain("email_normalized", "=", email)
            & self._get_confirmed_address_domain(email),
            limit=20,
        )
        for choice in (
            lambda partner: partner.active and not partner.is_company,
            lambda partner: partner.active,
            lambda partner: not partner.is_company,
            bool,
        ):
            chosen = found.filtered(choice)
            if len(chosen) > 1:
                raise UserError(
                    self.env._(
                        "Several contacts have the address %(email)s: please choose one.",
                        email=email,
                    )
                )
            if chosen:
                return chosen
        return found

    @api.model
    def _search_our_companies(self):
        """Return SQL of the ids of the contacts that are our own companies."""
        # sudo: res.company - all there are, whoever asks
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        return Company._search([]).subselect("partner_id")

    def _check_portal_parent(self):
        """Refuse a company that the manager may not know, our own ones and people of staff.

        :raise UserError: customers of it would see what is for staff
        """
        self.check_access("read")
        if not all(self._get_accounts_sudo().mapped("share")):
            raise UserError(self.env._("A customer cannot belong to an internal user."))
        # sudo: res.company - whether it is one of our own companies
        if self.sudo().commercial_partner_id.ref_company_ids:
            raise UserError(
                self.env._("A customer cannot belong to one of our own companies.")
            )

    def _check_new_portal_user(self, email):
        """Refuse who cannot become a portal user with an address.

        :param str email: normalized
        :raise UserError: with words for the one who asks
        """
        self._get_accounts_sudo()._refuse_second_account()
        self.env["res.users"]._check_portal_address(email)
        if not self:
            return
        Partner = self.with_context(active_test=False)
        # sudo: res.partner - one of our own companies, whoever may see it
        is_ours = Partner.sudo().search_count(
            [("id", "in", self.ids), ("id", "in", self._search_our_companies())]
        )
        if is_ours or self & self.env.ref("base.public_partner"):
            raise UserError(self.env._("This contact cannot become a portal user."))

    def _create_portal_user(self, email, password_hash=None):
        """Return the new portal user of this contact, invited by e-mail unless it has a password.

        Core makes it: a copy of its template user.

        :param str email: normalized; the contact has it from now on
        :param str password_hash: of Odoo's own context
        :raise UserError: this contact, or this address, may not become one
        """
        self.ensure_one()
        self._check_new_portal_user(email)
        company = self.company_id or self.env.company
        if company not in self.env.companies:
            raise UserError(self.env._("This contact cannot become a portal user."))
        if parse_email(self.email) != email:
            self.email = email
        if not self.active:
            self.active = True
        # sudo: res.users - who runs the portal makes no users; this one is core's template's copy
        Users_sudo = self.env["res.users"].sudo().with_company(company)
        try:
            user_sudo = Users_sudo._create_user_from_template(
                {
                    "email": email,
                    "login": email,
                    "partner_id": self.id,
                    "company_id": company.id,
                    "company_ids": [fields.Command.set(company.ids)],
                }
            )
        except SignupError as error:
            raise UserError(str(error)) from error
        if not user_sudo._is_portal() or user_sudo._is_internal():
            raise UserError(self.env._("This contact cannot become a portal user."))
        if password_hash:
            user_sudo._set_encrypted_password(user_sudo.id, password_hash)
        else:
            self.env["customer.portal.account.mail"]._send_invitation(user_sudo)
        return user_sudo.sudo(False)
