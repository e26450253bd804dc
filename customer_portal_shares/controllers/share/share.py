import json
from functools import partial
from urllib.parse import urlencode

from markupsafe import Markup

from odoo.http import Response, request, route

from odoo.addons.customer_portal_docs.controllers.portal import DocumentPortal
from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    use_zone,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    LoginRequired,
    NotFound,
    PasswordRequired,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.portal_lists import parse_page
from odoo.addons.customer_portal_docs.tools.robots import is_prefetch, is_robot

#: Shares that one session keeps the right password of.
MAX_UNLOCKED = 50


class SharePortal(DocumentPortal):
    """The page of a share, and the gate that all its routes pass.

    Odoo makes one class of all controllers that extend the portal's: names of methods here say
    "share", so that none is another addon's.
    """

    # Routes of pages say website=True: `website` asks which one it is, and visitors without an
    # account get their browser's language; multilang=False: the address of a share is one and
    # the same.

    def _serve_share(self, token, operation, answer):
        """Return what ``answer`` makes of a share.

        :param str token: of the link
        :param str operation: see :meth:`customer.portal.share._open_sudo`
        :param answer: callable from the share, sudoed, to a response
        :raise PortalRefusal: with the share's own page, and a line in its log
        """
        share_sudo = None
        if self._is_share_robot():
            return self._tell_share_title(token)
        try:
            unlocked = request.session.get("portal_share_unlocked", ())
            Share = request.env["customer.portal.share"]
            share_sudo = Share._open_sudo(token, unlocked, operation)
            if operation != "unlock" and request.httprequest.method != "HEAD":
                share_sudo._note_first_access()
            use_zone(share_sudo._get_zone())
            return answer(share_sudo)
        except LoginRequired:
            return self._ask_to_log_in_for_share(token)
        except PortalRefusal as refusal:
            self._prepare_share_refusal(refusal, token, share_sudo)
            raise

    # -- programs that fetch what nobody has asked for

    def _is_share_robot(self):
        headers = request.httprequest.headers
        return request.httprequest.method == "GET" and (
            is_robot(headers) or is_prefetch(headers)
        )

    def _tell_share_title(self, token):
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

    # -- the page

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
            self._log_share(share_sudo, "view")
            if wants_json():
                return request.make_json_response(self._get_share_json(share_sudo))
            values = self._prepare_share_page_values(
                share_sudo, parse_page(page), self._parse_count(received)
            )
            return self._render_share("customer_portal_shares.share_page", values)

        return self._serve_share(token, "enter", answer)

    def _prepare_share_page_values(self, share_sudo, page=1, received=0):
        return {
            **self._prepare_share_visitor_values(share_sudo),
            "archive_size": share_sudo._get_archive_size(),
            "sections": self._prepare_share_sections(share_sudo, page),
            **self._prepare_share_received(share_sudo, received),
        }

    def _prepare_share_received(self, share_sudo, received):
        """Return what the page says of the files that were just sent, and their names if known."""
        sent = request.session.get("portal_share_sent", {}) if received else {}
        count, names = sent.get(str(share_sudo.id), (0, []))
        return {"received": received, "sent_names": names if count == received else []}

    def _prepare_share_sections(self, share_sudo, page):
        """Return the template of each kind of shared records, and the values for it."""
        if share_sudo._is_drop():
            return []
        groups = map(share_sudo._get_shared_records, share_sudo._get_shared_models())
        return [
            (
                records._share_template,
                records._prepare_share_values(share_sudo, page),
            )
            for records in groups
            if records
        ]

    def _prepare_share_visitor_values(self, share_sudo):
        """Return what all pages of a share need."""
        can_upload = share_sudo._takes_uploads()
        left = share_sudo._get_downloads_left()
        upload_values = (
            self._prepare_share_upload_values(share_sudo) if can_upload else {}
        )
        return {
            "share": share_sudo,
            "share_url": f"/share/{share_sudo.token}",
            "sender": share_sudo._get_sender(),
            "title": share_sudo.name,
            "can_upload": can_upload,
            "downloads_left": left,
            "archive_size": 0,
            "format_size": format_size,
            **upload_values,
        }

    def _prepare_share_upload_values(self, share_sudo):
        """Return what the form for files needs; extended where that is."""
        return {}

    def _get_share_json(self, share_sudo):
        kinds = {}
        if not share_sudo._is_drop():
            for name in share_sudo._get_shared_models():
                records = share_sudo._get_shared_records(name)
                kinds[name] = records._prepare_share_json(share_sudo)
        return {
            "name": share_sudo.name,
            "note": share_sudo.note or "",
            "allow_download": share_sudo.allow_download,
            "allow_upload": share_sudo._takes_uploads(),
            "items": kinds,
        }

    # -- the password

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

        return self._serve_share(token, "unlock", answer)

    # -- the log

    def _get_share_visitor(self, name=None):
        """Return who is there, as the log writes it.

        :param name: str or None, how visitors call themselves
        """
        user = request.env.user
        return {
            "partner_id": False if user._is_public() else user.partner_id.id,
            "address": request.httprequest.remote_addr,
            "visitor": name,
        }

    def _log_share(self, share_sudo, action, item=None, visitor_name=None, **more):
        if request.httprequest.method == "HEAD":
            return
        visitor = self._get_share_visitor(visitor_name)
        request.env["customer.portal.share.access"]._add(
            share_sudo, action, visitor, item, **more
        )

    # -- refusals

    def _ask_to_log_in_for_share(self, token):
        path = f"/share/{token}"
        if request.httprequest.method in ("GET", "HEAD"):
            path = request.httprequest.full_path.rstrip("?")
        return request.redirect_query("/web/login", {"redirect": path}, code=303)

    def _prepare_share_refusal(self, refusal, token, share_sudo):
        """Give a refusal the words and the page of a share, and have the log keep it.

        :param share_sudo: the share, None where the gate was not passed
        """
        share_sudo = getattr(refusal, "share", None) or share_sudo
        if refusal.code == "not_found":
            # of what is not in it, nobody is told more than of a share that is none
            share_sudo = None
        refusal.message = refusal.message or self._get_share_default_message(refusal)
        refusal.page = refusal.page or partial(
            self._render_share_refusal, token=token, share_sudo=share_sudo
        )
        refusal.leave(
            partial(
                _add_refusal,
                refusal,
                self._get_share_visitor(),
                share_sudo and share_sudo.id,
                request.env["customer.portal.share"]._get_digest(token),
            )
        )

    def _render_share_refusal(self, refusal, token, share_sudo):
        status = refusal.http_status
        asks = refusal.code in (
            "password_required",
            "wrong_password",
            "too_many_attempts",
        )
        return self._render_share(
            f"customer_portal_shares.share_{'password' if asks else 'refused'}",
            {
                "share": share_sudo,
                "share_url": f"/share/{token}",
                "sender": share_sudo and share_sudo._get_sender(),
                "title": self._get_share_refused_title(refusal),
                "message": refusal.message
                if refusal.code != "password_required"
                else "",
                "is_throttled": status == 429,
            },
            status=status,
        )

    def _get_share_default_message(self, refusal):
        if refusal.code == "password_required":
            return request.env._("This share is protected by a password.")
        return request.env._(
            "This link does not work, or not any more. Please check that it is complete, or ask "
            "who sent it to you."
        )

    def _get_share_refused_title(self, refusal):
        titles = {
            401: request.env._("Password"),
            429: request.env._("Please wait"),
            403: request.env._("Not allowed"),
            404: request.env._("Not found"),
            410: request.env._("No downloads left"),
        }
        return titles.get(refusal.http_status, request.env._("Not accepted"))

    def _render_share(self, template, values, status=200):
        """Return a page of the visitor's layout; it knows no menus, users nor websites."""
        html = self._get_share_qweb(values["share"])._render(
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

    def _get_share_qweb(self, share_sudo):
        """Return the engine of templates, in the share's company where the visitor may be.

        Else it would be in the visitor's own, and read the visitor to know which.
        """
        company_id = (
            share_sudo._get_header()["company_id"]
            if share_sudo
            else request.env.company.id
        )
        qweb = request.env["ir.qweb"]
        if company_id not in request.env.user._get_company_ids():
            return qweb
        return qweb.with_context(allowed_company_ids=[company_id])

    # -- what was sent

    def _parse_share_id(self, text):
        """Return the id that a form or query names, None for none.

        :raise NotFound: it cannot be an id
        """
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= MAX_ID):
            raise NotFound()
        return int(text)

    def _check_share_same_site(self, share_sudo):
        """Refuse forms that another site sends from a visitor's browser.

        :raise InvalidInput: 400
        """
        if request.httprequest.headers.get("Sec-Fetch-Site") == "cross-site":
            message = request.env._("This form was sent from another site.")
            raise share_sudo._refuse(InvalidInput, message, code="cross_site")


def _add_refusal(refusal, visitor, share_id, token_digest, env):
    Access = env["customer.portal.share.access"]
    Access._add_refusal(refusal, visitor, share_id, token_digest)
