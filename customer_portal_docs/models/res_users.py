from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .customer_portal_renewal import RENEWAL
from .customer_portal_request import REVIEW
from .mail_message import ANSWER
from .res_partner import DEFAULT_COMPANY

#: Context value of a password that its customer chooses. An object, so that no client can send it.
_CHOSEN = object()


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "customer.portal.delivery.mixin"]

    portal_documents_known_date = fields.Datetime(
        copy=False,
        groups=fields.NO_ACCESS,
        help="What was in the portal by then is not new to the customer.",
    )

    portal_login_is_claimed = fields.Boolean(
        string="Login Not Confirmed",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Someone outside the company chose this login and has not yet used a link sent to "
        "it by e-mail. Until then it opens nothing to the contact.",
    )

    def _filter_staff(self, company=None):
        """Return those of these users who still work for us.

        :param company: res.company of ours that they need to have access to; None for any
        """
        # sudo: res.users - which companies they have access to
        return self.filtered(
            lambda user: (
                user.active
                and not user.share
                and (not company or company.id in user.sudo()._get_company_ids())
            )
        )

    def _get_portal_owner(self):
        """Return who owns what this user makes: for Odoo itself, an administrator.

        Odoo's own user, of scheduled actions and automation rules, is archived: nothing opens
        with its rights.
        """
        return (self._is_superuser() and self._get_portal_administrator()) or self

    @api.model
    def _get_portal_administrator(self):
        """Return the first administrator who works in the current company; empty for none."""
        # sudo: res.users - who administers it, by whoever makes something
        Users = self.env["res.users"].sudo()
        admin = Users.env.ref("base.user_admin", raise_if_not_found=False)
        system = Users.env.ref("base.group_system").all_user_ids.sorted("id")
        administrators = (admin or Users) | system
        return administrators._filter_staff(self.env.company)[:1].sudo(self.env.su)

    def _get_portal_tz(self):
        """Return the name of the time zone that this user chose, or False; a visitor's is not known."""
        return not self._is_public() and self.tz

    @api.model_create_multi
    def create(self, vals_list):
        making = self.with_context(portal_default_company=DEFAULT_COMPANY)
        users = super(ResUsers, making).create(vals_list).with_env(self.env)
        if self.env.user.share:
            users._note_claimed_login()
        return users

    def write(self, vals):
        old = {user: user.login for user in self} if "login" in vals else {}
        # customers choose their default company, and lose access to none
        is_by_staff = "company_ids" in vals and not self.env.user.share
        # sudo: res.users - which companies they have access to
        allowed = {one: one.company_ids for one in self.sudo()} if is_by_staff else {}
        is_leaving = {"active", "company_ids", "group_ids"} & vals.keys()
        planned = self._get_records_with_activity() if is_leaving else []
        writing = self
        if "company_id" in vals:
            writing = self.with_context(portal_default_company=DEFAULT_COMPANY)
        result = super(ResUsers, writing).write(vals)
        if old and not self.env.user.share:
            # sudo: res.users - whoever may write the login
            moved_sudo = self.sudo().filtered(lambda user: user.login != old[user])
            moved_sudo.portal_login_is_claimed = False
        for user_sudo, companies in allowed.items():
            lost = companies - user_sudo.company_ids
            user_sudo.partner_id._end_access_to_companies(lost)
        for records_sudo in planned:
            records_sudo._hand_over_activities()
        # whoever forgot it chooses one by a link, and keeps the codes that core asks for then
        is_chosen = self.env.context.get("portal_password_chosen") is _CHOSEN
        if "password" in vals and not (is_chosen or self.env.user.share):
            # sudo: res.users - whoever may write the password
            self.sudo().filtered("share")._end_old_proofs()
        # what rules ask of the contact of staff is kept, see ir.rule
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return result

    # -- staff who leave

    def action_archive(self):
        # core deletes the activities of who leaves
        planned = self._get_records_with_activity()
        result = super().action_archive()
        for records_sudo in planned:
            records_sudo._hand_over_activities()
        return result

    def _get_records_with_activity(self):
        """Return what our activities are planned on for these users, sudoed, by their model."""
        kinds = [
            kind.id
            for name in (RENEWAL, REVIEW)
            if (kind := self.env.ref(name, raise_if_not_found=False))
        ]
        # sudo: mail.activity - those of colleagues
        planned_sudo = self.env["mail.activity"].sudo()
        planned_sudo = planned_sudo.search(
            Domain("user_id", "in", self.ids) & Domain("activity_type_id", "in", kinds)
        )
        return [
            planned_sudo.env[model].browse(together.mapped("res_id"))
            for model, together in planned_sudo.grouped("res_model").items()
        ]

    # -- whose login it is

    def _note_claimed_login(self):
        # sudo: res.users - accounts that were just made, by whoever may
        self.sudo().portal_login_is_claimed = True

    @api.model
    def _signup_create_user(self, values):
        is_new = not values.get("partner_id")
        user = super()._signup_create_user(values)
        if is_new:
            # the page asks for no proof, and staff may be logged in beside it
            user._note_claimed_login()
            user.partner_id._note_claimed_address(True)
        return user

    @api.model
    def signup(self, values, token=None):
        # sudo: res.partner - whoever comes with the link
        Partner_sudo = self.env["res.partner"].sudo()
        partner_sudo = Partner_sudo._get_partner_from_token(token) if token else None
        # staff may be logged in beside it
        choosing = self.with_context(portal_password_chosen=_CHOSEN)
        result = super(ResUsers, choosing).signup(values, token=token)
        if partner_sudo:
            partner_sudo._confirm_address_by_link()
        return result

    def _end_proofs_of_claim(self):
        """Remove the ways to log in that whoever chose the login of these users may have left."""
        self._end_old_proofs()

    @api.model
    def _get_email_domain(self, email):
        domain = super()._get_email_domain(email)
        confirmed = domain & Domain(
            "partner_id",
            "any",
            self.env["res.partner"]._get_confirmed_address_domain(
                email_normalize(email) or email
            ),
        )
        # who has only typed the address keeps nobody who has it from a new password
        return confirmed if self.search_count(confirmed, limit=1) else domain

    def reset_password(self, login):
        """Mail who has a login, or an address, a link to a new password.

        :param str login: as it was typed
        :raise Exception: core's, with words: there is none, or there are several
        """
        claimed = self._get_login_domain(login) & Domain(
            "portal_login_is_claimed", "=", True
        )
        # who has signed up with another's address does not come before who has it
        if squatters := self.search(claimed):
            users = self.search(self._get_email_domain(login)) - squatters
            if len(users) == 1 and users.partner_id._filter_confirmed_address():
                return users.action_reset_password()
        return super().reset_password(login)

    # -- what else than a password opens an account

    def _end_old_proofs(self):
        """End all that these users prove themselves with beside a new password, or without one.

        A password is set by hand for who has lost a phone, and for whom somebody found it: the
        passkeys and the codes on it end as well, and the customer sets them up anew.
        """
        self.partner_id._end_portal_invitations()
        if "auth_passkey_key_ids" in self._fields:
            self.auth_passkey_key_ids.unlink()
        self._forget_codes()
        self._end_lasting_proofs()

    def _end_lasting_proofs(self):
        """End what lets these users in without being asked again: API keys, trusted devices, sessions.

        Sessions end with a new password by themselves, by core.
        """
        self.api_key_ids._remove()
        self._forget_trusted_devices()

    # by SQL: core mails of each code and device that ends, and who is removed without a word
    # hears of none

    def _forget_codes(self):
        if "totp_secret" not in self._fields:
            return
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE res_users SET totp_secret = NULL, totp_last_counter = NULL
                WHERE id = ANY(%s)""",
            [self.ids],
        )
        self.invalidate_recordset(["totp_secret", "totp_last_counter", "totp_enabled"])

    def _forget_trusted_devices(self):
        if "totp_trusted_device_ids" not in self._fields:
            return
        self.env.cr.execute(
            "DELETE FROM auth_totp_device WHERE user_id = ANY(%s)", [self.ids]
        )
        self.invalidate_recordset(["totp_trusted_device_ids"])

    # -- logging in

    def _update_last_login(self):
        result = super()._update_last_login()
        # browsers without scripts do not say that they saw the home
        self.env["customer.portal.last.visit"].with_user(self.env.user)._note()
        return result

    def _init_messaging(self, store):
        # core counts one's own stars, by a field that tells outsiders whose the others are
        counting = self.with_context(portal_message_answer=ANSWER)
        return super(ResUsers, counting)._init_messaging(store)

    def _note_undelivered(self, emails, reason):
        # Odoo writes to staff about their accounts as well, and they have colleagues to ask
        customers = self.filtered("share")
        return super(ResUsers, customers)._note_undelivered(emails, reason)

    def _note_delivered(self, emails):
        # an account has one address: what did not arrive at an old one is over
        # sudo: res.users - whoever sends the mails
        self.sudo().filtered("portal_undelivered").write(
            {"portal_undelivered": False, "portal_undelivered_reason": False}
        )
