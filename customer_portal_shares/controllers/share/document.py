from werkzeug.http import parse_content_range_header

from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.contents import make_content_response
from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    make_archive_response,
    parse_count,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import NotFound
from odoo.addons.customer_portal_docs.tools.conditions import is_piece_certain
from odoo.addons.customer_portal_docs.tools.portal_lists import parse_page
from odoo.addons.customer_portal_docs.tools.robots import is_disguised

from ...models.share.customer_portal_share_access import Content
from .gate import (
    get_share_visitor,
    log_share,
    parse_share_id,
    render_share,
    serve_share,
)
from .page import prepare_share_received, prepare_share_visitor_values


class ShareDocuments(Controller):
    """Documents and folders under a share: content, preview, folder, ZIP."""

    # -- documents

    @route(
        "/share/<string:token>/document/<int:document_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def share_document(self, token, document_id, download=None, person=None, **params):
        def answer(share_sudo):
            document = get_shared_document(share_sudo, document_id)
            as_file = bool(download) or not document._is_inline()
            # whatever it is asked for as: these are the bytes of the file
            if as_file or share_sudo._is_view_only():
                share_sudo._check_operation("download")
            if share_sudo.download_limit and not person and _is_disguised():
                return _ask_for_person(share_sudo, document)
            # sudo: ir.attachment - the owner may read the document, and so its file
            attachment_sudo = document.sudo().attachment_id
            response = make_content_response(
                attachment_sudo, document.mimetype, as_file
            )
            _count_share_content(
                share_sudo, document, attachment_sudo, response, as_file
            )
            return response

        return serve_share(token, "download" if download else "view", answer)

    @route(
        "/share/<string:token>/document/<int:document_id>/preview",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_document_preview(self, token, document_id, **params):
        def answer(share_sudo):
            document = get_shared_document(share_sudo, document_id)
            if share_sudo._is_view_only():
                share_sudo._check_operation("download")
            return render_shared_document(share_sudo, document)

        return serve_share(token, "view", answer)

    # -- folders

    @route(
        "/share/<string:token>/folder/<int:folder_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_folder(self, token, folder_id, page=None, received=None, **params):
        def answer(share_sudo):
            folder = get_shared_folder(share_sudo, folder_id)
            number = parse_page(request.env, page)
            values = folder._prepare_share_folder_values(share_sudo, number)
            log_share(share_sudo, "view", folder.name)
            if wants_json():
                Document = request.env["customer.portal.document"]
                documents = Document._prepare_share_json_of(values["documents"])
                return request.make_json_response(
                    {
                        "name": folder.name,
                        "folders": values["folders"]._prepare_share_json(share_sudo),
                        "documents": documents,
                        "page": values["page"],
                        "pages": values["pages"],
                    }
                )
            values = {
                **prepare_share_visitor_values(share_sudo),
                **values,
                "archive_size": request.env["customer.portal.share.archive"]._get_size(
                    share_sudo, folder
                ),
                **prepare_share_received(share_sudo, parse_count(received)),
            }
            return render_share("customer_portal_shares.share_folder_page", values)

        return serve_share(token, "view", answer)

    # -- ZIP

    @route(
        "/share/<string:token>/zip",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def share_zip(self, token, folder=None, **params):
        def answer(share_sudo):
            folder_id = parse_share_id(folder)
            records = get_shared_folder(share_sudo, folder_id) if folder_id else None
            Archive = request.env["customer.portal.share.archive"]
            archive = Archive._make(share_sudo, records)
            title = records.name if records else share_sudo.name
            if request.httprequest.method != "HEAD":
                share_sudo._spend_downloads(archive.count)
                log_share(share_sudo, "download", title, file_count=archive.count)
            return make_archive_response(archive, title)

        return serve_share(token, "download", answer)


def _is_disguised():
    sent = request.httprequest
    is_secure = sent.scheme == "https" or sent.host.partition(":")[0] == "localhost"
    return sent.method == "GET" and is_disguised(sent.headers, is_secure)


def _ask_for_person(share_sudo, document):
    """Answer what may be a scanner with a button: it spends nothing of the limit."""
    values = {
        **prepare_share_visitor_values(share_sudo),
        "title": document.name,
        "can_upload": False,
    }
    return render_share("customer_portal_shares.share_person", values)


def _count_share_content(share_sudo, document, attachment_sudo, response, as_file):
    """Spend one download and log it, unless the request only goes on with one."""
    if request.httprequest.method == "HEAD" or response.status_code not in (
        200,
        206,
    ):
        return
    start, sent = _get_share_piece(response, attachment_sudo.file_size)
    request.env["customer.portal.share.access"]._spend_content(
        share_sudo,
        "download" if as_file else "view",
        get_share_visitor(),
        Content(
            key=str(attachment_sudo.id),
            name=document.name,
            size=attachment_sudo.file_size,
            start=start,
            sent=sent,
            # not "the answer is a piece": the file may have changed meanwhile
            may_go_on="Range" in request.httprequest.headers,
        ),
    )


def _get_share_piece(response, size):
    """Return where what a response sends of a file starts, and its most bytes."""
    piece = parse_content_range_header(response.headers.get("Content-Range"))
    if not piece or not piece.stop:
        return 0, size
    if not is_piece_certain(request.httprequest, response):
        return 0, size
    return piece.start, piece.stop - piece.start


def render_shared_document(share_sudo, document):
    """Return the page that shows a document: its file, or pictures of its pages."""
    is_view_only = share_sudo._is_view_only()
    values = {
        **prepare_share_visitor_values(share_sudo),
        **share_sudo._get_formatters(),
        **document._prepare_share_view(share_sudo),
        "neighbours": document._get_share_neighbours(share_sudo),
        "page_name": "pages" if is_view_only else "preview",
        "title": document.name,
        "can_upload": False,
    }
    return render_share("customer_portal_shares.share_preview", values)


def get_shared_document(share_sudo, document_id):
    """Return a document that the share shows, as its owner; 404 for any other."""
    document = (
        share_sudo._find_shared("customer.portal.document", document_id)
        if document_id <= MAX_ID
        else None
    )
    if not document:
        raise NotFound()
    return document


def get_shared_folder(share_sudo, folder_id):
    """Return a folder that the share shows, as its owner; 404 for any other."""
    folder = share_sudo._find_shared("customer.portal.folder", folder_id)
    if not folder:
        raise NotFound()
    return folder
