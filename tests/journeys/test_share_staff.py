"""Staff make shares and run them; those whom they are for open them."""

import datetime
import html
import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from .menus import choose, search
from .shares import (
    REFUSED,
    Shares,
    create_link,
    download,
    enter_password,
    expect_copied,
    expect_not_found,
    expect_pdf,
    get_dialog,
    open_list,
    open_share,
    start_from_documents,
    wait_for_mails,
)
from .visits import PDF

NEXT_WEEK = datetime.date.today() + datetime.timedelta(days=7)
YESTERDAY = datetime.date.today() - datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def staff(people):
    return people.add_staff("Sven Kohl")


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Tove Gran", company="Gran Timber")


@pytest.fixture(scope="module")
def shares(people, staff):
    return Shares(people, staff)


@pytest.fixture
def visits(visits):
    visits.expect_complaint(REFUSED)
    return visits


def test_web_link_for_selected_documents(visits, shares, staff, customer):
    """REQ S-1, S-2, S-4"""
    shares.add_documents(customer, "oak.pdf")
    shares.add_documents(customer, "pine.txt", content=b"Pine, 12 m\n")
    page, dialog = start_from_documents(visits, staff, "oak.pdf", "pine.txt")
    expect(dialog.locator("[name=summary]")).to_have_text(re.compile("oak.pdf"))
    dialog.get_by_label("Name", exact=True).fill("Timber offer")
    expect(dialog.get_by_label("Web link")).to_be_checked()
    password = choose_password(dialog)
    dialog.get_by_label("Expiration Date").fill(f"{NEXT_WEEK:%m/%d/%Y}")
    dialog.get_by_label("Expiration Date").press("Tab")
    link = create_link(dialog)
    assert link.startswith(shares.people.server.url + "/share/")
    # what was chosen can be told now, and never again
    dialog.get_by_role("button", name="Copy Password").click()
    expect_copied(page, password)
    dialog.get_by_role("button", name="Copy Link").click()
    expect_copied(page, link)
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()

    visitor = visits.open(None, link)
    enter_password(visitor, "not " + password)
    expect(visitor.get_by_role("alert")).to_have_text(re.compile("not right"))
    enter_password(visitor, password)
    expect(visitor.get_by_role("heading")).to_have_text("Timber offer")
    until = f"{NEXT_WEEK:%m/%d/%Y}"
    expect(visitor.get_by_text("From Sven Kohl")).to_contain_text(f"until {until}")
    name, content = download(
        visitor, visitor.get_by_role("link", name="Download pine.txt")
    )
    assert (name, content) == ("pine.txt", b"Pine, 12 m\n")
    name, content = download(visitor, visitor.get_by_role("link", name="Download all"))
    assert name == "Timber offer.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {file: archive.read(file) for file in archive.namelist()} == {
            "oak.pdf": PDF,
            "pine.txt": b"Pine, 12 m\n",
        }
    visitor.get_by_role("link", name="oak.pdf", exact=True).click()
    expect_pdf(visitor)
    name, content = download(visitor, visitor.get_by_role("link", name="Download"))
    assert (name, content) == ("oak.pdf", PDF)


def choose_password(dialog):
    """Return a password that was generated, after a weak one was tried."""
    field = dialog.get_by_label("Password", exact=True)
    strength = dialog.locator("[name=password]").get_by_role("status")
    field.fill("abcd")
    expect(field).to_have_attribute("type", "password")
    expect(strength).to_have_text("Weak")
    dialog.get_by_role("button", name="Generate").click()
    expect(strength).to_have_text("Strong")
    # the rest of the dialog comes and goes; who reads the password still sees it
    dialog.get_by_label("Secured link").check()
    expect(dialog.get_by_role("button", name="Add User")).to_be_visible()
    dialog.get_by_label("Web link").check()
    expect(dialog.get_by_role("button", name="Add User")).to_be_hidden()
    expect(field).to_have_attribute("type", "text")
    return field.input_value()


