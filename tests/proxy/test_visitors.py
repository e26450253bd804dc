"""Odoo sees who is behind nginx, and not what they say of themselves."""

import contextlib
import http.client
import time

import requests
from shares.conftest import PASSWORD

from .conftest import visitor_from

ADDRESS_ATTEMPTS, SHARE_ATTEMPTS = 5, 50
#: client_body_timeout of nginx.conf
SILENT_SECONDS = 15


def addresses(site, share):
    rows = site.server.sql(
        "SELECT action, address FROM customer_portal_share_access"
        " WHERE share_id = %s ORDER BY id",
        share.id,
    )
    return [tuple(row) for row in rows]


def test_the_log_holds_each_visitors_own_address(proxied_site):
    """REQ S-9"""
    site = proxied_site
    document_id = site.add_document("Seen", b"%PDF-1.4 seen")
    share = site.add_share(
        ("document", document_id), password=PASSWORD, download_limit=1
    )
    forged = {
        "X-Forwarded-For": "203.0.113.1",
        "X-Real-IP": "203.0.113.2",
        "Forwarded": "for=203.0.113.3",
    }
    first, second = visitor_from("127.0.0.21"), visitor_from("127.0.0.22")
    rest = f"/document/{document_id}?download=1"
    assert share.unlock("wrong", first).status_code == 401
    assert share.unlock(PASSWORD, first).status_code == 303
    assert share.unlock(PASSWORD, second).status_code == 303
    assert share.get(session=first, headers=forged).status_code == 200
    assert share.get(rest, first, headers={"Range": "bytes=0-4"}).status_code == 206
    assert share.get(rest, first, headers={"Range": "bytes=5-"}).status_code == 206
    # of somebody else it is another download
    headers = {**forged, "X-Forwarded-For": "127.0.0.21", "Range": "bytes=5-"}
    assert share.get(rest, second, headers=headers).status_code == 410
    assert addresses(site, share) == [
        ("refused", "127.0.0.21"),
        ("view", "127.0.0.21"),
        ("download", "127.0.0.21"),
        ("refused", "127.0.0.22"),
    ]


def test_who_guesses_from_many_addresses_is_stopped(proxied_site):
    """REQ S-8: 5 wrong passwords from one address, 50 for one share from everywhere."""
    site = proxied_site
    # hashing is slow on purpose; tests need not be
    site.server.call("ir.config_parameter", "set_param", "password.hashing.rounds", "1")
    document = ("document", site.add_document())
    share = site.add_share(document, password=PASSWORD)
    other = site.add_share(document, password=PASSWORD)
    for number in range(SHARE_ATTEMPTS // ADDRESS_ATTEMPTS):
        visitor = visitor_from(f"127.0.1.{number + 1}")
        for attempt in range(ADDRESS_ATTEMPTS):
            # a new name each time would make it a new visitor each time
            visitor.headers["X-Forwarded-For"] = f"203.0.113.{attempt}"
            assert share.unlock("wrong", visitor).status_code == 401
        answer = share.unlock("wrong", visitor)
        assert answer.status_code == 429, number
        if number < 9:
            assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    newcomer = visitor_from("127.0.2.1")
    for password in ("wrong", PASSWORD):
        answer = share.unlock(password, newcomer)
        assert answer.status_code == 429
        assert 15 * 60 < int(answer.headers["Retry-After"]) <= 60 * 60
    assert other.unlock(PASSWORD, newcomer).status_code == 303
    site.server.sql(
        "UPDATE customer_portal_throttle SET window_end = window_end - interval '1 hour'"
    )
    assert share.unlock(PASSWORD, newcomer).status_code == 303


def test_nobody_else_is_where_the_proxy_is(proxied_site):
    """Each address has its own attempts: one who guesses locks out nobody else."""
    share = proxied_site.add_share(
        ("document", proxied_site.add_document()), password=PASSWORD
    )
    for _time in range(ADDRESS_ATTEMPTS):
        share.unlock("wrong", visitor_from("127.0.3.1"))
    assert share.unlock(PASSWORD, visitor_from("127.0.3.1")).status_code == 429
    assert share.unlock(PASSWORD, visitor_from("127.0.3.2")).status_code == 303
    assert share.unlock(PASSWORD, requests.Session()).status_code == 303


def test_silent_senders_of_one_address_keep_neither_workers_nor_others(portal):
    """REQ 11.6: limit_conn and client_body_timeout of nginx.conf"""
    host = portal.url.removeprefix("http://")
    silent = []
    try:
        # all that one address may have: forms of which a first byte has come
        for _number in range(50):
            connection = http.client.HTTPConnection(host, timeout=SILENT_SECONDS + 15)
            silent.append(connection)
            connection.putrequest("POST", "/web/login")
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
            connection.putheader("Content-Length", "1000")
            connection.endheaders(b"x")
        begun = time.monotonic()
        while requests.get(f"{portal.url}/web/health").status_code != 429:
            assert time.monotonic() < begun + 5, "one address has as many as it likes"
            time.sleep(0.05)
        # nginx waits for them, no worker does
        answer = visitor_from("127.0.0.9").get(f"{portal.url}/web/login", timeout=10)
        assert answer.status_code == 200
        for connection in silent:
            with contextlib.suppress(http.client.HTTPException, ConnectionError):
                assert connection.getresponse().status == 408
        assert time.monotonic() < begun + SILENT_SECONDS + 10
        assert requests.get(f"{portal.url}/web/login", timeout=10).status_code == 200
    finally:
        for connection in silent:
            connection.close()
