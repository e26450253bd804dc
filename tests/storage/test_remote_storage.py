"""Issue 3.6: documents in an S3-compatible storage, through OCA fs_attachment."""

import base64
import hashlib
import os

import pytest
from resumable.test_memory import get_peaks
from resumable.test_memory import reset_peaks as forget_peaks

MEGABYTE = 1 << 20
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC"
)


def content_url(document_id, query=""):
    return f"/my/documents/{document_id}/content{query}"


@pytest.fixture
def report(anna):
    """A document and its content."""
    content = b"%PDF-1.4\n" + os.urandom(200_000)
    return anna.add_document("report.pdf", content), content


def test_it_works_from_the_moment_it_is_installed(storage, anna):
    """Odoo asks fs_attachment before our addon, until it is started again"""
    document_id, content = storage.early
    assert anna.get(content_url(document_id)).content == content
    [(_id, address, _checksum)] = storage.get_versions(document_id)
    assert storage.read(address) == content


def test_a_form_stores_the_file_in_the_bucket(storage, anna):
    """In several parts, because it is larger than one"""
    content = os.urandom(12 * MEGABYTE)
    document_id = anna.add_document("plans.dat", content)
    [(_id, address, checksum)] = storage.get_versions(document_id)
    assert address.startswith("s3://"), address
    assert checksum == hashlib.sha1(content).hexdigest()
    assert storage.read(address) == content
    assert not (storage.server.filestore / checksum[:2] / checksum).exists()


def test_a_large_file_is_never_held_whole(storage, anna):
    """On its way in, and on its way out"""
    size = 64 * MEGABYTE
    before = reset_peaks(storage.server)
    document_id = anna.add_document("large.dat", bytes(size))
    assert growth(storage.server, before) < size / 3
    before = reset_peaks(storage.server)
    answer = anna.session.get(anna.url(content_url(document_id)), stream=True)
    received = sum(map(len, answer.iter_content(MEGABYTE)))
    assert received == size
    assert growth(storage.server, before) < size / 3


def reset_peaks(server):
    """Let the peak memory of each process begin where it is, and return it, in kB."""
    forget_peaks(server)
    return get_peaks(server)


def growth(server, before):
    """Return how much the peak memory of a server has grown, in bytes."""
    return 1024 * max(get_peaks(server)[pid] - before[pid] for pid in before)


def test_a_resumable_upload_ends_in_the_bucket(storage, anna):
    content = os.urandom(3 * MEGABYTE)
    path = anna.create(len(content), "pieces.dat")
    for start in range(0, len(content), MEGABYTE):
        answer = anna.patch(path, start, content[start : start + MEGABYTE])
        assert answer.status_code == 204, answer.text
    document_id = int(answer.headers["Content-Location"].rpartition("/")[2])
    [(_id, address, _checksum)] = storage.get_versions(document_id)
    assert storage.read(address) == content
    folder = storage.server.filestore / "customer_portal_uploads"
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_download_is_whole_and_says_its_length(anna, report):
    document_id, content = report
    answer = anna.get(content_url(document_id))
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_part_of_a_file_can_be_asked_for(anna, report):
    document_id, content = report
    answer = anna.get(content_url(document_id), Range="bytes=1000-1999")
    assert (answer.status_code, answer.content) == (206, content[1000:2000])
    assert answer.headers["Content-Range"] == f"bytes 1000-1999/{len(content)}"
    beyond = anna.get(content_url(document_id), Range="bytes=900000-")
    assert beyond.status_code == 416


def test_a_file_that_the_browser_has_is_not_sent_again(anna, report):
    document_id, _content = report
    etag = anna.get(content_url(document_id)).headers["ETag"]
    answer = anna.get(content_url(document_id), If_None_Match=etag)
    assert (answer.status_code, answer.content) == (304, b"")


