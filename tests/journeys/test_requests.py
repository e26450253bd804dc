"""An accountant asks two clients for the papers of the year: one has a login, one a link."""

import hashlib
import itertools
import re
import uuid

import pytest
from playwright.sync_api import expect

from .test_upload_page import DROP
from .visits import DESKTOP, PDF, PHONE, file, get_overflow

LINES = ("Bank statements", "Insurance certificate")
QUAY = ("Plan", "Photograph", "Ledger")


@pytest.fixture(scope="module")
def accountant(people):
    return people.add_staff("Bea Counter")


@pytest.fixture(scope="module")
def client(people):
    return people.add_customer("Cora Client", company="Quay Works")


@pytest.fixture(scope="module")
def guest_id(people):
    """A client without a login."""
    return people.create("res.partner", name="Gus Berg", email="gus@example.com")


@pytest.fixture(scope="module")
def checklist_id(people):
    lines = [
        (0, 0, {"name": LINES[0], "description": "Of all accounts"}),
        (0, 0, {"name": LINES[1], "multiple": False, "needs_valid_until": True}),
    ]
    return people.create(
        "customer.portal.request.template", name="Year end", line_ids=lines
    )


@pytest.fixture(scope="module")
def requests(people, server, accountant, client, guest_id, checklist_id):
    """The requests of both, sent: ids by partner."""
    values = {
        "partner_ids": [(6, 0, [client.partner_id, guest_id])],
        "template_id": checklist_id,
        "name": "Year end",
        "deadline": "2037-01-31",
    }
    wizard = people.create("customer.portal.request.wizard", **values)
    server.call("customer.portal.request.wizard", "action_send_requests", [wizard])
    found = people.read(
        "customer.portal.request",
        [("template_id", "=", checklist_id)],
        "partner_id",
        "state",
    )
    assert {one["state"] for one in found} == {"open"}
    ids = {one["partner_id"][0]: one["id"] for one in found}
    server.call(
        "customer.portal.request",
        "write",
        list(ids.values()),
        {"user_id": accountant.id},
    )
    return ids


def get_states(people, request_id):
    lines = people.read(
        "customer.portal.request.line", [("request_id", "=", request_id)], "state"
    )
    return [line["state"] for line in lines]


def get_line(page, name):
    return page.locator(".o_customer_portal_request_lines > li").filter(has_text=name)


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_client_with_a_login_answers(
    visits, people, client, requests, javascript, width
):
    """REQ D-18, D-20"""
    page = visits.open(client, "/my/home", width=width, javascript=javascript)
    section = page.locator(".o_customer_portal_waiting")
    if section.count():
        section.get_by_role("link", name="Year end").first.click()
    else:  # a run before has answered
        page.goto(f"/my/requests/{requests[client.partner_id]}")
    expect(page.get_by_role("heading", name="Year end")).to_be_visible()
    assert get_overflow(page) <= 0
    line = get_line(page, LINES[0])
    line.locator("input[type=file]").set_input_files([file("january.pdf")])
    line.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    line = get_line(page, LINES[1])
    line.locator("input[type=date]").fill("2038-05-01")
    line.locator("input[type=file]").set_input_files([file("insurance.pdf")])
    line.get_by_role("button", name="Upload", exact=True).click()
    said = page.get_by_role("status").filter(has_text="received everything")
    expect(said).to_be_visible()
    assert get_overflow(page) <= 0
    assert get_states(people, requests[client.partner_id]) == ["received"] * 2


