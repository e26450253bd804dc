"""Customers and visitors ask for appointments, staff answer them; REQ C-1 to C-5."""

import contextlib
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import TimeoutError, expect

from .shares import wait_for_mails
from .visits import PHONE, get_overflow, tab_to

MODEL = "customer.portal.appointment"


class Office:
    """A colleague, and a web link to their calendar.

    :param people: :class:`.people.People`
    """

    def __init__(self, people, name):
        server = people.server
        server.call("ir.config_parameter", "set_param", "web.base.url", server.url)
        self.people = people
        self.staff = people.add_staff(
            name, "customer_portal_shares.group_portal_manager", tz="Europe/Berlin"
        )
        hours = [
            (
                0,
                0,
                {
                    "name": "Day",
                    "dayofweek": str(day),
                    "hour_from": 9,
                    "hour_to": 13,
                    "day_period": "morning",
                },
            )
            for day in range(7)
        ]
        hours_id = people.create(
            "resource.calendar",
            name=name,
            tz="Europe/Berlin",
            attendance_ids=[(5, 0, 0), *hours],
        )
        self.calendar_id = people.create(
            "customer.portal.calendar",
            name=f"Talk to {name}",
            user_ids=[(6, 0, [self.staff.id])],
            manager_ids=[(6, 0, [self.staff.id])],
            resource_calendar_id=hours_id,
            allow_visitor_requests=True,
        )
        item = {"res_model": "customer.portal.calendar", "res_id": self.calendar_id}
        share_id = people.create(
            "customer.portal.share", name="Meet us", item_ids=[(0, 0, item)]
        )
        [share] = people.read("customer.portal.share", [("id", "=", share_id)], "url")
        path = share["url"].removeprefix(server.url)
        self.path = f"{path}/calendar/{self.calendar_id}"

    @property
    def address(self):
        return f"{self.staff.login}@example.com"

    def get_appointments(self):
        return self.people.read(
            MODEL,
            [("calendar_id", "=", self.calendar_id)],
            "state",
            "start",
            "event_id",
        )


@pytest.fixture
def office(people):
    return Office(people, "Kari Holm")


@pytest.fixture
def customer(people):
    return people.add_customer("Per Vang", company="Vang Lamps", tz="Europe/Berlin")


def pick(page, number=0):
    """Pick a free time of the list, and return what the form calls it."""
    page.locator(".o_customer_portal_slot").nth(number).click()
    picked = page.locator(".o_customer_portal_picked")
    expect(picked).to_be_visible()
    return picked.inner_text()


def ask(visits, office, customer, subject="Garden lamps"):
    """Ask for an appointment as a customer does; return their page and the time."""
    page = visits.open(customer, office.path)
    when = pick(page)
    page.get_by_label("What is it about?").fill(subject)
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.get_by_role("status")).to_contain_text("We will reply by e-mail")
    expect(page.get_by_text("Requested")).to_be_visible()
    return page, when


def look_at_requests(visits, office):
    """See what waits for an answer: counted on the calendar, as cards, and among the days."""
    page = visits.open(
        office.staff, f"/odoo/customer.portal.calendar/{office.calendar_id}"
    )
    counter = page.get_by_role("button", name="To Answer")
    expect(counter).to_contain_text("1")
    counter.click()
    row = page.locator(".o_data_row").filter(has_text="Per Vang")
    expect(row.get_by_role("button", name="Accept")).to_be_visible()
    page.locator(".o_switch_view.o_kanban").click()
    column = page.locator(".o_kanban_group").filter(has_text="Requested")
    card = column.locator(".o_kanban_record").filter(has_text="Per Vang")
    expect(card.get_by_role("button", name="Accept")).to_be_visible()
    page.locator(".o_switch_view.o_calendar").click()
    event = page.locator(".o_calendar_view .fc-event").filter(has_text="Garden lamps")
    if not is_shown(event.first):  # it is in the next week
        page.get_by_role("button", name="Next", exact=True).click()
    expect(event.first).to_be_visible()


def is_shown(locator):
    with contextlib.suppress(TimeoutError):
        locator.wait_for(timeout=5000)
    return locator.is_visible()


def open_from_mail(visits, office, count=1):
    """Open the request that the managers' last mail tells of."""
    mail = wait_for_mails(office.people, office.address, count, 60)[-1]
    url = re.search(r'href="([^"]*/odoo/[^"]*)"', mail.html).group(1)
    page = visits.open(office.staff, url)
    return page, mail


def test_a_customer_asks_and_the_manager_accepts_from_the_mail(
    visits, office, customer, people
):
    """REQ C-2: in two zones"""
    page, when = ask(visits, office, customer)
    look_at_requests(visits, office)
    backend, mail = open_from_mail(visits, office)
    assert "Per Vang" in mail.html and "Garden lamps" in mail.html
    backend.get_by_role("button", name="Accept", exact=True).click()
    expect(backend.get_by_role("button", name="Event")).to_be_visible()
    [told] = wait_for_mails(people, f"{customer.login}@example.com", 1, 60)
    assert when in told.html
    [file] = [
        part
        for part in told.message.walk()
        if part.get_content_type() == "text/calendar"
    ]
    content = file.get_payload(decode=True).decode()
    assert "METHOD:REQUEST" in content and "TZID=Europe/Berlin" in content
    page.reload()
    expect(page.get_by_text("Accepted")).to_be_visible()
    # and elsewhere it is another time
    there = visits.open(None, f"{office.path}?tz=America/New_York")
    expect(there.locator("strong", has_text="America/New York")).to_be_visible()
    # from nine to one in Berlin
    first = there.locator(".o_customer_portal_slot").first.inner_text()
    assert re.match(r"\s*0[3-8]:\d\d AM", first)


