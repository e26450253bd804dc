from odoo import api, models
from odoo.tools import SQL

from ...tools.ids import any_of


class CustomerPortalHome(models.AbstractModel):
    """What is shared with the customer."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_my_shares(self):
        """Return what is shared with the current user and opens, newest first.

        As many as are counted, looked for once for the page.

        :return: list of :class:`SharedWithMe`
        """
        return self._remember("shares", self.env["customer.portal.share.list"]._read)

    @api.model
    def _get_my_share_ids(self):
        return [share.id for share in self._get_my_shares()]

    @api.model
    def _get_new_shares(self, since):
        """Return the newest shares since a moment, for news and counts."""
        newest = self._get_my_shares()[: self._new_limit]
        return [share for share in newest if share.date > since]

    @api.model
    def _get_shared_rows(self, res_model):
        """Return SQL of the records of a model that are shared with the current user."""
        return SQL(
            "SELECT DISTINCT res_id FROM customer_portal_share_item"
            " WHERE share_id = %s AND res_model = %s",
            any_of(self._get_my_share_ids()),
            res_model,
        )

    @api.model
    def _get_cards(self):
        return [*super()._get_cards(), self._get_share_card()]

    @api.model
    def _get_share_card(self):
        count = len(self._get_my_share_ids())
        text = (
            self.env._("Documents and folders that were shared with you")
            if count
            else self.env._("What we share with you by name is found here")
        )
        return {
            "title": self.env._("Shared with Me"),
            "url": "/my/shares",
            "text": text,
            "icon": "/customer_portal_shares/static/src/share/img/shares.svg",
            "count": count,
            "new": len(self._get_new_shares(self._get_since())),
            "sequence": 20,
        }

    @api.model
    def _get_news(self, since):
        return [
            *super()._get_news(since),
            *(
                {
                    "title": share.name,
                    "url": f"/share/{share.token}",
                    "text": self.env._(
                        "%(person)s shared this with you", person=share.owner
                    ),
                    "icon": "fa-share-alt",
                    "date": share.date,
                }
                for share in self._get_new_shares(since)[: self._news_limit]
            ),
        ]
