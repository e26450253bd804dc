"""Files of any record, as browsers get them."""

from odoo.http import content_disposition, request

from ..tools.charsets import SAMPLE_BYTES, find_charset
from ..tools.conditions import (
    get_conditional_environ,
    is_precondition_failed,
    keep_to_status,
    use_nginx_etag,
)
from ..tools.filetypes import is_inline
from .responses import fail, not_found

#: What a document may do in a browser: nothing. A PDF viewer does not work in a sandbox.
CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'self'"
#: A link to a file may hold a key: neither search engines nor the next site shall have it.
CONTENT_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def make_content_response(attachment_sudo, mimetype, download):
    """Stream a file, as a download unless a browser can only show it.

    :param attachment_sudo: the file, or an empty record
    :param str mimetype: what the file is
    :param bool download: whether a download was asked for
    """
    if not attachment_sudo:
        not_found()
    policy = CONTENT_SECURITY_POLICY
    try:
        stream = request.env["ir.binary"]._get_stream_from(
            attachment_sudo, mimetype=mimetype
        )
        use_nginx_etag(stream)
        _check_content_precondition(stream)
        response = stream.get_response(
            as_attachment=download or not is_inline(mimetype),
            content_security_policy=policy
            if mimetype == "application/pdf"
            else f"{policy}; sandbox",
            environ=get_conditional_environ(request.httprequest.environ, stream),
        )
        return _complete_content_response(response, stream)
    except FileNotFoundError:
        fail(
            404,
            "content_missing",
            request.env._("The file of this document is missing. Please contact us."),
        )


def _check_content_precondition(stream):
    if is_precondition_failed(request.httprequest, stream):
        message = request.env._("This file has changed. Please download it again.")
        fail(412, "changed", message)


def _tell_charset(response, stream):
    """Say what a text is encoded in; what nobody can look into here is left as it is."""
    if not (response.mimetype or "").startswith("text/"):
        return
    head = None
    if stream.type == "path":
        with open(stream.path, "rb") as file:
            head = file.read(SAMPLE_BYTES)
    elif stream.type == "data":
        head = bytes(stream.data[:SAMPLE_BYTES])
    if head:
        response.headers["Content-Type"] = (
            f"{response.mimetype}; charset={find_charset(head)}"
        )


def _keep_filename(response, filename):
    """Have a name with a percent sign saved as it is: browsers decode a plain ``filename``.

    https://www.rfc-editor.org/rfc/rfc6266#appendix-D
    """
    disposition = response.headers.get("Content-Disposition")
    if disposition and filename and "%" in filename:
        response.headers["Content-Disposition"] = content_disposition(
            filename, disposition.partition(";")[0].strip()
        )


def _complete_content_response(response, stream):
    """Tell the name, the length of a file from a remote storage, and send the part asked for.

    :raise FileNotFoundError: it is not there
    """
    response.headers.update(CONTENT_HEADERS)
    _tell_charset(response, stream)
    _keep_filename(response, stream.download_name)
    keep_to_status(response)
    size = stream.size
    if response.status_code == 200 and "Content-Length" not in response.headers:
        response.response.seekable()  # opens it
        response.headers["Content-Length"] = size
        response.make_conditional(
            get_conditional_environ(request.httprequest.environ, stream),
            accept_ranges=True,
            complete_length=size,
        )
    return response
