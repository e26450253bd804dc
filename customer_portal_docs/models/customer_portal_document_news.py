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
        """Return the domain of what came from others lately and the user has not opened."""
        # sudo: res.users - when the current user said that all is known
        known = self.env.user.sudo().portal_documents_known_date
        since = fields.Datetime.subtract(fields.Datetime.now(), days=NEW_DAYS)
        since = max(filter(None, [since, known]))

        def to_sql(model, alias, query):
            return SQL(
                "NOT EXISTS (SELECT 1 FROM customer_portal_document_seen AS seen "
                "WHERE seen.document_id = %s AND seen.user_id = %s)",
                SQL.identifier(alias, "id"),
                model.env.uid,
            )

        unseen = Domain.custom(to_sql=to_sql)
        return Domain("create_date", ">", since) & self._get_others_domain() & unseen

    @api.model
    def _get_others_domain(self):
        """Return the domain of what others than the current user put there.

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
    def _note_seen(self, document):
        """Remember that the current user has opened the document, which the caller authorised."""
        document.ensure_one()
        if self.env.user._is_portal():
            self.env.cr.execute(
                SQL(
                    "INSERT INTO customer_portal_document_seen (document_id, user_id) "
                    "VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    document.id,
                    self.env.uid,
                )
            )

    @api.model
    def _note_all_known(self):
        """Remember that the current user knows of all that there is now."""
        if self.env.user._is_portal():
            # sudo: res.users - of the current user, who has no other way to write it
            user_sudo = self.env.user.sudo()
            user_sudo.portal_documents_known_date = fields.Datetime.now()
