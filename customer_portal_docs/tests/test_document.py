import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PNG, SVG, DocumentCase


@tagged("-at_install", "post_install")
class TestDocument(DocumentCase):
    def test_it_belongs_to_the_contact_and_the_company(self):
        """REQ D-3"""
        document = self._create_document(self.owner)
        self.assertEqual(document.partner_id, self.owner.partner_id)
        self.assertEqual(document.commercial_partner_id, self.brightwater)

    def test_it_knows_its_file(self):
        """REQ D-1"""
        document = self._create_document(self.owner, filename="p.png", raw=PNG)
        self.assertEqual(document.mimetype, "image/png")
        self.assertEqual(document.file_size, len(PNG))
        self.assertEqual(document.checksum, document.attachment_id.checksum)
        self.assertEqual(document.attachment_id.res_model, document._name)
        self.assertEqual(document.attachment_id.res_id, document.id)

    def test_a_scriptable_file_is_known_by_its_name(self):
        """REQ D-17: Odoo stores it as plain text for outsiders"""
        document = self._create_document(self.owner, filename="p.svg", raw=SVG)
        document.attachment_id.mimetype = "text/plain"
        self.assertEqual(document.mimetype, "image/svg+xml")
        self.assertFalse(document._is_inline())

    def test_it_is_seen_by_the_company_or_the_contact(self):
        """REQ D-12"""
        document = self._create_document(self.owner)
        self.assertEqual(document.audience_key, -self.brightwater.id)
        document.visibility = "contact"
        self.assertEqual(document.audience_key, self.owner.partner_id.id)

    def test_a_document_only_for_the_company_address_is_not_for_its_contacts(self):
        """REQ D-12: the company itself may be a portal user"""
        company_user = self._create_user("test_company_user", ["base.group_portal"])
        self.owner.partner_id.parent_id = company_user.partner_id
        document = self._create_document(company_user, visibility="contact")
        self.assertTrue(document.with_user(company_user).has_access("read"))
        self.assertFalse(document.with_user(self.owner).has_access("read"))

    def test_the_default_visibility_is_the_setting(self):
        """REQ D-12"""
        self.company.portal_document_visibility = "contact"
        self.assertEqual(self._create_document(self.owner).visibility, "contact")

    def test_the_defaults_are_those_of_the_company_of_the_contact(self):
        """REQ D-12, D-20: not of the one that is active for who creates it"""
        elsewhere = self.env["res.company"].create(
            {
                "name": "Elsewhere",
                "portal_document_visibility": "contact",
                "portal_document_expiry_days": 7,
            }
        )
        self.owner.write({"company_ids": elsewhere.ids, "company_id": elsewhere.id})
        self.owner.partner_id.company_id = elsewhere
        document = self._create_document(self.owner)
        self.assertEqual(document.company_id, elsewhere)
        self.assertEqual(document.visibility, "contact")
        self.assertEqual(document.reminder_days, 7)
        chosen = self._create_document(
            self.owner, visibility="company", reminder_days=3
        )
        self.assertEqual((chosen.visibility, chosen.reminder_days), ("company", 3))

    def test_a_file_one_may_not_read_cannot_be_shown_to_others(self):
        """REQ D-13"""
        secret = self._create_attachment(
            res_model="res.company", res_id=self.company.id
        )
        secret.write({"res_model": "ir.mail_server", "res_id": 1})
        Document = self.env["customer.portal.document"].with_user(self.document_user)
        with self.assertRaises(AccessError):
            Document.create({"name": "Stolen", "attachment_id": secret.id})
        document = Document.create({"name": "Mine"})
        with self.assertRaises(AccessError):
            document.attachment_id = secret

    def test_the_file_of_a_document_cannot_be_deleted_by_itself(self):
        """REQ D-4"""
        document = self._create_document(self.owner)
        with self.assertRaisesRegex(UserError, "content of the document"):
            document.attachment_id.unlink()
        document.unlink()

    def test_deleting_a_document_deletes_its_file(self):
        """REQ D-4"""
        document = self._create_document(self.owner)
        attachment = document.attachment_id
        document.unlink()
        self.assertFalse(attachment.exists())

    def test_it_can_only_be_linked_to_what_takes_documents(self):
        """REQ D-5"""
        with self.assertRaises(ValidationError):
            self._create_document(self.owner, res_model="res.users", res_id=1)

    def test_it_lies_in_a_folder_of_its_own_company(self):
        """REQ D-9"""
        other = self.env["res.company"].create({"name": "Other"})
        folder = self.env["customer.portal.folder"].create(
            {"name": "F", "company_id": other.id}
        )
        with self.assertRaises(ValidationError):
            self._create_document(self.owner, folder_id=folder.id)

    def test_its_buttons_open_file_portal_and_record(self):
        """REQ D-4"""
        project = self._create_project("Pump House", self.owner)
        document = self._create_document(
            self.owner, res_model="project.project", res_id=project.id
        )
        self.assertIn(
            f"/my/documents/{document.id}/content", document.action_open_file()["url"]
        )
        self.assertEqual(
            document.action_open_portal()["url"], f"/my/documents/{document.id}"
        )
        self.assertEqual(document.action_open_linked_record()["res_id"], project.id)
        self.assertEqual(document.res_name, "Pump House")

    def test_it_is_about_nothing_whose_addon_was_uninstalled(self):
        """REQ D-5: once that is there again, its ids are other records"""
        document = self._create_document(self.owner)
        self._uninstall_model("test.gone", "customer_portal_document", document)
        self.assertEqual((document.res_model, document.res_id), (False, False))


@tagged("-at_install", "post_install")
class TestTitle(DocumentCase):
    def test_a_title_is_one_line(self):
        """REQ D-2: it is the subject of mails"""
        for records in (
            self._create_document(self.owner, name="Plan\r\nBcc: x@example.com"),
            self.env["customer.portal.folder"].create({"name": "Plan\nBcc: x"}),
        ):
            self.assertNotRegex(records.name, r"[\r\n]")
            records.name = "New\u2028name"
            self.assertEqual(records.name, "New name")

    def test_a_title_that_no_index_takes_is_refused_in_words(self):
        """REQ D-1"""
        document = self._create_document(self.owner)
        for title in ("x" * 3_000, "\U0001f600" * 700):
            with self.assertRaisesRegex(ValidationError, "too long"):
                document.name = title
            with self.assertRaisesRegex(ValidationError, "too long"):
                self._create_document(self.owner, name=title)
        # random, so that PostgreSQL cannot compress it
        chars = (chr(0x1F300 + random.randrange(700)) for _number in range(600))
        document.name = "".join(chars)
        document.flush_recordset()
