from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import DocumentCase


@tagged("-at_install", "post_install")
class TestSettings(DocumentCase):
    def test_they_are_kept_for_each_company(self):
        """REQ D-7"""
        other = self.env["res.company"].create({"name": "Other"})
        with Form(self.env["res.config.settings"]) as form:
            form.portal_document_user_id = self.document_user
            form.portal_document_notification_text = "Please check it."
            form.portal_document_visibility = "contact"
            form.portal_document_max_size = 25
            form.portal_document_types = "pdf, docx"
        form.record.execute()
        self.assertEqual(self.company.portal_document_user_id, self.document_user)
        self.assertEqual(
            self.company.portal_document_notification_text, "Please check it."
        )
        self.assertEqual(self.company.portal_document_visibility, "contact")
        self.assertEqual(
            self.company._get_portal_document_max_bytes(), 25 * 1024 * 1024
        )
        self.assertEqual(
            self.company._get_portal_document_extensions(), ["docx", "pdf"]
        )
        self.assertFalse(other.portal_document_user_id)
        self.assertEqual(other.portal_document_visibility, "company")

    def test_it_says_when_nobody_would_be_told(self):
        """REQ D-7"""
        without = self._create_staff("without")
        without.email = False
        for user, words in (
            (self.env["res.users"], "choose who"),
            (without, "no e-mail address"),
            (self.document_user, ""),
        ):
            with Form(self.env["res.config.settings"]) as form:
                form.portal_document_user_id = user
                self.assertIn(words, form.portal_document_warning or "")
                self.assertEqual(bool(form.portal_document_warning), bool(words))
        self.document_user.active = False
        with Form(self.env["res.config.settings"]) as form:
            self.assertIn("is archived", form.portal_document_warning)

    def test_only_staff_can_be_assigned(self):
        """REQ D-7"""
        with self.assertRaises(ValidationError):
            self.company.portal_document_user_id = self.owner

    def test_a_negative_size_is_refused(self):
        """REQ D-15"""
        with self.assertRaises(ValidationError):
            self.company.portal_document_max_size = -1

    def test_programs_are_refused_unless_they_are_named(self):
        """REQ D-15"""
        accepts = self.company._accepts_portal_document
        self.assertTrue(accepts("a.pdf", is_program=False))
        self.assertTrue(accepts("noextension", is_program=False))
        for filename in ("a.exe", "a.pdf.EXE", "a.sh", "a.js"):
            self.assertFalse(accepts(filename, is_program=False), filename)
        self.assertFalse(accepts("a.pdf", is_program=True))
        self.company.portal_document_types = "exe, pdf"
        self.assertTrue(accepts("a.exe", is_program=True))
        self.assertFalse(accepts("a.pdf", is_program=True))
        self.assertFalse(accepts("a.docx", is_program=False))

    def test_another_default_language_counts_at_once(self):
        """REQ D-7: it is kept in memory, for each page of the portal asks for it"""
        Default = self.env["ir.default"]
        for code in ("fr_FR", "de_DE"):
            Default.set("res.partner", "lang", code)
            self.assertEqual(Default._get("res.partner", "lang"), code)
        Default.search([("field_id.name", "=", "lang")]).unlink()
        self.assertIsNone(Default._get("res.partner", "lang"))
