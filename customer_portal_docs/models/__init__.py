from . import (
    customer_portal_document,
    customer_portal_document_portal,
    customer_portal_document_upload,
    customer_portal_document_mixin,
    customer_portal_folder,
    ir_attachment,
    ir_http,
    project_project,
    project_task,
    res_company,
    res_config_settings,
    res_partner,
)
