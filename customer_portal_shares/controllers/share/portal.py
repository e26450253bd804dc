from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import wants_json
from odoo.addons.portal.controllers.portal import pager

from .share import SharePortal


class MyShares(SharePortal):
    """What is shared with the customer, in the portal."""

    _shares_per_page = 40

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_share_count" in counters:
            List = request.env["customer.portal.share.list"]
            values["portal_share_count"] = len(List._find())
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
        ids = list(request.env["customer.portal.share.list"]._find())
        total, step = len(ids), self._shares_per_page
        page_values = pager("/my/shares", total, page=page, step=step)
        first = max(page_values["offset"], 0)
        # sudo: customer.portal.share - those that open to the user
        shares_sudo = (
            request.env["customer.portal.share"]
            .sudo()
            .browse(ids[first : first + step])
        )
        if wants_json():
            answer = {
                "shares": [self._get_my_share_json(share) for share in shares_sudo],
                "total": total,
                "page": page_values["page"]["num"],
            }
            return request.make_json_response(answer)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "portal_share",
            "shares": shares_sudo,
            "pager": page_values,
            "default_url": "/my/shares",
        }
        return request.render("customer_portal_shares.portal_my_shares", values)

    def _get_my_share_json(self, share_sudo):
        return {
            "id": share_sudo.id,
            "url": f"/share/{share_sudo.token}",
            "name": share_sudo.name,
            "kind": share_sudo.kinds,
            "owner": share_sudo.user_id.name,
            "access": share_sudo.access,
            "has_password": bool(share_sudo.password_hash),
            "expiration_date": share_sudo.expiration_date,
        }
