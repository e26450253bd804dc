from . import (
    test_attacks,
    test_attacks_form,
    test_attacks_mail,
    test_attacks_web,
    test_binder,
    test_company,
    test_form,
    test_helpdesk_routes,
    test_issue,
    test_mail,
    test_properties,
    test_share,
)
