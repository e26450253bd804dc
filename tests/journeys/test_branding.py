"""A portal manager, who is no administrator, says how the portal looks (REQ U-5, U-8)."""

import base64
import struct
import zlib

import pytest
from playwright.sync_api import expect

from .visits import DESKTOP, PHONE, get_overflow, tab_to

MANAGER = ("customer_portal_shares.group_portal_manager",)
FIELDS = ("portal_logo", "portal_welcome", "portal_copyright", "portal_copyright_url")


def make_png(width=60, height=20):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + b"\x14\x53\x2d" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def manager(people):
    yield people.add_staff("Mara Quist", *MANAGER)
    people.server.call("res.company", "write", [1], dict.fromkeys(FIELDS, False))
    links = people.read("customer.portal.link", [], "id")
    people.server.call("customer.portal.link", "unlink", [one["id"] for one in links])


def test_a_manager_brands_the_portal(visits, people, manager):
    page = visits.open(
        manager, "/odoo/action-customer_portal_shares.customer_portal_branding_action"
    )
    page.locator("[name=copyright_text] input").fill("© Quist Ltd")
    page.locator("[name=copyright_url] input").fill("/legal")
    welcome = page.locator("[name=welcome] .odoo-editor-editable")
    welcome.click()
    page.keyboard.type("Good to see you")
    page.locator("[name=logo] input[type=file]").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": make_png()}
    )
    page.get_by_text("Add a line").click()
    page.locator("[name=link_ids] [name=name] input").fill("Opening hours")
    page.locator("[name=link_ids] [name=url] input").fill("https://example.com/hours")
    page.locator("[name=copyright_text] input").click()

    # before anything is saved
    preview = page.locator("[name=preview]")
    expect(preview).to_contain_text("© Quist Ltd")
    expect(preview).to_contain_text("Opening hours")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("button", name="Save").first).to_be_hidden()

    [company] = people.read("res.company", [("id", "=", 1)], *FIELDS)
    assert company["portal_copyright"] == "© Quist Ltd"
    assert "Good to see you" in company["portal_welcome"]
    assert company["portal_logo"]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_manager_brands_by_keyboard_alone(visits, people, manager, check, width):
    page = visits.open(
        manager,
        "/odoo/action-customer_portal_shares.customer_portal_branding_action",
        width=width,
    )
    tab_to(page, page.locator("[name=copyright_text] input"))
    page.keyboard.type("© Keys Ltd")
    tab_to(page, page.get_by_role("button", name="Add a line"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("[name=link_ids] [name=name] input"))
    page.keyboard.type("Hours")
    tab_to(page, page.locator("[name=link_ids] [name=url] input"))
    page.keyboard.type("/hours")
    # last: in Odoo's editor, Tab indents
    page.keyboard.press("Escape")
    tab_to(page, page.locator("[name=welcome] .odoo-editor-editable"))
    page.keyboard.type("Typed words")
    check.look("branding", page, ".o_form_sheet")
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("button", name="Save").first).to_be_hidden()
    [company] = people.read("res.company", [("id", "=", 1)], *FIELDS)
    assert company["portal_copyright"] == "© Keys Ltd"
    assert "Typed words" in company["portal_welcome"]
    assert people.read("customer.portal.link", [("url", "=", "/hours")], "name")
    check.expect_nothing()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_everybody_sees_it(visits, people, manager, check, width):
    people.set_company(
        portal_logo=base64.b64encode(make_png()).decode(),
        portal_welcome="<p>Good to see you</p>",
        portal_copyright="© Quist Ltd",
        portal_copyright_url="https://example.com/legal",
        portal_link_ids=[(0, 0, {"name": "Opening hours", "url": "/hours"})],
    )
    customer = people.add_customer("Ole Brandt")
    for who, path in ((customer, "/my"), (None, "/web/login")):
        page = visits.open(who, path, width=width)
        expect(page.get_by_text("Good to see you")).to_be_visible()
        expect(page.get_by_role("link", name="Opening hours")).to_be_visible()
        copyright_ = page.get_by_role("link", name="© Quist Ltd")
        expect(copyright_).to_have_attribute("href", "https://example.com/legal")
        logo = page.locator("img[src*='/logo.png?company=1']").first
        expect(logo).to_be_visible()
        assert logo.evaluate("image => image.naturalWidth") == 60
        assert get_overflow(page) <= 0
    check.look("home, branded", visits.open(customer, "/my", width=width))
    check.expect_nothing()


def test_the_checklist_leads_on_until_it_is_dismissed(visits, people, manager):
    """REQ U-8"""
    documents = "/odoo/action-customer_portal_docs.customer_portal_document_action"
    page = visits.open(manager, documents)
    section = page.get_by_role("region", name="Set up the customer portal")
    section.get_by_role("button", name="Make it yours").click()
    expect(page.get_by_text("How the portal looks")).to_be_visible()
    page.goto(documents)
    section.get_by_role("button", name="Dismiss").click()
    expect(section).to_have_count(0)
    page.reload()
    expect(page.locator(".o_list_view")).to_be_visible()
    expect(section).to_have_count(0)
    people.set_company(portal_setup_dismissed=False)
