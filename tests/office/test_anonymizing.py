"""Removal where OCA's privacy_partner_to_be_forgotten is installed (REQ U-4)."""

import pytest
from journeys.people import People

from portal_setup.addons import find_addons
from portal_setup.live import TEST_MODULES, LiveServer
from portal_setup.paths import REPOSITORY

ADDON = "privacy_partner_to_be_forgotten"
MANAGER = "customer_portal_shares.group_portal_manager"


@pytest.fixture(scope="module")
def people():
    modules = [*TEST_MODULES, *find_addons(REPOSITORY)]
    with LiveServer(modules, config={"max_cron_threads": 0}) as server:
        server.install(ADDON)
        yield People(server)


def _remove(people, manager, customer):
    """Remove a customer as the dialog does; return what it offered."""
    login = {"login": manager.login, "password": manager.login}
    model = "customer.portal.user.removal"
    vals = {"user_ids": [(6, 0, [customer.id])], "anonymize": True, "notify": False}
    call = people.server.call
    [removal] = call(model, "create", [vals], **login)
    [read] = call(model, "read", [removal], ["can_anonymize", "summary"], **login)
    call(model, "action_remove", [removal], **login)
    return read


def _add_customer(people, name):
    """Add a customer with a document, an issue and a message."""
    customer = people.add_customer(name, company=f"{name} Ltd")
    partner = customer.partner_id
    document = people.create(
        "customer.portal.document", name=f"Lease of {name[0]}", partner_id=partner
    )
    issue = people.create(
        "helpdesk.ticket", name="Leak", description="<p>x</p>", partner_id=partner
    )
    for model, record in (
        ("customer.portal.document", document),
        ("helpdesk.ticket", issue),
    ):
        people.server.call(
            model,
            "message_post",
            [record],
            body="Since today",
            author_id=partner,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
    return customer, document, issue


def _read_partner(people, customer):
    [(name, email, active)] = people.server.sql(
        "SELECT name, email, active FROM res_partner WHERE id = %s", customer.partner_id
    )
    return name, email, active


def test_a_contact_is_anonymized(people):
    manager = people.add_staff("Mia Falk", MANAGER, f"{ADDON}.group_partner_anonymize")
    customer, document, issue = _add_customer(people, "Pia Rask")
    offered = _remove(people, manager, customer)
    assert offered["can_anonymize"]
    name, email, active = _read_partner(people, customer)
    assert name == "PR Anonymized"
    assert "rask" not in email and not active
    [(login, is_active, password)] = people.server.sql(
        "SELECT login, active, password FROM res_users WHERE id = %s", customer.id
    )
    assert "rask" not in login.lower() and not is_active and not password
    # what they made stays, under the contact's new name
    for table, record in (
        ("customer_portal_document", document),
        ("helpdesk_ticket", issue),
    ):
        [(partner,)] = people.server.sql(
            f"SELECT partner_id FROM {table} WHERE id = {record}"
        )
        assert partner == customer.partner_id
    [(messages,)] = people.server.sql(
        "SELECT count(*) FROM mail_message WHERE message_type = 'comment'"
        f" AND author_id = {customer.partner_id}"
    )
    assert messages == 0
    assert people.server.problems() == []


def test_who_may_not_anonymize_removes_alone(people):
    manager = people.add_staff("Ada Bo", MANAGER)
    customer, *_made = _add_customer(people, "Kai Moss")
    offered = _remove(people, manager, customer)
    assert not offered["can_anonymize"]
    name, _email, active = _read_partner(people, customer)
    assert (name, active) == ("Kai Moss", True)
    [(is_active,)] = people.server.sql(
        "SELECT active FROM res_users WHERE id = %s", customer.id
    )
    assert not is_active
