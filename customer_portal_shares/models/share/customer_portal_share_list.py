from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from ...tools.ids import any_of

#: What the list shows of a share.
_LISTED_FIELDS = (
    "name",
    "token",
    "access",
    "password_hash",
    "user_id",
    "expiration_date",
)


class SharesAlike(NamedTuple):
    """Shares of a recipient that are judged together.

    :ivar models: names of the models of their items
    """

    user_id: int
    company_id: int
    is_open: bool
    ids: list
    models: list


class CustomerPortalShareList(models.AbstractModel):
    """What is shared with the current user by name, and opens.

    The owners' rights are asked once for each owner, company and model: neither the list nor its
    count takes a statement for each share. Who has very many is shown the newest ones.
    """

    _name = "customer.portal.share.list"
    _inherit = ["customer.portal.list.mixin"]
    _description = "Shares of a Recipient"

    #: most that are listed and counted
    _limit = 1_000
    _portal_count_limit = _limit

    # -- the list in the portal; its scope is the ids of what was found

    @api.model
    def _get_page(self, params, page=1):
        """Return one page of what is shared with the current user, the shares sudoed.

        :param dict params: what a client sent, as any list's
        :param page: number of the page, as any list's
        :return: as :meth:`_get_portal_list`
        """
        return self._get_portal_list(
            "/my/shares", params, page, scope=list(self._find())
        )

    @api.model
    def _get_portal_sortings(self):
        return {
            **super()._get_portal_sortings(),
            "name": {"label": self.env._("Name"), "order": "name ASC, id ASC"},
            "until": {"label": self.env._("Until"), "order": "expires_at ASC, id ASC"},
        }

    @api.model
    def _get_portal_filters(self):
        filters = super()._get_portal_filters()
        for name in self.env["customer.portal.share"]._get_shareable_models():
            kind = self.env[name]
            filters[kind._share_filter or name] = {
                "label": kind._get_share_kind(),
                "domain": self._get_kind_domain(kind),
            }
        return filters

    @api.model
    def _get_kind_domain(self, kind):
        """Return the domain of the shares with records of a kind.

        Where they may only send files, recipients see nothing but the places that those go to.

        :param kind: model of the records
        """
        domain = Domain("item_ids.res_model", "=", kind._name)
        if kind._share_has_files:
            return domain
        Share = self.env["customer.portal.share"]
        return domain & Domain.custom(
            to_sql=lambda _model, alias, _query: Share._get_no_drop_sql(alias)
        )

    @api.model
    def _get_portal_search_domain(self, search, is_common=False):
        return Domain("name", "ilike", escape_psql(search)) if search else Domain.TRUE

    @api.model
    def _get_portal_scope_domain(self, scope):
        return Domain("id", "in", scope)

    @api.model
    def _count_portal_list(self, scope, domain, limit, in_order):
        if domain.is_true():
            return len(scope)
        # sudo: customer.portal.share - those that open to the user
        Share_sudo = self.env["customer.portal.share"].sudo()
        return Share_sudo.search_count(
            self._get_portal_scope_domain(scope) & domain, limit
        )

    @api.model
    def _search_portal_list(self, scope, domain, *, sortby, limit, offset):
        # sudo: customer.portal.share - as above
        return (
            self.env["customer.portal.share"]
            .sudo()
            .search_fetch(
                self._get_portal_scope_domain(scope) & domain,
                _LISTED_FIELDS,
                order=self._get_portal_sortings()[sortby]["order"],
                limit=limit,
                offset=offset,
            )
        )

    # -- what opens

    @api.model
    def _find(self):
        """Return what is shared with the current user, newest first.

        :return: dict of id to the names of the models of the items in it, or in those alike; at
            most ``_limit``
        """
        found, before_id = {}, None
        while True:
            # PostgreSQL would look at all that the user ever received, else
            groups = self._read_before(before_id)
            models = {id_: group.models for group in groups for id_ in group.ids}
            readable_ids = self._find_readable_ids(groups)
            found |= {share_id: models[share_id] for share_id in readable_ids}
            if len(models) < self._limit or len(found) >= self._limit:
                return dict(list(found.items())[: self._limit])
            before_id = min(models)

    def _read_before(self, before_id):
        """Return the newest shares, open or not, of those before one.

        They come in groups: a row for each would take longer than to find them.

        :return: list of :class:`SharesAlike`
        """
        self.env.flush_all()
        older = SQL("share_id < %s", before_id) if before_id else SQL("TRUE")
        # each table is read once, by an array of ids of which PostgreSQL does not know the length:
        # it would read the whole of it for a thousand rows, else, or ask for each of them
        query = SQL(
            """
            WITH mine AS MATERIALIZED (
                SELECT * FROM customer_portal_share WHERE id = ANY(ARRAY(
                    SELECT share_id FROM customer_portal_share_user_rel
                     WHERE user_id = %(uid)s AND %(older)s
                     ORDER BY share_id DESC LIMIT %(limit)s))
            ), owner AS MATERIALIZED (
                SELECT id, active FROM res_users
                 WHERE id = ANY(ARRAY(SELECT DISTINCT user_id FROM mine))
            ), alike AS MATERIALIZED (
                SELECT mine.user_id, mine.company_id, (%(reason)s) IS NULL AS is_open,
                       array_agg(mine.id) AS ids
                  FROM mine
                  JOIN owner ON owner.id = mine.user_id
                 GROUP BY mine.user_id, mine.company_id, is_open
            )
            SELECT alike.*, ARRAY(SELECT DISTINCT res_model FROM customer_portal_share_item
                                   WHERE share_id = ANY(alike.ids))
              FROM alike
            """,
            uid=self.env.uid,
            older=older,
            limit=self._limit,
            reason=self.env["customer.portal.share"]._get_shut_reason_sql(
                "mine",
                is_recipient=SQL("TRUE"),
                is_owner_active=SQL("owner.active"),
                # of each group, see _get_readable_rows
                is_owner_of_company=SQL("TRUE"),
            ),
        )
        return [SharesAlike(*row) for row in self.env.execute_query(query)]

    def _find_readable_ids(self, groups):
        """Return the ids of the open ones of which the owner may still read something.

        :param groups: of :class:`SharesAlike`
        :return: newest first
        """
        readable = [
            rows
            for group in groups
            if group.is_open
            for rows in self._get_readable_rows(group)
        ]
        if not readable:
            return []
        [(ids,)] = self.env.execute_query(
            SQL(
                "SELECT array_agg(DISTINCT share_id ORDER BY share_id DESC)"
                " FROM (%s) AS readable",
                SQL(" UNION ALL ").join(readable),
            )
        )
        return ids or []

    def _get_readable_rows(self, group):
        """Yield SQL of the items that the owner may read now, of one model each.

        :param SharesAlike group: of one owner and company
        """
        # sudo: customer.portal.share - one of them speaks for all
        Share_sudo = self.env["customer.portal.share"].sudo()
        share_sudo = Share_sudo.browse(group.ids[0])
        for name in ("user_id", "company_id"):
            # which was read just now: it is one statement more for each owner, else
            Share_sudo._fields[name]._insert_cache(share_sudo, [getattr(group, name)])
        for res_model in Share_sudo._get_shareable_models():
            if res_model not in group.models:
                continue
            records = share_sudo._as_owner(res_model)
            if share_sudo._may_owner_read(records):
                domain = share_sudo._get_company_domain(records)
                # else the database would look for all that the owner may read
                domain &= self._get_among_domain(SQL("SELECT res_id FROM item"))
                yield SQL(
                    """
                    (WITH item AS MATERIALIZED (
                        SELECT share_id, res_id FROM customer_portal_share_item
                         WHERE share_id = %s AND res_model = %s)
                    SELECT share_id FROM item WHERE res_id IN (%s))
                    """,
                    any_of(group.ids),
                    res_model,
                    records._search(domain).select(),
                )

    def _get_among_domain(self, ids):
        """Return the domain of the records that a query finds.

        :param SQL ids: of ids
        """
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN (%s)", SQL.identifier(alias, "id"), ids
            )
        )
