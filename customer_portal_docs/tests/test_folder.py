from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

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
        last = self.signed.create({"name": "2026", "parent_id": self.signed.id})
        document = self._create_document(folder_id=last.id, acknowledgement=True)
        readers = self.env["customer.portal.acknowledgement"]._get_readers(document)
        self.assertIn(self.owner.partner_id, readers)
        self.signed.active = False
        browsable = self._get_browsable(self.owner)
        self.assertEqual(
            browsable & (self.contracts | self.signed | last), self.contracts
        )
        self.assertFalse(document.with_user(self.owner)._is_open_in_portal())
        readers = self.env["customer.portal.acknowledgement"]._get_readers(document)
        self.assertNotIn(self.owner.partner_id, readers)
        self.contracts.active = False
        self.assertFalse(
            self._get_browsable(self.owner) & (self.contracts | self.signed | last)
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

    def test_its_name_is_in_the_language_of_the_reader(self):
        """REQ D-9: whoever named it last"""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.signed.with_context(lang="fr_FR")
        french.parent_id.name, french.name = "Contrats", "Signés"
        self.assertEqual(french.display_name, "Contrats / Signés")
        self.assertEqual(self.signed.display_name, "Contracts / Signed")
        document = self._create_document(folder_id=self.signed.id)
        self.assertEqual(document.place_name, "Contracts / Signed")
        self.contracts.name = "Agreements"
        self.assertEqual(self.signed.display_name, "Agreements / Signed")
        for folder, typed in (
            (self.signed, "Signed"),
            (french, "Signés"),
            (french, "Signed"),
        ):
            found = [id_ for id_, _name in folder.name_search(typed)]
            self.assertEqual(found, self.signed.ids, typed)
        for folder, operator, typed in (
            (french, "=", "Contrats / Signés"),
            (french, "in", ["Contrats / Signés"]),
            (french, "=", "Agreements / Signed"),
            (french, "ilike", "rats / sign"),
            (self.signed, "=", "Agreements / Signed"),
        ):
            found = [id_ for id_, _name in folder.name_search(typed, operator=operator)]
            self.assertEqual(found, self.signed.ids, typed)
        for typed in ("Autres / Signés", "Contrats / Contrats / Signés"):
            self.assertFalse(french.name_search(typed, operator="="), typed)
        inner = french.create({"name": "Vieux", "parent_id": french.id})
        self.assertFalse(french.name_search("Signés / Vieux", operator="="))
        [(found, _name)] = french.name_search(inner.display_name, operator="=")
        self.assertEqual(found, inner.id)
        inner.unlink()
        with Form(self.signed.browse()) as form:
            form.name = "New"
        self.assertEqual(form.record.display_name, "New")

    def test_its_button_opens_its_documents_and_those_below(self):
        """REQ D-9"""
        document = self._create_document(folder_id=self.signed.id)
        action = self.contracts.action_open_documents()
        found = self.env["customer.portal.document"].search(action["domain"])
        self.assertIn(document, found)
        self.assertEqual(self.signed.document_count, 1)

    def test_its_button_counts_what_it_opens(self):
        """REQ D-9: what lies below as well, in one statement for all folders"""
        below = self.internal.create({"name": "Old", "parent_id": self.signed.id})
        folders = self.contracts | self.signed | below | self.internal
        for folder in (self.contracts, self.signed, below, below):
            self._create_document(folder_id=folder.id)
        # what is archived is neither counted nor listed
        self._create_document(folder_id=below.id, active=False)
        folders = folders.with_user(self.document_user)
        self.assertEqual(folders.mapped("document_count"), [4, 3, 2, 0])
        Document = self.env["customer.portal.document"].with_user(self.document_user)
        for folder in folders:
            domain = folder.action_open_documents()["domain"]
            count = Document.search_count(domain)
            self.assertEqual(count, folder.document_count, folder.name)
        counts = []
        for some in (folders[:1], folders):
            self.env.invalidate_all()
            folders.mapped("parent_path")
            start = self.env.cr.sql_log_count
            some.mapped("document_count")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)

    def test_the_list_counts_to_whom_it_is_opened(self):
        """REQ D-9: in one statement for all folders, and names nobody: there may be thousands"""
        self.internal.partner_ids = self.owner.partner_id + self.private.partner_id
        last = self.signed.create({"name": "2026", "parent_id": self.signed.id})
        folders = self.signed | last | self.contracts | self.internal
        folders = folders.with_user(self.document_user)
        # (once before: the access rules are read)
        self.assertEqual(folders.mapped("partner_count"), [1, 1, 1, 2])
        counts = []
        for some in (folders[:1], folders):
            self.env.invalidate_all()
            folders.mapped("parent_path")
            start = self.env.cr.sql_log_count
            some.mapped("partner_count")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
        for view_type, path in (
            ("list", ""),
            ("form", "//field[@name='child_ids']/list"),
        ):
            arch = etree.fromstring(folders.get_view(view_type=view_type)["arch"])
            [listed] = arch.xpath(path) if path else [arch]
            self.assertFalse(listed.xpath("field[@name='partner_ids']"))
            self.assertTrue(listed.xpath("field[@name='partner_count']"))

    def test_it_is_opened_on_its_form(self):
        """REQ D-9"""
        with Form(self.signed.with_user(self.manager)) as form:
            self.assertEqual(form.partner_count, 1, "that of the folder it lies in")
            form.partner_ids.add(self.private.partner_id)
            self.assertEqual(form.partner_count, 2)
            form.partner_ids.add(self.brightwater)
            self.assertEqual(form.partner_count, 2)
        self.assertEqual(
            self.signed.partner_ids, self.private.partner_id + self.brightwater
        )

    def test_who_may_open_a_folder_counts_for_those_below_it(self):
        """REQ D-9: each contact once, and not below an archived folder"""
        below = self.signed.create({"name": "2026", "parent_id": self.signed.id})
        self.assertEqual(below.partner_count, 1)
        below.partner_ids = self.contracts.partner_ids + self.private.partner_id
        self.assertEqual(below.partner_count, 2)
        below.partner_ids = False
        self.signed.partner_ids = self.private.partner_id
        self.assertEqual(below.partner_count, 2)
        self.contracts.active = False
        self.env.invalidate_all()
        self.assertEqual(below.partner_count, 1)


