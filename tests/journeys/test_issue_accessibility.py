"""No serious fault that axe-core finds, on any page of the issue tracker, at both widths."""

import pytest
from playwright.sync_api import expect

from .client import Client
from .issues import Issues, get_link, let_time_pass, report, wait_for_mail
from .shares import Shares
from .visits import DESKTOP, PDF, PHONE

WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])

# In Odoo's own part of helpdesk_mgmt's list: the menus and the button of the search bar.
OF_ODOO = ("issues: button-name: <button",)
PROPERTIES = [
    {"name": "place", "type": "char", "string": "Place"},
    {"name": "count", "type": "integer", "string": "Count"},
    {"name": "urgent", "type": "boolean", "string": "Urgent"},
    {"name": "when", "type": "datetime", "string": "When"},
    {
        "name": "kind",
        "type": "tags",
        "string": "Kind",
        "tags": [["x", "Bug", 1], ["y", "Idea", 2]],
    },
]


@pytest.fixture(scope="module")
def agent(people):
    return people.add_staff(
        "Siv Ask",
        "helpdesk_mgmt.group_helpdesk_manager",
        "customer_portal_docs.group_document_user",
    )


@pytest.fixture(scope="module")
def issues(people, agent):
    return Issues(people, agent)


@pytest.fixture(scope="module")
def trusted(people):
    return people.add_customer("Gro Eng", company="Eng Ferries")


@pytest.fixture(scope="module")
def owner(people):
    return people.add_customer("Tom Bru", company="Bru Nets")


@pytest.fixture(scope="module")
def form_path(people, issues):
    """A public form that asks for all that a form can."""
    binder = issues.add_public_binder(
        "Beacons",
        portal_form_title="Tell us about our beacons",
        portal_form_text="We read everything.",
        category_ids=[(0, 0, {"name": "Light"}), (0, 0, {"name": "Sound"})],
        ticket_properties=PROPERTIES,
    )
    fields = people.server.call(
        "customer.portal.issue.field", "search", [("team_id", "=", binder)]
    )
    people.server.call("customer.portal.issue.field", "write", fields, {"shown": True})
    return issues.get_form_path(binder)


@WIDTHS
@pytest.mark.parametrize("embed", ["", "?embed=1"], ids=["page", "frame"])
def test_what_visitors_see(server, visits, form_path, check, embed, width):
    """REQ I-1, I-2, I-4: form, form with errors, thanks, and the page behind the link"""
    subject = f"Beacon {embed or 'page'} {width}"
    page = visits.open(None, form_path + embed, width=width)
    check.look("form", page)
    page.evaluate("document.querySelector('form[data-captcha]').noValidate = true")
    page.get_by_label("Your e-mail address").fill("ada at home")
    let_time_pass(page)
    visits.expect_complaint("400")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This is not an e-mail address")).to_be_visible()
    check.look("form with errors", page)
    report(page, subject)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    check.look("thanks", page)

    link = get_link(wait_for_mail(server, f"We have received: {subject}"))
    page = visits.open(None, link, width=width)
    check.look("personal link", page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please write something")).to_be_visible()
    check.look("answer with an error", page)
    page.get_by_label("Your answer").fill("It is the red one")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("answer has been sent")
    check.look("answer sent", page)
    check.expect_nothing()


@pytest.fixture(scope="module")
def binder(issues, trusted):
    return issues.add_binder("Buoys", trusted)


@pytest.fixture(scope="module")
def issue(people, issues, binder, owner):
    """An issue with a file, an answer and a document."""
    photo = {"name": "photo.pdf", "raw": "words", "res_model": "helpdesk.ticket"}
    issue = issues.add(binder, "Buoy has drifted", owner)
    people.create("ir.attachment", **photo, res_id=issue)
    post = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
    people.server.call(
        "helpdesk.ticket", "message_post", [issue], body="On Monday", **post
    )
    form = {"res_model": "helpdesk.ticket", "res_id": issue}
    answer = Client(people.server, owner).upload(("chart.pdf", PDF), **form)
    assert answer.status_code == 201
    return issue


@WIDTHS
def test_what_trusted_customers_see(
    visits, people, issues, trusted, binder, issue, check, width
):
    """REQ I-3, I-5, I-9, D-5"""
    empty = issues.add_binder(f"Locks {width}", trusted)
    page = visits.open(trusted, width=width)
    for name, path in {
        "home": "/my",
        "binders": "/my/binders",
        "binder": f"/my/binders/{binder}",
        "binder, nothing found": f"/my/binders/{binder}?search=nothing",
        "binder, empty": f"/my/binders/{empty}",
        "issue": f"/my/ticket/{issue}",
        "new issue": f"/my/binders/{binder}/new",
    }.items():
        page.goto(path)
        check.look(name, page)
    form = page.locator("form[method=post]").filter(has=page.get_by_label("Subject"))
    form.evaluate("form => form.noValidate = true")
    visits.expect_complaint("400")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please fill this in").first).to_be_visible()
    check.look("new issue with errors", page)
    page.get_by_label("Subject").fill(f"Lock gate {width}")
    page.get_by_label("Description").fill("It sticks")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("issue has been reported")
    check.look("issue, reported", page)
    page.get_by_label("Set the status").select_option(label="In Progress")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("status has been set")
    check.look("issue, status set", page)
    check.expect_nothing()


@WIDTHS
def test_what_other_customers_see(visits, owner, issue, check, width):
    """REQ I-7, D-5: an own issue, and the pages of helpdesk_mgmt"""
    page = visits.open(owner, width=width)
    for name, path in {
        "issue": f"/my/ticket/{issue}",
        "new issue": "/my/binders/new",
        "issues": "/my/binders",
        "upload": f"/my/documents/upload?res_model=helpdesk.ticket&res_id={issue}",
        "documents": f"/my/documents?res_model=helpdesk.ticket&res_id={issue}",
    }.items():
        page.goto(path)
        check.look(name, page)
    check.expect_nothing(but=OF_ODOO)


@WIDTHS
def test_a_shared_binder(visits, people, agent, binder, issue, check, width):
    """REQ I-6"""
    desk = Shares(people, agent).add("Desk", binders=[binder])
    page = visits.open(None, desk.path, width=width)
    expect(page.get_by_text("Buoy has drifted")).to_be_visible()
    check.look("shared binder", page)
    check.expect_nothing()
