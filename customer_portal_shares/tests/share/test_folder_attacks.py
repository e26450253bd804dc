"""What a shared folder shows of its documents, which it reads as rows: what its owner may read."""

from odoo.fields import Command
from odoo.tests import tagged

from ..common import ShareHttpCase


@tagged("-at_install", "post_install")
class TestRows(ShareHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        # who works in both companies shares one company's documents all the same
        cls.sharer.company_ids = [Command.link(cls.elsewhere.id)]
        cls.share = cls._create_share(cls.folder)

    def setUp(self):
        super().setUp()
        self.login(None)

    def names_in_folder(self):
        """Return the names on the page, as programs and as people read it."""
        path = self.path(self.share, f"/folder/{self.folder.id}")
        answer = self.get(path, headers={"Accept": "application/json"}).json()
        names = {document["name"] for document in answer["documents"]}
        page = self.get(path).text
        for name in ("Plan", "Secret"):
            self.assertEqual(name in names, f">{name}<" in page, name)
        for document in answer["documents"]:
            file = self.get(self.path(self.share, f"/document/{document['id']}"))
            self.assertEqual(file.status_code, 200)
        return names

    def assertHidden(self, document):
        self.env.flush_all()
        self.assertEqual(self.names_in_folder(), {"Plan"})
        self.assertEqual(self.content(self.share, document).status_code, 404)

    def make_document(self, **vals):
        vals = {"name": "Secret", "folder_id": self.folder.id, **vals}
        document = self._create_document(**vals)
        self.env.flush_all()
        self.assertEqual(self.names_in_folder(), {"Plan", "Secret"}, "shown at first")
        return document

    def test_only_for_its_contact(self):
        """REQ D-12, S-14"""
        document = self.make_document()
        document.visibility = "contact"
        self.assertHidden(document)

    def test_archived(self):
        """REQ S-14"""
        document = self.make_document()
        document.active = False
        self.assertHidden(document)

    def test_of_another_company(self):
        """REQ S-14"""
        document = self.make_document()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET company_id = %s WHERE id = %s",
            [self.elsewhere.id, document.id],
        )
        self.env.invalidate_all()
        self.assertHidden(document)

    def test_of_a_contact_whom_the_owner_may_not_see(self):
        """REQ S-14: a record rule of documents"""
        document = self.make_document(user=self.owner)
        theirs = self.env["res.company"].create({"name": "Theirs"})
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            [theirs.id, document.partner_id.id],
        )
        self.env.invalidate_all()
        self.assertHidden(document)

    def test_that_a_rule_of_the_administrator_hides(self):
        """REQ S-14"""
        document = self.make_document()
        self.env["ir.rule"].create(
            {
                "name": "No secrets",
                "model_id": self.env["ir.model"]._get_id("customer.portal.document"),
                "domain_force": "[('name', '!=', 'Secret')]",
            }
        )
        self.assertHidden(document)

    def test_moved_elsewhere(self):
        """REQ S-14"""
        document = self.make_document()
        document.folder_id = self.env["customer.portal.folder"].create({"name": "X"})
        self.assertHidden(document)
