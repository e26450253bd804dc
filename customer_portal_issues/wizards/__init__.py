from . import customer_portal_share_wizard
