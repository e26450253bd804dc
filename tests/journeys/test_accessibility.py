"""No serious fault that axe-core finds, on any portal page of ours, at both widths."""

import pytest
from playwright.sync_api import expect

from .accessibility import run
from .client import Client
from .upload_page import choose, get_item, submit
from .visits import DESKTOP, PDF, PHONE, file, get_overflow

# In Odoo's own part of the pages: a menu of the search bar, the link to a task's project.
OF_ODOO = (
    "project: button-name: <button",
    'task: link-in-text-block: <a href="/my/projects',
)
FOCUSED = """(() => {
    const el = document.activeElement;
    return el.id || el.ariaLabel || el.innerText.trim();
})()"""


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Nora Vang", company="Vang Lights")


@pytest.fixture(scope="module")
def pages(people, customer):
    """The portal's pages, by name, with something to show on each."""
    folder_id = people.add_folder("Drawings", customer)
    project_id, task_id = people.add_project("Beacon", customer)
    client = Client(people.server, customer)
    answers = [
        client.upload(("a.pdf", PDF), name="A PDF", description="One page"),
        client.upload(("b.txt", b"words"), folder_id=folder_id),
        client.upload(("c.zip", b"PK\x05\x06" + b"\0" * 18)),
        client.upload(("d.pdf", PDF), res_model="project.project", res_id=project_id),
        client.upload(("e.pdf", PDF), res_model="project.task", res_id=task_id),
    ]
    pdf, text, archive, *_others = (
        answer.json()["documents"][0]["url"] for answer in answers
    )
    return {
        "home": "/my",
        "list": "/my/documents",
        "list, thanks": "/my/documents?uploaded=1",
        "list, nothing found": "/my/documents?search=nothing",
        "folder": f"/my/documents?folder={folder_id}",
        "upload": "/my/documents/upload",
        "document": pdf,
        "document, text": text,
        "document, no preview": archive,
        "project": f"/my/projects/{project_id}",
        "task": f"/my/tasks/{task_id}",
    }


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages(visits, pages, customer, axe, width):
    """REQ D-1, D-2, D-5"""
    page = visits.open(customer, width=width)
    faults, wide = set(), {}
    for name, path in pages.items():
        page.goto(path)
        found = {f"{name}: {fault}" for fault in run(page, axe)}
        faults |= {fault for fault in found if not fault.startswith(OF_ODOO)}
        wide[name] = get_overflow(page)
    assert faults == set()
    assert set(wide.values()) == {0}, wide


def test_upload_page_with_files_and_errors(visits, customer, axe):
    """REQ D-6"""
    page = visits.open(customer, "/my/documents/upload")
    choose(page, [file("good.pdf"), file("empty.pdf", b"")])
    assert run(page, axe) == []
    # what is accepted is there, and the reason stands beside the rest
    submit(page)
    told = page.get_by_role("status").filter(has_text="1 of 2 uploaded.")
    expect(told).to_be_visible()
    expect(get_item(page, "empty.pdf")).to_contain_text("This file is empty.")
    assert run(page, axe) == []
    page.goto("/my/documents/upload")
    choose(page, [file("empty.pdf", b"")])
    submit(page)
    expect(page.get_by_role("alert")).to_be_visible()
    assert run(page, axe) == []


def test_upload_by_keyboard_alone(visits, people, customer, pages):
    """REQ D-2: each control is reached with Tab, and says what it is"""
    page = visits.open(customer, "/my/documents/upload")
    choose(page, [file("keys.pdf")])
    page.get_by_label("Files").focus()
    seen = []
    for _step in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1] == "portal_document_name":
            page.keyboard.type("By keyboard")
        if seen[-1] == "Upload":
            break
    # (day, month, year and calendar of a date are reached one by one)
    assert list(dict.fromkeys(seen)) == [
        "Remove keys.pdf",
        "portal_document_name",
        "portal_document_description",
        "portal_document_valid_until",
        "portal_document_folder",
        "portal_document_visibility_company",
        "Upload",
    ]
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="By keyboard")).to_be_visible()
