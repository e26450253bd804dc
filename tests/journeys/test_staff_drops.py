"""Files that staff drop: on a tab, a list, the kanban view, and on the dialog itself."""

import pytest
from playwright.sync_api import expect

from .client import Client
from .visits import PDF

DOCUMENTS = "/odoo/action-customer_portal_docs.customer_portal_document_action"
DROP = """(names) => {
    const transfer = new DataTransfer();
    for (const name of names) {
        transfer.items.add(new File(["%PDF-1.4 " + name], name, {type: "application/pdf"}));
    }
    return transfer;
}"""


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Tor Holt")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Ina Wick", company="Wick Lamps")


def drop(page, target, *names):
    """Drop files on an element, as from the desktop."""
    transfer = page.evaluate_handle(DROP, list(names))
    target.dispatch_event("dragover", {"dataTransfer": transfer})
    target.dispatch_event("drop", {"dataTransfer": transfer})


def upload(page, *names):
    """See the files in the dialog, and send them."""
    dialog = page.get_by_role("dialog")
    for name in names:
        expect(dialog.get_by_text(name)).to_be_visible()
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(dialog).to_be_hidden()


def get_customer(page):
    return page.get_by_role("dialog").get_by_role("combobox", name="Customer")


def test_on_the_tab_of_a_contact(visits, people, staff, customer):
    """Issue 17, section 3: the customer is the one that the tab is of"""
    page = visits.open(staff, f"/odoo/res.partner/{customer.partner_id}")
    page.get_by_role("tab", name="Documents").click()
    tab = page.locator(".tab-pane.active")
    expect(tab.get_by_text("or drop files here")).to_be_visible()
    drop(page, tab, "lamp.pdf")
    expect(get_customer(page)).to_have_value("Wick Lamps, Ina Wick")
    # the whole dialog takes more of them
    drop(page, page.get_by_role("dialog").locator(".modal-header"), "wick.pdf")
    upload(page, "lamp.pdf", "wick.pdf")
    for name in ("lamp.pdf", "wick.pdf"):
        expect(tab.get_by_role("cell", name=name, exact=True)).to_be_visible()
    names = {document["name"] for document in people.get_documents(customer)}
    assert names >= {"lamp.pdf", "wick.pdf"}


def test_several_with_one_title_keep_their_names(visits, people, staff):
    """REQ D-2, D-13"""
    customer = people.add_customer("Ivo Lind")
    page = visits.open(staff, f"/odoo/res.partner/{customer.partner_id}")
    page.get_by_role("tab", name="Documents").click()
    drop(page, page.locator(".tab-pane.active"), "north.pdf", "south.pdf")
    page.get_by_role("dialog").get_by_label("Title").fill("Prices")
    upload(page, "north.pdf", "south.pdf")
    names = {document["name"] for document in people.get_documents(customer)}
    assert names == {"Prices – north.pdf", "Prices – south.pdf"}


@pytest.mark.parametrize("view", ["list", "kanban"])
def test_on_the_documents_of_a_folder(visits, people, staff, customer, view):
    """Issue 17, section 3: into the folder that is open"""
    folder = f"Lenses {view}"
    folder_id = people.add_folder(folder, customer)
    # the panel shows folders that hold something
    Client(people.server, customer).upload(("a.pdf", PDF), folder_id=folder_id)
    page = visits.open(staff, DOCUMENTS)
    page.locator(".o_search_panel").get_by_text(folder).click()
    if view == "kanban":
        page.get_by_role("button", name="Kanban View").click()
        expect(page.locator(".o_kanban_view")).to_be_visible()
    zone = page.locator(f".o_{view}_view .o_content, .o_{view}_view").first
    drop(page, zone, f"{view}.pdf")
    field = page.get_by_role("dialog").get_by_role("combobox", name="Folder")
    expect(field).to_have_value(folder)
    upload(page, f"{view}.pdf")
    expect(page.locator(f".o_{view}_view").get_by_text(f"{view}.pdf")).to_be_visible()
    [document] = people.read(
        "customer.portal.document", [("name", "=", f"{view}.pdf")], "folder_id"
    )
    assert document["folder_id"][0] == folder_id
