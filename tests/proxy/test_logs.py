"""What opens a door is in no line of nginx's log."""

import re
import socket
import time

import pytest
import requests
from shares.conftest import PASSWORD

LINE = re.compile(
    r'127\.0\.0\.1 - - \[[^]]+\] "(\w+) (\S+) HTTP/1\.1" (\d+) \d+ "-" "[^"]*" [\d.]+ .*'
)


@pytest.fixture
def log(portal):
    """Return what nginx has written since the test began, once the last line is there."""
    # what came before is written after its answer has gone, and maybe not yet
    mark = f"/begin/{time.monotonic_ns()}"
    requests.get(portal.url + mark)

    def read_since_mark():
        lines = portal.proxy.access_log()
        marked = [number for number, line in enumerate(lines) if mark in line]
        return lines[marked[0] + 1 :] if marked else None

    def read(count):
        end = time.monotonic() + 10
        while (lines := read_since_mark()) is None or len(lines) < count:
            assert time.monotonic() < end, portal.proxy.access_log()
            time.sleep(0.02)
        return lines

    read(0)
    return read


def test_no_line_holds_the_link_of_a_share(portal, proxied_site, log):
    document_id = proxied_site.add_document()
    folder_id = proxied_site.add_folder()
    share = proxied_site.add_share(
        ("document", document_id),
        ("folder", folder_id),
        password=PASSWORD,
        allow_upload=True,
    )
    token = share.path.split("/")[2]
    assert len(token) > 30
    visitor = requests.Session()
    visitor.headers["Referer"] = share.url
    paths = {
        "": 401,
        "?page=2": 401,
        f"document/{document_id}": 200,
        f"document/{document_id}?download=1": 200,
        f"document/{document_id}/preview": 200,
        f"folder/{folder_id}": 200,
        "zip": 200,
    }
    share.unlock(PASSWORD, visitor)
    for rest in paths:
        visitor.get(f"{share.url}/{rest}".rstrip("/"))
    visitor.head(share.url)
    share.get(session=requests)
    for path in (f"/fr{share.path}", f"//share//{token}", f"/SHARE/{token}/x"):
        requests.get(portal.url + path)
    lines = log(len(paths) + 6)
    assert not [line for line in lines if token in line], lines
    written = [LINE.fullmatch(line).group(1, 2, 3) for line in lines]
    assert ("POST", "/share/***", "303") in written
    assert ("GET", f"/share/***/document/{document_id}", "200") in written
    assert ("GET", "/share/***/zip", "200") in written
    assert ("HEAD", "/share/***", "200") in written
    assert ("GET", "/share/***", "401") in written
    assert not portal.proxy.log()


def test_no_line_holds_a_key_of_a_query(portal, anna, log):
    key = "d0c5e2a4-0b7e-4a53-93a1-7f3a5c1b8e11"
    paths = [
        f"/my/documents/1?access_token={key}",
        f"/my/documents/1/content?download=1&access_token={key}",
        f"/my/ticket/1?access_token={key}#issue",
        f"/my/ticket/1/attachments/2?access%5ftoken={key}",
        f"/web/login?redirect=%2Fshare%2F{key}%3Fpage%3D2",
        f"/web/signup?token={key}",
        f"/issues/new/{key}?embed=1",
        f"/my/documents/tus/{key}",
        f"/unheard/of/{key}",
    ]
    for path in paths:
        requests.get(portal.url + path, allow_redirects=False)
        anna.get(path, Referer=portal.url + path)
    lines = log(2 * len(paths))
    assert not [line for line in lines if key in line], lines
    written = {LINE.fullmatch(line)[2] for line in lines}
    assert {"/my/documents/1", "/web/login", "/issues/new/***"} <= written


def test_what_tells_administrators_something_is_written(portal, anna, log):
    anna.get("/my/documents?search=plan")
    anna.get("/web/assets/debug/web.assets_frontend_lazy.min.js")
    written = [LINE.fullmatch(line)[2] for line in log(2)]
    assert written == [
        "/my/documents",
        "/web/assets/debug/web.assets_frontend_lazy.min.js",
    ]


def test_no_complaint_of_nginx_holds_a_link(portal, proxied_site):
    """A file that is not there, and a request that nginx cannot read."""
    document_id = proxied_site.add_document("Lost", b"%PDF-1.4 soon lost")
    share = proxied_site.add_share(("document", document_id))
    [(name,)] = portal.server.sql(
        "SELECT store_fname FROM ir_attachment WHERE id ="
        " (SELECT attachment_id FROM customer_portal_document WHERE id = %s)",
        document_id,
    )
    path = portal.server.filestore / name
    token = share.path.split("/")[2]
    path.unlink()
    assert share.get(f"/document/{document_id}").status_code == 404
    # Odoo finds something there, nginx cannot send it
    path.mkdir()
    assert share.get(f"/document/{document_id}").status_code >= 300
    path.rmdir()
    with socket.create_connection(("127.0.0.1", portal.port), 10) as connection:
        connection.sendall(f"GET {share.path} nonsense\r\n\r\n".encode())
        assert b" 400 " in connection.recv(1000)
    assert token not in portal.proxy.log()
    assert not [line for line in portal.proxy.access_log() if token in line]
