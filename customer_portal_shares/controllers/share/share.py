import json
from urllib.parse import urlencode

from odoo.http import Response, request, route

from odoo.addons.customer_portal_docs.controllers.portal import DocumentPortal
from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID, wants_json

from ...exceptions import ShareRefused

#: Passwords that one session knows.
MAX_MARKS = 50
#: Nothing of a share is kept or told: not by caches, search engines, nor links to elsewhere.
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
# Routes of pages say website=True: `website` asks which one it is, and visitors without an account
# get their browser's language; multilang=False: the address of a share is one and the same.
PAGE_POLICY = "frame-ancestors 'self'; form-action 'self'; object-src 'none'"


class SharePortal(DocumentPortal):
    """The page of a share, and the gate that all its routes pass.

    Odoo makes one class of all controllers that extend the portal's: names of methods here say
    "share", so that none is another addon's.
    """

    def _serve_share(self, token, operation, answer):
        """Return what ``answer`` makes of a share, or the reason why the visitor gets nothing.

        Answers that refuse are returned, not raised: the log keeps them.

        :param str token: of the link
        :param str operation: see :meth:`customer.portal.share._open_sudo`
        :param answer: callable from the share, sudoed, to a response
        """
        Share = request.env["customer.portal.share"]
        try:
            marks = request.session.get("portal_share_marks", ())
            share_sudo = Share._open_sudo(token, marks, operation)
            if operation != "unlock" and request.httprequest.method != "HEAD":
                share_sudo._note_first_access()
            response = answer(share_sudo)
        except ShareRefused as refused:
            self._log_share_refused(refused, token)
            response = self._refuse_share(refused, token)
        for name, value in HEADERS.items():
            if name != "Cache-Control" or "ETag" not in response.headers:
                response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        return response

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
                share_sudo, self._parse_share_page(page), self._parse_count(received)
            )
            return self._render_share("customer_portal_shares.share_page", values)

        return self._serve_share(token, "enter", answer)

    def _prepare_share_page_values(self, share_sudo, page=1, received=0):
        return {
            **self._prepare_share_visitor_values(share_sudo),
            "sections": self._prepare_share_sections(share_sudo, page),
            "received": received,
        }

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
            "has_archive": share_sudo.allow_download
            and left != 0
            and share_sudo._has_archive(),
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
            mark = share_sudo._try_password(
                password if isinstance(password, str) else "", address
            )
            known = [
                other
                for other in request.session.get("portal_share_marks", ())
                if other != mark
            ]
            request.session["portal_share_marks"] = [*known, mark][-MAX_MARKS:]
            if not request.session.uid:
                # who planted a session in the visitor's browser shall not share its marks;
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

    def _log_share_refused(self, refused, token):
        if refused.code in ("password_required", "login_required"):
            return
        Access = request.env["customer.portal.share.access"]
        visitor = self._get_share_visitor()
        if not refused.share:
            digest = request.env["customer.portal.share"]._get_digest(token)
            Access._add_closed(digest, visitor)
        # who goes on hammering is noted once in a while, and does not fill the disk
        elif refused.status != 429 or not Access._was_refused(
            refused.share, visitor, refused.code
        ):
            Access._add(refused.share, "refused", visitor, reason=refused.code)

    # -- answers

    def _refuse_share(self, refused, token):
        if refused.code == "login_required":
            path = f"/share/{token}"
            if request.httprequest.method in ("GET", "HEAD"):
                path = request.httprequest.full_path.rstrip("?")
            return request.redirect_query("/web/login", {"redirect": path}, code=303)
        message = refused.message or self._get_share_default_message(refused)
        if wants_json():
            answer = {"error": refused.code, "message": message}
            response = request.make_json_response(answer, status=refused.status)
        else:
            asks = refused.status in (401, 429)
            response = self._render_share(
                f"customer_portal_shares.share_{'password' if asks else 'refused'}",
                {
                    "share": refused.share,
                    "share_url": f"/share/{token}",
                    "sender": refused.share and refused.share._get_sender(),
                    "title": self._get_share_refused_title(refused),
                    "message": message if refused.code != "password_required" else "",
                    "is_throttled": refused.status == 429,
                },
                status=refused.status,
            )
        if refused.retry_after:
            response.headers["Retry-After"] = str(refused.retry_after)
        return response

    def _get_share_default_message(self, refused):
        if refused.code == "password_required":
            return request.env._("This share is protected by a password.")
        return request.env._(
            "This link does not work, or not any more. Please check that it is complete, or ask "
            "who sent it to you."
        )

    def _get_share_refused_title(self, refused):
        titles = {
            400: request.env._("Not accepted"),
            401: request.env._("Password"),
            429: request.env._("Please wait"),
            403: request.env._("Not allowed"),
            410: request.env._("No downloads left"),
        }
        return titles.get(refused.status, request.env._("Not found"))

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
        qweb = request.env["ir.qweb"]
        companies = share_sudo.company_id if share_sudo else request.env.company
        if companies.id not in request.env.user._get_company_ids():
            return qweb
        return qweb.with_context(allowed_company_ids=companies.ids)

    # -- what was sent

    def _parse_share_page(self, text):
        """Return the number of a page; the first one for what is none."""
        is_number = text and text.isascii() and text.isdigit() and len(text) < 8
        return max(1, int(text)) if is_number else 1

    def _parse_share_id(self, text):
        """Return the id that a form or query names, None for none.

        :raise ShareRefused: it cannot be an id
        """
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= MAX_ID):
            raise ShareRefused(404, "not_found")
        return int(text)

    def _check_share_same_site(self, share_sudo):
        """Refuse forms that another site sends from a visitor's browser.

        :raise ShareRefused: 400
        """
        if request.httprequest.headers.get("Sec-Fetch-Site") == "cross-site":
            message = request.env._("This form was sent from another site.")
            raise ShareRefused(400, "cross_site", message, share=share_sudo)
