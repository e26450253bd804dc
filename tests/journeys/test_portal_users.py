"""Portal managers run the portal's users; customers who are trusted invite colleagues."""

import pytest
from playwright.sync_api import expect

from .visits import DESKTOP, PHONE, tab_to

USERS = "/odoo/portal-users"
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
def customer(people):
    return people.add_customer("Pia Rask", company="Rask Bakery")


@pytest.fixture(scope="module")
def trusted(people, server):
    person = people.add_customer("Ulf Strand", company="Strand Sails")
    server.call("res.users", "write", [person.id], {"portal_is_administrator": True})
    return person


def search(page, text):
    box = page.get_by_role("searchbox")
    box.fill(text)
    box.press("Enter")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_manager_makes_a_user(visits, people, manager, width):
    """REQ U-3: typed in the dialog, and in the list at once with the state"""
    name = f"Vera Holm {width}"
    page = visits.open(manager, USERS, width=width)
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


def test_a_manager_edits_in_the_list(visits, people, manager, customer):
    """REQ U-1: by keyboard, in place"""
    page = visits.open(manager, USERS)
    search(page, "Pia Rask")
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Pia Rask")
    row.locator("td[name=name]").click()
    field = row.locator("td[name=name] input")
    field.fill("Pia Rask-Berg")
    field.press("Enter")
    page.locator(".o_control_panel").click()
    expect(row.locator("td[name=name]")).to_contain_text("Pia Rask-Berg")
    [user] = people.read("res.users", [("id", "=", customer.id)], "name")
    assert user["name"] == "Pia Rask-Berg"


def test_a_manager_removes_a_user(visits, people, manager, server):
    """REQ U-2, U-4: what goes and what stays is said before"""
    leaver = people.add_customer("Siv Leaver", company="Leaver Ltd")
    page = visits.open(manager, USERS)
    search(page, "Siv Leaver")
    row = page.locator(".o_data_row")
    expect(row).to_have_count(1)
    row.locator("input[type=checkbox]").first.check()
    page.get_by_role("button", name="Remove…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This goes")
    expect(dialog).to_contain_text("Documents: 0")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(row).to_contain_text("Deactivated")
    [user] = server.call(
        "res.users",
        "search_read",
        [("id", "=", leaver.id), ("active", "=", False)],
        ["login"],
    )
    assert user


def test_a_manager_invites_many(visits, people, manager):
    """REQ U-3: a dry run first"""
    page = visits.open(manager, USERS)
    page.get_by_role("button", name="Invite Many").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("div[name=text] textarea").fill(
        "Kai Moss,kai.moss@example.com\nNobody,nonsense"
    )
    dialog.get_by_role("button", name="Dry Run").click()
    expect(dialog).to_contain_text("Nothing was done yet.")
    expect(dialog).to_contain_text("is not an e-mail address")
    assert not people.read("res.users", [("login", "=", "kai.moss@example.com")], "id")
    dialog.get_by_role("button", name="Invite", exact=True).click()
    expect(dialog).to_contain_text("Invited.")
    assert people.read("res.users", [("login", "=", "kai.moss@example.com")], "id")


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
    for name, words in (
        ("Reports", "without an end"),
        ("Password", "logged out at once"),
    ):
        page.keyboard.press("Tab")
        expect(row.get_by_role("button", name=name)).to_be_focused()
        # (Enter is the list's own)
        page.keyboard.press("Space")
        expect(dialog).to_contain_text(words)
        check.look(name, page, ".modal-body")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        row.get_by_role("button", name=name).focus()
    tick.press("Space")
    page.get_by_role("button", name="Deactivate", exact=True).press("Enter")
    expect(row).to_contain_text("Deactivated")

    if not tick.is_checked():
        tick.press("Space")
    page.get_by_role("button", name="Remove…").press("Enter")
    expect(dialog).to_contain_text("This goes")
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
    expect(dialog).to_contain_text("Nothing was done yet.")
    check.look("dry run", page, ".modal-body")
    tab_to(page, dialog.get_by_role("button", name="Invite", exact=True))
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Invited.")
    check.expect_nothing(but=OF_ODOO)


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
    expect(page.get_by_role("status")).to_contain_text("cannot log in any more")
    row = page.get_by_role("listitem").filter(has_text=mate.name)
    expect(row).to_contain_text("No access")
    check.expect_nothing()


def test_others_find_no_colleagues(visits, customer):
    visits.expect_complaint("404")
    page = visits.open(customer, "/my/home")
    expect(page.get_by_role("link", name="Colleagues")).to_have_count(0)
    assert page.goto("/my/colleagues").status == 404
