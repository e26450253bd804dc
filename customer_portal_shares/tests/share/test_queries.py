from odoo.tests import tagged

from ...models.share.customer_portal_shareable_mixin import FEW_ITEMS
from ..common import ShareHttpCase


@tagged("-at_install", "post_install")
class TestQueries(ShareHttpCase):
    """What the pages of a share ask the database: each visitor waits for it."""

    def count(self, path):
        """Return the number of statements that a second visit takes."""
        self.login(None)
        for _visit in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.get(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_a_folder_takes_as_many_with_more_documents(self):
        # the gate, the folders, their documents, the size of all, the log
        path = self.path(self._create_share(self.folder))
        few = self.count(path)
        for number in range(20):
            self._create_document(name=f"Plan {number}", folder_id=self.folder.id)
        self.assertEqual(self.count(path), few)
        self.assertLessEqual(few, 5)

    def test_a_document_and_its_content(self):
        path = self.path(self._create_share(self.document))
        # the gate, the documents, the log; and the file
        self.assertLessEqual(self.count(path), 3)
        content = f"{path}/document/{self.document.id}?download=1"
        self.assertLessEqual(self.count(content), 4)

    def test_one_of_many_documents_is_read_without_the_others(self):
        """REQ 11.5: the gate is asked for each thumbnail and each piece of a file"""
        documents = self.document
        for number in range(3 * FEW_ITEMS):
            documents |= self._create_document(name=f"Plan {number}")
        share = self._create_share(*documents)
        last = documents[-1]
        documents[:FEW_ITEMS].active = False
        path = self.path(share, f"/document/{last.id}?download=1")
        # the gate, the first items and the next ones, the document, the log; and the file
        self.assertLessEqual(self.count(path), 6)
        self.env.invalidate_all()
        share_sudo = self.env["customer.portal.share"]._open_sudo(share.sudo().token)
        found = share_sudo._find_shared(documents._name, last.id)
        self.assertEqual(found, last)
        known = found._fields["name"]._get_cache(found.env).keys() & set(documents.ids)
        self.assertEqual(len(known), FEW_ITEMS + 1)
        self.assertFalse(share_sudo._find_shared(documents._name, documents[0].id))
        other = self.other_document
        self.assertFalse(share_sudo._find_shared(documents._name, other.id))
        listed = share_sudo._get_shared_records(documents._name)
        self.assertEqual(listed, documents[FEW_ITEMS:])
        documents.active = False
        self.assertEqual(self.get(path).status_code, 404)

    def test_a_document_without_a_file_is_listed(self):
        document = self._create_document(name="No file", folder_id=self.folder.id)
        document.attachment_id = False
        path = self.path(self._create_share(self.folder))
        self.assertIn("No file", self.get(path).text)
        path += f"/folder/{self.folder.id}"
        answer = self.get(path, headers={"Accept": "application/json"}).json()
        [listed] = [it for it in answer["documents"] if it["name"] == "No file"]
        self.assertEqual((listed["mimetype"], listed["size"]), (False, 0))
