"""A year-end checklist from its first click to the renewal of what it brought, all by hand."""

import collections
import contextlib
import itertools
import re

import pytest
from playwright.sync_api import expect

from .menus import pick_filter
from .visits import DESKTOP, PHONE, WIDE, file, get_overflow

LINES = ("Ledger", "Bank letter", "Fire insurance")
REQUESTS = "/odoo/action-customer_portal_docs.customer_portal_request_action"
REVIEW = "/odoo/action-customer_portal_docs.customer_portal_request_line_action"
DOCUMENTS = "/odoo/action-customer_portal_docs.customer_portal_document_action"
MISSING_PAGES = "Some pages are missing. Please send the whole document."

Guest = collections.namedtuple("Guest", "partner_id name email")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def accountant(people):
    return people.add_staff("Vera Counter")


@pytest.fixture
def number():
    """Of the try, which tells names of the next from those of the one before."""
    return next(_numbers)


@pytest.fixture
def client(people, number):
    return people.add_customer(f"Klara Quay {number}.", company="Quay and Sons")


@pytest.fixture
def guest(people, number):
    """A client without a login."""
    name, email = f"Gil Nilsson {number}.", f"gil{number}@example.com"
    return Guest(people.create("res.partner", name=name, email=email), name, email)


@pytest.fixture
def checklist(people, number):
    lines = [
        (0, 0, {"name": LINES[0], "description": "Of the whole year"}),
        (0, 0, {"name": LINES[1]}),
        (0, 0, {"name": LINES[2], "multiple": False, "needs_valid_until": True}),
    ]
    name = f"Year end of Quay {number}."
    people.create("customer.portal.request.template", name=name, line_ids=lines)
    return name


def get_line(page, name):
    return page.locator(".o_customer_portal_request_lines > li").filter(has_text=name)


def run(server, code):
    [cron] = server.call("ir.cron", "search", [("code", "like", code)])
    # the server may have begun by itself
    with contextlib.suppress(RuntimeError):
        server.call("ir.cron", "method_direct_trigger", [cron])


def upload(page, name, *filenames, until=None):
    line = get_line(page, name)
    if until:
        line.locator("input[type=date]").fill(until)
    line.locator("input[type=file]").set_input_files(
        [file(filename) for filename in filenames]
    )
    line.get_by_role("button", name="Upload", exact=True).click()
    expect(get_line(page, name).get_by_text("Received")).to_be_visible()
    assert get_overflow(page) <= 0


def accept_on_its_form(page, client, name):
    """Open the one file of a line by its row, and accept it there."""
    row = page.locator(".o_data_row").filter(has_text=client.name)
    row.get_by_role("cell", name=name, exact=True).click()
    expect(page.locator(".o_attachment_preview")).to_be_attached()
    accept = page.locator(".o_form_view").get_by_role(
        "button", name="Accept", exact=True
    )
    accept.click()
    expect(accept).to_be_hidden()


def look_at_requests(page, name, client, away):
    """See a request that is late, and one of a contact who is archived: list, cards, graph."""
    page.goto(REQUESTS)
    rows = page.locator(".o_data_row").filter(has_text=name)
    late = rows.filter(has_text=client.name)
    expect(late).to_have_class(re.compile("text-danger"))
    asleep = rows.filter(has_text=away)
    expect(asleep).to_have_class(re.compile("text-muted"))
    expect(asleep.get_by_role("button", name="On hold")).to_be_visible()
    expect(late.get_by_role("button", name="On hold")).to_have_count(0)
    page.locator(".o_switch_view.o_kanban").click()
    cards = page.locator(".o_kanban_record").filter(has_text=name)
    late = cards.filter(has_text=client.name)
    expect(late.locator("footer .text-danger")).to_be_visible()
    expect(late).to_contain_text("2 missing")
    expect(page.locator(".o_kanban_group").filter(has=late)).to_contain_text("Open")
    expect(cards.filter(has_text=away)).to_contain_text("On hold")
    page.locator(".o_switch_view.o_graph").click()
    expect(page.locator(".o_graph_renderer canvas")).to_be_visible()


