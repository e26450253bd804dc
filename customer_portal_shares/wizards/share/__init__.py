from . import (
    customer_portal_share_wizard,
    customer_portal_share_wizard_item,
    customer_portal_share_wizard_mail,
    customer_portal_share_wizard_existing,
)
