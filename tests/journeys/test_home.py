"""The first page of a customer: what waits, the ways in, what is new (REQ U-6, U-8)."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from .visits import DESKTOP, PHONE, get_overflow, tab_to

_numbers = itertools.count(1)
WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE])


@pytest.fixture
def customer(people):
    return people.add_customer("Nora Falk", company="Falk & Sons")


@WIDTHS
def test_a_new_customer_is_told_what_to_do_first(visits, customer, check, width):
    page = visits.open(customer, "/my", width=width)
    expect(page.get_by_text("send us your first document")).to_be_visible()
    expect(page.get_by_text("Waiting for you")).to_have_count(0)
    expect(page.get_by_text("Nothing new.")).to_be_visible()
    assert get_overflow(page) <= 0
    check.look("home, empty", page)
    check.expect_nothing()


@WIDTHS
def test_what_is_new_and_what_waits(visits, people, customer, check, width):
    people.create(
        "customer.portal.document", name="Lease 2027", partner_id=customer.partner_id
    )
    issue = people.create(
        "helpdesk.ticket",
        name="Gate is stuck",
        description="<p>Since today</p>",
        partner_id=customer.partner_id,
    )
    people.server.call(
        "helpdesk.ticket",
        "message_post",
        [issue],
        body="Which gate?",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
    )
    page = visits.open(customer, "/my", width=width)
    waiting = page.locator(".o_customer_portal_waiting")
    expect(waiting).to_contain_text("Answers on your issues")
    card = page.locator(".o_portal_index_card", has_text="Documents").first
    expect(card).to_contain_text("1 new")
    news = page.locator(".o_customer_portal_news")
    expect(news.get_by_role("link", name="Lease 2027")).to_be_visible()
    assert get_overflow(page) <= 0
    check.look("home", page)
    check.expect_nothing()

    # by keyboard; what was seen waits no more
    tab_to(page, waiting.get_by_role("link", name="Gate is stuck"))
    with page.expect_response("**/my/ticket/*/seen"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Which gate?")).to_be_visible()
    page.goto("/my")
    expect(
        page.locator(".o_customer_portal_cards, .o_portal_docs").first
    ).to_be_visible()
    expect(page.get_by_text("Answers on your issues")).to_have_count(0)


@WIDTHS
def test_issues_are_in_one_place(visits, people, customer, check, width):
    """REQ U-8"""
    people.create(
        "helpdesk.ticket",
        name="Lamp flickers",
        description="<p>Hall 2</p>",
        partner_id=customer.partner_id,
    )
    page = visits.open(customer, "/my", width=width)
    expect(page.get_by_role("link", name="Tickets")).to_have_count(0)
    page.locator(".o_portal_index_card", has_text="Issues").get_by_role("link").click()
    expect(page.get_by_role("link", name="Lamp flickers")).to_be_visible()
    check.look("issues", page)
    page.goto("/my/tickets?search=flickers")
    expect(page.get_by_role("link", name="Lamp flickers")).to_be_visible()
    assert "/my/binders?search=flickers" in page.url
    page.get_by_role("link", name="New Issue").click()
    page.get_by_label("Subject").fill("Door squeaks")
    page.get_by_label("Description").fill("Loudly")
    check.look("new issue", page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Door squeaks").first).to_be_visible()
    check.expect_nothing()


@pytest.fixture
def free_sign_up(server):
    scope = "auth_signup.invitation_scope"
    before = server.call("ir.config_parameter", "get_param", scope)
    server.call("ir.config_parameter", "set_param", scope, "b2c")
    yield
    server.call("ir.config_parameter", "set_param", scope, before)


@WIDTHS
def test_who_signs_up_confirms_the_address(visits, server, free_sign_up, check, width):
    """REQ U-6: what was sent to it is shown to whoever reads the mails there"""
    email = f"sif{next(_numbers)}@example.com"
    page = visits.open(None, "/web/signup", width=width)
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Name", exact=True).fill("Sif Moe")
    for label in ("Password", "Confirm Password"):
        page.get_by_label(label, exact=True).fill("Long-enough-1")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/my**")
    waiting = page.locator(".o_customer_portal_waiting")
    waiting.get_by_role("link", name=f"Confirm {email}").click()
    send = page.get_by_role("button", name="Send me a link")
    expect(send).to_be_visible()
    check.look("not confirmed", page)
    send.click()
    expect(page.get_by_role("status")).to_contain_text("on its way")
    check.look("link sent", page)
    mail = server.mailbox.find(email, "your e-mail address")
    page.goto(re.search(r"/my/email\?token=[\w=-]+", mail.html).group())
    check.look("link", page)
    assert get_overflow(page) <= 0
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("status")).to_contain_text(f"{email} is confirmed")
    page.get_by_role("link", name="To the portal").click()
    expect(page.get_by_text("Nothing new.")).to_be_visible()
    expect(waiting).to_have_count(0)
    check.expect_nothing()
