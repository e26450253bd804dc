"""What Odoo refuses, nginx passes on as it is: for people, and for programs."""

import re

import pytest
import requests
from shares.conftest import PASSWORD

#: What differs from one answer to the next, or belongs to the connection.
OWN = {"Date", "Server", "Connection", "Set-Cookie", "Transfer-Encoding", "Retry-After"}


@pytest.fixture(scope="module")
def refusals(proxied_site):
    """Paths, and how often to ask before the answer is the one that is meant."""
    site = proxied_site
    document_id = site.add_document("Refused", b"%PDF-1.4 refused")
    document = ("document", document_id)
    locked = site.add_share(document, password=PASSWORD)
    guessed = site.add_share(document, password=PASSWORD)
    for _time in range(6):
        assert guessed.unlock("wrong").status_code in (401, 429)
    seen = site.add_share(document, allow_download=False)
    spent = site.add_share(document, download_limit=1)
    fetch = f"/document/{document_id}?download=1"
    assert spent.get(fetch).status_code == 200
    unknown = f"/share/{'x' * 43}"
    return {
        401: ("GET", locked.path),
        403: ("GET", seen.path + fetch),
        404: ("GET", unknown),
        410: ("GET", spent.path + fetch),
        429: ("POST", guessed.path),
    }


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("status", [401, 403, 404, 410, 429])
def test_a_refusal_is_passed_on_as_it_is(portal, refusals, status, accept):
    method, path = refusals[status]
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    through, straight = (
        requests.request(
            method,
            url + path,
            headers={**headers, "Host": f"127.0.0.1:{portal.port}"},
            data={"password": "wrong"} if method == "POST" else None,
            allow_redirects=False,
            timeout=30,
        )
        for url in (portal.url, portal.server.url)
    )
    assert through.status_code == straight.status_code == status
    assert told(through) == told(straight)
    assert through.headers["Content-Type"].startswith(accept)
    assert through.headers["Referrer-Policy"] == "no-referrer"
    assert through.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert through.headers["Cache-Control"] == "private, no-store"
    if accept == "application/json":
        assert set(through.json()) == {"error", "message"}
    else:
        assert "</html>" in through.text
    if status == 429:
        assert 0 < int(through.headers["Retry-After"]) <= 15 * 60


def told(answer):
    """Return headers and body of an answer, without what changes by the second."""
    headers = {name: value for name, value in answer.headers.items() if name not in OWN}
    return headers, re.sub(r'csrf_token[^,}]*|[0-9a-f]{40}o[0-9]+"', "", answer.text)


def test_a_refused_page_of_a_document_is_passed_on(portal, anna):
    for accept in ("text/html", "application/json"):
        answer = anna.get("/my/documents/999999999/content", Accept=accept)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith(accept)


def test_what_was_refused_is_in_the_log_of_the_share(proxied_site):
    """REQ S-9"""
    site = proxied_site
    document_id = site.add_document("Logged", b"%PDF-1.4 logged")
    share = site.add_share(("document", document_id), download_limit=1)
    fetch = f"/document/{document_id}?download=1"
    statuses = [share.get(rest).status_code for rest in ("", fetch, fetch)]
    assert statuses == [200, 200, 410]
    rows = site.server.sql(
        "SELECT action, coalesce(reason, item) FROM customer_portal_share_access"
        " WHERE share_id = %s ORDER BY id",
        share.id,
    )
    assert [tuple(row) for row in rows] == [
        ("view", None),
        ("download", "Logged"),
        ("refused", "download_limit"),
    ]
