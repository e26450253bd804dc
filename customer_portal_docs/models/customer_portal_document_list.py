from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..tools.memo import remember
from .customer_portal_list_mixin import CustomerPortalListMixin


class Elsewhere(NamedTuple):
    """Where a list looks beside the customer's own documents and those of the company.

    :ivar folder_ids: the folders that the customer may browse: tuple of int or a query; None for
        none
    :ivar records: dict of a model's name to the query (or SQL) of its records that the customer may visit,
        see :meth:`customer.portal.document.record._search_places`
    """

    folder_ids: tuple | Query | None
    records: dict


class CustomerPortalDocumentList(models.AbstractModel):
    """Where customers find documents: their own and the company's, and those of each place.

    A place is a folder that is open to them, or a record that they may see. What a list of
    documents can be sorted and filtered by is the document's own.
    """

    _name = "customer.portal.document.list"
    _description = "Lists of Customer Portal Documents"

    @api.model
    def _find_elsewhere(self, on_records=True):
        """Return where the current user finds documents beside their own and the company's.

        :param bool on_records: whether on projects and other records as well; without them, it
            takes no statement
        :rtype: :class:`Elsewhere`, whose folders are looked for when it is used
        """
        Record = self.env["customer.portal.document.record"]
        records = Record._search_places() if on_records else {}
        # sudo: customer.portal.folder - those that are opened to the user
        Folder_sudo = self.env["customer.portal.folder"].sudo()
        folders = Folder_sudo._search(Folder_sudo._get_portal_folders_domain())
        return Elsewhere(folders, records)

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

    @api.model
    def _get_possible_sql(self):
        """Return SQL of a row where others' documents may be on records that the user may visit.

        It is cheap, and says too often that there are: who may visit what is asked then.
        """
        if not self.env.user._is_portal():
            return SQL("SELECT 1 WHERE FALSE")
        Document = self.env["customer.portal.document"]
        possible = {
            model: self.env[model]._get_portal_possible_sql()
            for model in Document._get_linkable_models()
        }
        Document_sudo, mine = self._get_mine_sudo()
        others = (Domain("active", "=", True) & ~mine).optimize_full(Document_sudo)
        return SQL(" UNION ALL ").join(
            SQL("(%s)", Document_sudo._search(others & place, limit=1).select(SQL("1")))
            for place in self._get_places(Elsewhere(None, possible))
        )

    @api.model
    def _get_mine_sudo(self):
        Document = self.env["customer.portal.document"]
        return remember(
            self, "portal_home_memo", "mine", Document._get_portal_mine_sudo
        )

    @api.model
    def _get_rows(self, domain, order, limit, elsewhere=None, names=("id",)):
        """Return SQL of the current user's first documents, each once; the caller cuts and sorts.

        Each other place is read by itself as well, after what is the user's own: PostgreSQL does
        not get that far where that is as much as the caller wants.

        :param str order: as for ``search``, may be empty
        :param names: of the columns; those of the order follow
        """
        Document_sudo, mine = self._get_mine_sudo()
        terms = order.split(", ") if order else []
        names = dict.fromkeys([*names, *(term.split()[0] for term in terms)])
        # thought through once, and not for each place
        domain = domain.optimize_full(Document_sudo)
        rows = Document_sudo._get_portal_rows(mine & domain, names, order, limit)
        columns = [SQL.identifier(Document_sudo._table, name) for name in names]
        others = (Domain("active", "=", True) & ~mine).optimize_full(Document_sudo)
        places = [
            # sudo: customer.portal.document - see _is_open_through_other
            Document_sudo._search(domain & others & place, order=order, limit=limit)
            for place in (self._get_places(elsewhere) if elsewhere else ())
        ]
        if not places:
            return rows
        # one may lie in an open folder and be on a project
        found = SQL(" UNION ").join(
            SQL("(%s)", place.select(*columns)) for place in places
        )
        return SQL("(%s) UNION ALL (%s)", rows, found)

    @api.model
    def _get_places(self, elsewhere):
        """Yield the domain of what the current user finds in each place that is not a list.

        :param Elsewhere elsewhere: where to look
        """
        shown = Domain("visibility", "!=", "contact") & self._get_company_domain()
        if elsewhere.folder_ids is not None and self.env.user._is_portal():
            yield shown & Domain("folder_id", "in", elsewhere.folder_ids)
        for model, query in elsewhere.records.items():
            yield (
                shown & Domain("res_model", "=", model) & Domain("res_id", "in", query)
            )

    @api.model
    def _get_company_domain(self):
        """Return the domain of what is of companies of ours that the current user has access to.

        A folder or project may be of no company, a document is of one.
        """
        return Domain("company_id", "in", self.env.user._get_company_ids())

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
        return Domain(container_domain) & seen & self._get_company_domain()

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
            query = SQL(
                "SELECT COUNT(*) FROM (SELECT FROM (%s) AS found LIMIT %s) AS document",
                rows,
                limit,
            )
            [(count,)] = self.env.execute_query(query)
            return count
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
