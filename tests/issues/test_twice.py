"""A form that is sent twice at the same moment is done once: every form, two workers or threads.

With the key that each page gives its form, and without, as programs and old pages send it.
"""

import contextlib
import datetime
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from portal_setup.live import LiveServer
from tests.journeys.people import People

TIMES = 2
PATIENCE_SECONDS = 60
PDF = b"%PDF-1.4 twice"


class Forms:
    """A customer who is logged in, and what they may send.

    :param server: :class:`portal_setup.live.LiveServer`
    """

    def __init__(self, server):
        self.server, self.people = server, People(server)
        self.customer = self.people.add_customer(company="Twice")
        self.cookies = self._log_in(self.customer.login)
        self.create = self.people.create

    def _log_in(self, login):
        session = requests.Session()
        form = {"login": login, "password": login}
        form["csrf_token"] = self._find(session.get(f"{self.server.url}/web/login"))
        session.post(f"{self.server.url}/web/login", form)
        return session.cookies.get_dict()

    def _find(self, page, name="csrf_token"):
        found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page.text, re.DOTALL)
        return found and found[1]

    def get_hidden(self, path, cookies, has_key):
        """Return what the form of a page sends along that nobody types, and the cookies."""
        page = requests.get(self.server.url + path, cookies=cookies, timeout=60)
        assert page.status_code == 200, path
        names = ("csrf_token", "form_once") if has_key else ("csrf_token",)
        hidden = {name: self._find(page, name) for name in names}
        assert hidden.get("form_once") or not has_key, path
        cookies = {**cookies, **page.cookies.get_dict()}
        return {name: value for name, value in hidden.items() if value}, cookies

    def send_at_once(self, path, form, cookies, files=None, as_json=False):
        """Send a form twice; return both answers.

        Neither gets to what is kept of forms before both ask for it: however the machine shares
        its time, the second one comes while the first one is being done.
        """

        def send(_number):
            return requests.post(
                self.server.url + path,
                form,
                files=files,
                cookies=cookies,
                headers={"Accept": "application/json"} if as_json else None,
                allow_redirects=False,
                timeout=60,
            )

        with ThreadPoolExecutor(TIMES) as pool:
            with self._nobody_gets_to("customer_portal_once") as wait_for:
                answers = [pool.submit(send, number) for number in range(TIMES)]
                wait_for(TIMES)
            return [answer.result() for answer in answers]

    @contextlib.contextmanager
    def _nobody_gets_to(self, table):
        """Lock a table inside the block; yield a function that waits until so many wait for it."""
        waiting = "relation = %s::regclass AND NOT granted"

        def wait_for(number):
            end = time.monotonic() + PATIENCE_SECONDS
            while self.count("pg_locks", waiting, table) < number:
                assert time.monotonic() < end, f"fewer than {number} ask for {table}"
                time.sleep(0.05)

        with contextlib.closing(self.server.connect()) as connection:
            connection.autocommit = False
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table}")
                yield wait_for
            connection.rollback()

    def count(self, table, condition, *values):
        query = f"SELECT count(*) FROM {table} WHERE {condition}"
        [(count,)] = self.server.sql(query, *values)
        return count


@pytest.fixture(scope="module", params=[2, 0], ids=["prefork", "threaded"])
def forms(request):
    with LiveServer(["customer_portal_issues"], workers=request.param) as server:
        yield Forms(server)
        assert server.problems() == []


@pytest.fixture(params=[True, False], ids=["key", "no key"])
def has_key(request):
    return request.param


def check_once(forms, page, path, form, has_key, counted, files=None, cookies=None):
    """Send what a page asks for twice at once, and count what came of it."""
    cookies = forms.cookies if cookies is None else cookies
    as_json = form.pop("as_json", False)
    hidden, cookies = forms.get_hidden(page, cookies, has_key)
    before = forms.count(*counted)
    answers = forms.send_at_once(path, {**hidden, **form}, cookies, files, as_json)
    assert {answer.status_code for answer in answers} <= {201, 302, 303}, [
        (answer.status_code, answer.text[-500:]) for answer in answers
    ]
    assert len({answer.headers.get("Location") for answer in answers}) == 1
    assert forms.count(*counted) == before + 1
    return cookies


def test_an_issue_in_a_binder(forms, has_key):
    """REQ 13.A.10"""
    binder_id = forms.create(
        "helpdesk.ticket.team",
        name="Twice",
        portal_user_ids=[(4, forms.customer.id)],
    )
    path = f"/my/binders/{binder_id}/new"
    counted = ("helpdesk_ticket", "team_id = %s", binder_id)
    form = {"name": "Lamp", "description": "Dark"}
    check_once(forms, path, path, form, has_key, counted)


def test_a_ticket_of_helpdesk_mgmt(forms, has_key):
    """REQ 13.A.10"""
    name = f"Submitted {has_key}"
    form = {"subject": name, "description": "Dark"}
    counted = ("helpdesk_ticket", "name = %s", name)
    check_once(forms, "/my/binders/new", "/submitted/ticket", form, has_key, counted)


