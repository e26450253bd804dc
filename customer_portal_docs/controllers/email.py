from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools.refusals import shown_by
from .responses import KEY_PAGE_HEADERS, is_reading, render_page, wants_json

_URL = "/my/email"


class OwnEmail(CustomerPortal):
    """The e-mail address of who is logged in, and how they confirm that it is theirs."""

    @route(
        _URL,
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=is_reading,
    )
    def portal_my_email(self, token=None, **params):
        if token is not None:
            with shown_by(lambda refused: _render_email(self, refused=refused)):
                request.env.user.partner_id._check_address_key(token)
        return _render_email(self, token=token, done=params.get("done"))

    @route(
        f"{_URL}/link",
        type="http",
        auth="user",
        methods=["POST"],
        portal_once=True,
        website=True,
    )
    def portal_my_email_link(self, **params):
        with shown_by(lambda refused: _render_email(self, refused=refused)):
            request.env["res.partner"]._send_address_link()
        return _answer_email("link")

    @route(f"{_URL}/confirm", type="http", auth="user", methods=["POST"], website=True)
    def portal_my_email_confirm(self, token=None, **params):
        with shown_by(lambda refused: _render_email(self, refused=refused)):
            request.env["res.partner"]._confirm_own_address(token)
        return _answer_email("confirm")


def _answer_email(done):
    if wants_json():
        return request.make_json_response(_get_email_json())
    return request.redirect(f"{_URL}?done={done}", 303)


def _render_email(portal, token=None, done=None, refused=None):
    if wants_json() and not refused:
        return request.make_json_response(_get_email_json())
    values = {
        "page_name": "portal_email",
        "token": token,
        "done": done,
        "error": refused and refused.message,
        **_get_email_json(),
    }
    response = render_page(
        portal,
        "customer_portal_docs.portal_my_email",
        values,
        status=refused.http_status if refused else 200,
    )
    response.headers.update(KEY_PAGE_HEADERS)
    return response


def _get_email_json():
    partner = request.env.user.partner_id
    return {
        "email": partner.email or "",
        "is_confirmed": bool(partner._filter_confirmed_address()),
        "needs_confirmation": partner._needs_confirmation(),
    }
