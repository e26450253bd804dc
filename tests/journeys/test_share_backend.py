"""Staff find shares in the shared list, and share from where a folder or a document is."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from .menus import pick_filter, search
from .shares import (
    DOCUMENTS,
    Shares,
    create_link,
    expect_pdf,
    get_dialog,
    open_list,
    search_name,
)

FOLDERS = "/odoo/action-customer_portal_docs.customer_portal_folder_action"
ENDS = {"Alder past": -1, "Alder today": 0, "Alder week": 7, "Alder later": 9}
"""When a share ends, in days from today, by its name."""


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Ola Nes")


@pytest.fixture(scope="module")
def manager(people):
    """Who sees the shares of all."""
    return people.add_staff("Tor Alm", "customer_portal_shares.group_portal_manager")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Rut Moen", company="Moen Timber")


@pytest.fixture(scope="module")
def shares(people, staff):
    return Shares(people, staff)


@pytest.fixture(scope="module")
def alders(people, shares, manager, customer):
    """Shares by Ola that end on different days, one of a folder, and one of Tor's."""
    documents = shares.add_documents(customer, "alder.pdf")
    today = datetime.date.today()
    for name, days in ENDS.items():
        day = str(today + datetime.timedelta(days=days))
        shares.add(name, documents=documents, expiration_date=day)
    folder = people.add_folder("Alders", customer)
    shares.add("Alder folder", folders=[folder], password="Under the alder 3")
    Shares(people, manager).add("Alder of Tor", documents=documents)


def test_kanban(visits, shares, staff, alders):
    """REQ S-5: what a card says, and what it opens"""
    page = open_list(visits, staff, "Alder")
    page.locator(".o_switch_view.o_kanban").click()
    cards = page.locator(".o_kanban_record:not(.o_kanban_ghost)")
    expect(cards).to_have_count(5)
    card = cards.filter(has_text="Alder folder")
    for words in ("Folder", "Web link", "Active"):
        expect(card).to_contain_text(words)
    expect(card.get_by_title("Password")).to_be_visible()
    expect(cards.filter(has_text="Alder week")).to_contain_text("until")
    expect(cards.filter(has_text="Alder past")).to_contain_text("Expired")
    page.get_by_role("button", name="New Share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Add what to share")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    card.click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Alder folder")


def test_expiring_soon(visits, staff, alders):
    """REQ S-5: what ends within a week and has not ended yet"""
    page = open_list(visits, staff, "Alder")
    expect_rows(page, *ENDS, "Alder folder")
    pick_filter(page, "Expiring Soon")
    expect_rows(page, "Alder today", "Alder week")
    page.locator(".o_searchview_facet").filter(has_text="Expiring").get_by_role(
        "button", name="Remove"
    ).click()
    expect_rows(page, *ENDS, "Alder folder")


def test_kind(visits, staff, alders):
    """REQ S-5: in the list by its panel, in the kanban by the search"""
    page = open_list(visits, staff, "Alder")
    page.locator(".o_search_panel").get_by_text("Folder", exact=True).click()
    expect_rows(page, "Alder folder")
    page.locator(".o_search_panel").get_by_text("Document", exact=True).click()
    expect_rows(page, *ENDS)
    page.locator(".o_search_panel").get_by_text("All").first.click()
    page.locator(".o_switch_view.o_kanban").click()
    cards = page.locator(".o_kanban_record:not(.o_kanban_ghost)")
    expect(cards).to_have_count(5)
    search(page, "fold", field="Kind")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("Alder folder")


def test_owner(visits, manager, staff, alders):
    """REQ S-5: a manager finds the shares of one owner, others see only their own"""
    page = open_list(visits, manager, "Alder")
    expect_rows(page, *ENDS, "Alder folder", "Alder of Tor")
    search(page, "Tor Alm", field="Owner")
    expect_rows(page, "Alder of Tor")
    page = open_list(visits, manager, "Alder")
    pick_filter(page, "My Shares")
    expect_rows(page, "Alder of Tor")
    page = open_list(visits, manager, "Alder")
    pick_filter(page, "Owner")
    groups = page.locator(".o_group_name")
    expect(groups).to_have_text([re.compile(r"Ola Nes.*5"), re.compile("Tor Alm.*1")])
    page = open_list(visits, staff, "Alder")
    expect_rows(page, *ENDS, "Alder folder")


def test_share_a_folder_from_the_list(visits, shares, people, staff, customer):
    """REQ S-1"""
    folder = people.add_folder("Birches", customer)
    shares.add_documents(customer, "birch.pdf", folder_id=folder)
    page = visits.open(staff, FOLDERS)
    search_name(page, "Folder", "Birches")
    page.locator(".o_data_row").get_by_role("checkbox").check()
    press_share(page)
    visitor = visits.open(None, share_as(page, "Birches"))
    expect(visitor.get_by_role("heading").first).to_have_text("Birches")
    expect(visitor.get_by_role("link", name="birch.pdf", exact=True)).to_be_visible()


def test_share_a_folder_from_its_form(visits, shares, people, staff, customer):
    """REQ S-1"""
    folder = people.add_folder("Cedars", customer)
    shares.add_documents(customer, "cedar.pdf", folder_id=folder)
    page = visits.open(staff, f"{FOLDERS}/{folder}")
    press_share(page)
    visitor = visits.open(None, share_as(page, "Cedars"))
    expect(visitor.get_by_role("link", name="cedar.pdf", exact=True)).to_be_visible()
    expect_its_shares(page, "Cedars")


def test_share_a_document_from_its_form(visits, shares, staff, customer):
    """REQ S-1"""
    [document] = shares.add_documents(customer, "maple.pdf")
    page = visits.open(staff, f"{DOCUMENTS}/{document}")
    press_share(page)
    visitor = visits.open(None, share_as(page, "maple.pdf"))
    expect_pdf(visitor)
    expect_its_shares(page, "maple.pdf")


def press_share(page):
    page.get_by_role("button", name=re.compile("Share$")).click()


def share_as(page, name):
    """See that the dialog proposes a name, and return the link that comes of it."""
    dialog = get_dialog(page)
    expect(dialog.get_by_label("Name", exact=True)).to_have_value(name)
    link = create_link(dialog)
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()
    return link


def expect_its_shares(page, name):
    """See on the form of what was shared that it is, and go to the share."""
    button = page.locator("button[name=action_open_shares]")
    expect(button).to_contain_text("1")
    button.click()
    expect_rows(page, name)


def expect_rows(page, *names):
    """See that these shares are listed, and no others."""
    cells = page.locator(".o_data_row [name=name]")
    expect(cells).to_have_count(len(names))
    for name in names:
        expect(cells.get_by_text(name, exact=True)).not_to_have_count(0)
    assert set(cells.all_inner_texts()) == set(names)
