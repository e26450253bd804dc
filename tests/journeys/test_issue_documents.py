"""Customers upload documents on an issue; staff find them on the ticket and on the contact."""

import pytest
from playwright.sync_api import expect

from .client import Client
from .issues import Issues, get_link, report, wait_for_mail
from .upload_page import choose
from .visits import DESKTOP, PDF, PHONE, WIDE, file, get_overflow

UPLOADERS = ("trusted", "owner")


@pytest.fixture(scope="module")
def agent(people):
    """Who works on the issues, and on documents."""
    return people.add_staff(
        "Ivar Holt",
        "helpdesk_mgmt.group_helpdesk_manager",
        "customer_portal_docs.group_document_user",
        "base.group_partner_manager",
    )


@pytest.fixture(scope="module")
def issues(people, agent):
    return Issues(people, agent)


@pytest.fixture(scope="module")
def customers(people):
    """Who the binder trusts, and who has an issue in it and is not trusted; by a name."""
    return {
        "trusted": people.add_customer("Tora Sund", company="Sund Ferries"),
        "owner": people.add_customer("Odin Vik", company="Vik Nets"),
    }


@pytest.fixture(scope="module")
def stranger(people):
    return people.add_customer("Kai Rud", company="Rud Sails")


@pytest.fixture(scope="module")
def binder(issues, customers):
    return issues.add_binder("Pier defects", customers["trusted"])


@pytest.fixture(scope="module")
def issue(issues, binder, customers):
    return issues.add(binder, "Plank is rotten", customers["owner"])


@pytest.mark.parametrize(
    ("width", "javascript"),
    [(DESKTOP, True), (PHONE, True), (PHONE, False)],
    ids=["desktop", "phone", "phone, no-js"],
)
@pytest.mark.parametrize("who", UPLOADERS)
def test_upload_on_an_issue(visits, people, customers, issue, who, width, javascript):
    """REQ D-3, D-5, I-5"""
    customer, title = customers[who], f"Plan of the pier {who} {width} {javascript}"
    path = f"/my/ticket/{issue}"
    page = visits.open(customer, path, width=width, javascript=javascript)
    get_section(page).get_by_role("link", name="Upload Document").click()
    expect(page.get_by_label("Title")).to_be_editable()
    assert get_overflow(page) <= 0
    choose(page, [file("pier.pdf")], javascript)
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Upload", exact=True).click()

    confirmation = page.get_by_role("status").filter(has_text="has been uploaded")
    expect(confirmation).to_be_visible()
    expect(confirmation).to_be_in_viewport()
    # back on the page that the upload began on
    expect(page.get_by_role("heading", name="Plank is rotten")).to_be_visible()
    get_section(page).get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert get_overflow(page) <= 0

    document = people.get_documents(
        customer, "commercial_partner_id", "res_model", "res_id"
    )[0]
    assert document["name"] == title
    assert document["commercial_partner_id"][0] == customer.company_id
    assert (document["res_model"], document["res_id"]) == ("helpdesk.ticket", issue)


@pytest.fixture(scope="module")
def shared(people, issues, binder, customers):
    """An issue with a document by each of the two; its id."""
    issue = issues.add(binder, "Lamp is dark", customers["owner"])
    for who, customer in customers.items():
        form = {"res_model": "helpdesk.ticket", "res_id": issue, "name": f"Photo {who}"}
        answer = Client(people.server, customer).upload(("photo.pdf", PDF), **form)
        assert answer.status_code == 201
    return issue


