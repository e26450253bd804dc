"""REQ S-10: what visitors are told, and what they are not made to do twice."""

import os
import re

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF, make_pdf

from ..common import PASSWORD, ShareHttpCase


@tagged("-at_install", "post_install")
class TestVisitor(ShareHttpCase):
    def setUp(self):
        super().setUp()
        self.login(None)

    def get_login_page(self, share, rest=""):
        answer = self.get(self.path(share, rest))
        self.assertEqual(answer.status_code, 303)
        return self.get(answer.headers["Location"]).text

    def get_notice(self, page):
        found = re.search(r"o_customer_portal_share_notice[^>]*>([^<]*)<", page)
        return found[1] if found else ""

    # -- a secured link, before the login

    def test_the_login_page_says_who_shares_what_with_whom(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "auth_signup.invitation_scope", "b2c"
        )
        share = self._create_secured_share(
            self.document, users=[self.owner], name="Offer <4711>"
        )
        for rest in ("", f"/document/{self.document.id}?download=1"):
            page = self.get_login_page(share, rest)
            notice = self.get_notice(page)
            for words in (
                self.sharer.name,
                self.company.name,
                "“Offer &lt;4711&gt;”",
                f"with {self.owner.name}.",
            ):
                self.assertIn(words, notice)
            self.assertNotIn("have an account?", page)
        page = self.get("/web/login").text
        self.assertIn("have an account?", page, "it is there without a share")
        self.assertFalse(self.get_notice(page))

    def test_of_several_recipients_no_names_are_told(self):
        """Each mail with the link is to one of them; the others may be of another customer."""
        users = [self.owner, self.stranger, self.colleague, self.private]
        for count in (2, 3, 4):
            share = self._create_secured_share(self.document, users=users[:count])
            notice = self.get_notice(self.get_login_page(share))
            self.assertIn(f"with {count} people.", notice)
            for user in users:
                self.assertNotIn(user.name, notice)

    def test_of_a_link_that_opens_nothing_the_login_page_says_nothing(self):
        share = self._create_secured_share(self.document)
        web = self._create_share(self.document)
        paths = [
            self.path(web),
            "/share/" + "x" * 43,
            "/share/%C3%A9",
            "/my",
            "//share/x",
        ]
        share.active = False
        for path in (self.path(share), *paths):
            page = self.get(f"/web/login?redirect={path}")
            self.assertEqual(page.status_code, 200, path)
            self.assertFalse(self.get_notice(page.text), path)

    # -- a personal link that is dead

    def test_a_dead_link_of_a_mail_shows_the_page_of_a_dead_share(self):
        words = "This link does not work, or no longer works"
        self.assertIn(words, self.get("/share/" + "x" * 43).text)
        token = self.document._portal_ensure_token()
        url = f"/my/documents/{self.document.id}"
        self.assertEqual(self.get(f"{url}?access_token={token}").status_code, 200)
        self.document._revoke_shared_link()
        pages = set()
        for path in (
            f"{url}?access_token={token}",
            f"{url}?access_token=%C3%A9",
            f"/my/documents/{2**31 - 1}?access_token={token}",
            f"/my/appointments/1?access_token={token}",
        ):
            answer = self.get(path)
            self.assertEqual(answer.status_code, 404, path)
            self.assertIn(words, answer.text, path)
            pages.add(re.sub(r'csrf_token: "[^"]*"', "", answer.text))
        self.assertEqual(len(pages), 1)
        answer = self.get(
            f"{url}?access_token={token}", headers={"Accept": "application/json"}
        )
        self.assertEqual(answer.json()["error"], "not_found")

    # -- all at once

    def test_all_at_once_is_offered_where_it_will_be_given(self):
        share = self._create_share(self.document, self.folder, download_limit=3)
        for left, is_offered in ((3, True), (2, False), (0, False)):
            share.sudo().download_count = 3 - left
            page = self.get(self.path(share)).text
            self.assertEqual("Download all" in page, is_offered, left)
            status = (
                self.get(self.path(share, "/zip")).status_code
                if not is_offered
                else 410
            )
            self.assertEqual(status, 410, "as it would be answered")
        share.download_limit = 0
        page = self.get(self.path(share)).text
        self.assertIn("Download all", page)
        self.assertIn(f"{3 * len(PDF)} bytes", page)
        page = self.get(self.path(share, f"/folder/{self.subfolder.id}")).text
        self.assertIn("Download all", page)
        self.assertIn(f"{len(PDF)} bytes", page)
        empty = self.folder.create({"name": "Empty"})
        page = self.get(self.path(self._create_share(empty, self.document))).text
        self.assertIn("Download all", page)
        page = self.get(self.path(self._create_share(empty))).text
        self.assertNotIn("Download all", page, "there is nothing")

    # -- names

    def test_names_of_all_documents_act_alike(self):
        sheet = self._create_document(name="Sheet", filename="a.xlsx", raw=b"PK\3\4")
        drawing = self._create_document(name="Page", filename="a.pdf", raw=make_pdf())
        for vals in ({}, {"allow_download": False}, {"download_limit": 5}):
            share = self._create_share(sheet, drawing, **vals)
            page = self.get(self.path(share)).text
            for document in (sheet, drawing):
                found = re.search(
                    rf'<a[^>]*href="([^"]+)"[^>]*>{document.name}</a>', page
                )
                self.assertTrue(found, (vals, document.name))
                shown = self.get(found[1], timeout=60)
                self.assertEqual(shown.status_code, 200, (vals, document.name))
                self.assertNotIn("content-disposition", shown.headers)
            share.invalidate_recordset()
            self.assertEqual(share.download_count, 0, "to look at a page costs nothing")

    def test_where_downloads_are_counted_the_page_shows_no_file(self):
        share = self._create_share(self.document, self.other_document, download_limit=5)
        page = self.get(self.path(share, f"/document/{self.document.id}/preview")).text
        self.assertNotIn("<iframe", page)
        self.assertIn("Each download is counted", page)
        self.assertIn("download=1", page)

    # -- one after the other

    def test_documents_are_looked_at_one_after_the_other(self):
        newer = self._create_document(
            name="Newer", filename="n.pdf", folder_id=self.folder.id
        )
        hidden = self._create_document(
            self.owner, name="Hidden", folder_id=self.folder.id, visibility="contact"
        )
        newest = self._create_document(
            name="Newest", filename="m.pdf", folder_id=self.folder.id
        )
        share = self._create_share(self.document, self.other_document, self.folder)
        for document, before, after in (
            (self.document, None, self.other_document),
            (self.other_document, self.document, None),
            (newest, None, newer),
            (newer, newest, self.folder_document),
            (self.folder_document, newer, None),
            (self.deep_document, None, None),
        ):
            page = self.get(self.path(share, f"/document/{document.id}/preview")).text
            for rel, other in (("prev", before), ("next", after)):
                found = re.search(rf'rel="{rel}"[^>]*href="[^"]*/document/(\d+)/', page)
                found = found or re.search(
                    rf'href="[^"]*/document/(\d+)/[^>]*rel="{rel}"', page
                )
                self.assertEqual(
                    int(found[1]) if found else None, other and other.id, document.name
                )
            self.assertNotIn(f"/document/{hidden.id}/", page)

    # -- what is wrong

    def test_all_that_is_wrong_is_told_at_once(self):
        drop = self._create_share(self.folder, allow_download=False, allow_upload=True)
        files = {"file": ("a.exe", b"MZ")}
        path = self.path(drop, "/upload")
        answer = self.post(path, {"name": "", "email": "nobody"}, files)
        self.assertEqual(answer.status_code, 415)
        for words in (
            "Please tell us your name",
            "This is not an e-mail address",
            "a.exe",
        ):
            self.assertIn(words, answer.text)
        self.assertEqual(answer.text.count('aria-invalid="true"'), 2)
        answer = self.post(path, {"name": "", "email": "nobody"}, files, as_json=True)
        self.assertEqual(set(answer.json()["fields"]), {"name", "email", "file"})
        answer = self.post(
            path,
            {"name": "Ada", "email": "nobody"},
            {"file": ("a.pdf", PDF)},
            as_json=True,
        )
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(answer.json()["error"], "email_missing")
        self.assertEqual(set(answer.json()["fields"]), {"email"})

    def test_files_are_not_chosen_twice(self):
        drop = self._create_share(self.folder, allow_download=False, allow_upload=True)
        path = self.path(drop, "/upload")
        files = [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF + b"b"))]
        answer = self.post(path, {"name": "Ada", "email": "nobody"}, files)
        self.assertEqual(answer.status_code, 400)
        keys = re.findall(r'name="kept"[^>]*value="([^"]+)"', answer.text)
        self.assertEqual(len(keys), 2)
        self.assertIn("a.pdf", answer.text)
        self.assertNotRegex(answer.text, r'type="file"[^>]*required')
        # of several, those that are fine
        mixed = [("file", ("a.pdf", PDF)), ("file", ("b.exe", b"MZ"))]
        answer = self.post(path, {"name": "Ada", "email": "ada@example.com"}, mixed)
        self.assertEqual(answer.status_code, 415)
        self.assertEqual(len(re.findall(r'name="kept"', answer.text)), 1)
        self.assertEqual(len(drop.sudo().received_document_ids), 0)
        # once more wrong, and with one file more
        answer = self.post(
            path,
            {"name": "", "email": "a@b.example", "kept": keys},
            {"file": ("c.pdf", PDF + b"c")},
        )
        keys = re.findall(r'name="kept"[^>]*value="([^"]+)"', answer.text)
        self.assertEqual(len(keys), 3)
        other = self._create_share(
            self.subfolder, allow_download=False, allow_upload=True
        )
        typed = {"name": "Ada", "email": "ada@example.com"}
        stolen = self.post(
            self.path(other, "/upload"), {**typed, "kept": keys}, as_json=True
        )
        self.assertEqual(stolen.status_code, 400, "only the form that brought them")
        kept = [keys[0], keys[2], "x", "é", ""]
        done = self.post(path, {**typed, "kept": kept}, as_json=True)
        self.assertEqual((done.status_code, done.json()), (201, {"received": 2}))
        received = drop.sudo().received_document_ids
        self.assertEqual(set(received.mapped("attachment_id.raw")), {PDF, PDF + b"c"})
        again = self.post(path, {**typed, "kept": kept}, as_json=True)
        self.assertEqual(again.status_code, 400, "they are stored, and not twice")

    def test_what_is_kept_goes_by_itself(self):
        Upload = self.env["customer.portal.upload"]
        before = Upload.search([])
        drop = self._create_share(self.folder, allow_download=False, allow_upload=True)
        with freeze_time("2026-05-04 10:00:00"):
            self.post(
                self.path(drop, "/upload"),
                {"name": "", "email": ""},
                {"file": ("a.pdf", PDF)},
            )
        upload = Upload.search([]) - before
        path = upload._get_path()
        self.assertTrue(os.path.exists(path))
        os.utime(path, (0, 0))
        Upload._gc_uploads()
        self.assertFalse(upload.exists())

    def test_there_is_room_for_so_many(self):
        drop = self._create_share(self.folder, allow_download=False, allow_upload=True)
        Upload = self.env["customer.portal.upload"]
        self.patch(type(Upload), "_max_kept", 0)
        answer = self.post(
            self.path(drop, "/upload"),
            {"name": "A", "email": ""},
            {"file": ("a.pdf", PDF)},
        )
        self.assertEqual(answer.status_code, 400)
        self.assertNotIn('name="kept"', answer.text)

    def test_a_password_is_asked_before_anything_is_told(self):
        share = self._create_share(self.document, password=PASSWORD)
        answer = self.get(self.path(share, f"/document/{self.document.id}/preview"))
        self.assertEqual(answer.status_code, 401)
        self.assertNotIn(self.document.name, answer.text)
