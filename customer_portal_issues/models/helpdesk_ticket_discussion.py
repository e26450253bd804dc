import secrets

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formataddr, plaintext2html

from odoo.addons.customer_portal_docs.tools.filenames import clean_text
from odoo.addons.customer_portal_docs.tools.link_keys import remove_keys

#: Most answers by one link or person within an hour.
MAX_ANSWERS = 60


class HelpdeskTicket(models.Model):
    """The public part of an issue's discussion and files: what is not internal, nothing else."""

    _inherit = "helpdesk.ticket"

    #: messages of one page of a discussion
    _portal_messages_per_page = 50

    # -- what the portal shows

    def _get_portal_messages_sudo(self, before=None):
        """Return one page of the public discussion, sudoed, the oldest message first.

        :param before: int or None, id of the message that the page ends before
        :return: the messages, and whether there are earlier ones
        """
        domain = self._get_public_message_domain() & Domain(
            "subtype_id", "=", self.env.ref("mail.mt_comment").id
        )
        if before:
            domain &= Domain("id", "<", before)
        limit = self._portal_messages_per_page
        # sudo: mail.message - public ones of an issue whose gate was passed
        messages_sudo = (
            self.env["mail.message"]
            .sudo()
            .search(domain, order="id DESC", limit=limit + 1)
        )
        return messages_sudo[:limit].sorted("id"), len(messages_sudo) > limit

    def _get_portal_attachments_sudo(self):
        """Return the files of the issue that customers may see, sudoed.

        Those of public messages, and those that came with the report from outside. A file of an
        internal note is never one, nor is one that staff put on the issue by itself.
        """
        self.ensure_one()
        # sudo: ir.attachment, mail.message - of an issue whose gate was passed
        messages_sudo = self.env["mail.message"].sudo()
        on_issue_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id)])
        )
        public_sudo = messages_sudo.search(
            self._get_public_message_domain() & Domain("attachment_ids", "!=", False)
        ).attachment_ids
        internal_sudo = (
            messages_sudo.search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("attachment_ids", "in", on_issue_sudo.ids),
                ]
            ).attachment_ids
            - public_sudo
        )
        reported_sudo = on_issue_sudo.filtered("create_uid.share") - internal_sudo
        return public_sudo | reported_sudo

    def _get_portal_attachment_sudo(self, attachment_id):
        """Return one file that customers may see, sudoed, or an empty record."""
        return self._get_portal_attachments_sudo().filtered(
            lambda attachment: attachment.id == attachment_id
        )

    # -- what comes in

    @api.model
    def _create_portal_attachments_sudo(self, files, ticket=None):
        """Store files that came over the portal.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param ticket: the issue they came with, or None for a message that is posted next
        :return: the attachments, sudoed
        """
        Document = self.env["customer.portal.document"]
        attachments_sudo = self.env["ir.attachment"].sudo()  # sudo: see the document's
        for filename, incoming in files:
            attachments_sudo |= Document._create_attachment_sudo(filename, incoming)
        target = {
            "res_model": ticket._name if ticket else "mail.compose.message",
            "res_id": ticket.id if ticket else 0,
        }
        if attachments_sudo:
            attachments_sudo.write(target)
        return attachments_sudo

    def _post_portal_answer(self, text, files, link_sudo=None):
        """Post a public message of the current user, or of the owner of a link.

        :param str text: as typed; may be empty with files
        :param files: list of (str file name, :class:`IncomingFile`)
        :param link_sudo: the personal link that a visitor came with
        :return: the message, sudoed
        """
        self.ensure_one()
        attachments_sudo = self._create_portal_attachments_sudo(files)
        if link_sudo and not link_sudo.confirmed:
            link_sudo.confirmed = True
        body = plaintext2html(clean_text(text)) if text else ""
        message = self._post_for_outsider(
            body, attachments_sudo, **self._get_portal_author(link_sudo)
        )
        return message.sudo()  # sudo: mail.message - the caller's own

    @api.model
    def _count_outsider_post(self, writer):
        # the same limit as for answers on the page
        Throttle = self.env["customer.portal.issue.throttle"]
        return Throttle._count({f"answer:{self.env.uid}": MAX_ANSWERS})

    def _get_portal_author(self, link_sudo):
        if not link_sudo or not self.env.user._is_public():
            return {"author_id": self.env.user.partner_id.id}
        if link_sudo.partner_id:
            return {"author_id": link_sudo.partner_id.id}
        address = formataddr((link_sudo.name or "", link_sudo.email))
        return {"author_id": False, "email_from": address}

    @api.model
    def _remove_stored_link_keys(self):
        result = super()._remove_stored_link_keys()
        # core keeps what a mail said as the description too
        reported = self.sudo().with_context(  # sudo: helpdesk.ticket - all of them
            active_test=False, tracking_disable=True
        )
        for ticket in reported.search([("description", "ilike", "access_token")]):
            cleaned = remove_keys(ticket.description, self._is_link_key)
            if cleaned != ticket.description:
                ticket.description = cleaned
        return result

    # -- links

    def _create_portal_links(self, name=None, lang=None, is_told=True):
        """Give who reported each issue a personal link, and have it sent.

        :param name: str or None, as the visitor typed it
        :param lang: str or None, code of the language of the mails
        :param bool is_told: whether it is sent; staff may send it later
        :return: the links, sudoed
        """
        origin = self._get_mail_origin()
        # sudo: customer.portal.issue.link - made for who reports, and for nobody else
        Link = self.env["customer.portal.issue.link"].sudo()
        links_sudo = Link.create(
            [
                {
                    "ticket_id": ticket.id,
                    **Link._prepare_values(
                        ticket.sudo().partner_id,
                        name or ticket.partner_name,
                        email,
                        lang or self.env.lang,
                    ),
                }
                for ticket in self
                if (email := ticket._get_portal_email())
            ]
        )
        self.env["customer.portal.issue.mail"]._queue(
            [
                {"kind": "received", "ticket_id": link.ticket_id.id, "link_id": link.id}
                for link in links_sudo
                if is_told and not (origin and origin.is_automatic)
            ]
        )
        return links_sudo

    def _revise_portal_links(self):
        """Let links open an issue no more that is now somebody else's."""
        # sudo: customer.portal.issue.link - whoever changes the issue
        for ticket in self.sudo().filtered("portal_link_ids"):
            email = ticket._get_portal_email()
            strangers = ticket.portal_link_ids.filtered(
                lambda link, email=email: link.active and link.email != email
            )
            strangers.active = False
            if strangers and email not in ticket.portal_link_ids.mapped("email"):
                ticket._create_portal_links()

    def _revoke_shared_link(self):
        """Let the link that everybody with it may use open the issues no more."""
        self.sudo().filtered("access_token").access_token = False  # sudo: as above

    def action_revoke_portal_links(self):
        """Let no link open the issue any more, personal or shared."""
        self.check_access("write")
        # sudo: customer.portal.issue.link - who may change the issue decides on its links
        self.sudo().portal_link_ids.active = False
        self._revoke_shared_link()
        return True

    # the key of the link that staff share: it is for reading, by whoever has no better way in

    @api.private
    def get_portal_url(self, *args, **kwargs):
        return super().get_portal_url(*args, **kwargs)

    def _get_share_url(self, *args, **kwargs):
        self.check_access("read")
        if self._withholds_key():
            return self.access_url
        return super()._get_share_url(*args, **kwargs)

    def _portal_ensure_token(self):
        self.check_access("read")
        if self._withholds_key():
            return ""
        # sudo: helpdesk.ticket - the key is made for staff who may only read the issue
        ticket_sudo = self.sudo()
        if not ticket_sudo.access_token or ticket_sudo._is_portal_link_over():
            ticket_sudo.access_token = secrets.token_urlsafe(32)
        ticket_sudo._note_portal_link_use()
        return ticket_sudo.access_token

    def _withholds_key(self):
        """Tell whether the key is not for the current user: it would outlive their own access."""
        return self.env.user.share and not self.env.su

    def _sign_token(self, pid):
        # sudo: helpdesk.ticket - as above, for the links of the Share action
        return super(HelpdeskTicket, self.sudo())._sign_token(pid)
