from functools import partial

from odoo.http import request, route

from ..tools.refusals import shown_by
from .responses import not_found, wants_json
from .upload import DocumentUpload


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
        document_sudo = self._get_versionable_sudo(document_id)
        with shown_by(partial(self._render_refused_version, document_sudo)):
            document_sudo._check_not_locked()
            self._parse_end(params)
            for filename, incoming in self._get_files("file"):
                self._add_version(document_sudo, filename, incoming, params)
        return self._confirm_version(document_sudo)

    @route(
        "/my/documents/<int:document_id>/versions/<int:attachment_id>/restore",
        type="http",
        auth="user",
        methods=["POST"],
        portal_once=True,
        website=True,
    )
    def portal_document_restore_version(self, document_id, attachment_id, **params):
        document_sudo = self._get_versionable_sudo(document_id)
        if not document_sudo._get_version_sudo(attachment_id):
            not_found()
        with shown_by(partial(self._render_refused_version, document_sudo)):
            document_sudo._restore_version(attachment_id)
        return self._confirm_version(document_sudo, "restored")

    def _get_versionable_sudo(self, document_id):
        """Return a document that the current user may give new files, sudoed; 404 if not."""
        document_sudo = self._get_document_sudo(document_id)
        document = document_sudo.with_user(request.env.user).sudo(False)
        if not document._is_versionable_in_portal():
            not_found()
        return document_sudo

    def _add_version(self, document_sudo, filename, incoming, params):
        try:
            document_sudo._add_version(filename, incoming, self._parse_end(params))
        except OSError as error:
            self._raise_storage_full(error)
        request.env["customer.portal.renewal"]._note_version(document_sudo)

    def _confirm_version(self, document_sudo, notice="versioned"):
        if wants_json():
            document = {"id": document_sudo.id, "url": document_sudo.access_url}
            return request.make_json_response({"documents": [document]}, status=201)
        return request.redirect_query(document_sudo.access_url, {notice: 1})

    def _render_refused_version(self, document_sudo, refusal):
        values = self._prepare_document_values(document_sudo, None)
        return request.render(
            "customer_portal_docs.portal_my_document",
            {**values, "version_error": refusal.message},
            status=refusal.http_status,
        )
