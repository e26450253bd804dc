"""Resumable uploads with the tus protocol, for our own page and for any other tus client.

The session's cookie is all that a request needs: other sites cannot make a browser send the
``Tus-Resumable`` header along, because no CORS header ever allows it.
"""

import hmac
import os
import time
from functools import wraps

from odoo.exceptions import LockError
from odoo.http import Controller, request, route

from ..exceptions import (
    ChecksumMismatch,
    Conflict,
    InvalidInput,
    NotFound,
    PortalRefusal,
    PreconditionFailed,
    Throttled,
    TooLarge,
    UnsupportedType,
)
from ..tools import tus
from ..tools.filenames import clean_filename
from ..tools.incoming import get_wrapped
from ..tools.pacing import get_pace, get_request_seconds
from ..tools.texts import is_storable
from .destination import parse_tus_metadata
from .form_files import check_file, raise_storage_full
from .request import RequestDestination

#: How long a request may take where all other workers but one are taking uploads in.
BRIEF_SECONDS = 2
#: After how many seconds somebody who sends too much at once may try again.
RETRY_SECONDS = 2


def _tus_route(path, methods, **options):
    """Declare a route that speaks tus: version, login, and errors in its own words."""

    def decorate(method):
        @route(
            path,
            type="http",
            auth="public",
            methods=methods,
            csrf=False,
            save_session=False,
            max_content_length=None,
            **options,
        )
        @wraps(method)
        def answer(self, *args, **kwargs):
            try:
                destination = _check_tus_request(self)
                response = method(self, destination, *args, **kwargs)
            except PortalRefusal as refusal:
                response = _make_tus_refusal(refusal)
            finally:
                _leave_body()
            response.headers["Tus-Resumable"] = tus.VERSION
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer

    return decorate


class TusUpload(Controller):
    def _get_destination(self):
        """Return where the upload of this request goes.

        :rtype: Destination
        :raise PortalRefusal: nothing of this visitor is taken there
        """
        return RequestDestination()

    @_tus_route("/my/documents/tus", ["POST", "OPTIONS"])
    def portal_tus_create(self, destination, /, **params):
        if request.httprequest.method == "OPTIONS":
            return _make_tus_response(204, _get_tus_abilities())
        length = _get_announced_length()
        filename, values = _get_announced_values(destination)
        destination.check_announced(filename, length, values)
        upload_sudo, key = destination.start(filename, length, values)
        location = f"/my/documents/tus/{key}"
        return _make_tus_response(
            201, {"Location": location, **_get_expires(upload_sudo)}
        )

    @_tus_route("/my/documents/tus/<string:key>", ["HEAD"])
    def portal_tus_state(self, destination, /, key, **params):
        # not readonly: a replica that lags behind would send the client back to the start
        upload_sudo = _get_upload_sudo(key)
        headers = {
            "Upload-Offset": str(upload_sudo._get_offset()),
            "Upload-Length": str(upload_sudo.file_size),
            "Upload-Metadata": tus.format_metadata(
                {"filename": upload_sudo.filename, **(upload_sudo.form_values or {})}
            ),
        }
        return _make_tus_response(200, {**headers, **_get_expires(upload_sudo)})

    @_tus_route("/my/documents/tus/<string:key>", ["PATCH"])
    def portal_tus_append(self, destination, /, key, **params):
        upload_sudo = _get_upload_sudo(key)
        if request.httprequest.mimetype != tus.CONTENT_TYPE:
            raise UnsupportedType(
                f"Content-Type: {tus.CONTENT_TYPE}", code="content_type"
            )
        _lock_upload(upload_sudo)
        if not hasattr(request, "portal_tus_offset"):
            # after the lock: who sends the same piece twice takes one place
            _take_place(destination)
            _update_values(destination, upload_sudo)
            offset = _check_offset(upload_sudo)
            # kept: Odoo calls the method again after a conflict in the database
            request.portal_tus_offset = (
                offset if upload_sudo.is_done else _receive(upload_sudo, offset)
            )
        offset = request.portal_tus_offset
        if not upload_sudo.is_done and offset == upload_sudo.file_size:
            return _complete(destination, upload_sudo)
        return _make_tus_response(
            204, {"Upload-Offset": str(offset), **_get_expires(upload_sudo)}
        )

    @_tus_route("/my/documents/tus/<string:key>", ["DELETE"])
    def portal_tus_terminate(self, destination, /, key, **params):
        upload_sudo = _get_upload_sudo(key)
        _lock_upload(upload_sudo)
        upload_sudo._discard()
        return _make_tus_response(204)


