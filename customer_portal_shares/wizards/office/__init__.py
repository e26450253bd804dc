from . import (
    customer_portal_user_wizard,
    customer_portal_user_password,
    customer_portal_user_removal,
    customer_portal_user_import,
    customer_portal_user_import_line,
    portal_wizard_user,
)
