"""The same pages where ``website`` is installed, and in two companies of ours."""

import base64
import itertools
import re

import pytest
from playwright.sync_api import expect

from portal_setup.addons import find_addons
from portal_setup.live import LiveServer
from portal_setup.paths import REPOSITORY

from .conftest import WITHOUT_WEBSOCKETS, watched
from .issues import (
    Issues,
    expect_frame_refused,
    get_link,
    make_frame_page,
    report,
    site,
    wait_for_mail,
)
from .people import People
from .shares import Shares, expect_not_found, wait_for_mails
from .test_branding import FIELDS, make_png
from .upload_page import choose, expect_thanks, open_form, submit
from .visits import DESKTOP, PHONE, file, get_overflow

_numbers = itertools.count(1)

CARDS = {
    "Documents": "blade.pdf",
    "Shared with Me": "Blades",
    "Issues": "Oars",
    "Projects": "Oars",
    "Tasks": "Door of Oars",
}
"""What stands on the page behind each card of the portal's home."""


@pytest.fixture(scope="module")
def website():
    """A server with ``website``, and without demo data."""
    modules = ["website", *find_addons(REPOSITORY)]
    with LiveServer(modules, demo=False, arguments=WITHOUT_WEBSOCKETS) as server:
        yield server


@pytest.fixture
def visits(website, browsers):
    with watched(website, browsers) as visits:
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
    thanks = page.get_by_role("status").filter(has_text="your file has arrived")
    expect(thanks).to_be_visible()
    assert get_overflow(page) <= 0
    visits.expect_complaint("status of 404")
    page = visits.open(None, "/share/nothing")
    expect_not_found(page)


@pytest.fixture(scope="module")
def issues(people):
    staff = people.add_staff("Kim Dahl", "helpdesk_mgmt.group_helpdesk_manager")
    return Issues(people, staff)


@pytest.mark.parametrize("embedded", [False, True], ids=["page", "frame"])
def test_issue_form_with_website(visits, people, issues, embedded):
    """REQ I-1, I-2, I-4: from the form to the page behind the link, on a phone"""
    subject = f"Slip is slippery {embedded}"
    binder = issues.add_public_binder(
        "Slips", portal_form_title="Tell us about our slips"
    )
    form_path = issues.get_form_path(binder)
    with site(make_frame_page(people.server.url + form_path)) as address:
        issues.allow_site(binder, address)
        page = visits.open(None, address if embedded else form_path, width=PHONE)
        form = page.frame_locator("iframe") if embedded else page
        heading = form.get_by_role("heading", name="Tell us about our slips")
        expect(heading).to_be_visible()
        assert get_overflow(page) <= 0
        report(form, subject)
        expect(form.get_by_role("heading", name="Thank you")).to_be_visible()
        # its menu and footer are for the page alone
        around = form.locator("header#top, footer#bottom")
        expect(around).to_have_count(0 if embedded else 2)

    mail = wait_for_mail(people.server, f"We have received: {subject}")
    page = visits.open(None, get_link(mail), width=PHONE)
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    expect(page.get_by_role("link", name="screen.pdf")).to_be_visible()
    assert get_overflow(page) <= 0
    page.get_by_label("Your answer").fill("Since the storm")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("answer has been sent")
    expect(page.get_by_text("Since the storm")).to_be_visible()


def test_frame_of_another_site_with_website(visits, people, issues):
    """REQ I-4"""
    binder = issues.add_public_binder("Docks", portal_embed_sites="https://a.example")
    address = people.server.url + issues.get_form_path(binder)
    with site(make_frame_page(address)) as other:
        expect_frame_refused(visits, other)


def test_binder_with_website(visits, people, issues):
    """REQ I-3, I-9, D-5, U-6"""
    customer = people.add_customer("Eva Strand", company="Strand Boats")
    binder = issues.add_binder("Quay defects", customer)
    issue = issues.add(binder, "Lamp is dark", people.add_customer("Jon Moe"))
    page = visits.open(customer, "/my", width=PHONE)
    page.get_by_role("link", name="Issues").click()
    page.get_by_role("link", name="Quay defects").click()
    expect(page.get_by_role("link", name="Lamp is dark")).to_be_visible()
    assert get_overflow(page) <= 0
    page.get_by_role("link", name="New Issue").click()
    expect(page.get_by_label("Subject")).to_be_editable()
    assert get_overflow(page) <= 0
    page.goto(f"/my/ticket/{issue}")
    page.get_by_label("Set the status").select_option(label="Done")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("status has been set")
    expect(page.get_by_title("Status of this issue")).to_have_text("Done")
    assert get_overflow(page) <= 0
    page.get_by_role("link", name="Upload Document").click()
    choose(page, [file("lamp.pdf")])
    submit(page)
    expect_thanks(page)
    # back on the page that the upload began on
    expect(page.get_by_role("heading", name="Lamp is dark")).to_be_visible()
    expect(page.get_by_role("link", name="lamp.pdf")).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_home_with_website(visits, people, issues, width):
    """REQ U-6: a card for each kind of thing, and each opens"""
    customer = people.add_customer("Ane Dahl", company=f"Dahl Oars {width}")
    people.add_project(f"Oars {width}", customer)
    shares = Shares(people, people.add_staff("Pia Lind"))
    shares.add(
        f"Blades {width}",
        documents=shares.add_documents(customer, "blade.pdf"),
        access="secured",
        user_ids=[(6, 0, [customer.id])],
    )
    issues.add(issues.add_binder(f"Oars {width}", customer), "Oar is cracked", customer)
    page = visits.open(customer, "/my", width=width)
    for card, heading in CARDS.items():
        name = re.compile(rf"^(\d+ )?{card} ")
        link = page.locator("#wrap").get_by_role("link", name=name)
        expect(link).to_be_visible()
        link.click()
        expect(page.locator("#wrap").get_by_text(heading).first).to_be_visible()
        assert get_overflow(page) <= 0, card
        if card == "Issues":
            expect(page.get_by_role("link", name="Oar is cracked")).to_be_visible()
        page.goto("/my")
    # they are among the issues
    expect(page.get_by_role("link", name="Tickets")).to_have_count(0)
    expect(page.get_by_role("link", name=f"Blades {width}")).to_be_visible()
    assert get_overflow(page) <= 0


