from ast import literal_eval

from odoo import models
from odoo.tools import email_normalize

#: Header that says whom a mail comes from, instead of its author; it never leaves the server.
SENDER_HEADER = "X-Customer-Portal-Sender"


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _get_portal_sender(self):
        """Return whom the mail comes from, or None where it comes from its author."""
        self.ensure_one()
        if SENDER_HEADER not in (self.headers or ""):
            return None
        return literal_eval(self.headers).get(SENDER_HEADER)

    def _hides_address(self, address):
        return self._get_portal_sender() and email_normalize(
            address
        ) == email_normalize(self.email_from)

    def _split_by_mail_configuration(self):
        """Send with the sender's address what must not be sent with its author's."""
        for (
            server_id,
            domain_id,
            smtp_from,
            ids,
        ) in super()._split_by_mail_configuration():
            mails = self.browse(ids)
            hiding = mails.filtered(
                lambda mail, smtp_from=smtp_from: mail._hides_address(smtp_from)
            )
            if others := mails - hiding:
                yield server_id, domain_id, smtp_from, others.ids
            for sender, same in hiding.grouped(MailMail._get_portal_sender).items():
                # only where no address for notifications is set, or a server knows the author
                server, own_from = self.env["ir.mail_server"]._find_mail_server(sender)
                yield server.id if server else False, domain_id, own_from, same.ids
