from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: How long a document is new to those who have not opened it, in days.
NEW_DAYS = 30


class CustomerPortalDocumentNews(models.AbstractModel):
    """Which documents are new to a customer.

    It keeps nothing: documents remember who has opened them, users when they said that they know
    of all.
    """

    _name = "customer.portal.document.news"
    _description = "New Documents"

    @api.model
    def _get_domain(self):
        """Return the domain of files that came from others lately and the user has not opened."""
        # sudo: res.users - when the current user said that all is known
        known = self.env.user.sudo().portal_documents_known_date
        since = fields.Datetime.subtract(fields.Datetime.now(), days=NEW_DAYS)
        since = max(filter(None, [since, known]))
        return (
            Domain("file_date", ">", since)
            & self._get_others_domain()
            & self._get_unseen_domain()
        )

    @api.model
    def _get_told_domain(self):
        """Return the domain of what is told as news, opened or not: files that came from others.

        Who sends a new version has seen it, see :meth:`_note_replaced`: it is told until it is
        opened.
        """
        is_first, _is_replaced = self._get_version_domains()
        return self._get_others_domain() & (is_first | self._get_unseen_domain())

    @api.model
    def _get_unseen_domain(self):
        user_id = self.env.uid
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "NOT EXISTS (SELECT 1 FROM customer_portal_document_seen AS seen "
                "WHERE seen.document_id = %s AND seen.user_id = %s)",
                SQL.identifier(alias, "id"),
                user_id,
            )
        )

    @api.model
    def _get_others_domain(self):
        """Return the domain of documents with files of others than the current user.

        And of those with new versions of theirs, which they have seen: see :meth:`_note_replaced`.
        """
        is_first, is_replaced = self._get_version_domains()
        return (is_first & self._get_put_by_others_domain()) | is_replaced

    @api.model
    def _get_version_domains(self):
        """Return the domains of documents with their first file, and with a later one.

        Not of a later one that the current user sent by a personal link, perhaps without a login.
        """
        dates, by_my_link = (
            "%(alias)s.file_date > %(alias)s.create_date",
            """EXISTS (SELECT 1 FROM ir_attachment AS file
                        WHERE file.id = %(alias)s.attachment_id
                          AND file.portal_sender_name IS NOT NULL
                          AND file.portal_sender_id = %(partner_id)s)""",
        )
        partner_id = self.env.user.partner_id.id
        is_replaced, is_by_my_link = (
            Domain.custom(
                to_sql=lambda model, alias, query, text=text: SQL(
                    text,
                    alias=SQL.identifier(alias),
                    partner_id=partner_id,
                    to_flush=(
                        model._fields["file_date"],
                        model._fields["attachment_id"],
                        model.env["ir.attachment"]._fields["portal_sender_id"],
                        model.env["ir.attachment"]._fields["portal_sender_name"],
                    ),
                )
            )
            for text in (dates, by_my_link)
        )
        return ~is_replaced, is_replaced & ~is_by_my_link

    @api.model
    def _get_put_by_others_domain(self):
        """Return the domain of documents that others than the current user put there.

        Customers may not ask for ``create_uid``, which tells them nothing here. What a contact
        sent by a personal link is recorded by the server.
        """
        user = self.env.user
        of_others = Domain("is_from_staff", "=", True) | Domain(
            "partner_id", "!=", user.partner_id.id
        )
        return of_others & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IS DISTINCT FROM %s", SQL.identifier(alias, "create_uid"), user.id
            )
        )

    @api.model
    def _filter(self, documents):
        """Return those of these documents that are new to the current user."""
        if not documents or not self.env.user._is_portal():
            return documents.browse()
        # sudo: customer.portal.document - these are seen already
        new_sudo = documents.sudo().search(
            Domain("id", "in", documents.ids) & self._get_domain()
        )
        return documents & new_sudo.with_env(documents.env)

    @api.model
    def _filter_folders(self, folders_sudo, browsable_sudo):
        """Return those of these folders with something new to the current user, in or below them.

        :param folders_sudo: folders that the user may browse
        :param browsable_sudo: all that the user may browse
        """
        if not folders_sudo or not self.env.user._is_portal():
            return folders_sudo.browse()
        List = self.env["customer.portal.document.list"]
        new = List._get_container_domain(Domain.TRUE) & self._get_domain()
        holding_sudo = browsable_sudo.search(
            Domain("id", "in", browsable_sudo.ids) & Domain("document_ids", "any", new)
        )
        ids = {id_ for folder in holding_sudo for id_ in folder._get_path_ids()}
        return folders_sudo.filtered(lambda folder: folder.id in ids)

    @api.model
    def _note_seen(self, documents):
        """Remember that the current user has opened documents, which the caller authorised."""
        if documents and self.env.user._is_portal():
            self.env.cr.execute(
                SQL(
                    "INSERT INTO customer_portal_document_seen (document_id, user_id) "
                    "SELECT unnest(%s), %s ON CONFLICT DO NOTHING",
                    documents.ids,
                    self.env.uid,
                )
            )

    @api.model
    def _note_replaced(self, documents):
        """Let documents with another file be new to everybody but the current user, who sent it."""
        if documents:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM customer_portal_document_seen WHERE document_id = ANY(%s)",
                    documents.ids,
                )
            )
            self._note_seen(documents)

    @api.model
    def _note_all_known(self):
        """Remember that the current user knows of all that there is now."""
        if self.env.user._is_portal():
            # sudo: res.users - of the current user, who has no other way to write it
            user_sudo = self.env.user.sudo()
            user_sudo.portal_documents_known_date = fields.Datetime.now()
