from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, groupby

from ...tools.ids import any_of


class SharedWithMe(NamedTuple):
    """A share that the current user is a recipient of.

    :ivar date: when it was created, naive and in UTC
    :ivar owner: name of who shares it
    :ivar models: names of the models of its items
    """

    id: int
    name: str
    token: str
    date: datetime
    owner: str
    user_id: int
    company_id: int
    is_open: bool
    models: list


class CustomerPortalShareList(models.AbstractModel):
    """What is shared with the current user by name, and opens.

    The owners' rights are asked once for each owner, company and model: neither the list nor its
    count takes a statement for each share. Who has very many is shown the newest ones.
    """

    _name = "customer.portal.share.list"
    _description = "Shares of a Recipient"

    #: most that are listed and counted
    _limit = 1_000

    @api.model
    def _read(self):
        """Return what is shared with the current user, newest first.

        :return: list of :class:`SharedWithMe`, at most ``_limit``
        """
        found, before_id = [], None
        while True:
            # PostgreSQL would look at all that the user ever received, else
            shares = self._read_before(before_id)
            readable_ids = self._find_readable_ids(shares)
            found += [share for share in shares if share.id in readable_ids]
            if len(shares) < self._limit or len(found) >= self._limit:
                return found[: self._limit]
            before_id = shares[-1].id

    def _read_before(self, before_id):
        """Return the newest shares, open or not, of those before one."""
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
                SELECT res_users.id, res_users.active, res_partner.name
                  FROM res_users JOIN res_partner ON res_partner.id = res_users.partner_id
                 WHERE res_users.id = ANY(ARRAY(SELECT DISTINCT user_id FROM mine))
            ), item AS MATERIALIZED (
                SELECT share_id, array_agg(DISTINCT res_model) AS models
                  FROM customer_portal_share_item
                 WHERE share_id = ANY(ARRAY(SELECT id FROM mine))
                 GROUP BY share_id
            )
            SELECT mine.id, mine.name, mine.token, mine.create_date, owner.name,
                   mine.user_id, mine.company_id, (%(reason)s) IS NULL,
                   COALESCE(item.models, '{}')
              FROM mine
              JOIN owner ON owner.id = mine.user_id
              LEFT JOIN item ON item.share_id = mine.id
             ORDER BY mine.id DESC
            """,
            uid=self.env.uid,
            older=older,
            limit=self._limit,
            reason=self.env["customer.portal.share"]._get_shut_reason_sql(
                "mine", is_recipient=SQL("TRUE"), is_owner_active=SQL("owner.active")
            ),
        )
        return [SharedWithMe(*row) for row in self.env.execute_query(query)]

    def _find_readable_ids(self, shares):
        """Return the ids of the open ones of which the owner may still read something."""

        def get_owner(share):
            return share.user_id, share.company_id

        open_shares = (share for share in shares if share.is_open)
        domains = [
            domain
            for _owner, group in groupby(open_shares, get_owner)
            for domain in self._get_readable_domains(group)
        ]
        if not domains:
            return set()
        # sudo: customer.portal.share.item - the domain is the rule
        Item_sudo = self.env["customer.portal.share.item"].sudo()
        query = Item_sudo._search(Domain.OR(domains))
        rows = self.env.execute_query(query.select(SQL("DISTINCT share_id")))
        return {share_id for (share_id,) in rows}

    def _get_readable_domains(self, shares):
        """Yield the domains of the items that the owner may read now.

        :param shares: of one owner and company
        """
        # sudo: customer.portal.share - one of them speaks for all
        Share_sudo = self.env["customer.portal.share"].sudo()
        share_sudo = Share_sudo.browse(shares[0].id)
        for name in ("user_id", "company_id"):
            # which was read just now: it is one statement more for each owner, else
            Share_sudo._fields[name]._insert_cache(
                share_sudo, [getattr(shares[0], name)]
            )
        for res_model in Share_sudo._get_shareable_models():
            ids = [share.id for share in shares if res_model in share.models]
            records = share_sudo._as_owner(res_model) if ids else None
            if ids and share_sudo._may_owner_read(records):
                items = self._get_item_domain(ids)
                items &= Domain("res_model", "=", res_model)
                # else the database would look for all that the owner may read
                query = Share_sudo.env["customer.portal.share.item"]._search(items)
                readable = share_sudo._get_company_domain(records) & Domain(
                    "id", "any!", query.subselect(f'"{query.table}"."res_id"')
                )
                yield items & Domain("res_id", "in", records._search(readable))

    def _get_item_domain(self, share_ids):
        """Return the domain of the items of these shares."""

        def is_item(model, alias, query):
            return SQL("%s = %s", SQL.identifier(alias, "share_id"), any_of(share_ids))

        return Domain.custom(to_sql=is_item)
