"""Titles are sorted and found as people expect, on whatever server."""

from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import tagged

from .common import DocumentHttpCase

TITLES = (
    "Zebra",
    "apple",
    "Übergabe",
    "Äpfel",
    "banana",
    "Łódź",
    "lamp",
    "ødegård",
    "Oslo",
)
SORTED = [
    "Äpfel",
    "apple",
    "banana",
    "lamp",
    "Łódź",
    "ødegård",
    "Oslo",
    "Übergabe",
    "Zebra",
]


@tagged("-at_install", "post_install")
class TestSorting(DocumentHttpCase):
    def test_lists_ignore_capitals_and_accents(self):
        """REQ D-5: in the portal, and for staff"""
        Document = self.env["customer.portal.document"]
        for title in TITLES:
            self._create_document(self.owner, name=title)
        self.login(self.owner)
        rows = self.get_json("/my/documents?sortby=name").json()["documents"]
        self.assertEqual([row["name"] for row in rows], SORTED)
        rows = self.get_json("/my/documents?sortby=name_desc").json()["documents"]
        self.assertEqual([row["name"] for row in rows], SORTED[::-1])
        staff = Document.with_user(self.document_user)
        found = staff.search([("name", "in", TITLES)], order="name, id")
        self.assertEqual(found.mapped("name"), SORTED)

    def test_folders_too(self):
        Folder = self.env["customer.portal.folder"]
        folders = Folder.create([{"name": title} for title in TITLES])
        found = Folder.search([("id", "in", folders.ids)])
        self.assertEqual(found.mapped("name"), SORTED)

    def test_a_language_with_letters_of_its_own_has_its_collation(self):
        """REQ D-5: where PostgreSQL has ICU; "C" stands for it here"""
        Lang = self.env["res.lang"]
        self.assertIsNone(Lang._get_portal_collation("de_DE"))
        self.env.cr.execute("SELECT 1 FROM pg_collation WHERE collname = 'sv-x-icu'")
        expected = "sv-x-icu" if self.env.cr.rowcount else None
        self.assertEqual(Lang._get_portal_collation("sv_SE"), expected)
        for title in ("b", "A"):
            self._create_document(self.owner, name=title)
        Document = self.env["customer.portal.document"].with_user(self.owner)
        with patch.object(type(Lang), "_get_portal_collation", lambda *args: "C"):
            page = Document._search_portal_list(
                None, Domain.TRUE, sortby="name", limit=10, offset=0
            )
        self.assertEqual(page.mapped("name"), ["A", "b"])

    def test_the_list_is_read_from_its_index(self):
        self._create_document(self.owner)
        self.env.flush_all()
        for column, index in (
            ("name", "_portal_name_idx"),
            ("origin_name", "_portal_origin_idx"),
        ):
            self._check_index(column, index)

    def _check_index(self, column, index):
        Document = self.env["customer.portal.document"].with_user(self.owner)
        query = Document._search(
            [("audience_key", "=", -self.brightwater.id)],
            order=f"{column} ASC, id ASC",
        )
        self.env.cr.execute(
            "SET LOCAL enable_seqscan TO off; SET LOCAL enable_sort TO off"
        )
        self.env.cr.execute("SET LOCAL enable_bitmapscan TO off")
        select = query.select()
        self.env.cr.execute(f"EXPLAIN {select.code}", select.params)
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn(index, plan)

    def test_staff_find_whatever_the_capitals(self):
        """REQ D-5: on the embedded server as well"""
        document = self._create_document(self.owner, name="Übergabe am Østerport")
        Document = self.env["customer.portal.document"].with_user(self.document_user)
        for words in ("übergabe", "ÜBERGABE", "østerport", "ØSTERPORT"):
            found = Document.search([("name", "ilike", words)])
            self.assertIn(document, found, words)
