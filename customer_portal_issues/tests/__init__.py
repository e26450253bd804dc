from . import (
    test_binder,
    test_company,
    test_form,
    test_helpdesk_routes,
    test_issue,
    test_mail,
    test_properties,
    test_share,
)
