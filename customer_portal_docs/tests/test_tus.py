import base64
import hashlib
import os
from datetime import timedelta
from errno import ENOSPC
from unittest.mock import patch

from requests import PreparedRequest

from odoo import fields
from odoo.tests import tagged

from ..models.customer_portal_upload import CustomerPortalUpload
from ..tools.tokens import digest
from .common import PDF, DocumentHttpCase


def _announce_much(prepared, _body):
    prepared.headers["Content-Length"] = "9" * 5000


@tagged("-at_install", "post_install")
class TestTus(DocumentHttpCase):
    """REQ D-16: the answers of https://tus.io/protocols/resumable-upload 1.0.0"""

    def setUp(self):
        super().setUp()
        self.login(self.owner)
        directory = self.env["customer.portal.upload"]._get_directory()
        self.directory = directory
        self.addCleanup(self._remove_files)

    def _remove_files(self):
        for folder, _folders, files in os.walk(self.directory):
            for name in files:
                os.unlink(os.path.join(folder, name))

    def _get_files(self):
        return [
            name
            for _folder, _folders, names in os.walk(self.directory)
            for name in names
        ]

    def test_a_client_that_can_only_post_says_its_method(self):
        location = self._create(len(PDF)).headers["Location"]
        head = self.send_tus("POST", location, X_HTTP_Method_Override="HEAD")
        self.assertEqual((head.status_code, head.headers["Upload-Offset"]), (200, "0"))
        patch_ = self.send_tus(
            "POST",
            location,
            data=PDF,
            X_HTTP_Method_Override="PATCH",
            Upload_Offset="0",
            Content_Type="application/offset+octet-stream",
        )
        self.assertEqual(patch_.status_code, 204, patch_.text)
        self.assertEqual(patch_.headers["Upload-Offset"], str(len(PDF)))
        location = self._create(10).headers["Location"]
        answer = self.send_tus("POST", location, X_HTTP_Method_Override="DELETE")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(self.send_tus("HEAD", location).status_code, 404)
        # nowhere else, and only of tus
        answer = self.send_tus("POST", "/my/documents", X_HTTP_Method_Override="PATCH")
        self.assertEqual(answer.status_code, 405)

    def test_a_parameter_of_any_name_is_harmless(self):
        query = "?destination=x&portal=x&key=x"
        answer = self.send_tus(
            "POST",
            f"/my/documents/tus{query}",
            Upload_Length=str(len(PDF)),
            Upload_Metadata=self._encode(filename="scan.pdf"),
        )
        self.assertEqual(answer.status_code, 201, answer.text)
        location = answer.headers["Location"]
        for method, status in (("HEAD", 200), ("PATCH", 415), ("DELETE", 204)):
            answer = self.send_tus(method, f"{location}{query}")
            self.assertEqual(answer.status_code, status, method)

    def _encode(self, **values):
        return ",".join(
            f"{name} {base64.b64encode(str(value).encode()).decode()}"
            for name, value in values.items()
        )

    def _create(self, length, filename="scan.pdf", **values):
        return self.send_tus(
            "POST",
            Upload_Length=str(length),
            Upload_Metadata=self._encode(filename=filename, **values),
        )

    def _start(self, length, *args, **kwargs):
        answer = self._create(length, *args, **kwargs)
        self.assertEqual(answer.status_code, 201, answer.text)
        return answer.headers["Location"]

    def _patch(self, url, offset, data, **headers):
        headers.setdefault("Content_Type", "application/offset+octet-stream")
        return self.send_tus(
            "PATCH", url, data=data, Upload_Offset=str(offset), **headers
        )

    def _get_offset(self, url):
        answer = self.send_tus("HEAD", url)
        self.assertEqual(answer.status_code, 200)
        return int(answer.headers["Upload-Offset"])

    def _get_documents(self):
        partner = self.owner.partner_id
        return self.env["customer.portal.document"].search(
            [("partner_id", "=", partner.id)]
        )

    # -- the straight way

    def test_a_file_arrives_in_pieces(self):
        data = os.urandom(300_000)
        url = self._start(len(data), name="Scan", description="Both pages")
        self.assertEqual(self._get_offset(url), 0)
        for start in range(0, 300_000, 100_000):
            answer = self._patch(url, start, data[start : start + 100_000])
            self.assertEqual(answer.status_code, 204, answer.text)
            self.assertEqual(answer.headers["Upload-Offset"], str(start + 100_000))
            self.assertEqual(answer.headers["Tus-Resumable"], "1.0.0")
        document = self._get_documents()
        self.assertEqual(answer.headers["Content-Location"], document.access_url)
        self.assertEqual(document.attachment_id.raw, data)
        self.assertEqual(document.checksum, hashlib.sha1(data).hexdigest())
        self.assertEqual(document.name, "Scan")
        self.assertEqual(document.description, "Both pages")
        self.assertEqual(document.filename, "scan.pdf")
        self.assertEqual(document.create_uid, self.owner)
        self.assertEqual(document.commercial_partner_id, self.brightwater)
        self.assertEqual(self._get_offset(url), len(data))

    def test_the_answer_says_what_is_understood(self):
        answer = self.send_tus("OPTIONS")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(answer.headers["Tus-Version"], "1.0.0")
        self.assertIn("expiration", answer.headers["Tus-Extension"])
        self.assertEqual(answer.headers["Tus-Max-Size"], str(1024**2))

    def test_no_other_site_is_let_in(self):
        origin = {"Origin": "https://evil.example"}
        for method in ("OPTIONS", "POST"):
            answer = self.send_tus(method, **origin)
            allowed = [
                name
                for name in answer.headers
                if name.lower().startswith("access-control")
            ]
            self.assertFalse(allowed)

    def test_head_tells_all_and_is_not_cached(self):
        url = self._start(10, description="é")
        answer = self.send_tus("HEAD", url)
        self.assertEqual(answer.headers["Upload-Length"], "10")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("GMT", answer.headers["Upload-Expires"])
        self.assertIn(self._encode(description="é"), answer.headers["Upload-Metadata"])

    def test_a_version_arrives_the_same_way(self):
        """REQ D-11"""
        document = self._create_document(self.owner)
        url = self._start(9, "new.txt", document_id=document.id)
        self.assertEqual(self._patch(url, 0, b"version 2").status_code, 204)
        self.assertEqual(document.attachment_id.raw, b"version 2")
        self.assertEqual(document.version_count, 2)

    def test_what_is_typed_meanwhile_counts(self):
        url = self._start(10, name="Old")
        self._patch(url, 0, b"12345")
        metadata = self._encode(filename="scan.pdf", name="New")
        self._patch(url, 5, b"67890", Upload_Metadata=metadata)
        self.assertEqual(self._get_documents().name, "New")

    def test_the_customer_chooses_who_sees_it(self):
        """REQ D-12"""
        self._patch(self._start(1, visibility="contact"), 0, b"1")
        self.assertEqual(self._get_documents().visibility, "contact")

    # -- what is refused

    def test_every_request_names_the_version(self):
        url = self._start(10)
        for method, path in (
            ("POST", "/my/documents/tus"),
            ("HEAD", url),
            ("PATCH", url),
            ("DELETE", url),
        ):
            for version in ("", "0.2.2"):
                answer = self.send_tus(method, path, Tus_Resumable=version)
                self.assertEqual(answer.status_code, 412)
                self.assertEqual(answer.headers["Tus-Version"], "1.0.0")

    def test_a_visitor_is_told_to_log_in(self):
        url = self._start(10)
        self.login(None)
        for method, path in (("POST", "/my/documents/tus"), ("PATCH", url)):
            answer = self.send_tus(method, path)
            self.assertEqual(answer.status_code, 401)
            self.assertEqual(answer.json()["error"], "session_expired")
        self.assertEqual(self.send_tus("HEAD", url).status_code, 401)

    def test_nobody_else_has_the_key(self):
        url = self._start(10)
        for user in (self.colleague, self.stranger, self.staff, self.manager):
            self.login(user)
            self.assertEqual(self.send_tus("HEAD", url).status_code, 404)
            self.assertEqual(self._patch(url, 0, b"1").status_code, 404)
            self.assertEqual(self.send_tus("DELETE", url).status_code, 404)

    def test_a_malformed_key_is_not_found(self):
        for key in ("x", "%C3%A9", "%00", "a" * 5000, "..%2f..%2fetc"):
            answer = self.send_tus("HEAD", f"/my/documents/tus/{key}")
            self.assertEqual(answer.status_code, 404, key)

    def test_the_key_is_not_stored(self):
        key = self._start(10).rsplit("/", 1)[1]
        upload = self.env["customer.portal.upload"].search([])
        self.assertNotIn(key, str(upload.read()))

    def test_a_bad_announcement_is_refused(self):
        folder = self.env["customer.portal.folder"].create({"name": "Closed"})
        foreign = self._create_document(self.stranger)
        locked = self._create_document(self.owner)
        locked.with_user(self.manager).action_lock()
        to_accept = self._create_document(self.owner, acknowledgement=True)
        for status, answer in (
            (413, self._create(1024**2 + 1)),
            (413, self._create(10**17)),
            (413, self._create(10**30)),
            (413, self._create("9" * 30)),
            (413, self._create("9" * 5000)),
            (400, self._create(0)),
            (400, self._create("-1")),
            (400, self._create("x")),
            (400, self._create("1e30")),
            (
                400,
                self.send_tus("POST", Upload_Metadata=self._encode(filename="a.pdf")),
            ),
            (400, self.send_tus("POST", Upload_Length="5")),
            (
                400,
                self.send_tus("POST", Upload_Length="5", Upload_Metadata="filename !!"),
            ),
            (
                400,
                self.send_tus(
                    "POST", Upload_Length="5", Upload_Metadata="filename /w=="
                ),
            ),
            (400, self._create(5, name="x" * 601)),
            (415, self._create(5, "run.exe")),
            (404, self._create(5, folder_id=folder.id)),
            (404, self._create(5, folder_id="x")),
            (404, self._create(5, res_model="res.users", res_id=1)),
            (404, self._create(5, document_id=foreign.id)),
            (404, self._create(5, document_id="9" * 30)),
            (423, self._create(5, document_id=locked.id)),
            (403, self._create(5, document_id=to_accept.id)),
        ):
            self.assertEqual(answer.status_code, status, answer.text)
            self.assertTrue(answer.json()["message"])
        self.assertFalse(self.env["customer.portal.upload"].search([]))

    def test_a_bad_piece_changes_nothing(self):
        url = self._start(10)
        self._patch(url, 0, b"12345")
        wrong = base64.b64encode(b"0" * 20).decode()
        for status, answer in (
            (409, self._patch(url, 0, b"12345")),
            (409, self._patch(url, 9, b"5")),
            (409, self._patch(url, "9" * 30, b"5")),
            (409, self._patch(url, "9" * 5000, b"5")),
            (400, self._patch(url, "x", b"67890")),
            (400, self._patch(url, "-1", b"67890")),
            (415, self._patch(url, 5, b"67890", Content_Type="text/plain")),
            (413, self._patch(url, 5, b"6789012345")),
            (413, self._patch(url, 5, iter([b"67890", b"12345"]))),
            (460, self._patch(url, 5, b"67890", Upload_Checksum=f"sha1 {wrong}")),
            (400, self._patch(url, 5, b"67890", Upload_Checksum="crc32 AAAA")),
            (400, self._patch(url, 5, b"67890", Upload_Checksum="sha1 !")),
        ):
            self.assertEqual(answer.status_code, status, answer.text)
            self.assertEqual(self._get_offset(url), 5)
        self.assertFalse(self._get_documents())
        with patch.object(PreparedRequest, "prepare_content_length", _announce_much):
            self.assertEqual(self._patch(url, 5, b"67890").status_code, 413)
        self.assertEqual(self._get_offset(url), 5)
        right = base64.b64encode(hashlib.sha1(b"67890").digest()).decode()
        answer = self._patch(url, 5, b"67890", Upload_Checksum=f"sha1 {right}")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(self._get_documents().attachment_id.raw, b"1234567890")

    def test_a_program_in_disguise_is_refused_at_the_end(self):
        """REQ D-15"""
        url = self._start(6, "scan.pdf")
        self.assertEqual(self._patch(url, 0, b"MZ1234").status_code, 415)
        self.assertEqual(self.send_tus("HEAD", url).status_code, 404)
        self.assertFalse(self._get_documents())

    def test_a_lock_meanwhile_keeps_the_upload(self):
        """REQ D-10"""
        document = self._create_document(self.owner)
        url = self._start(2, document_id=document.id)
        document.with_user(self.manager).action_lock()
        self.assertEqual(self._patch(url, 0, b"ab").status_code, 423)
        document.with_user(self.manager).action_unlock()
        offset = self._get_offset(url)
        self.assertEqual(self._patch(url, offset, b"b").status_code, 204)
        self.assertEqual(document.attachment_id.raw, b"ab")

    def test_a_full_disk_loses_nothing(self):
        url = self._start(4)
        with (
            patch.object(
                CustomerPortalUpload,
                "_get_incoming",
                side_effect=OSError(ENOSPC, "full"),
            ),
            self.assertLogs("odoo", "ERROR"),
        ):
            self.assertEqual(self._patch(url, 0, b"abcd").status_code, 507)
        self.assertEqual(self._get_offset(url), 3)
        self.assertEqual(self._patch(url, 3, b"d").status_code, 204)
        self.assertEqual(self._get_documents().attachment_id.raw, b"abcd")

    def test_open_uploads_are_limited(self):
        with patch.object(CustomerPortalUpload, "_max_open", 2):
            self._start(5)
            self._start(5)
            self.assertEqual(self._create(5).status_code, 429)

    # -- the end of an upload

    def test_it_is_terminated(self):
        url = self._start(10)
        self._patch(url, 0, b"12345")
        self.assertEqual(len(self._get_files()), 1)
        self.assertEqual(self.send_tus("DELETE", url).status_code, 204)
        self.assertEqual(self.send_tus("HEAD", url).status_code, 404)
        # hooks after the commit are not called in a test; the purge does the same
        self.env["customer.portal.upload"]._gc_uploads()
        self.assertFalse(self._get_files())

    def test_the_purge_leaves_what_goes_on_and_removes_the_rest(self):
        Upload = self.env["customer.portal.upload"]
        going = self._start(10)
        self._patch(going, 0, b"12345")
        old = self._start(10)
        self._patch(old, 0, b"123")
        done = self._start(3)
        self._patch(done, 0, PDF[:3])
        key_digest = digest(old.rsplit("/", 1)[1])
        upload_old = Upload.search([("key_digest", "=", key_digest)])
        long_ago = fields.Datetime.now() - timedelta(days=10)
        os.utime(upload_old._get_path(), (long_ago.timestamp(),) * 2)
        orphan = os.path.join(self.directory, "ab", "abcd")
        os.makedirs(os.path.dirname(orphan), exist_ok=True)
        with open(orphan, "w") as file:
            file.write("orphan")
        self.env.cr.execute(
            "UPDATE customer_portal_upload SET write_date = %s WHERE id != %s",
            [long_ago, Upload.search([], order="id", limit=1).id],
        )
        Upload.invalidate_model()
        Upload._gc_uploads()
        self.assertEqual(len(Upload.search([])), 1)
        self.assertFalse(os.path.exists(orphan))
        self.assertEqual(self._get_offset(going), 5)
        self.assertTrue(self._get_documents().attachment_id.raw)

    def test_files_of_a_form_are_found_by_one_statement(self):
        """REQ D-6: however many a client says that it had brought"""
        Upload = self.env["customer.portal.upload"].with_user(self.owner)
        keys = [f"unknown {number}" for number in range(1000)]
        Upload._find_kept_sudo(keys, "form:1")
        with self.assertQueryCount(1):
            self.assertFalse(Upload._find_kept_sudo(keys, "form:1"))

    def test_an_expired_upload_is_not_found(self):
        url = self._start(10)
        with patch.object(CustomerPortalUpload, "_ttl_hours", -1):
            self.assertEqual(self.send_tus("HEAD", url).status_code, 404)
