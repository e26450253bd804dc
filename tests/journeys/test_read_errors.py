"""Folders that are dropped, files that change after they were chosen, pages left half-way."""

import pytest
from playwright.sync_api import expect

from .shares import REFUSED, Shares
from .upload_page import choose, expect_thanks, get_item, open_form, submit
from .visits import PDF, file

BIG = PDF + b"\n" * 6_000_000
UNREADABLE = "This file cannot be read"
#: What Chromium's console says of a file that it cannot send.
COMPLAINT = r"net::ERR_(UPLOAD_FILE_CHANGED|FILE_NOT_FOUND|ACCESS_DENIED|ABORTED)"


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Liv Aune")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Odd Vik", company="Vik Boats")


@pytest.fixture(scope="module")
def drop(people, staff):
    """A share that takes files and shows none."""
    folder_id = people.add_folder("Inbox")
    return Shares(people, staff).add(
        f"Send us plans {folder_id}",
        folders=[folder_id],
        allow_upload=True,
        allow_download=False,
    )


@pytest.fixture
def visits(visits):
    visits.expect_complaint(REFUSED)
    visits.expect_complaint(COMPLAINT)
    return visits


@pytest.fixture
def folder(tmp_path):
    """A folder on the visitor's disk, with one inside."""
    folder = tmp_path / "Plans"
    (folder / "Deck").mkdir(parents=True)
    (folder / "hull.pdf").write_bytes(PDF)
    (folder / "Deck" / "mast.pdf").write_bytes(PDF)
    return folder


def drag(page, *paths):
    """Drop files and folders of the disk on a page, as a person's mouse does."""
    session = page.context.new_cdp_session(page)
    data = {
        "items": [],
        "files": [str(path) for path in paths],
        "dragOperationsMask": 1,
    }

    def send(step):
        where = {"x": 300, "y": 300, "data": data}
        session.send("Input.dispatchDragEvent", {"type": step, **where})

    send("dragEnter")
    # once the page's scripts show that they will take it
    shown = page.locator(".o_customer_portal_dropping, .o_customer_portal_dragging")
    for _time in range(50):
        send("dragOver")
        if shown.count():
            break
        page.wait_for_timeout(200)
    send("drop")


def open_drop(visits, drop, line=None):
    start = f"http://127.0.0.1:{line.port}" if line else ""
    page = visits.open(None, start + drop.path)
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    return page


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


def list_items(page):
    return page.locator(".o_customer_portal_files > li")


def test_a_folder_is_dropped_on_a_drop_page(visits, drop, folder):
    """REQ 13.B.4: its files are taken one by one"""
    page = open_drop(visits, drop)
    drag(page, folder)
    expect(list_items(page)).to_have_count(2)
    for name in ("hull.pdf", "mast.pdf"):
        expect(get_item(page, name)).to_be_visible()
    send(page)
    expect_thanks(page, "your 2 files have arrived")


def test_a_folder_is_dropped_on_the_upload_page(visits, people, customer, folder):
    """REQ 13.B.4"""
    page = open_form(visits, customer)
    drag(page, folder, folder / "hull.pdf")
    expect(list_items(page)).to_have_count(3)
    submit(page)
    expect_thanks(page, "your 3 documents have been uploaded")
    names = [document["name"] for document in people.get_documents(customer)]
    assert sorted(names) == ["hull.pdf", "hull.pdf", "mast.pdf"]


def test_a_folder_is_dropped_on_the_list(visits, people, folder):
    """REQ 13.B.4: wherever files may be dropped"""
    someone = people.add_customer("Eli Moe", company="Moe Sails")
    page = visits.open(someone, "/my/documents")
    drag(page, folder)
    expect(list_items(page)).to_have_count(2)
    submit(page)
    expect_thanks(page, "your 2 documents have been uploaded")


def test_what_changed_is_told_on_a_drop_page(visits, drop, tmp_path):
    """REQ 13.B.4: with words, and not tried for ever"""
    changed, gone, whole = (tmp_path / f"{name}.pdf" for name in ("a", "b", "c"))
    for path in (changed, gone, whole):
        path.write_bytes(PDF)
    page = open_drop(visits, drop)
    page.get_by_label("Files").set_input_files([changed, gone, whole])
    expect(list_items(page)).to_have_count(3)
    changed.write_bytes(PDF + b"more")
    gone.unlink()
    send(page)
    for path in (changed, gone):
        expect(get_item(page, path.name)).to_contain_text(UNREADABLE)
    expect(get_item(page, whole.name)).to_contain_text("Sent")
    for path in (changed, gone):
        page.get_by_role("button", name=f"Remove {path.name}").click()
    send(page)
    expect_thanks(page, "your file has arrived")


def test_what_changed_is_told_on_the_upload_page(visits, customer, tmp_path):
    """REQ 13.B.4"""
    changed, gone = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (changed, gone):
        path.write_bytes(PDF)
    page = open_form(visits, customer)
    choose(page, [changed, gone])
    changed.write_bytes(PDF + b"more")
    gone.unlink()
    submit(page)
    for path in (changed, gone):
        expect(get_item(page, path.name)).to_contain_text(UNREADABLE)


def test_what_is_gone_when_it_is_dropped_is_told_at_once(visits, drop, tmp_path):
    """REQ 13.B.4: before anything is sent"""
    gone = tmp_path / "gone.pdf"
    gone.write_bytes(PDF)
    page = open_drop(visits, drop)
    page.evaluate(
        """() => {
            File.prototype.slice = () => ({
                arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")),
            });
        }"""
    )
    page.get_by_label("Files").set_input_files([gone])
    expect(get_item(page, "gone.pdf")).to_contain_text(UNREADABLE)


def test_a_drop_page_that_is_left_half_way_asks(line, visits, drop):
    """REQ 13.B.4"""
    visits.expect_complaint("beforeunload")
    page = open_drop(visits, drop, line)
    asked = []
    visits.stay()
    visits.listen(page, "dialog", lambda dialog: asked.append(dialog.type))
    page.get_by_label("Files").set_input_files([file("plan.pdf", BIG)])
    send(page)
    expect(get_item(page, "plan.pdf")).to_contain_text("%")
    page.evaluate("setTimeout(() => window.location.assign('/my'))")
    # whoever stays loses nothing
    expect_thanks(page, "your file has arrived")
    assert asked == ["beforeunload"]
