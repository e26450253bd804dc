"""A visitor reports inside another site's page and follows by mail; a trusted customer steers."""

import pytest
from playwright.sync_api import expect

from .issues import (
    Issues,
    answer_by_mail,
    expect_frame_refused,
    get_link,
    let_time_pass,
    make_frame_page,
    report,
    site,
    wait_for_mail,
    wait_until,
)
from .shares import expect_copied
from .visits import DESKTOP, PHONE, file, get_overflow


@pytest.fixture(scope="module")
def agent(people):
    groups = ("helpdesk_mgmt.group_helpdesk_manager",)
    return people.add_staff("Kim Dahl", *groups)


@pytest.fixture(scope="module")
def issues(people, agent):
    return Issues(people, agent)


@pytest.fixture(scope="module")
def binder(issues, agent):
    """A public binder whose issues are Kim's."""
    return issues.add_public_binder(
        "Website feedback",
        portal_assignee_id=agent.id,
        portal_form_title="Tell us about our website",
    )


@pytest.fixture(scope="module")
def form_path(issues, binder):
    return issues.get_form_path(binder)


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_report_inside_another_site(
    server, visits, issues, agent, binder, form_path, javascript, width
):
    """REQ I-1, I-2, I-4, I-7"""
    subject = f"Button does nothing {javascript} {width}"
    with site(make_frame_page(server.url + form_path)) as address:
        issues.allow_site(binder, address)
        page = visits.open(None, address, width=width, javascript=javascript)
        frame = page.frame_locator("iframe")
        expect(
            frame.get_by_role("heading", name="Tell us about our website")
        ).to_be_visible()
        report(frame, subject)
        expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()

    told = wait_for_mail(server, f"New issue: {subject}")
    assert told.recipients == (f"{agent.login}@example.com",)
    assert "Kim Dahl" in told.html
    mail = wait_for_mail(server, f"We have received: {subject}")
    assert mail.recipients == ("ada@visitor.example",)
    assert "Your Issue" in " ".join(mail.html.split())
    assert "Ticket" not in mail.html
    page = visits.open(None, get_link(mail), width=width, javascript=javascript)
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    expect(page.get_by_text("Nothing happens when I press")).to_be_visible()
    expect(page.get_by_role("link", name="screen.pdf")).to_be_visible()
    assert get_overflow(page) <= 0
    page.get_by_label("Your answer").fill("It is the red one")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("answer has been sent")
    expect(page.get_by_text("It is the red one")).to_be_visible()


def test_a_site_that_is_not_allowed_shows_nothing(
    server, visits, issues, binder, form_path
):
    """REQ I-4"""
    issues.allow_site(binder, "https://a.example")
    with site(make_frame_page(server.url + form_path)) as address:
        expect_frame_refused(visits, address)


def test_what_is_wrong_stands_beside_the_field(visits, form_path):
    """REQ I-1: without JavaScript, and without the browser's own checks"""
    page = visits.open(None, form_path, width=PHONE)
    visits.expect_complaint("400")
    page.evaluate("document.querySelector('form[data-captcha]').noValidate = true")
    page.get_by_label("Your name").fill("Ada Berg")
    page.get_by_label("Your e-mail address").fill("ada at home")
    let_time_pass(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This is not an e-mail address")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Ada Berg")
    expect(page.get_by_label("Your e-mail address")).to_have_value("ada at home")
    expect(page.get_by_text("Please fill this in")).to_have_count(2)
    assert get_overflow(page) <= 0


def test_a_conversation_by_mail(server, visits, people, agent, form_path):
    """REQ I-2, I-8: over SMTP, both ways"""
    subject = "Prices are missing"
    page = visits.open(None, form_path)
    report(page, subject, email="bo@visitor.example", name="Bo Lind")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    received = wait_for_mail(server, f"We have received: {subject}")

    # the visitor simply answers the mail
    answer_by_mail(server, received, "bo@visitor.example", "Those of the big boats")
    [issue] = people.read("helpdesk.ticket", [("name", "=", subject)], "message_ids")
    assert len(people.read("helpdesk.ticket", [("name", "ilike", subject)])) == 1
    page = visits.open(None, get_link(received))
    expect(page.get_by_text("Those of the big boats")).to_be_visible()

    # staff answer, and note something for themselves
    post = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
    call = server.call
    kim = {"login": agent.login, "password": agent.login}
    call(
        "helpdesk.ticket",
        "message_post",
        [issue["id"]],
        body="They follow in May",
        **post,
        **kim,
    )
    note = {"message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    call(
        "helpdesk.ticket",
        "message_post",
        [issue["id"]],
        body="Ask the boss",
        **note,
        **kim,
    )
    wait_until(server, "They follow in May")
    answered = [mail for mail in server.mailbox.mails if "They follow" in mail.html]
    assert [mail.recipients for mail in answered] == [("bo@visitor.example",)]
    [answered] = answered
    assert get_link(answered) == get_link(received)
    assert not any(
        "Ask the boss" in mail.html + mail.text for mail in server.mailbox.mails
    )
    page.reload()
    expect(page.get_by_text("They follow in May")).to_be_visible()
    expect(page.get_by_text("Ask the boss")).to_have_count(0)

    # and to this one as well
    answer_by_mail(server, answered, "bo@visitor.example", "Thank you for that")
    page.reload()
    expect(page.get_by_text("Thank you for that")).to_be_visible()

    stage = people._get_id("helpdesk_mgmt.helpdesk_ticket_stage_done")
    call("helpdesk.ticket", "write", [issue["id"]], {"stage_id": stage}, **kim)
    changed = wait_for_mail(server, f"Done: {subject}")
    assert changed.recipients == ("bo@visitor.example",)
    page.goto(get_link(changed))
    expect(page.get_by_title("Status of this issue")).to_have_text("Done")

    [link] = people.read(
        "customer.portal.issue.link", [("ticket_id", "=", issue["id"])], "email"
    )
    call("customer.portal.issue.link", "action_revoke", [link["id"]], **kim)
    visits.expect_complaint("404")
    page.reload()
    expect(page.get_by_text("They follow in May")).to_have_count(0)