def test_the_manager_declines_from_the_list(visits, office, customer, people):
    """REQ C-2: with words for the customer"""
    page, _when = ask(visits, office, customer, "Attic lamps")
    backend = visits.open(
        office.staff,
        "/odoo/action-customer_portal_shares.customer_portal_appointment_action_answer",
    )
    row = backend.locator(".o_data_row", has_text="Attic lamps")
    row.get_by_role("button", name="Decline").click()
    dialog = backend.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The attic is closed")
    dialog.get_by_role("button", name="Decline").click()
    expect(dialog).to_be_hidden()
    expect(row).to_have_count(0)
    [told] = wait_for_mails(people, f"{customer.login}@example.com", 1, 60)
    assert "The attic is closed" in told.html
    page.goto("/my")
    expect(page.locator("main")).to_contain_text("Appointment declined")


def test_the_manager_declines_and_proposes(visits, office, customer, people):
    """REQ C-2, C-5"""
    page, _when = ask(visits, office, customer)
    backend, _mail = open_from_mail(visits, office)
    [appointment] = office.get_appointments()
    people.server.call(
        MODEL,
        "write",
        [appointment["id"]],
        {"proposed_start": appointment["start"].replace(":00:00", ":30:00")},
    )
    backend.reload()
    backend.get_by_role("button", name="Propose Another Time").click()
    expect(backend.get_by_role("radio", name="Other time proposed")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Accept this time").click()
    expect(page.get_by_role("status")).to_contain_text("confirmed")
    second, _when = ask(visits, office, customer, "Roof lamps")
    backend, _mail = open_from_mail(visits, office, 3)
    backend.get_by_label("Reason").fill("We are at the fair")
    backend.get_by_role("button", name="Decline").click()
    expect(backend.get_by_role("button", name="Decline")).to_be_hidden()
    second.reload()
    expect(second.get_by_text("We are at the fair")).to_be_visible()


def test_a_customer_asks_by_keyboard_in_another_zone(visits, office, customer):
    """REQ C-1, C-2, C-3: without a mouse; the zone is named with what is picked"""
    page = visits.open(customer, f"{office.path}?tz=America/New_York")
    tab_to(page, page.locator(".o_customer_portal_slot").first)
    page.keyboard.press("Enter")
    picked = page.locator(".o_customer_portal_picked")
    expect(picked).to_contain_text("America/New_York")
    when = picked.inner_text()
    tab_to(page, page.get_by_label("What is it about?"))
    page.keyboard.type("Deck lamps")
    tab_to(page, page.get_by_role("button", name="Ask for this time"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("We will reply by e-mail")
    [appointment] = office.get_appointments()
    assert appointment["state"] == "requested"
    start = datetime.fromisoformat(appointment["start"]).replace(tzinfo=UTC)
    there = start.astimezone(ZoneInfo("America/New_York"))
    assert f"{there:%I:%M %p}" in when


def test_a_customer_moves_and_cancels(visits, office, customer):
    """REQ C-5: by keyboard alone"""
    page, _when = ask(visits, office, customer)
    times = page.get_by_label("Move it to")
    times.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("new time")
    cancel = page.get_by_role("button", name="Cancel this appointment")
    cancel.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cancelled")).to_be_visible()
    [appointment] = office.get_appointments()
    assert appointment["state"] == "cancelled"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_confirms(visits, office, people, javascript):
    """REQ C-2: with and without JavaScript, on a phone"""
    page = visits.open(None, office.path, width=PHONE, javascript=javascript)
    pick(page, 1)
    name = f"vera{javascript}@example.com".lower()
    page.get_by_label("Your name").fill("Vera Holm")
    page.get_by_label("Your e-mail").fill(name)
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.get_by_role("status")).to_contain_text("one more step is needed")
    [mail] = wait_for_mails(people, name, 1, 60)
    url = re.search(r'href="([^"]*access_token=[^"]*)"', mail.html).group(1)
    link = visits.open(
        None, url.replace("&amp;", "&"), width=PHONE, javascript=javascript
    )
    # looking at it, as programs that check mails do, changes nothing
    link.reload()
    assert office.get_appointments()[0]["state"] == "unconfirmed"
    link.get_by_role("button", name="Yes, ask for this appointment").click()
    expect(link.get_by_role("status")).to_contain_text("Thank you")
    assert office.get_appointments()[0]["state"] == "requested"


@pytest.mark.parametrize("width", [1400, PHONE])
def test_month_week_and_list(visits, office, people, check, width):
    """REQ C-1"""
    zone = "tz=Europe/Berlin"
    past = visits.open(None, f"{office.path}?{zone}&date=2020-01-06", width=width)
    expect(past.get_by_text("Nothing", exact=True).first).to_be_visible()
    check.look("past", past)
    page = visits.open(None, f"{office.path}?{zone}", width=width)
    check.look("list", page)
    expect(page.get_by_role("button", name="Month")).to_be_visible()
    # the library comes when it is wanted
    assert page.evaluate("typeof window.FullCalendar") == "undefined"
    page.get_by_role("button", name="Month").click()
    expect(page.locator(".fc-daygrid-event").first).to_be_visible()
    # English: from Sunday on
    expect(page.locator(".fc-col-header-cell").first).to_have_class(re.compile("sun"))
    expect(page.locator(".o_customer_portal_days")).to_be_hidden()
    page.get_by_role("button", name="Week", exact=True).click()
    free = page.locator(".fc-timegrid-event.o_customer_portal_free").first
    expect(free).to_be_visible()
    assert get_overflow(page) <= 0
    free.click()
    expect(page.locator(".o_customer_portal_picked")).to_be_visible()
    check.look("form", page)
    page.get_by_role("button", name="Create an address").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your address")).to_have_value(re.compile(r"\.ics$"))
    check.look("feed", page)
    check.expect_nothing()


def test_nothing_typed_is_lost_with_another_time_or_zone(visits, office):
    """REQ C-1, C-2: nothing of it is in the address; gone from the browser once it is sent"""
    page = visits.open(None, f"{office.path}?tz=Europe/Berlin")
    pick(page)
    fields = {
        "Your name": "Vera Holm",
        "Your e-mail address": "vera@example.com",
        "What is it about?": "Porch lamps",
        "Anything we should know?": "Two of them",
    }
    for label, text in fields.items():
        page.get_by_label(label).fill(text)
    # by keyboard through the list of a closed select: nothing happens before the button
    zone = page.get_by_label("Time zone")
    address = page.url
    zone.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.url == address
    zone.select_option("America/New_York")
    page.get_by_role("button", name="Change", exact=True).click()
    picked = page.locator(".o_customer_portal_picked")
    expect(picked).to_contain_text("America/New_York")
    expect_typed(page, fields)
    assert "vera" not in page.url.lower()
    page.get_by_role("link", name="Choose another time").click()
    expect(picked).to_be_hidden()
    pick(page, 1)
    expect_typed(page, fields)
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.get_by_role("status")).to_contain_text("one more step is needed")
    pick(page, 2)
    expect_typed(page, dict.fromkeys(fields, ""))


def expect_typed(page, fields):
    for label, text in fields.items():
        expect(page.get_by_label(label)).to_have_value(text)


def test_nothing_typed_is_lost_when_the_time_was_taken(visits, office, customer):
    """REQ C-3"""
    page = visits.open(customer, office.path)
    pick(page)
    page.get_by_label("What is it about?").fill("Porch lamps")
    ask(visits, office, customer)
    visits.expect_complaint("409")
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.locator(".o_customer_portal_error")).to_be_visible()
    pick(page, 1)
    expect(page.get_by_label("What is it about?")).to_have_value("Porch lamps")


