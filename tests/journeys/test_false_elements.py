"""Texts that people wrote may hold elements that look like ours: no script of ours obeys them."""

import pytest

from .test_upload_page import DROP

FALSE_BUTTON = '<p><a class="o_customer_portal_upload_button" href="%s">Plans</a></p>'
INVITATION = "/my/colleagues/invite?name=Eve&email=eve@example.com"


@pytest.fixture(scope="module")
def customer(people):
    return people.add_customer("Tove Falk", company="Falk Ferries")


def watch(visits, page):
    """Return a list that fills with what the page asks of any server."""
    asked = []
    visits.listen(
        page, "request", lambda request: asked.append((request.method, request.url))
    )
    return asked


def wait_for_programs(page):
    page.locator("body[is-ready=true]").wait_for()
    page.wait_for_load_state("networkidle")


def test_files_go_to_no_button_of_a_text(visits, people, server, customer):
    """REQ D-2: the description of an issue is what somebody has mailed"""
    elsewhere = server.url.replace("127.0.0.1", "localhost") + "/my/documents/upload"
    issue_id = people.create(
        "helpdesk.ticket",
        name="Gangway",
        description=FALSE_BUTTON % elsewhere,
        partner_id=customer.partner_id,
    )
    page = visits.open(customer, f"/my/ticket/{issue_id}")
    wait_for_programs(page)
    button = page.get_by_role("link", name="Plans")
    assert button.get_attribute("href") == elsewhere
    asked = watch(visits, page)
    transfer = page.evaluate_handle(DROP, [["a.txt", "secret"]])
    for step in ("dragover", "drop"):
        button.dispatch_event(step, {"dataTransfer": transfer})
    page.wait_for_load_state("networkidle")
    assert [url for _method, url in asked if not url.startswith(server.url)] == []


def test_no_text_says_what_was_seen(visits, people, customer):
    """REQ U-6: the description of a task keeps all attributes"""
    _project_id, task_id = people.add_project("Quay", customer)
    text = f'<p data-seen-url="{INVITATION}">Read me</p>'
    people.server.call("project.task", "write", [task_id], {"description": text})
    page = visits.open(customer, f"/my/tasks/{task_id}")
    assert page.get_by_text("Read me").get_attribute("data-seen-url") == INVITATION
    asked = watch(visits, page)
    page.reload()
    wait_for_programs(page)
    assert [url for method, url in asked if "invite" in url] == []


#: What an element may tell, and whether it is the page that is meant.
ADDRESSES = {
    "/my/documents?folder=5": True,
    "/de/my/documents": True,
    "/pt_BR/my/documents#list": True,
    "/my/documents/../documents": True,
    "/my/documents/../colleagues/invite": False,
    "/my/colleagues?next=/my/documents": False,
    "//evil.example/my/documents": False,
    "/\\evil.example/my/documents": False,
    "https://evil.example/my/documents": False,
    "http://localhost/my/documents": False,
    "javascript:alert(1)//my/documents": False,
    "data:text/html,/my/documents": False,
    "https://[": False,
}
IS_OWN = """(texts) => {
    const {getOwnAddress} = odoo.loader.modules.get("@customer_portal_docs/core/own_address");
    return texts.map((text) => Boolean(getOwnAddress(text, /^\\/my\\/documents$/)));
}"""


def test_an_address_of_ours_is_told_from_others(visits, customer):
    """REQ D-2"""
    page = visits.open(customer, "/my/documents")
    wait_for_programs(page)
    told = page.evaluate(IS_OWN, list(ADDRESSES))
    assert dict(zip(ADDRESSES, told, strict=True)) == ADDRESSES