def test_an_answer(forms, has_key):
    """REQ 13.A.10"""
    issue_id = forms.create(
        "helpdesk.ticket",
        name="Answered",
        description="x",
        partner_id=forms.customer.partner_id,
    )
    page = f"/my/ticket/{issue_id}"
    counted = (
        "mail_message",
        "model = 'helpdesk.ticket' AND res_id = %s AND body LIKE '%%Twice%%'",
        issue_id,
    )
    check_once(forms, page, f"{page}/messages", {"answer": "Twice"}, has_key, counted)


def test_an_upload(forms, has_key):
    """REQ 13.A.10"""
    path, name = "/my/documents/upload", f"Uploaded {has_key}"
    counted = ("customer_portal_document", "name = %s", name)
    files = [("file", ("a.pdf", PDF))]
    check_once(forms, path, path, {"name": name}, has_key, counted, files)


def test_a_version(forms, has_key):
    """REQ 13.A.10"""
    file_id = forms.create("ir.attachment", name="a.pdf", datas="Zmlyc3Q=")
    document_id = forms.create(
        "customer.portal.document",
        name="Versions",
        partner_id=forms.customer.partner_id,
        attachment_id=file_id,
    )
    page = f"/my/documents/{document_id}"
    counted = ("ir_attachment", "portal_document_id = %s", document_id)
    files = [("file", ("b.pdf", PDF))]
    check_once(forms, page, f"{page}/versions", {}, has_key, counted, files)


def test_files_in_a_drop(forms, has_key):
    """REQ 13.A.10: of a visitor"""
    folder_id = forms.create("customer.portal.folder", name="Drop")
    item = {"res_model": "customer.portal.folder", "res_id": folder_id}
    path = _share(forms, item, allow_upload=True, allow_download=False)
    counted = ("customer_portal_document", "folder_id = %s", folder_id)
    form = {"name": "Ada Berg", "email": "ada@twice.example"}
    files = [("file", ("a.pdf", PDF))]
    check_once(forms, path, f"{path}/upload", form, has_key, counted, files, {})


def test_files_for_a_line_of_a_request(forms, has_key):
    """REQ 13.A.10: logged in, and by a personal link, which has no session"""
    for partner_id, is_link in (
        (forms.customer.partner_id, False),
        (forms.create("res.partner", name="Eve", email="eve@twice.example"), True),
    ):
        request_id = forms.create(
            "customer.portal.request",
            name=f"Request {has_key}",
            partner_id=partner_id,
            line_ids=[(0, 0, {"name": "Passport"})],
        )
        path, cookies = f"/my/requests/{request_id}", None
        forms.server.call("customer.portal.request", "action_send", [request_id])
        if is_link:
            path, cookies = _find_link(forms, path), {}
        [line] = forms.people.read(
            "customer.portal.request.line", [("request_id", "=", request_id)], "id"
        )
        counted = (
            "customer_portal_document",
            "request_line_id = %s",
            line["id"],
        )
        form = {"request_line_id": line["id"]}
        files = [("file", ("a.pdf", PDF))]
        check_once(forms, path, path, form, has_key, counted, files, cookies)


def test_an_appointment(forms, has_key):
    """REQ 13.A.10"""
    hours = [
        (0, 0, {"name": "Day", "dayofweek": str(day), "hour_from": 0, "hour_to": 24})
        for day in range(7)
    ]
    hours_id = forms.create(
        "resource.calendar",
        name="Always",
        tz="UTC",
        attendance_ids=[(5, 0, 0), *hours],
    )
    calendar_id = forms.create(
        "customer.portal.calendar", name="Open", resource_calendar_id=hours_id
    )
    item = {"res_model": "customer.portal.calendar", "res_id": calendar_id}
    url = f"{_share(forms, item)}/calendar/{calendar_id}"
    day = datetime.date.today() + datetime.timedelta(days=5 if has_key else 6)
    start = f"{day}T12:00:00Z"
    page = f"{url}?start={start}"
    counted = ("customer_portal_appointment", "calendar_id = %s", calendar_id)
    form = {"start": start, "subject": "Twice", "as_json": not has_key}
    check_once(forms, page, f"{url}/appointments", form, has_key, counted)


def _share(forms, item, **values):
    share_id = forms.create(
        "customer.portal.share", name="Twice", item_ids=[(0, 0, item)], **values
    )
    [share] = forms.people.read("customer.portal.share", [("id", "=", share_id)], "url")
    return "/share/" + share["url"].partition("/share/")[2]


def _find_link(forms, path):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for mail in forms.server.mailbox.wait_for(1):
            found = re.search(rf"{path}\?access_token=[\w-]+", mail.html)
            if found:
                return found[0]
        time.sleep(0.1)
    raise TimeoutError(path)