def test_secured_link_for_a_user_added_on_the_spot(visits, shares, staff, customer):
    """REQ S-3, S-4, S-7, U-6"""
    shares.add_documents(customer, "beech.pdf")
    page, dialog = start_from_documents(visits, staff, "beech.pdf")
    dialog.get_by_label("Name", exact=True).fill("Beech offer")
    dialog.get_by_role("button", name="Generate").click()
    field = dialog.get_by_label("Password", exact=True)
    expect(field).not_to_have_value("")
    password = field.input_value()
    dialog.get_by_label("Secured link").check()
    # whose document it is, is proposed, and not meant here
    remove_proposed(dialog, "user_ids", "Tove Gran")
    dialog.get_by_placeholder("Name").fill("Runa Eld")
    dialog.get_by_placeholder("E-mail").fill("runa@example.com")
    dialog.get_by_role("button", name="Add User").click()
    expect(dialog.locator("[name=user_ids]")).to_contain_text("Runa Eld")
    expect(dialog.locator(".o_share_password")).to_have_text(password)
    (invitation,) = wait_for_mails(shares.people, "runa@example.com")
    link = create_link(dialog)
    expect(dialog.get_by_label("Runa Eld")).to_be_checked()
    remove_proposed(dialog, "other_ids", "Tove Gran")
    dialog.get_by_role("button", name="Send E-mail").click()
    expect(dialog.get_by_text("The e-mail was sent to")).to_contain_text("Runa Eld")
    _invitation, mail = wait_for_mails(shares.people, "runa@example.com", 2)
    assert find_link(mail, "/share/") == link
    assert password not in mail.path.read_text()

    guest = visits.open(None, find_link(invitation, "/web/signup"))
    guest.locator("input[name=password]").fill("Runa's oaks 7")
    guest.locator("input[name=confirm_password]").fill("Runa's oaks 7")
    guest.get_by_role("button", name=re.compile("Sign up|Confirm|Reset")).click()
    card = guest.get_by_role("link", name=re.compile("Shared with Me"))
    expect(card).to_contain_text("1")
    card.click()
    guest.get_by_role("link", name="Beech offer").click()
    enter_password(guest, password)
    expect(guest.get_by_text("beech.pdf")).to_be_visible()

    stranger = visits.open(customer, link)
    expect_not_found(stranger)
    # a visitor lands on the share after the login
    visitor = visits.open(None, link)
    visitor.locator("input[name=login]").fill("runa@example.com")
    visitor.locator("input[name=password]").fill("Runa's oaks 7")
    visitor.get_by_role("button", name="Log in").click()
    visitor.wait_for_url(link)
    enter_password(visitor, password)
    expect(visitor.get_by_role("heading").first).to_have_text("Beech offer")


def test_the_words_of_the_mail_are_changed(visits, shares, staff, customer):
    """REQ S-4"""
    shares.add_documents(customer, "larch.pdf")
    page, dialog = start_from_documents(visits, staff, "larch.pdf")
    dialog.get_by_label("Name", exact=True).fill("Larch offer")
    dialog.get_by_label("Password", exact=True).fill("Under the larch 5")
    link = create_link(dialog)
    # whose document it is, is proposed
    expect(dialog.locator("[name=other_ids]")).to_contain_text("Tove Gran")
    dialog.get_by_role("button", name="Edit Email Content").click()
    subject = dialog.get_by_label("Subject")
    expect(subject).to_have_value("Sven Kohl shares “Larch offer” with you")
    # who only looks at it has not edited it
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    expect(dialog.get_by_text("with your edited text")).to_be_hidden()
    dialog.get_by_role("button", name="Edit Email Content").click()
    subject.fill("Larch, as we said")
    greeting = dialog.locator("[name=mail_body] p").first
    # others may be added yet, who get the edited text as well
    expect(greeting).to_have_text("Hello,")
    greeting.click(click_count=3)
    page.keyboard.type("Dear Tove, the larch is cheaper now.")
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_text("with your edited text")).to_be_visible()
    dialog.get_by_role("button", name="Send E-mail").click()
    expect(dialog.get_by_text("The e-mail was sent to")).to_be_visible()

    (mail,) = wait_for_mails(shares.people, f"{customer.login}@example.com")
    assert mail.subject == "Larch, as we said"
    assert "Dear Tove, the larch is cheaper now." in mail.html
    assert "Hello Tove" not in mail.html
    assert "Under the larch 5" not in mail.path.read_text()
    assert find_link(mail, "/share/") == link
    visitor = visits.open(None, find_link(mail, "/share/"))
    enter_password(visitor, "Under the larch 5")
    expect(visitor.get_by_text("larch.pdf").first).to_be_visible()