@pytest.fixture
def branded(people):
    """Another company, whose website this is, branded; the first one is as well."""
    second = people.create("res.company", name=f"Sail Loft {next(_numbers)}")
    for company, name in ((1, "First"), (second, "Loft")):
        people.set_company(
            company,
            portal_logo=base64.b64encode(make_png()).decode(),
            portal_welcome=f"<p>Welcome to {name}</p>",
            portal_copyright=f"© {name}",
            portal_copyright_url="https://example.com/legal",
            portal_link_ids=[(0, 0, {"name": f"Hours of {name}", "url": "/hours"})],
        )
    call = people.server.call
    call("website", "write", [1], {"company_id": second})
    yield second
    call("website", "write", [1], {"company_id": 1})
    for company in (1, second):
        people.set_company(company, **dict.fromkeys(FIELDS, False))
    links = people.read("customer.portal.link", [], "id")
    call("customer.portal.link", "unlink", [one["id"] for one in links])


def expect_brand(page, name, other, company):
    """See logo, links, copyright and welcome of one company, and nothing of the website's own."""
    expect(page.get_by_text(f"Welcome to {name}")).to_be_visible()
    expect(page.get_by_role("link", name=f"Hours of {name}")).to_be_visible()
    expect(page.get_by_role("link", name=f"© {name}")).to_be_visible()
    logo = page.locator(f"img[src*='/logo.png?company={company}&']")
    expect(logo).to_have_count(1)
    expect(logo).to_have_js_property("naturalWidth", 60)
    expect(page.locator("header#top")).to_have_count(0)
    expect(page.get_by_text("Company name")).to_be_hidden()
    expect(page.get_by_text(other)).to_have_count(0)
    assert get_overflow(page) <= 0


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_branding_with_website(visits, people, issues, branded, width):
    """REQ U-5: the company decides whose website, share or form it is"""
    customer = people.add_customer("Liv Strand", company=f"Strand Loft {width}")
    for who, path in ((customer, "/my"), (None, "/web/login")):
        expect_brand(visits.open(who, path, width=width), "Loft", "of First", branded)
    page = visits.open(customer, "/my", width=width)
    page.get_by_role("button", name="Liv Strand").click()
    expect(page.get_by_role("menuitem", name="Logout")).to_be_visible()
    page.goto("/")
    # the website itself keeps its own header
    expect(page.locator("header#top")).to_have_count(1)

    people.server.call(
        "res.users", "write", [issues.agent.id], {"company_ids": [(4, branded)]}
    )
    binder = issues.add_public_binder(f"Lofts {width}", company_id=branded)
    form = issues.get_form_path(binder)
    expect_brand(visits.open(None, form, width=width), "Loft", "of First", branded)
    embedded = visits.open(None, f"{form}?embed=1", width=width)
    expect_brand(embedded, "Loft", "of First", branded)
    shares = Shares(people, people.add_staff("Pia Lind"))
    documents = shares.add_documents(customer, "a.pdf")
    share = shares.add(f"Of First {width}", documents=documents)
    page = visits.open(None, share.path, width=width)
    expect_brand(page, "First", "of Loft", 1)


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
    page = open_form(visits, customer)
    expect(page.get_by_text("Up to 3 MB for each file.")).to_be_visible()
    choose(page, [file("theirs.pdf")])
    submit(page)
    expect_thanks(page)
    [mail] = wait_for_mails(people, f"{clerk.login}@example.com", 1, 60)
    assert "theirs.pdf" in mail.html
    assert "From the second quay." in mail.html

    for person, theirs in ((clerk, True), (first_clerk, False)):
        login = {"login": person.login, "password": person.login}
        domain = [("name", "=", "theirs.pdf")]
        count = people.server.call(
            "customer.portal.document", "search_count", domain, **login
        )
        assert count == theirs


def test_two_companies_of_one_customer(visits, people):
    """REQ D-2: on the website of the first company they find what is with the second"""
    second = people.create("res.company", name="Third Quay")
    customer = people.add_customer("Una Rask", company_ids=[(6, 0, [1, second])])
    values = {"partner_id": customer.partner_id, "company_id": second}
    document_id = people.create("customer.portal.document", name="Berths", **values)
    people.server.call(
        "customer.portal.document",
        "message_post",
        [document_id],
        body="Which berth?",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    page = visits.open(customer, "/my/documents")
    page.get_by_role("link", name="Berths").click()
    expect(page.get_by_role("heading", name="Berths")).to_be_visible()
    expect(page.get_by_text("Which berth?")).to_be_visible()
    # what other pages of the portal list, Odoo's own show
    project_id, task_id = people.add_project("Third piles", customer)
    people.server.call("project.project", "write", [project_id], {"company_id": second})
    page.goto("/my/tasks")
    page.get_by_role("link", name="Door of Third piles").click()
    expect(page).to_have_url(re.compile(f"/{task_id}"))
    page.goto(f"/my/projects/{project_id}")
    expect(page.get_by_role("link", name="Door of Third piles")).to_be_visible()
