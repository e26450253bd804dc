from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlencode

from odoo.http import request, route

from ..exceptions import InvalidInput, LoginRequired, NotFound
from ..models.mail_thread import MAX_BODY_LENGTH
from ..tools.filenames import clean_text
from ..tools.filesizes import format_size
from ..tools.parsing import parse_day
from ..tools.refusals import shown_by
from ..tools.typed import check_length
from .contents import make_content_response
from .destination import Destination, parse_tus_metadata
from .form_files import get_files, get_limits, raise_storage_full
from .responses import (
    KEY_PAGE_HEADERS,
    MAX_ID,
    check_page_csrf,
    get_unsent_notice,
    is_reading,
    not_found,
    parse_count,
    parse_id,
    render_page,
    use_company_zone,
    wants_json,
)
from .upload import DocumentUpload


class RequestPortal(DocumentUpload):
    """What staff ask a customer for: in the portal, or by a personal link without a login."""

    # -- pages

    @route(
        ["/my/requests", "/my/requests/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_requests(self, page=1, **params):
        Request = request.env["customer.portal.request"]
        values = Request._get_portal_list("/my/requests", params, page)
        if wants_json():
            answer = Request._get_portal_list_json(
                {**values, "records": values["records"].sudo()}, "requests"
            )
            return request.make_json_response(answer)
        return render_page(
            self,
            "customer_portal_docs.portal_my_requests",
            {
                **values,
                "page_name": "portal_request",
                # sudo: customer.portal.request - found by the rules
                "requests": values["records"].sudo(),
            },
        )

    @route(
        "/my/requests/<int:request_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=is_reading,
    )
    def portal_my_request(self, request_id, access_token=None, **params):
        request_sudo, link_sudo = _get_request_sudo(request_id, access_token)
        if wants_json():
            return request.make_json_response(request_sudo._get_portal_json())
        return _render_request(
            self,
            request_sudo,
            access_token if link_sudo else None,
            done=params.get("done"),
            received=parse_count(params.get("received")),
            unsent=get_unsent_notice(params),
        )

    @route(
        "/my/requests/<int:request_id>/lines/<int:line_id>/form",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def portal_request_form_file(
        self, request_id, line_id, access_token=None, **params
    ):
        request_sudo, _link = _get_request_sudo(request_id, access_token)
        line_sudo = _get_line_sudo(request_sudo, line_id)
        attachment_sudo = line_sudo._get_form_attachment_sudo()
        if not attachment_sudo:
            not_found()
        stream = request.env["ir.binary"]._get_stream_from(
            attachment_sudo,
            filename=line_sudo.form_filename or f"{line_sudo.name}.pdf",
        )
        return stream.get_response(as_attachment=True)

    @route(
        "/my/requests/<int:request_id>/attachments/<int:attachment_id>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def portal_request_attachment(
        self, request_id, attachment_id, access_token=None, download=None, **params
    ):
        request_sudo, _link = _get_request_sudo(request_id, access_token)
        attachment_sudo = request_sudo._get_portal_attachment_sudo(attachment_id)
        return make_content_response(
            attachment_sudo, attachment_sudo._get_portal_mimetype(), bool(download)
        )

    # -- what customers do

    # without Odoo's CSRF check: whoever comes by a link has its key as the proof, and of who is
    # logged in the method checks it
    @route(
        "/my/requests/<int:request_id>",
        type="http",
        auth="public",
        methods=["POST"],
        portal_once=True,
        website=True,
        csrf=False,
        portal_upload="_get_upload_max_bytes",
        max_content_length=None,
    )
    def portal_my_request_change(self, request_id, access_token=None, **params):
        params = {key: value for key, value in params.items() if isinstance(value, str)}
        with _coming_back(request_id, params):
            request_sudo, link_sudo = _get_request_sudo(request_id, access_token)
        token = access_token if link_sudo else None
        line_sudo = (
            _get_line_sudo(request_sudo, params["request_line_id"])
            if "request_line_id" in params
            else None
        )

        def page(refused):
            return _render_request(
                self,
                request_sudo,
                token,
                status=refused.http_status,
                error=refused.message,
                error_line=line_sudo,
                typed=params.get("body") or "",
            )

        with shown_by(page):
            if not link_sudo:
                check_page_csrf(params)
            done = _change_request(request_sudo, line_sudo, link_sudo, params)
        if wants_json():
            return _make_request_answer(request_sudo, link_sudo, done)
        query = urlencode({**({"access_token": token} if token else {}), **done})
        return request.redirect(f"{request_sudo.access_url}?{query}", 303)

    def _get_upload_max_bytes(self, **args):
        # a visitor's files are welcome with the personal link of a request
        if not request.env.user._is_public():
            return super()._get_upload_max_bytes(**args)
        token = request.httprequest.args.get("access_token")
        link_sudo = request.env["customer.portal.request.link"]._find_link_sudo(token)
        if not link_sudo:
            return None
        return link_sudo.request_id.company_id._get_portal_document_max_bytes()

    # -- the upload page's address takes a line as well

    @route()
    def portal_document_upload(self, **params):
        if not params.get("request_line_id"):
            return super().portal_document_upload(**params)
        token = params.pop("access_token", None) or request.httprequest.args.get(
            "access_token"
        )
        line_sudo, _link = _find_line_sudo(params["request_line_id"], token)
        return self.portal_my_request_change(
            line_sudo.request_id.id,
            access_token=token,
            **{**params, "action": "upload", "request_line_id": str(line_sudo.id)},
        )


def _get_request_sudo(request_id, access_token=None):
    """Return a request that the current user, or the link's owner, may see, sudoed.

    :return: the request and the personal link that was used, sudoed or empty
    :raise LoginRequired: a visitor without a link, who may log in
    :raise NotFound: there is none for them
    """
    if 0 < request_id <= MAX_ID:
        found_sudo, link_sudo = request.env["customer.portal.request"]._find_sudo(
            request_id, access_token
        )
        if found_sudo:
            return found_sudo, link_sudo
    if request.env.user._is_public() and not access_token:
        raise LoginRequired()
    raise NotFound(request.env._("This page does not exist, or you may not see it."))


@contextmanager
def _coming_back(request_id, params):
    """Have who is sent to log in come back to what they wrote, which the browser keeps."""
    try:
        yield
    except LoginRequired as refusal:
        if params.get("body"):
            refusal.path = f"/my/requests/{request_id}?unsent=1#discussion"
        raise


def _get_line_sudo(request_sudo, line_id):
    """Return a line of a request, sudoed; 404 for any other."""
    line_id = parse_id(line_id)
    line_sudo = request_sudo.line_ids.filtered(lambda line: line.id == line_id)
    return line_sudo or not_found()


def _find_line_sudo(line_id, access_token=None):
    """Return a line that the current user, or a link's owner, may send files for, sudoed."""
    # sudo: customer.portal.request.line - which request it is of; the gate is next
    lines_sudo = request.env["customer.portal.request.line"].sudo()
    line_sudo = lines_sudo.browse(parse_id(line_id) or []).exists()
    if not line_sudo and request.env.user._is_public() and not access_token:
        raise LoginRequired()
    _request, link_sudo = _get_request_sudo(line_sudo.request_id.id or 0, access_token)
    return line_sudo, link_sudo


def _change_request(request_sudo, line_sudo, link_sudo, params):
    """Do what the customer wants; return what to say of it, as parameters of the page."""
    action = params.get("action") or ("upload" if line_sudo else "")
    if action in ("promise", "decline", "take_back"):
        Throttle = request.env["customer.portal.throttle"]
        Throttle._check_change("request_change", request_sudo.id)
    if action == "message":
        _post_request_message(request_sudo, link_sudo, params)
    elif action == "promise":
        request_sudo._promise(
            _parse_promised_date(params.get("until")),
            params.get("reason"),
            _get_request_sender(request_sudo, link_sudo),
        )
    elif action == "upload" and line_sudo:
        documents_sudo = _receive_for_line(line_sudo, link_sudo, params)
        request.portal_documents_sudo = documents_sudo
        return {"received": len(documents_sudo)}
    elif action == "decline" and line_sudo:
        line_sudo._decline(params.get("reason"), bool(link_sudo))
    elif action == "take_back" and line_sudo:
        document_id = parse_id(params.get("document_id"))
        if not line_sudo._take_back(document_id, bool(link_sudo)):
            not_found()
    else:
        message = request.env._("Please choose what to do.")
        raise InvalidInput(message, code="bad_action")
    return {"done": action}


def _parse_promised_date(text):
    date = parse_day(text)
    if not date:
        message = request.env._("Please choose the date by which you will send it.")
        raise InvalidInput(message, code="bad_date")
    return date


def _get_request_sender(request_sudo, link_sudo):
    if link_sudo or request.env.user._is_public():
        return request_sudo.partner_id._get_portal_name()
    return request.env.user.name


def _post_request_message(request_sudo, link_sudo, params):
    check_length(request.env, params.get("body"), MAX_BODY_LENGTH, "body")
    body = clean_text(params.get("body"))
    files = _get_message_files(request_sudo)
    if not body and not files:
        message = request.env._("Please write something.")
        raise InvalidInput(message, code="empty")
    thread = request_sudo.with_user(request.env.user).sudo(False)
    if link_sudo:
        _count_request_upload(link_sudo if files else None)
        files_sudo = thread._create_portal_attachments_sudo(files)
        partner_sudo = request_sudo.partner_id
        writer = f"{thread._name}:link:{link_sudo.id}"
        thread._post_by_key(body, files_sudo, partner_sudo, writer)
        return
    thread._check_outsider_access()
    thread._check_outsider_body(body)
    thread._post_for_outsider(body, thread._create_portal_attachments_sudo(files))


def _get_message_files(request_sudo):
    """Return the files of a question, which need not have any, each checked."""
    if not any(part.filename for part in request.httprequest.files.values()):
        return []
    # sudo: res.company - the settings of the company
    return get_files("file", request_sudo.company_id)


def _receive_for_line(line_sudo, link_sudo, params):
    """Take the files of a form in for a line.

    :return: the documents, sudoed
    """
    line_sudo.request_id._check_open()
    _count_request_upload(link_sudo)
    files = get_files("file", line_sudo.request_id.company_id)
    return _store_for_line(line_sudo, link_sudo, files, params)


def _store_for_line(line_sudo, link_sudo, files, params):
    try:
        return line_sudo._receive(
            files, params.get("valid_until"), by_link=bool(link_sudo)
        )
    except OSError as error:
        raise_storage_full(error)


def _count_request_upload(link_sudo):
    """Let who has a link send so many files in an hour.

    :raise Throttled: these are too many
    """
    if not link_sudo:
        return
    message = request.env._(
        "You have sent too many files in a short time. Please wait a while and try again."
    )
    request.env["customer.portal.throttle"]._check(
        message, ("request_upload", link_sudo.id)
    )


def _make_request_answer(request_sudo, link_sudo, done):
    """Return what programs are told of what was done."""
    if "received" not in done:
        return request.make_json_response(request_sudo._get_portal_json())
    # by the link, the request's page is all that is seen
    own_url = request_sudo.access_url if link_sudo else None
    documents = [
        {"id": document_sudo.id, "url": own_url or document_sudo.access_url}
        for document_sudo in request.portal_documents_sudo
    ]
    return request.make_json_response({"documents": documents}, status=201)


def _render_request(portal, request_sudo, access_token, status=200, **more):
    # sudo: res.company - the settings of the company
    company_sudo = request_sudo.company_id
    use_company_zone(company_sudo)
    query = f"?{urlencode({'access_token': access_token})}" if access_token else ""
    values = {
        "page_name": "portal_request",
        "document_request": request_sudo,
        # of the files to fill in, only whether there are some
        "lines": request_sudo.line_ids.with_context(bin_size=True),
        "messages": request_sudo._get_portal_messages_sudo(),
        "may_change": request_sudo.state == "open" and request_sudo.active,
        "by_link": bool(access_token),
        "access_token": access_token or None,
        "form_url": f"{request_sudo.access_url}{query}",
        "query": query,
        **get_limits(company_sudo),
        "format_size": format_size,
        "today": request_sudo._get_customers_today(),
        "no_breadcrumbs": request.env.user._is_public(),
        "done": None,
        "received": 0,
        "error": None,
        "error_line": None,
        "typed": "",
        "unsent": None,
        **more,
    }
    response = render_page(
        portal, "customer_portal_docs.portal_my_request", values, status
    )
    response.headers.update(KEY_PAGE_HEADERS)
    return response


class RequestDestination(Destination):
    """A line of a request: its customer's, or who has the personal link in place of a login.

    What is for none goes among one's own documents.
    """

    fields = (*Destination.fields, "request_line_id")

    def check_login(self):
        if request.env.user._is_public() and self._link_sudo:
            return None
        return super().check_login()

    @cached_property
    def _link_sudo(self):
        """The personal link that the upload is by, sudoed, or an empty record."""
        # sudo: customer.portal.request.link - nobody reads them
        links_sudo = request.env["customer.portal.request.link"].sudo()
        key = request.httprequest.path.rpartition("/")[2]
        if key != "tus":
            Upload = request.env["customer.portal.upload"]
            upload_sudo = Upload._get_upload_sudo(key) if key.isascii() else Upload
            # sudo: customer.portal.upload - found by its key, or none
            return upload_sudo.sudo()._get_request_link()
        token = request.httprequest.args.get("access_token")
        token = token or parse_tus_metadata().get("access_token")
        return links_sudo._find_link_sudo(token) if token else links_sudo

    def get_sender(self):
        if request.env.user._is_public():
            return f"link:{self._link_sudo.id}"
        return super().get_sender()

    def get_sender_domain(self):
        if request.env.user._is_public():
            Upload = request.env["customer.portal.upload"]
            return Upload._get_link_domain(self._link_sudo)
        return super().get_sender_domain()

    def get_company_sudo(self, values):
        if not values.get("request_line_id"):
            return super().get_company_sudo(values)
        return self._get_line_sudo(values).request_id.company_id

    def check_announced(self, filename, length, values):
        result = super().check_announced(filename, length, values)
        if values.get("request_line_id"):
            _count_request_upload(self._link_sudo)
        return result

    def start(self, filename, length, values):
        upload_sudo, key = super().start(filename, length, values)
        if values.get("request_line_id"):
            upload_sudo.request_link_id = self._link_sudo
            upload_sudo.link_digest = self._link_sudo.key_digest
        return upload_sudo, key

    def _find_place(self, values):
        if not values.get("request_line_id"):
            if request.env.user._is_public():
                not_found()
            return super()._find_place(values)
        line_sudo = self._get_line_sudo(values)
        line_sudo._check_open()
        line_sudo._parse_valid_until(values.get("valid_until"))
        return None, None, None

    def _get_line_sudo(self, values):
        """Return the line that a file is for, sudoed; 404 for another's."""
        line_id = parse_id(values["request_line_id"])
        # sudo: customer.portal.request.line - which request it is of; the gate is next
        lines_sudo = request.env["customer.portal.request.line"].sudo()
        line_sudo = lines_sudo.browse(line_id).exists()
        if not self._link_sudo or self._link_sudo.request_id != line_sudo.request_id:
            self._link_sudo = self._link_sudo.browse()
            _get_request_sudo(line_sudo.request_id.id or 0, "-")
        return line_sudo

    def _make_document(self, upload_sudo, incoming):
        values = upload_sudo.form_values or {}
        if not values.get("request_line_id"):
            return super()._make_document(upload_sudo, incoming)
        self.find_place(values)
        line_sudo = self._get_line_sudo(values)
        files = [(upload_sudo.filename, incoming)]
        return _store_for_line(line_sudo, self._link_sudo, files, values)