def test_a_checklist_from_the_first_click_to_the_renewal(
    visits, people, server, accountant, client, guest, checklist
):
    """REQ D-18, D-20"""
    # the accountant asks two clients at once
    page = visits.open(
        accountant,
        REQUESTS,
        width=WIDE,
    )
    page.get_by_role("button", name="Request Documents").first.click()
    dialog = page.get_by_role("dialog")
    for name in (client.name, guest.name):
        dialog.locator("[name=partner_ids] input").fill(name)
        page.locator(".o-autocomplete--dropdown-item", has_text=name).first.click()
    dialog.locator("[name=template_id] input").fill(checklist)
    page.locator(".o-autocomplete--dropdown-item", has_text=checklist).first.click()
    expect(dialog.locator("[name=name] input")).to_have_value(checklist)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    found = people.read(
        "customer.portal.request",
        [("partner_id", "in", [client.partner_id, guest.partner_id])],
        "partner_id",
        "state",
        "user_id",
    )
    assert {one["state"] for one in found} == {"open"}
    assert {one["user_id"][0] for one in found} == {accountant.id}
    ids = {one["partner_id"][0]: one["id"] for one in found}
    own_id, guests_id = ids[client.partner_id], ids[guest.partner_id]

    # one has a login, and the phone at hand
    address = f"{client.login}@example.com"
    assert "/my/requests/" in server.mailbox.find(address, checklist).html
    own = visits.open(client, "/my/home", width=PHONE)
    own.locator(".o_customer_portal_waiting").get_by_role(
        "link", name=checklist
    ).first.click()
    upload(own, LINES[0], "ledger.pdf")
    upload(own, LINES[1], "bank 1.pdf", "bank 2.pdf")
    upload(own, LINES[2], "fire.pdf", until="2037-06-30")

    # the other has the link of the mail
    html = server.mailbox.find(guest.email, checklist).html
    path = re.search(r"/my/requests/\d+\?access_token=[0-9a-f]{64}", html).group()
    visitor = visits.open(None, path, width=PHONE)
    upload(visitor, LINES[0], "gil.pdf")
    for name in LINES[1:]:
        line = get_line(visitor, name)
        line.get_by_text("This does not apply to me").click()
        line.get_by_label("Why?").fill("I have none")
        line.get_by_role("button", name="Send", exact=True).click()
        expect(get_line(visitor, name).get_by_text("I have none")).to_be_visible()

    # several at once are sent back, for a reason that is at hand
    page.goto(REVIEW)
    rows = page.locator(".o_data_row").filter(has_text=client.name)
    expect(rows).to_have_count(3)
    for name in LINES[:2]:
        rows.filter(has_text=name).get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Reject", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason_id] input").fill("Some pages")
    page.locator(".o-autocomplete--dropdown-item", has_text="Some pages").first.click()
    expect(dialog.locator("[name=reason] textarea")).to_have_value(MISSING_PAGES)
    dialog.get_by_role("button", name="Reject and Notify the Customer").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".o_data_row").filter(has_text=client.name)).to_have_count(1)
    # in one mail, a minute later
    server.sql(
        "UPDATE mail_mail SET scheduled_date = now() - interval '1 minute'"
        " WHERE state = 'outgoing'"
    )
    run(server, "process_email_queue")
    mail = server.mailbox.find(address, "again")
    for words in (*LINES[:2], MISSING_PAGES):
        assert words in mail.html
    assert LINES[2] not in mail.html

    # the due date comes: who owes something is reminded, and nobody else
    server.sql(
        "UPDATE customer_portal_request SET deadline = now()::date,"
        " sent_date = now()::date - 20 WHERE id = ANY(%s)",
        [own_id, guests_id],
    )
    server.sql("UPDATE res_partner SET portal_asked_date = NULL")
    run(server, "_cron_portal_remind")
    run(server, "process_email_queue")
    mail = server.mailbox.find(address, "Reminder")
    assert LINES[0] in mail.html and LINES[2] not in mail.html
    assert not [
        mail
        for mail in server.mailbox.mails
        if guest.email in mail.recipients and "Reminder" in str(mail.subject)
    ]

    # the day after, staff see at a glance who is late, and who sleeps
    server.sql(
        "UPDATE customer_portal_request SET deadline = now()::date - 2"
        " WHERE id = ANY(%s)",
        [own_id, guests_id],
    )
    away = f"Otto Away, not {guest.name}"
    away_id = people.create("res.partner", name=away, email="otto@example.com")
    lines = [(0, 0, {"name": LINES[0]})]
    values = {"name": checklist, "partner_id": away_id, "line_ids": lines}
    asleep_id = people.create("customer.portal.request", **values)
    server.call("customer.portal.request", "action_send", [asleep_id])
    server.call("res.partner", "write", [away_id], {"active": False})
    look_at_requests(page, checklist, client, away)

    # sent again, and accepted: several at once as well
    own.reload()
    expect(own.get_by_text(MISSING_PAGES).first).to_be_visible()
    for name in LINES[:2]:
        upload(own, name, f"{name} whole.pdf")
    page.goto(REVIEW)
    expect(page.locator(".o_data_row").filter(has_text=client.name)).to_have_count(3)
    accept_on_its_form(page, client, LINES[2])
    page.goto(REVIEW)
    expect(page.locator(".o_data_row").filter(has_text=client.name)).to_have_count(2)
    for row in page.locator(".o_data_row").filter(has_text=checklist).all():
        row.get_by_role("checkbox").first.check()
    header = page.locator(".o_control_panel")
    header.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".o_data_row").filter(has_text=checklist)).to_have_count(0)
    own.reload()
    expect(own.get_by_text("Thank you, we have everything")).to_be_visible()
    visits.expect_complaint(r"status of 404")
    assert visitor.goto(path).status == 404, "the link ends with the request"
    server.mailbox.find(address, "Thank you")

    # the insurance ends soon: the next one is asked for by itself
    server.sql(
        "UPDATE customer_portal_document SET valid_until = now()::date + 5,"
        " expiring_date = now()::date - 1 WHERE name = %s AND partner_id = %s",
        LINES[2],
        client.partner_id,
    )
    page.goto(DOCUMENTS)
    pick_filter(page, "Expires Soon")
    row = page.locator(".o_data_row").filter(has_text=client.name)
    row.get_by_text(LINES[2], exact=True).first.click()
    badge = page.locator(".o_form_view [name=validity] .badge")
    expect(badge).to_have_text("Expires Soon")
    expect(badge).to_have_class(re.compile("warning"))
    run(server, "_cron_remind_of_end")
    server.mailbox.find(address, f"New version of: {LINES[2]}")
    own = visits.open(client, "/my/home", width=DESKTOP)
    own.locator(".o_customer_portal_waiting").get_by_role(
        "link", name=f"New version of: {LINES[2]}"
    ).first.click()
    upload(own, LINES[2], "fire next.pdf", until="2038-06-30")
    [document] = people.read(
        "customer.portal.document",
        [("partner_id", "=", client.partner_id), ("name", "=", LINES[2])],
        "valid_until",
        "version_count",
    )
    assert document["valid_until"] == "2038-06-30"
    assert document["version_count"] == 2
