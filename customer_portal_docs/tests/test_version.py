from datetime import datetime

from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..exceptions import DocumentLockedError
from .common import PDF, PNG, SVG, DocumentCase, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestVersion(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner)
        cls.first = cls.document.attachment_id

    def test_a_new_file_keeps_the_old_one(self):
        """REQ D-11"""
        second = self._create_attachment("photo.png", PNG)
        self.document.attachment_id = second
        self.assertEqual(self.document.version_ids, second | self.first)
        self.assertEqual(self.document.version_count, 2)
        self.assertEqual(self.document.mimetype, "image/png")
        self.assertTrue(second.is_portal_current_version)
        self.assertFalse(self.first.is_portal_current_version)

    def test_the_same_file_once_more_is_none(self):
        """REQ D-11, D-19, U-6: an import writes what is there; beside others that get it"""
        day = datetime(2026, 1, 1)
        empty = self._create_document(self.owner, attachment_id=False)
        documents = self.document | empty
        documents.acknowledgement = True
        documents.acknowledgement_date = day.date()
        self._set_created(documents, day)
        self.document.write({"attachment_id": self.first.id, "name": "Treaty"})
        self.assertEqual(self.document.name, "Treaty")
        self.assertEqual(self.document.file_date, day)
        self.assertEqual(self.document.acknowledgement_date, day.date())
        (self.document | empty).write({"attachment_id": False})
        self.assertEqual(empty.file_date, day)
        self.assertEqual(empty.acknowledgement_date, day.date())
        self.assertGreater(self.document.file_date, day)
        self.assertGreater(self.document.acknowledgement_date, day.date())
        self._set_created(documents, day)
        empty.attachment_id = self._create_attachment("photo.png", PNG)
        self.assertGreater(empty.file_date, day)

    def test_restoring_makes_a_new_version_without_using_disk(self):
        """REQ D-11"""
        self.document.attachment_id = self._create_attachment("photo.png", PNG)
        self.document.with_user(self.document_user).action_restore_version(self.first)
        current = self.document.attachment_id
        self.assertNotEqual(current, self.first)
        self.assertEqual(self.document.version_count, 3)
        self.assertEqual(current.raw, PDF)
        self.assertEqual(current.store_fname, self.first.store_fname)
        self.assertEqual(current.checksum, self.first.checksum)
        self.assertEqual(current.create_uid, self.document_user)
        self.assertEqual(self.document.file_size, len(PDF))

    def test_it_is_restored_by_id_over_rpc(self):
        """REQ D-11"""
        self.document.attachment_id = self._create_attachment("photo.png", PNG)
        self.document.action_restore_version(self.first.id)
        self.assertEqual(self.document.attachment_id.raw, PDF)

    def test_the_button_of_a_version_restores_it(self):
        """REQ D-11"""
        self.document.attachment_id = self._create_attachment("photo.png", PNG)
        self.first.with_user(self.document_user).action_restore_portal_version()
        self.assertEqual(self.document.attachment_id.raw, PDF)

    def test_only_own_versions_can_be_restored(self):
        """REQ D-11"""
        other = self._create_document(self.stranger)
        with self.assertRaises(ValidationError):
            self.document.action_restore_version(other.attachment_id)
        with self.assertRaises(ValidationError):
            self.document.attachment_id = other.attachment_id

    def test_nobody_says_who_sent_a_file(self):
        """REQ D-19: over RPC, so that somebody need not accept it"""
        for user in (self.document_user, self.manager):
            file = self.first.with_user(user)
            for vals in (
                {"portal_sender_id": self.owner.partner_id.id},
                {"portal_sender_name": self.owner.name},
            ):
                with self.assertRaisesRegex(AccessError, "Who sent a file"):
                    file.write(vals)
                with self.assertRaisesRegex(AccessError, "Who sent a file"):
                    file.create({"name": "a.pdf", **vals})
                defaults = {f"default_{name}": value for name, value in vals.items()}
                with self.assertRaisesRegex(AccessError, "Who sent a file"):
                    file.with_context(**defaults).create({"name": "a.pdf"})

    def test_a_customer_cannot_restore_over_rpc(self):
        """REQ D-11"""
        with self.assertRaises(AccessError):
            self.document.with_user(self.owner).action_restore_version(self.first.id)

    def test_a_locked_document_restores_nothing(self):
        """REQ D-10"""
        self.document.attachment_id = self._create_attachment("photo.png", PNG)
        self.document.with_user(self.manager).action_lock()
        with self.assertRaises(DocumentLockedError):
            self.document.action_restore_version(self.first)
        with self.assertRaises(DocumentLockedError):
            self.first.unlink()

    def test_the_current_version_cannot_be_deleted_alone(self):
        """REQ D-11"""
        with self.assertRaises(UserError):
            self.first.unlink()

    def test_deleting_the_document_deletes_its_versions(self):
        """REQ D-11"""
        second = self._create_attachment("photo.png", PNG)
        self.document.attachment_id = second
        self.document.with_user(self.manager).unlink()
        self.assertFalse((self.first | second).exists())

    def test_files_of_the_discussion_are_no_versions(self):
        """REQ D-11"""
        self._create_attachment(
            "talk.pdf", res_model=self.document._name, res_id=self.document.id
        )
        self.assertEqual(self.document.version_ids, self.first)


