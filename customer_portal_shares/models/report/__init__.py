from . import (
    customer_portal_report,
    customer_portal_report_column,
    customer_portal_report_grant,
    customer_portal_report_ready,
    customer_portal_report_subscription,
    customer_portal_home,
    customer_portal_share_access,
    res_company,
    res_config_settings,
    res_users,
)
