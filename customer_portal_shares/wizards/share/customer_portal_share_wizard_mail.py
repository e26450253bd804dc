from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class CustomerPortalShareWizard(models.TransientModel):
    """Who is told of the share, and in which words."""

    _inherit = "customer.portal.share.wizard"

    def action_edit_mail(self):
        """Show the e-mail before it goes."""
        if not (self.told_ids | self.other_ids):
            raise UserError(self.env._("Please choose who is told by e-mail."))
        if not self.mail_body:
            self._draft_mail()
        self.step = "mail"
        return self._reopen()

    def action_back_to_link(self):
        """Go back to the link and to who is told."""
        self.step = "link"
        return self._reopen()

    def _check_share(self):
        """Make sure that the current user may tell others of the share.

        :raise UserError: there is none yet
        :raise AccessError: it is another one's; clients may name any share
        """
        if not self.share_id:
            raise UserError(self.env._("Please create the link first."))
        self.share_id.check_access("write")

    def _draft_mail(self):
        self._check_share()
        template = self.env.ref("customer_portal_shares.mail_template_share")
        # sudo: mail.template - staff may not read templates, only send what comes of them
        template_sudo = template.sudo().with_context(lang=self._get_mail_lang())
        values = template_sudo._generate_template(
            self.share_id.ids, ("subject", "body_html")
        )[self.share_id.id]
        self.mail_subject, self.mail_body = values["subject"], values["body_html"]

    def _get_mail_lang(self):
        """Return the language of those who are told, if they have one and the same."""
        langs = set((self.told_ids | self.other_ids).mapped("lang"))
        return langs.pop() if len(langs) == 1 else self.env.lang

    def action_send(self):
        """Tell each of the chosen by an e-mail of their own."""
        self._check_share()
        recipients = (self.told_ids | self.other_ids).filtered("email_normalized")
        if not recipients:
            raise UserError(self.env._("Please choose who is told by e-mail."))
        if not self.mail_body:
            self._draft_mail()
        # sudo: mail.mail - staff may not write into the queue themselves
        mails_sudo = (
            self.env["mail.mail"]
            .sudo()
            .with_context(portal_automatic_mail=True)
            .create([self._prepare_mail_vals(partner) for partner in recipients])
        )
        mails_sudo.send_after_commit()
        self.sent_to = ", ".join(recipients.mapped("name"))
        self.told_ids = self.other_ids = False
        self.step = "link"
        return self._reopen()

    def _prepare_mail_vals(self, partner):
        return {
            "subject": self.mail_subject,
            "body_html": self._get_mail_html(partner),
            "email_from": self.env.user.email_formatted,
            "recipient_ids": [Command.link(partner.id)],
            "auto_delete": True,
            "author_id": self.env.user.partner_id.id,
        }

    def _get_mail_html(self, partner):
        """Return the mail in the layout of all mails."""
        return self.env["mail.render.mixin"]._render_encapsulate(
            "mail.mail_notification_light",
            self.mail_body,
            add_context={
                "company": self.share_id.company_id,
                "lang": partner.lang or self.env.lang,
                "model_description": self.env._("invitation"),
            },
            context_record=self.share_id,
        )
