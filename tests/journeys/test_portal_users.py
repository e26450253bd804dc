"""Portal managers run the portal's users; customers who are trusted invite colleagues."""

import csv
import io
import itertools
import re

import pytest
from playwright.sync_api import expect

from .menus import pick_filter, search
from .people import Person
from .visits import DESKTOP, PHONE, tab_to

_numbers = itertools.count(1)

USERS = "/odoo/portal-users"
#: A small screen: what says who somebody is has to be read whole here.
SMALL = 1200
#: Cells whose text is cut off, as a list of str.
CUT = """row => [...row.querySelectorAll("td")]
    .filter(({attributes: {name}}) =>
        ["name", "parent_id", "email", "portal_state"].includes(name?.value))
    .flatMap(cell => [cell, ...cell.querySelectorAll("*")])
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
    .map(one => one.outerHTML)"""
#: What axe finds in Odoo's own lists, tags and selections.
OF_ODOO = (
    'users: label: <input type="checkbox"',
    "users: button-name",
    'users: color-contrast: <span class="badge rounded-pill text-bg-success">',
    "new user: aria-allowed-attr",
    "new user: autocomplete-valid",
    "removal: aria-allowed-attr",
    "dry run: button-name",
    'cards: color-contrast: <span class="badge rounded-pill text-bg-success">',
    "form: aria-allowed-attr",
    "form: autocomplete-valid",
    'form: color-contrast: <label class="o_form_label',
)


@pytest.fixture(scope="module")
def manager(people):
    return people.add_staff("Mia Falk", "customer_portal_shares.group_portal_manager")


@pytest.fixture(scope="module")
def admin(people):
    [user] = people.read("res.users", [("login", "=", "admin")], "name", "partner_id")
    return Person(user["id"], "admin", user["name"], user["partner_id"][0])


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Pia Rask", company="Rask Bakery")


@pytest.fixture(scope="module")
def trusted(people, server):
    person = people.add_customer("Ulf Strand", company="Strand Sails")
    server.call("res.users", "write", [person.id], {"portal_is_administrator": True})
    return person