def test_new_share_from_the_list(visits, shares, people, staff, customer):
    """REQ S-6: what, then for whom, then the link"""
    folder_id = people.add_folder("Saw mill", customer)
    shares.add_documents(customer, "blades.pdf", folder_id=folder_id)
    page = open_list(visits, staff)
    page.get_by_role("button", name="New Share").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add what to share").click()
    dialog.get_by_role("row").get_by_role("combobox").select_option(label="Folder")
    dialog.locator(".o_field_reference input").fill("Saw m")
    page.get_by_role("option", name="Saw mill").click()
    dialog.get_by_role("button", name="Next").click()
    dialog = get_dialog(page)
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Saw mill")
    dialog.get_by_label("Secured link").check()
    dialog.get_by_role("combobox", name="Portal Users").fill("Tove")
    page.get_by_role("option", name=re.compile("Tove Gran")).first.click()
    link = create_link(dialog)
    dialog.get_by_role("button", name="Done").click()
    row = page.locator(".o_data_row").filter(has_text="Saw mill")
    expect(row).to_contain_text("Folder")
    expect(row).to_contain_text("Secured link")

    guest = visits.open(customer, "/my/shares")
    guest.get_by_role("link", name="Saw mill").click()
    guest.wait_for_url(link)
    guest.get_by_role("link", name="blades.pdf", exact=True).click()
    expect(guest.locator("iframe")).to_be_visible()


def test_several_at_once(visits, shares, staff, customer):
    """REQ S-5, S-8: closed, opened again and deleted, with pages that were open all the time"""
    documents = shares.add_documents(customer, "ash.pdf", "bark.pdf")
    two = [shares.add(f"Ash {part}", documents=documents) for part in ("one", "two")]
    visitors = [visits.open(None, share.path) for share in two]
    for visitor, share in zip(visitors, two, strict=True):
        expect(visitor.get_by_role("heading").first).to_have_text(share.name)
    page = open_list(visits, staff, "Ash")
    run_on_all(page, "Deactivate")
    expect(page.get_by_role("cell", name="Inactive")).to_have_count(2)
    for visitor in visitors:
        visitor.reload()
        expect_not_found(visitor)
    run_on_all(page, "Activate")
    expect(page.get_by_role("cell", name="Active", exact=True)).to_have_count(2)
    for visitor, share in zip(visitors, two, strict=True):
        visitor.reload()
        expect(visitor.get_by_role("heading").first).to_have_text(share.name)
    select_all(page)
    choose(
        page,
        page.get_by_role("button", name="Actions"),
        page.get_by_role("menuitem", name="Delete"),
    )
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".o_data_row:not(.o_sample_data_disabled *)")).to_have_count(0)
    for visitor in visitors:
        visitor.reload()
        expect_not_found(visitor)


def test_an_expired_link(visits, shares, staff, customer):
    """REQ S-5, S-8, S-12: the day is changed in the form, and the page that was open is gone"""
    documents = shares.add_documents(customer, "elm.pdf", "bast.pdf")
    share = shares.add("Elm offer", documents=documents, expiration_date=str(NEXT_WEEK))
    visitor = visits.open(None, share.path)
    expect(visitor.get_by_role("heading").first).to_have_text("Elm offer")
    page = open_share(visits, staff, share)
    day = page.locator("[name=expiration_date]")
    day.locator("button, input").first.click()
    day.locator("input").fill(f"{YESTERDAY:%m/%d/%Y}")
    day.locator("input").press("Tab")
    save(page)
    expect(page.get_by_role("radio", name="Expired")).to_be_checked()
    visitor.reload()
    expect_not_found(visitor)
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.get_by_role("radio", name="Active", exact=True)).to_be_checked()
    visitor.reload()
    expect(visitor.get_by_role("heading").first).to_have_text("Elm offer")
    # each visit is there to be read, as a list and as a graph
    page.reload()
    page.get_by_role("tab", name="Visits").click()
    expect(page.get_by_role("cell", name="View")).to_have_count(2)
    page.locator("button[name=action_open_accesses]").click()
    page.get_by_role("button", name="Graph View").or_(
        page.locator(".o_switch_view.o_graph")
    ).first.click()
    expect(page.locator(".o_graph_canvas_container canvas")).to_be_visible()


