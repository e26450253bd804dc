"""REQ S-10: what may be looked at is never delivered."""

import io
import re

from freezegun import freeze_time
from PIL import Image

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import make_pdf

from ..common import ShareHttpCase

#: Of a file that no answer may hold.
MARK = b"Confidential-4711"


@tagged("-at_install", "post_install")
class TestViewOnly(ShareHttpCase):
    def setUp(self):
        super().setUp()
        self.contract = self._create_document(
            name="Contract",
            filename="contract.pdf",
            raw=make_pdf(2, MARK.decode()),
            folder_id=self.folder.id,
        )
        self.table = self._create_document(
            name="Prices", filename="a.csv", raw=b"article;price\n" + MARK + b";7\n"
        )
        self.office = self._create_document(
            name="Letter", filename="a.docx", raw=b"PK\3\4" + MARK
        )
        self.share = self._create_share(
            self.contract, self.table, self.office, self.folder, allow_download=False
        )
        self.login(None)

    def page(self, document, page=1, query="", share=None):
        path = self.path(share or self.share, f"/document/{document.id}/page/{page}")
        return self.get(path + query, timeout=60)

    def log(self, share=None):
        (share or self.share).invalidate_recordset()
        lines = (share or self.share).sudo().access_ids.sorted("id")
        return [(line.action, line.item or line.reason or "") for line in lines]

    def test_no_route_delivers_the_file(self):
        headers = ({}, {"Range": "bytes=0-9"}, {"Accept": "application/json"})
        for document in (self.contract, self.table, self.office):
            url = self.path(self.share, f"/document/{document.id}")
            for rest in ("", "?download=1", "?download=", "/preview", "?version=1"):
                for header in headers:
                    answer = self.get(url + rest, headers=header)
                    self.assertEqual(answer.status_code, 403, (url, rest, header))
                    self.assertNotIn(MARK, answer.content)
                self.assertEqual(self.head(url + rest).status_code, 403, rest)
        for rest in ("/zip", f"/zip?folder={self.folder.id}"):
            self.assertEqual(self.get(self.path(self.share, rest)).status_code, 403)

    def test_no_other_door_opens_it_for_a_recipient(self):
        share = self._create_secured_share(
            self.contract, users=[self.stranger], allow_download=False
        )
        self.login(self.stranger)
        self.assertEqual(self.page(self.contract, share=share).status_code, 200)
        file, document = self.contract.attachment_id, self.contract
        self.assertFalse(file.access_token)
        for url in (
            f"/web/content/{file.id}",
            f"/web/content/{file.id}?access_token=x",
            f"/web/content/{document._name}/{document.id}/attachment_id",
            f"/web/image/{file.id}",
            f"/web/image/{document._name}/{document.id}/attachment_id",
            f"/my/documents/{document.id}",
            f"/my/documents/{document.id}/content",
            f"/my/documents/{document.id}/page/1",
            f"/my/documents/{document.id}/thumbnail",
        ):
            answer = self.get(url)
            self.assertNotIn(MARK, answer.content, url)
            self.assertNotIn(b"\xff\xd8\xff", answer.content, url)

    def test_pages_are_pictures(self):
        for document, count in ((self.contract, 2), (self.table, 1)):
            html = self.get(self.path(self.share, f"/document/{document.id}/pages"))
            self.assertEqual(html.status_code, 200)
            self.assertNotIn("<iframe", html.text)
            self.assertNotIn("download=1", html.text)
            urls = re.findall(r'<img[^>]* src="([^"]*/page/[^"]*)"', html.text)
            self.assertEqual(len(urls), count)
            for url in urls:
                answer = self.get(url, timeout=60)
                self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
                self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
                self.assertNotIn(MARK, answer.content)
                self.assertEqual(Image.open(io.BytesIO(answer.content)).width, 900)
            self.assertEqual(self.page(document, count + 1).status_code, 404)

    def test_one_document_is_shown_at_once(self):
        share = self._create_share(self.contract, allow_download=False)
        page = self.get(self.path(share)).text
        self.assertIn(f"/document/{self.contract.id}/page/2?width=900", page)
        self.assertNotIn("viewer.html", page)

    def test_what_cannot_be_drawn_says_so(self):
        page = self.get(self.path(self.share, f"/document/{self.office.id}/pages"))
        self.assertIn("cannot be shown here", page.text)
        self.assertEqual(self.page(self.office).status_code, 415)
        self.assertIn("Cannot be shown here", self.get(self.path(self.share)).text)

    def test_it_says_who_looks(self):
        secured = self._create_secured_share(
            self.contract, users=[self.stranger, self.owner], allow_download=False
        )
        seen = set()
        with freeze_time("2026-05-04 10:00:00"):
            seen.add(self.page(self.contract).content)
            for user in (self.stranger, self.owner):
                self.login(user)
                answer = self.page(self.contract, share=secured)
                self.assertEqual(
                    answer.content, self.page(self.contract, share=secured).content
                )
                seen.add(answer.content)
        with freeze_time("2026-05-04 11:00:00"):
            seen.add(self.page(self.contract, share=secured).content)
        self.assertEqual(len(seen), 4, "name, address and time are part of it")
        self.company.portal_share_watermark = False
        clean = self.page(self.contract, share=secured)
        self.login(self.stranger)
        self.assertEqual(self.page(self.contract, share=secured).content, clean.content)
        self.assertTrue(clean.headers["ETag"])

    def test_the_words_of_the_watermark(self):
        share = self._create_secured_share(self.contract, allow_download=False)
        with freeze_time("2026-05-04 10:00:00"):
            as_customer = share.with_user(self.owner).sudo()
            words = as_customer._get_watermark("192.0.2.7")
            self.assertIn(self.owner.name, words)
            self.assertNotIn("192.0.2.7", words)
            self.assertIn("10:00", words)
            visitor = share.with_user(self.env.ref("base.public_user")).sudo()
            self.assertIn("192.0.2.7", visitor._get_watermark("192.0.2.7"))
        share.allow_download = True
        self.assertEqual(visitor._get_watermark("192.0.2.7"), "")

    def test_the_watermark_is_in_the_zone_of_the_page(self):
        share = self._create_secured_share(self.contract, allow_download=False)
        self.sharer.tz = "Asia/Kolkata"
        with freeze_time("2026-05-04 10:00:00"):
            for viewer in (self.owner, self.env.ref("base.public_user")):
                words = share.with_user(viewer).sudo()._get_watermark("192.0.2.7")
                self.assertIn("3:30", words)
            self.owner.tz = "Europe/Berlin"
            as_customer = share.with_user(self.owner).sudo()
            self.assertIn("12:00", as_customer._get_watermark("192.0.2.7"))

    def test_the_log_says_view_once(self):
        share = self._create_share(self.contract, self.table, allow_download=False)
        self.get(self.path(share, f"/document/{self.contract.id}/pages"))
        for page in (1, 2):
            self.page(self.contract, page, share=share)
        self.assertEqual(self.log(share), [("view", "Contract")])
        self.page(self.table, share=share)
        self.content(share, self.contract)
        self.assertEqual(
            self.log(share)[1:],
            [("view", "Prices"), ("refused", "download_not_allowed")],
        )

    def test_a_file_drop_shows_nothing_of_it(self):
        drop = self._create_share(
            self.contract, allow_download=False, allow_upload=True
        )
        for rest in ("pages", "page/1", "thumbnail", "preview"):
            answer = self.get(self.path(drop, f"/document/{self.contract.id}/{rest}"))
            self.assertEqual(answer.status_code, 403, rest)

    def test_where_downloads_are_counted_pages_are_no_way_round(self):
        share = self._create_share(self.contract, download_limit=1)
        for rest in ("pages", "page/1"):
            answer = self.get(self.path(share, f"/document/{self.contract.id}/{rest}"))
            self.assertEqual(answer.status_code, 404, rest)

    def test_what_is_shared_is_asked_each_time(self):
        self.assertEqual(self.page(self.contract).status_code, 200)
        self.share.active = False
        for rest in ("pages", "page/1", "thumbnail"):
            answer = self.get(
                self.path(self.share, f"/document/{self.contract.id}/{rest}")
            )
            self.assertEqual(answer.status_code, 404, rest)

    def test_lists_have_small_pictures(self):
        page = self.get(self.path(self.share)).text
        self.assertIn(f"/document/{self.contract.id}/thumbnail", page)
        self.assertIn(f"/document/{self.contract.id}/pages", page)
        self.assertNotIn(f"/document/{self.office.id}/thumbnail", page)
        url = self.path(self.share, f"/document/{self.contract.id}/thumbnail")
        self.assertEqual(Image.open(io.BytesIO(self.get(url).content)).width, 320)
