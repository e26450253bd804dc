"""The list of documents in the portal: ticked rows, heads that sort, and the grid of pictures."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from .accessibility import run
from .client import Client
from .visits import DESKTOP, PDF, PHONE


@pytest.fixture
def customer(people):
    customer = people.add_customer("Una Rask", company="Rask Radios")
    client = Client(people.server, customer)
    for name in ("Antenna", "Battery", "Cable"):
        client.upload((f"{name}.pdf", PDF), name=name)
    return customer


def get_box(page, name):
    return page.get_by_role("checkbox", name=name, exact=True)


def test_ticked_documents_are_fetched_moved_and_withdrawn(visits, people, customer):
    """Issue 17, section 2; REQ D-22"""
    folder_id = people.add_folder("Manuals", customer)
    page = visits.open(customer, "/my/documents")
    everything = page.get_by_role("checkbox", name="All documents on this page")
    expect(everything).to_be_visible()
    download = page.get_by_role("button", name="Download", exact=True)
    expect(download).to_be_disabled()
    expect(page.get_by_role("button", name="Withdraw")).to_be_hidden()
    everything.check()
    expect(page.get_by_role("status").filter(has_text="3 chosen")).to_be_visible()
    for name in ("Antenna", "Battery", "Cable"):
        expect(get_box(page, name)).to_be_checked()
    get_box(page, "Cable").uncheck()
    expect(everything).not_to_be_checked()
    expect(page.get_by_role("status").filter(has_text="2 chosen")).to_be_visible()
    with page.expect_download() as event:
        download.click()
    archive = zipfile.ZipFile(io.BytesIO(event.value.path().read_bytes()))
    assert len(archive.namelist()) == 2

    page.get_by_label("Folder to move to").select_option(label="Manuals")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("2 documents have been moved.")).to_be_visible()
    documents = people.get_documents(customer, "folder_id")
    moved = [each["name"] for each in documents if each["folder_id"]]
    assert sorted(moved) == ["Antenna", "Battery"]
    assert {each["folder_id"][0] for each in documents if each["folder_id"]} == {
        folder_id
    }

    get_box(page, "Battery").check()
    page.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("The document has been withdrawn.")).to_be_visible()
    expect(page.get_by_role("link", name="Battery")).to_be_hidden()


def test_heads_sort(visits, people, customer):
    """REQ D-22"""
    colleague = people.add_customer("Abel Rask", colleague_of=customer)
    Client(people.server, colleague).upload(("z.pdf", PDF), name="Zener")
    page = visits.open(customer, "/my/documents")
    for head, first, last in (
        ("Title", "Antenna", "Zener"),
        ("From", "Zener", "Cable"),
    ):
        for rows in (first, last):
            page.get_by_role("columnheader", name=head).get_by_role("link").click()
            row = page.locator("tbody tr").first
            expect(row).to_contain_text(rows)
    head = page.get_by_role("columnheader", name="From")
    expect(head).to_have_attribute("aria-sort", "descending")


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_grid_of_pictures(visits, customer, axe, width):
    """Issue 17, section 2: it stays as it was chosen"""
    page = visits.open(customer, "/my/documents", width=width)
    # what one comes for is there at any width, and a row is a link as a whole
    for role, name in (
        ("searchbox", "Search documents"),
        ("link", "Upload Document"),
        ("button", re.compile("^Filter:")),
        ("button", re.compile("^Sort:")),
    ):
        expect(page.get_by_role(role, name=name)).to_be_visible()
    row = page.get_by_role("row", name="Battery")
    box = row.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)
    expect(page.get_by_role("heading", name="Battery")).to_be_visible()
    page.goto("/my/documents")
    button = page.get_by_role("button", name="Show as pictures")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    grid = page.locator(".o_customer_portal_documents.o_customer_portal_grid")
    expect(grid).to_be_visible()
    assert run(page, axe) == []
    page.reload()
    expect(grid).to_be_visible()
    page.get_by_role("link", name="Antenna").click()
    expect(page.get_by_role("heading", name="Antenna")).to_be_visible()
