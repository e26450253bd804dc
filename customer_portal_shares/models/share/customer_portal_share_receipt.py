import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.customer_portal_docs.tools.apart import apart

_logger = logging.getLogger(__name__)

#: What a visitor sends within so many seconds of the last file is told in one mail…
GATHER_SECONDS = 60
#: …which does not wait longer than so many, however long the visitor goes on.
MAX_GATHER_SECONDS = 900
#: Mails about one share within an hour: what comes in beyond is told in one mail later.
MOST_MAILS = 10
#: Documents and senders that one mail lists.
MAX_LISTED = 50
MAX_SENDERS = 5
#: Files that the mail names which thanks their sender.
MAX_THANKED = 20
#: Documents that are looked at in one go.
_BATCH = 1000
_PARAMETER = "customer_portal_shares.received_mail_seconds"


class CustomerPortalShareReceipt(models.Model):
    """A document that a visitor sent, and that the share's owner has to be told of.

    It tells the owner, and is not the receipt that customers get for their documents, which is
    ``customer.portal.document.receipt``.

    Visitors send many files one after the other: their owner gets one mail for all of them.
    Which name and e-mail address they type proves nothing: who they are is where they come from.
    """

    _name = "customer.portal.share.receipt"
    _inherit = "customer.portal.outbox.mixin"
    _description = "Received Document to Tell the Owner Of"
    _order = "id"
    _log_access = False
    _outbox_cron = "customer_portal_shares.ir_cron_share_receipts"

    share_id = fields.Many2one(
        "customer.portal.share", required=True, index=True, ondelete="cascade"
    )
    document_id = fields.Many2one(
        "customer.portal.document", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    address = fields.Char(help="The network that the document came from.")
    thanks_email = fields.Char(help="Where to send the confirmation.")
    lang = fields.Char(
        string="Language", help="The language of the page that the sender saw."
    )

    @api.model
    def _queue(self, documents_sudo, address=None, thanks_email=None):
        """Have owners told of documents when nothing more comes in, and senders thanked.

        :param str address: the network that they came from
        :param thanks_email: str, where the sender wants to be thanked; None for nowhere
        """
        # sudo: customer.portal.share.receipt - the queue is nobody's but ours
        self.sudo().create(
            [
                {
                    "share_id": document.share_id.id,
                    "document_id": document.id,
                    "address": address,
                    "thanks_email": thanks_email or False,
                    "lang": self.env.lang,
                }
                for document in documents_sudo
            ]
        )
        self._wake(fields.Datetime.now() + self._get_gather_time())

    @api.model
    def _get_gather_time(self):
        seconds = self._get_waiting_seconds(_PARAMETER, GATHER_SECONDS)
        return timedelta(seconds=min(seconds, MAX_GATHER_SECONDS))

    @api.model
    def _cron_notify(self):
        """Tell owners what came in, one mail for each address that something came from."""
        shares = self._read_group([], ["share_id"])
        remaining = len(shares)
        for [share] in shares:
            remaining -= 1
            receipts = self.search([("share_id", "=", share.id)], limit=_BATCH)
            message = "No mail of %s: it is tried again with the next"
            with apart(self.env, _logger, message, receipts):
                receipts._thank_senders(share)
                receipts._notify_owner(share)
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                break

    def _thank_senders(self, share):
        """Thank those who want it for these, all of one share, as far as nothing more comes in.

        An address that was typed may be anybody's: what comes too often is not sent at all.
        """
        Throttle = self.env["customer.portal.throttle"]
        to_thank = self.filtered("thanks_email").grouped(
            lambda receipt: (receipt.thanks_email, receipt.lang, receipt.address)
        )
        for (email, lang, address), receipts in to_thank.items():
            if not receipts._is_over():
                continue
            if not Throttle._count(
                ("share_thanks", email.lower()),
                ("share_thanks_address", address or ""),
                ("share_thanks_share", share.id),
            ):
                receipts._thank(share, email, lang)
            receipts.thanks_email = False

    def _thank(self, share, email, lang):
        template = self.env.ref(
            "customer_portal_shares.mail_template_share_thanks",
            raise_if_not_found=False,
        )
        if not template:
            return
        names = self.document_id.mapped("name")
        # of those that are not switched off since
        lang = self.env["res.lang"]._get_code(lang or "") or share.user_id.lang
        template.with_user(SUPERUSER_ID)._send_when_committed(
            share.id,
            context={
                "lang": lang,
                "sent_names": names[:MAX_THANKED],
                "sent_more": len(names[MAX_THANKED:]),
            },
            email_values={"email_to": email, "recipient_ids": []},
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _notify_owner(self, share):
        """Tell the owner of these, all of one share, as far as nothing more comes in."""
        Throttle = self.env["customer.portal.throttle"]
        if seconds := Throttle._get_wait(("share_mail", share.id)):
            self._wake(fields.Datetime.now() + timedelta(seconds=seconds))
            return
        groups = self.grouped("address")
        if len(groups) > MOST_MAILS:
            groups = {None: self}
        for receipts in groups.values():
            if not receipts._is_over():
                continue
            if seconds := Throttle._count(("share_mail", share.id)):
                self._wake(fields.Datetime.now() + timedelta(seconds=seconds))
                return
            receipts._notify()
            receipts.unlink()

    def _notify(self):
        """Tell the owner of one share what came in."""
        template = self.env.ref(
            "customer_portal_shares.mail_template_share_received",
            raise_if_not_found=False,
        )
        documents = self.document_id
        self.share_id._mail_owner(
            template,
            received_documents=documents[:MAX_LISTED],
            received_senders=self._get_senders(),
            received_more=len(documents[MAX_LISTED:]),
        )

    def _get_senders(self):
        """Return how those who sent documents called themselves: some of them, if many."""
        visitors = self.document_id.mapped("share_visitor")
        names = list(dict.fromkeys(filter(None, visitors)))
        text = ", ".join(names[:MAX_SENDERS])
        more = len(names[MAX_SENDERS:])
        if not more:
            return text
        return self.env._("%(names)s and %(count)s more", names=text, count=more)

    def _is_over(self):
        """Tell whether nothing came in for a while; wake the action again if something did."""
        now, gather = fields.Datetime.now(), self._get_gather_time()
        end = max(self.mapped("date")) + gather
        if end <= now or min(self.mapped("date")) <= now - timedelta(
            seconds=MAX_GATHER_SECONDS
        ):
            return True
        self._wake(end)
        return False
