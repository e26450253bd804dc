from odoo.http import request, route

from .form_files import get_files, raise_storage_full
from .responses import answering_json, not_found, parse_id
from .upload import DocumentUpload


class DocumentBackend(DocumentUpload):
    @route(
        "/customer_portal_docs/upload",
        type="http",
        auth="user",
        methods=["POST"],
        portal_upload="_get_upload_max_bytes",
        max_content_length=None,
    )
    def backend_document_upload(self, wizard_id=None, several=None, **params):
        """Upload files as staff, for the customer chosen in the upload dialog.

        The dialog sends each by itself, and ``several`` where there are others.
        """
        wizard = _get_wizard(wizard_id)
        with answering_json():
            try:
                documents = wizard._create_documents(get_files("file"), bool(several))
            except OSError as error:
                raise_storage_full(error)
        return request.make_json_response(
            {"documents": [{"id": id_} for id_ in documents.ids]}, status=201
        )


def _get_wizard(wizard_id):
    Wizard = request.env["customer.portal.document.upload.wizard"]
    wizard = Wizard.browse(parse_id(wizard_id) or []).exists()
    # another's dialog is kept from everybody else by the access rule of all dialogs
    if not wizard or not wizard.has_access("write"):
        not_found()
    return wizard
