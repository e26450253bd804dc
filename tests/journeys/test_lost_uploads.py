"""Uploads that do not arrive: cut connections, ended sessions, a full disk. Nothing is half-written."""

import hashlib
import os
import re
import socket
import struct
import time

import pytest
from playwright.sync_api import expect

from .client import Client
from .storage import full_disk, list_files
from .upload_page import choose, expect_thanks, get_item, open_form, submit
from .visits import PDF, file

BIG = PDF + b"\n" * 3_000_000


@pytest.fixture
def customer(people):
    return people.add_customer("Ines Wolf", company="Wolf Cranes")


def test_a_connection_cut_half_way_leaves_nothing(people, server, customer):
    """REQ D-6: neither a record, nor a file"""
    client = Client(server, customer)
    before = list_files(server.filestore)
    head = (
        "POST /my/documents/upload HTTP/1.1\r\n"
        f"Host: 127.0.0.1\r\nCookie: {client.cookie}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\n\r\n"
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="half.pdf"\r\n\r\n'
    )
    for reset in (False, True):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            if reset:  # close() then sends RST instead of FIN
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.sendall(head.encode() + BIG[:2_500_000])
            wait_until(lambda: get_open_uploads(server), "the upload does not begin")
    wait_until(lambda: not get_open_uploads(server), "the server keeps the upload")
    assert people.get_documents(customer) == []
    assert list_files(server.filestore) == before
    assert client.upload(("whole.pdf", PDF)).status_code == 201


