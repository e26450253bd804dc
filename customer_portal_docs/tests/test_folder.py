from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DocumentCase


@tagged("-at_install", "post_install")
class TestFolder(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Folder = cls.env["customer.portal.folder"]
        cls.contracts = Folder.create(
            {"name": "Contracts", "partner_ids": [Command.link(cls.brightwater.id)]}
        )
        cls.signed = Folder.create({"name": "Signed", "parent_id": cls.contracts.id})
        cls.internal = Folder.create({"name": "Internal"})

    def _get_browsable(self, user):
        return (
            self.env["customer.portal.folder"]
            .with_user(user)
            ._get_portal_folders_sudo()
        )

    def test_a_folder_opened_to_a_company_opens_to_its_contacts_with_all_below(self):
        """REQ D-9"""
        for user in (self.owner, self.colleague):
            browsable = self._get_browsable(user)
            self.assertIn(self.contracts, browsable)
            self.assertIn(self.signed, browsable)
            self.assertNotIn(self.internal, browsable)

    def test_a_folder_opened_to_a_contact_opens_to_that_contact(self):
        """REQ D-9"""
        self.internal.partner_ids = self.owner.partner_id
        self.assertIn(self.internal, self._get_browsable(self.owner))
        self.assertNotIn(self.internal, self._get_browsable(self.colleague))

    def test_a_stranger_browses_nothing(self):
        """REQ D-9"""
        self.assertFalse(
            self._get_browsable(self.stranger) & (self.contracts | self.signed)
        )

    def test_an_archived_folder_is_closed_with_all_below(self):
        """REQ D-9"""
        self.contracts.active = False
        self.assertFalse(
            self._get_browsable(self.owner) & (self.contracts | self.signed)
        )

    def test_its_documents_are_seen_by_those_who_browse_it(self):
        """REQ D-9"""
        document = self._create_document(folder_id=self.signed.id)
        of_others = self._create_document(self.stranger, folder_id=self.signed.id)
        for opened in (document, of_others):
            self.assertTrue(opened.with_user(self.owner)._is_open_in_portal())
        self.assertFalse(document.with_user(self.stranger)._is_open_in_portal())

    def test_what_is_only_for_the_contact_stays_so_in_any_folder(self):
        """REQ D-12"""
        personal = self._create_document(
            self.colleague, folder_id=self.signed.id, visibility="contact"
        )
        self.assertFalse(personal.with_user(self.owner)._is_open_in_portal())
        self.assertTrue(personal.with_user(self.colleague)._is_open_in_portal())

    def test_closing_the_folder_closes_its_documents(self):
        """REQ D-9"""
        document = self._create_document(folder_id=self.contracts.id)
        self.contracts.partner_ids = False
        self.assertFalse(document.with_user(self.owner)._is_open_in_portal())

    def test_customers_have_no_access_by_rpc(self):
        """REQ D-9"""
        with self.assertRaises(AccessError):
            self.contracts.with_user(self.owner).read(["name"])

    def test_a_folder_cannot_lie_inside_itself(self):
        """REQ D-9"""
        with self.assertRaises(UserError):
            self.contracts.parent_id = self.signed

    def test_a_subfolder_has_the_company_of_its_parent(self):
        """REQ D-9"""
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(ValidationError):
            self.signed.company_id = other

    def test_its_name_tells_the_way(self):
        """REQ D-9"""
        self.assertEqual(self.signed.complete_name, "Contracts / Signed")
        self.contracts.name = "Agreements"
        self.assertEqual(self.signed.complete_name, "Agreements / Signed")

    def test_its_button_opens_its_documents_and_those_below(self):
        """REQ D-9"""
        document = self._create_document(folder_id=self.signed.id)
        action = self.contracts.action_open_documents()
        found = self.env["customer.portal.document"].search(action["domain"])
        self.assertIn(document, found)
        self.assertEqual(self.signed.document_count, 1)