def _check_tus_request(controller):
    """Return where the upload goes; None for ``OPTIONS``.

    :raise PortalRefusal: it is not tus, or not for this visitor
    """
    httprequest = request.httprequest
    if httprequest.method == "OPTIONS":
        return None
    if httprequest.headers.get("Tus-Resumable") != tus.VERSION:
        message = f"Tus-Resumable: {tus.VERSION}"
        raise PreconditionFailed(message, code="tus_version")
    destination = controller._get_destination()
    destination.check_login()
    return destination


def _get_upload_sudo(key):
    """Return the current user's upload; the same 404 for all others and for none."""
    upload_sudo = (
        request.env["customer.portal.upload"]._get_upload_sudo(key)
        if key.isascii()
        else None
    )
    if not upload_sudo:
        raise NotFound(
            request.env._(
                "This upload does not exist or has expired. Please upload again."
            )
        )
    return upload_sudo


def _take_place(destination):
    """Let one user send so much at once, and all of them leave a worker to the pages."""
    Upload = request.env["customer.portal.upload"]
    if not Upload._take_place_of_user(destination.get_sender()):
        message = request.env._("You are sending too many files at once.")
        raise Throttled(message, code="too_many_requests", retry_after=RETRY_SECONDS)
    pace = get_pace(get_wrapped(request.httprequest).environ)
    if pace and not Upload._take_place_of_host():
        pace.shorten(BRIEF_SECONDS)


def _leave_body():
    pace = get_pace(get_wrapped(request.httprequest).environ)
    length = _get_body_length()
    if pace and (length is None or pace.taken < length):
        pace.leave()


def _lock_upload(upload_sudo):
    """Keep other requests from the same upload; they may try again."""
    try:
        upload_sudo.lock_for_update(allow_referencing=True)
    except LockError as error:
        message = request.env._("This upload is already in progress.")
        raise Conflict(message, code="upload_in_use") from error


def _get_announced_length():
    text = request.httprequest.headers.get("Upload-Length")
    length = tus.parse_number(text)
    if length is None:
        raise InvalidInput("Upload-Length: bytes of the file", code="upload_length")
    return length


def _get_announced_values(destination):
    """Return the file's name and what the customer filled in beside it."""
    metadata = parse_tus_metadata()
    filename = metadata.get("filename")
    if not filename:
        message = request.env._("The name of the file is missing.")
        raise InvalidInput(message, code="no_filename")
    values = {name: metadata[name] for name in destination.fields if metadata.get(name)}
    if not is_storable(values):
        message = request.env._("The text contains characters that cannot be stored.")
        raise InvalidInput(message, code="upload_metadata")
    return clean_filename(filename), values


def _update_values(destination, upload_sudo):
    """Take what was filled in since the upload began; a header of ours, not of tus."""
    is_sent = request.httprequest.headers.get("Upload-Metadata")
    if is_sent and destination.takes_changes and not upload_sudo.is_done:
        _filename, values = _get_announced_values(destination)
        destination.update_values(upload_sudo, values)


def _check_offset(upload_sudo):
    offset = tus.parse_number(request.httprequest.headers.get("Upload-Offset"))
    if offset is None:
        raise InvalidInput("Upload-Offset: bytes", code="upload_offset")
    if offset != upload_sudo._get_offset():
        message = "Upload-Offset: not where the upload is"
        raise Conflict(message, code="upload_offset")
    return offset


