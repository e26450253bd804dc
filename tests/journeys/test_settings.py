"""An administrator chooses in Settings who is told of uploads, and with what words."""

import html
import re

import pytest
from playwright.sync_api import expect

from .client import Client
from .issues import wait_for_mail
from .people import Person
from .visits import PDF

ADMIN = Person(2, "admin", "Administrator", 3)


@pytest.fixture
def assignee(people):
    """A user whom nothing is assigned to yet; afterwards the company is as it was."""
    fields = ("portal_document_user_id", "portal_document_notification_text")
    before = people.read("res.company", [("id", "=", 1)], *fields)[0]
    yield people.add_staff("Vera Stone")
    user = before["portal_document_user_id"]
    people.set_company(
        portal_document_user_id=user and user[0],
        portal_document_notification_text=before["portal_document_notification_text"],
    )


def test_the_assigned_user_gets_the_mail(visits, people, assignee):
    """REQ D-7, D-8"""
    page = visits.open(
        ADMIN, "/odoo/action-customer_portal_docs.res_config_settings_action"
    )
    setting = page.locator("#portal_document_user")
    expect(setting).to_contain_text(
        "User to assign documents to when uploaded from the portal"
    )
    setting.get_by_role("combobox").fill("Vera")
    page.get_by_role("option", name="Vera Stone").click()
    text = page.locator("#portal_document_notification_text")
    expect(text).to_contain_text("Default notification text")
    text.get_by_role("textbox").fill("Please answer within two days.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_be_hidden()

    mailbox = people.server.mailbox
    customer = people.add_customer("Edda Moss", company="Moss & Sons")
    answer = Client(people.server, customer).upload(
        ("lease.pdf", PDF), name="Lease <2026>", description="Signed & dated"
    )
    assert answer.status_code == 201
    id_ = answer.json()["documents"][0]["id"]

    # mails about what other journeys did may arrive meanwhile
    mail = wait_for_mail(people.server, "Lease <2026>")
    assert mail.recipients == (f"{assignee.login}@example.com",)
    assert mail.subject == "Notification About: Lease <2026>"
    assert get_lines(mail) == [
        "Notification About: Lease <2026>",
        "To view this record Click here",
        "Document title: Lease <2026>",
        "Document description: Signed & dated",
        "Contact who uploaded: Edda Moss",
        "Company who uploaded: Moss & Sons",
        "A new document has been uploaded via the portal. Please answer within two days.",
    ]
    link = html.unescape(re.search(r'href="([^"]+)"[^>]*>Click here', mail.html)[1])
    assert link.startswith(people.server.url), link
    page = visits.open(assignee, link)
    expect(page.locator(".oe_title input, .oe_title textarea")).to_have_value(
        "Lease <2026>"
    )
    assert f"/{id_}" in page.url
    told = [mail for mail in mailbox.mails if "Lease <2026>" in mail.subject]
    assert told == [mail]


def get_lines(mail):
    """Return the lines of a mail as a reader sees them."""
    body = re.search(r"<body.*</body>|.*", mail.html, re.DOTALL)[0]
    blocks = re.split(r"</?(?:p|div|br|td|tr|table|body)\b[^>]*>", body)
    texts = (html.unescape(re.sub(r"<[^>]+>", "", block)) for block in blocks)
    return [" ".join(text.split()) for text in texts if text.strip()]
