"""Visitors open shares and send files: by finger, without JavaScript, with a screen reader."""

import re
import time

import pytest
from playwright.sync_api import expect

from .accessibility import run
from .shares import (
    REFUSED,
    Shares,
    download,
    enter_password,
    expect_not_found,
    open_share,
    wait_for_mails,
)
from .visits import DESKTOP, PDF, PHONE, file, get_overflow

BIG = b"%PDF-1.4\n" + b"\0" * 6_000_000
FINGER = 24
"""The least height and width of what can be pressed, in pixels (WCAG 2.2, 2.5.8)."""
GET_SMALL = """(least) => [...document.querySelectorAll("main a, main button, nav a")]
    .filter((el) => el.offsetParent && !el.closest(".visually-hidden"))
    .map((el) => [el.textContent.trim() || el.ariaLabel, el.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < least)
    .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Liv Aune")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Odd Vik", company="Vik Boats")


@pytest.fixture(scope="module")
def shares(people, staff):
    return Shares(people, staff)


@pytest.fixture(scope="module")
def folder(people, shares, customer):
    """A folder with one inside, each with a document."""
    id_ = people.add_folder("Hulls", customer)
    inner_id = people.add_folder("Keels, long and short", parent_id=id_)
    shares.add_documents(customer, "hull.pdf", folder_id=id_)
    document = shares.add_documents(customer, "keel.pdf")
    people.server.call(
        "customer.portal.document", "write", document, {"folder_id": inner_id}
    )
    return id_


@pytest.fixture
def drop(people, shares):
    """A share that takes files and shows none."""
    folder_id = people.add_folder("Inbox")
    name = f"Send us plans {folder_id}"
    return shares.add(
        name, folders=[folder_id], allow_upload=True, allow_download=False
    )


@pytest.fixture
def visits(visits):
    visits.expect_complaint(REFUSED)
    return visits


def test_files_are_dropped(line, visits, people, staff, drop):
    """REQ S-10"""
    already = len(get_notices(people, staff))
    page = visits.open(None, f"http://127.0.0.1:{line.port}{drop.path}")
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    page.get_by_label("Confirm by e-mail").check()
    files = [file("plan.pdf", BIG), file("empty.pdf", b""), file("tool.exe", b"MZ")]
    page.get_by_label("Files").set_input_files(files)
    empty = get_item(page, "empty.pdf")
    expect(empty).to_contain_text("This file is empty.")
    # before anything is sent
    expect(get_item(page, "tool.exe")).to_contain_text("not accepted")
    page.get_by_role("button", name="Send").click()
    expect(get_item(page, "plan.pdf")).to_contain_text(re.compile(r"\d ?%"))
    expect(get_item(page, "plan.pdf")).to_contain_text("Sent")
    expect(get_item(page, "tool.exe")).to_contain_text("not accepted")
    expect(page.get_by_role("status").filter(has_text="1 of 3 sent.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Ida Strand")
    for name in ("empty.pdf", "tool.exe"):
        page.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_label("Files").set_input_files([file("plan.pdf")])
    page.get_by_role("button", name="Send").click()
    thanks = page.get_by_role("status").filter(has_text="your 2 files have arrived")
    expect(thanks.get_by_role("listitem")).to_have_text(["plan.pdf", "plan.pdf"])

    tell_owners(people)
    [thanks] = wait_for_mails(people, "ida@example.com")
    assert thanks.subject == f"We have received your files: {drop.name}"
    assert len(re.findall(r"<li[^>]*>\s*plan\.pdf\s*</li>", thanks.html)) == 2
    [mail] = wait_for_mails(people, f"{staff.login}@example.com", already + 1)[already:]
    assert mail.subject == f"Files for you in “{drop.name}”"
    assert "Ida Strand" in mail.html
    assert len(set(re.findall(r"customer\.portal\.document/\d+", mail.html))) == 2
    expect_received(visits, staff, drop, 2, "Ida Strand <ida@example.com>")


def test_all_that_is_left_has_been_sent(visits, people, staff, drop):
    """REQ S-10: to remove what was refused is enough"""
    page = visits.open(None, drop.path)
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    page.get_by_label("Files").set_input_files(
        [file("plan.pdf"), file("tool.exe", b"MZ")]
    )
    page.get_by_role("button", name="Send").click()
    expect(get_item(page, "plan.pdf")).to_contain_text("Sent")
    expect(get_item(page, "tool.exe")).to_contain_text("not accepted")
    page.get_by_role("button", name="Remove tool.exe").click()
    page.get_by_role("button", name="Send").click()
    thanks = page.get_by_role("status").filter(has_text="your file has arrived")
    expect(thanks).to_be_visible()
    expect_received(visits, staff, drop, 1, "Ida Strand <ida@example.com>")
    # told once, and not beside what is refused now
    expect(page).not_to_have_url(re.compile("received="))
    page.get_by_label("Files").set_input_files([file("tool.exe", b"MZ")])
    expect(get_item(page, "tool.exe")).to_contain_text("not accepted")
    expect(thanks).to_be_hidden()


def test_what_is_removed_in_time_is_not_sent(line, visits, people, staff, drop):
    """REQ S-10"""
    page = visits.open(None, f"http://127.0.0.1:{line.port}{drop.path}")
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    # three at a time
    files = [file(f"plan {number}.pdf", BIG) for number in range(3)]
    page.get_by_label("Files").set_input_files([*files, file("wrong.pdf")])
    page.get_by_role("button", name="Send").click()
    expect(get_item(page, "plan 0.pdf")).to_contain_text(re.compile(r"\d ?%"))
    page.get_by_role("button", name="Remove wrong.pdf").click()
    thanks = page.get_by_role("status").filter(has_text="your 3 files have arrived")
    expect(thanks).to_be_visible()
    expect_received(visits, staff, drop, 3, "Ida Strand <ida@example.com>")


def test_a_big_file_is_paused_and_goes_on(line, visits, people, staff, drop):
    """REQ S-10, D-16: nothing is sent meanwhile, and nothing is lost"""
    visits.expect_complaint("net::ERR_(ABORTED|FAILED)|status of 409")
    page = visits.open(None, f"http://127.0.0.1:{line.port}{drop.path}")
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    page.get_by_label("Files").set_input_files([file("plan.pdf", BIG + BIG)])
    page.get_by_role("button", name="Send").click()
    bar = get_item(page, "plan.pdf").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    page.get_by_role("button", name="Pause plan.pdf").click()
    expect(get_item(page, "plan.pdf")).to_contain_text("Paused")
    sent = []
    visits.listen(page, "request", lambda request: sent.append(request.method))
    page.wait_for_timeout(1500)
    assert "PATCH" not in sent
    page.get_by_role("button", name="Pause plan.pdf").click()
    thanks = page.get_by_role("status").filter(has_text="your file has arrived")
    expect(thanks).to_be_visible()
    expect_received(visits, staff, drop, 1, "Ida Strand <ida@example.com>")


def test_a_big_file_is_cancelled(line, visits, server, drop):
    """REQ S-10, D-16: what has arrived goes as well"""
    visits.expect_complaint("net::ERR_(ABORTED|FAILED)|status of 4(09|01)")
    page = visits.open(None, f"http://127.0.0.1:{line.port}{drop.path}")
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.get_by_label("Your name").fill("Ida Strand")
    page.get_by_label("Your e-mail").fill("ida@example.com")
    page.get_by_label("Files").set_input_files([file("plan.pdf", BIG + BIG)])
    page.get_by_role("button", name="Send").click()
    bar = get_item(page, "plan.pdf").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    page.get_by_role("button", name="Remove plan.pdf").click()
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(0)
    expect(page.get_by_label("Your name")).to_have_value("Ida Strand")
    query = "SELECT count(*) FROM customer_portal_upload WHERE share_id = %s"
    for _attempt in range(50):
        if server.sql(query, drop.id)[0][0] == 0:
            break
        page.wait_for_timeout(200)
    assert server.sql(query, drop.id)[0][0] == 0


def test_files_are_dropped_without_javascript(visits, people, staff, drop):
    """REQ S-10"""
    already = len(get_notices(people, staff))
    page = visits.open(None, drop.path, javascript=False)
    page.get_by_label("Your name").fill("Jon Berg")
    page.get_by_label("Your e-mail").fill("jon@example.com")
    page.get_by_label("Files").set_input_files([file("empty.pdf", b"")])
    visits.expect_complaint("status of 400")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("empty")
    expect(page.get_by_label("Your name")).to_have_value("Jon Berg")
    expect(page.get_by_label("Your e-mail")).to_have_value("jon@example.com")
    page.get_by_label("Files").set_input_files([file("a.pdf"), file("b.pdf")])
    page.get_by_role("button", name="Send").click()
    thanks = page.get_by_role("status").filter(has_text="your 2 files have arrived")
    expect(thanks.get_by_role("listitem")).to_have_text(["a.pdf", "b.pdf"])
    tell_owners(people)
    wait_for_mails(people, f"{staff.login}@example.com", already + 1)
    expect_received(visits, staff, drop, 2, "Jon Berg <jon@example.com>")


def expect_received(visits, staff, share, count, sender):
    """See on the share what a visitor sent, as staff."""
    page = open_share(visits, staff, share)
    button = page.locator("button[name=action_open_received]")
    expect(button).to_contain_text(str(count))
    button.click()
    rows = page.locator(".o_action.o_list_view .o_data_row")
    expect(rows).to_have_count(count)
    rows.first.click()
    expect(page.locator("[name=share_visitor]").first).to_contain_text(sender)


def get_notices(people, staff):
    """Return the mails to a member of the staff so far."""
    mails = people.server.mailbox.mails
    return [
        mail for mail in mails if mail.recipients == (f"{staff.login}@example.com",)
    ]


def tell_owners(people):
    """Do not wait until nothing more comes in: have what came in told now."""
    call = people.server.call
    call(
        "ir.config_parameter",
        "set_param",
        "customer_portal_shares.received_mail_seconds",
        "0",
    )
    [cron] = call(
        "ir.cron", "search", [("model_id.model", "=", "customer.portal.share.receipt")]
    )
    for _time in range(20):
        try:
            call("ir.cron", "method_direct_trigger", [cron])
        except RuntimeError as error:
            # Odoo has just begun it by itself, perhaps before the setting was there
            assert "already executing" in str(error)
            time.sleep(0.5)
        else:
            return
    raise AssertionError("the scheduled action did not end")


def get_item(page, name):
    return page.locator(".o_customer_portal_files > li").filter(has_text=name)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_password_and_folders_on_a_phone(visits, shares, folder, javascript):
    """REQ S-2, S-11"""
    share = shares.add(f"Hulls {javascript}", folders=[folder], password="Deep keel 9")
    page = visits.open(None, share.path, width=PHONE, javascript=javascript)
    enter_password(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    enter_password(page, "Deep keel 9")
    expect(page.get_by_role("link", name="hull.pdf", exact=True)).to_be_visible()
    page.get_by_role("link", name="Keels, long and short").click()
    expect(page.get_by_role("heading")).to_have_text("Keels, long and short")
    name, content = download(page, page.get_by_role("link", name="Download keel.pdf"))
    assert (name, content) == ("keel.pdf", PDF)
    name, _content = download(page, page.get_by_role("link", name="Download all"))
    assert name == "Keels, long and short.zip"
    page.get_by_role("link", name="keel.pdf", exact=True).click()
    expect(page.locator("iframe")).to_be_visible()
    page.get_by_role("link", name=share.name).click()
    expect(page.get_by_role("heading")).to_have_text(share.name)


@pytest.fixture(scope="module")
def pages(shares, people, customer, folder):
    """The pages of shares, by name, as paths."""
    documents = shares.add_documents(
        customer, "a very long name of a drawing of the boat.pdf", "b.pdf"
    )
    documents += shares.add_documents(
        customer, "c.zip", content=b"PK\x05\x06" + b"\0" * 18
    )
    closed = shares.add("Closed", documents=documents, password="Deep keel 9")
    everything = shares.add(
        "Everything of the boat",
        documents=documents,
        folders=[folder],
        access="secured",
        allow_upload=True,
        user_ids=[(6, 0, [customer.id])],
        note="Please look at the keels first.",
    )
    drop = shares.add("Drop", folders=[folder], allow_upload=True, allow_download=False)
    return {
        "password": closed.path,
        "share": everything.path,
        "folder": f"{everything.path}/folder/{folder}",
        "preview": f"{everything.path}/document/{documents[0]}/preview",
        "drop": drop.path,
        "not found": "/share/nothing",
        "my shares": "/my/shares",
        "home": "/my",
    }


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages(visits, pages, customer, axe, width):
    """REQ S-2, S-7, S-8, U-6: no serious fault of accessibility, nothing too wide or small"""
    page = visits.open(customer, width=width)
    faults, wide, small = [], {}, {}
    for name, path in pages.items():
        page.goto(path)
        faults += [f"{name}: {fault}" for fault in run(page, axe)]
        wide[name] = get_overflow(page)
        if path.startswith("/share"):
            small[name] = page.evaluate(GET_SMALL, FINGER)
    assert faults == []
    assert set(wide.values()) == {0}, wide
    assert not any(small.values()), small


def test_shared_with_me_on_a_phone(visits, pages, customer):
    """REQ S-7, U-6"""
    page = visits.open(customer, "/my", width=PHONE)
    page.get_by_role("link", name=re.compile("Shared with Me")).click()
    page.get_by_role("link", name="Everything of the boat").click()
    expect(page.get_by_text("Please look at the keels first.")).to_be_visible()


def test_visitors_of_a_drop_see_nothing(visits, shares, folder):
    """REQ S-8, S-10"""
    share = shares.add(
        "Blind", folders=[folder], allow_upload=True, allow_download=False
    )
    page = visits.open(None, share.path)
    expect(page.get_by_role("heading", name="Send files")).to_be_visible()
    assert "hull.pdf" not in page.content()
    visits.expect_complaint("status of 403")
    page.goto(f"{share.path}/folder/{folder}")
    expect(page.get_by_text("hull.pdf")).to_be_hidden()
    page.goto("/share/nothing")
    expect_not_found(page)
