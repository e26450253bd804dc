from functools import partial

from odoo import api, models
from odoo.tools import SQL

from ...tools.ids import any_of


class CustomerPortalHome(models.AbstractModel):
    """What is shared with the customer."""

    _inherit = "customer.portal.home"

    #: shares of one record that are asked whether it opens there
    _tried_limit = 5

    @api.model
    def _get_my_shares(self):
        """Return what is shared with the current user and opens, newest first.

        As many as are counted, looked for once for the page.

        :return: as :meth:`customer.portal.share.list._find`
        """
        return self._remember("shares", self.env["customer.portal.share.list"]._find)

    @api.model
    def _get_new_shares(self, since):
        """Return how many shares came or grew since, and what the news tell of the latest.

        :param datetime since: naive, in UTC
        :return: (int, list of (str name, str token, datetime, str owner's name))
        """
        return self._remember(
            ("new_shares", since), partial(self._read_new_shares, since)
        )

    @api.model
    def _read_new_shares(self, since):
        shares = self._get_my_shares()
        if not shares:
            return 0, []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT share.name, share.token,
                       %(date)s AS date,
                       owner.name, count(*) OVER ()
                  FROM customer_portal_share share
                  JOIN res_users ON res_users.id = share.user_id
                  JOIN res_partner owner ON owner.id = res_users.partner_id
                 WHERE share.id = %(shares)s
                   AND %(date)s > %(since)s
                 ORDER BY date DESC, share.id DESC
                 LIMIT %(limit)s
                """,
                shares=any_of(shares),
                date=SQL(
                    "GREATEST(share.create_date, share.added_date,"
                    " (share.added_user_dates ->> %s)::timestamp)",
                    str(self.env.uid),
                ),
                since=since,
                limit=self._news_limit,
            )
        )
        count = min(rows[0][-1], self._new_limit) if rows else 0
        return count, [row[:-1] for row in rows]

    @api.model
    def _get_shared_rows(self, res_model, condition=None):
        """Return SQL of the records of a model that are shared with the current user.

        :param SQL condition: which of the rows of ``share`` count, all if None
        :return: SQL, or None where no share has such
        """
        shared = self._get_shared_sql(res_model)
        if not shared:
            return None
        return SQL(
            "SELECT DISTINCT item.res_id FROM %s AND %s",
            shared,
            condition or SQL("TRUE"),
        )

    @api.model
    def _get_shared_sql(self, res_model):
        shares = self._get_my_shares().items()
        ids = [id_ for id_, names in shares if res_model in names]
        if not ids:
            return None
        return SQL(
            """
            customer_portal_share_item item
              JOIN customer_portal_share share ON share.id = item.share_id
             WHERE item.share_id = %s AND item.res_model = %s AND %s
            """,
            any_of(ids),
            res_model,
            self.env["customer.portal.share"]._get_no_drop_sql("share"),
        )

    @api.model
    def _get_shared_url(self, res_model, page, count):
        """Return where the shared records of a model are: the page of the only one, or the list.

        That page is in the newest share that asks for no password, if there is one.

        :param str page: name of the page of one record below the address of its share
        :param int count: how many there are
        """
        if count == 1:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT share.id, item.res_id FROM %s
                     ORDER BY share.password_hash IS NOT NULL, share.id DESC LIMIT %s
                    """,
                    self._get_shared_sql(res_model),
                    self._tried_limit,
                )
            )
            for share_id, record_id in rows:
                # sudo: customer.portal.share - one of those that open to the user
                share_sudo = self.env["customer.portal.share"].sudo().browse(share_id)
                # the share opens, and may do so for something else that is in it
                if share_sudo._with_request_cache()._find_shared(res_model, record_id):
                    return f"/share/{share_sudo.token}/{page}/{record_id}"
        return f"/my/shares?filterby={self.env[res_model]._share_filter or res_model}"

    @api.model
    def _get_cards(self):
        return [*super()._get_cards(), self._get_share_card()]

    @api.model
    def _get_share_card(self):
        count = len(self._get_my_shares())
        text = (
            self.env._("Documents and folders that were shared with you")
            if count
            else self.env._("What we share with you personally will appear here")
        )
        return {
            "title": self.env._("Shared with Me"),
            "url": "/my/shares",
            "text": text,
            "icon": "/customer_portal_shares/static/src/share/img/shares.svg",
            "count": count,
            "new": self._get_new_shares(self._get_since())[0],
            "sequence": 20,
        }

    @api.model
    def _get_news(self, since):
        _count, newest = self._get_new_shares(since)
        return [
            *super()._get_news(since),
            *(
                {
                    "title": name,
                    "url": f"/share/{token}",
                    "text": self.env._("%(person)s shared this with you", person=owner),
                    "icon": "fa-share-alt",
                    "date": date,
                }
                for name, token, date, owner in newest
            ),
        ]
