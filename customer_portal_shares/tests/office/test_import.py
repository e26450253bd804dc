import base64
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_users import UsersCase


@tagged("-at_install", "post_install")
class TestImport(UsersCase):
    """REQ U-3"""

    def _run(self, text=None, file=None):
        vals = {"text": text, "file": base64.b64encode(file) if file else False}
        return (
            self.env["customer.portal.user.import"].with_user(self.runner).create(vals)
        )

    def _check(self, text):
        run = self._run(text)
        run.action_check()
        return run

    def test_a_dry_run_does_nothing_and_says_what_is_wrong(self):
        self.env["res.partner"].create({"name": "Bo", "email": "bo@example.com"})
        Users = self.env["res.users"].with_context(active_test=False)
        count = Users.search_count([])
        run = self._check(
            "name,email,phone,company\n"
            "Ada,ada@example.com,,Brightwater\n"
            "Bo,bo@example.com,,\n"
            "\n"
            "Cy,nonsense,,\n"
            f"Di,{self.admin.email},,\n"
            "Ada,ADA@example.com,,\n"
            "Ed,ed@example.com,,Nowhere\n"
            ",fi@example.com,,\n"
            f"Gi,{self.owner.email},,\n"
        )
        lines = [(line.number, line.is_fault, line.message) for line in run.line_ids]
        self.assertEqual(
            [(number, fault) for number, fault, _message in lines],
            [
                (2, False),
                (3, False),
                (5, True),
                (6, True),
                (7, True),
                (8, True),
                (9, True),
                (10, True),
            ],
        )
        for (_n, _f, message), words in zip(
            lines,
            (
                "Creates a contact",
                "the contact Bo",
                "e-mail address",
                "internal user",
                "line 2",
                "no company",
                "name is missing",
                "already",
            ),
            strict=True,
        ):
            self.assertIn(words, message)
        self.assertEqual((run.good_count, run.bad_count), (2, 6))
        self.assertEqual(Users.search_count([]), count)
        self.assertFalse(self._mails_to("ada@example.com"))

    def test_the_good_ones_are_invited_and_the_result_is_downloaded(self):
        run = self._check("Ada,ada@example.com\n=1+1,nonsense\nBo,bo@example.com")
        # taken in between
        self._wizard(name="Bo", email="bo@example.com").action_create()
        run.action_import()
        self.assertTrue(self._find_user("ada@example.com")._is_portal())
        self.assertEqual(len(self._mails_to("ada@example.com")), 1)
        self.assertEqual(len(self._mails_to("bo@example.com")), 1)
        result = base64.b64decode(run.with_context(bin_size=False).result).decode()
        self.assertIn("Invited.", result)
        self.assertIn("'=1+1", result)
        self.assertIn("already", result)
        with self.assertRaises(UserError):
            run.action_import()

    def test_one_that_fails_leaves_no_half_of_it(self):
        run = self._check("Ada,ada@example.com\nBo,bo@example.com")
        create = type(self.env["res.partner"])._create_portal_user

        def fail(partner, email, *args):
            if email.startswith("ada"):
                raise UserError(email)
            return create(partner, email, *args)

        with patch.object(type(self.env["res.partner"]), "_create_portal_user", fail):
            run.action_import()
        self.assertEqual(run.line_ids.mapped("is_fault"), [True, False])
        domain = [("email", "=", "ada@example.com")]
        self.assertFalse(self.env["res.partner"].search(domain))
        self.assertTrue(self._find_user("bo@example.com"))

    def test_no_import_without_a_dry_run(self):
        with self.assertRaises(UserError):
            self._run("Ada,ada@example.com").action_import()

    def test_files_as_programs_write_them(self):
        for content in (
            "\ufeffE-Mail;Name\nada@example.com;Ädä Grün".encode(),
            "Name\tEmail\nÄdä Grün\tada@example.com".encode("latin-1"),
            # “Unicode Text” of Excel
            "Name\tEmail\r\nÄdä Grün\tada@example.com\r\n".encode("utf-16"),
            "Ädä Grün <ada@example.com>".encode(),
            "ada@example.com,Ädä Grün".encode(),
            '"Grün, Ädä <x>",ada@example.com\r\n'.replace(
                "Grün, Ädä <x>", "Ädä Grün"
            ).encode(),
        ):
            with self.subTest(content=content):
                run = self._run(file=content)
                run.action_check()
                self.assertEqual(run.line_ids.name, "Ädä Grün")
                self.assertEqual(run.line_ids.email, "ada@example.com")
                self.assertFalse(run.line_ids.is_fault, run.line_ids.message)

    def test_one_of_text_and_file_is_not_dropped(self):
        run = self._run("Ada,ada@example.com", b"Bob,bob@example.com")
        with self.assertRaisesRegex(UserError, "not both"):
            run.action_check()
        run.text = "\n"
        run.action_check()
        self.assertEqual(run.line_ids.mapped("name"), ["Bob"])

    def test_hostile_files_are_refused_with_words(self):
        for content in (
            b"",
            b"\n\n",
            b"a@example.com\n" * 1002,
            b"x" * 1_000_001,
        ):
            with self.subTest(content=content[:20]), self.assertRaises(UserError):
                self._run(file=content).action_check()
        for content in (b"\0\xff\xfe", b'"' * 1000, b"a," * 5000, b"\r\r\r,"):
            with self.subTest(content=content[:20]):
                run = self._run(file=content)
                try:
                    run.action_check()
                except UserError:
                    continue
                self.assertFalse(run.good_count)

    def test_people_of_a_company_are_written_to_in_its_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.brightwater.lang = "fr_FR"
        run = self._check(
            "name,email,company\nAda,ada@example.com,Brightwater\nBo,bo@example.com,"
        )
        run.action_import()
        languages = [
            self._find_user(f"{name}@example.com").lang for name in ("ada", "bo")
        ]
        self.assertEqual(languages, ["fr_FR", self.runner.lang])
