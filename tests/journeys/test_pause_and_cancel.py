"""An upload that the customer stops: for a while, or for good."""

import re

from playwright.sync_api import expect

from .upload_page import choose, expect_thanks, get_item, open_form, submit
from .visits import PDF, file

BIG = PDF + b"\n" * 12_000_000

DROP = """([names, size]) => {
    const transfer = new DataTransfer();
    for (const name of names) {
        transfer.items.add(new File(["x".repeat(size)], name, {type: "text/plain"}));
    }
    return transfer;
}"""


def begin(line, visits, customer):
    """Return the upload page with a file on its way."""
    visits.expect_complaint("net::ERR_(ABORTED|FAILED)|status of 409")
    page = open_form(visits, customer, line=line)
    choose(page, [file("plan.pdf", BIG)])
    submit(page)
    expect(get_item(page, "plan.pdf").get_by_role("progressbar")).to_have_attribute(
        "aria-valuenow", re.compile("[1-9]")
    )
    expect(get_item(page, "plan.pdf")).to_contain_text("left")
    return page


def test_it_is_paused_and_goes_on(line, visits, people):
    """REQ D-16: nothing is sent meanwhile, and nothing is lost"""
    customer = people.add_customer("Pia Rest", company="Rest Ropes")
    page = begin(line, visits, customer)
    page.get_by_role("button", name="Pause plan.pdf").click()
    expect(get_item(page, "plan.pdf")).to_contain_text("Paused")
    sent = []
    visits.listen(page, "request", lambda request: sent.append(request.method))
    page.wait_for_timeout(2000)
    assert "PATCH" not in sent
    page.get_by_role("button", name="Pause plan.pdf").click()
    expect_thanks(page)
    (document,) = people.get_documents(customer, "file_size")
    assert document["file_size"] == len(BIG)


def test_it_is_cancelled(line, visits, people, server):
    """REQ D-16: what has arrived goes as well"""
    customer = people.add_customer("Cara Stop", company="Stop Sails")
    page = begin(line, visits, customer)
    with page.expect_request(lambda request: request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Remove plan.pdf").click()
    key = deleted.value.url
    assert "/my/documents/tus/" in key
    expect(page.locator(".o_customer_portal_files > li")).to_have_count(0)
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_enabled()
    expect_nothing(page, people, server, customer)


def expect_nothing(page, people, server, customer):
    """Wait until nothing of a customer's upload is left."""
    query = "SELECT count(*) FROM customer_portal_upload WHERE user_id = %s"
    for _attempt in range(50):
        if server.sql(query, customer.id)[0][0] == 0:
            break
        page.wait_for_timeout(200)
    assert server.sql(query, customer.id)[0][0] == 0
    assert people.get_documents(customer) == []


def test_the_dialog_of_dropped_files_is_closed(line, visits, people, server):
    """REQ D-2, D-16: what is on its way is cancelled, and what waits is not sent"""
    customer = people.add_customer("Dora Esc", company="Esc Eaves")
    visits.expect_complaint("net::ERR_(ABORTED|FAILED)|status of 409")
    page = visits.open(customer, f"http://127.0.0.1:{line.port}/my/documents")
    page.locator("body[is-ready=true]").wait_for()
    names = ["one.txt", "two.txt", "three.txt"]
    transfer = page.evaluate_handle(DROP, [names, 12_000_000])
    page.locator("#wrap").dispatch_event("drop", {"dataTransfer": transfer})
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Upload", exact=True).click()
    expect(dialog.get_by_role("progressbar", name="one.txt")).to_have_attribute(
        "aria-valuenow", re.compile("[1-9]")
    )
    started = []
    visits.listen(
        page,
        "request",
        lambda request: request.method == "POST" and started.append(request.url),
    )
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect_nothing(page, people, server, customer)
    assert not [url for url in started if "/my/documents" in url]
    assert page.url.endswith("/my/documents")


def test_files_are_dropped_without_a_connection(visits, people):
    """REQ D-2: nothing is lost in silence, the form's own page is asked for"""
    customer = people.add_customer("Ofra Line", company="Line Lofts")
    visits.expect_complaint("net::ERR_(FAILED|INTERNET_DISCONNECTED)")
    page = visits.open(customer, "/my/documents")
    page.locator("body[is-ready=true]").wait_for()
    form = "**/my/documents/upload*"
    page.route(form, lambda route: route.abort(), times=1)
    transfer = page.evaluate_handle(DROP, [["one.txt"], 10])
    page.locator("#wrap").dispatch_event("drop", {"dataTransfer": transfer})
    page.wait_for_url(form)


def test_others_go_first(visits, people):
    """REQ D-16: who sends too much at once waits and is told so; it is no failure"""
    customer = people.add_customer("Will Wait", company="Wait Wharf")
    visits.expect_complaint("status of 429")
    page = open_form(visits, customer)
    # more often than an upload may fail
    page.route(
        "**/my/documents/tus/*",
        lambda route: (
            route.fulfill(
                status=429,
                headers={"Retry-After": "1"},
                json={"error": "too_many_requests", "message": "Too many"},
            )
            if route.request.method == "PATCH"
            else route.fallback()
        ),
        times=16,
    )
    choose(page, [file("plan.pdf")])
    submit(page)
    item = get_item(page, "plan.pdf")
    expect(item.get_by_role("status")).to_have_text(
        "Waiting for your other uploads to finish."
    )
    item.evaluate(
        """item => {
            window.said = [];
            const said = item.querySelector("[role=status]");
            new MutationObserver(() => window.said.push(said.textContent)).observe(
                said, {childList: true}
            );
            window.addEventListener("pagehide", () =>
                sessionStorage.setItem("said", JSON.stringify(window.said))
            );
        }"""
    )
    expect_thanks(page)
    # once, not at each try
    said = page.evaluate("JSON.parse(sessionStorage.getItem('said'))")
    assert said == ["", "Uploaded"]