@pytest.mark.parametrize("who", UPLOADERS)
def test_each_finds_the_document_of_the_other(visits, customers, shared, who):
    """REQ D-5: who may read the issue reads its documents, and changes only their own"""
    other = next(name for name in UPLOADERS if name != who)
    page = visits.open(customers[who], f"/my/ticket/{shared}")
    section = get_section(page)
    expect(section.get_by_role("link", name=f"Photo {who}")).to_be_visible()
    section.get_by_role("link", name=f"Photo {other}").click()
    with page.expect_download() as event:
        page.get_by_role("link", name="Download").click()
    assert event.value.path().read_bytes() == PDF
    # the list of all documents is that of the customer's company
    page.goto("/my/documents")
    expect(page.get_by_role("link", name=f"Photo {who}")).to_be_visible()
    expect(page.get_by_role("link", name=f"Photo {other}")).to_have_count(0)
    # its search looks into all that the customer may see
    page.goto("/my/documents?search=Photo")
    expect(page.get_by_role("link", name=f"Photo {other}")).to_be_visible()


def test_staff_find_them_on_the_ticket(visits, agent, shared):
    """REQ D-5, I-5"""
    page = visits.open(agent, f"/odoo/helpdesk.ticket/{shared}", width=WIDE)
    expect(page.locator("button[name=action_open_portal_documents]")).to_contain_text(
        "2"
    )
    page.get_by_role("tab", name="Documents").click()
    tab = page.locator(".tab-pane.active")
    for who, contact in (("trusted", "Tora Sund"), ("owner", "Odin Vik")):
        row = tab.locator(".o_data_row").filter(has_text=f"Photo {who}")
        expect(row).to_contain_text(contact)
    tab.get_by_role("cell", name="Photo trusted", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Tora Sund")


@pytest.mark.parametrize("who", UPLOADERS)
@pytest.mark.parametrize("where", ["contact", "company"])
def test_staff_find_them_on_the_contact(visits, agent, customers, shared, who, where):
    """REQ D-4, I-5: on who uploaded it and on their company, and on nobody else"""
    customer, other = customers[who], next(name for name in UPLOADERS if name != who)
    id_ = customer.partner_id if where == "contact" else customer.company_id
    page = visits.open(agent, f"/odoo/res.partner/{id_}")
    page.get_by_role("tab", name="Documents").click()
    tab = page.locator(".tab-pane.active")
    expect(tab.get_by_role("cell", name=f"Photo {who}", exact=True)).to_be_visible()
    expect(tab.get_by_role("cell", name=f"Photo {other}")).to_have_count(0)


def test_a_stranger_does_not_see_them(visits, people, customers, stranger, shared):
    """REQ D-5, I-3"""
    [document, *_older] = people.get_documents(customers["owner"])
    page = visits.open(stranger, "/my/documents")
    expect(page.get_by_text("Photo")).to_have_count(0)
    visits.expect_complaint("404")
    query = f"res_model=helpdesk.ticket&res_id={shared}"
    for path in (
        f"/my/ticket/{shared}",
        f"/my/documents/{document['id']}",
        f"/my/documents/{document['id']}/content",
        f"/my/documents?{query}",
        f"/my/documents/upload?{query}",
    ):
        assert page.goto(path).status == 404, path
        expect(page.get_by_text("Photo")).to_have_count(0)


def test_a_link_opens_the_issue_without_its_documents(
    server, visits, people, issues, customers
):
    """REQ D-5, I-2"""
    owner, subject = customers["owner"], "Rail is missing"
    binder = issues.add_public_binder("Pier feedback")
    page = visits.open(None, issues.get_form_path(binder))
    report(page, subject, email=f"{owner.login}@example.com")
    mail = wait_for_mail(server, f"We have received: {subject}")
    [issue] = people.read("helpdesk.ticket", [("name", "=", subject)])
    form = {"res_model": "helpdesk.ticket", "res_id": issue["id"], "name": "Old photo"}
    answer = Client(server, owner).upload(("photo.pdf", PDF), **form)
    assert answer.status_code == 201
    page = visits.open(None, get_link(mail))
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    expect(page.get_by_role("heading", name="Discussion")).to_be_visible()
    expect(get_section(page)).to_have_count(0)
    assert "Old photo" not in page.content()


def get_section(page):
    """Return the Documents section of an issue's page."""
    return page.locator("section").filter(
        has=page.get_by_role("heading", name="Documents", exact=True)
    )
