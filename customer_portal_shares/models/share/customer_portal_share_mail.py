from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.filenames import clean_line


class CustomerPortalShareMail(models.AbstractModel):
    """Mails that tell of a share, to each recipient in their language.

    It keeps nothing. Whether the current user may tell of the share is for the callers to ask.
    """

    _name = "customer.portal.share.mail"
    _description = "E-mails About Shares"

    @api.model
    def _render(self, share, lang, greeted=""):
        """Return the suggested subject and text of the mail in a language.

        :param str greeted: whom it greets by name, empty for nobody
        :raise UserError: somebody has deleted the template
        """
        template = self.env.ref(
            "customer_portal_shares.mail_template_share", raise_if_not_found=False
        )
        if not template:
            raise UserError(
                self.env._(
                    "The e-mail cannot be written: its template has been deleted. Please copy the "
                    "link and send it yourself."
                )
            )
        # sudo: mail.template - staff may not read templates, only send what comes of them
        template_sudo = template.sudo().with_context(lang=lang, share_greeted=greeted)
        values = template_sudo._generate_template(share.ids, ("subject", "body_html"))[
            share.id
        ]
        return values["subject"], values["body_html"]

    @api.model
    def _get_greeted(self, partners):
        """Return the name of one who gets the mail alone, else an empty text."""
        name = partners.name if len(partners) == 1 else ""
        # whoever was added by an address alone has it for a name
        return "" if parse_email(name) else clean_line(name)

    @api.model
    def _get_lang(self, partners):
        """Return the language of these contacts, if they have one and the same."""
        langs = set(map(self._get_lang_of, partners))
        return langs.pop() if len(langs) == 1 else self.env.lang

    @api.model
    def _get_lang_of(self, partner):
        # core would refuse to render in one that was switched off
        return self.env["res.lang"]._get_code(partner.lang or "") or self.env.lang

    @api.model
    def _send(self, share, partners, edited=None):
        """Tell each of these contacts of a share by a mail of their own.

        :param edited: tuple of subject and body that go as they are, None for the suggested ones
        :raise UserError: one of them is somebody whom no mail server could deliver to
        """
        self._check_addresses(partners)
        mails = {
            lang: self._prepare_vals(share, lang, partners, edited)
            for lang in set(map(self._get_lang_of, partners))
        }
        # sudo: mail.mail - staff may not write into the queue themselves
        mails_sudo = (
            self.env["mail.mail"]
            .sudo()
            .with_context(portal_automatic_mail=True)
            .create(
                [
                    {
                        **mails[self._get_lang_of(partner)],
                        "recipient_ids": [Command.link(partner.id)],
                    }
                    for partner in partners
                ]
            )
        )
        mails_sudo._send_when_committed()
        share._note_sent(partners)

    @api.model
    def _check_addresses(self, partners):
        lost = partners.filtered(lambda partner: not parse_email(partner.email))
        if lost:
            raise UserError(
                self.env._(
                    "No e-mail can be sent to %(who)s: please correct the address.",
                    who=", ".join(
                        f"{name} ({one.email})" if one.email else name
                        for one, name in ((one, one._get_portal_name()) for one in lost)
                    ),
                )
            )

    @api.model
    def _prepare_vals(self, share, lang, partners, edited):
        subject, body = edited or self._render(share, lang, self._get_greeted(partners))
        return {
            "subject": subject,
            "body_html": self._get_html(share, body, lang),
            "email_from": self.env.user.email_formatted,
            "model": share._name,
            "res_id": share.id,
            "auto_delete": True,
            "author_id": self.env.user.partner_id.id,
        }

    @api.model
    def _get_html(self, share, body, lang):
        """Return the mail in the layout of all mails, in a language as well."""
        share = share.with_context(lang=lang)
        return share.env["mail.render.mixin"]._render_encapsulate(
            "customer_portal_shares.mail_layout_share",
            body,
            add_context={
                "company": share.company_id,
                "lang": lang,
                "fits_phones": True,
            },
            context_record=share,
        )
