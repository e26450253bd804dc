from ast import literal_eval

from odoo import api, models
from odoo.tools import email_normalize

#: Header that says whom a mail comes from, instead of its author; it never leaves the server.
SENDER_HEADER = "X-Customer-Portal-Sender"

#: What tells machines not to answer: RFC 3834, and what Exchange knows.
AUTOMATIC_HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        if self.env.context.get("portal_automatic_mail"):
            mails._mark_automatic()
        return mails

    def _mark_automatic(self):
        """Have these mails say that no person wrote them."""
        for mail in self:
            headers = literal_eval(mail.headers or "{}")
            mail.headers = repr({**headers, **AUTOMATIC_HEADERS})

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

    def send(self, *args, **kwargs):
        """Send to whom a mail is still for: it may have waited."""
        self._drop_outsiders()
        return super().send(*args, **kwargs)

    def _drop_outsiders(self):
        audience_mixin = self.env.registry["customer.portal.audience.mixin"]
        for mail in self.filtered(lambda mail: mail.state == "outgoing"):
            model = self.env.get(mail.model or "")
            if not mail.res_id or not isinstance(model, audience_mixin):
                continue
            record = model.browse(mail.res_id).exists()
            outsiders = record._get_outsiders_of(mail) if record else None
            if not outsiders:
                continue
            mail.recipient_ids -= outsiders
            if not (mail.recipient_ids or mail.email_to or mail.email_cc):
                mail.cancel()
