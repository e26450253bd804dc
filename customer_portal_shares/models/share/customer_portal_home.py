from odoo import api, models


class CustomerPortalHome(models.AbstractModel):
    """What is shared with the customer."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_cards(self):
        # newest first: as many as are counted, of which a few are read
        shares_sudo = self.env["customer.portal.share"]._search_mine_sudo(
            limit=self._count_limit
        )
        return [*super()._get_cards(), *self._get_share_cards(shares_sudo)]

    @api.model
    def _get_share_cards(self, shares_sudo):
        """Return the cards of what is shared.

        :param shares_sudo: what is shared with the current user, newest first, sudoed
        """
        text = (
            self.env._("Documents and folders that were shared with you")
            if shares_sudo
            else self.env._("What we share with you by name is found here")
        )
        newest_sudo = shares_sudo[: self._new_limit]
        newest_sudo.fetch(["create_date"])
        return [
            {
                "title": self.env._("Shared with Me"),
                "url": "/my/shares",
                "text": text,
                "icon": "/customer_portal_shares/static/src/share/img/shares.svg",
                "count": len(shares_sudo),
                "new": sum(
                    share.create_date > self._get_since() for share in newest_sudo
                ),
                "sequence": 20,
            }
        ]

    @api.model
    def _get_news(self, since):
        # sudo: customer.portal.share - found by the one domain of what is mine
        shares_sudo = self.env["customer.portal.share"]._search_mine_sudo(
            limit=self._news_limit
        )
        return [
            *super()._get_news(since),
            *(
                {
                    "title": share.name,
                    "url": f"/share/{share.token}",
                    "text": self.env._(
                        "%(person)s shared this with you", person=share.user_id.name
                    ),
                    "icon": share._get_icon(),
                    "date": share.create_date,
                }
                for share in shares_sudo
                if share.create_date > since
            ),
        ]
