"""Pictures and documents of a share, one after the other: by keyboard, and as pages to look at."""

import base64

import pytest
from playwright.sync_api import expect

from .accessibility import run
from .shares import REFUSED, Shares
from .visits import DESKTOP, PHONE, get_overflow

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP8z8Dwn4GBgYGJAQoAHxcCAr7pT+gAAAAASUVORK5CYII="
)


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Pal Frame", company="Frame Shop")


@pytest.fixture(scope="module")
def shares(people):
    return Shares(people, people.add_staff("Gry Lens"))


@pytest.fixture(scope="module")
def documents(shares, customer):
    names = ("one.png", "two.png", "three.png")
    documents = shares.add_documents(customer, *names, content=PNG)
    documents += shares.add_documents(customer, "paper.pdf")
    documents += shares.add_documents(
        customer, "prices.csv", content=b"Part;Price\nKeel;10\nMast;\n"
    )
    return documents + shares.add_documents(
        customer, "notes.txt", content=b"Please look at the keels."
    )


@pytest.fixture
def visits(visits):
    visits.expect_complaint(REFUSED)
    return visits


@pytest.mark.parametrize("may_download", [True, False], ids=["files", "view only"])
def test_next_and_previous_by_keyboard(visits, shares, documents, may_download):
    """Issue 17, section 1"""
    share = shares.add(
        f"Gallery {may_download}", documents=documents, allow_download=may_download
    )
    page = visits.open(None, share.path)
    page.get_by_role("link", name="one.png", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="one.png")).to_be_attached()
    expect(page.get_by_role("link", name="Previous")).to_be_hidden()
    for name in ("two.png", "three.png", "paper.pdf"):
        link = page.get_by_role("link", name="Next")
        press_tab_until(page, link)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=name)).to_be_attached()
    press_tab_until(page, page.get_by_role("link", name="Previous"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="three.png")).to_be_attached()


def press_tab_until(page, target):
    page.locator("body").press("Tab")
    for _step in range(12):
        if target.evaluate("(el) => el === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("not reached by Tab")


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("may_download", [True, False], ids=["files", "view only"])
def test_pages(visits, shares, documents, axe, width, may_download):
    """Issue 17, sections 1 and 2: axe finds nothing, nothing is too wide"""
    share = shares.add(
        f"Looking {may_download} {width}",
        documents=documents,
        allow_download=may_download,
    )
    page = visits.open(None, share.path, width=width)
    faults = [f"list: {fault}" for fault in run(page, axe)]
    wide = {"list": get_overflow(page)}
    kind = "preview" if may_download else "pages"
    for document_id in documents:
        page.goto(f"{share.path}/document/{document_id}/{kind}")
        name = page.locator("h1").text_content()
        faults += [f"{name}: {fault}" for fault in run(page, axe)]
        wide[name] = get_overflow(page)
    assert faults == []
    assert set(wide.values()) == {0}, wide