def test_a_lost_connection_is_told_and_the_upload_goes_on(
    line, visits, people, customer
):
    """REQ D-6, D-16: by itself, from where it was"""
    visits.expect_complaint(
        r"net::ERR_(EMPTY_RESPONSE|CONNECTION_RESET|SOCKET_NOT_CONNECTED)"
    )
    page = open_form(visits, customer, line=line)
    choose(page, [file("one.pdf"), file("plan.pdf", BIG)])
    page.get_by_label("Title").fill("Crane")
    line.cut_after(len(BIG) // 2)
    submit(page)
    expect(get_item(page, "plan.pdf").get_by_role("status")).to_have_text(
        "The connection was lost. The upload continues by itself when it is back; "
        "contact us if the problem persists."
    )
    expect(page.get_by_label("Title")).to_have_value("Crane")
    expect_thanks(page, "your 2 documents have been uploaded")
    checksums = {doc["checksum"] for doc in people.get_documents(customer, "checksum")}
    assert hashlib.sha1(BIG).hexdigest() in checksums
    names = {document["name"] for document in people.get_documents(customer)}
    assert names == {"Crane – one.pdf", "Crane – plan.pdf"}


def test_a_page_that_is_left_half_way(line, visits, people, customer, tmp_path):
    """REQ D-16: the same file chosen again goes on from where it was"""
    path = tmp_path / "plan.pdf"
    path.write_bytes(BIG)
    visits.expect_complaint(r"net::ERR_(ABORTED|EMPTY_RESPONSE)|status of 409")
    page = open_form(visits, customer, line=line)
    choose(page, [path])
    page.get_by_label("Title").fill("Crane")
    # a busy machine may have sent it all by the time that the page is left
    line.swallow_after(len(BIG) // 2)
    submit(page)
    expect(get_item(page, "plan.pdf").get_by_role("progressbar")).to_have_attribute(
        "aria-valuenow", re.compile("[1-9]")
    )
    wait_until(line.has_swallowed, "half of the file does not arrive")
    page.reload()
    offsets = []
    visits.listen(
        page,
        "request",
        lambda request: (
            request.method == "PATCH"
            and offsets.append(int(request.headers["upload-offset"]))
        ),
    )
    choose(page, [path])
    expect(page.get_by_label("Title")).to_have_value("Crane")
    submit(page)
    expect_thanks(page)
    assert offsets[0] > 0
    (document,) = people.get_documents(customer, "name", "checksum")
    assert document["checksum"] == hashlib.sha1(BIG).hexdigest()
    assert document["name"] == "Crane"


def test_a_session_that_ends_before_the_upload(visits, people, customer):
    """REQ D-6: logging in in another tab is enough to go on"""
    visits.expect_complaint(r"the server responded with a status of 40[01]")
    page = open_form(visits, customer)
    choose(page, [file("plan.pdf")])
    page.get_by_label("Title").fill("Kept")
    other = page.context.new_page()
    other.goto("/web/session/logout")
    submit(page)
    expect(get_item(page, "plan.pdf").get_by_role("status")).to_have_text(
        "Your session has ended. Please log in and upload again."
    )
    expect(page.get_by_label("Title")).to_have_value("Kept")
    visits.log_in(page.context, customer.login)
    submit(page)
    expect_thanks(page)
    assert [document["name"] for document in people.get_documents(customer)] == ["Kept"]


def test_a_session_that_ends_without_javascript(visits, people, customer):
    """REQ D-6: the login page leads back to the form as it was typed"""
    page = visits.open(customer, "/my/documents/upload", javascript=False)
    choose(page, [file("plan.pdf")], javascript=False)
    page.get_by_label("Title").fill("Kept")
    page.get_by_label("Description").fill("as well")
    page.context.clear_cookies()
    submit(page)
    expect(page).to_have_url(re.compile("/web/login"))
    # Odoo hides the fields of its login page from who has no JavaScript
    visits.log_in(page.context, customer.login)
    page.goto(page.url)
    expect(page.get_by_label("Title")).to_have_value("Kept")
    expect(page.get_by_label("Description")).to_have_value("as well")
    choose(page, [file("plan.pdf")], javascript=False)
    submit(page)
    expect_thanks(page)
    assert [document["name"] for document in people.get_documents(customer)] == ["Kept"]


def test_a_document_that_is_locked_meanwhile(visits, people, server, customer):
    """REQ D-10: its new version is refused at once, and not as what a moment's wait helps"""
    visits.expect_complaint(r"status of 423")
    client = Client(server, customer)
    [document] = client.upload(("plan.pdf", PDF)).json()["documents"]
    page = visits.open(customer, document["url"])
    server.call("customer.portal.document", "action_lock", [document["id"]])
    page.get_by_label("Replace the file").set_input_files([file("new.pdf")])
    page.get_by_role("button", name="Upload", exact=True).click()
    said = page.get_by_role("status").filter(has_text="is locked by")
    # what is tried again is told after half a minute
    expect(said).to_be_visible(timeout=15_000)
    expect(page.get_by_text("The server is busy right now")).to_have_count(0)


def test_a_full_disk(visits, people, server, customer):
    """REQ D-6: told next to the file, nothing half-written, and it works when there is room"""
    visits.expect_complaint(r"status of 507|could not be stored")
    page = open_form(visits, customer)
    choose(page, [file("plan.pdf", BIG)])
    page.get_by_label("Title").fill("Crane")
    before = list_files(server.filestore)
    with full_disk(server, room_bytes=1024 * 1024):
        submit(page)
        expect(get_item(page, "plan.pdf").get_by_role("status")).to_have_text(
            "The file could not be stored on our side. Nothing was saved. "
            "Please try again; contact us if the problem persists."
        )
        assert Client(server, customer).upload(("a.pdf", BIG)).status_code == 507
        assert list_files(server.filestore) <= before
    assert people.get_documents(customer) == []
    assert list_files(server.filestore) == before
    expect(page.get_by_label("Title")).to_have_value("Crane")
    submit(page)
    expect_thanks(page)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(people, server, customer, tmp_path):
    """REQ D-16: 200 MB through the plain form; the process's peak grows by 8 MB at most"""
    people.set_company(portal_document_max_size=0)
    path = tmp_path / "big.dat"
    with path.open("wb") as content:
        for _megabyte in range(200):
            content.write(os.urandom(1024) * 1024)
    client = Client(server, customer)
    assert client.upload(("warm.dat", b"\0" * 2_000_000)).status_code == 201
    status = f"/proc/{server.process.pid}"
    with open(f"{status}/clear_refs", "w") as clear:
        clear.write("5")
    before = get_peak_kb(status)
    response = upload_streamed(client, path)
    assert response.status_code == 201, response.text
    growth_mb = (get_peak_kb(status) - before) / 1024
    people.set_company(portal_document_max_size=100)
    document = people.get_documents(customer, "file_size")[0]
    assert document["file_size"] == path.stat().st_size
    assert growth_mb <= 8, f"{growth_mb:.1f} MB"


def upload_streamed(client, path):
    """Post a file without holding it in this process either; return the response."""
    head = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{client.token}\r\n'
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    ).encode()
    end = b"\r\n--x--\r\n"

    class Body:
        def __len__(self):
            return len(head) + path.stat().st_size + len(end)

        def __iter__(self):
            yield head
            with path.open("rb") as content:
                yield from iter(lambda: content.read(1024 * 1024), b"")
            yield end

    return client.upload_raw(Body(), "multipart/form-data; boundary=x")


def get_peak_kb(status):
    with open(f"{status}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def get_open_uploads(server):
    """Return the unnamed files that the server holds open in its filestore."""
    folder = f"/proc/{server.process.pid}/fd"
    links = []
    for name in os.listdir(folder):
        try:
            links.append(os.readlink(f"{folder}/{name}"))
        except FileNotFoundError:
            continue
    store = str(server.filestore)
    return [link for link in links if link.startswith(store) and "(deleted)" in link]


def wait_until(condition, failure, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, failure
        time.sleep(0.05)
