import re
from functools import partial
from urllib.parse import urlencode, urlsplit, urlunsplit

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..exceptions import InvalidInput, LoginRequired
from ..models.customer_portal_title_mixin import MAX_TITLE_LENGTH
from ..tools.filenames import count_typed
from ..tools.refusals import shown_by
from .form_files import get_files, get_limits, raise_storage_full
from .gates import get_folder_sudo, get_folders_sudo, get_record
from .portal import MAX_DESCRIPTION_LENGTH
from .responses import fail, is_csrf_token, render_page, wants_json

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


class DocumentUpload(CustomerPortal):
    @route(
        "/my/documents/upload",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_document_upload_form(self, **params):
        target = get_upload_target(params)
        return render_page(
            self,
            "customer_portal_docs.portal_document_upload",
            _prepare_upload_values(params, target),
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
            _ask_to_log_in(params)
        target = get_upload_target(params)
        with shown_by(partial(_render_refused_upload, self, params, target)):
            _check_csrf_token(params)
            check_texts(params)
            files = get_files("file", get_target_company_sudo(target))
            documents_sudo = create_documents(files, params, target)
        return _confirm(documents_sudo, target)

    def _get_upload_max_bytes(self, **args):
        """Return how much is kept of each file as it comes in, in bytes; None of a visitor's."""
        if request.env.user._is_public():
            return None
        # sudo: res.company - the settings of the companies; where it goes is not read yet
        companies_sudo = (request.env.company | request.env.user.company_ids).sudo()
        return max(one._get_portal_document_max_bytes() for one in companies_sudo)

    @route(
        "/my/documents/uploaded",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def portal_documents_uploaded(self, upload_key=None, **params):
        """End an upload of several requests: who must know is told of it now, and once."""
        key = _get_upload_key({"upload_key": upload_key}).get("upload_key")
        if not key:
            fail(400, "bad_request", request.env._("This is not a valid upload key."))
        request.env["customer.portal.document.incoming"]._end_upload(key)
        return request.make_json_response({})


def get_upload_target(params):
    """Return the folder and record to upload to; 404 where the user may not."""
    folder_sudo = get_folder_sudo(params.get("folder_id"))
    return folder_sudo, get_record(params.get("res_model"), params.get("res_id"))


def get_target_company_sudo(target):
    """Return the company of ours whose settings say what is accepted there, sudoed.

    :param target: as of :func:`get_upload_target`
    """
    folder_sudo, record = target
    Incoming = request.env["customer.portal.document.incoming"]
    return Incoming._get_own_company_sudo(record, folder_sudo)


def _check_csrf_token(params):
    if not is_csrf_token(params.pop("csrf_token", None)):
        message = request.env._(
            "You have logged in again since you opened this page. Nothing was uploaded yet: "
            "please choose the files and upload again."
        )
        raise InvalidInput(message, code="session_changed")


def check_texts(params):
    """Refuse what was typed into the form if it cannot be kept.

    :raise PortalRefusal: too long, or no date
    """
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
    parse_end(params)


def parse_end(params):
    """Return until when the customer says that the files are valid, False for no end.

    :raise PortalRefusal: no date, or over already
    """
    text = params.get("valid_until")
    # a line of a request has its own day, and may ask for an end
    if not text or params.get("request_line_id"):
        return False  # and nobody need know which day it is for whom
    return request.env["customer.portal.document.incoming"]._parse_valid_until(
        text, request.env.user.partner_id._get_portal_today()
    )


def create_documents(files, params, target):
    """Make documents of files, of who is logged in.

    :param files: as of :func:`get_files`
    :param dict params: of the form
    :param target: as of :func:`get_upload_target`
    :return: documents, sudoed
    """
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
                "valid_until": parse_end(params),
                **_get_visibility(params),
                **_get_upload_key(params),
            },
        )
    except OSError as error:
        raise_storage_full(error)


def _get_upload_key(params):
    """Return by what the documents of several requests are known to have come together."""
    key = params.get("upload_key") or ""
    return {"upload_key": key} if _UPLOAD_KEY.fullmatch(key) else {}


def _get_visibility(params):
    """Return who shall see the document, if the customer chose it."""
    visibility = params.get("visibility")
    return {"visibility": visibility} if visibility in ("contact", "company") else {}


def _confirm(documents_sudo, target):
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
    url = urlsplit(_get_done_url(target))
    uploaded = urlencode({"uploaded": len(documents_sudo)})
    query = f"{url.query}&{uploaded}" if url.query else uploaded
    return request.redirect(urlunsplit(url._replace(query=query)))


def _get_done_url(target):
    """Return where the documents are to be found: the page that the upload began on."""
    folder_sudo, record = target
    if record:
        return record._get_portal_documents_url()
    return f"/my/documents?folder={folder_sudo.id}" if folder_sudo else "/my/documents"


def _render_refused_upload(portal, params, target, refusal):
    return render_page(
        portal,
        "customer_portal_docs.portal_document_upload",
        {**_prepare_upload_values(params, target), "upload_error": refusal.message},
        refusal.http_status,
    )


def _ask_to_log_in(params):
    """Send a visitor to the login page, and from there back to the form as it was typed.

    :raise LoginRequired: always
    """
    message = request.env._("Your session has ended. Please log in and upload again.")
    typed = {
        key: params[key][:MAX_DESCRIPTION_LENGTH]
        for key in FORM_FIELDS
        if params.get(key)
    }
    form = request.redirect_query("/my/documents/upload", typed)
    raise LoginRequired(message, path=form.location)


def _get_customer_company():
    """Return the company of the customer, who may or may not let it see a document."""
    company = request.env.user.partner_id.commercial_partner_id
    return company if company.is_company else None


def _prepare_upload_values(params, target):
    folder_sudo, record = target
    company_sudo = get_target_company_sudo(target)
    folders_sudo = get_folders_sudo()
    company, partner = _get_customer_company(), request.env.user.partner_id
    return {
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
            visibility: request.env["customer.portal.document"]._get_visibility_label(
                visibility, partner, company or partner
            )
            for visibility in ("company", "contact")
        },
        "visibility": _get_visibility(params).get("visibility")
        or company_sudo.portal_document_visibility,
        "title_length": MAX_TITLE_LENGTH,
        "description_length": MAX_DESCRIPTION_LENGTH,
        **get_limits(company_sudo),
        "refused_extensions": company_sudo._get_portal_document_refusals(),
        "done_url": _get_done_url(target),
    }
