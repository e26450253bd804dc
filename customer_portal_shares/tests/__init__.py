from .calendar import (
    test_appointment,
    test_busy,
    test_calendar_page,
    test_feed,
    test_ics,
    test_my_appointments,
    test_slots,
)
from .share import (
    test_share_attacks,
    test_folder_attacks,
    test_gate_attacks,
    test_gate,
    test_limits,
    test_log,
    test_portal,
    test_queries,
    test_refusals,
    test_robots,
    test_share,
    test_tus,
    test_upload,
    test_view_only,
    test_visitor,
    test_wizard,
)
from .report import (
    test_report_agreement,
    test_report_mail,
    test_report_portal,
    test_report_ready,
    test_report_rights,
    test_report_view,
)
from .office import (
    test_branding,
    test_colleagues,
    test_import,
    test_new_user,
    test_privileges,
    test_sessions,
    test_users,
)
