from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..exceptions import DocumentLockedError
from .common import PDF, DocumentCase, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestAudience(DocumentCase):
    """REQ D-12: what was found by somebody who attacked it"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner)
        cls.document.message_subscribe(
            partner_ids=(cls.owner.partner_id | cls.colleague.partner_id).ids
        )

    def test_nobody_gets_the_key_of_a_document_they_may_not_read(self):
        for user in (self.stranger, self.private, self.staff):
            document = self.document.with_user(user)
            for call in (
                document._portal_ensure_token,
                document._get_share_url,
                lambda document=document: document._sign_token(1),
            ):
                with self.assertRaises(AccessError):
                    call()
        self.assertFalse(self.document.access_token)
        method = type(self.document).get_portal_url
        self.assertTrue(getattr(method, "_api_private", False))

    def test_a_link_ends_with_what_it_opened(self):
        for vals in (
            {"visibility": "contact"},
            {"partner_id": self.stranger.partner_id.id},
            {"active": False},
        ):
            self.document._portal_ensure_token()
            self.document.write(vals)
            self.assertFalse(self.document.access_token)

    def test_the_discussion_leaves_those_who_may_see_it_no_more(self):
        self.document.visibility = "contact"
        self.assertIn(self.owner.partner_id, self.document.message_partner_ids)
        self.assertNotIn(self.colleague.partner_id, self.document.message_partner_ids)
        self.document.partner_id = self.stranger.partner_id
        self.assertEqual(
            self.document.message_partner_ids.filtered("partner_share"),
            self.stranger.partner_id,
        )

    def test_customers_do_not_search_internal_notes(self):
        self.document.message_post(
            body="zztopsecret", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        Document = self.env["customer.portal.document"].with_user(self.owner)
        for name in ("message_ids", "website_message_ids"):
            domain = [(f"{name}.body", "ilike", "zztopsecret")]
            self.assertFalse(Document.search(domain), name)
        self.assertTrue(Document.search([("id", "=", self.document.id)]))

    def test_customers_read_no_internal_message_and_write_their_own_only(self):
        note, answer = (
            self.document.message_post(
                body="Hello", message_type=kind, subtype_xmlid=f"mail.{subtype}"
            )
            for kind, subtype in (("email", "mt_note"), ("comment", "mt_comment"))
        )
        self.assertIn(self.owner.partner_id, answer.notified_partner_ids)
        with self.assertRaises(AccessError):
            note.with_user(self.owner).read(["body"])
        self.assertTrue(answer.with_user(self.owner).read(["body"]))
        with self.assertRaises(AccessError):
            answer.with_user(self.owner).write({"body": "Bye"})

    def test_names_are_told_only_to_those_who_may_read_them(self):
        project = self._create_project("Secret Harbour")
        project.privacy_visibility = "followers"
        self.document.write({"res_model": project._name, "res_id": project.id})
        for user in (self.owner, self.document_user):
            document = self.document.with_user(user)
            document.invalidate_recordset(["res_name"])
            self.assertFalse(document.res_name)
        with self.assertRaises(AccessError):
            self.document.with_user(self.document_user).copy(
                {"res_model": project._name, "res_id": project.id}
            )
        folder = self.env["customer.portal.folder"].create({"name": "Secret"})
        self.document.folder_id = folder
        with self.assertRaises(AccessError):
            self.document.with_user(self.owner).read(["folder_id"])

    def test_only_the_document_takes_files_as_versions(self):
        attachment = self.document.attachment_id
        for user in (self.staff, self.document_user, self.manager):
            Attachment = self.env["ir.attachment"].with_user(user)
            vals = {"name": "evil.pdf", "raw": PDF}
            link = {"portal_document_id": self.document.id}
            default = {"default_portal_document_id": self.document.id}
            with self.assertRaises(AccessError):
                Attachment.create({**vals, **link})
            with self.assertRaises(AccessError):
                Attachment.with_context(**default).create(vals)
            with self.assertRaises(AccessError):
                Attachment.create(vals).write(link)
        with self.assertRaises(AccessError):
            attachment.with_user(self.document_user).write(
                {"portal_document_id": False}
            )
        self.assertEqual(self.document.version_count, 1)

    def test_a_file_without_its_mark_is_locked_as_well(self):
        """REQ D-10"""
        self.env.cr.execute("UPDATE ir_attachment SET portal_document_id = NULL")
        self.env.invalidate_all()
        self.document.with_user(self.manager).action_lock()
        with self.assertRaises(DocumentLockedError):
            self.document.attachment_id.write({"raw": b"tampered"})
        with self.assertRaises(DocumentLockedError):
            self.document.write({"message_main_attachment_id": False})

    def test_only_a_file_of_ones_own_can_be_a_document(self):
        for vals in ({"type": "url", "url": "https://evil.example"}, {"public": True}):
            attachment = self._create_attachment(**vals)
            with self.assertRaises(ValidationError):
                self.document.attachment_id = attachment


@tagged("-at_install", "post_install")
class TestAudienceInPortal(DocumentHttpCase):
    def test_mail_links_open_for_the_owner(self):
        """REQ D-8"""
        document = self._create_document(self.owner)
        self.login(self.owner)
        url = f"/mail/view?model={document._name}&res_id={document.id}"
        answer = self.get(url)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(document.access_url, answer.headers["Location"])

    def test_customers_get_no_key_that_would_outlive_their_access(self):
        document = self._create_document(self.owner)
        key = document._portal_ensure_token()
        self.login(self.owner)
        answer = self.get(f"/mail/view?model={document._name}&res_id={document.id}")
        self.assertNotIn(key, answer.headers["Location"])
        own = document.with_user(self.owner)
        for url in (own._get_share_url(), own.get_portal_url()):
            self.assertIn(document.access_url, url)
            self.assertNotIn(key, url)

    def test_a_key_that_is_not_ascii_is_no_key(self):
        document = self._create_document(self.owner)
        document._portal_ensure_token()
        self.login(self.stranger)
        for proof in (
            {"token": "é"},
            {"hash": "é", "pid": 1},
            {"hash": "x", "pid": "y"},
        ):
            thread = {"thread_model": document._name, "thread_id": document.id}
            result = self.make_jsonrpc_request(
                "/portal/chatter_init", {**thread, **proof}
            )
            self.assertNotIn(document._name, str(result))

    def test_an_archived_document_does_not_open_by_its_link(self):
        document = self._create_document(self.owner, active=False)
        token = document._portal_ensure_token()
        self.login(None)
        answer = self.get(f"/my/documents/{document.id}?access_token={token}")
        self.assertEqual(answer.status_code, 404)

    def test_staff_without_a_role_list_nothing_of_a_project(self):
        project = self._create_project("Harbour", self.owner)
        linked = {"res_model": project._name, "res_id": project.id}
        self._create_document(self.owner, **linked)
        url = f"/my/documents?res_model={project._name}&res_id={project.id}"
        for user, count in ((self.owner, 1), (self.document_user, 1), (self.staff, 0)):
            self.login(user)
            self.assertEqual(self.get_json(url).json()["total"], count, user.login)

    def test_a_form_of_very_many_parts_is_refused(self):
        """REQ D-6"""
        self.login(None)
        files = [("file", (f"{number}.txt", b"x")) for number in range(2_100)]
        answer = self.opener.post(
            f"{self.base_url()}/my/documents/upload", files=files, allow_redirects=False
        )
        self.assertEqual(answer.status_code, 413)
