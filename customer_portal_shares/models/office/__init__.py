from . import (
    customer_portal_account_mail,
    customer_portal_branding,
    customer_portal_colleague,
    customer_portal_home,
    customer_portal_link,
    customer_portal_setup,
    res_company,
    customer_portal_throttle,
    res_config_settings,
    res_groups,
    res_partner,
    res_users,
)
