from . import customer_portal_document_upload