@pytest.mark.parametrize("lost", ["/events?", "fullcalendar_lib"])
def test_times_that_cannot_be_loaded_are_no_empty_grid(visits, office, lost):
    """REQ C-1: one is told, and has the list; it goes on when the server answers again"""
    page = visits.open(None, f"{office.path}?tz=Europe/Berlin")
    visits.expect_complaint("ERR_FAILED")
    page.route(lambda url: lost in url, lambda route: route.abort())
    page.get_by_role("button", name="Month").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("could not be loaded")
    expect(page.locator(".o_customer_portal_days")).to_be_visible()
    expect(page.locator(".o_customer_portal_schedule")).to_be_hidden()
    expect(page.get_by_role("button", name="List")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.unroute_all()
    page.get_by_role("button", name="Month").click()
    expect(page.locator(".fc-daygrid-event").first).to_be_visible()
    expect(alert).to_be_hidden()


@pytest.mark.parametrize("width", [1400, PHONE])
@pytest.mark.parametrize(
    ("zone", "time"), [("America/New_York", "3:00"), ("Pacific/Auckland", "11:30")]
)
def test_the_week_shows_all_hours_that_have_times(
    visits, office, customer, zone, time, width
):
    """REQ C-1, C-3: nine in Berlin is at night elsewhere"""
    page = visits.open(customer, f"{office.path}?tz={zone}", width=width)
    asked = re.compile(r"/slots\?")
    with page.expect_response(asked):
        page.get_by_role("button", name="Week", exact=True).click()
    with page.expect_response(asked) as answer:
        page.locator(".fc-next-button").click()
    slots = answer.value.json()
    assert slots
    free = page.locator(".fc-timegrid-event.o_customer_portal_free")
    expect(free).to_have_count(len(slots))
    expect(free.filter(has_text=time).first).to_be_visible()
    assert get_overflow(page) <= 0
