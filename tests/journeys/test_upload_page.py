"""The upload page with JavaScript: several files, drag and drop, progress, folder, counts."""

import re

import pytest
from playwright.sync_api import expect

from .upload_page import choose, expect_thanks, open_form, submit
from .visits import PDF, file

BIG = PDF + b"\n" * 3_000_000
HUGE = PDF + b"\n" * 16_000_000
"""The system of the sender takes some megabytes at once: no progress to see in them."""

DROP = """files => {
    const transfer = new DataTransfer();
    for (const [name, content] of files) {
        transfer.items.add(new File([content], name, {type: "text/plain"}));
    }
    return transfer;
}"""


@pytest.fixture
def customer(people):
    return people.add_customer("Uma Frost", company="Frost Nets")


def test_several_files_into_a_folder_and_the_counts(visits, people, customer):
    """REQ D-1, D-2, D-9"""
    people.add_folder("Offers", customer)
    page = open_form(visits, customer)
    choose(page, [file("one.pdf"), file("two.pdf"), file("three.pdf")])
    page.get_by_role("button", name="Remove two.pdf").click()
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(2)
    page.get_by_label("Title").fill("Offer")
    page.get_by_label("Folder").select_option(label="Offers")
    submit(page)

    expect_thanks(page, "your 2 documents have been uploaded")
    page.goto("/my/documents")
    page.get_by_role("link", name="Offers").first.click()
    for name in ("Offer – one.pdf", "Offer – three.pdf"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    page.goto("/my")
    card = page.locator("a[href='/my/documents']").filter(has_text="Documents").first
    expect(card).to_contain_text("2")


def test_a_long_title_leaves_the_names_of_the_files(visits, people, customer):
    """REQ D-2: what the server takes, and the page shortens as the server does"""
    page = open_form(visits, customer)
    choose(page, [file("one.pdf"), file("two.pdf")])
    page.get_by_label("Title").fill("x" * 600)
    submit(page)
    expect_thanks(page, "your 2 documents have been uploaded")
    names = {document["name"] for document in people.get_documents(customer)}
    assert names == {"x" * 590 + f" – {name}.pdf" for name in ("one", "two")}


def test_files_are_chosen_before_the_scripts_have_come(visits, people, customer):
    """REQ D-2: on a slow line the form is there much earlier"""
    page, held, scripts = visits.open(customer), [], "**/*assets_frontend_lazy*"
    page.route(scripts, lambda route: held.append(route))
    with page.expect_request(scripts):
        page.goto("/my/documents/upload", wait_until="commit")
    choose(page, [file("early.pdf")], javascript=False)
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(1)
    submit(page)
    expect_thanks(page)
    [document] = people.get_documents(customer)
    assert document["name"] == "early.pdf"


def test_files_are_dropped(visits, people, customer):
    """REQ D-2"""
    page = open_form(visits, customer)
    area = page.locator(".o_customer_portal_drop")
    transfer = page.evaluate_handle(DROP, [["a.txt", "first"], ["b.txt", "second"]])
    area.dispatch_event("dragover", {"dataTransfer": transfer})
    expect(area).to_have_class(re.compile("o_customer_portal_dragging"))
    area.dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(2)
    expect(area).not_to_have_class(re.compile("o_customer_portal_dragging"))
    submit(page)
    expect_thanks(page, "your 2 documents have been uploaded")
    names = [document["name"] for document in people.get_documents(customer)]
    assert sorted(names) == ["a.txt", "b.txt"]


def test_progress_is_shown_for_each_file(line, visits, customer):
    """REQ D-2"""
    page = open_form(visits, customer, line=line)
    choose(page, [file("big.pdf", HUGE), file("small.pdf")])
    submit(page)
    bar = page.get_by_role("progressbar", name="big.pdf")
    expect(bar).to_be_visible()
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_disabled()
    shown = page.wait_for_function(
        """() => {
            const bar = document.querySelector("[role=progressbar]:not(.d-none)");
            const now = bar ? Number(bar.getAttribute("aria-valuenow")) : 0;
            return now > 10 && now < 95 && [now, bar.textContent.trim(), bar.firstElementChild.style.width];
        }"""
    ).json_value()
    assert shown[1:] == [f"{shown[0]} %", f"{shown[0]}%"]
    # a screen reader is not told of each number
    for numbers in (bar, page.locator(".o_customer_portal_speed").first):
        live = numbers.evaluate("one => one.closest('[aria-live]').ariaLive")
        assert live == "off"
    expect_thanks(page, "your 2 documents have been uploaded")


def test_two_uploads_at_once(line, visits, people, customer):
    """REQ D-6: the same content twice, in two windows of one person"""
    pages = [open_form(visits, customer, line=line) for _window in range(2)]
    for number, page in enumerate(pages):
        choose(page, [file(f"at once {number}.pdf", BIG)])
    for page in pages:
        submit(page)
    for page in pages:
        assert page.get_by_role("progressbar").is_visible(), "not at once"
    for page in pages:
        expect_thanks(page)
    documents = people.get_documents(customer, "checksum")
    assert len(documents) == 2
    assert len({document["checksum"] for document in documents}) == 1
