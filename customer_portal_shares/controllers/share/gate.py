"""The gate that all routes of a share pass, and what it leaves: log, refusal, page."""

import json
from functools import partial
from urllib.parse import urlencode

from markupsafe import Markup

from odoo.http import Response, request

from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID, use_zone
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    LoginRequired,
    NotFound,
    PasswordRequired,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.tools.parsing import parse_digits
from odoo.addons.customer_portal_docs.tools.robots import is_prefetch, is_robot


def serve_share(token, operation, answer):
    """Return what ``answer`` makes of a share.

    :param str token: of the link
    :param str operation: see :meth:`customer.portal.share._open_sudo`
    :param answer: callable from the share, sudoed, to a response
    :raise PortalRefusal: with the share's own page, and a line in its log
    """
    share_sudo = None
    if _is_share_robot():
        return _tell_share_title(token)
    try:
        unlocked = request.session.get("portal_share_unlocked", ())
        Share = request.env["customer.portal.share"]
        share_sudo = Share._open_sudo(token, unlocked, operation)
        if operation != "unlock" and request.httprequest.method != "HEAD":
            share_sudo._note_first_access()
        use_zone(share_sudo._get_zone())
        return answer(share_sudo)
    except LoginRequired as refusal:
        if request.httprequest.method not in ("GET", "HEAD"):
            refusal.path = f"/share/{token}"
        raise
    except PortalRefusal as refusal:
        _prepare_share_refusal(refusal, token, share_sudo)
        raise


def _is_share_robot():
    headers = request.httprequest.headers
    return request.httprequest.method == "GET" and (
        is_robot(headers) or is_prefetch(headers)
    )


def _tell_share_title(token):
    """Answer a preview, a prefetch or a scanner: with a title, and nothing is counted."""
    Share = request.env["customer.portal.share"]
    try:
        status, title = 200, Share._open_sudo(token, (), "enter").name
    except (LoginRequired, PasswordRequired):
        # more is not for who has not come in
        status, title = 200, request.env._("Shared files")
    except PortalRefusal as refusal:
        status, title = refusal.http_status, request.env._("Not found")
    # a browser that shows to a person what it has prefetched asks for the page itself
    again = Markup('<meta http-equiv="refresh" content="0">')
    page = Markup(
        '<!DOCTYPE html><html><head><meta charset="utf-8">%s<title>%s</title></head>'
        "<body></body></html>"
    ) % (again if is_prefetch(request.httprequest.headers) else "", title)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Vary", "User-Agent, Sec-Purpose, Purpose"),
    ]
    return request.make_response(page, headers, status=status)


def get_share_visitor(name=None):
    """Return who is there, as the log writes it.

    :param name: str or None, how visitors call themselves
    """
    user = request.env.user
    return {
        "partner_id": False if user._is_public() else user.partner_id.id,
        "address": request.httprequest.remote_addr,
        "visitor": name,
    }


def log_share(share_sudo, action, item=None, visitor_name=None, **more):
    """Write a line into the log of a share; not for a ``HEAD``.

    :param str action: see ``customer.portal.share.access``
    :param str item: what it is of
    :param str visitor_name: how visitors call themselves
    """
    if request.httprequest.method == "HEAD":
        return
    visitor = get_share_visitor(visitor_name)
    request.env["customer.portal.share.access"]._add(
        share_sudo, action, visitor, item, **more
    )


def _prepare_share_refusal(refusal, token, share_sudo):
    """Give a refusal the words and the page of a share, and have the log keep it.

    :param share_sudo: the share, None where the gate was not passed
    """
    share_sudo = getattr(refusal, "share", None) or share_sudo
    if refusal.code == "not_found":
        # of what is not in it, nobody is told more than of a share that is none
        share_sudo = None
    refusal.message = refusal.message or get_share_default_message(refusal)
    refusal.page = refusal.page or partial(
        _render_share_refusal, token=token, share_sudo=share_sudo
    )
    refusal.leave(
        partial(
            _add_refusal,
            refusal,
            get_share_visitor(),
            share_sudo and share_sudo.id,
            request.env["customer.portal.share"]._get_digest(token),
        )
    )


def _render_share_refusal(refusal, token, share_sudo):
    status = refusal.http_status
    asks = refusal.code in (
        "password_required",
        "wrong_password",
        "too_many_attempts",
    )
    return render_share(
        f"customer_portal_shares.share_{'password' if asks else 'refused'}",
        {
            "share": share_sudo,
            "share_url": f"/share/{token}",
            "sender": share_sudo and share_sudo._get_sender(),
            "title": _get_share_refused_title(refusal),
            "message": refusal.message if refusal.code != "password_required" else "",
            "is_throttled": status == 429,
        },
        status=status,
    )


def get_share_default_message(refusal):
    if refusal.code == "password_required":
        return request.env._("This share is protected by a password.")
    return request.env._(
        "This link does not work, or no longer works. Please check that it is complete, or ask the "
        "person who sent it to you."
    )


def _get_share_refused_title(refusal):
    titles = {
        401: request.env._("Password"),
        429: request.env._("Please wait"),
        403: request.env._("Not allowed"),
        404: request.env._("Not found"),
        410: request.env._("No downloads left"),
    }
    return titles.get(refusal.http_status, request.env._("Not accepted"))


def render_share(template, values, status=200):
    """Return a page of the visitor's layout; it knows no menus, users nor websites."""
    html = _get_share_qweb(values["share"])._render(
        template,
        {
            "request": request,
            "env": request.env,
            "json": json,
            "urlencode": urlencode,
            "visitor_user": request.env.user,
            **values,
        },
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def _get_share_qweb(share_sudo):
    """Return the engine of templates, in the share's company where the visitor may be.

    Else it would be in the visitor's own, and read the visitor to know which.
    """
    company_id = (
        share_sudo._get_header()["company_id"] if share_sudo else request.env.company.id
    )
    qweb = request.env["ir.qweb"]
    if company_id not in request.env.user._get_company_ids():
        return qweb
    return qweb.with_context(allowed_company_ids=[company_id])


def parse_share_id(text):
    """Return the id that a form or query names, None for none.

    :raise NotFound: it cannot be an id
    """
    if not text:
        return None
    record_id = parse_digits(text, 10)
    if not record_id or record_id > MAX_ID:
        raise NotFound()
    return record_id


def check_share_same_site(share_sudo):
    """Refuse forms that another site sends from a visitor's browser.

    :raise InvalidInput: 400
    """
    if request.httprequest.headers.get("Sec-Fetch-Site") == "cross-site":
        message = request.env._("This form was sent from another site.")
        raise share_sudo._refuse(InvalidInput, message, code="cross_site")


def _add_refusal(refusal, visitor, share_id, token_digest, env):
    Access = env["customer.portal.share.access"]
    Access._add_refusal(refusal, visitor, share_id, token_digest)
