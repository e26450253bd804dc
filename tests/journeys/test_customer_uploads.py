"""A customer uploads a document: desktop and phone, with and without JavaScript, in three places."""

import re

import pytest
from playwright.sync_api import expect

from .upload_page import choose
from .visits import DESKTOP, PHONE, file, get_overflow

PLACES = ("documents", "project", "task")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer(company="Quay Works")


@pytest.fixture(scope="module")
def pages(people, customer):
    """The page of each place, by its name."""
    project_id, task_id = people.add_project("Boat House", customer)
    return {
        "documents": "/my/documents",
        "project": f"/my/projects/{project_id}",
        "task": f"/my/tasks/{task_id}",
    }


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_upload(visits, people, customer, pages, place, javascript, width):
    """REQ D-1, D-2, D-3, D-5, D-6"""
    title = f"Plan {place} {javascript} {width}"
    page = visits.open(customer, pages[place], width=width, javascript=javascript)
    page.get_by_role("link", name="Upload Document").click()
    expect(page.get_by_label("Title")).to_be_editable()
    assert get_overflow(page) <= 0
    choose(page, [file("plan.pdf")], javascript)
    page.get_by_label("Title").fill(title)
    page.get_by_label("Description").fill("Ground floor\nand stairs")
    page.get_by_role("button", name="Upload", exact=True).click()

    confirmation = page.get_by_role("status").filter(has_text="has been uploaded")
    expect(confirmation).to_be_visible()
    expect(confirmation).to_be_in_viewport()
    # back where it began
    expect(page).to_have_url(re.compile(rf"{pages[place]}([?#/].*)?$"))
    expect(page.get_by_role("link", name=title)).to_be_visible()
    assert get_overflow(page) <= 0

    page.goto(pages[place])
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("paragraph").filter(has_text="and stairs")).to_be_visible()
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    assert get_overflow(page) <= 0

    document = people.get_documents(customer, "commercial_partner_id", "res_model")[0]
    assert document["name"] == title
    assert document["commercial_partner_id"][0] == customer.company_id
    model = {"project": "project.project", "task": "project.task"}.get(place, False)
    assert document["res_model"] == model
