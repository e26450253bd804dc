"""The same pages where ``website`` is installed, and in two companies of ours."""

import re

import pytest
from playwright.sync_api import expect

from portal_setup.addons import find_addons
from portal_setup.live import LiveServer
from portal_setup.paths import REPOSITORY

from .conftest import WITHOUT_WEBSOCKETS, watched
from .people import People
from .shares import Shares, expect_not_found
from .upload_page import choose, expect_thanks, open_form, submit
from .visits import PHONE, file, get_overflow


@pytest.fixture(scope="module")
def website():
    """A server with ``website``, and without demo data."""
    modules = ["website", *find_addons(REPOSITORY)]
    with LiveServer(modules, demo=False, arguments=WITHOUT_WEBSOCKETS) as server:
        yield server


@pytest.fixture
def visits(website, browser):
    with watched(website, browser) as visits:
        # its theme asks for fonts outside of this machine
        visits.expect_complaint(r"Failed to load resource: net::.*\(https://fonts\.")
        yield visits


@pytest.fixture(scope="module")
def people(website):
    return People(website)


def test_pages_with_website(visits, people):
    """REQ D-1, D-2, D-5"""
    customer = people.add_customer("Alma Dahl", company="Dahl Sails")
    project_id, task_id = people.add_project("Mast", customer)
    page = open_form(visits, customer)
    choose(page, [file("plan.pdf")])
    submit(page)
    expect_thanks(page)
    page.get_by_role("link", name="plan.pdf").click()
    expect(page.get_by_role("heading", name="plan.pdf")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en-US"
    page = visits.open(customer, width=PHONE)
    for path, words in (
        ("/my", "Documents"),
        ("/my/documents", "plan.pdf"),
        ("/my/documents/upload", "Drop files here"),
        (f"/my/projects/{project_id}", "There are no documents here yet."),
        (f"/my/tasks/{task_id}", "There are no documents here yet."),
    ):
        page.goto(path)
        expect(page.locator("#wrap").get_by_text(words).first).to_be_visible()
        assert get_overflow(page) <= 0, path


def test_shares_with_website(visits, people):
    """REQ S-2, S-7, S-10, U-6"""
    customer = people.add_customer("Siri Moe", company="Moe Ropes")
    shares = Shares(people, people.add_staff("Pia Lind"))
    documents = shares.add_documents(customer, "rope.pdf")
    shares.add(
        "Ropes",
        documents=documents,
        access="secured",
        allow_upload=True,
        user_ids=[(6, 0, [customer.id])],
    )
    page = visits.open(customer, "/my", width=PHONE)
    page.get_by_role("link", name="Shared with Me").click()
    expect(page).to_have_title(re.compile("My"))
    assert get_overflow(page) <= 0
    page.get_by_role("link", name="Ropes").click()
    viewer = page.frame_locator("iframe")
    expect(viewer.locator(".page canvas")).to_be_visible()
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Files").set_input_files([file("knot.pdf")])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Thank you, your file has arrived.")
    assert get_overflow(page) <= 0
    visits.expect_complaint("status of 404")
    page = visits.open(None, "/share/nothing")
    expect_not_found(page)


def test_two_companies(visits, people):
    """REQ D-7: each company of ours has its own assignee, text and limits"""
    second = people.create("res.company", name="Second Quay")
    both = {"company_id": second, "company_ids": [(6, 0, [second])]}
    clerk = people.add_staff("Clerk Second", **both)
    first_clerk = people.add_staff("Clerk First")
    people.set_company(1, portal_document_user_id=first_clerk.id)
    people.set_company(
        second,
        portal_document_user_id=clerk.id,
        portal_document_notification_text="From the second quay.",
        portal_document_max_size=3,
    )
    customer = people.add_customer("Finn Rask", **both)
    mailbox = people.server.mailbox
    before = len(mailbox.mails)
    page = open_form(visits, customer)
    expect(page.get_by_text("Up to 3 MB for each file.")).to_be_visible()
    choose(page, [file("theirs.pdf")])
    submit(page)
    expect_thanks(page)
    mail = mailbox.wait_for(before + 1)[before]
    assert mail.recipients == (f"{clerk.login}@example.com",)
    assert "From the second quay." in mail.html

    for person, theirs in ((clerk, True), (first_clerk, False)):
        login = {"login": person.login, "password": person.login}
        domain = [("name", "=", "theirs.pdf")]
        count = people.server.call(
            "customer.portal.document", "search_count", domain, **login
        )
        assert count == theirs