@pytest.mark.parametrize(("who", "width"), [("admin", DESKTOP), ("manager", PHONE)])
def test_a_manager_makes_a_user(request, visits, people, who, width):
    """REQ U-3: typed in the dialog, and in the list at once with the state"""
    name = f"Vera Holm {width}"
    page = visits.open(request.getfixturevalue(who), USERS, width=width)
    page.get_by_role("button", name="New User").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("E-mail", exact=True).fill(f"vera{width}@example.com")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_be_hidden()
    [user] = people.read(
        "res.users", [("login", "=", f"vera{width}@example.com")], "name", "share"
    )
    assert (user["name"], user["share"]) == (name, True)


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_a_manager_edits_in_the_list(request, visits, people, who):
    """REQ U-1: by keyboard, in place; an administrator writes all fields by another way"""
    name = f"Pia Rask {next(_numbers)}"
    person = people.add_customer(name, company="Rask Bakery")
    page = visits.open(request.getfixturevalue(who), USERS)
    search(page, name)
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(name)
    row.locator("td[name=name]").click()
    field = row.locator("td[name=name] input")
    field.fill(f"{name}-Berg")
    with page.expect_response(re.compile(r"/res\.users/web_save")):
        field.press("Enter")
        page.locator(".o_control_panel").click()
    expect(row.locator("td[name=name]")).to_contain_text(f"{name}-Berg")
    [user] = people.read("res.users", [("id", "=", person.id)], "name")
    assert user["name"] == f"{name}-Berg"


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_the_form_is_opened_from_the_list(request, visits, people, server, who):
    """REQ U-1, U-2: whoever was removed is let in again there"""
    name = f"Pia Removed {next(_numbers)}"
    person = people.add_customer(name, company="Rask Bakery")
    server.call("res.users", "action_portal_remove", [person.id])
    page = visits.open(request.getfixturevalue(who), USERS)
    page.locator(".o_searchview_facet .o_facet_remove").first.click()
    search(page, name)
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Open in form view").click()
    form = page.locator(".o_form_view")
    expect(form).to_contain_text("Manages Colleagues")
    form.get_by_role("button", name="Activate", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    expect(form).to_contain_text("Invited")


def test_an_administrator_removes_a_user(visits, people, admin, server):
    """REQ U-2, U-4: what goes and what stays is said before; a manager does by keyboard, below"""
    name = f"Siv Leaver {next(_numbers)}"
    leaver = people.add_customer(name, company="Leaver Ltd")
    page = visits.open(admin, USERS)
    search(page, name)
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    row.locator("input[type=checkbox]").first.check()
    page.get_by_role("button", name="Remove…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This will be removed")
    expect(dialog).to_contain_text("Documents: 0")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(row).to_have_count(0)
    page.locator(".o_searchview_facet .o_facet_remove").first.click()
    expect(row).to_contain_text("Removed")
    [user] = server.call(
        "res.users",
        "search_read",
        [("id", "=", leaver.id), ("active", "=", False)],
        ["login"],
    )
    assert user


def test_an_administrator_invites_many(visits, people, admin):
    """REQ U-3: a dry run first; a manager does by keyboard, below"""
    page = visits.open(admin, USERS)
    page.get_by_role("button", name="Invite Many").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("div[name=text] textarea").fill(
        "Kai Moss,kai.moss@example.com\nNobody,nonsense"
    )
    dialog.get_by_role("button", name="Dry Run").click()
    expect(dialog).to_contain_text("Nothing has been done yet.")
    expect(dialog).to_contain_text("is not an e-mail address")
    assert not people.read("res.users", [("login", "=", "kai.moss@example.com")], "id")
    dialog.get_by_role("button", name="Invite", exact=True).click()
    expect(dialog).to_contain_text("Invited.")
    assert people.read("res.users", [("login", "=", "kai.moss@example.com")], "id")
    with page.expect_download() as download:
        dialog.locator("div[name=result] .fa-download").click()
    assert download.value.suggested_filename == "portal-users.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    [head, kai, nobody] = csv.reader(io.StringIO(text))
    assert head == ["Line", "Name", "E-mail", "Company", "Result"]
    assert (kai[1], kai[4]) == ("Kai Moss", "Invited.")
    assert "is not an e-mail address" in nobody[4]


def test_a_manager_finds_people(visits, people, manager, server):
    """REQ U-1: by status, by company, and whole on a small screen"""
    number = next(_numbers)
    company, address = f"Brattland Boats {number}", f"solveig.{number}@boats.example"
    lost = people.add_customer(f"Solveig Brattland {number}", company=company)
    mate = people.add_customer(f"Tor Brattland {number}", colleague_of=lost)
    other = people.add_customer("Unn Foss", company="Foss Nets")
    server.call("res.partner", "write", [lost.partner_id], {"signup_type": "signup"})
    server.call(
        "res.users",
        "write",
        [lost.id],
        {
            "portal_undelivered": address,
            "portal_undelivered_reason": "550 5.1.1 no such user here",
            "email": address,
        },
    )
    page = visits.open(manager, USERS, width=SMALL)
    rows = page.locator(".o_data_row")
    pick_filter(page, "Did not arrive")
    row = page.locator(".o_data_row", has_text=address)
    expect(row).to_contain_text("Did not arrive")
    expect(page.locator(".o_data_row", has_text=mate.name)).to_have_count(0)
    assert row.evaluate(CUT) == []
    page.locator(".o_searchview_facet .o_facet_remove").last.click()
    search(page, f"Brattland {number}")
    expect(rows).to_have_count(2)
    assert rows.first.evaluate(CUT) == []
    page.locator(".o_searchview_facet .o_facet_remove").last.click()
    pick_filter(page, "Company")
    group = page.locator(".o_group_header", has_text=company)
    expect(group).to_contain_text("(2)")
    group.click()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(lost.name)
    expect(rows.last).to_contain_text(mate.name)
    assert rows.last.evaluate(CUT) == []
    expect(page.locator(".o_data_row", has_text=other.name)).to_have_count(0)


def test_a_manager_works_by_keyboard_alone(visits, people, manager, server, check):
    """REQ U-1, U-2, U-3, U-4: a new user, then deactivated and removed"""
    page = visits.open(manager, USERS)
    expect(page.locator(".o_list_view")).to_be_visible()
    check.look("users", page, ".o_list_renderer")
    new = page.get_by_role("button", name="New User").first
    # Odoo's searchbox, which has the focus, keeps Tab for itself
    new.press("Enter")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_label("Name", exact=True))
    page.keyboard.type("Kay Bo")
    tab_to(page, dialog.get_by_label("E-mail", exact=True))
    page.keyboard.type("kay.bo@example.com")
    check.look("new user", page, ".modal-body")
    tab_to(page, dialog.get_by_role("button", name="Create"))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    page.goto(USERS)
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("kay.bo@example.com")
    page.keyboard.press("Enter")
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    tick = row.locator("input[type=checkbox]").first
    # from button to button of the row
    tick.focus()
    for name, key, words in (
        ("Reports", "Enter", "without an end"),
        ("Password", "Space", "logged out at once"),
    ):
        page.keyboard.press("Tab")
        expect(row.get_by_role("button", name=name)).to_be_focused()
        page.keyboard.press(key)
        expect(dialog).to_contain_text(words)
        check.look(name, page, ".modal-body")
        if name == "Password":
            expect_policy(page, dialog)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        row.get_by_role("button", name=name).focus()
    tick.press("Space")
    page.get_by_role("button", name="Deactivate", exact=True).press("Enter")
    expect(row).to_contain_text("Deactivated")

    if not tick.is_checked():
        tick.press("Space")
    page.get_by_role("button", name="Remove…").press("Enter")
    expect(dialog).to_contain_text("This will be removed")
    check.look("removal", page, ".modal-body")
    tab_to(page, dialog.get_by_role("button", name="Remove", exact=True))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    page.goto(USERS)
    page.get_by_role("button", name="Invite Many").press("Enter")
    tab_to(page, dialog.locator("div[name=text] textarea"))
    page.keyboard.type("Lo Berg,lo.berg@example.com")
    check.look("many", page, ".modal-body")
    tab_to(page, dialog.get_by_role("button", name="Dry Run"))
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Nothing has been done yet.")
    check.look("dry run", page, ".modal-body")
    tab_to(page, dialog.get_by_role("button", name="Invite", exact=True))
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Invited.")
    check.expect_nothing(but=OF_ODOO)