def test_the_accountant_rejects_and_accepts(
    visits, people, server, accountant, client, requests
):
    """REQ D-18"""
    request_id = requests[client.partner_id]
    line_ids = [
        line["id"]
        for line in people.read(
            "customer.portal.request.line", [("request_id", "=", request_id)], "name"
        )
    ]

    def call(method, ids, *args):
        login = {"login": accountant.login, "password": accountant.login}
        return server.call("customer.portal.request.line", method, ids, *args, **login)

    call("action_reject", line_ids[:1], "March is missing")
    mails = people.read(
        "mail.mail",
        [("model", "=", "customer.portal.request"), ("res_id", "=", request_id)],
        "body_html",
    )
    assert "March is missing" in "".join(mail["body_html"] for mail in mails)

    page = visits.open(client, f"/my/requests/{request_id}", width=PHONE)
    expect(page.get_by_text("March is missing")).to_be_visible()
    line = get_line(page, LINES[0])
    line.locator("input[type=file]").set_input_files([file("march.pdf")])
    line.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()

    call("action_accept", line_ids)
    page.reload()
    expect(page.get_by_text("Thank you, we have everything")).to_be_visible()
    lines = page.locator(".o_customer_portal_request_lines")
    assert lines.locator("input[type=file]").count() == 0


def test_a_client_without_a_login_answers_by_the_link(
    visits, people, server, requests, guest_id
):
    """REQ D-18: the link of the mail opens the page, and nothing else"""
    request_id = requests[guest_id]
    [mail] = [
        mail
        for mail in server.mailbox.wait_for(2)
        if "gus@example.com" in mail.recipients
    ]
    path = re.search(r"/my/requests/\d+\?access_token=[0-9a-f]{64}", mail.html)
    page = visits.open(None, path.group(), width=PHONE)
    expect(page.get_by_role("heading", name="Year end")).to_be_visible()
    assert get_overflow(page) <= 0
    line = get_line(page, LINES[0])
    line.locator("input[type=file]").set_input_files([file("a.pdf"), file("b.pdf")])
    line.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    expect(get_line(page, LINES[0]).get_by_text("b.pdf")).to_be_visible()
    line = get_line(page, LINES[1])
    line.get_by_text("This does not apply to me").click()
    line.get_by_label("Why?").fill("We have none")
    line.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("We have none")).to_be_visible()
    assert get_states(people, request_id) == ["received"] * 2
    documents = people.read(
        "customer.portal.document", [("partner_id", "=", guest_id)], "name"
    )
    assert len(documents) == 2


