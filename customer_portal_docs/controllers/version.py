from functools import partial

from odoo.http import request, route

from ..tools.refusals import shown_by
from .form_files import get_files, raise_storage_full
from .gates import get_document_sudo
from .portal import prepare_document_values
from .responses import not_found, render_page, wants_json
from .upload import DocumentUpload, parse_end


class DocumentVersions(DocumentUpload):
    # as the upload form: what is wrong is told on the page that it was sent from
    @route(
        "/my/documents/<int:document_id>/versions",
        type="http",
        auth="user",
        methods=["POST"],
        portal_once=True,
        website=True,
        portal_upload="_get_upload_max_bytes",
        max_content_length=None,
    )
    def portal_document_add_version(self, document_id, **params):
        document_sudo = get_versionable_sudo(document_id)
        with shown_by(partial(render_refused_version, self, document_sudo)):
            document_sudo._check_versionable_in_portal()
            parse_end(params)
            for filename, incoming in get_files("file", document_sudo.company_id):
                add_version(document_sudo, filename, incoming, params)
        return _confirm_version(document_sudo)

    @route(
        "/my/documents/<int:document_id>/versions/<int:attachment_id>/restore",
        type="http",
        auth="user",
        methods=["POST"],
        portal_once=True,
        website=True,
    )
    def portal_document_restore_version(self, document_id, attachment_id, **params):
        document_sudo = get_versionable_sudo(document_id)
        Version = request.env["customer.portal.document.version"]
        if not Version._find_sudo(document_sudo, attachment_id):
            not_found()
        with shown_by(partial(render_refused_version, self, document_sudo)):
            document_sudo._check_versionable_in_portal()
            is_new = Version._restore(document_sudo, attachment_id)
        if is_new:
            request.env["customer.portal.renewal"]._note_version(document_sudo)
        return _confirm_version(document_sudo, "restored")


def get_versionable_sudo(document_id):
    """Return a document that is the current user's to give new files, sudoed; 404 if not.

    What keeps it as it is for now is told by ``_check_versionable_in_portal``.
    """
    document_sudo = get_document_sudo(document_id)
    document = document_sudo.with_user(request.env.user).sudo(False)
    if not document._is_versionable_in_portal():
        not_found()
    return document_sudo


def add_version(document_sudo, filename, incoming, params):
    """Give a document a new file.

    :param incoming: :class:`IncomingFile`
    :param dict params: of the form
    """
    Version = request.env["customer.portal.document.version"]
    try:
        Version._add(document_sudo, filename, incoming, parse_end(params))
    except OSError as error:
        raise_storage_full(error)
    request.env["customer.portal.renewal"]._note_version(document_sudo)


def _confirm_version(document_sudo, notice="versioned"):
    if wants_json():
        document = {"id": document_sudo.id, "url": document_sudo.access_url}
        return request.make_json_response({"documents": [document]}, status=201)
    return request.redirect_query(document_sudo.access_url, {notice: 1})


def render_refused_version(portal, document_sudo, refusal):
    """Return the page of a document that says why something was not done with its file."""
    return render_page(
        portal,
        "customer_portal_docs.portal_my_document",
        {**prepare_document_values(document_sudo), "version_error": refusal.message},
        refusal.http_status,
    )
