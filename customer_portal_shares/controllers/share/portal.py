from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    render_page,
    wants_json,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


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
        List = request.env["customer.portal.share.list"]
        values = List._get_page(params, page)
        if wants_json():
            answer = List._get_portal_list_json(values, "shares")
            return request.make_json_response(answer)
        return render_page(
            self,
            "customer_portal_shares.portal_my_shares",
            {**values, "page_name": "portal_share", "shares": values["records"]},
        )
