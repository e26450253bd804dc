"""No serious fault that axe-core finds where a share refuses something, or was given something."""

import datetime

import pytest
from playwright.sync_api import expect

from .shares import Shares, enter_password
from .visits import DESKTOP, PHONE, file

EMPTY_ZIP = b"PK\x05\x06" + b"\0" * 18
PASSWORD = "Deep keel 9"
REFUSED = r"the server responded with a status of 4(00|01|03|04|10|29) "
TOMORROW = str(datetime.date.today() + datetime.timedelta(days=1))
WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Per Lie", company="Lie Boats")


@pytest.fixture(scope="module")
def shares(people):
    return Shares(people, people.add_staff("Una Dal"))


@pytest.fixture(scope="module")
def documents(shares, customer):
    pdf = shares.add_documents(customer, "boat.pdf")
    return pdf + shares.add_documents(customer, "boat.zip", content=EMPTY_ZIP)


@pytest.fixture(scope="module")
def folder(people, customer):
    """A folder with an empty one inside; their ids."""
    id_ = people.add_folder("Hulls", customer)
    return id_, people.add_folder("Keels, long and short", parent_id=id_)


@pytest.fixture
def visits(visits):
    visits.expect_complaint(REFUSED)
    return visits


@WIDTHS
def test_password_page(visits, shares, documents, check, width):
    """REQ S-2, S-8: after a wrong password, and after too many"""
    share = shares.add(f"Closed {width}", documents=documents, password=PASSWORD)
    page = visits.open(None, share.path, width=width)
    check.look("password", page)
    enter_password(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    check.look("wrong password", page)
    for _try in range(5):
        answer = page.request.post(share.path, form={"password": "wrong"})
    assert answer.status == 429
    enter_password(page, "wrong")
    expect(page.get_by_role("heading")).to_have_text("Please wait")
    check.look("too many", page)
    check.expect_nothing()


@WIDTHS
def test_what_is_refused(visits, shares, documents, folder, check, width):
    """REQ S-8, S-10"""
    spent = shares.add(f"Spent {width}", documents=documents, download_limit=1)
    looked = shares.add(
        f"Looked {width}", documents=documents, allow_download=False, note="Look!"
    )
    drop = shares.add(
        "Drop", folders=folder[:1], allow_upload=True, allow_download=False
    )
    page = visits.open(None, spent.path, width=width)
    check.look("share with a limit", page)
    first, second = (f"{spent.path}/document/{id_}?download=1" for id_ in documents)
    assert page.request.get(first).ok
    for name, path, title in (
        ("spent", second, "No downloads left"),
        ("not allowed", f"{looked.path}/zip", "Not allowed"),
        ("drop not browsed", f"{drop.path}/folder/{folder[0]}", "Not allowed"),
        ("not found", "/share/nothing", "Not found"),
        ("nothing to download", looked.path, looked.name),
    ):
        page.goto(path)
        expect(page.get_by_role("heading").first).to_have_text(title)
        check.look(name, page)
    check.expect_nothing()


@WIDTHS
def test_what_is_sent(visits, shares, folder, check, width):
    """REQ S-10: files in the list, errors beside them, and the thanks, in a folder and a drop"""
    outer, inner = folder
    both = shares.add(f"Both {width}", folders=[outer], allow_upload=True)
    drop = shares.add(
        f"Drop {width}", folders=[outer], allow_upload=True, allow_download=False
    )
    page = visits.open(None, f"{both.path}/folder/{inner}", width=width)
    expect(page.get_by_text("This folder is empty.")).to_be_visible()
    check.look("empty folder", page)
    page.goto(drop.path)
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    files = [file("plan.pdf"), file("empty.pdf", b"")]
    page.get_by_label("Files").set_input_files(files)
    expect(page.get_by_text("This file is empty.")).to_be_visible()
    check.look("chosen files", page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").filter(has_text="1 of 2 sent.")).to_be_visible()
    check.look("not everything sent", page)
    page.get_by_role("button", name="Remove empty.pdf").click()
    page.get_by_label("Files").set_input_files([file("more.pdf")])
    page.get_by_role("button", name="Send").click()
    thanks = page.get_by_role("status").filter(has_text="have arrived")
    expect(thanks).to_be_visible()
    check.look("thanks", page)
    check.expect_nothing()


@WIDTHS
def test_shared_with_me(visits, people, shares, documents, customer, check, width):
    """REQ S-7: with a lock and a last day, and with nothing"""
    readers = [(6, 0, [customer.id])]
    secured = {"documents": documents, "access": "secured", "user_ids": readers}
    shares.add("Locked", password=PASSWORD, expiration_date=TOMORROW, **secured)
    page = visits.open(customer, "/my/shares", width=width)
    expect(page.get_by_role("img", name="Password protected").first).to_be_visible()
    check.look("my shares", page)
    nobody = people.add_customer("Ann Berg")
    page = visits.open(nobody, "/my/shares", width=width)
    expect(page.get_by_text("Nothing is shared with you at present.")).to_be_visible()
    check.look("my shares, none", page)
    check.expect_nothing()
