"""What is the same of files in all forms and at all links: how many, their names, ZIPs, ranges."""

import io
import subprocess
import tempfile
import unicodedata
import zipfile
from pathlib import Path

from forms import FormCase

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF


@tagged("-at_install", "post_install")
class TestFormFiles(FormCase):
    def test_199_files_in_one_form(self):
        """REQ 13.B.4: words with the limit, as JSON and as a page that keeps what was typed"""
        files = [(f"{number}.txt", b"x") for number in range(199)]
        line = {"request_line_id": self.request.line_ids.id}
        forms = {
            "drop": lambda as_json: self.post(
                self.path(self.drop, "/upload"),
                {"name": "Typed words", "email": "vera@example.com"},
                [("file", file) for file in files],
                as_json,
            ),
            "issue": lambda as_json: self._report(
                as_json, files, description="Typed words"
            ),
            "issue of a binder": lambda as_json: self._report_in_binder(
                as_json, files, description="Typed words"
            ),
            "answer": lambda as_json: self._answer_link(
                as_json, files, answer="Typed words"
            ),
            "request": lambda as_json: self._change_request(as_json, files, **line),
            "question": lambda as_json: self._change_request(
                as_json, files, action="message", body="Typed words"
            ),
        }
        before = self.env["ir.attachment"].search_count([])
        for form, send in forms.items():
            with self.subTest(form):
                self.login(None)
                answer = send(True)
                self.assertEqual(answer.status_code, 413, answer.text)
                self.assertEqual(answer.json()["error"], "too_many_files")
                self.assertIn("At most 150", answer.json()["message"])
                page = send(False)
                self.assertEqual(page.status_code, 413)
                self.assertIn("At most 150", page.text)
                if form != "request":
                    self.assertIn("Typed words", page.text)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_names_of_files_that_are_no_utf8(self):
        """REQ 13.B.2: the form answers about the file, and keeps its name as far as it can be read"""
        self.login(None)
        boundary = "BOUNDARY"
        for path, field in (
            (self.path(self.drop, "/upload"), "file"),
            (
                f"/my/requests/{self.request.id}?access_token={self.key}",
                "file",
            ),
        ):
            body = b""
            for name, value in {
                "name": "Vera",
                "email": "vera@example.com",
                "request_line_id": str(self.request.line_ids.id),
            }.items():
                body += (
                    f"--{boundary}\r\nContent-Disposition: form-data; "
                    f'name="{name}"\r\n\r\n{value}\r\n'
                ).encode()
            body += (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
                f'filename="Gr\xfc\xdfe.pdf"\r\n\r\n'
            ).encode("latin-1")
            body += PDF + f"\r\n--{boundary}--\r\n".encode()
            answer = self.opener.post(
                self.base_url() + path,
                data=body,
                headers={
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    "Accept": "application/json",
                },
                timeout=30,
            )
            self.assertLess(answer.status_code, 300, answer.text)
            document = self._last("customer.portal.document")
            self.assertIn(".pdf", document.attachment_id.name)
            self.assertIn("Gr", document.attachment_id.name)

    def test_zips_are_unpacked_everywhere(self):
        """REQ 13.B.2, 13.B.3: a share's and the documents' own, over HTTP, by unzip and Python"""
        Folder = self.env["customer.portal.folder"]
        top = Folder.create({"name": "Top"})
        names = [
            *["Я" * 200] * 3,
            "Gr\u00fcn",
            "gru\u0308n",
            "100%25 sure",
            "a/b",
            "a%2Fb",
            "Plan",
            "plan",
        ]
        for number, name in enumerate(names):
            self._create_document(
                self.owner,
                name=name,
                filename=f"{number}.pdf",
                raw=PDF + bytes([number]),
                folder_id=top.id,
            )
        for name in ("Plan.pdf", "PLAN.pdf", "Empty"):
            Folder.create({"name": name, "parent_id": top.id})
        share = self._create_share(top)
        self.login(None)
        self._unpack(self.get(self.path(share, "/zip")).content, len(names))
        documents = self.env["customer.portal.document"].search(
            [("folder_id", "=", top.id)]
        )
        self.login(self.owner)
        ids = ",".join(map(str, documents.ids))
        self._unpack(self.get(f"/my/documents/zip?ids={ids}").content, len(names))

    def _unpack(self, content, count):
        with (
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(io.BytesIO(content)) as archive,
        ):
            path = Path(folder, "all.zip")
            path.write_bytes(content)
            for name in ("unzip", "python"):
                Path(folder, name).mkdir()
            archive.extractall(Path(folder, "python"))
            subprocess.run(
                ["unzip", "-q", path, "-d", Path(folder, "unzip")],
                check=True,
                env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            )
            for name in ("unzip", "python"):
                files = [p for p in Path(folder, name).rglob("*") if p.is_file()]
                self.assertEqual(len(files), count, name)
                self.assertEqual(
                    {p.read_bytes() for p in files},
                    {PDF + bytes([number]) for number in range(count)},
                )
            folded = [
                unicodedata.normalize("NFC", name).casefold().rstrip("/")
                for name in archive.namelist()
            ]
            self.assertEqual(len(folded), len(set(folded)))

    def test_names_of_downloads(self):
        """REQ 13.B.2: a percent sign is a percent sign, in a share and at home"""
        for name in ("100%25 sure", "a%2Fb", "50% off"):
            document = self._create_document(
                self.owner, name=name, filename=f"{name}.pdf"
            )
            share = self._create_share(document)
            self.login(None)
            for url, user in (
                (self.path(share, f"/document/{document.id}?download=1"), None),
                (f"/my/documents/{document.id}/content?download=1", self.owner),
            ):
                self.login(user)
                header = self.get(url).headers["Content-Disposition"]
                quoted = name.replace("%", "%25").replace(" ", "%20")
                self.assertIn(f"filename*=UTF-8''{quoted}.pdf", header)
            # and as the name of a file that is uploaded
            self.assertEqual(
                self._upload(files=[(f"{name}.pdf", PDF)]).status_code, 201
            )
            uploaded = self._last("customer.portal.document")
            self.assertEqual(uploaded.attachment_id.name, f"{name}.pdf")

    def test_several_ranges_of_a_shared_file(self):
        """REQ 13.B.12: one whole download, as RFC 9110 allows"""
        share = self._create_share(self.document)
        self.login(None)
        path = self.path(share, f"/document/{self.document.id}?download=1")
        answer = self.get(path, headers={"Range": "bytes=0-1,4-5"})
        self.assertEqual((answer.status_code, answer.content), (200, PDF))
        with mute_logger("odoo.http"):
            answer = self.get(path, headers={"Range": "bytes=99999-"})
        self.assertEqual(answer.status_code, 416)