def test_files_for_a_line_go_on_where_they_were(line, visits, people, server, tmp_path):
    """REQ D-16, D-18: by the link; the line breaks, the page is left, a file is refused"""
    names = ("Plan", "Photograph", "Ledger")
    address = f"liv-{uuid.uuid4().hex}@example.com"
    guest_id = people.create("res.partner", name="Liv Lind", email=address)
    request_id = people.create(
        "customer.portal.request",
        name="The new roof",
        partner_id=guest_id,
        line_ids=[(0, 0, {"name": name}) for name in names],
    )
    server.call("customer.portal.request", "action_send", [request_id])
    path = wait_for_link(server, address)
    visits.expect_complaint(
        r"net::ERR_(ABORTED|EMPTY_RESPONSE|CONNECTION_RESET|SOCKET_NOT_CONNECTED)"
        "|status of 4(09|15)|beforeunload"
    )
    page = visits.open(None, f"http://127.0.0.1:{line.port}{path}", width=PHONE)
    content = PDF + b"\n" * 3_000_000
    place = tmp_path / "roof.pdf"
    place.write_bytes(content)

    def send(name, *files):
        # a form whose scripts have not loaded sends its files by itself
        page.locator("body[is-ready=true]").wait_for()
        row = get_line(page, name)
        if files:
            row.locator("input[type=file]").set_input_files(list(files))
        row.get_by_role("button", name="Upload", exact=True).click()
        return row

    offsets = []
    visits.listen(
        page,
        "request",
        lambda request: (
            request.method == "PATCH"
            and offsets.append(int(request.headers["upload-offset"]))
        ),
    )
    # the line breaks half-way, and it goes on by itself
    line.cut_after(len(content) // 2)
    send("Plan", place)
    thanks = page.get_by_role("status").filter(has_text="Thank you")
    expect(thanks).to_be_visible()
    expect(get_line(page, "Plan").get_by_text("Received")).to_be_visible()
    assert len(offsets) > 1

    # the page is left half-way
    line.swallow_after(len(content) // 2)
    row = send("Photograph", place)
    expect(row.get_by_role("progressbar")).to_have_attribute(
        "aria-valuenow", re.compile("[1-9]")
    )
    for _time in range(200):
        if line.has_swallowed():
            break
        page.wait_for_timeout(100)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "line:" in kept and path.partition("=")[2] not in kept
    page.goto(f"http://127.0.0.1:{line.port}{path}")
    offsets.clear()
    # for another line the same file is another upload
    send("Ledger", place)
    expect(thanks).to_be_visible()
    assert offsets[0] == 0
    offsets.clear()
    send("Photograph", place)
    expect(get_line(page, "Photograph").get_by_text("Received")).to_be_visible()
    assert offsets[0] > 0

    # what has arrived is not sent once more with what is tried again
    row = send("Ledger", file("small.pdf"), file("tool.exe"))
    refused = row.get_by_role("status").filter(has_text="program")
    expect(refused).to_be_visible()
    send("Ledger")
    expect(refused).to_be_visible()
    expect(row.get_by_role("button", name="Upload", exact=True)).to_be_enabled()
    row.get_by_role("button", name="Remove tool.exe").click()
    expect(get_line(page, "Ledger").locator("ul > li")).to_have_count(2)
    documents = people.read(
        "customer.portal.document", [("partner_id", "=", guest_id)], "name", "checksum"
    )
    wholes = [one for one in documents if one["name"].endswith("roof.pdf")]
    assert len(documents) == 4 and len(wholes) == 3
    checksum = hashlib.sha1(content).hexdigest()
    assert {one["checksum"] for one in wholes} == {checksum}


@pytest.fixture
def quay(people, server):
    """A request of three lines; its customer and its id."""
    customer = people.add_customer("Ola Dahl", company="Dahl Docks")
    request_id = people.create(
        "customer.portal.request",
        name="The new quay",
        partner_id=customer.partner_id,
        line_ids=[(0, 0, {"name": name}) for name in QUAY],
    )
    server.call("customer.portal.request", "action_send", [request_id])
    return customer, request_id


def open_lines(visits, quay, *, start="", width=DESKTOP):
    """Return the page of a request and its lines, once its scripts run."""
    customer, request_id = quay
    page = visits.open(customer, f"{start}/my/requests/{request_id}", width=width)
    page.locator("body[is-ready=true]").wait_for()
    return page, [get_line(page, name) for name in QUAY]


def choose(row, name, content=PDF):
    row.locator("input[type=file]").set_input_files([file(name, content)])


def get_button(row, name):
    return row.get_by_role("button", name=name, exact=True)


def test_lines_and_a_question_do_not_take_each_other_away(line, visits, people, quay):
    """REQ D-16, D-18: a line while another goes up; the page comes anew when nothing is lost"""
    page, rows = open_lines(visits, quay, start=f"http://127.0.0.1:{line.port}")
    question = page.get_by_label("Do you have a question?")
    question.fill("Which quay?")
    choose(rows[0], "plan.pdf", PDF + b"\n" * 12_000_000)
    get_button(rows[0], "Upload").click()
    choose(rows[1], "photo.pdf")
    get_button(rows[1], "Upload").click()
    for row in reversed(rows[:2]):
        expect(row.get_by_role("status")).to_have_text("Uploaded")
    # nothing of the others has gone
    expect(question).to_have_value("Which quay?")
    question.fill("")
    choose(rows[2], "ledger.pdf")
    get_button(rows[2], "Upload").click()
    thanks = page.get_by_role("status").filter(has_text="received everything")
    expect(thanks).to_be_visible()
    assert get_states(people, quay[1]) == ["received"] * 3
    # said once
    expect(page).not_to_have_url(re.compile("received="))
    page.reload()
    expect(get_line(page, "Ledger").get_by_text("Received")).to_be_visible()
    expect(thanks).to_have_count(0)


def test_the_last_button_sends_what_is_chosen_for_all_lines(
    visits, people, server, quay
):
    """REQ D-16, D-18: and asks for what is missing at another line"""
    [dated] = server.call(
        "customer.portal.request.line",
        "search",
        [("request_id", "=", quay[1]), ("name", "=", QUAY[1])],
    )
    values = {"needs_valid_until": True}
    server.call("customer.portal.request.line", "write", [dated], values)
    page, rows = open_lines(visits, quay, width=PHONE)
    others = page.get_by_text("chosen for other lines")
    choose(rows[0], "plan.pdf")
    assert others.filter(visible=True).count() == 0
    for row in rows[1:]:
        choose(row, "more.pdf")
    expect(others.filter(visible=True)).to_have_count(3)
    assert get_overflow(page) <= 0
    # each file that arrives writes the request: they do not wait for one another there
    sent = note_pieces(visits, page)
    rows[2].get_by_role("button", name="Upload", exact=True).click()
    for row in (rows[0], rows[2]):
        expect(row.get_by_role("status")).to_have_text("Uploaded")
    assert sent == ["request", "requestfinished"] * 2
    expect(rows[1].locator("input[type=date]")).to_be_focused()
    assert get_states(people, quay[1]) == ["received", "missing", "received"]
    rows[1].locator("input[type=date]").fill("2038-05-01")
    get_button(rows[1], "Upload").click()
    thanks = page.get_by_role("status").filter(has_text="received everything")
    expect(thanks).to_be_visible()
    documents = people.read(
        "customer.portal.document", [("request_line_id.request_id", "=", quay[1])], "id"
    )
    assert len(documents) == 3


def note_pieces(visits, page):
    """Return a list that gets what happens to the pieces of files that a page sends from now on."""
    sent = []
    for event in ("request", "requestfinished"):
        visits.listen(
            page,
            event,
            lambda request, event=event: (
                request.method == "PATCH" and sent.append(event)
            ),
        )
    return sent


def begin_upload(visits, page, row, *, others=()):
    """Have a big file of a row be on its way, and small ones of others wait for it."""
    visits.expect_complaint("net::ERR_(ABORTED|FAILED)|status of 409")
    choose(row, "plan.pdf", PDF + b"\n" * 12_000_000)
    for other, name in others:
        choose(other, name)
    get_button(row, "Upload").click()
    progress = row.get_by_role("progressbar")
    expect(progress).to_have_attribute("aria-valuenow", re.compile("[1-9]"))


def test_another_choice_takes_the_place_of_what_waits(line, visits, people, quay):
    """REQ D-16, D-18: and a second press sends it after the first, not beside it"""
    page, rows = open_lines(visits, quay, start=f"http://127.0.0.1:{line.port}")
    begin_upload(visits, page, rows[0], others=[(rows[1], "wrong.pdf")])
    expect(rows[1].get_by_text("wrong.pdf")).to_be_visible()
    sent = note_pieces(visits, page)
    choose(rows[1], "right.pdf")
    expect(rows[1].get_by_text("wrong.pdf")).to_have_count(0)
    get_button(rows[1], "Upload").click()
    thanks = page.get_by_role("status").filter(has_text="Thank you")
    expect(thanks).to_be_visible()
    # (the first one was on its way before)
    assert "request" not in [
        later for one, later in itertools.pairwise(sent) if one == "request"
    ]
    documents = people.read(
        "customer.portal.document",
        [("request_line_id.request_id", "=", quay[1])],
        "name",
    )
    names = sorted(one["name"].rpartition(" ")[2] for one in documents)
    assert names == ["plan.pdf", "right.pdf"]


def test_a_paused_file_holds_up_no_other(line, visits, people, quay):
    """REQ D-16, D-18"""
    page, rows = open_lines(visits, quay, start=f"http://127.0.0.1:{line.port}")
    begin_upload(visits, page, rows[0], others=[(rows[1], "photo.pdf")])
    pause = rows[0].get_by_role("button", name="Pause plan.pdf")
    pause.click()
    expect(rows[1].get_by_role("status")).to_have_text("Uploaded")
    assert get_states(people, quay[1]) == ["missing", "received", "missing"]
    pause.click()
    thanks = page.get_by_role("status").filter(has_text="Thank you")
    expect(thanks).to_be_visible()
    assert get_states(people, quay[1]) == ["received", "received", "missing"]


def test_a_fault_with_one_file_holds_up_no_other(visits, people, quay):
    """REQ D-16, D-18: it may be sent again"""
    visits.expect_complaint("no key today")
    page, rows = open_lines(visits, quay)
    page.evaluate(
        """() => {
            const {encode} = TextEncoder.prototype;
            TextEncoder.prototype.encode = () => {
                TextEncoder.prototype.encode = encode;
                throw new Error("no key today");
            };
        }"""
    )
    for row, name in zip(rows, ("plan.pdf", "photo.pdf"), strict=False):
        choose(row, name)
    get_button(rows[0], "Upload").click()
    expect(rows[1].get_by_role("status")).to_have_text("Uploaded")
    expect(rows[0].get_by_role("status")).to_contain_text("did not succeed")
    get_button(rows[0], "Upload").click()
    thanks = page.get_by_role("status").filter(has_text="Thank you")
    expect(thanks).to_be_visible()
    assert get_states(people, quay[1]) == ["received", "received", "missing"]


def test_what_is_chosen_does_not_go_with_the_page(visits, people, quay):
    """REQ D-16, D-18: by another form of it, which may go on without, or by a link"""
    visits.expect_complaint("beforeunload")
    visits.stay()
    page, rows = open_lines(visits, quay, width=PHONE)
    choose(rows[0], "plan.pdf")
    rows[1].get_by_text("This does not apply to me").click()
    rows[1].get_by_label("Why?").fill("There is none")
    get_button(rows[1], "Send").click()
    warning = page.get_by_role("alert").filter(has_text="not been sent yet")
    expect(warning).to_be_visible()
    assert get_overflow(page) <= 0
    with page.expect_event("dialog") as asked:
        page.evaluate("window.location.assign('/my')")
    assert asked.value.type == "beforeunload"
    # the other form asks for itself
    question = page.get_by_label("Do you have a question?")
    question.fill("Which quay?")
    discussion = page.locator("#discussion")
    get_button(discussion, "Send").click()
    expect(warning).to_have_count(1)
    assert get_states(people, quay[1]) == ["missing"] * 3
    # a form that something else keeps here has not left the page
    page.evaluate(
        "document.addEventListener('submit', (ev) => ev.preventDefault(), {once: true})"
    )
    get_button(discussion, "Send").click()
    with page.expect_event("dialog") as asked:
        page.evaluate("window.location.assign('/my')")
    assert asked.value.type == "beforeunload"
    get_button(discussion, "Send").click()
    said = page.get_by_role("status").filter(has_text="your message has been sent")
    expect(said).to_be_visible()
    # what is sent with its own form is not lost
    page.locator("#portal_request_files").set_input_files([file("question.pdf")])
    get_button(discussion, "Send").click()
    expect(page.get_by_role("link", name="question.pdf")).to_be_visible()


def test_files_are_dropped_on_a_line(visits, people, quay):
    """REQ D-2, D-18: anywhere on it, and the page is not lost to those dropped elsewhere"""
    page, rows = open_lines(visits, quay)
    marked = page.locator(".o_customer_portal_dragging")

    def drop(target, *names, places=1):
        files = [[name, name] for name in names]
        transfer = page.evaluate_handle(DROP, files)
        for step, count in (("dragover", places), ("drop", 0)):
            is_left = target.evaluate(
                """(target, [step, dataTransfer]) => target.dispatchEvent(
                    new DragEvent(step, {dataTransfer, bubbles: true, cancelable: true})
                )""",
                [step, transfer],
            )
            assert not is_left, step
            expect(marked).to_have_count(count)

    drop(page.get_by_role("heading", name="The new quay"), "lost.txt", places=0)
    chosen = page.evaluate(
        "[...document.querySelectorAll('input[type=file]')].map(one => one.files.length)"
    )
    assert not any(chosen)
    drop(rows[0].get_by_role("heading"), "a.txt")
    drop(rows[0], "b.txt")
    get_button(rows[0], "Upload").click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    line = get_line(page, QUAY[0])
    for name in ("a.txt", "b.txt"):
        expect(line.get_by_role("link", name=name)).to_be_visible()
    assert get_states(people, quay[1]) == ["received", "missing", "missing"]


def test_a_wrong_file_is_taken_back_on_a_phone(visits, people, server, quay):
    """REQ D-18: not by a slip of the thumb; the list shows the whole title"""
    title = "The new quay with all that belongs to it, and the old one"
    server.call("customer.portal.request", "write", [quay[1]], {"name": title})
    page, rows = open_lines(visits, quay, width=PHONE)
    choose(rows[0], "a_very_long_name_of_a_scan_of_the_wrong_plan_of_the_quay.pdf")
    get_button(rows[0], "Upload").click()
    thanks = page.get_by_role("status").filter(has_text="Thank you")
    expect(thanks).to_be_visible()
    line_ids = server.call(
        "customer.portal.request.line",
        "search",
        [("request_id", "=", quay[1]), ("name", "=", QUAY[0])],
    )
    reason = "This is the old quay"
    server.call("customer.portal.request.line", "action_reject", line_ids, reason)
    page.reload()
    page.locator("body[is-ready=true]").wait_for()
    expect(rows[0].get_by_label("Send it again")).to_be_visible()
    button = rows[0].get_by_role("button", name="Take back a_very_long_name")
    icon = rows[0].locator(".fa-file-o").bounding_box()
    name = rows[0].get_by_role("link", name="a_very_long_name").bounding_box()
    assert icon["x"] + icon["width"] <= name["x"]
    assert button.bounding_box()["height"] >= 24
    assert get_overflow(page) <= 0
    dialog = page.get_by_role("dialog")
    button.click()
    get_button(dialog, "Cancel").click()
    expect(dialog).to_have_count(0)
    button.click()
    get_button(dialog, "Take back").click()
    said = page.get_by_role("status").filter(has_text="It was taken back")
    expect(said).to_be_visible()
    expect(button).to_have_count(0)
    expect(rows[0].get_by_text(reason)).to_be_visible()
    page.goto("/my/requests")
    cell = page.locator("td").filter(has_text=title)
    expect(cell).to_contain_text("3 of 3 missing")
    assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    assert cell.get_by_role("link").bounding_box()["height"] > 30


def test_what_is_refused_is_seen_on_a_phone(visits, server, quay):
    """REQ D-18: without scripts, far down the page"""
    customer, request_id = quay
    more = [(0, 0, {"name": f"Invoice {number}"}) for number in range(8)]
    values = {"line_ids": more}
    server.call("customer.portal.request", "write", [request_id], values)
    page = visits.open(
        customer, f"/my/requests/{request_id}", width=PHONE, javascript=False
    )
    visits.expect_complaint("status of 415")
    row = get_line(page, "Invoice 7")
    row.locator("input[type=file]").set_input_files([file("tool.exe", b"MZ")])
    get_button(row, "Upload").click()
    alert = row.get_by_role("alert")
    expect(alert).to_contain_text("program")
    expect(alert).to_be_in_viewport()


def wait_for_link(server, address):
    """Return the path of the personal link in the mail to somebody."""
    link = r"/my/requests/\d+\?access_token=[0-9a-f]{64}"
    return re.search(link, server.mailbox.find(address).html).group()


def test_a_customer_reads_and_accepts(visits, people, client):
    """REQ D-19"""
    attachment = people.create(
        "ir.attachment", name="rules.txt", raw="Be kind", mimetype="text/plain"
    )
    people.create(
        "customer.portal.document",
        name="House rules",
        partner_id=client.partner_id,
        attachment_id=attachment,
        acknowledgement=True,
    )
    page = visits.open(client, "/my/home", width=PHONE)
    page.get_by_role("link", name="House rules").first.click()
    page.get_by_role("button", name="I have read and accept this").click()
    expect(page.get_by_text("You have read and accepted this version")).to_be_visible()
    assert get_overflow(page) <= 0
