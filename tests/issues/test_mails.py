"""Many reports wake the action that writes their mails once, and none is forgotten."""

import contextlib

import pytest

from portal_setup.live import LiveServer

from .conftest import Binder

TRIGGERS = """
    SELECT trigger.id FROM ir_cron_trigger trigger
      JOIN ir_cron cron ON cron.id = trigger.cron_id
      JOIN ir_act_server action ON action.id = cron.ir_actions_server_id
      JOIN ir_model model ON model.id = action.model_id
     WHERE model.model = 'customer.portal.issue.mail'
"""


@pytest.fixture(scope="module")
def idle():
    """A server whose scheduled actions do not run by themselves."""
    with LiveServer(
        ["customer_portal_issues"], config={"max_cron_threads": 0}
    ) as server:
        yield server


def test_reports_wake_the_action_once_until_it_has_begun(idle):
    """REQ I-2"""
    binder = Binder(
        idle, "Woken", portal_form_limit_address=0, portal_form_limit_email=0
    )
    before = len(idle.sql(TRIGGERS))
    first, second, third, fourth = binder.get_keys(4)
    assert binder.report(first).status_code == 303
    assert binder.report(second).status_code == 303
    assert len(idle.sql(TRIGGERS)) == before + 1

    # the action begins: it takes its triggers away, which others do not see before its end
    connection = idle.connect()
    connection.autocommit = False
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ir_cron_trigger")
        assert binder.report(third).status_code == 303
        assert binder.report(fourth).status_code == 303
        connection.commit()
    assert len(idle.sql(TRIGGERS)) == 1, "those that came after it began"
