from odoo import api, models
from odoo.fields import Domain

from ..tools.filenames import clean_line
from ..tools.portal_lists import get_pages, get_url_args, pick


class CustomerPortalListMixin(models.AbstractModel):
    """A model that the portal lists: sorted, filtered, searched, counted and paged.

    The model says how, in ``_get_portal_sortings`` and the methods after it; a controller hands
    over what the address says, and knows no domain. What the list is of (a folder, a record, a
    binder) is its *scope*: whatever the model's own methods make of it.
    """

    _name = "customer.portal.list.mixin"
    _description = "Listed in the Customer Portal"

    #: rows on a page
    _portal_page_size = 40
    #: most rows that a list counts and shows
    _portal_count_limit = 10_000
    #: the same where it is filtered or searched, and counting has to read the rows
    _portal_narrowed_count_limit = 1_000

    # -- what the model says

    @api.model
    def _get_portal_sortings(self):
        """Return the orders by key, the default first; an index serves each of them.

        :rtype: dict of dict with ``label`` and ``order``
        """
        return {
            "newest": {
                "label": self.env._("Newest"),
                "order": "create_date DESC, id DESC",
            },
            "oldest": {
                "label": self.env._("Oldest"),
                "order": "create_date ASC, id ASC",
            },
        }

    @api.model
    def _get_portal_filters(self):
        """Return the filters by key, the default first.

        :rtype: dict of dict with ``label`` and ``domain``
        """
        return {"all": {"label": self.env._("All"), "domain": Domain.TRUE}}

    @api.model
    def _get_portal_search_domain(self, search, is_common=False):
        """Return the domain of what holds the words of a search.

        :param search: str or None, as typed
        :param bool is_common: whether so many hold them that the first page is found sooner
            by reading the list until it is full
        """
        return Domain.TRUE

    @api.model
    def _get_portal_count_limit(self, filter_domain, search):
        """Return the most rows that a list counts, which are the most it shows."""
        is_whole = Domain(filter_domain).is_true() and not search
        return (
            self._portal_count_limit if is_whole else self._portal_narrowed_count_limit
        )

    @api.model
    def _count_portal_list(self, scope, domain, limit, in_order):
        """Count the rows of a list that a domain finds, up to a limit.

        :param scope: what the list is of, None for all that the user may see
        :param bool in_order: whether to count along the list's index: right for a filter of the
            list, where PostgreSQL reads the whole table else, and wrong for words and for all
        """
        return self.search_count(self._get_portal_scope_domain(scope) & domain, limit)

    @api.model
    def _search_portal_list(self, scope, domain, *, sortby, limit, offset):
        """Return the rows of one page.

        :param str sortby: key of :meth:`_get_portal_sortings`
        """
        return self.search(
            self._get_portal_scope_domain(scope) & domain,
            order=self._get_portal_sortings()[sortby]["order"],
            limit=limit,
            offset=offset,
        )

    @api.model
    def _get_portal_scope_domain(self, scope):
        """Return the domain of what a list is of."""
        return Domain.TRUE if scope is None else Domain(scope)

    # -- the list

    @api.model
    def _get_portal_list(self, url, params, page=1, *, scope=None, **url_args):
        """Return one page of a list, as the portal's pages show it.

        What the address says and the list does not know falls back to the default.

        :param str url: of the list, without page and parameters
        :param dict params: what a client sent: ``sortby``, ``filterby``, ``search``
        :param page: number of the page as it was sent; beyond the last one is the last one
        :param scope: what the list is of, see :meth:`_get_portal_scope_domain`
        :param url_args: parameters of the scope, for the links of the pages
        :return: dict with ``records``, ``total``, ``limit``, ``is_at_least`` (there may be more),
            ``pager``, and what ``portal.portal_searchbar`` asks for
        """
        sortings, filters = self._get_portal_sortings(), self._get_portal_filters()
        sortby = pick(params.get("sortby"), sortings)
        filterby = pick(params.get("filterby"), filters)
        search = clean_line(params.get("search"))
        found = self._find_portal_page(
            filters[filterby]["domain"],
            search,
            scope=scope,
            sortby=sortby,
            page=page,
            pager_values={
                "url": url,
                "url_args": get_url_args(
                    search=search, sortby=sortby, filterby=filterby, **url_args
                ),
            },
        )
        return {
            **found,
            "search": search,
            "searchbar_sortings": sortings,
            "searchbar_filters": filters,
            "sortby": sortby,
            "filterby": filterby,
            "default_url": url,
        }

    @api.model
    def _find_portal_page(
        self, narrowing, search, *, scope, sortby, page, pager_values
    ):
        limit = self._get_portal_count_limit(narrowing, search)
        domain = narrowing & self._get_portal_search_domain(search)
        is_filtered = not (search or Domain(narrowing).is_true())
        total = self._count_portal_list(scope, domain, limit, is_filtered)
        step = self._portal_page_size
        pages, offset = get_pages(self.env, total, page, step, **pager_values)
        if search and total >= limit and offset < limit // 10:
            domain = narrowing & self._get_portal_search_domain(search, is_common=True)
        records = self._search_portal_list(
            scope, domain, sortby=sortby, limit=step, offset=offset
        )
        return {
            "records": records,
            "total": total,
            "limit": limit,
            "is_at_least": total >= limit,
            "pager": pages,
        }

    @api.model
    def _get_portal_list_json(self, values, name):
        """Return a page as programs read it.

        :param dict values: of :meth:`_get_portal_list`
        :param str name: of the rows
        """
        return {
            name: [record._get_portal_json() for record in values["records"]],
            "total": values["total"],
            # as far as was counted; there may be more
            "total_at_least": values["is_at_least"],
            "page": values["pager"]["page"]["num"],
        }

    def _get_portal_json(self):
        """Return what programs are told of a row."""
        self.ensure_one()
        return {"id": self.id, "name": self.display_name}
