import logging
import re
from ast import literal_eval
from datetime import timedelta

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command, Domain
from odoo.modules import module
from odoo.tools import email_normalize, html2plaintext
from odoo.tools.mail import email_normalize_all, email_split_tuples

from ..tools.filenames import clean_line
from ..tools.reply_to import format_reply_to

_logger = logging.getLogger(__name__)

#: Header that says whom a mail comes from, instead of its author; it never leaves the server.
SENDER_HEADER = "X-Customer-Portal-Sender"

#: Headers of a mail that it is created with.
_HEADERS = ("subject", "email_from", "email_to", "reply_to")
#: Kind of the notes that a mail was sent: the portal shows none of them.
_NOTED_TYPE = "auto_comment"
#: Days that such a note lives where no discussion shows it: a bounce may come.
_NOTE_DAYS = 90
#: Notes that are deleted at once.
_GC_BATCH = 1_000
_PICTURE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
#: What tells machines not to answer: RFC 3834, and what Exchange knows.
AUTOMATIC_HEADERS = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}


#: What was not sent after so long, because of a crash, is for Odoo's queue of mails.
QUEUE_SECONDS = 600
#: Mails of one transaction that are sent right after it: whoever caused them waits that long.
MOST_AT_ONCE = 5
#: Where a transaction keeps the ids of these, and whether the queue was told of others.
_AT_ONCE, _QUEUED = "customer_portal_docs.at_once", "customer_portal_docs.queued"


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model
    def _get_queue_date(self):
        """Return since when Odoo's queue sends a mail that we have not sent by ourselves.

        Two that send the same mail at once send it twice, or the second finds it gone, which ends
        the whole run of the queue.

        :return: datetime, naive and in UTC: the ``scheduled_date`` of the mail
        """
        return fields.Datetime.now() + timedelta(seconds=QUEUE_SECONDS)

    def _send_when_committed(self):
        """Send these mails when the transaction is over, and not by Odoo's queue as well.

        Of many, the first few: somebody waits for the answer, and a worker has its time. The
        others are for the queue alone.
        """
        postcommit = self.env.cr.postcommit
        ids = postcommit.data.setdefault(_AT_ONCE, [])
        first = self[: max(MOST_AT_ONCE - len(ids), 0)]
        (self - first)._leave_to_queue()
        first.scheduled_date = self._get_queue_date()
        if module.current_test:
            first.send_after_commit()  # as core does then: at once, on the same cursor
        elif first and not ids:
            postcommit.add(lambda: self._send_apart(ids))
        ids += first.ids

    def _leave_to_queue(self):
        """Have Odoo's queue send these mails as soon as the transaction is over."""
        self.scheduled_date = False
        postcommit = self.env.cr.postcommit
        if self and not postcommit.data.get(_QUEUED):
            postcommit.data[_QUEUED] = True
            # sudo: ir.cron - whoever caused the mails
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _send_apart(self, ids):
        """Send mails in a transaction for each; what caused them has been done, and did not fail."""
        try:
            with self.env.registry.cursor() as cr:
                mails = self.with_env(self.env(cr=cr, user=SUPERUSER_ID)).browse(ids)
                mails.send(auto_commit=True)
        except Exception:
            _logger.exception("Mails %s are left to Odoo's queue", ids)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.context.get("portal_automatic_mail"):
            return super().create(vals_list)
        mails = super().create(
            [self._keep_note(self._clean_headers(vals)) for vals in vals_list]
        )
        mails._mark_automatic()
        return mails

    @api.model
    def _clean_headers(self, vals):
        """Return values of a mail that can be sent: each header is one line, whatever it quotes.

        And it comes from no account that only Odoo knows: where the company has no address,
        templates take that of who happens to cause the mail.
        """
        headers = {
            name: clean_line(vals[name])
            for name in _HEADERS
            if isinstance(vals.get(name), str)
        }
        names = {
            self.env.ref("base.partner_root").name,
            self.env.ref("base.public_partner").name,
        }
        for name, address in email_split_tuples(headers.get("email_from") or ""):
            if name in names:
                company = self._get_sending_company_sudo(vals)
                headers["email_from"] = format_reply_to([company.name], address)
        return {**vals, **headers}

    @api.model
    def _get_sending_company_sudo(self, vals):
        """Return the company that a mail is about something of, sudoed."""
        # sudo: res.company, the record - whose mail it is, whoever causes it
        record_sudo = self.env.get(vals.get("model") or "")
        if record_sudo is not None and "company_id" in record_sudo._fields:
            record_sudo = record_sudo.sudo().browse(vals.get("res_id"))
            if company_sudo := record_sudo.exists().company_id:
                return company_sudo
        # sudo: res.company - as above; of a mail that is about nothing of a company
        return self.env.company.sudo()

    @api.model
    def _keep_note(self, vals):
        """Return values of a mail of which a note stays: that it was sent, and to whom.

        By its Message-Id a bounce finds what it is about. The links in a mail are for whom it goes
        to, and in no note.
        """
        if not self._get_noting_record(vals.get("model"), vals.get("res_id")):
            return vals
        addresses = [vals.get("email_to"), *self._get_recipient_addresses(vals)]
        text = self.env._(
            "E-mail to %(address)s: %(subject)s",
            address=", ".join(filter(None, addresses)),
            subject=vals.get("subject") or "",
        )
        return {
            **vals,
            "body": Markup("<p>%s</p>") % text,
            # an answer to it is none the less a public one
            "message_type": _NOTED_TYPE,
            "subtype_id": self.env.ref("mail.mt_note").id,
            "is_internal": True,
            # the message stays when the mail is sent and goes
            "is_notification": True,
        }

    @api.autovacuum
    def _gc_notes(self):
        """Delete old notes about what has no discussion, but of mails that are still there."""
        old = fields.Datetime.now() - timedelta(days=_NOTE_DAYS)
        domain = Domain("model", "in", self._get_models_without_discussion())
        domain &= Domain("message_type", "=", _NOTED_TYPE)
        domain &= Domain("is_internal", "=", True) & Domain("date", "<", old)
        domain &= Domain("mail_ids", "=", False)
        notes = self.env["mail.message"].search(domain, order="id", limit=_GC_BATCH)
        notes.unlink()
        return len(notes), len(notes) >= _GC_BATCH

    @api.model
    def _get_models_without_discussion(self):
        """Return the names of the models that mails of ours are about and that have no chatter."""
        registry = self.env.registry
        names = registry.descendants(["customer.portal.delivery.mixin"], "_inherit")
        thread = registry["mail.thread"]
        return [name for name in names if not issubclass(registry[name], thread)]

    @api.model
    def _get_recipient_addresses(self, vals):
        ids = [
            command[1]
            for command in vals.get("recipient_ids") or []
            if command[0] == Command.LINK
        ]
        # sudo: res.partner - whom a mail goes to
        return self.env["res.partner"].sudo().browse(ids).mapped("email_formatted")

    def _send(self, auto_commit=False, **kwargs):
        committing = self.with_context(portal_mail_commits=auto_commit)
        return super(MailMail, committing)._send(auto_commit=auto_commit, **kwargs)

    def _begin_sending_once(self):
        """Have a reminder be known as sent before it is, so that nothing sends it twice.

        Core commits after the server has taken a mail: a process that is killed in between would
        send it once more. What is killed before stays a failed mail, for staff to see.
        """
        # sudo: res.partner - whether it reminds one
        waiting = [("portal_reminder_mail_id", "in", self.ids)]
        if self.env.context.get("portal_mail_commits") and self.env[
            "res.partner"
        ].sudo().search_count(waiting, limit=1):
            self.failure_reason = self.env._(
                "The server stopped while this mail was being sent: it may have arrived."
            )
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Send texts that say what the mail says: pictures, as the logo above it, are no words."""
        values_list = super()._prepare_outgoing_list(*args, **kwargs)
        self._begin_sending_once()
        if self._get_noting_record(self.model, self.res_id, self.message_type):
            for values in values_list:
                words = _PICTURE.sub("", values["body"] or "")
                values["body_alternative"] = html2plaintext(words)
        return values_list

    # -- what could not be delivered

    @api.model
    def _get_noting_record(self, model, res_id, message_type=_NOTED_TYPE):
        """Return the record that mails of ours are about and that tells of failures, or None.

        :param str message_type: of the mail's message; of contacts, automatic mails alone are ours
        """
        record = self.env.get(model or "")
        if record is None or not res_id or not hasattr(record, "_note_undelivered"):
            return None
        if model == "res.partner" and message_type != _NOTED_TYPE:
            return None
        return record.browse(res_id)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        for mail in self:
            record = self._get_noting_record(mail.model, mail.res_id, mail.message_type)
            if record and record.exists():
                emails = mail._get_all_emails()
                if failure_type:
                    reached = [*success_emails, *(p.email for p in success_pids)]
                    reached = email_normalize_all(", ".join(filter(None, reached)))
                    emails = [email for email in emails if email not in reached]
                    record._note_undelivered(emails, failure_reason)
                else:
                    record._note_delivered(emails)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def _get_all_emails(self):
        """Return the normalized addresses of whom the mail goes to."""
        # sudo: res.partner - whom the mail goes to
        texts = [
            self.email_to,
            self.email_cc,
            *self.sudo().recipient_ids.mapped("email"),
        ]
        return email_normalize_all(", ".join(filter(None, texts)))

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
        # what was undone after it was to be sent at the commit is there no more
        mails = self.exists()
        mails._drop_outsiders()
        return super(MailMail, mails).send(*args, **kwargs)

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
