import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.notifications import (
    make_notification,
    notify_user,
)
from odoo.addons.customer_portal_docs.tools.parsing import parse_digits
from odoo.addons.customer_portal_docs.tools.searching import escape_pattern
from odoo.addons.customer_portal_docs.tools.zones import find_zone

from ...tools.moments import write_moment

_MANAGER = "customer_portal_shares.group_portal_manager"
#: What portal managers write of customers, beside the reports: all of it the contact's own.
_CONTACT_FIELDS = frozenset({"name", "email", "phone", "lang", "parent_id"})
_MANAGED_FIELDS = _CONTACT_FIELDS | {"portal_is_administrator", "portal_report_ids"}


class ResUsers(models.Model):
    """Portal users, run by portal managers, who have no right to write users at all.

    Each method filters its users again before it does anything with more rights, see
    :meth:`_get_managed_sudo`: what is not a customer's account is out of reach.
    """

    _inherit = "res.users"

    portal_is_administrator = fields.Boolean(
        string="Manages Colleagues",
        copy=False,
        groups=_MANAGER,
        help="Invites colleagues of their own company to the portal, and ends their access.",
    )
    portal_session_key = fields.Char(copy=False, readonly=True, groups=fields.NO_ACCESS)
    portal_is_managed = fields.Boolean(
        compute="_compute_portal_is_managed",
        search="_search_portal_is_managed",
        groups=_MANAGER,
    )
    portal_undelivered = fields.Char(
        string="Did Not Arrive",
        groups=_MANAGER,
        help="Address that the last invitation, or another e-mail about the account, did not reach.",
    )
    portal_undelivered_reason = fields.Char(groups=_MANAGER)
    portal_state = fields.Selection(
        [
            ("undelivered", "Did not arrive"),
            ("invited", "Invited"),
            ("expired", "Invitation expired"),
            ("never", "Never logged in"),
            ("active", "Active"),
            ("deactivated", "Deactivated"),
            ("removed", "Removed"),
        ],
        string="Portal Status",
        compute="_compute_portal_state",
        search="_search_portal_state",
        groups=_MANAGER,
    )
    portal_invitation_end = fields.Datetime(
        string="Invitation Ends", compute="_compute_portal_state", groups=_MANAGER
    )
    portal_share_count = fields.Integer(
        string="Shares", compute="_compute_portal_counts", groups=_MANAGER
    )

    # -- who they are

    @api.model
    def _get_managed_domain(self):
        """Return the domain of the accounts that the current user may run as portal manager.

        Customers of the user's companies alone: neither staff, archived staff included, nor
        what Odoo itself uses (the visitor, the template), nor who shares a contact with one.
        """
        companies = self.env.user.company_ids
        mine = self.env.companies & companies
        internal = [("share", "=", False)]
        return Domain(
            [
                ("all_group_ids", "in", self.env.ref("base.group_portal").ids),
                ("share", "=", True),
                ("id", "not in", self._get_technical_user_ids()),
                ("company_ids", "in", mine.ids),
                ("company_ids", "not any", [("id", "not in", companies.ids)]),
                ("partner_id", "not any", [("user_ids", "any", internal)]),
            ]
        )

    @api.model
    def _get_technical_user_ids(self):
        # sudo: ir.config_parameter - which account core copies for each new portal user
        template_id = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("base.template_portal_user_id", "")
        )
        known = ("base.template_portal_user_id", "base.public_user", "base.user_root")
        ids = {
            record.id
            for name in known
            if (record := self.env.ref(name, raise_if_not_found=False))
        }
        if template_id := parse_digits(template_id):
            ids.add(template_id)
        return list(ids)

    @api.model
    def _search_managed_sudo(self, domain):
        # sudo: res.users - asked with the domain of what the current user may run
        users_sudo = self.sudo().with_context(active_test=False)
        return users_sudo.search(domain & self._get_managed_domain())

    @api.model
    def _check_portal_manager(self):
        """Refuse whoever is no portal manager.

        :raise AccessError: the current user is none
        """
        if not self.env.su and not self.env.user.has_group(_MANAGER):
            raise AccessError(self.env._("Only portal managers can do this."))

    def _get_managed_sudo(self):
        """Return these users, sudoed, for a portal manager to run.

        :raise AccessError: the current user is none, or one of them is no customer of theirs
        """
        if not self.env.su:
            self._check_portal_manager()
            self.check_access("read")
        managed_sudo = self._search_managed_sudo(Domain("id", "in", self.ids))
        if set(managed_sudo.ids) != set(self.ids):
            raise AccessError(
                self.env._("This can only be done for portal users of your companies.")
            )
        # in the order they were given
        return self.sudo()

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_portal_is_managed(self):
        managed_sudo = self._search_managed_sudo(Domain("id", "in", self.ids))
        for user in self:
            user.portal_is_managed = user.id in managed_sudo._ids

    @api.model
    def _search_portal_is_managed(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: res.users - which of those that the rules show
        users_sudo = self.sudo().with_context(active_test=False)
        query = users_sudo._search(self._get_managed_domain())
        return [("id", "in" if True in value else "not in", query)]

    # -- what they are told of

    @api.depends(
        "active",
        "log_ids",
        "portal_is_removed",
        "portal_undelivered",
        "partner_id.signup_type",
        "partner_id.portal_invitation_expiration",
    )
    def _compute_portal_state(self):
        now = fields.Datetime.now()
        # sudo: res.users - core keeps for administrators whether there is an invitation
        for user, user_sudo in zip(self, self.sudo(), strict=True):
            partner_sudo = user_sudo.partner_id
            end = partner_sudo.portal_invitation_expiration
            is_pending = bool(partner_sudo.signup_type)
            if not user_sudo.active:
                state = "removed" if user_sudo.portal_is_removed else "deactivated"
            elif user_sudo.login_date:
                state = "active"
            elif not is_pending:
                state = "never"
            elif user_sudo.portal_undelivered:
                state = "undelivered"
            else:
                state = "invited" if end and end > now else "expired"
            user.portal_state = state
            has_end = state in ("undelivered", "invited", "expired")
            user.portal_invitation_end = has_end and end

    @api.model
    def _search_portal_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        invited = Domain("partner_id.signup_type", "!=", False)
        current = Domain(
            "partner_id.portal_invitation_expiration", ">", fields.Datetime.now()
        )
        new = Domain("active", "=", True) & Domain("log_ids", "=", False)
        lost = Domain("portal_undelivered", "!=", False)
        ended = Domain("active", "=", False)
        removed = Domain("portal_is_removed", "=", True)
        domains = {
            "undelivered": new & invited & lost,
            "deactivated": ended & ~removed,
            "removed": ended & removed,
            "active": Domain("active", "=", True) & Domain("log_ids", "!=", False),
            "never": new & ~invited,
            "invited": new & invited & ~lost & current,
            "expired": new & invited & ~lost & ~current,
        }
        domain = Domain.OR(domains[state] for state in value if state in domains)
        # sudo: res.users - core keeps for administrators whether there is an invitation
        users_sudo = self.sudo().with_context(active_test=False)
        return [("id", "in", users_sudo._search(domain))]

    def _compute_portal_counts(self):
        # sudo: customer.portal.share - how many, of those the managers' rules show
        counts = {
            user.id: count
            for user, count in self.env["customer.portal.share"]
            .sudo()
            ._read_group(
                [
                    ("user_ids", "in", self.ids),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["user_ids"],
                ["__count"],
            )
        }
        for user in self:
            user.portal_share_count = counts.get(user.id, 0)

    # -- what managers change

    def write(self, vals):
        if self._is_written_by_portal_manager(vals):
            rest = self._write_as_portal_manager(vals)
            return super().write(rest) if rest else True
        if not {"active", "group_ids"} & vals.keys():
            return super().write(vals)
        # sudo: res.users - whoever writes them
        before = self.sudo()._get_state_and_groups_of_each()
        result = super().write(vals)
        self.sudo()._end_proofs_of_changed(before)
        if vals.get("active"):
            # sudo: res.users - whoever lets them in again, by whatever way
            self.sudo().filtered("portal_is_removed").portal_is_removed = False
        return result

    def _is_written_by_portal_manager(self, vals):
        """Tell whether a portal manager writes what the list of portal users lets them."""
        return (
            not self.env.su
            and vals.keys() <= _MANAGED_FIELDS
            and self != self.env.user
            and self.env.user.has_group(_MANAGER)
            and not self.env[self._name].has_access("write")
        )

    def _write_as_portal_manager(self, vals):
        """Write what managers change of customers; return what reports judge themselves.

        :raise AccessError: one of them is no customer of theirs
        """
        users_sudo = self._get_managed_sudo()
        of_contact = {
            name: value for name, value in vals.items() if name in _CONTACT_FIELDS
        }
        if "email" in of_contact:
            of_contact["email"] = self._move_portal_address(vals["email"])
        if of_contact.get("parent_id"):
            parent = self.env["res.partner"].browse(of_contact["parent_id"])
            parent._check_portal_parent()
        if of_contact:
            # with the manager's own rights on contacts
            self.partner_id.write(of_contact)
        if "portal_is_administrator" in vals:
            users_sudo.portal_is_administrator = bool(vals["portal_is_administrator"])
        return {name: vals[name] for name in vals if name == "portal_report_ids"}

    def _move_portal_address(self, email):
        """Return the new address of one user, who logs in with it if they did with the old one.

        :raise UserError: it is no address, or another one's
        """
        if len(self) > 1:
            raise UserError(
                self.env._("Change the e-mail address of one portal user at a time.")
            )
        address = parse_email(email)
        if not address:
            raise UserError(self.env._("A portal user needs one e-mail address."))
        # sudo: res.users - of one that was filtered by the caller
        user_sudo = self.sudo()
        old = parse_email(user_sudo.email)
        if address != old:
            self._check_portal_address(address, user_sudo)
            if user_sudo.login.lower() == old:
                user_sudo.login = address
        return address

    @api.model
    def _check_portal_address(self, email, user_sudo=None):
        """Refuse an address that is another account's: people of staff log in and write with theirs.

        :param str email: normalized
        :param user_sudo: whose it is to be, None for a new account
        :raise UserError: with words for the one who asks
        """
        own_ids = user_sudo.ids if user_sudo else []
        # sudo: res.users - logins are of one list for all companies
        users_sudo = self.sudo().with_context(active_test=False)
        same_sudo = users_sudo.search(
            [
                ("id", "not in", own_ids),
                "|",
                ("login", "=ilike", escape_pattern(email)),
                ("partner_id.email_normalized", "=", email),
            ]
        )
        # who has only typed it in the portal does not have it, and keeps nobody from it
        same_sudo.filtered(
            lambda user: (
                user.login.lower() == email
                or user.partner_id._filter_confirmed_address()
            )
        )._refuse_second_account()

    # -- actions of portal managers

    def action_portal_activate(self):
        """Open the portal to customers again; those without a password get an invitation.

        Of several, not to those who were removed: whose access was ended for good comes back one
        by one. The current user is told how many do not.
        """
        users_sudo = self._get_managed_sudo().filtered(lambda user: not user.active)
        if len(self) > 1 or self.env.context.get("portal_from_list"):
            removed_sudo = users_sudo.filtered("portal_is_removed")
            users_sudo -= removed_sudo
            if removed_sudo:
                label = self.env._("Not activated, as they were removed")
                self._tell_manager((label, removed_sudo))
        users_sudo.write({"active": True})
        Mail = self.env["customer.portal.account.mail"]
        for user_sudo in users_sudo:
            if not user_sudo._has_portal_password():
                Mail._send_invitation(user_sudo)
        return True

    def action_portal_deactivate(self):
        """Shut the portal for customers; their sessions end at once."""
        self._get_managed_sudo().write({"active": False})
        return True

    def action_portal_remove(self, notify=True):
        """End all access of customers; what they made stays, under their contacts' names.

        :param bool notify: whether they are told by e-mail
        """
        users_sudo = self._get_managed_sudo()
        if notify:
            Mail = self.env["customer.portal.account.mail"]
            for user_sudo in users_sudo.filtered(
                lambda user: user.active or not user.portal_is_removed
            ):
                Mail._send_removal(user_sudo)
        users_sudo._end_portal_access()
        users_sudo.write(
            {
                "active": False,
                "portal_is_administrator": False,
                "portal_is_removed": True,
            }
        )
        users_sudo._forget_portal_passwords()
        users_sudo._end_old_proofs()
        return True

    def action_portal_set_password(self, password):
        """Give customers a password by hand, and let nothing else open their accounts.

        :param str password: as the password policy wants it
        :raise UserError: it is not
        """
        users_sudo = self._get_managed_sudo()
        if not isinstance(password, str) or not password.strip():
            raise ValidationError(self.env._("Please type a password."))
        password = password.strip()
        Mixin = self.env["customer.portal.share.password.mixin"]
        Mixin._check_password_quality(password)
        for user_sudo in users_sudo:
            user_sudo._change_password(password)
        return True

    def action_portal_reset_password(self):
        """Mail customers a link with which they choose a new password, and tell how many.

        Those who never logged in get their invitation again.
        """
        users_sudo = self._get_managed_sudo()
        Mail = self.env["customer.portal.account.mail"]
        Mail._check_reachable(users_sudo)
        new_sudo = users_sudo.filtered(lambda user: not user.login_date)
        for user_sudo in new_sudo:
            Mail._send_invitation(user_sudo)
        if others_sudo := users_sudo - new_sudo:
            others_sudo.with_context(create_user=False).action_reset_password()
        self._tell_manager(
            (self.env._("Links to choose a new password sent"), others_sudo),
            (self.env._("Invitations sent to those who never logged in"), new_sudo),
        )
        return True

    def _get_portal_invitation_end(self):
        """Return in words until when the link of the invitation is valid."""
        # until the first login it is the zone of who made the contact
        # sudo: res.company - the zone of ours, where nobody knows the user's
        zone = find_zone(
            self.login_date and self.tz, self.company_id.sudo()._get_portal_tz()
        )
        return write_moment(
            self.env, self.partner_id.portal_invitation_expiration, zone
        )

    def action_portal_invite(self):
        """Mail customers who never logged in their invitation again, and tell how many.

        The new link takes the place of the old one.
        """
        users_sudo = self._get_managed_sudo()
        Mail = self.env["customer.portal.account.mail"]
        Mail._check_reachable(users_sudo)
        new_sudo = users_sudo.filtered(lambda user: not user.login_date)
        for user_sudo in new_sudo:
            Mail._send_invitation(user_sudo)
        active_sudo = users_sudo - new_sudo
        self._tell_manager(
            (self.env._("Invitations sent"), new_sudo),
            (self.env._("Not invited, as they have logged in already"), active_sudo),
        )
        return True

    @api.model
    def _tell_manager(self, *results):
        """Tell the current user what an action did, where it has no answer of its own.

        :param results: tuples of (str what was done, res.users with whom)
        """
        message = " ".join(
            f"{label}: {len(users)}." for label, users in results if users
        )
        notify_user(self.env.user, message)

    def action_open_portal_reports(self):
        """Open the pop-up in which the reports of one customer are ticked."""
        self.ensure_one()
        self._get_managed_sudo()
        view = self.env.ref("customer_portal_shares.res_users_view_form_portal_reports")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reports of %(name)s", name=self.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def _get_portal_kept(self):
        """Return what customers have made that stays under their contacts' names.

        :rtype: list of tuple (str what it is called, int how many)
        """
        partners_sudo = self.partner_id
        # sudo: documents and what hangs on them - how many; the caller may run these users
        Document_sudo = self.env["customer.portal.document"].sudo()
        Document_sudo = Document_sudo.with_context(active_test=False)
        count = Document_sudo.search_count([("partner_id", "in", partners_sudo.ids)])
        return [(self.env._("Documents"), count)]

    def _action_reset_password(self, signup_type="reset"):
        """Mail customers a link to a new password as one of our mails.

        Core sends it and forgets all about it: nobody would know that it did not arrive.
        """
        is_new = self.env.context.get("create_user")
        if is_new or not all(user._is_portal() and user.active for user in self):
            return super()._action_reset_password(signup_type=signup_type)
        Mail = self.env["customer.portal.account.mail"]
        Mail._check_reachable(self)
        self.partner_id.signup_prepare(signup_type=signup_type)
        for user in self:
            Mail._send_password_link(user)
        message = self.env._("A link to choose a new password was sent by e-mail.")
        return make_notification(message, "info")

    # -- passwords and sessions

    def _set_portal_password_hash(self, password_hash):
        """Set the password of customers, as :meth:`action_portal_set_password` does.

        :param str password_hash: of one that was found good, of Odoo's own context
        """
        users_sudo = self._get_managed_sudo()
        self.env.flush_all()
        for user_sudo in users_sudo:
            user_sudo._set_encrypted_password(user_sudo.id, password_hash)
        users_sudo._end_old_proofs()

    def _end_lasting_proofs(self):
        self._end_portal_sessions()
        return super()._end_lasting_proofs()

    def _get_portal_proofs(self):
        """Return what :meth:`_end_old_proofs` ends beside the password, invitations and sessions.

        Passkeys and codes are of modules that Odoo installs by itself, and that can be removed.

        :rtype: list of tuple (str what it is called, recordset)
        """
        proofs = [(self.env._("API keys"), self.api_key_ids)]
        if "auth_passkey_key_ids" in self._fields:
            proofs.append((self.env._("Passkeys"), self.auth_passkey_key_ids))
        if "totp_secret" in self._fields:
            with_codes = self.filtered("totp_enabled")
            proofs += [
                (self.env._("Two-factor authentication"), with_codes),
                (self.env._("Trusted devices"), self.totp_trusted_device_ids),
            ]
        return proofs

    def _has_portal_password(self):
        self.env.cr.execute(
            "SELECT COALESCE(password, '') != '' FROM res_users WHERE id = %s",
            [self.id],
        )
        return self.env.cr.fetchone()[0]

    def _forget_portal_passwords(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_users SET password = NULL WHERE id = ANY(%s)", [self.ids]
        )
        self.invalidate_recordset(["password"])

    def _get_session_token_fields(self):
        # part of what a session is proved with: a new key ends all, on all hosts
        return super()._get_session_token_fields() | {"portal_session_key"}

    def _end_portal_sessions(self):
        """End the sessions of these users, at once and for ever."""
        # sudo: res.users - the caller has asked who may
        for user_sudo in self.sudo():
            user_sudo.portal_session_key = secrets.token_hex(16)

    def _get_state_and_groups_of_each(self):
        """Return :meth:`_get_state_and_groups` of each of these users, but for staff."""
        return {user.id: user._get_state_and_groups() for user in self if user.share}

    def _get_state_and_groups(self):
        """Return whether this user is active, and the ids of all groups."""
        return self.active, frozenset(self.all_group_ids.ids)

    def _end_proofs_of_changed(self, before):
        """End the sessions of customers whose groups are others than before, or who come or go.

        Of those who come or go ends what else would be there as if nothing had happened.

        :param dict before: of :meth:`_get_state_and_groups_of_each`
        """
        self.invalidate_recordset(["all_group_ids", "share"])
        changed = self.filtered(
            lambda user: (
                user.id in before and user._get_state_and_groups() != before[user.id]
            )
        )
        come_or_gone = changed.filtered(lambda user: user.active != before[user.id][0])
        come_or_gone._end_lasting_proofs()
        (changed - come_or_gone)._end_portal_sessions()
