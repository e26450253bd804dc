"""Uploads through the proxy that administrators are told to run."""

import hashlib
import os
import time

import requests

CONTENT = os.urandom(5_000_000)


def checksum_of(portal, filename):
    [(checksum,)] = portal.server.sql(
        "SELECT checksum FROM ir_attachment a JOIN customer_portal_document d"
        " ON d.attachment_id = a.id WHERE a.name = %s",
        filename,
    )
    return checksum


def test_a_form_larger_than_nginx_itself_allows_arrives(portal, anna):
    anna.upload("form.dat", CONTENT)
    assert checksum_of(portal, "form.dat") == hashlib.sha1(CONTENT).hexdigest()


def test_a_resumable_upload_arrives(portal, anna):
    path = anna.create(len(CONTENT), "pieces.dat")
    for start in range(0, len(CONTENT), 2_000_000):
        answer = anna.patch(path, start, CONTENT[start : start + 2_000_000])
        assert answer.status_code == 204, answer.text
    assert checksum_of(portal, "pieces.dat") == hashlib.sha1(CONTENT).hexdigest()


def test_what_arrived_before_the_line_broke_is_kept(portal, anna):
    path = anna.create(len(CONTENT), "broken.dat")
    connection = anna.begin_patch(path, 0, len(CONTENT), CONTENT[:3_000_000])
    connection.close()
    anna.finish(path, CONTENT)
    assert checksum_of(portal, "broken.dat") == hashlib.sha1(CONTENT).hexdigest()


def test_bytes_are_passed_on_as_they_come(portal, anna):
    """An nginx that collects a request first would have nothing to show for it yet."""
    path = anna.create(len(CONTENT), "passed-on.dat")
    connection = anna.begin_patch(path, 0, len(CONTENT), CONTENT[:3_000_000])
    try:
        end = time.monotonic() + 10
        while max(received(portal), default=0) < 2_000_000:
            assert time.monotonic() < end, "nginx keeps them to itself"
            time.sleep(0.05)
    finally:
        connection.close()
    anna.finish(path, CONTENT)


def received(portal):
    folder = portal.server.filestore / "customer_portal_uploads"
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file()]


def test_a_refused_upload_says_why(portal, anna):
    answer = anna.session.post(
        f"{portal.url}/my/documents/tus",
        headers={"Tus-Resumable": "0.1", "Upload-Length": "1"},
    )
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_odoo_knows_the_address_that_people_use(portal):
    visitor = requests.get(f"{portal.url}/my/documents")
    assert visitor.url.startswith(f"{portal.url}/web/login"), visitor.url
