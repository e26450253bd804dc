"""Many visitors at the same time, on whichever worker."""

import collections
import io
import time
import zipfile

import requests

from tests.journeys.people import People

from .conftest import PASSWORD

WRONG, ATTEMPTS = 50, 5
VISITORS, LIMIT = 40, 7
CONTENT = b"%PDF-1.4 " + bytes(range(256)) * 400
QUOTA_MB, SENDERS = 1, 12
SENT = b"%PDF-1.4 " + bytes(200_000)


def statuses(answers):
    return collections.Counter(answer.status_code for answer in answers)


def test_a_crowd_cannot_guess_a_password(site):
    """REQ S-8"""
    document = ("document", site.add_document())
    share = site.add_share(document, password=PASSWORD)
    other = site.add_share(document, password=PASSWORD)
    answers = site.crowd(lambda number: share.unlock(f"wrong {number}"), WRONG)
    found = statuses(answers)
    assert set(found) <= {401, 429}, found
    assert 1 <= found[401] <= ATTEMPTS, found
    for answer in answers:
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    # the right one does not help until the window is over
    assert share.unlock(PASSWORD).status_code == 429
    assert other.unlock(PASSWORD).status_code == 303
    site.server.sql(
        "UPDATE customer_portal_throttle SET window_end = window_end - interval '15 minutes'"
    )
    assert share.unlock(PASSWORD).status_code == 303


def test_everybody_with_the_right_password_comes_in(site):
    """REQ S-8: from one address, as in an office, and none is asked to try again"""
    document = ("document", site.add_document())
    share = site.add_share(document, password=PASSWORD)
    answers = site.crowd(lambda _number: share.unlock(PASSWORD), ATTEMPTS)
    assert statuses(answers) == {303: ATTEMPTS}


def test_the_limit_of_downloads_is_exact(site):
    """REQ S-10: nobody has been there before, so the first visit is noted meanwhile"""
    document_id = site.add_document("Limited", CONTENT)
    share = site.add_share(
        ("document", document_id), download_limit=LIMIT, notify_first_access=True
    )
    rest = f"/document/{document_id}?download=1"
    answers = site.crowd(lambda _number: share.get(rest), VISITORS)
    assert statuses(answers) == {200: LIMIT, 410: VISITORS - LIMIT}
    for answer in answers:
        assert (answer.content == CONTENT) == (answer.status_code == 200)
    assert share.count() == LIMIT
    assert share.log("download") == LIMIT
    assert share.log("refused") == VISITORS - LIMIT
    assert share.locks() == 0


def test_zips_and_files_share_one_limit(site):
    """REQ S-10, S-11"""
    folder_id = site.add_folder()
    ids = [
        site.add_document(f"Part {number}", CONTENT, folder_id=folder_id)
        for number in range(3)
    ]
    share = site.add_share(("folder", folder_id), download_limit=11)

    def fetch(number):
        if number % 3 == 0:
            return share.get("/zip")
        return share.get(f"/document/{ids[number % 3]}?download=1")

    answers = site.crowd(fetch, 30)
    fetched = 0
    for answer in answers:
        assert answer.status_code in (200, 410), answer.status_code
        if answer.status_code == 200:
            is_zip = answer.headers["Content-Type"] == "application/zip"
            fetched += count_files(answer.content) if is_zip else 1
            assert is_zip or answer.content == CONTENT
    assert fetched == share.count() == 11


