from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .customer_portal_list_mixin import CustomerPortalListMixin


class Elsewhere(NamedTuple):
    """Where a search looks beside the customer's own documents and those of the company.

    :ivar folder_ids: tuple of int, the folders that the customer may browse
    :ivar records: dict of a model's name to the query of its records that the customer may visit,
        see :meth:`customer.portal.document.record._search_places`
    """

    folder_ids: tuple
    records: dict


class CustomerPortalDocumentList(models.AbstractModel):
    """Where customers find documents: their own and the company's, and those of each place.

    A place is a folder that is open to them, or a record that they may see. What a list of
    documents can be sorted and filtered by is the document's own.
    """

    _name = "customer.portal.document.list"
    _description = "Lists of Customer Portal Documents"

    @api.model
    def _search_mine(self, domain, *, sortby, limit, offset=0, elsewhere=None):
        """Return one page of the current user's own documents and those of the company.

        :param Domain domain: what else to look for
        :param str sortby: key of the document's ``_get_portal_sortings``
        :param int limit: documents on a page
        :param int offset: documents before the page
        :param Elsewhere elsewhere: where else to look, None for nowhere
        """
        Document = self.env["customer.portal.document"]
        if not Document.has_access("read"):
            return Document
        order = Document._get_portal_sortings()[sortby]["order"]
        page = SQL(
            "SELECT id FROM (%s) AS document ORDER BY %s LIMIT %s OFFSET %s",
            self._get_rows(domain, order, offset + limit, elsewhere),
            Document._sort_columns(order),
            limit,
            offset,
        )
        return Document.browse(id_ for (id_,) in self.env.execute_query(page))

    def _get_rows(self, domain, order, limit, elsewhere=None):
        """Return SQL of the current user's first documents, with the columns of their order.

        Each other place is read by itself as well; a document may be found there a second time.
        """
        Document = self.env["customer.portal.document"]
        terms = order.split(", ") if order else []
        names = dict.fromkeys(["id", *(term.split()[0] for term in terms)])
        rows = Document._get_portal_rows(domain, names, order, limit)
        if not elsewhere:
            return rows
        queries, columns = (
            [rows],
            [SQL.identifier(Document._table, name) for name in names],
        )
        for place in self._get_places(elsewhere):
            # sudo: customer.portal.document - see _is_open_through_other
            found = Document.sudo()._search(domain & place, order=order, limit=limit)
            queries.append(found.select(*columns))
        return SQL(" UNION ").join(SQL("(%s)", query) for query in queries)

    @api.model
    def _get_places(self, elsewhere):
        """Yield the domain of what the current user finds in each place that is not a list.

        :param Elsewhere elsewhere: where to look
        """
        if elsewhere.folder_ids and self.env.user._is_portal():
            yield (
                Domain("visibility", "!=", "contact")
                & Domain("folder_id", "in", elsewhere.folder_ids)
            )
        yield from self._get_record_places(elsewhere.records)

    @api.model
    def _get_record_places(self, records):
        """Yield the domain of what the current user, a customer, finds on each kind of record.

        :param dict records: see :class:`Elsewhere`
        """
        for model, query in records.items():
            yield (
                Domain("visibility", "!=", "contact")
                & Domain("res_model", "=", model)
                & Domain("res_id", "in", query)
            )

    @api.model
    def _search_in(self, container_domain, domain, *, sortby, limit, offset=0):
        """Return one page of the documents in a folder or on a record.

        The caller has made sure that the user may see the folder or record.
        """
        Document = self.env["customer.portal.document"]
        documents = self._get_container_documents()
        if documents is None:
            return Document
        order = Document._get_portal_sortings()[sortby]["order"]
        return documents.search(
            self._get_container_domain(container_domain) & domain,
            order=order,
            limit=limit,
            offset=offset,
        )

    @api.model
    def _get_container_documents(self):
        """Return the model to look for a folder's or record's documents in, None for nothing.

        Customers see documents through the folder or record; staff by their role alone.
        """
        Document = self.env["customer.portal.document"]
        if self.env.user._is_portal():
            # sudo: customer.portal.document - see _is_open_through_other
            return Document.sudo()
        return Document if Document.has_access("read") else None

    @api.model
    def _get_container_domain(self, container_domain):
        if not self.env.user._is_portal():
            return Domain(container_domain)
        keys = self.env["customer.portal.document"]._get_portal_audience_keys()
        seen = Domain("visibility", "!=", "contact") | Domain(
            "audience_key", "in", keys
        )
        return Domain(container_domain) & seen

    @api.model
    def _count_mine(
        self,
        domain,
        limit=CustomerPortalListMixin._portal_count_limit,
        in_order=False,
        elsewhere=None,
    ):
        """Count the current user's documents, up to a limit.

        :param Domain domain: what else to look for
        :param bool in_order: whether to count along the list's index: right for a filter of the
            list, where PostgreSQL reads the whole table else, and wrong for words and for all
        :param Elsewhere elsewhere: where else to look, None for nowhere
        """
        Document = self.env["customer.portal.document"]
        if not Document.has_access("read"):
            return 0
        if in_order or elsewhere:
            newest = Document._get_portal_sortings()["newest"]["order"]
            order = newest if in_order else None
            rows = self._get_rows(domain, order, limit, elsewhere)
            query = SQL("SELECT COUNT(*) FROM (%s) AS document", rows)
            [(count,)] = self.env.execute_query(query)
            return min(count, limit)
        keys = Domain("audience_key", "in", Document._get_portal_audience_keys())
        return Document.search_count(domain & keys, limit=limit)

    @api.model
    def _count_in(
        self,
        container_domain,
        domain,
        limit=CustomerPortalListMixin._portal_count_limit,
    ):
        documents = self._get_container_documents()
        if documents is None:
            return 0
        return documents.search_count(
            self._get_container_domain(container_domain) & domain,
            limit=limit,
        )
