from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerPortalDocumentMixin(models.AbstractModel):
    """A record that documents can be uploaded on, in the portal and in the backend.

    A model that inherits it adds its name to
    :meth:`customer.portal.document._get_linkable_models`.
    """

    _name = "customer.portal.document.mixin"
    _description = "Customer Document Mixin"

    portal_document_ids = fields.One2many(
        "customer.portal.document",
        "res_id",
        string="Customer Documents",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_count = fields.Integer(
        compute="_compute_portal_document_count",
        groups="customer_portal_docs.group_document_user",
    )

    @api.depends("portal_document_ids")
    def _compute_portal_document_count(self):
        counts = dict(
            self.env["customer.portal.document"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for record in self:
            record.portal_document_count = counts.get(record.id, 0)

    def _shows_portal_documents(self):
        """Tell whether the current user may see and upload documents on this record."""
        self.ensure_one()
        return self.has_access("read")

    def _get_portal_documents_url(self):
        """Return the address at which the current user finds the documents of this record."""
        self.ensure_one()
        return self._get_portal_documents_urls()[self.id]

    def _get_portal_documents_urls(self):
        """Return the addresses of :meth:`_get_portal_documents_url`, asked for once for all.

        :return: dict of record id to str
        """
        # sudo: the record - its address alone
        return {record.id: f"{record.access_url}#documents" for record in self.sudo()}

    @api.model
    def _search_portal_places(self):
        """Return the records on which the current user may see documents, as a query, or None.

        The same as :meth:`_shows_portal_documents`, for all records at once.
        """
        if not self.has_access("read"):
            return None
        candidates = self._get_portal_candidates()
        domain = Domain("id", "any", SQL("(%s)", candidates)) if candidates else []
        return self.with_context(active_test=False)._search(domain)

    @api.model
    def _get_portal_candidates(self):
        """Return SQL of the ids among which :meth:`_search_portal_places` finds all, or None.

        For models where the access rule of customers has an OR, for which PostgreSQL reads the
        whole table.
        """
        return None

    @api.model
    def _get_portal_possible_sql(self):
        """Return SQL of the ids of all that the current user may visit, and of some more.

        Without a statement of its own: whether it is worth to ask for the places themselves.
        """
        return self._get_portal_followed_sql()

    @api.model
    def _get_portal_followed_sql(self):
        """Return SQL of the ids of what somebody of the current user's company follows."""
        company = self.env.user.partner_id.commercial_partner_id
        # sudo: mail.followers - of the user's own company
        followers_sudo = self.env["mail.followers"].sudo()
        # as `child_of`, which takes a statement for each level; of an array, and not of a subquery,
        # PostgreSQL guesses few rows
        of_company = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """%(partner)s = ANY(ARRAY(
                    WITH RECURSIVE family AS (
                        SELECT %(company)s AS id
                        UNION
                        SELECT below.id FROM res_partner below
                          JOIN family ON below.parent_id = family.id
                    )
                    SELECT id FROM family
                ))""",
                partner=SQL.identifier(alias, "partner_id"),
                company=company.id,
                to_flush=(
                    model._fields["partner_id"],
                    company._fields["parent_id"],
                ),
            )
        )
        followed = followers_sudo._search(
            Domain("res_model", "=", self._name) & of_company
        )
        return followed.select(SQL.identifier(followed.table, "res_id"))

    def _get_portal_customers_sudo(self):
        """Return contacts: who else sees documents on this record is of the company of one.

        Only who is asked; :meth:`_shows_portal_documents` says who does.
        """
        # sudo: the record, res.partner - who follows it
        return self.sudo().message_partner_ids

    def _get_portal_readers_sudo(self, known):
        """Return the customers with a login who may see documents on this record, sudoed.

        :param known: res.partner who are not asked, as each question takes several statements
        """
        self.ensure_one()
        companies_sudo = self._get_portal_customers_sudo().commercial_partner_id
        # sudo: res.users - whoever of them may, as each of them
        users_sudo = (
            self.env["res.users"]
            .sudo()
            .search(
                Domain("partner_id.commercial_partner_id", "in", companies_sudo.ids)
                & Domain("partner_id", "not in", known.ids)
                & Domain("group_ids", "in", self.env.ref("base.group_portal").ids)
            )
        )
        return users_sudo.filtered(
            lambda user: (
                self.with_user(user)
                # not the companies that are active for who asks
                .with_context(allowed_company_ids=[])
                .sudo(False)
                ._shows_portal_documents()
            )
        )

    def action_open_portal_documents(self):
        """Open the documents that were uploaded on this record."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def unlink(self):
        # sudo: customer.portal.document - the customers keep their documents, all of them
        documents_sudo = (
            self.env["customer.portal.document"]
            .sudo()
            .with_context(active_test=False)
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        # what a document is about is part of it
        documents_sudo._check_not_locked()
        result = super().unlink()
        documents_sudo.write({"res_model": False, "res_id": False})
        return result
