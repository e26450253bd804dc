import logging
import re
from functools import partial
from urllib.parse import urlencode, urlsplit, urlunsplit

from odoo.http import request, route

from ..exceptions import (
    InvalidInput,
    PortalRefusal,
    StorageFull,
    TooLarge,
    UnsupportedType,
)
from ..tools.filenames import clean_filename, count_typed
from ..tools.filesizes import format_size
from ..tools.incoming import MAX_FILES
from ..tools.refusals import shown_by
from .portal import MAX_DESCRIPTION_LENGTH, MAX_TITLE_LENGTH, DocumentPortal
from .responses import fail, is_csrf_token, wants_json

_logger = logging.getLogger(__name__)

#: What customers fill in beside the files.
FORM_FIELDS = (
    "name",
    "description",
    "folder_id",
    "res_model",
    "res_id",
    "valid_until",
    "visibility",
)
#: What a page makes up for the files that it sends together.
_UPLOAD_KEY = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


class DocumentUpload(DocumentPortal):
    @route(
        "/my/documents/upload",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_document_upload_form(self, **params):
        target = self._get_upload_target(params)
        return request.render(
            "customer_portal_docs.portal_document_upload",
            self._prepare_upload_values(params, target),
        )

    # public and without Odoo's CSRF check, which both end in a page that has lost what was
    # typed: the method checks both and gives everything back
    @route(
        "/my/documents/upload",
        type="http",
        auth="public",
        methods=["POST"],
        portal_once=True,
        website=True,
        csrf=False,
        portal_upload="_get_upload_max_bytes",
        max_content_length=None,
    )
    def portal_document_upload(self, **params):
        params = {key: value for key, value in params.items() if isinstance(value, str)}
        if request.env.user._is_public():
            return self._ask_to_log_in(params)
        target = self._get_upload_target(params)
        with shown_by(partial(self._render_refused_upload, params, target)):
            self._check_csrf_token(params)
            self._check_texts(params)
            files = self._get_files("file")
            documents_sudo = self._create_documents(files, params, target)
        return self._confirm(documents_sudo, target)

    # -- what was sent

    def _get_upload_max_bytes(self, **args):
        """Return how much is kept of each file as it comes in, in bytes; None of a visitor's."""
        if request.env.user._is_public():
            return None
        # sudo: res.company - the settings of the company
        return request.env.company.sudo()._get_portal_document_max_bytes()

    def _get_upload_target(self, params):
        """Return the folder and record to upload to; 404 where the user may not."""
        folder_sudo = self._get_folder_sudo(params.get("folder_id"))
        return folder_sudo, self._get_record(
            params.get("res_model"), params.get("res_id")
        )

    def _check_csrf_token(self, params):
        if not is_csrf_token(params.pop("csrf_token", None)):
            message = request.env._(
                "You have logged in anew since you opened this page. "
                "Nothing was uploaded yet: please choose the files and upload again."
            )
            raise InvalidInput(message, code="session_changed")

    def _check_texts(self, params):
        if count_typed(params.get("name")) > MAX_TITLE_LENGTH:
            message = request.env._(
                "The title is too long: at most %(count)s characters.",
                count=MAX_TITLE_LENGTH,
            )
            raise InvalidInput(message, code="title_too_long")
        if count_typed(params.get("description")) > MAX_DESCRIPTION_LENGTH:
            message = request.env._(
                "The description is too long: at most %(count)s characters.",
                count=MAX_DESCRIPTION_LENGTH,
            )
            raise InvalidInput(message, code="description_too_long")
        self._parse_end(params)

    def _parse_end(self, params):
        """Return until when the customer says that the files are valid, False for no end.

        :raise PortalRefusal: no date, or over already
        """
        text = params.get("valid_until")
        if not text:
            return False  # and nobody need know which day it is for whom
        return request.env["customer.portal.document.incoming"]._parse_valid_until(
            text, request.env.user.partner_id._get_portal_today()
        )

    def _get_files(self, field, company_sudo=None):
        """Return the files of a form field, each checked.

        :param company_sudo: whose settings say what is accepted; the current company's if None
        :return: list of (str file name, :class:`IncomingFile`)
        :raise PortalRefusal: none, or one that is not accepted; it has those that are
        """
        parts = request.httprequest.files
        if set(parts) - {field}:
            message = request.env._("A file was sent in a field that takes none.")
            raise InvalidInput(message, code="unexpected_file")
        files = [
            (clean_filename(part.filename), part.stream)
            for part in parts.getlist(field)
            if part.filename
        ]
        if not files:
            message = request.env._("Please choose a file to upload.")
            raise InvalidInput(message, code="no_file")
        if len(files) > MAX_FILES:
            message = request.env._(
                "These are %(count)s files. At most %(limit)s can be sent at a time: please send "
                "the others in a second form.",
                count=len(files),
                limit=MAX_FILES,
            )
            raise TooLarge(message, code="too_many_files")
        accepted, refusals = [], []
        for filename, incoming in files:
            try:
                self._check_file(filename, incoming, company_sudo)
                if not incoming.is_too_big:
                    accepted.append((filename, incoming))
            except PortalRefusal as refusal:
                refusals.append(refusal)
        for refusal in refusals:
            refusal.accepted_files = accepted
            raise refusal
        return files

    # -- files of a form that has to be mended

    def _find_kept_files(self, kept_for):
        """Return the files that the form had brought before, see :meth:`_keep_files`.

        :return: list of (str file name, :class:`IncomingFile`), and list of dicts as the form
            shows them
        """
        keys = request.httprequest.form.getlist("kept")
        Upload = request.env["customer.portal.upload"]
        files, shown = [], []
        for key in keys:
            upload_sudo = Upload._find_kept_sudo([key], kept_for)
            if upload_sudo:
                incoming = upload_sudo._get_incoming()
                files.append((upload_sudo.filename, incoming))
                shown.append(
                    {"key": key, "name": upload_sudo.filename, "size": incoming.size}
                )
        return files, shown

    def _forget_kept_files(self, kept_for):
        """Forget them: they are stored."""
        keys = request.httprequest.form.getlist("kept")
        Upload = request.env["customer.portal.upload"]
        Upload._find_kept_sudo(keys, kept_for)._discard()

    def _keep_files(self, files, kept_for):
        """Keep files until their form comes again; where it cannot be, they are chosen again."""
        if wants_json():
            return []
        try:
            return request.env["customer.portal.upload"]._keep_files(files, kept_for)
        except OSError:
            _logger.warning("Files of a form could not be kept", exc_info=True)
            return []

    def _check_file(self, filename, incoming, company_sudo=None):
        if incoming.error:
            self._raise_storage_full(incoming.error)
        self._check_size(filename, incoming.size, company_sudo)
        self._check_type(
            filename, is_program=incoming.is_program, company_sudo=company_sudo
        )

    def _check_size(self, filename, size, company_sudo=None):
        # sudo: res.company - the settings of the company
        company_sudo = company_sudo or request.env.company.sudo()
        max_bytes = company_sudo._get_portal_document_max_bytes()
        if size > max_bytes:
            message = request.env._(
                "“%(filename)s” is too big: %(size)s. The largest file accepted is %(limit)s.",
                filename=filename,
                size=format_size(size),
                limit=format_size(max_bytes),
            )
            raise TooLarge(message)
        if not size:
            message = request.env._(
                "“%(filename)s” is empty. Please check the file and try again; "
                "contact us if the problem persists.",
                filename=filename,
            )
            raise InvalidInput(message, code="empty_file")

    def _check_type(self, filename, *, is_program, company_sudo=None):
        # sudo: res.company - the settings of the company
        company_sudo = company_sudo or request.env.company.sudo()
        if not company_sudo._accepts_portal_document(filename, is_program=is_program):
            raise UnsupportedType(self._get_type_message(filename, company_sudo))

    def _get_type_message(self, filename, company_sudo):
        extensions = company_sudo._get_portal_document_extensions()
        if extensions:
            return request.env._(
                "“%(filename)s” is of a type that is not accepted here. Accepted: %(types)s.",
                filename=filename,
                types=", ".join(extensions),
            )
        return request.env._(
            "“%(filename)s” is a program or script; these are not accepted here.",
            filename=filename,
        )

    def _raise_storage_full(self, error):
        _logger.error("An upload could not be stored: %s", error)
        message = request.env._(
            "The file could not be stored on our side. Nothing was saved. "
            "Please try again; contact us if the problem persists."
        )
        raise StorageFull(message)

    # -- what comes of it

    def _create_documents(self, files, params, target):
        folder_sudo, record = target
        Incoming = request.env["customer.portal.document.incoming"]
        try:
            return Incoming._create_own_documents(
                files,
                {
                    "name": params.get("name"),
                    "description": params.get("description"),
                    "folder_id": folder_sudo.id,
                    "res_model": record._name if record else False,
                    "res_id": record.id if record else False,
                    "valid_until": self._parse_end(params),
                    **self._get_visibility(params),
                    **self._get_upload_key(params),
                },
            )
        except OSError as error:
            self._raise_storage_full(error)

    def _get_upload_key(self, params):
        """Return by what the documents of several requests are known to have come together."""
        key = params.get("upload_key") or ""
        return {"upload_key": key} if _UPLOAD_KEY.fullmatch(key) else {}

    @route(
        "/my/documents/uploaded",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def portal_documents_uploaded(self, upload_key=None, **params):
        """End an upload of several requests: who must know is told of it now, and once."""
        key = self._get_upload_key({"upload_key": upload_key}).get("upload_key")
        if not key:
            fail(400, "bad_request", request.env._("This is no key of an upload."))
        request.env["customer.portal.document.incoming"]._end_upload(key)
        return request.make_json_response({})

    def _get_visibility(self, params):
        """Return who shall see the document, if the customer chose it."""
        visibility = params.get("visibility")
        return (
            {"visibility": visibility} if visibility in ("contact", "company") else {}
        )

    def _confirm(self, documents_sudo, target):
        if wants_json():
            return request.make_json_response(
                {
                    "documents": [
                        {"id": document.id, "url": document.access_url}
                        for document in documents_sudo
                    ]
                },
                status=201,
            )
        url = urlsplit(self._get_done_url(target))
        uploaded = urlencode({"uploaded": len(documents_sudo)})
        query = f"{url.query}&{uploaded}" if url.query else uploaded
        return request.redirect(urlunsplit(url._replace(query=query)))

    def _get_done_url(self, target):
        """Return where the documents are to be found: the page that the upload began on."""
        folder_sudo, record = target
        if record:
            # sudo: linked record - gate; its address
            return f"{record.sudo().access_url}#documents"
        return (
            f"/my/documents?folder={folder_sudo.id}" if folder_sudo else "/my/documents"
        )

    def _render_refused_upload(self, params, target, refusal):
        values = self._prepare_upload_values(params, target)
        return request.render(
            "customer_portal_docs.portal_document_upload",
            {**values, "upload_error": refusal.message},
            status=refusal.http_status,
        )

    def _ask_to_log_in(self, params):
        """Send a visitor to the login page, and from there back to the form as it was typed."""
        message = request.env._(
            "Your session has ended. Please log in and upload again."
        )
        if wants_json():
            answer = {"error": "session_expired", "message": message}
            return request.make_json_response(answer, status=401)
        typed = {
            key: params[key][:MAX_DESCRIPTION_LENGTH]
            for key in FORM_FIELDS
            if params.get(key)
        }
        form = request.redirect_query("/my/documents/upload", typed)
        return request.redirect_query("/web/login", {"redirect": form.location})

    # -- the form

    def _get_customer_company(self):
        """Return the company of the customer, who may or may not let it see a document."""
        company = request.env.user.partner_id.commercial_partner_id
        return company if company.is_company else None

    def _prepare_upload_values(self, params, target):
        folder_sudo, record = target
        # sudo: res.company - the settings of the company
        company_sudo = request.env.company.sudo()
        extensions = company_sudo._get_portal_document_extensions()
        folders_sudo = self._get_folders_sudo()
        company, partner = self._get_customer_company(), request.env.user.partner_id
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "portal_document_upload",
            "name": params.get("name") or "",
            "description": params.get("description") or "",
            "valid_until": params.get("valid_until") or "",
            "today": partner._get_portal_today(),
            "folder": folder_sudo,
            "folder_path": folder_sudo._get_portal_parents(folders_sudo)
            if folder_sudo
            else [],
            "folders": folders_sudo,
            "record": record.sudo() if record else None,  # sudo: linked record - gate
            "upload_error": None,
            "company": company,
            "visibilities": {
                visibility: request.env[
                    "customer.portal.document"
                ]._get_visibility_label(visibility, partner, company or partner)
                for visibility in ("company", "contact")
            },
            "visibility": self._get_visibility(params).get("visibility")
            or company_sudo.portal_document_visibility,
            "title_length": MAX_TITLE_LENGTH,
            "description_length": MAX_DESCRIPTION_LENGTH,
            "max_bytes": company_sudo._get_portal_document_max_bytes(),
            "max_size": format_size(company_sudo._get_portal_document_max_bytes()),
            "extensions": extensions,
            "accept": self._get_accept(),
            "refused_extensions": company_sudo._get_portal_document_refusals(),
            "done_url": self._get_done_url(target),
        }