def expect_policy(page, dialog):
    """Type passwords: told how good they are, and refused by the policy in its words."""
    field = dialog.get_by_label("Password", exact=True)
    set_it = dialog.get_by_role("button", name="Set Password")
    for password, strength in (("short", "Weak"), ("Bright-9-lantern-day", "Strong")):
        field.fill(password)
        expect(dialog.get_by_role("status")).to_have_text(strength)
    field.fill("short")
    set_it.press("Enter")
    refusal = page.get_by_role("dialog").filter(has_text="at least 8 characters")
    expect(refusal).to_be_visible()
    refusal.get_by_role("button", name="Close").first.press("Enter")
    expect(refusal).to_be_hidden()


def test_a_manager_edits_on_a_phone(visits, people, manager, check):
    """REQ U-1: cards in place of a list, and a form behind each"""
    person = people.add_customer("Gro Foss", company="Foss Fish")
    page = visits.open(manager, USERS, width=PHONE)
    card = page.locator(".o_kanban_record", has_text="Gro Foss")
    expect(card).to_contain_text("Foss Fish")
    check.look("cards", page, ".o_kanban_renderer")
    card.click()
    page.get_by_label("Phone", exact=True).fill("+44 20 7946 0000")
    check.look("form", page, ".o_form_sheet")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("button", name="Save").first).to_be_hidden()
    [user] = people.read("res.users", [("id", "=", person.id)], "phone")
    assert user["phone"] == "+44 20 7946 0000"
    check.expect_nothing(but=OF_ODOO)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_customer_manages_colleagues(visits, people, trusted, check, width):
    """REQ U-7: by keyboard alone"""
    mate = people.add_customer(f"Rolf Mate {width}", colleague_of=trusted)
    page = visits.open(trusted, "/my/home", width=width)
    tab_to(page, page.get_by_role("link", name="Colleagues").first)
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("heading", name="Colleagues at Strand Sails")
    ).to_be_visible()
    check.look(f"colleagues at {width}", page)
    tab_to(page, page.get_by_label("Name", exact=True))
    page.keyboard.type(f"Tea {width}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"tea{width}@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The invitation is on its way")
    row = page.get_by_role("listitem").filter(has_text=f"tea{width}@example.com")
    expect(row).to_contain_text("Invited")
    row = page.get_by_role("listitem").filter(has_text=mate.name)
    tab_to(page, row.locator("summary"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("can no longer log in")
    row = page.get_by_role("listitem").filter(has_text=mate.name)
    expect(row).to_contain_text("No access")
    check.expect_nothing()


def test_others_find_no_colleagues(visits, customer):
    visits.expect_complaint("404")
    page = visits.open(customer, "/my/home")
    expect(page.get_by_role("link", name="Colleagues")).to_have_count(0)
    assert page.goto("/my/colleagues").status == 404
