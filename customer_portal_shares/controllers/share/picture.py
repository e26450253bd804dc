from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.picture import (
    make_page_response,
    make_thumbnail_response,
    parse_width,
)
from odoo.addons.customer_portal_docs.exceptions import NotFound

from .document import get_shared_document, render_shared_document
from .gate import get_share_visitor, serve_share


class SharePictures(Controller):
    """What is looked at and never delivered: pages of documents as pictures."""

    @route(
        "/share/<string:token>/document/<int:document_id>/pages",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_document_pages(self, token, document_id, **params):
        def answer(share_sudo):
            document = _get_shared_content(share_sudo, document_id)
            _log_share_look(share_sudo, document)
            return render_shared_document(share_sudo, document)

        return serve_share(token, "view", answer)

    @route(
        "/share/<string:token>/document/<int:document_id>/page/<int:page>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def share_document_page(self, token, document_id, page, width=None, **params):
        def answer(share_sudo):
            document = _get_shared_content(share_sudo, document_id)
            width_pixels = parse_width(width)
            words = share_sudo._get_watermark(request.httprequest.remote_addr)
            response = make_page_response(document, page, width_pixels, words)
            _log_share_look(share_sudo, document)
            return response

        return serve_share(token, "view", answer)

    @route(
        "/share/<string:token>/document/<int:document_id>/thumbnail",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def share_document_thumbnail(self, token, document_id, **params):
        def answer(share_sudo):
            document = get_shared_document(share_sudo, document_id)
            words = share_sudo._get_watermark(request.httprequest.remote_addr)
            return make_thumbnail_response(document, words)

        return serve_share(token, "view", answer)


def _get_shared_content(share_sudo, document_id):
    """Return a document of which the share shows what is in it; 404 for any other."""
    document = get_shared_document(share_sudo, document_id)
    if not share_sudo._shows_content():
        raise NotFound()
    return document


def _log_share_look(share_sudo, document):
    """Note that a visitor looks at a document: once, however many pages it has."""
    if request.httprequest.method == "HEAD":
        return
    # sudo: ir.attachment - the owner may read the document, and so its file
    attachment_sudo = document.sudo().attachment_id
    request.env["customer.portal.share.access"]._add_look(
        share_sudo, get_share_visitor(), document.name, attachment_sudo.id
    )
