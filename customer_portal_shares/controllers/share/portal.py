from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    render_page,
    wants_json,
)
from odoo.addons.customer_portal_docs.tools.portal_lists import get_pages
from odoo.addons.portal.controllers.portal import CustomerPortal

#: rows on a page
PAGE_SIZE = 40


class MyShares(CustomerPortal):
    """What is shared with the customer, in the portal."""

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
        total, step = len(ids), PAGE_SIZE
        pages, first = get_pages(request.env, total, page, step, url="/my/shares")
        # sudo: customer.portal.share - those that open to the user
        shares_sudo = (
            request.env["customer.portal.share"]
            .sudo()
            .browse(ids[first : first + step])
        )
        if wants_json():
            answer = {
                "shares": [_get_my_share_json(share) for share in shares_sudo],
                "total": total,
                "page": pages["page"]["num"],
            }
            return request.make_json_response(answer)
        values = {
            "page_name": "portal_share",
            "shares": shares_sudo,
            "pager": pages,
            "default_url": "/my/shares",
        }
        return render_page(self, "customer_portal_shares.portal_my_shares", values)


def _get_my_share_json(share_sudo):
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
