from . import base_partner_merge, customer_portal_share_wizard