def count_files(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return len(archive.namelist())


def test_pieces_that_come_together_are_one_download(site):
    """REQ S-10: a download manager opens several connections at once"""
    document_id = site.add_document("In pieces", CONTENT)
    share = site.add_share(("document", document_id), download_limit=1)
    step = len(CONTENT) // 8 + 1

    def fetch(number):
        start = number * step
        headers = {"Range": f"bytes={start}-{start + step - 1}"}
        return share.get(f"/document/{document_id}?download=1", headers=headers)

    answers = site.crowd(fetch, 8)
    assert statuses(answers) == {206: 8}
    assert b"".join(answer.content for answer in answers) == CONTENT
    assert share.count() == share.log("download") == 1


def test_first_visits_at_once_are_told_once(site):
    """REQ S-9"""
    share = site.add_share(
        ("document", site.add_document()), name="Told once", notify_first_access=True
    )
    site.server.sql(
        "UPDATE res_partner SET email = 'owner@example.com' WHERE id ="
        " (SELECT partner_id FROM res_users WHERE login = 'admin')"
    )
    answers = site.crowd(lambda _number: share.get(), 20)
    assert statuses(answers) == {200: 20}
    assert share.log("view") == 20
    site.server.mailbox.wait_for(1)
    time.sleep(1)
    told = [mail for mail in site.server.mailbox.mails if "Told once" in mail.subject]
    assert len(told) == 1


def test_many_who_send_files_at_once_keep_to_the_quota(prefork):
    """REQ S-10: what all of them send in is counted on all workers"""
    site = prefork
    site.write("res.company", 1, portal_share_upload_quota=QUOTA_MB)
    folder_id = site.add_folder()
    share = site.add_share(
        ("folder", folder_id), allow_upload=True, allow_download=False
    )
    other = site.add_share(
        ("folder", folder_id), allow_upload=True, allow_download=False
    )
    answers = site.crowd(lambda number: send_file(share, number), SENDERS)
    fits = QUOTA_MB * 1024**2 // len(SENT)
    assert statuses(answers) == {201: fits, 413: SENDERS - fits}
    for answer in answers:
        if answer.status_code == 413:
            assert answer.json()["error"] == "share_full"
    [(count, size)] = site.server.sql(
        "SELECT count(*), sum(file_size) FROM customer_portal_document"
        " WHERE folder_id = %s",
        folder_id,
    )
    assert (count, size) == (fits, fits * len(SENT))
    assert share.log("upload") == fits
    # each share has a quota of its own
    assert send_file(other, SENDERS).status_code == 201


def send_file(share, number):
    return requests.post(
        share.url + "/upload",
        {"name": f"Sender {number}", "email": f"sender{number}@example.org"},
        files={"file": (f"part-{number}.pdf", SENT, "application/pdf")},
        headers={"Accept": "application/json"},
        timeout=60,
    )


# -- what changes between two requests


def check_closed(share, sessions, rest="", status=404):
    """Make sure that no worker lets anybody in: enough requests for each to answer some."""
    for session in sessions * 4:
        assert share.get(rest, session=session).status_code == status


def test_every_change_takes_effect_at_once(prefork):
    """REQ S-8, S-12, S-14, S-15"""
    site, document_id = prefork, prefork.add_document()
    share = site.add_share(("document", document_id), password=PASSWORD)
    sessions = [requests.Session(), requests.Session()]
    rest = f"/document/{document_id}"

    def enter(password=PASSWORD):
        for session in sessions:
            assert share.unlock(password, session).status_code == 303
            for _time in range(4):
                assert share.get(rest, session=session).status_code == 200

    enter()
    share.write(active=False)
    check_closed(share, sessions)
    share.write(active=True)
    enter()
    share.write(password="another horse")
    check_closed(share, sessions, status=401)
    enter("another horse")
    share.write(expiration_date="2020-01-01")
    check_closed(share, sessions)
    share.write(expiration_date=False)
    enter("another horse")
    site.write("customer.portal.document", document_id, active=False)
    check_closed(share, sessions)
    site.write("customer.portal.document", document_id, active=True)
    enter("another horse")
    site.server.call("customer.portal.share", "action_renew_link", [share.id])
    check_closed(share, sessions)


def test_who_is_no_recipient_any_more_is_out_at_once(prefork):
    """REQ S-3"""
    site = prefork
    [anna] = site.server.call("res.users", "search", [("login", "=", "anna")])
    share = site.add_share(
        ("document", site.add_document()),
        access="secured",
        user_ids=[[6, 0, [anna]]],
    )
    session = requests.Session()
    params = {"db": site.server.database, "login": "anna", "password": "anna"}
    session.post(f"{site.url}/web/session/authenticate", json={"params": params})
    for _time in range(6):
        assert share.get(session=session).status_code == 200
    share.write(user_ids=[[5]])
    check_closed(share, [session])


def test_a_session_ends_in_all_workers(prefork):
    """REQ U-4: whichever way the account changes, each worker asks the database"""
    site = prefork
    call, people = site.server.call, People(site.server)
    manager = people.add_staff("Ma", "customer_portal_shares.group_portal_manager")
    as_manager = {"login": manager.login, "password": manager.login}
    portal, public = map(people._get_id, ("base.group_portal", "base.group_public"))
    changes = {
        "deactivated": ("action_portal_deactivate",),
        "removed": ("action_portal_remove", False),
        "password": ("action_portal_set_password", "another horse"),
        "archived": ("write", {"active": False}),
        "group": ("write", {"group_ids": [(3, portal), (4, public)]}),
    }
    sessions, ids = {}, {}
    for name in [*changes, "nothing"]:
        person = people.add_customer(f"Sess{name}", company=name)
        ids[name], sessions[name] = person.id, log_in(site, person.login)
    answered = {name: get_account_page(site, sessions[name]) for name in sessions}
    assert set().union(*answered.values()) == {200}, answered
    for name, (method, *values) in changes.items():
        # what is a manager's to do is done by one
        who = as_manager if method.startswith("action_portal") else {}
        call("res.users", method, [ids[name]], *values, **who)
        assert get_account_page(site, sessions[name]) == {303}, name
    assert get_account_page(site, sessions["nothing"]) == {200}
    # nor does it come back with the account
    call("res.users", "action_portal_activate", [ids["deactivated"]], **as_manager)
    assert get_account_page(site, sessions["deactivated"]) == {303}


def log_in(site, login):
    session = requests.Session()
    params = {"db": site.server.database, "login": login, "password": login}
    answer = session.post(
        f"{site.url}/web/session/authenticate", json={"params": params}
    )
    assert answer.json()["result"]["uid"]
    return session.cookies.get_dict()


def get_account_page(site, cookies):
    """Return the statuses of a page that only who is logged in sees, from both workers.

    Several at once, again and again, until each worker has answered.
    """
    statuses, begin = set(), site.server.log.stat().st_size

    def get(number):
        return requests.get(
            f"{site.url}/my/account?n={number}",
            cookies=cookies,
            allow_redirects=False,
            timeout=60,
        ).status_code

    for _time in range(20):
        statuses |= set(site.crowd(get, 4))
        with site.server.log.open("rb") as log:
            log.seek(begin)
            lines = log.read().decode(errors="replace").splitlines()
        asked = [line.split() for line in lines if "GET /my/account?n=" in line]
        if len({words[2] for words in asked}) > 1:  # ids of processes
            return statuses
    raise AssertionError("one worker has answered everybody")


class _Interrupted(io.BytesIO):
    """A body in the midst of which something happens."""

    def __init__(self, body, meanwhile):
        super().__init__(body)
        self._meanwhile = meanwhile

    def read(self, size=-1):
        piece = super().read(64 * 1024)
        if self._meanwhile and self.tell() > len(self.getbuffer()) // 2:
            time.sleep(1)  # Odoo has read the first half
            self._meanwhile()
            self._meanwhile = None
        return piece


def test_a_share_that_is_closed_while_a_file_comes_in_does_not_take_it(site):
    """REQ S-8, S-12: however slowly a visitor sends it"""
    share = site.add_share(
        ("folder", site.add_folder()), allow_upload=True, allow_download=False
    )
    form = {"name": "Ada", "email": "ada@visitor.example"}
    request = requests.Request(
        "POST",
        f"{share.url}/upload",
        data=form,
        files={"file": ("a.txt", b"a" * 10**6)},
    ).prepare()
    request.body = _Interrupted(request.body, lambda: share.write(active=False))
    with requests.Session() as session:
        answer = session.send(request, allow_redirects=False, timeout=60)
    assert answer.status_code == 404
    count = site.server.call(
        "customer.portal.document", "search_count", [("share_id", "=", share.id)]
    )
    assert count == 0
