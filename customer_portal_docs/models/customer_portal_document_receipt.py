import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.apart import apart
from ..tools.emails import get_mailbox, parse_email

_logger = logging.getLogger(__name__)

TEMPLATE = "customer_portal_docs.mail_template_document_receipt"
#: After how many minutes without another file a receipt for those of a request goes out.
WAIT_MINUTES = 5


class CustomerPortalDocumentReceipt(models.AbstractModel):
    """Mails that tell customers that what they sent is there.

    It keeps nothing: documents remember whom a receipt is planned for. An upload is confirmed
    when it ends. For requests, customers send one file after the other and line by line: one mail
    tells of those of some minutes.
    """

    _name = "customer.portal.document.receipt"
    _inherit = "customer.portal.outbox.mixin"
    _description = "Receipts for Documents"
    _outbox_cron = "customer_portal_docs.ir_cron_tell_of_uploads"

    @api.model
    def _send(self, documents, reader=None):
        """Confirm the upload of documents by mail, in one for each who reads it.

        :param documents: customer.portal.document
        :param reader: res.partner who sent them; None: the contact of each
        """
        Mail = documents.env["customer.portal.document.mail"]
        groups = {reader: documents} if reader else documents.grouped("partner_id")
        for partner, together in groups.items():
            if not self._is_sent_too_often(partner):
                Mail._send_to_contact(together, TEMPLATE, reader)

    @api.model
    def _is_sent_too_often(self, partner):
        """Count one more receipt where nobody has confirmed the address; tell if there are too many.

        Customers write any address to their own contact, and any title to what they upload.
        """
        if not partner._needs_confirmation():
            return False
        Throttle = self.env["customer.portal.throttle"]
        return bool(
            Throttle._count(
                ("receipt_to_claimed", partner.id),
                # from all accounts, as many as anybody signs up for
                ("receipt_to_mailbox", get_mailbox(parse_email(partner.email))),
            )
        )

    @api.model
    def _plan(self, documents_sudo, reader):
        """Have one receipt go out for these documents and for what else comes in these minutes.

        :param reader: res.partner who sent them
        """
        documents_sudo.receipt_reader_id = reader
        # the whole second in which something is written counts
        wait = timedelta(minutes=WAIT_MINUTES, seconds=1)
        self._wake(fields.Datetime.now() + wait)

    @api.model
    def _send_to_others(self, documents_sudo, reader):
        """Confirm now what others have sent: something else is about to take its place.

        :param reader: res.partner who sends it
        """
        for other, replaced_sudo in documents_sudo.grouped("receipt_reader_id").items():
            if other and other != reader:
                self._send_due(replaced_sudo, other)

    @api.model
    def _send_waiting(self):
        """Send the receipts of those who have sent nothing more for some minutes.

        :return: bool, whether there was time for all of them
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), minutes=WAIT_MINUTES)
        # sudo: customer.portal.document - who gets a receipt is hidden from all users
        waiting = (
            self.env["customer.portal.document"]
            .sudo()
            ._read_group(
                self._get_waiting_domain(),
                ["receipt_reader_id", "company_id"],
                having=[("write_date:max", "<", since)],
            )
        )
        for number, (reader, company) in enumerate(waiting, 1):
            message = "No receipt of %s for %s: it is tried again the next time"
            with apart(self.env, _logger, message, company, reader):
                self._send_waiting_of(reader, company)
            remaining = len(waiting) - number
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return not remaining
        return True

    @api.model
    def _get_waiting_domain(self):
        # what was taken back waits no more either
        return Domain("receipt_reader_id", "!=", False) & Domain(
            "active", "in", (True, False)
        )

    @api.model
    def _send_waiting_of(self, reader, company):
        domain = self._get_waiting_domain() & Domain(
            [("receipt_reader_id", "=", reader.id), ("company_id", "=", company.id)]
        )
        # sudo: customer.portal.document - as above
        documents_sudo = (
            self.env["customer.portal.document"].sudo().search(domain, order="id")
        )
        # one that is written just now has its receipt with what comes
        if documents_sudo.try_lock_for_update() == documents_sudo:
            self._send_due(documents_sudo, reader)

    @api.model
    def _send_due(self, documents_sudo, reader):
        """Send a receipt for each request, of what is still with the customer who sent it."""
        documents_sudo.receipt_reader_id = False
        if not reader.active:
            return
        due_sudo = documents_sudo.filtered(
            lambda document: (
                document.active
                and document.company_id.portal_document_receipt
                and document.request_line_id._is_received_of_customer(document)
            )
        )
        of_each = due_sudo.grouped(lambda document: document.request_line_id.request_id)
        for together_sudo in of_each.values():
            self._send(together_sudo, reader)
