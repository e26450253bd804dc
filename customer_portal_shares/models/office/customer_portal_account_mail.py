from odoo import api, models
from odoo.exceptions import UserError

from ...tools.invitations import read_invitation


class CustomerPortalAccountMail(models.AbstractModel):
    """Mails to customers about their accounts: invitations, new passwords, the end.

    It keeps nothing. Who may have one sent is for the callers to ask.
    """

    _name = "customer.portal.account.mail"
    _description = "E-mails About Portal Accounts"

    @api.model
    def _check_reachable(self, users):
        """Refuse to mail those whom no mail reaches, or who could not log in.

        :raise UserError: names one of them
        """
        for user in users:
            if not user.active:
                raise UserError(self.env._("%(name)s is deactivated.", name=user.name))
            if not user.email_normalized:
                raise UserError(
                    self.env._("%(name)s has no e-mail address.", name=user.name)
                )

    @api.model
    def _send_invitation(self, user_sudo, message=""):
        """Mail one customer an invitation, with a new link of core's.

        :param str message: what whoever invites wrote to them, plain text
        """
        user_sudo.ensure_one()
        user_sudo.partner_id.signup_prepare()
        self._send(
            user_sudo,
            "customer_portal_shares.mail_template_portal_user_invited",
            layout="customer_portal_shares.mail_layout_portal_invitation",
            message=message,
        )

    @api.model
    def _renew_invitation(self, token):
        """Mail whoever shows a link that is over a new one of its kind.

        It goes to the address of the account, so that a link that others have found gives them
        nothing. One that was used, or whose account has changed since, is no proof.

        :param str token: of core's, as it was sent
        """
        # sudo: res.partner, res.users - whom core has sent the link
        signed = read_invitation(self.env(su=True), token)
        if not signed or len(signed) != 4:
            return
        partner_id, user_ids, login, kind = signed
        partner_sudo = self.env["res.partner"].sudo().browse(partner_id).exists()
        user_sudo = partner_sudo.user_ids
        if (
            not kind
            or len(user_sudo) != 1
            or user_sudo.ids != user_ids
            or partner_sudo.signup_type != kind
            or not partner_sudo._has_last_invitation(token)
            or partner_sudo._get_login_date() != login
            or not user_sudo._is_portal()
            or not all(partner_sudo._get_accounts_sudo().mapped("share"))
            or not user_sudo.email_normalized
        ):
            return
        if self.env["customer.portal.throttle"]._count(("invitation", user_sudo.id)):
            return
        if kind == "reset":
            user_sudo.action_reset_password()
        else:
            self._send_invitation(user_sudo)

    @api.model
    def _send_removal(self, user_sudo):
        """Tell one customer that their account is no more, if they can be reached."""
        if user_sudo.email_normalized:
            self._send(
                user_sudo, "customer_portal_shares.mail_template_portal_user_removed"
            )

    @api.model
    def _send(
        self,
        user_sudo,
        xmlid,
        layout="customer_portal_shares.mail_layout_portal",
        message="",
    ):
        """Send one mail, in the customer's language.

        :param str xmlid: XML id of a mail.template of users
        :param str layout: XML id of the frame
        :param str message: what the frame of an invitation shows
        :raise UserError: it was deleted
        """
        env = user_sudo.env
        template = env.ref(xmlid, raise_if_not_found=False)
        if not template:
            raise UserError(
                env._(
                    "The e-mail template for this was deleted: “%(name)s”.", name=xmlid
                )
            )
        # sudo: mail.template - the mail is the portal's; it names the manager
        template.sudo()._send_when_committed(
            user_sudo.id,
            context={
                "lang": user_sudo.lang,
                "active_test": True,
                "portal_message": message,
            },
            email_layout_xmlid=layout,
        )

    @api.model
    def _send_password_link(self, user_sudo):
        """Send core's mail about a new password to one customer."""
        spoken = user_sudo.with_context(lang=user_sudo.lang).env
        body = spoken["mail.render.mixin"]._render_template(
            spoken.ref("auth_signup.reset_password_email"),
            model=user_sudo._name,
            res_ids=user_sudo.ids,
            engine="qweb_view",
            options={"post_process": True},
        )[user_sudo.id]
        # sudo: mail.mail - whoever asks for it, a visitor as well
        mail_sudo = (
            user_sudo.env["mail.mail"]
            .sudo()
            .with_context(portal_automatic_mail=True)
            .create(
                {
                    "subject": spoken._("Password reset"),
                    "email_from": user_sudo.company_id.email_formatted
                    or user_sudo.email_formatted,
                    "email_to": user_sudo.email_formatted,
                    "body_html": body,
                    "model": user_sudo._name,
                    "res_id": user_sudo.id,
                    "auto_delete": True,
                }
            )
        )
        mail_sudo._send_when_committed()
