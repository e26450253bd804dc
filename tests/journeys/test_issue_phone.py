"""What the page of an issue shows first, where a window has not room for all of it."""

import pytest
from playwright.sync_api import expect

from .issues import Issues
from .visits import DESKTOP, PHONE, file, get_overflow

SUBJECT = "Quay light blinks"


@pytest.fixture(scope="module")
def trusted(people):
    return people.add_customer("Eli Berg", company="Berg Tugs")


@pytest.fixture(scope="module")
def path(people, trusted):
    """The page of an issue that Eli reported, in a binder that trusts her."""
    agent = people.add_staff("Jon Moe", "helpdesk_mgmt.group_helpdesk_manager")
    issues = Issues(people, agent)
    binder = issues.add_binder("Quays", trusted)
    return f"/my/ticket/{issues.add(binder, SUBJECT, trusted, user_id=agent.id)}"


def test_the_subject_comes_first_on_a_phone(visits, trusted, path):
    """REQ I-3"""
    page = visits.open(trusted, path, width=PHONE)
    read = [
        page.get_by_role("heading", name=SUBJECT),
        page.get_by_text("Since Monday"),
        page.get_by_role("heading", name="HT0"),
        page.get_by_label("Set the status"),
        page.get_by_text("Assignee"),
        page.get_by_role("heading", name="Documents"),
        page.get_by_role("heading", name="Discussion"),
    ]
    tops = [part.bounding_box()["y"] for part in read]
    assert tops == sorted(tops)
    assert get_overflow(page) <= 0
    parts = page.locator("#card, form")
    widths = [part.bounding_box()["width"] for part in parts.all()]
    assert len(widths) == 3
    assert min(widths) > PHONE * 0.85


def test_the_sidebar_is_beside_the_issue_on_a_desktop(visits, trusted, path):
    """REQ I-3"""
    page = visits.open(trusted, path, width=DESKTOP)
    subject = page.get_by_role("heading", name=SUBJECT).bounding_box()
    number = page.get_by_role("heading", name="HT0").bounding_box()
    assert number["x"] + number["width"] < subject["x"]
    assert abs(number["y"] - subject["y"]) < 20


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_became_of_an_answer_is_seen(visits, trusted, path, width):
    """REQ I-3: below a long report, without scrolling"""
    page = visits.open(trusted, path, width=width)
    answer = page.get_by_label("Your answer")
    visits.expect_complaint("status of 400")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "Please write something, or choose a file."
    )
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(answer).to_be_focused()
    answer.fill("It still blinks.")
    page.get_by_label("Files").set_input_files([file("light.pdf")])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("your answer has been sent")
    expect(page.get_by_role("status")).to_be_in_viewport()
    expect(page.get_by_text("It still blinks.").first).to_be_visible()


def test_the_first_field_to_be_mended_has_the_focus(visits, trusted, path):
    """REQ I-3"""
    page = visits.open(trusted, path, width=PHONE)
    page.get_by_role("link", name="Quays").click()
    page.get_by_role("link", name="New Issue").click()
    page.locator("form[enctype]").evaluate("form => { form.noValidate = true }")
    page.get_by_label("Subject").fill("Bollard is loose")
    visits.expect_complaint("status of 400")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please look at the fields marked below")).to_be_attached()
    expect(page.get_by_label("Description")).to_be_focused()
    expect(page.get_by_label("Description")).to_be_in_viewport()