@tagged("-at_install", "post_install")
class TestVersionInPortal(DocumentHttpCase):
    def setUp(self):
        super().setUp()
        self.document = self._create_document(self.owner)
        self.first = self.document.attachment_id
        self.url = f"/my/documents/{self.document.id}"

    def _add(self, *files, **kwargs):
        return self.upload(list(files), url=f"{self.url}/versions", **kwargs)

    def test_the_owner_and_colleagues_add_versions(self):
        """REQ D-11"""
        for user in (self.owner, self.colleague):
            self.login(user)
            answer = self._add(("photo.png", PNG))
            self.assertEqual(answer.status_code, 201, answer.text)
            self.assertEqual(answer.json()["documents"][0]["id"], self.document.id)
            self.assertEqual(self.document.attachment_id.create_uid, user)
        self.assertEqual(self.document.version_count, 3)
        page = self._add(("photo.png", PNG), as_json=False)
        self.assertEqual(page.status_code, 303)

    def test_strangers_find_nothing(self):
        """REQ D-11"""
        for user in (self.stranger, self.private, self.staff):
            self.login(user)
            self.assertEqual(self._add(("photo.png", PNG)).status_code, 404, user.login)
        self.assertEqual(self.document.version_count, 1)

    def test_the_form_tells_the_limits_before_anything_is_sent(self):
        """REQ D-11, D-15"""
        self.login(self.owner)
        page = self.get(self.url).text
        self.assertIn("Up to 1 MB for each file.", page)
        self.assertIn("Programs and scripts are not accepted.", page)
        self.company.portal_document_types = "pdf, png"
        page = self.get(self.url).text
        self.assertIn("Accepted: pdf, png.", page)

    def test_bad_files_are_refused(self):
        """REQ D-6"""
        self.login(self.owner)
        self.assertEqual(self._add().status_code, 400)
        self.assertEqual(self._add(("empty.pdf", b"")).status_code, 400)
        self.assertEqual(self._add(("run.exe", b"MZ")).status_code, 415)
        self.assertEqual(self._add(("big.txt", b"a" * 1_100_000)).status_code, 413)
        page = self._add(("empty.pdf", b""), as_json=False)
        self.assertIn("is empty", page.text)
        self.assertEqual(page.text.count("contact us if the problem persists"), 1)
        self.assertEqual(self.document.version_count, 1)

    def test_each_version_can_be_downloaded(self):
        """REQ D-11"""
        self.login(self.owner)
        self._add(("photo.png", PNG))
        url = f"{self.url}/content?version={self.first.id}"
        self.assertEqual(self.get(url).content, PDF)
        self.assertEqual(self.get(f"{self.url}/content").content, PNG)
        other = self._create_document(self.owner).attachment_id
        for version in (other.id, 0, "x", 2**40, "é"):
            answer = self.get(f"{self.url}/content?version={version}")
            self.assertEqual(answer.status_code, 404, version)
        self.login(self.stranger)
        self.assertEqual(self.get(url).status_code, 404)

    def test_an_old_scriptable_version_is_only_downloaded(self):
        """REQ D-17"""
        self.login(self.owner)
        self._add(("drawing.svg", SVG))
        version = self.document.attachment_id.id
        self._add(("photo.png", PNG))
        answer = self.get(f"{self.url}/content?version={version}")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))

    def test_a_version_is_restored(self):
        """REQ D-11"""
        self.login(self.owner)
        self._add(("photo.png", PNG))
        url = f"{self.base_url()}{self.url}/versions/{self.first.id}/restore"
        token = {"csrf_token": self.get_token()}
        answer = self.opener.post(url, data=token, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.document.attachment_id.raw, PDF)
        page = self.get(answer.headers["Location"]).text
        self.assertIn("The version has been restored.", page)
        self.login(self.stranger)
        token = {"csrf_token": self.get_token()}
        answer = self.opener.post(url, data=token, allow_redirects=False)
        self.assertEqual(answer.status_code, 404)

    def test_the_button_is_named_by_the_moment_that_the_row_shows(self):
        """REQ D-11: in the reader's time zone and language, not as the database writes it"""
        self.owner.tz = "Asia/Tokyo"
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = '2037-03-01 20:00' WHERE id = %s",
            [self.first.id],
        )
        self.login(self.owner)
        self._add(("photo.png", PNG))
        page = html.document_fromstring(self.get(self.url).text)
        [button] = page.xpath("//button[normalize-space()='Restore']")
        named = button.get("aria-labelledby").split()
        words = [page.get_element_by_id(name).text_content().strip() for name in named]
        self.assertEqual(words[0], "Restore")
        self.assertIn("3/2/37", words[1])

    def test_what_is_to_be_accepted_is_not_replaced_by_customers(self):
        """REQ D-19: nobody accepts a text of their own in place of ours"""
        self.login(self.owner)
        self._add(("photo.png", PNG))
        current = self.document.attachment_id
        restore = f"{self.url}/versions/{self.first.id}/restore"
        self.assertIn(restore, self.get(self.url).text)
        self.document.acknowledgement = True
        self.env.flush_all()
        for user in (self.owner, self.colleague):
            self.login(user)
            token = {"csrf_token": self.get_token()}
            for answer in (
                self._add(("contract.pdf", PDF)),
                self.post(restore, token, as_json=True),
            ):
                self.assertEqual(answer.status_code, 403, answer.text)
                self.assertEqual(answer.json()["error"], "to_accept")
            page = self.get(self.url).text
            self.assertIn("contract.pdf", page)
            self.assertNotIn(f"{self.url}/versions", page)
        page = self._add(("contract.pdf", PDF), as_json=False)
        self.assertEqual(page.status_code, 403)
        self.assertIn(
            "only our staff can replace its file", " ".join(page.text.split())
        )
        self.assertEqual(self.document.attachment_id, current)
        self.login(self.document_user)
        self.assertEqual(self._add(("ours.pdf", PDF)).status_code, 201)

    def test_customers_replace_their_own_that_is_to_be_accepted(self):
        """REQ D-11, D-19: their readers are asked again"""
        self.document.acknowledgement = True
        self.document.is_from_staff = False
        self.env.flush_all()
        self.login(self.owner)
        self.assertEqual(self._add(("contract.pdf", PDF)).status_code, 201)

    def test_the_page_lists_who_and_when(self):
        """REQ D-11"""
        self.login(self.colleague)
        self._add(("photo.png", PNG))
        self.login(self.owner)
        page = self.get(self.url).text
        self.assertIn("Test Colleague", page)
        self.assertIn("contract.pdf", page)
        self.assertIn("Restore", page)

    def test_other_ways_to_a_file_have_the_same_gate(self):
        """REQ D-12, D-17: Odoo's own routes for files and thumbnails"""
        self.login(self.owner)
        self._add(("photo.png", PNG))
        for attachment in self.document.version_ids:
            url = f"/web/content/{attachment.id}"
            self.login(self.document_user)
            self.assertEqual(self.get(url).content, attachment.raw)
            for user in (self.stranger, self.private, self.staff, None):
                self.login(user)
                self.assertEqual(self.get(url).status_code, 404)
                thumbnail = self.get(f"/web/image/{attachment.id}/64x64")
                self.assertNotEqual(thumbnail.content, attachment.raw)
                self.assertNotIn(attachment.name, str(thumbnail.headers))