def test_head_tells_the_size_without_the_file(anna, report):
    document_id, content = report
    answer = anna.get(content_url(document_id), "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(content))


def test_what_could_run_in_the_browser_is_only_downloaded(anna):
    page = b"<html><script>alert(1)</script></html>"
    document_id = anna.add_document("page.html", page)
    answer = anna.get(content_url(document_id))
    assert answer.content == page
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_strangers_get_nothing(storage, anna, report):
    stranger = type(anna)(storage.server, "carla")
    assert stranger.get(content_url(report[0])).status_code == 404


def test_a_picture_is_shown_and_has_a_thumbnail(storage, anna):
    document_id = anna.add_document("photo.png", PNG)
    answer = anna.get(content_url(document_id))
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")
    [(file_id, address, _checksum)] = storage.get_versions(document_id)
    assert storage.read(address) == PNG
    staff = type(anna)(storage.server, "staff")
    thumbnail = staff.get(f"/web/image/{file_id}?width=5&height=5")
    assert thumbnail.headers["Content-Type"] == "image/png"
    assert thumbnail.content.startswith(b"\x89PNG") and thumbnail.content != PNG


def test_versions_are_kept_and_restored_without_a_second_copy(storage, anna, report):
    """REQ D-11"""
    document_id, first = report
    second = os.urandom(100_000)
    anna.add_version(document_id, "report.pdf", second)
    assert anna.get(content_url(document_id)).content == second
    oldest = storage.get_versions(document_id)[0][0]
    assert anna.get(content_url(document_id, f"?version={oldest}")).content == first
    objects = storage.list_objects()
    storage.server.call(
        "customer.portal.document", "action_restore_version", [document_id], oldest
    )
    assert storage.list_objects() == objects, "the content was stored again"
    assert anna.get(content_url(document_id)).content == first
    addresses = [version[1] for version in storage.get_versions(document_id)]
    assert len(addresses) == 3 and addresses[0] == addresses[2]


def test_renaming_one_version_leaves_the_other_its_content(storage, anna, report):
    """fs_attachment renames what is stored; two versions may share it"""
    document_id, first = report
    anna.add_version(document_id, "report.pdf", b"another content")
    oldest = storage.get_versions(document_id)[0][0]
    call = storage.server.call
    call("customer.portal.document", "action_restore_version", [document_id], oldest)
    call("ir.attachment", "write", [oldest], {"name": "renamed.pdf"})
    assert anna.get(content_url(document_id)).content == first
    assert anna.get(content_url(document_id, f"?version={oldest}")).content == first


def test_a_deleted_document_leaves_nothing_in_the_bucket(storage, anna):
    before = storage.list_objects()
    document_id = anna.add_document("wrong.dat", os.urandom(1000))
    anna.add_version(document_id, "wrong.dat", os.urandom(1000))
    assert len(storage.list_objects()) == len(before) + 2
    storage.server.call("customer.portal.document", "unlink", [document_id])
    storage.vacuum()
    assert not set(storage.list_objects()) - set(before)


def test_what_one_version_needs_stays_when_another_goes(storage, anna, report):
    document_id, first = report
    anna.add_version(document_id, "report.pdf", b"in between")
    oldest = storage.get_versions(document_id)[0][0]
    call = storage.server.call
    call("customer.portal.document", "action_restore_version", [document_id], oldest)
    call("ir.attachment", "unlink", [oldest])
    storage.vacuum()
    assert anna.get(content_url(document_id)).content == first


def test_a_refused_upload_leaves_nothing_in_the_bucket(storage, anna):
    storage.vacuum()
    before = storage.list_objects()
    answer = anna.session.post(
        f"{storage.server.url}/my/documents/upload",
        data={"csrf_token": "wrong"},
        files={"file": ("a.dat", b"content")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 400
    assert storage.list_objects() == before


def test_a_file_that_is_gone_is_told_as_such(storage, anna, report):
    document_id, _content = report
    [(_id, address, _checksum)] = storage.get_versions(document_id)
    storage.objects.rm_file(f"portal/{address.partition('://')[2]}")
    answer = anna.get(content_url(document_id), Accept="application/json")
    assert (answer.status_code, answer.json()["error"]) == (404, "content_missing")
