"""A trusted customer steers an issue that a visitor has reported, who is told by mail."""

import re

import pytest
from playwright.sync_api import expect

from .issues import Issues, get_link, report, wait_for_mail
from .visits import PHONE, get_overflow

SUBJECT = "Buoy has drifted"


@pytest.fixture(scope="module")
def agent(people):
    return people.add_staff("Nils Aas", "helpdesk_mgmt.group_helpdesk_manager")


@pytest.fixture(scope="module")
def trusted(people):
    return people.add_customer("Ida Fjell", company="Fjell Pilots")


@pytest.fixture(scope="module")
def form_path(people, agent, trusted):
    """The public form of a binder that trusts Ida."""
    issues = Issues(people, agent)
    binder = issues.add_public_binder("Fairway", trusted)
    return issues.get_form_path(binder)


def test_the_visitor_is_told(server, visits, trusted, form_path):
    """REQ I-2, I-3"""
    page = visits.open(None, form_path)
    report(page, SUBJECT, name="Leif Moe", email="leif@visitor.example")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    received = wait_for_mail(server, f"We have received: {SUBJECT}")

    page = visits.open(trusted, "/my/binders")
    page.get_by_role("link", name="Fairway").click()
    page.get_by_role("link", name=SUBJECT).click()
    for status in ("In Progress", "Done"):
        page.get_by_label("Set the status").select_option(label=status)
        page.get_by_role("button", name="Set", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("status has been set")
        expect_told(server, visits, status, get_link(received))

    # nobody else was told, of the two changes or of anything
    told = [mail for mail in server.mailbox.mails if SUBJECT in mail.subject]
    changes = [mail for mail in told if "We have received" not in mail.subject]
    assert [mail.recipients for mail in changes] == [("leif@visitor.example",)] * 2


def test_an_answer_stays_while_the_status_is_set(visits, people, agent, trusted):
    """REQ I-3: until it is sent"""
    issues = Issues(people, agent)
    binder = issues.add_binder("Beacons", trusted)
    issues.add(binder, "Beacon is out", trusted)
    page = visits.open(trusted, "/my/binders")
    page.get_by_role("link", name="Beacon is out").click()
    answer = page.get_by_label("Your answer")
    answer.fill("It went out at night")
    page.get_by_label("Set the status").select_option(label="In Progress")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("status has been set")
    expect(answer).to_have_value("It went out at night")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("answer has been sent")
    expect(answer).to_have_value("")
    page.reload()
    expect(answer).to_have_value("")


def test_an_answer_outlives_the_session(visits, people, agent, trusted):
    """REQ I-3: it is there again after the login, and in no address"""
    issues = Issues(people, agent)
    binder = issues.add_binder("Buoys", trusted)
    issues.add(binder, "Buoy has gone", trusted)
    page = visits.open(trusted, "/my/binders")
    page.get_by_role("link", name="Buoy has gone").click()
    page.get_by_label("Your answer").fill("With its chain")
    page.context.clear_cookies()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page).to_have_url(re.compile("/web/login"))
    assert "chain" not in page.url
    visits.log_in(page.context, trusted.login)
    page.goto(page.url)
    expect(page.get_by_role("alert")).to_contain_text("nothing was sent")
    expect(page.get_by_label("Your answer")).to_have_value("With its chain")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("answer has been sent")
    expect(page.get_by_label("Your answer")).to_have_value("")


def expect_told(server, visits, status, link):
    """See the new status in the visitor's mail, and behind the link in it."""
    mail = wait_for_mail(server, f"{status}: {SUBJECT}")
    assert mail.recipients == ("leif@visitor.example",)
    assert status in mail.html
    assert "Ida Fjell" not in mail.html
    assert get_link(mail) == link
    page = visits.open(None, get_link(mail), width=PHONE)
    expect(page.get_by_role("heading", name=SUBJECT)).to_be_visible()
    expect(page.get_by_title("Status of this issue")).to_have_text(status)
    # who follows by a link reads, and does not steer
    expect(page.get_by_label("Set the status")).to_have_count(0)
    assert get_overflow(page) <= 0
