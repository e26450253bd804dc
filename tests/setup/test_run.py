"""``./setup/run`` with the real addons: what it prints is true, and it leaves nothing behind."""

import re
import signal
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psutil
import pytest
import requests
from lxml import html

from .common import READY

pytestmark = pytest.mark.slow
ROW = re.compile(r"^  (\S+) +(\S+) +(administrator|staff: .+|customer: .+)$", re.M)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="module")
def real_clone(make_clone):
    clone = make_clone()
    clone.add_real_addons()
    return clone


@pytest.fixture(scope="module")
def portal(real_clone):
    with real_clone.run() as command:
        command.wait_for(READY)
        yield command


def url(command):
    return re.search(
        r"The portal is ready: (http://127\.0\.0\.1:\d+)/my", command.output
    )[1]


def log_in(base, login, password):
    """Return a session, and the page that a person sees after the login form."""
    session = requests.Session()
    token = TOKEN.search(session.get(f"{base}/web/login", timeout=60).text)[1]
    form = {"login": login, "password": password, "csrf_token": token}
    return session, session.post(f"{base}/web/login", data=form, timeout=60)


def test_it_prints_where_the_login_page_is(portal):
    answer = requests.get(f"{url(portal)}/my", timeout=60)
    assert answer.status_code == 200
    assert "/web/login" in answer.url


def test_it_prints_logins_of_an_administrator_staff_and_customers(portal):
    people = [
        who.split(":")[0] for _login, _password, who in ROW.findall(portal.output)
    ]
    assert {"administrator", "staff", "customer"} == set(people)
    assert people.count("customer") > 1


def test_each_printed_login_lets_that_person_in(portal):
    for login, password, who in ROW.findall(portal.output):
        session, page = log_in(url(portal), login, password)
        landed = "/my" if who.startswith("customer") else "/odoo"
        assert page.url == f"{url(portal)}{landed}", who
        documents = session.get(f"{url(portal)}/my/documents", timeout=60)
        assert documents.status_code == 200, who


def test_every_page_that_a_customer_finds_is_there(portal):
    """Here no app is installed but those that the addons need; the other tests have more."""
    base = url(portal)
    for login, password, who in ROW.findall(portal.output):
        if not who.startswith("customer"):
            continue
        session, _page = log_in(base, login, password)
        found, visited = ["/my"], set()
        while found:
            path = found.pop().partition("?")[0]
            kind = re.sub(r"\d+", "0", path)
            if kind in visited or not is_to_visit(path):
                continue
            visited.add(kind)
            answer = session.get(f"{base}{path}", timeout=60)
            assert answer.status_code == 200, (who, path)
            if answer.headers["Content-Type"].startswith("text/html"):
                found += html.fromstring(answer.content).xpath("//a/@href")
        assert len(visited) > 10, who


def is_to_visit(path):
    """Tell whether a link leads to a page of the portal, and does nothing else."""
    return path.startswith(("/my", "/share", "/report", "/binder", "/new")) and not any(
        part in path for part in ("/logout", "/session", "/editor")
    )


def forget_password(command, login):
    """Have a link mailed to choose a new password; return the file that the mail is in."""
    session = requests.Session()
    page = session.get(f"{url(command)}/web/reset_password", timeout=60)
    form = {"login": login, "csrf_token": TOKEN.search(page.text)[1]}
    session.post(f"{url(command)}/web/reset_password", data=form, timeout=60)
    told = f"mail to {login}@"
    command.wait_for(told, seconds=30)
    return re.search(rf"{told}.* → (\S+)", command.output)[1]


def test_it_keeps_the_mail_that_odoo_sends(portal):
    folder = re.search(r"Mail that Odoo sends is kept in (\S+)", portal.output)[1]
    assert forget_password(portal, "anna").startswith(f"{folder}/")


def test_ctrl_c_ends_it_well_and_leaves_no_process(real_clone, portal):
    portal.signal(signal.SIGINT)
    portal.assert_ends(0)
    assert portal.output.endswith("Stopping …")
    real_clone.assert_nothing_runs()


def test_the_next_run_starts_at_once_and_says_if_odoo_ends(real_clone):
    with real_clone.run() as command:
        command.wait_for(READY)
        assert "Database" not in command.output
        # on another port; no administrator has logged in there, which tells Odoo of it
        mail = Path(forget_password(command, "ben")).read_bytes()
        parts = message_from_bytes(mail, policy=default)
        text = parts.get_body(("html",)).get_content()
        assert f"{url(command)}/web/reset_password?" in text
        [odoo] = psutil.Process(command.process.pid).children()
        odoo.kill()
        command.assert_ends(1)
        assert "✗ Odoo's server ended by itself (exit code -9); see " in command.output
    real_clone.assert_nothing_runs()
