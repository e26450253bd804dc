import re
from unittest.mock import patch
from urllib.parse import quote

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import SQL

from .common import DocumentHttpCase


@tagged("-at_install", "post_install")
class TestList(DocumentHttpCase):
    def _get_names(self, query="", page="/my/documents"):
        response = self.get_json(f"{page}?{query}")
        self.assertEqual(response.status_code, 200, response.text)
        return [document["name"] for document in response.json()["documents"]]

    def _create_many(self, count, user=None, **vals):
        attachment = self._create_attachment()
        documents = self.env["customer.portal.document"].create(
            [
                {
                    "name": f"Document {number:03}",
                    "partner_id": (user or self.owner).partner_id.id,
                    "attachment_id": attachment.id,
                    **vals,
                }
                for number in range(count)
            ]
        )
        self.env.flush_all()
        for number, document in enumerate(documents):
            self.env.cr.execute(
                "UPDATE customer_portal_document SET create_date = %s::timestamp + %s * "
                "interval '1 minute' WHERE id = %s",
                ["2026-01-01", number, document.id],
            )
        self.env.invalidate_all()
        return documents

    def test_a_visitor_is_sent_to_the_login_page(self):
        """REQ D-1"""
        self.login(None)
        response = self.get("/my/documents?search=x")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_it_shows_mine_and_my_companys(self):
        """REQ D-1"""
        self._create_document(self.owner, name="Mine")
        self._create_document(self.owner, name="Personal", visibility="contact")
        self._create_document(self.stranger, name="Foreign")
        for user, names in (
            (self.owner, {"Mine", "Personal"}),
            (self.colleague, {"Mine"}),
            (self.stranger, {"Foreign"}),
            (self.private, set()),
            (self.staff, set()),
            (self.document_user, set()),
        ):
            self.login(user)
            self.assertEqual(set(self._get_names()), names, user.login)
            self.assertEqual(self.get("/my/documents").status_code, 200)

    def test_the_home_page_has_an_entry_with_a_count(self):
        """REQ D-1"""
        self._create_many(3)
        self.login(self.owner)
        self.assertIn('href="/my/documents"', self.get("/my").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["portal_document_count"]}
        )
        self.assertEqual(counters, {"portal_document_count": 3})

    def test_it_sorts(self):
        """REQ D-1"""
        self._create_many(3)
        self._create_document(self.owner, name="A personal one", visibility="contact")
        self.login(self.owner)
        numbered = [f"Document {number:03}" for number in range(3)]
        self.assertEqual(
            self._get_names("sortby=newest"), ["A personal one", *numbered[::-1]]
        )
        self.assertEqual(
            self._get_names("sortby=oldest"), [*numbered, "A personal one"]
        )
        self.assertEqual(self._get_names("sortby=name"), ["A personal one", *numbered])

    def test_it_sorts_by_who_put_it_there(self):
        """Issue 17, section 2: by the names that the page shows"""
        names = {"Anna": "Åsa", "Bert": "Zoe", "Carl": "mia"}
        for title, name in names.items():
            sender = self._create_customer(f"test_{title}", self.brightwater)
            sender.name = name
            self._create_document(sender, name=title).with_user(
                sender
            ).sudo().is_from_staff = False
        self.login(self.owner)
        self.assertEqual(self._get_names("sortby=origin"), ["Anna", "Carl", "Bert"])
        self.assertEqual(
            self._get_names("sortby=origin_desc"), ["Bert", "Carl", "Anna"]
        )
        # a contact who is called otherwise from now on
        document = self.env["customer.portal.document"].search([("name", "=", "Bert")])
        document.partner_id.name = "Aaron"
        self.env.flush_all()
        self.assertEqual(self._get_names("sortby=origin"), ["Bert", "Anna", "Carl"])
        head = 'aria-sort="ascending"'
        page = self.get("/my/documents?sortby=origin").text
        self.assertEqual(page.count(head), 1)
        self.assertIn("sortby=origin_desc", page)

    def test_it_filters(self):
        """REQ D-1"""
        project = self._create_project("Pump House", self.owner)
        self._create_document(
            self.owner, name="Plan", res_model="project.project", res_id=project.id
        )
        self._create_document(self.colleague, name="Hers")
        self.login(self.owner)
        self.assertEqual(self._get_names("filterby=project"), ["Plan"])
        self.assertEqual(self._get_names("filterby=task"), [])
        self.assertEqual(self._get_names("filterby=unlinked"), ["Hers"])
        self.assertEqual(self._get_names("filterby=mine"), ["Plan"])
        query = f"res_model=project.project&res_id={project.id}"
        self.assertEqual(self._get_names(query), ["Plan"])

    def test_it_counts_what_a_filter_finds(self):
        """REQ D-1: of the contact and of the company, up to the limit"""
        Document = self.env["customer.portal.document"].with_user(self.owner)
        for visibility in ("contact", "company", "company"):
            self._create_document(self.owner, visibility=visibility)
        self._create_document(self.colleague)
        self._create_document(self.colleague, visibility="contact")
        mine = Document._get_portal_filters()["mine"]["domain"]
        for limit, count in ((100, 3), (2, 2), (1, 1)):
            found = Document._count_portal_list(None, mine, limit, in_order=True)
            self.assertEqual(found, count)
        stranger = Document.with_user(self.stranger)
        found = stranger._count_portal_list(None, Domain.TRUE, 9, in_order=True)
        self.assertEqual(found, 0)

    def test_it_searches_all_words_in_title_and_description(self):
        """REQ D-1"""
        self._create_document(self.owner, name="Invoice March", description="paid late")
        self._create_document(self.owner, name="Invoice April")
        self.login(self.owner)
        self.assertEqual(self._get_names("search=invoice+LATE"), ["Invoice March"])
        self.assertEqual(self._get_names("search=nothing"), [])
        self.assertEqual(self._get_names("search=%25"), [])

    def test_it_searches_parts_of_words_without_accents_and_in_file_names(self):
        """REQ D-1"""
        self._create_document(
            self.owner, name="Schlußrechnung Café", filename="scan_2026.pdf"
        )
        self.login(self.owner)
        for words in ("rechnung", "CAFE", "café", "schluss", "n_20", "re sc", "é"):
            self.assertEqual(len(self._get_names(f"search={words}")), 1, words)
        for words in ("rechnungen", "cafe_", "n%2520", "re zz"):
            self.assertEqual(self._get_names(f"search={words}"), [], words)

    def test_letters_that_unicode_does_not_take_apart(self):
        """REQ D-1"""
        self._create_document(self.owner, name="\u0141\u00f3d\u017a S\u00f8r \u00deing")
        self._create_document(
            self.owner, name="It\u2019s \u00c6r\u00f8 \u2013 Do\u00f0"
        )
        self._create_document(self.owner, name="co\u00adoperate \u0130stanbul")
        self.login(self.owner)
        for words in ("lodz", "\u0142\u00f3d", "sor", "thing", "it's", "aero - dod"):
            self.assertEqual(len(self._get_names(f"search={quote(words)}")), 1, words)
        for words in ("cooperate", "istanbul", "co\u00adop"):
            self.assertEqual(len(self._get_names(f"search={quote(words)}")), 1, words)

    def test_an_index_finds_parts_of_words(self):
        """REQ D-1: in letters of any language"""
        Document = self.env["customer.portal.document"].with_context(active_test=False)
        self.env.cr.execute("SET LOCAL enable_seqscan = off")  # better for so few rows
        for search in ("rechnung", "счёт"):
            query = Document._search(Document._get_portal_search_domain(search))
            plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
            self.assertIn("search_text_index", str(plan), search)

    def test_staff_search_and_read_their_list_by_indexes(self):
        """REQ D-1: as the search view and the list of the backend ask"""
        wanted = self._create_document(self.owner, name="Contrat signé à Łódź")
        Document = wanted.browse().with_user(self.document_user)
        arch = Document.get_view(view_type="search")["arch"]
        self.assertEqual(etree.fromstring(arch).find("field").get("name"), "words")
        domain = [("words", "ilike", "lodz signe")]
        self.assertEqual(Document.search(domain), wanted)
        # and as a filter of their own may
        self.assertEqual(Document.search([("words", "=", "lodz")]), wanted)
        self.assertNotIn(wanted, Document.search([("words", "not ilike", "lodz")]))
        with self.assertRaisesRegex(UserError, "by the words"):
            Document.search([("words", ">", "lodz")])
        self.env.cr.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
        )
        # no index of a company or of the order, which are better for so few rows
        searched = wanted.browse().with_context(active_test=False)._search(domain)
        for query, index in (
            (searched, "search_text_index"),
            (Document._search([], order=Document._order), "document_newest_idx"),
        ):
            plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
            self.assertIn(index, str(plan))

    def test_common_words_find_the_same(self):
        """REQ D-1: however PostgreSQL is to look for them"""
        wanted = self._create_document(self.owner, name="Rechnung für März")
        self._create_document(self.owner, name="Rechnung")
        Document = wanted.browse()
        for search in ("rechnung marz", "RECHNUNG MÄRZ", "%"):
            rare, common = (
                Document.search(Document._get_portal_search_domain(search, is_common))
                for is_common in (False, True)
            )
            self.assertEqual(rare, common)
            self.assertEqual(rare, wanted if search != "%" else Document)

    def test_it_finds_words_where_postgresql_has_no_trigrams(self):
        """REQ D-1: more slowly, and nothing else"""
        document = self._create_document(self.owner, name="Schlußrechnung")
        Document = document.browse()
        self.env.cr.execute("DROP EXTENSION pg_trgm CASCADE")
        with patch.object(self.env.registry, "has_trigram", False):
            self.env.registry.check_indexes(self.env.cr, [Document._name])
            for search in ("rechnung", "SCHLUSS", "ß"):
                domain = Document._get_portal_search_domain(search)
                self.assertIn(document, Document.search(domain), search)

    def test_it_finds_what_is_renamed(self):
        """REQ D-1"""
        document = self._create_document(self.owner, name="Draft")
        document.name = "Final"
        document.attachment_id.name = "final-signed.pdf"
        self.login(self.owner)
        self.assertEqual(self._get_names("search=signed"), ["Final"])
        self.assertEqual(self._get_names("search=draft"), [])

    def test_what_it_does_not_know_is_the_default(self):
        """REQ D-1"""
        self._create_many(2)
        self.login(self.owner)
        query = "sortby=zzz&filterby=zzz&search=%00%01&uploaded=x&page="
        self.assertEqual(len(self._get_names(query)), 2)
        self.assertEqual(self.get(f"/my/documents?{query}").status_code, 200)

    def test_it_pages(self):
        """REQ D-1"""
        self._create_many(85)
        self.login(self.owner)
        pages = [
            self._get_names(page=f"/my/documents/page/{page}") for page in (1, 2, 3)
        ]
        self.assertEqual([len(page) for page in pages], [40, 40, 5])
        self.assertEqual(len({name for page in pages for name in page}), 85)
        self.assertEqual(pages[0][0], "Document 084")
        self.assertEqual(pages[2][-1], "Document 000")

    def test_pages_that_are_not_there(self):
        """REQ D-1"""
        self._create_many(2)
        self.login(self.owner)
        for page, status in (
            ("99", 200),
            ("9" * 30, 200),
            ("0", 400),
            ("-1", 400),
            ("x", 404),
        ):
            response = self.get(f"/my/documents/page/{page}")
            self.assertEqual(response.status_code, status, page)
        for query, status in (("", 200), ("2", 200), ("x", 400), ("0", 400)):
            response = self.get(f"/my/documents?page={query}")
            self.assertEqual(response.status_code, status, query)
        self.assertIn("not a valid page number", response.text)

    def test_pages_merge_what_is_personal_with_what_is_the_companys(self):
        """REQ D-1"""
        documents = self._create_many(50)
        documents[::2].visibility = "contact"
        self.env.flush_all()
        self.login(self.owner)
        names = self._get_names() + self._get_names(page="/my/documents/page/2")
        self.assertEqual(
            names, [f"Document {number:03}" for number in range(49, -1, -1)]
        )

    def test_a_folder_shows_its_documents_and_subfolders(self):
        """REQ D-9"""
        Folder = self.env["customer.portal.folder"]
        contracts = Folder.create(
            {"name": "Contracts", "partner_ids": [Command.link(self.brightwater.id)]}
        )
        signed = Folder.create({"name": "Signed ones", "parent_id": contracts.id})
        self._create_document(name="From us", folder_id=signed.id)
        self._create_document(
            self.stranger, name="Secret", folder_id=signed.id, visibility="contact"
        )
        self.login(self.owner)
        self.assertIn(
            f"/my/documents?folder={contracts.id}", self.get("/my/documents").text
        )
        self.assertIn(
            "Signed ones", self.get(f"/my/documents?folder={contracts.id}").text
        )
        self.assertEqual(self._get_names(f"folder={signed.id}"), ["From us"])
        self.login(self.stranger)
        for folder in (contracts.id, signed.id, 0, 10**20, "x", "-1"):
            response = self.get(f"/my/documents?folder={folder}")
            self.assertEqual(response.status_code, 404, folder)

    def test_the_search_finds_in_all_folders_and_records(self):
        """REQ D-23: documents and folders, each with its place; D-22: no column that says nothing"""
        Folder = self.env["customer.portal.folder"]
        prices = Folder.create(
            {"name": "Prices", "partner_ids": [Command.link(self.brightwater.id)]}
        )
        of_2026 = Folder.create({"name": "Manuals 2026", "parent_id": prices.id})
        project = self._create_project("Pump House", self.owner)
        on_project = {"res_model": "project.project", "res_id": project.id}
        self._create_document(name="Price list", folder_id=of_2026.id)
        self._create_document(name="Price of pumps", **on_project)
        self._create_document(self.owner, name="My price")
        for vals in ({"folder_id": of_2026.id}, on_project):
            self._create_document(
                self.stranger, name="Price, secret", visibility="contact", **vals
            )
        self._create_document(
            name="Price elsewhere", folder_id=Folder.create({"name": "X"}).id
        )
        self.login(self.owner)
        page = self.get("/my/documents?search=price").text
        self.assertEqual(
            sorted(self._get_names("search=price")),
            ["My price", "Price list", "Price of pumps"],
        )
        for place in (
            f'href="/my/documents?folder={of_2026.id}"',
            "Prices / Manuals 2026",
            "Pump House",
            f'href="/my/documents?folder={prices.id}"',
        ):
            self.assertIn(place, page)
        folders = self.get_json("/my/documents?search=manual").json()["folders"]
        self.assertEqual(
            [folder["name"] for folder in folders], ["Prices / Manuals 2026"]
        )
        # in a folder it looks there and below, and the page says where it is
        inside = f"folder={prices.id}&search=price"
        self.assertEqual(self._get_names(inside), ["Price list"])
        page = self.get(f"/my/documents?folder={of_2026.id}").text
        [crumbs] = re.findall(r"<ol[^>]*breadcrumb.*?</ol>", page, re.DOTALL)
        words = re.sub(r"<[^>]+>", " ", crumbs).split()
        self.assertEqual(words[-4:], ["Documents", "Prices", "Manuals", "2026"])
        self.assertNotIn(">Where</th>", page)
        self.login(self.stranger)
        self.assertEqual(self._get_names("search=price"), ["Price, secret"] * 2)
        self.login(self.private)
        self.assertEqual(self._get_names("search=price"), [])

    def test_a_search_takes_as_many_queries_for_many(self):
        """REQ D-23"""
        folder = self.env["customer.portal.folder"].create(
            {"name": "Open", "partner_ids": [Command.link(self.brightwater.id)]}
        )
        project = self._create_project("Pump House", self.owner)
        places = (
            {"folder_id": folder.id},
            {"res_model": "project.project", "res_id": project.id},
        )
        for vals in places:
            self._create_many(1, self.stranger, **vals)
        self.login(self.owner)
        self.get("/my/documents?search=document")
        few = self._count_queries("?search=document")
        for vals in places:
            self._create_many(20, self.stranger, **vals)
        self.assertEqual(self._count_queries("?search=document"), few)

    def test_a_record_one_may_not_read_lists_nothing(self):
        """REQ D-5"""
        project = self._create_project("Pump House", self.owner)
        self.login(self.stranger)
        for query in (
            f"res_model=project.project&res_id={project.id}",
            "res_model=project.project&res_id=x",
            "res_model=project.project",
            f"res_id={project.id}",
            "res_model=res.partner&res_id=1",
        ):
            self.assertEqual(self.get(f"/my/documents?{query}").status_code, 404, query)

    def test_the_number_of_queries_does_not_grow_with_the_list(self):
        """REQ D-1"""
        project = self._create_project("Pump House", self.owner)
        self._create_many(1, res_model="project.project", res_id=project.id)
        self._create_many(1, self.colleague)
        self.login(self.owner)
        self.get("/my/documents")
        few = self._count_queries()
        self._create_many(
            39, self.colleague, res_model="project.project", res_id=project.id
        )
        self._create_many(39)
        self.assertEqual(self._count_queries(), few)
        self.assertLessEqual(few, 20)

    def _count_queries(self, query=""):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertEqual(self.get(f"/my/documents{query}").status_code, 200)
        return self.cr.sql_log_count - before
