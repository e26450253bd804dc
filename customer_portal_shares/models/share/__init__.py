from . import (
    customer_portal_shareable_mixin,
    customer_portal_share_password_mixin,
    customer_portal_share,
    customer_portal_share_gate,
    customer_portal_share_item,
    customer_portal_share_list,
    customer_portal_share_access,
<<<<<<< HEAD
    customer_portal_share_archive,
    customer_portal_share_invitation,
    customer_portal_share_mail,
=======
    customer_portal_share_mailing,
>>>>>>> r6
    customer_portal_share_receipt,
    customer_portal_throttle,
    customer_portal_upload,
    customer_portal_document,
    customer_portal_folder,
    customer_portal_home,
    ir_http,
    ir_model,
    res_company,
    res_config_settings,
    res_partner,
    res_users,
)
