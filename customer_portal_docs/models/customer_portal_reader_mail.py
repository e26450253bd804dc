from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Documents and readers that are looked at in one transaction.
_BATCH = 500
#: The models that say who is told, by ``_get_readers_to_tell``, and make the mails, by ``_mail``
#: and of ``_reader_template``; in the order in which they do it.
_TELLERS = {
    "acknowledgement": "customer.portal.acknowledgement",
    "shared": "customer.portal.document.mail",
}
#: After how many minutes readers are told: one mail is for what staff do meanwhile.
_WAIT_MINUTES = {"acknowledgement": 5, "shared": 0}


class CustomerPortalReaderMail(models.Model):
    """A document whose readers a scheduled action has to tell, until it has told all of them.

    Each reader gets one mail of all documents of a kind, a batch of readers in each transaction.
    """

    _name = "customer.portal.reader.mail"
    _inherit = "customer.portal.outbox.mixin"
    _description = "Document to Tell Its Readers Of"
    _order = "document_id.id"
    _log_access = False
    _outbox_cron = "customer_portal_docs.ir_cron_tell_of_uploads"

    document_id = fields.Many2one(
        "customer.portal.document", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("acknowledgement", "Asked to accept"), ("shared", "Document shared")],
        required=True,
    )
    due_date = fields.Datetime(required=True)
    told_id = fields.Integer(
        help="Readers are told in the order of their ids: those up to this one were."
    )

    _document_kind_uniq = models.UniqueIndex("(document_id, kind)")

    @api.model
    def _queue(self, documents, kind):
        """Have all readers of documents told, also those who were told before.

        Where they are being told just now, wait for that.
        """
        if not documents:
            return
        due = fields.Datetime.now() + timedelta(minutes=_WAIT_MINUTES[kind])
        self.invalidate_model()
        self.env.cr.execute(
            """INSERT INTO customer_portal_reader_mail (document_id, kind, due_date, told_id)
               SELECT unnest(%s), %s, %s, 0
               ON CONFLICT (document_id, kind)
               DO UPDATE SET due_date = EXCLUDED.due_date, told_id = 0""",
            [documents.ids, kind, due],
        )
        # a moment later: what is shared one by one is told in one mail
        self._wake(due + timedelta(seconds=1))

    @api.model
    def _filter_waiting(self, documents, kind):
        """Return those of these documents whose readers were not all told yet.

        Where they are being told just now, wait for that.
        """
        query = SQL(
            """SELECT document_id FROM customer_portal_reader_mail
                WHERE document_id = ANY(%s) AND kind = %s FOR SHARE""",
            documents.ids,
            kind,
        )
        return documents.browse(id_ for [id_] in self.env.execute_query(query))

    # -- readers are told

    @api.model
    def _send_waiting(self):
        """Tell those who wait. Who may not see a document any more is not told of it."""
        for kind, name in _TELLERS.items():
            while rows_sudo := self._find_due_sudo(kind):
                todo = rows_sudo._get_todo(self.env[name])
                ids = sorted(todo)[:_BATCH]
                if ids:
                    self.env[name]._mail({id_: todo[id_] for id_ in ids})
                if len(ids) < len(todo):
                    for row_sudo in rows_sudo:
                        row_sudo.told_id = max(row_sudo.told_id, ids[-1])
                else:
                    rows_sudo.unlink()
                remaining = rows_sudo.search_count(self._get_due_domain())
                Cron = self.env["ir.cron"]
                if not Cron._commit_progress(len(ids), remaining=remaining):
                    return
                self.env.invalidate_all()

    @api.model
    def _find_due_sudo(self, kind):
        """Return what is due of a kind, sudoed and locked for the transaction.

        Not what somebody is changing: that has its turn the next time.
        """
        # sudo: customer.portal.reader.mail - the queue is nobody's but ours
        rows_sudo = self.sudo().search(
            self._get_due_domain() & Domain("kind", "=", kind), limit=_BATCH
        )
        # both: who moves a document elsewhere waits as well as who asks its readers anew
        free_sudo = rows_sudo.document_id.try_lock_for_update()
        return rows_sudo.filtered(
            lambda row: row.document_id in free_sudo
        ).try_lock_for_update()

    @api.model
    def _get_due_domain(self):
        is_asking = Domain("document_id.acknowledgement", "=", True) & Domain(
            "document_id.acknowledgement_notify", "=", True
        )
        return (
            Domain("due_date", "<=", fields.Datetime.now())
            & Domain("document_id.active", "=", True)
            & Domain("document_id.attachment_id", "!=", False)
            & Domain("document_id.company_id.active", "=", True)
            & (Domain("kind", "!=", "acknowledgement") | is_asking)
        )

    def _get_todo(self, Teller):
        """Return who is to be told of which documents: dict of a contact's id to list of ids.

        Nobody where the template is gone, which the discussions of the documents say then.
        """
        todo, readers = defaultdict(list), {}
        if not self.env.ref(Teller._reader_template, raise_if_not_found=False):
            Mail = self.env["customer.portal.document.mail"]
            Mail._note_missing_template(self.document_id)
            return todo
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        groups = self.document_id.grouped(Acknowledgement._get_audience_key)
        for together in groups.values():
            readers |= Teller._get_readers_to_tell(together)
        for row in self:
            for id_ in readers[row.document_id].ids:
                if id_ > row.told_id:
                    todo[id_].append(row.document_id.id)
        return todo
