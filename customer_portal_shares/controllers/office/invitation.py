from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.responses import wants_json
from odoo.addons.customer_portal_docs.tools.networks import get_network


class Invitations(Controller):
    """A link that is over is a proof all the same: of who may get a new one, by the same way."""

    @route(
        "/portal/invitation",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def portal_invitation_renew(self, token=None, **params):
        network = get_network(request.httprequest.remote_addr)
        message = request.env._(
            "You have asked for a link too often. Please try again later."
        )
        request.env["customer.portal.throttle"]._check(
            message, ("invitation_address", network)
        )
        if isinstance(token, str):
            request.env["customer.portal.account.mail"]._renew_invitation(token)
        # the same answer whether there was one: it tells nothing about accounts
        if wants_json():
            return request.make_json_response({})
        return request.render("customer_portal_shares.portal_invitation_renewed")
