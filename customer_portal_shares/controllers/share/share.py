from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    parse_count,
    wants_json,
)
from odoo.addons.customer_portal_docs.tools.portal_lists import parse_page

from .gate import log_share, render_share, serve_share
from .page import get_share_json, prepare_share_page_values

#: Shares that one session keeps the right password of.
MAX_UNLOCKED = 50


class SharePortal(Controller):
    """The page of a share, and its password."""

    # Routes of pages say website=True: `website` asks which one it is, and visitors without an
    # account get their browser's language; multilang=False: the address of a share is one and
    # the same.

    @route(
        "/share/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share(self, token, page=None, received=None, **params):
        def answer(share_sudo):
            number = parse_page(request.env, page)
            log_share(share_sudo, "view")
            if wants_json():
                return request.make_json_response(get_share_json(share_sudo))
            values = prepare_share_page_values(
                share_sudo, number, parse_count(received)
            )
            return render_share("customer_portal_shares.share_page", values)

        return serve_share(token, "enter", answer)

    # without Odoo's CSRF check: whoever can send the form has the token and the password, and
    # a visitor without cookies gets a page that says so instead of an error
    @route(
        "/share/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_unlock(self, token, password=None, **params):
        def answer(share_sudo):
            address = request.httprequest.remote_addr
            unlock_digest = share_sudo._try_password(
                password if isinstance(password, str) else "", address
            )
            unlocked = [
                other
                for other in request.session.get("portal_share_unlocked", ())
                if other != unlock_digest
            ]
            unlocked = [*unlocked, unlock_digest][-MAX_UNLOCKED:]
            request.session["portal_share_unlocked"] = unlocked
            if not request.session.uid:
                # who planted a session in the visitor's browser shall not share what it unlocks;
                # logging in has made a new one already
                request.session.should_rotate = True
            if wants_json():
                return request.make_json_response({"url": f"/share/{token}"})
            return request.redirect(f"/share/{token}", 303)

        return serve_share(token, "unlock", answer)
