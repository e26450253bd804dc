from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from .share import SharePortal


class MyShares(SharePortal):
    """What is shared with the customer, in the portal."""

    _shares_per_page = 40

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_share_count" in counters:
            Share = request.env["customer.portal.share"]
            values["portal_share_count"] = Share._count_mine()
        return values

    @route(
        ["/my/shares", "/my/shares/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_shares(self, page=1, **params):
        Share = request.env["customer.portal.share"]
        page_values = pager(
            "/my/shares", Share._count_mine(), page=page, step=self._shares_per_page
        )
        shares_sudo = Share._search_mine_sudo(
            limit=self._shares_per_page, offset=max(page_values["offset"], 0)
        )
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "portal_share",
            "shares": shares_sudo,
            "pager": page_values,
            "default_url": "/my/shares",
        }
        return request.render("customer_portal_shares.portal_my_shares", values)
