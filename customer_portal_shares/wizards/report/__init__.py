from . import customer_portal_report_preview
