import io
import os
import subprocess
import tempfile
import unicodedata
import zipfile
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF, PNG
from odoo.addons.customer_portal_docs.tools.archive import Archive

from ..common import PASSWORD, ShareCase, ShareHttpCase


@tagged("-at_install", "post_install")
class TestLimits(ShareHttpCase):
    """View only, download limit, ZIP."""

    def setUp(self):
        super().setUp()
        self.login(None)

    def zip(self, share, query=""):
        answer = self.get(self.path(share, f"/zip{query}"))
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.content))
        return zipfile.ZipFile(io.BytesIO(answer.content))

    # -- view only (REQ S-10)

    def test_what_may_only_be_seen_is_not_downloaded(self):
        share = self._create_share(self.document, self.folder, allow_download=False)
        document = f"/document/{self.document.id}"
        for rest in (document, f"{document}?download=1", f"{document}/preview", "/zip"):
            self.assertEqual(self.get(self.path(share, rest)).status_code, 403)
        page = self.get(self.path(share)).text
        self.assertNotIn("download=1", page)
        self.assertNotIn("/zip", page)

    def test_what_cannot_be_shown_is_not_given_as_a_file_instead(self):
        sheet = self._create_document(filename="a.xlsx", raw=b"PK\3\4 a sheet")
        share = self._create_share(sheet, allow_download=False)
        answer = self.content(share, sheet)
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn("a sheet", answer.text)

    # -- download limit (REQ S-10)

    def test_the_limit_holds(self):
        share = self._create_share(self.document, self.other_document, download_limit=2)
        for document in (self.document, self.other_document):
            answer = self.content(share, document, "?download=1")
            self.assertEqual(answer.status_code, 200)
        for document in (self.document, self.other_document):
            for query in ("", "?download=1"):
                answer = self.content(share, document, query)
                self.assertEqual(answer.status_code, 410)
                self.assertNotIn("%PDF", answer.text)
        self.assertEqual(self.get(self.path(share, "/zip")).status_code, 410)
        self.assertEqual(self.get(self.path(share)).status_code, 200)
        share.invalidate_recordset()
        self.assertEqual(share.download_count, 2)

    def test_the_page_says_how_much_may_be_fetched(self):
        share = self._create_share(self.document, self.other_document, download_limit=2)
        for words in ("2 more files can be", "one more file here"):
            page = self.get(self.path(share)).text
            self.assertIn(words, page)
            self.assertIn("download=1", page)
            self.assertEqual("/zip" in page, words.startswith("2"))
            self.content(share, self.document, "?download=1")
        page = self.get(self.path(share)).text
        self.assertIn("limit of this share has been reached", page)
        # what would be refused is not offered
        for link in ("download=1", "/zip"):
            self.assertNotIn(link, page)
        self.assertIn(self.document.name, page)
        self.assertNotIn("Cannot be shown here", page)
        share.download_limit = 0
        self.assertNotIn("be downloaded here", self.get(self.path(share)).text)

    def test_a_higher_limit_opens_again(self):
        share = self._create_share(self.document, download_limit=1)
        self.content(share, self.document)
        self.assertEqual(self.content(share, self.document).status_code, 410)
        share.download_limit = 2
        self.assertEqual(self.content(share, self.document).status_code, 200)

    def test_what_sends_no_content_costs_nothing(self):
        share = self._create_share(self.document, download_limit=1)
        path = self.path(share, f"/document/{self.document.id}")
        for _time in range(3):
            self.assertEqual(self.head(path).status_code, 200)
            self.get(self.path(share))
        self.assertEqual(self.head(self.path(share, "/zip")).status_code, 200)
        answer = self.get(path)
        self.assertEqual(answer.status_code, 200)
        again = self.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        self.assertEqual(again.status_code, 304)

    def test_one_download_is_one_however_many_pieces_it_comes_in(self):
        share = self._create_share(self.document, download_limit=1)
        path = self.path(share, f"/document/{self.document.id}?download=1")
        received = b""
        for start in range(0, len(PDF), 7):
            headers = {"Range": f"bytes={start}-{start + 6}"}
            answer = self.get(path, headers=headers)
            self.assertEqual(answer.status_code, 206)
            received += answer.content
        self.assertEqual(received, PDF)
        self.assertEqual(self.get(path).status_code, 410)
        share.invalidate_recordset()
        self.assertEqual(share.download_count, 1)

    def test_a_download_that_breaks_off_many_times_is_one(self):
        document = self._create_document(name="Long", raw=PDF + bytes(10_000))
        share = self._create_share(document, download_limit=1)
        path = self.path(share, f"/document/{document.id}?download=1")
        etag = self.get(path).headers["ETag"]
        for start in range(1000, 10_000, 1000):
            headers = {"Range": f"bytes={start}-", "If-Range": etag}
            self.assertEqual(self.get(path, headers=headers).status_code, 206, start)
        self.assertEqual(self.get(path).status_code, 410)
        share.invalidate_recordset()
        self.assertEqual((share.download_count, share.access_count), (1, 1))

    def test_pieces_of_another_file_are_another_download(self):
        share = self._create_share(self.document, self.other_document, download_limit=1)
        self.content(share, self.document)
        path = self.path(share, f"/document/{self.other_document.id}")
        answer = self.get(path, headers={"Range": "bytes=5-"})
        self.assertEqual(answer.status_code, 410)

    def test_a_zip_costs_as_many_as_it_holds(self):
        share = self._create_share(self.document, self.folder, download_limit=5)
        self.assertEqual(len(self.zip(share).namelist()), 3)
        self.assertEqual(self.get(self.path(share, "/zip")).status_code, 410)
        self.assertEqual(self.content(share, self.document).status_code, 200)

    # -- ZIP (REQ S-11)

    def test_the_zip_holds_what_the_visitor_may_see(self):
        self._create_document(
            self.owner, name="Salary", folder_id=self.folder.id, visibility="contact"
        )
        self._create_document(name="Gone", folder_id=self.folder.id, active=False)
        picture = self._create_document(name="Hall", filename="a.png", raw=PNG)
        share = self._create_share(self.document, picture, self.folder)
        archive = self.zip(share)
        self.assertEqual(
            sorted(archive.namelist()),
            ["Contract.pdf", "Hall.png", "Plans/Old/Old plan.pdf", "Plans/Plan.pdf"],
        )
        self.assertIsNone(archive.testzip())
        self.assertEqual(archive.read("Hall.png"), PNG)

    def test_the_zip_of_one_folder(self):
        share = self._create_share(self.document, self.folder)
        names = self.zip(share, f"?folder={self.subfolder.id}").namelist()
        self.assertEqual(names, ["Old/Old plan.pdf"])

    def test_the_zip_asks_for_the_password(self):
        share = self._create_share(self.folder, password=PASSWORD)
        self.assertEqual(self.get(self.path(share, "/zip")).status_code, 401)
        self.unlock(share)
        self.assertEqual(len(self.zip(share).namelist()), 2)

    def test_an_empty_share_has_no_zip(self):
        empty = self.env["customer.portal.folder"].create({"name": "Empty"})
        share = self._create_share(empty)
        self.assertEqual(self.get(self.path(share, "/zip")).status_code, 404)
        self.assertEqual(self.get(self.path(share)).status_code, 200)

    def test_files_in_the_database_are_in_the_zip_too(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("ir_attachment.location", "db")
        document = self._create_document(name="In the database")
        self.assertTrue(document.attachment_id.db_datas)
        share = self._create_share(document, self.document)
        self.assertEqual(self.zip(share).read("In the database.pdf"), PDF)


@tagged("-at_install", "post_install")
class TestArchive(ShareCase):
    """Names in a ZIP."""

    def names(self, *files):
        archive = Archive()
        for folders, name, filename in files:
            archive.add(folders, name, filename, iter([b"x"]), 1)
        content = b"".join(archive)
        self.assertEqual(len(content), archive.size)
        return zipfile.ZipFile(io.BytesIO(content)).namelist()

    def test_names_that_collide_are_numbered(self):
        names = self.names(
            ((), "Plan", "a.pdf"),
            ((), "plan", "b.PDF"),
            ((), "Plan", "c.pdf"),
            (("A",), "Plan", "a.pdf"),
        )
        self.assertEqual(
            names, ["Plan.pdf", "plan (2).PDF", "Plan (3).pdf", "A/Plan.pdf"]
        )

    def unpack(self, archive):
        """Return the paths of files that ``unzip`` makes of a ZIP, and that Python does."""
        content = b"".join(archive)
        found = []
        for unpack in (self.unpack_by_unzip, self.unpack_by_python):
            with tempfile.TemporaryDirectory() as folder:
                unpack(content, folder)
                found.append(
                    sorted(
                        str(path.relative_to(folder)) + "/" * path.is_dir()
                        for path in Path(folder).rglob("*")
                    )
                )
        self.assertEqual(*found)
        return found[0]

    def unpack_by_unzip(self, content, folder):
        path = Path(folder, "a.zip")
        path.write_bytes(content)
        command = ["unzip", "-q", "-n", str(path), "-d", folder]
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        subprocess.run(command, check=True, env=environ, stdin=subprocess.DEVNULL)
        path.unlink()

    def unpack_by_python(self, content, folder):
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)

    def test_each_entry_can_be_unpacked(self):
        """REQ S-11"""
        archive = Archive()
        long = "Ж" * 200
        files = [
            (("Plans",), "a", "a.txt"),
            ((), "Plans", ""),
            ((), "plans", ""),
            ((), "\u00fcber", ""),
            ((), "u\u0308ber", ""),
            (("\u00dcber",), "b", ""),
            *[((), long, "x.pdf")] * 3,
            *[((long,), long, "x.pdf")] * 3,
            ((), "\ufb01n", ""),
            ((), "fin", ""),
        ]
        for folders, name, filename in files:
            archive.add(folders, name, filename, iter([b"x"]), 1)
        unpacked = self.unpack(archive)
        of_files = [path for path in unpacked if not path.endswith("/")]
        self.assertEqual(len(of_files), len(files))
        folded = {unicodedata.normalize("NFKC", path).casefold() for path in unpacked}
        self.assertEqual(len(folded), len(unpacked))
        for path in unpacked:
            for part in path.strip("/").split("/"):
                self.assertLessEqual(len(part.encode()), 255)

    def test_empty_folders_are_there(self):
        """REQ S-11"""
        archive = Archive()
        archive.add(("C",), "x", "x.txt", iter([b"x"]), 1)
        for folders in (("A", "B"), ("A",), ("C",), ("D",)):
            archive.add_folder(folders)
        self.assertEqual(self.unpack(archive), ["A/", "A/B/", "C/", "C/x.txt", "D/"])

    def test_hostile_names_stay_inside(self):
        hostile = (
            "../../etc/passwd",
            "..\\..\\windows\\win.ini",
            "/etc/passwd",
            "C:\\a",
            "a\0b",
            "..",
            "",
            "CON",
            "nul.txt",
            "Con .txt",
            "lpt9.tar.gz",
            "a" * 400,
            "\u202egpj.exe",
        )
        for name in hostile:
            with self.subTest(name[:20]):
                [arcname] = self.names((("..", name), name, ""))
                parts = arcname.split("/")
                self.assertEqual(len(parts), 3)
                for part in parts:
                    self.assertNotIn(part, ("", ".", ".."))
                    self.assertNotRegex(part, r'[\\:\0"<>|?*]')
                    self.assertLessEqual(len(part.encode()), 260)
                    stem = part.split(".")[0].strip().upper()
                    self.assertNotIn(stem, ("CON", "NUL", "LPT9"))