def _receive(upload_sudo, offset):
    """Append the request's body to the file and return the new offset, in bytes."""
    missing = upload_sudo.file_size - offset
    announced = _get_body_length()
    if announced is not None and announced > missing:
        message = request.env._("More was sent than was announced.")
        raise TooLarge(message, code="too_many_bytes")
    if upload_sudo._get_received() == upload_sudo.file_size:
        # all there, but no document came of it: the last byte is sent once more
        return upload_sudo.file_size
    hashed, digest = _get_checksum()
    descriptor = upload_sudo._open_file()
    try:
        taken = _append(descriptor, missing, hashed)
        if hashed and not hmac.compare_digest(hashed.digest(), digest):
            _take_back(descriptor, offset)
    except OSError as error:
        # a full disk gets back what this request took
        upload_sudo._truncate_file(descriptor, offset)
        raise_storage_full(error)
    finally:
        os.close(descriptor)
    return offset + taken


def _get_body_length():
    """Return how long the request's body is said to be, in bytes, or None: in chunks."""
    length = request.httprequest.content_length
    if length == 0:
        # werkzeug takes for 0 what int() does not read
        return tus.parse_number(request.httprequest.headers["Content-Length"]) or 0
    return length


def _append(descriptor, missing, hashed):
    stream = get_wrapped(request.httprequest).stream
    start = os.lseek(descriptor, 0, os.SEEK_CUR)
    taken = tus.receive(
        stream,
        descriptor,
        missing,
        deadline=time.monotonic() + get_request_seconds(),
        hashed=hashed,
    )
    # a body without a length can hold more than was announced
    is_whole = taken == missing and request.httprequest.content_length is None
    if is_whole and stream.read(1):
        os.ftruncate(descriptor, start)
        message = request.env._("More was sent than was announced.")
        raise TooLarge(message, code="too_many_bytes")
    return taken


def _get_checksum():
    text = request.httprequest.headers.get("Upload-Checksum")
    if not text:
        return None, None
    try:
        return tus.parse_checksum(text)
    except ValueError as error:
        algorithms = ",".join(tus.CHECKSUM_ALGORITHMS)
        raise InvalidInput(algorithms, code="checksum_algorithm") from error


def _take_back(descriptor, offset):
    os.ftruncate(descriptor, offset)
    message = request.env._("The data was damaged in transit. Please try again.")
    raise ChecksumMismatch(message)


def _complete(destination, upload_sudo):
    """Make the document, or say why there can be none; what can be is as in the form."""
    file_size = upload_sudo.file_size
    try:
        incoming = upload_sudo._get_incoming()
    except OSError as error:
        raise_storage_full(error)
    try:
        company_sudo = destination.get_company_sudo(upload_sudo.form_values or {})
        check_file(upload_sudo.filename, incoming, company_sudo)
        document_sudo = destination.make_document(upload_sudo, incoming)
    except PortalRefusal as refusal:
        if refusal.http_status in (404, 410, 413, 415):
            upload_sudo._discard()
        return _make_tus_refusal(refusal)
    finally:
        incoming.close()
    return _make_tus_response(
        204,
        {
            "Upload-Offset": str(file_size),
            "Content-Location": destination.get_url(document_sudo),
        },
    )


def _get_tus_abilities():
    # sudo: res.company - the settings of the company
    max_bytes = request.env.company.sudo()._get_portal_document_max_bytes()
    return {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUM_ALGORITHMS),
        "Tus-Max-Size": str(max_bytes),
    }


def _get_expires(upload_sudo):
    if upload_sudo.is_done:
        return {}
    return {"Upload-Expires": tus.format_expiration(upload_sudo._get_expiration())}


def _make_tus_response(status, headers=None):
    return request.make_response(
        "", headers=list((headers or {}).items()), status=status
    )


def _make_tus_refusal(refusal):
    """Return a refusal as an answer, not as an exception: what has arrived stays."""
    headers = {"Tus-Version": tus.VERSION} if refusal.http_status == 412 else {}
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    return request.make_json_response(
        refusal.get_json(),
        headers=list(headers.items()),
        status=refusal.http_status,
    )
