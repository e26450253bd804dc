"""Resumable uploads with the tus protocol, for our own page and for any other tus client.

The session's cookie is all that a request needs: other sites cannot make a browser send the
``Tus-Resumable`` header along, because no CORS header ever allows it.
"""

import hmac
import logging
import os
import time
from functools import wraps

from odoo.exceptions import LockError
from odoo.fields import Domain
from odoo.http import request, route

from ..exceptions import (
    ChecksumMismatch,
    Conflict,
    InvalidInput,
    LoginRequired,
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
from .responses import parse_id
from .upload import FORM_FIELDS
from .version import DocumentVersions

_logger = logging.getLogger(__name__)

#: What else says where a file goes.
OTHER_FIELDS = ("document_id", "request_line_id", "upload_key")
#: How long a request may take where all other workers but one are taking uploads in.
BRIEF_SECONDS = 2
#: After how many seconds somebody who sends too much at once may try again.
RETRY_SECONDS = 2


def tus_route(path, methods, **options):
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
                self._check_tus_request()
                response = method(self, *args, **kwargs)
            except PortalRefusal as refusal:
                response = self._make_tus_refusal(refusal)
            finally:
                self._leave_body()
            response.headers["Tus-Resumable"] = tus.VERSION
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer

    return decorate


class TusUpload(DocumentVersions):
    # -- routes

    @tus_route("/my/documents/tus", ["POST", "OPTIONS"])
    def portal_tus_create(self, **params):
        if request.httprequest.method == "OPTIONS":
            return self._make_tus_response(204, self._get_tus_abilities())
        length = self._get_announced_length()
        filename, values = self._get_announced_values()
        self._check_announced(filename, length, values)
        upload_sudo, key = self._start_upload(filename, length, values)
        location = f"/my/documents/tus/{key}"
        return self._make_tus_response(
            201, {"Location": location, **self._get_expires(upload_sudo)}
        )

    @tus_route("/my/documents/tus/<string:key>", ["HEAD"])
    def portal_tus_state(self, key, **params):
        # not readonly: a replica that lags behind would send the client back to the start
        upload_sudo = self._get_upload_sudo(key)
        headers = {
            "Upload-Offset": str(upload_sudo._get_offset()),
            "Upload-Length": str(upload_sudo.file_size),
            "Upload-Metadata": tus.format_metadata(
                {"filename": upload_sudo.filename, **(upload_sudo.form_values or {})}
            ),
        }
        return self._make_tus_response(
            200, {**headers, **self._get_expires(upload_sudo)}
        )

    @tus_route("/my/documents/tus/<string:key>", ["PATCH"])
    def portal_tus_append(self, key, **params):
        upload_sudo = self._get_upload_sudo(key)
        if request.httprequest.mimetype != tus.CONTENT_TYPE:
            raise UnsupportedType(
                f"Content-Type: {tus.CONTENT_TYPE}", code="content_type"
            )
        self._lock_upload(upload_sudo)
        if not hasattr(request, "portal_tus_offset"):
            # after the lock: who sends the same piece twice takes one place
            self._take_place()
            self._update_values(upload_sudo)
            offset = self._check_offset(upload_sudo)
            # kept: Odoo calls the method again after a conflict in the database
            request.portal_tus_offset = (
                offset if upload_sudo.is_done else self._receive(upload_sudo, offset)
            )
        offset = request.portal_tus_offset
        if not upload_sudo.is_done and offset == upload_sudo.file_size:
            return self._complete(upload_sudo)
        return self._make_tus_response(
            204, {"Upload-Offset": str(offset), **self._get_expires(upload_sudo)}
        )

    @tus_route("/my/documents/tus/<string:key>", ["DELETE"])
    def portal_tus_terminate(self, key, **params):
        upload_sudo = self._get_upload_sudo(key)
        self._lock_upload(upload_sudo)
        upload_sudo._discard()
        return self._make_tus_response(204)

    def _start_upload(self, filename, length, values):
        return request.env["customer.portal.upload"]._start(filename, length, values)

    # -- gates

    def _check_tus_request(self):
        httprequest = request.httprequest
        if httprequest.method != "OPTIONS":
            if httprequest.headers.get("Tus-Resumable") != tus.VERSION:
                message = f"Tus-Resumable: {tus.VERSION}"
                raise PreconditionFailed(message, code="tus_version")
            self._check_tus_login()

    def _check_tus_login(self):
        if request.env.user._is_public():
            message = request.env._(
                "Your session has ended. Please log in and upload again."
            )
            raise LoginRequired(message)

    def _get_tus_sender(self):
        """Return whose places an upload takes, for the limit of how many go on at once."""
        return request.env.uid

    def _get_tus_sender_domain(self):
        """Return the domain that tells a sender's uploads from those of the same user."""
        return Domain.TRUE

    def _get_tus_company_sudo(self, values):
        """Return whose settings say what is accepted, sudoed."""
        # sudo: res.company - the settings of the company
        return request.env.company.sudo()

    def _get_upload_sudo(self, key):
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

    def _take_place(self):
        """Let one user send so much at once, and all of them leave a worker to the pages."""
        Upload = request.env["customer.portal.upload"]
        if not Upload._take_place_of_user(self._get_tus_sender()):
            message = request.env._("You are sending too many files at once.")
            raise Throttled(
                message, code="too_many_requests", retry_after=RETRY_SECONDS
            )
        pace = get_pace(get_wrapped(request.httprequest).environ)
        if pace and not Upload._take_place_of_host():
            pace.shorten(BRIEF_SECONDS)

    def _leave_body(self):
        pace = get_pace(get_wrapped(request.httprequest).environ)
        length = self._get_body_length()
        if pace and (length is None or pace.taken < length):
            pace.leave()

    def _lock_upload(self, upload_sudo):
        """Keep other requests from the same upload; they may try again."""
        try:
            upload_sudo.lock_for_update(allow_referencing=True)
        except LockError as error:
            message = request.env._("This upload is going on in another request.")
            raise Conflict(message, code="upload_in_use") from error

    # -- what is announced

    def _get_announced_length(self):
        text = request.httprequest.headers.get("Upload-Length")
        length = tus.parse_number(text)
        if length is None:
            raise InvalidInput("Upload-Length: bytes of the file", code="upload_length")
        return length

    def _get_announced_values(self):
        """Return the file's name and what the customer filled in beside it."""
        metadata = self._parse_tus_metadata()
        filename = metadata.get("filename")
        if not filename:
            message = request.env._("The name of the file is missing.")
            raise InvalidInput(message, code="no_filename")
        values = {
            name: metadata[name]
            for name in self._get_tus_fields()
            if metadata.get(name)
        }
        if not is_storable(values):
            message = request.env._("A text holds characters that cannot be stored.")
            raise InvalidInput(message, code="upload_metadata")
        return clean_filename(filename), values

    def _get_tus_fields(self):
        """Return the names of what may be filled in beside a file."""
        return (*FORM_FIELDS, *OTHER_FIELDS)

    def _parse_tus_metadata(self):
        try:
            return tus.parse_metadata(
                request.httprequest.headers.get("Upload-Metadata")
            )
        except ValueError as error:
            raise InvalidInput(
                "Upload-Metadata: key base64,…", code="upload_metadata"
            ) from error

    def _check_announced(self, filename, length, values):
        """Refuse at the start what would be refused at the end."""
        company_sudo = self._get_tus_company_sudo(values)
        self._check_texts(values)
        self._check_size(filename, length, company_sudo)
        self._check_type(filename, is_program=False, company_sudo=company_sudo)
        self._get_destination(values)
        domain = self._get_tus_sender_domain()
        if request.env["customer.portal.upload"]._is_full(domain):
            message = request.env._(
                "You have too many unfinished uploads. Please finish or cancel some."
            )
            raise Throttled(message, code="too_many_uploads")

    def _update_values(self, upload_sudo):
        """Take what was filled in since the upload began; a header of ours, not of tus."""
        if upload_sudo.is_done or not request.httprequest.headers.get(
            "Upload-Metadata"
        ):
            return
        _filename, values = self._get_announced_values()
        if values != upload_sudo.form_values:
            self._check_texts(values)
            self._get_destination(values)
            upload_sudo.form_values = values

    # -- what arrives

    def _check_offset(self, upload_sudo):
        offset = tus.parse_number(request.httprequest.headers.get("Upload-Offset"))
        if offset is None:
            raise InvalidInput("Upload-Offset: bytes", code="upload_offset")
        if offset != upload_sudo._get_offset():
            message = "Upload-Offset: not where the upload is"
            raise Conflict(message, code="upload_offset")
        return offset

    def _receive(self, upload_sudo, offset):
        """Append the request's body to the file and return the new offset, in bytes."""
        missing = upload_sudo.file_size - offset
        announced = self._get_body_length()
        if announced is not None and announced > missing:
            message = request.env._("More was sent than was announced.")
            raise TooLarge(message, code="too_many_bytes")
        if upload_sudo._get_received() == upload_sudo.file_size:
            # all there, but no document came of it: the last byte is sent once more
            return upload_sudo.file_size
        hashed, digest = self._get_checksum()
        descriptor = upload_sudo._open_file()
        try:
            taken = self._append(descriptor, missing, hashed)
            if hashed and not hmac.compare_digest(hashed.digest(), digest):
                self._take_back(descriptor, offset)
        except OSError as error:
            # a full disk gets back what this request took
            upload_sudo._truncate_file(descriptor, offset)
            self._raise_storage_full(error)
        finally:
            os.close(descriptor)
        return offset + taken

    def _get_body_length(self):
        """Return how long the request's body is said to be, in bytes, or None: in chunks."""
        length = request.httprequest.content_length
        if length == 0:
            # werkzeug takes for 0 what int() does not read
            return tus.parse_number(request.httprequest.headers["Content-Length"]) or 0
        return length

    def _append(self, descriptor, missing, hashed):
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

    def _get_checksum(self):
        text = request.httprequest.headers.get("Upload-Checksum")
        if not text:
            return None, None
        try:
            return tus.parse_checksum(text)
        except ValueError as error:
            algorithms = ",".join(tus.CHECKSUM_ALGORITHMS)
            raise InvalidInput(algorithms, code="checksum_algorithm") from error

    def _take_back(self, descriptor, offset):
        os.ftruncate(descriptor, offset)
        message = request.env._("The data was damaged on its way. Please try again.")
        raise ChecksumMismatch(message)

    # -- what comes of it

    def _complete(self, upload_sudo):
        """Make the document, or say why there can be none; what can be is as in the form."""
        file_size = upload_sudo.file_size
        try:
            incoming = upload_sudo._get_incoming()
        except OSError as error:
            self._raise_storage_full(error)
        try:
            company_sudo = self._get_tus_company_sudo(upload_sudo.form_values or {})
            self._check_file(upload_sudo.filename, incoming, company_sudo)
            with self._making_document():
                document_sudo = self._make_document(upload_sudo, incoming)
        except PortalRefusal as refusal:
            if refusal.http_status in (404, 410, 413, 415):
                upload_sudo._discard()
            return self._make_tus_refusal(refusal)
        finally:
            incoming.close()
        self._finish_upload(upload_sudo, document_sudo)
        return self._make_tus_response(
            204,
            {
                "Upload-Offset": str(file_size),
                "Content-Location": self._get_tus_result(document_sudo),
            },
        )

    def _finish_upload(self, upload_sudo, document_sudo):
        upload_sudo._finish(document_sudo)

    def _making_document(self):
        """Return the context in which it is all of the document or nothing.

        The answer to what is refused is no exception to Odoo.
        """
        return request.env.cr.savepoint()

    def _get_tus_result(self, document_sudo):
        """Return where the sender finds what came of the upload."""
        return document_sudo.access_url

    def _make_document(self, upload_sudo, incoming):
        values = upload_sudo.form_values or {}
        folder_sudo, record, document_sudo = self._get_destination(values)
        if document_sudo:
            self._add_version(document_sudo, upload_sudo.filename, incoming, values)
            return document_sudo
        files = [(upload_sudo.filename, incoming)]
        return self._create_documents(files, values, (folder_sudo, record))

    def _get_destination(self, values):
        """Return folder, record and document to upload to, each empty or authorised.

        :raise PortalRefusal: 404 where the user may not, 423 where the document is locked
        """
        try:
            return self._find_destination(values)
        except NotFound as error:
            message = request.env._(
                "The place to upload to does not exist, or you may not see it."
            )
            raise NotFound(message) from error

    def _find_destination(self, values):
        document_id = values.get("document_id")
        if not document_id:
            return *self._get_upload_target(values), None
        document_sudo = self._get_versionable_sudo(parse_id(document_id))
        document_sudo._check_not_locked()
        return None, None, document_sudo

    # -- answers

    def _get_tus_abilities(self):
        # sudo: res.company - the settings of the company
        max_bytes = request.env.company.sudo()._get_portal_document_max_bytes()
        return {
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.CHECKSUM_ALGORITHMS),
            "Tus-Max-Size": str(max_bytes),
        }

    def _get_expires(self, upload_sudo):
        if upload_sudo.is_done:
            return {}
        return {"Upload-Expires": tus.format_expiration(upload_sudo._get_expiration())}

    def _make_tus_response(self, status, headers=None):
        return request.make_response(
            "", headers=list((headers or {}).items()), status=status
        )

    def _make_tus_refusal(self, refusal):
        headers = {"Tus-Version": tus.VERSION} if refusal.http_status == 412 else {}
        if refusal.retry_after:
            headers["Retry-After"] = str(refusal.retry_after)
        return request.make_json_response(
            refusal.get_json(),
            headers=list(headers.items()),
            status=refusal.http_status,
        )