def test_a_password_that_was_typed_and_emptied_again(visits, shares, staff, customer):
    """REQ S-5, S-12: the old one stays, until it is removed by its button"""
    documents = shares.add_documents(customer, "yew.pdf")
    password = "Under the yew 9"
    share = shares.add("Yew offer", documents=documents, password=password)
    page = open_share(visits, staff, share)
    field = page.get_by_label("New Password")
    strength = page.locator("[name=new_password]").get_by_role("status")
    page.get_by_role("button", name="Generate").click()
    expect(field).not_to_have_value("")
    expect(strength).to_have_text("Strong")
    field.fill("")
    expect(strength).to_be_hidden()
    page.get_by_role("textbox", name="Note to the Recipient").fill("Not too late")
    save(page)
    visitor = visits.open(None, share.path)
    enter_password(visitor, password)
    expect(visitor.get_by_text("Not too late")).to_be_visible()

    page.get_by_role("button", name="Remove Password").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("no longer be asked for a password")
    dialog.get_by_role("button", name="Ok").click()
    expect(page.get_by_role("button", name="Remove Password")).to_be_hidden()
    visitor = visits.open(None, share.path)
    expect(visitor.get_by_role("heading").first).to_have_text("Yew offer")
    expect_pdf(visitor)

    page.get_by_role("button", name="Generate").click()
    expect(field).not_to_have_value("")
    generated = field.input_value()
    save(page)
    expect(strength).to_be_hidden()
    visitor = visits.open(None, share.path)
    enter_password(visitor, generated)
    expect(visitor.get_by_role("heading").first).to_have_text("Yew offer")


def test_more_is_added_and_the_link_is_sent(visits, shares, people, staff, customer):
    """REQ S-5: an existing share gets a folder and a reader, who is told by mail"""
    folder_id = people.add_folder("Rowan", customer)
    documents = shares.add_documents(customer, "rowan.pdf")
    shares.add_documents(customer, "berries.pdf", folder_id=folder_id)
    readers = [
        shares.people.server.call(
            "res.users", "search", [("login", "=", customer.login)]
        )[0]
    ]
    share = shares.add(
        "Rowan offer",
        documents=documents,
        access="secured",
        user_ids=[(6, 0, readers)],
    )
    page = open_share(visits, staff, share)
    page.get_by_role("button", name=re.compile("Add$")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add what to share").click()
    dialog.get_by_role("row").get_by_role("combobox").select_option(label="Folder")
    dialog.locator(".o_field_reference input").fill("Rowa")
    page.get_by_role("option", name="Rowan").click()
    dialog.get_by_role("button", name="Add to Share").click()
    expect(dialog).to_be_hidden()
    items = page.locator("[name=item_ids] .o_data_row")
    expect(items).to_have_count(2)
    expect(items.last).to_contain_text("Rowan")

    page.get_by_role("button", name="Send Link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Tove Gran")).to_be_checked()
    dialog.get_by_placeholder("Name").fill("Siri Moe")
    dialog.get_by_placeholder("E-mail", exact=True).fill("siri@example.com")
    dialog.get_by_role("button", name="Add User").click()
    expect(dialog.get_by_label("Siri Moe")).to_be_checked()
    dialog.get_by_role("button", name="Send E-mail").click()
    expect(dialog.get_by_text("The e-mail was sent to")).to_contain_text("Siri Moe")
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator("[name=user_ids]")).to_contain_text("Siri Moe")
    _invitation, mail = wait_for_mails(shares.people, "siri@example.com", 2)
    assert find_link(mail, "/share/").endswith(share.path)
    reader = visits.open(customer, share.path)
    expect(reader.get_by_role("link", name="Rowan", exact=True)).to_be_visible()


def test_shares_of_a_kind(visits, shares, people, staff, customer):
    """REQ S-5: the panel beside the list, and the search by what people call a kind"""
    folder_id = people.add_folder("Hazel", customer)
    shares.add("Hazel folder", folders=[folder_id])
    shares.add("Hazel nut", documents=shares.add_documents(customer, "nut.pdf"))
    page = open_list(visits, staff, "Hazel")
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(2)
    panel = page.locator(".o_search_panel")
    panel.get_by_text("Folder", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Hazel folder")
    panel.get_by_text("All").first.click()
    expect(rows).to_have_count(2)
    search(page, "docu", field="Kind")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Hazel nut")


def remove_proposed(dialog, field, name):
    """Take somebody out of those whom the dialog proposes."""
    proposed = dialog.locator(f"[name={field}] .o_tag").filter(has_text=name)
    proposed.hover()
    proposed.locator(".o_delete").click()
    expect(proposed).to_have_count(0)


def save(page):
    page.get_by_role("button", name="Save manually").click()
    expect(page.get_by_role("button", name="Save manually")).to_be_hidden()


def run_on_all(page, button):
    select_all(page)
    page.get_by_role("button", name=button, exact=True).click()


def select_all(page):
    page.locator("thead .o_list_record_selector").click()
    expect(page.get_by_text("2 selected")).to_be_visible()


def find_link(mail, part):
    """Return the address of the first link in a mail that holds ``part``."""
    links = map(html.unescape, re.findall(r'href="([^"]+)"', mail.html))
    return next(link for link in links if part in link)
