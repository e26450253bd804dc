"""What is the same of all titles: one line, found and sorted as people expect."""

from everybody import EverybodyCase

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

#: Titles in the order of people: capitals and accents do not count.
SORTED = [
    "Äpfel",
    "apple",
    "Đakovo",
    "işık",
    "Łódź",
    "ødegård",
    "Übergabe",
    "Zebra",
]


@tagged("-at_install", "post_install")
class TestTitles(EverybodyCase):
    def test_titles_are_sorted_and_found_as_people_expect(self):
        """REQ 13.B.9: issues, shares and requests as documents"""
        self.env["res.lang"]._activate_lang("sv_SE")
        shuffled = sorted(SORTED, key=lambda title: title[::-1])
        issues = self.env["helpdesk.ticket"]
        for title in shuffled:
            issues |= self._create_issue(self.secure, self.trusted, name=title)
            self._create_share(self.document, name=title)
            self._open(self.owner).name = title
        for name in (
            "helpdesk.ticket",
            "customer.portal.share",
            "customer.portal.request",
        ):
            for lang in ("en_US", "sv_SE"):
                Model = self.env[name].with_context(lang=lang)
                found = Model.search([("name", "in", SORTED)], order="name, id")
                if lang == "en_US":
                    self.assertEqual(found.mapped("name"), SORTED, name)
                self.assertEqual(len(found), len(SORTED))
            for words in ("übergabe", "ÜBERGABE", "łódź"):
                self.assertTrue(Model.search([("name", "ilike", words)]), (name, words))
        self.login(self.trusted)
        url = f"/my/binders/{self.secure.id}"
        rows = self.get_json(f"{url}?sortby=name").json()["issues"]
        names = [row["name"] for row in rows if row["name"] in SORTED]
        self.assertEqual(names, SORTED)
        for words in ("übergabe", "ubergabe", "lodz", "odegard", "dakovo", "isik"):
            rows = self.get_json(f"{url}?search={words}").json()["issues"]
            self.assertEqual(len(rows), 1, words)

    def test_a_real_collation_sorts_as_its_language(self):
        """REQ 13.B.9: where PostgreSQL has ICU; by the plain letters where it has none"""
        order = ["apa", "Åre", "Ärta", "Öl", "Zebra"]
        if self.env["res.lang"]._get_portal_collation("sv_SE"):
            order = ["apa", "Zebra", "Åre", "Ärta", "Öl"]
        self.env["res.lang"]._activate_lang("sv_SE")
        for title in ("Öl", "Zebra", "apa", "Ärta", "Åre"):
            self._create_share(self.document, name=f"sv {title}")
        Share = self.env["customer.portal.share"].with_context(lang="sv_SE")
        found = Share.search([("name", "=like", "sv %")], order="name, id")
        self.assertEqual(found.mapped("name"), [f"sv {title}" for title in order])

    def test_titles_of_staff(self):
        """REQ 13.B.2: one line, and words where it is too long, of all that has a title"""
        mixin = self.env.registry["customer.portal.title.mixin"]
        names = [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract and not model._transient
        ]
        request = self._open(self.owner)
        records = {
            "customer.portal.document": self.document,
            "customer.portal.folder": self.folder,
            "customer.portal.request": request,
            "customer.portal.request.line": request.line_ids[:1],
            "customer.portal.share": self.drop,
            "helpdesk.ticket": self._create_issue(self.public),
        }
        template = self.env["customer.portal.request.template"].create(
            {"name": "x", "line_ids": [Command.create({"name": "y"})]}
        )
        records["customer.portal.request.template"] = template
        records["customer.portal.request.template.line"] = template.line_ids
        records["customer.portal.request.reason"] = self.env[
            "customer.portal.request.reason"
        ].create({"name": "x"})
        self.assertEqual(set(names), set(records))
        for name, record in records.items():
            with self.subTest(model=name):
                with self.assertRaisesRegex(ValidationError, "too long"):
                    record.name = "x" * 3_000
                record.invalidate_recordset()
                record.name = " Offer\r\nof\tMay "
                self.assertEqual(record.name, "Offer of May")
