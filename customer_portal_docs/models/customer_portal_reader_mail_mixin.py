from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

#: Documents and readers that are looked at in one transaction.
_BATCH = 500
#: The models that tell readers, in the order in which the scheduled action has them do it.
READER_MAILS = ("customer.portal.acknowledgement", "customer.portal.document.mail")


class CustomerPortalReaderMailMixin(models.AbstractModel):
    """Mails to all readers of documents, by a scheduled action, a batch in each transaction.

    Documents remember since when their readers are to be told, and which of them were.
    """

    _name = "customer.portal.reader.mail.mixin"
    _description = "E-mails to Readers"

    #: Field of documents: since when readers are to be told, until all of them were.
    _untold_field = None
    #: Field of documents: the id of the contact up to whom readers were told.
    _told_field = None
    #: XML id of the mail.template.
    _reader_template = None
    #: After how many minutes readers are told.
    _wait_minutes = 0

    @api.model
    def _plan_mail(self, documents):
        """Have the readers of documents told by the scheduled action."""
        if not documents:
            return
        # sudo: customer.portal.document - who was told is hidden from all users
        documents.sudo().write(
            {self._untold_field: fields.Datetime.now(), self._told_field: 0}
        )
        documents._trigger_telling(self._wait_minutes)

    @api.model
    def _get_reader_template(self):
        return self.env.ref(self._reader_template, raise_if_not_found=False)

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of documents whose readers are to be told now."""
        since = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=self._wait_minutes
        )
        return (
            Domain(self._untold_field, "<=", since)
            & Domain("attachment_id", "!=", False)
            & Domain("company_id.active", "=", True)
        )

    @api.model
    def _get_readers_to_tell(self, documents_sudo):
        """Return who is told of each document: dict of document to res.partner.

        To be implemented.
        """
        raise NotImplementedError

    @api.model
    def _mail(self, todo):
        """Make the mails; what fails for one reader keeps nobody from theirs. To be implemented.

        :param dict todo: of :meth:`_get_untold`
        """
        raise NotImplementedError

    @api.model
    def _mail_readers(self):
        """Tell readers of documents, a batch of them in each transaction.

        Each gets one mail of all documents. Who may not see a document any more is not told of it.

        :return: bool, whether there is time for more
        """
        while documents_sudo := self._find_untold_sudo():
            todo = self._get_untold(documents_sudo)
            ids = sorted(todo)[:_BATCH]
            if ids:
                self._mail({id_: todo[id_] for id_ in ids})
            if len(ids) < len(todo):
                self._note_told(documents_sudo, ids[-1])
            else:
                documents_sudo[self._untold_field] = False
            remaining = sum(self.env[name]._count_waiting() for name in READER_MAILS)
            Cron = self.env["ir.cron"]
            if not Cron._commit_progress(len(ids), remaining=remaining):
                return False
            self.env.invalidate_all()
        return True

    @api.model
    def _count_waiting(self):
        # sudo: customer.portal.document - as above
        Document_sudo = self.env["customer.portal.document"].sudo()
        return Document_sudo.search_count(self._get_waiting_domain())

    @api.model
    def _find_untold_sudo(self):
        """Return documents whose readers are to be told now, sudoed and locked for the transaction.

        Not those that somebody is changing: these have their turn the next time.
        """
        # sudo: customer.portal.document - as above
        documents_sudo = (
            self.env["customer.portal.document"]
            .sudo()
            .search(self._get_waiting_domain(), order="id", limit=_BATCH)
        )
        return documents_sudo.try_lock_for_update()

    @api.model
    def _get_untold(self, documents_sudo):
        """Return who is to be told of which documents: dict of a contact's id to list of ids.

        Nobody where the template is gone, which the discussions of the documents say then.
        """
        todo = defaultdict(list)
        if not self._get_reader_template():
            Mail = self.env["customer.portal.document.mail"]
            Mail._note_missing_template(documents_sudo)
            return todo
        readers = self._get_readers_to_tell(documents_sudo)
        for document_sudo in documents_sudo:
            for id_ in readers[document_sudo].ids:
                if id_ > document_sudo[self._told_field]:
                    todo[id_].append(document_sudo.id)
        return todo

    @api.model
    def _note_told(self, documents_sudo, last_id):
        """Remember up to which contact the readers of documents were told."""
        groups = documents_sudo.grouped(
            lambda document: max(document[self._told_field], last_id)
        )
        for told_id, together_sudo in groups.items():
            together_sudo[self._told_field] = told_id