@tagged("-at_install", "post_install")
class TestFolderInTheBackend(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Folder = cls.env["customer.portal.folder"]
        cls.top = cls.Folder.create(
            {"name": "Plans", "partner_ids": [Command.link(cls.brightwater.id)]}
        )
        cls.child = cls.Folder.create({"name": "Old", "parent_id": cls.top.id})
        cls.grandchild = cls.Folder.create({"name": "1999", "parent_id": cls.child.id})
        cls.plan = cls._create_document(cls.owner, folder_id=cls.child.id)

    def test_the_panel_of_folders_takes_5000(self):
        """REQ D-20"""
        folders = self.Folder.create(
            [{"name": f"F{number}"} for number in range(5_000)]
        )
        attachment = self._create_attachment()
        self.env["customer.portal.document"].create(
            [{"name": "x", "folder_id": folder.id} for folder in folders]
        )
        arch = self.env["customer.portal.document"].get_view(view_type="search")["arch"]
        [field] = etree.fromstring(arch).xpath("//searchpanel/field")
        found = (
            self.env["customer.portal.document"]
            .with_user(self.document_user)
            .search_panel_select_range(
                "folder_id",
                enable_counters=True,
                limit=int(field.get("limit", 200)),
            )
        )
        self.assertNotIn("error_msg", found)
        self.assertGreaterEqual(len(found["values"]), 5_000)
        self.assertTrue(attachment)

    def test_a_company_does_not_change_under_the_content(self):
        """REQ D-20"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for folder in (self.top, self.child):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                folder.company_id = elsewhere
        self.plan.active = False
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            (self.top | self.child | self.grandchild).company_id = elsewhere
        empty = self.Folder.create({"name": "Empty"})
        empty.company_id = elsewhere
        self.assertEqual(empty.company_id, elsewhere)

    def test_a_duplicate_has_the_tree_and_not_the_documents(self):
        """REQ D-20"""
        with patch.object(type(self.manager), "_bus_send") as told:
            copied = self.top.with_user(self.manager).copy()
        [call] = told.call_args_list
        self.assertIn("Not duplicated: its 1 documents", call.args[1]["message"])
        self.assertEqual(copied.name, "Plans (copy)")
        self.assertEqual(copied.child_ids.mapped("name"), ["Old"])
        self.assertEqual(copied.child_ids.child_ids.mapped("name"), ["1999"])
        tree = self.Folder.search([("id", "child_of", copied.id)])
        self.assertEqual(len(tree), 3)
        self.assertFalse(tree.document_ids)
        self.assertFalse(tree.partner_ids, "nobody browses a copy at once")
        self.assertEqual(len(self.Folder.search([("id", "child_of", self.top.id)])), 3)

    def test_a_duplicate_of_a_document_has_its_file(self):
        """REQ D-20"""
        self.plan.with_user(self.document_user).action_lock()
        copied = self.plan.with_user(self.document_user).copy()
        self.assertEqual(copied.name, "Contract (copy)")
        file = copied.sudo().attachment_id
        self.assertEqual(file.raw, self.plan.attachment_id.raw)
        self.assertNotEqual(file, self.plan.attachment_id)
        self.assertEqual((file.res_model, file.res_id), (copied._name, copied.id))
        self.assertEqual(copied.sudo().version_ids, file)
        self.assertFalse(copied.locked_by_id)
        self.assertEqual(copied.folder_id, self.plan.folder_id)