@pytest.fixture(scope="module")
def trusted(people):
    return people.add_customer("Eva Strand", company="Strand Boats")


@pytest.fixture(scope="module")
def secure(people, issues, trusted):
    """A binder that trusts Eva, with an issue of somebody else's company."""
    other = people.add_customer("Jon Moe", company="Moe Nets")
    binder = issues.add_binder("Quay defects", trusted)
    for subject in ("Ladder is loose", "Lamp is dark"):
        issues.add(binder, subject, other)
    return binder


@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_trusted_customer_steers(visits, people, trusted, secure, width):
    """REQ I-3, I-5, I-9, U-6"""
    subject = f"Bollard is bent {width}"
    page = visits.open(trusted, width=width)
    page.get_by_role("link", name="Issues").click()
    page.get_by_role("link", name="Quay defects").click()
    expect(page.get_by_role("link", name="Lamp is dark")).to_be_visible()
    assert get_overflow(page) <= 0
    page.get_by_role("link", name="New Issue").click()
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Description").fill("At berth 12")
    page.get_by_label("Files").set_input_files([file("bollard.pdf")])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("issue has been reported")
    expect(page.get_by_role("link", name="bollard.pdf")).to_be_visible()
    assert get_overflow(page) <= 0

    page.get_by_role("link", name="Quay defects").click()
    page.get_by_role("link", name="Lamp is dark").click()
    expect(page.get_by_text("Jon Moe")).to_be_visible()
    page.get_by_label("Your answer").fill(f"We need it before the night {width}")
    page.get_by_label("Files").set_input_files([file("photo.pdf")])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(f"We need it before the night {width}")).to_be_visible()
    expect(page.get_by_role("link", name="photo.pdf").first).to_be_visible()

    choices = page.get_by_label("Set the status")
    offered = choices.locator("option").all_inner_texts()
    assert set(filter(None, offered)) <= {"In Progress", "Done"}
    wanted = next(filter(None, offered))
    choices.select_option(label=wanted)
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("status has been set")
    expect(page.get_by_title("Status of this issue")).to_have_text(wanted)

    page.get_by_role("link", name="Quay defects").click()
    page.get_by_role("navigation", name="Status").get_by_role(
        "link", name=wanted
    ).click()
    expect(page.get_by_role("link", name="Lamp is dark")).to_be_visible()
    expect(page.get_by_role("link", name="Ladder is loose")).to_have_count(0)


def test_a_stranger_sees_nothing(visits, people, secure):
    """REQ I-3"""
    stranger = people.add_customer("Max Orr", company="Orr Sails")
    [issue] = people.read("helpdesk.ticket", [("name", "=", "Ladder is loose")])
    page = visits.open(stranger)
    expect(page.get_by_role("link", name="Documents").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Quay defects")).to_have_count(0)
    visits.expect_complaint("404")
    for path in (
        f"/my/binders/{secure}",
        f"/my/binders/{secure}/new",
        f"/my/ticket/{issue['id']}",
    ):
        assert page.goto(path).status == 404
        expect(page.get_by_text("Ladder is loose")).to_have_count(0)
    page.goto("/my/binders")
    expect(page.get_by_text("You have not reported any issue yet.")).to_be_visible()
    expect(page.get_by_text("Quay defects")).to_have_count(0)


def test_staff_find_it_in_the_helpdesk_app(visits, people, agent, secure):
    """REQ I-7"""
    [issue] = people.read("helpdesk.ticket", [("name", "=", "Ladder is loose")])
    page = visits.open(agent, f"/odoo/helpdesk.ticket/{issue['id']}")
    page.get_by_role("tab", name="Links").click()
    expect(page.get_by_role("button", name="Revoke All Links")).to_be_visible()
    page.goto(f"/odoo/helpdesk.ticket.team/{secure}")
    page.get_by_role("tab", name="Trusted Customers").click()
    expect(page.locator("[name=portal_user_ids]")).to_contain_text("Eva Strand")
    page.get_by_role("tab", name="Web Form").click()
    page.get_by_label("Anybody on the web").check()
    page.get_by_role("button", name="Save manually").click()
    snippet = page.locator("[name=portal_form_snippet]").first
    expect(snippet).to_contain_text("<iframe")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Code").click()
    expect_copied(page, snippet.inner_text())
    page.get_by_role("radio", name="Off", exact=True).check()
    page.get_by_role("button", name="Save manually").click()
    expect(snippet).to_be_hidden()
    expect(page.get_by_role("button", name="Copy Code")).to_be_hidden()
