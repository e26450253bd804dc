"""REQ D-17, issue 3.6: what Odoo allows, nginx sends."""

import os
import socket

import pytest
import requests

from .conftest import Customer

MEGABYTE = 1 << 20
PDF = b"%PDF-1.4\n" + os.urandom(300_000)
SCRIPTS = {
    "page.html": b"<html><script>alert(document.cookie)</script></html>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
}


@pytest.fixture
def pdf(anna):
    return anna.upload("Prüfbericht 7.pdf", PDF)


def sent_by_nginx(answer):
    """nginx's ETag is of another form than Odoo's, the SHA-1."""
    return len(answer.headers.get("ETag", "").strip('W/"')) < 40


def test_a_file_arrives_whole_and_nginx_sends_it(anna, pdf):
    answer = anna.get(pdf)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert sent_by_nginx(answer), answer.headers


def test_a_part_can_be_asked_for(anna, pdf):
    answer = anna.get(pdf, Range="bytes=1000-1999")
    assert (answer.status_code, answer.content) == (206, PDF[1000:2000])
    assert answer.headers["Content-Range"] == f"bytes 1000-1999/{len(PDF)}"
    assert anna.get(pdf, Range="bytes=-5").content == PDF[-5:]
    assert anna.get(pdf, Range="bytes=900000-").status_code == 416


def test_an_interrupted_download_goes_on_only_in_the_same_file(anna, pdf):
    etag = anna.get(pdf).headers["ETag"]
    part = {"Range": "bytes=1000-1999"}
    assert anna.get(pdf, If_Range=etag, **part).status_code == 206
    assert anna.get(pdf, If_Range='"another"', **part).content == PDF


def test_a_file_that_the_browser_has_is_not_sent_again(anna, pdf):
    etag = anna.get(pdf).headers["ETag"]
    answer = anna.get(pdf, If_None_Match=etag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert anna.get(pdf, If_None_Match='"another"').status_code == 200


def test_head_tells_size_and_type_without_the_file(anna, pdf):
    answer = anna.get(pdf, "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.headers["Content-Type"] == "application/pdf"


def test_the_headers_that_protect_the_reader_stay(anna, pdf):
    for answer in (anna.get(pdf), anna.get(pdf, Range="bytes=0-9")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "X-Accel-Redirect" not in answer.headers
        assert "X-Sendfile" not in answer.headers


def test_the_headers_of_a_shared_file_stay(proxied_site):
    """REQ S-8: shown or downloaded, whole or in part, and for who has it already."""
    document_id = proxied_site.add_document("Shared", PDF)
    share = proxied_site.add_share(("document", document_id))
    etag = share.get(f"/document/{document_id}").headers["ETag"]
    for query in ("", "?download=1"):
        for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": etag}):
            answer = share.get(f"/document/{document_id}{query}", headers=headers)
            assert answer.status_code in (200, 206, 304)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-cache, private"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert "X-Accel-Redirect" not in answer.headers


def test_a_download_has_the_files_own_name(anna, pdf):
    disposition = anna.get(f"{pdf}?download=1").headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''Pr%C3%BCfbericht%207.pdf" in disposition


@pytest.mark.parametrize("filename", SCRIPTS)
def test_what_could_run_in_the_browser_is_only_downloaded(anna, filename):
    answer = anna.get(anna.upload(filename, SCRIPTS[filename]))
    assert (answer.status_code, answer.content) == (200, SCRIPTS[filename])
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_strangers_get_the_same_answer_as_for_nothing(portal, anna, pdf):
    stranger = Customer(portal, "carla")
    refused, absent = stranger.get(pdf), stranger.get("/my/documents/999999999/content")
    assert (refused.status_code, absent.status_code) == (404, 404)
    assert PDF[:1000] not in refused.content
    visitor = requests.get(portal.url + pdf, allow_redirects=False)
    assert visitor.status_code in (302, 303, 404), visitor.status_code


def test_nobody_reads_the_filestore_from_outside(portal, anna, pdf):
    [(stored,)] = portal.server.sql(
        "SELECT store_fname FROM ir_attachment WHERE file_size = %s LIMIT 1", len(PDF)
    )
    assert (portal.server.filestore / stored).read_bytes() == PDF
    for path in (
        f"/web/filestore/{portal.database}/{stored}",
        f"/web//filestore/{portal.database}/{stored}",
        f"/web/x/../filestore/{portal.database}/{stored}",
        f"/web/filestore/{portal.database}/../{portal.database}/{stored}",
    ):
        answer = ask_as_written(portal, anna, path)
        assert b" 404 " in answer.partition(b"\r\n")[0], answer[:200]


def ask_as_written(portal, customer, path):
    """Return the answer to a path that a client library would tidy up first."""
    with socket.create_connection(("127.0.0.1", portal.port), 10) as connection:
        head = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{portal.port}\r\n"
        connection.sendall(f"{head}Cookie: {customer.cookie}\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            return answer.read()


def test_slow_readers_do_not_block_the_workers(portal, anna):
    content = os.urandom(24 * MEGABYTE)
    path = anna.upload("large.dat", content)
    readers = [read_slowly(portal, anna, path) for _worker in range(4)]
    try:
        for _page in range(4):
            assert requests.get(f"{portal.url}/web/login", timeout=10).ok
        for reader in readers:
            assert receive_rest(reader).endswith(content[-1000:])
    finally:
        for reader in readers:
            reader.close()


def read_slowly(portal, customer, path):
    """Ask for a file, take its first bytes, and return the connection with the rest."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", portal.port))
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\nConnection: close\r\n"
    )
    connection.sendall(f"{head}Cookie: {customer.cookie}\r\n\r\n".encode())
    assert b" 200 " in connection.recv(100)
    return connection


def receive_rest(connection):
    received = bytearray()
    while data := connection.recv(1 << 20):
        received += data
    return bytes(received)
