"""What is refused before our code is asked, and what goes out with each page."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.filetypes import is_program
from .common import PDF, DocumentCase, DocumentHttpCase

JSON = {"Accept": "application/json"}


@tagged("-at_install", "post_install")
class TestForeignRefusals(DocumentHttpCase):
    """Issue 11, line 10"""

    def setUp(self):
        super().setUp()
        self.login(self.owner)

    def _ask(self, method, url, headers=None, **options):
        return self.opener.request(
            method,
            self.base_url() + url,
            headers={**JSON, **(headers or {})},
            allow_redirects=False,
            timeout=30,
            **options,
        )

    def _check(self, answer, status):
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], JSON["Accept"])
        data = answer.json()
        self.assertEqual(set(data), {"error", "message"})
        self.assertTrue(all(isinstance(text, str) and text for text in data.values()))

    @mute_logger("odoo.http")
    def test_they_are_json_for_who_asks_for_json(self):
        document = self._create_document(self.owner)
        restore = (
            f"/my/documents/{document.id}/versions/{document.attachment_id.id}/restore"
        )
        self._check(self._ask("DELETE", "/my/documents"), 405)
        self._check(self._ask("POST", "/my/documents/page/1"), 405)
        self._check(self._ask("POST", restore), 400)  # no token
        self._check(self._ask("POST", restore, data={"csrf_token": "x"}), 400)
        self._check(self._ask("POST", restore, data={"csrf_token": "é"}), 400)
        self._check(self._ask("POST", restore, files={"csrf_token": ("a", PDF)}), 400)
        self._check(self._ask("GET", "/my/unknown"), 404)
        self._check(self._ask("GET", "/unknown%00"), 404)
        parts = [("file", (f"{number}.pdf", PDF)) for number in range(2_100)]
        self._check(self._ask("POST", "/my/documents/upload", files=parts), 413)
        big = {"description": "x" * (11 * 1024 * 1024)}
        self._check(
            self._ask("POST", "/my/documents/upload", files=parts[:1], data=big), 413
        )
        self.assertIn("Allow", self._ask("DELETE", "/my/documents").headers)

    @mute_logger("odoo.http")
    def test_people_get_pages(self):
        answer = self._ask("DELETE", "/my/documents", {"Accept": "text/html"})
        self.assertEqual(answer.status_code, 405)
        self.assertIn("text/html", answer.headers["Content-Type"])

    def test_pages_tell_their_address_to_nobody(self):
        document = self._create_document(self.owner)
        for url in (
            "/my/home",
            "/my/documents",
            "/my/documents/upload",
            f"/my/documents/{document.id}",
            f"/my/documents/{document.id}/content",
            "/my/documents/2000000000",
            "/my/documents/x",
        ):
            for headers in ({}, JSON):
                with self.subTest(url=url, headers=headers):
                    sent = self.get(url, headers=headers).headers
                    self.assertIn(
                        sent["Referrer-Policy"], ("same-origin", "no-referrer")
                    )
                    self.assertIn("noindex", sent["X-Robots-Tag"])
                    policy = sent["Content-Security-Policy"]
                    self.assertIn("frame-ancestors 'self'", policy)


@tagged("-at_install", "post_install")
class TestPrograms(DocumentCase):
    """Issue 11, line 10"""

    def test_what_starts_a_program_is_one(self):
        names = (
            "jnlp desktop settingcontent-ms pyz img vhd vhdx docm xlsm iso lnk url hta appref-ms"
            " library-ms search-ms chm one pptm dotm xlam ppam searchconnector-ms msix appinstaller"
            " scpt webloc wsb diagcab xll website theme udl rdp mobileconfig"
        ).split()
        for extension in names:
            for name in (f"a.{extension}", f"a.b.{extension.upper()}"):
                self.assertFalse(
                    self.company._accepts_portal_document(name, is_program=False), name
                )

    def test_what_customers_send_is_none(self):
        for extension in (
            "pdf doc docx odt xls xlsx ods ppt pptx csv txt md zip 7z rar jpg png gif tif heic mp4"
            " mov mp3 wav dwg dxf step eml msg ics vcf xml json html svg cer p7m psd ai indd mat"
        ).split():
            self.assertTrue(
                self.company._accepts_portal_document(
                    f"a.{extension}", is_program=False
                ),
                extension,
            )

    def test_content_tells_whatever_the_name(self):
        for head in (
            b"L\0\0\0\x01\x14\x02\0\0",
            b"ITSF\x03",
            b"conectix",
            b"\xef\xbb\xbf\r\n[InternetShortcut]\r\nURL=",
            b"[Desktop Entry]\nExec=",
            b"\n#!/bin/sh",
        ):
            self.assertTrue(is_program(head), head)
        for head in (PDF, b"PK\x03\x04", b"", b"[Section]\n", b"L is a letter"):
            self.assertFalse(is_program(head), head)
