from odoo.http import Controller, request, route

from ..exceptions import Throttled, UnsupportedType
from ..models.customer_portal_picture import THUMBNAIL_WIDTH, WIDTHS
from ..tools.rendering.watermark import stamp
from .contents import CONTENT_HEADERS
from .gates import get_document_sudo
from .responses import not_found

#: The page that is asked for without a width.
PAGE_WIDTH = WIDTHS[1]
#: Where there is no picture: what Odoo shows of a file of any kind.
_ICONS = "/web/static/img/mimetypes/"
_ICONS_BY_PREFIX = (
    ("application/pdf", "pdf"),
    ("image/", "image"),
    ("text/csv", "spreadsheet"),
    ("text/tab-", "spreadsheet"),
    ("text/", "text"),
)


class DocumentPictures(Controller):
    """Pages of documents as pictures.

    Not for a replica (`readonly=True`), although a GET: who looks first has the picture drawn and
    kept, which a replica learns of later than the same person looks again.
    """

    @route(
        "/my/documents/<int:document_id>/thumbnail",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def portal_document_thumbnail(self, document_id, access_token=None, **params):
        document_sudo = get_document_sudo(document_id, access_token)
        return make_thumbnail_response(document_sudo)

    @route(
        "/my/documents/<int:document_id>/page/<int:page>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def portal_document_page(
        self, document_id, page, width=None, access_token=None, **params
    ):
        document_sudo = get_document_sudo(document_id, access_token)
        return make_page_response(document_sudo, page, parse_width(width))


def parse_width(text):
    """Return one of the widths that pages have; 404 for any other."""
    if not text:
        return PAGE_WIDTH
    widths = {str(width): width for width in WIDTHS}
    return widths.get(text) or not_found()


def make_thumbnail_response(document_sudo, words=""):
    """Return the small picture of the first page, or send to the icon of the kind."""
    try:
        response = _make_picture_response(document_sudo, 1, THUMBNAIL_WIDTH, words)
    except Throttled:
        response = None  # the next time
    if response:
        return response
    mimetype = document_sudo.mimetype or ""
    name = next(
        (name for prefix, name in _ICONS_BY_PREFIX if mimetype.startswith(prefix)),
        "unknown",
    )
    return request.redirect(f"{_ICONS}{name}.svg", 303)


def make_page_response(document_sudo, page, width, words=""):
    """Return a page as a picture.

    :param document_sudo: behind its gate
    :param str words: of the watermark, empty for none
    """
    response = _make_picture_response(document_sudo, page, width, words)
    if response:
        return response
    layout = document_sudo._get_portal_layout()
    if layout and not 1 <= page <= len(layout["sizes"]):
        not_found()
    message = request.env._("This file cannot be shown.")
    raise UnsupportedType(message, code="no_preview")


def _make_picture_response(document_sudo, page, width, words):
    # sudo: ir.attachment - the file of a document whose gate was passed
    checksum = document_sudo.sudo().attachment_id.checksum
    etag = None if words else f"{checksum}-{page}-{width}"
    if etag and request.httprequest.if_none_match.contains(etag):
        response = request.make_response(b"")
        response.status_code = 304
    else:
        content = document_sudo._get_portal_page(page, width)
        if not content:
            return None
        content = stamp(content, words) if words else content
        response = request.make_response(content)
        response.content_type = "image/jpeg"
    if etag:
        response.set_etag(etag)
    response.headers.update(CONTENT_HEADERS)
    response.headers["Cache-Control"] = (
        "private, no-cache" if etag else "private, no-store"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
