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
    test_attacks,
    test_attacks_folder,
    test_attacks_gate,
    test_gate,
    test_limits,
    test_log,
    test_portal,
    test_queries,
    test_refusals,
    test_share,
    test_upload,
    test_wizard,
)
from .report import test_report_portal
