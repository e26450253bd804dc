from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.customer_portal_docs.exceptions import (
    Conflict,
    InvalidInput,
    NotFound,
)
from odoo.addons.customer_portal_docs.models.customer_portal_title_mixin import (
    MAX_TITLE_LENGTH,
)
from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.searching import escape_pattern
from odoo.addons.customer_portal_docs.tools.typed import get_too_long


class CustomerPortalColleague(models.AbstractModel):
    """What customers whom staff trust do about colleagues: invite them, end their access.

    Of their own company alone, and never with more than they have themselves. Each act is
    written into the company's discussion, where staff see it. A colleague is a portal user, and
    this keeps nothing of them.
    """

    _name = "customer.portal.colleague"
    _description = "Colleagues of a Customer Administrator"

    @api.model
    def _get_company_sudo(self):
        """Return the company whose colleagues the current user manages, sudoed; or nothing."""
        # sudo: res.users, res.partner - who the current user is
        user_sudo = self.env.user.sudo()
        Partner_sudo = self.env["res.partner"].sudo().with_context(active_test=False)
        is_trusted = user_sudo.portal_is_administrator and user_sudo.active
        if not is_trusted or not user_sudo._is_portal():
            return Partner_sudo.browse()
        return Partner_sudo.search(
            [
                ("id", "=", user_sudo.partner_id.commercial_partner_id.id),
                ("is_company", "=", True),
                # our own companies have staff, and no customers
                ("id", "not in", Partner_sudo._search_our_companies()),
            ]
        )

    @api.model
    def _find_company_sudo(self):
        """Return the company, as :meth:`_get_company_sudo`.

        :raise NotFound: the current user manages nobody
        """
        company_sudo = self._get_company_sudo()
        if company_sudo:
            return company_sudo
        raise NotFound(self.env._("This page does not exist, or you may not see it."))

    @api.model
    def _get_users_sudo(self):
        # sudo: res.users - asked with the domain of the current user's colleagues
        return self.env["res.users"].sudo().with_context(active_test=False)

    @api.model
    def _get_domain(self, company_sudo):
        """Return the domain of the accounts of a company's people: customers, never staff."""
        return self.env["res.users"]._get_managed_domain() & Domain(
            "partner_id.commercial_partner_id", "=", company_sudo.id
        )

    @api.model
    def _search_sudo(self, company_sudo, search="", **kwargs):
        """Return the accounts of a company's people, sudoed.

        :param str search: as it was typed, of names and addresses
        """
        domain = self._get_search_domain(company_sudo, search)
        order = "active DESC, name, id"
        return self._get_users_sudo().search(domain, order=order, **kwargs)

    @api.model
    def _count(self, company_sudo, search=""):
        domain = self._get_search_domain(company_sudo, search)
        return self._get_users_sudo().search_count(domain)

    @api.model
    def _get_search_domain(self, company_sudo, search):
        domain = self._get_domain(company_sudo)
        if search:
            text = escape_pattern(search)
            domain &= Domain("name", "ilike", text) | Domain("email", "ilike", text)
        return domain

    @api.model
    def _may_change(self, user_sudo):
        """Tell whether the current user may end this access: not their own, nor another manager's."""
        return user_sudo != self.env.user and not user_sudo.portal_is_administrator

    @api.model
    def _get_json(self, user_sudo):
        return {
            "id": user_sudo.id,
            "name": user_sudo.name,
            "email": user_sudo.email or "",
            "state": user_sudo.portal_state,
        }

    @api.model
    def _find_user_sudo(self, user_id):
        """Return the account of a colleague whom the current user may change, sudoed.

        :raise NotFound: there is none of this id for them
        """
        company_sudo = self._find_company_sudo()
        domain = self._get_domain(company_sudo) & Domain("id", "=", user_id)
        found_sudo = self._get_users_sudo().search(domain)
        if found_sudo and self._may_change(found_sudo):
            return found_sudo
        raise NotFound(self.env._("This page does not exist, or you may not see it."))

    # -- what they do

    @api.model
    def _invite(self, name, email):
        """Return the new portal user of the own company, sudoed, who is invited by e-mail.

        :param str name: as it was typed
        :param str email: as it was typed
        :raise NotFound: the current user manages nobody
        :raise InvalidInput: with words by the fields of the form
        :raise Conflict: it is the address of somebody whom only staff may invite
        :raise Throttled: too many in a day
        """
        company_sudo = self._find_company_sudo()
        name, email = self._parse(name, email)
        self._count_act(company_sudo)
        partner_sudo = self._get_contact_sudo(company_sudo, name, email)
        try:
            # sudo: res.users - the account that was just made for a colleague
            user_sudo = partner_sudo._create_portal_user(email).sudo()
        except UserError as error:
            raise self._make_conflict() from error
        self._log_act(
            company_sudo,
            self._in_staff_language()._(
                "%(name)s (%(email)s) was invited to the portal.",
                name=partner_sudo.name,
                email=email,
            ),
        )
        return user_sudo

    @api.model
    def _parse(self, name, email):
        too_long = get_too_long(self.env, name, MAX_TITLE_LENGTH)
        name = "" if too_long else clean_line(name)
        address = parse_email(email)
        errors = {}
        if not name:
            errors["name"] = too_long or self.env._(
                "Please type the name of your colleague."
            )
        if not address:
            errors["email"] = self.env._("Please type one e-mail address.")
        if errors:
            raise InvalidInput(errors=errors)
        return name, address

    @api.model
    def _get_contact_sudo(self, company_sudo, name, email):
        """Return the contact of the company with the address, a new one if there is none.

        :raise Conflict: somebody has the address, whom it is not for a customer to know
        """
        # sudo: res.users, res.partner - whoever has the address, in whatever company
        try:
            self.env["res.users"]._check_portal_address(email)
        except UserError as error:
            raise self._make_conflict() from error
        partners_sudo = company_sudo.with_context(active_test=False)
        # who has only typed it elsewhere keeps nobody from an invitation
        found_sudo = partners_sudo.search(
            Domain("email_normalized", "=", email)
            & partners_sudo._get_confirmed_address_domain(email)
        )
        same_sudo = found_sudo.filtered(
            lambda partner: (
                partner.active
                and not partner.is_company
                and partner.commercial_partner_id == company_sudo
            )
        )
        if len(same_sudo) == len(found_sudo) == 1:
            return same_sudo
        if found_sudo:
            raise self._make_conflict()
        return partners_sudo.create(
            {
                "name": name,
                "email": email,
                "parent_id": company_sudo.id,
                "company_id": company_sudo.company_id.id,
                "lang": self.env.user.lang,
            }
        )

    @api.model
    def _make_conflict(self):
        # the same words whoever it is: they tell nothing about other customers
        return Conflict(
            self.env._(
                "This address cannot be invited here: it may be known already. Please ask us."
            ),
            code="address_taken",
        )

    @api.model
    def _deactivate(self, user_sudo):
        """End the access of a colleague of :meth:`_find_user_sudo`."""
        company_sudo = self._find_company_sudo()
        if not user_sudo.active:
            return
        self._count_act(company_sudo)
        user_sudo.active = False
        words = self._in_staff_language()._(
            "The portal access of %(name)s (%(email)s) was ended.",
            name=user_sudo.name,
            email=user_sudo.email or user_sudo.login,
        )
        self._log_act(company_sudo, words)

    @api.model
    def _invite_again(self, user_sudo):
        """Mail a colleague of :meth:`_find_user_sudo` a new invitation.

        :raise Conflict: they need none
        """
        company_sudo = self._find_company_sudo()
        is_new = user_sudo.active and not user_sudo.login_date
        if not is_new or not user_sudo.email_normalized:
            raise Conflict(
                self.env._("%(name)s needs no invitation.", name=user_sudo.name),
                code="not_invited",
            )
        self._count_act(company_sudo)
        self.env["customer.portal.account.mail"]._send_invitation(user_sudo)
        words = self._in_staff_language()._(
            "%(name)s (%(email)s) was invited to the portal again.",
            name=user_sudo.name,
            email=user_sudo.email,
        )
        self._log_act(company_sudo, words)

    @api.model
    def _count_act(self, company_sudo):
        """Count what the people of a company do about each other.

        :raise Throttled: too much in a day
        """
        message = self.env._(
            "You have reached the limit for today. Please continue tomorrow."
        )
        self.env["customer.portal.throttle"]._check(
            message, ("colleagues", company_sudo.id)
        )

    @api.model
    def _log_act(self, company_sudo, words):
        company_sudo.message_post(
            body=words,
            author_id=self.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )

    @api.model
    def _in_staff_language(self):
        """Return an environment whose words are for staff."""
        # sudo: res.company - the language of the company
        lang = self.env.company.sudo().partner_id.lang or "en_US"
        return self.with_context(lang=lang).env
