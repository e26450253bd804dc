from . import (
    base_partner_merge,
    customer_portal_document_upload_wizard,
    customer_portal_request_reject,
    customer_portal_request_wizard,
    portal_share,
)
