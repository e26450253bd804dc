from datetime import timedelta

from odoo import api, fields, models

#: What a visitor sends within so many seconds of the last file is told in one mail…
GATHER_SECONDS = 60
#: …which does not wait longer than so many, however long the visitor goes on.
MAX_GATHER_SECONDS = 900
#: Mails about one share within an hour: what comes in beyond is told in one mail later.
MOST_MAILS = 10
#: Documents and senders that one mail lists.
MAX_LISTED = 50
MAX_SENDERS = 5
#: Documents that are looked at in one go.
_BATCH = 1000
_PARAMETER = "customer_portal_shares.received_mail_seconds"


class CustomerPortalShareReceipt(models.Model):
    """A document that a visitor sent, and that the share's owner has to be told of.

    Visitors send many files one after the other: their owner gets one mail for all of them.
    Which name and e-mail address they type proves nothing: who they are is where they come from.
    """

    _name = "customer.portal.share.receipt"
    _description = "Received Document to Tell the Owner Of"
    _order = "id"
    _log_access = False

    share_id = fields.Many2one(
        "customer.portal.share", required=True, index=True, ondelete="cascade"
    )
    document_id = fields.Many2one(
        "customer.portal.document", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    address = fields.Char(help="The network that the document came from.")

    @api.model
    def _queue(self, documents_sudo, address=None):
        """Have owners told of documents when nothing more comes in.

        :param str address: the network that they came from
        """
        # sudo: customer.portal.share.receipt, ir.cron - the queue is nobody's but ours
        self.sudo().create(
            [
                {
                    "share_id": document.share_id.id,
                    "document_id": document.id,
                    "address": address,
                }
                for document in documents_sudo
            ]
        )
        self._wake(fields.Datetime.now() + self._get_gather_time())

    @api.model
    def _wake(self, moment):
        cron = self.env.ref("customer_portal_shares.ir_cron_share_receipts")
        cron.sudo()._trigger(at=moment)  # sudo: ir.cron - as in _queue

    @api.model
    def _get_gather_time(self):
        # sudo: ir.config_parameter - a number of seconds
        text = self.env["ir.config_parameter"].sudo().get_param(_PARAMETER) or ""
        is_number = text.isascii() and text.isdigit()
        seconds = int(text) if is_number else GATHER_SECONDS
        return timedelta(seconds=min(seconds, MAX_GATHER_SECONDS))

    @api.model
    def _cron_notify(self):
        """Tell owners what came in, one mail for each address that something came from."""
        shares = self._read_group([], ["share_id"])
        remaining = len(shares)
        for [share] in shares:
            remaining -= 1
            receipts = self.search([("share_id", "=", share.id)], limit=_BATCH)
            receipts._notify_owner(share)
            self.env["ir.cron"]._commit_progress(1, remaining=remaining)

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
