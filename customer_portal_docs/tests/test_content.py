import os
from urllib.parse import quote

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import HTML, PDF, PNG, SVG, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestContent(DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner, description="First\nSecond")
        cls.url = f"/my/documents/{cls.document.id}"

    def test_who_may_see_it_gets_page_and_file(self):
        """REQ D-1"""
        for user in (self.owner, self.colleague, self.document_user, self.manager):
            self.login(user)
            self.assertEqual(self.get(self.url).status_code, 200, user.login)
            response = self.get(f"{self.url}/content")
            self.assertEqual(response.content, PDF, user.login)

    def test_a_file_waits_for_nothing_that_only_pages_show(self):
        """REQ D-1: its company's zone and address are none of its business"""
        asked, execute = [], Cursor.execute

        def execute_and_keep(cursor, query, *args, **kwargs):
            asked.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.login(self.owner)
        self.get(f"{self.url}/content")
        self.patch(Cursor, "execute", execute_and_keep)
        for path, is_page in (("", True), ("/content", False)):
            asked.clear()
            self.env.invalidate_all()
            self.assertEqual(self.get(f"{self.url}{path}").status_code, 200)
            from_companies = [text for text in asked if 'FROM "res_company"' in text]
            self.assertEqual(bool(from_companies), is_page, from_companies)

    def test_strangers_get_the_answer_of_an_absent_document(self):
        """REQ D-1"""
        absent = (
            self.env["customer.portal.document"].search([], order="id desc", limit=1).id
            + 999
        )
        for user in (self.stranger, self.private, self.staff):
            self.login(user)
            for page in (
                "",
                "/content",
                "?access_token=x",
                "/content?access_token=%C3%A9",
            ):
                answers = {
                    (response.status_code, response.text.replace(str(number), "N"))
                    for number in (self.document.id, absent)
                    for response in [self.get(f"/my/documents/{number}{page}")]
                }
                self.assertEqual(
                    {status for status, _text in answers}, {404}, (user.login, page)
                )

    def test_ids_that_are_none(self):
        """REQ D-1"""
        self.login(self.owner)
        for number in ("0", "-1", "x", "1.5", str(2**31), "9" * 40, "%00"):
            for page in ("", "/content"):
                response = self.get(f"/my/documents/{number}{page}")
                self.assertEqual(response.status_code, 404, (number, page))

    def test_a_visitor_logs_in_first_or_has_the_link(self):
        """REQ D-1"""
        self.login(None)
        response = self.get(self.url)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])
        token = self.document._portal_ensure_token()
        self.assertEqual(self.get(f"{self.url}?access_token={token}").status_code, 200)
        content = self.get(f"{self.url}/content?access_token={token}")
        self.assertEqual(content.content, PDF)
        self.assertEqual(self.get(f"{self.url}?access_token=wrong").status_code, 404)

    def test_errors_are_json_for_those_who_ask(self):
        """REQ D-1"""
        self.login(self.stranger)
        response = self.get_json(self.url)
        self.assertEqual(response.status_code, 404)
        self.assertEqual(set(response.json()), {"error", "message"})

    def test_safe_types_are_shown_and_all_others_downloaded(self):
        """REQ D-17"""
        self.login(self.owner)
        for filename, raw, disposition in (
            ("a.pdf", PDF, "inline"),
            ("a.png", PNG, "inline"),
            ("a.txt", b"text", "inline"),
            ("a.svg", SVG, "attachment"),
            ("a.html", HTML, "attachment"),
            ("a.xml", b"<?xml version='1.0'?><a/>", "attachment"),
            ("a.bin", b"\x00\x01", "attachment"),
            ("a.zip", b"PK\x03\x04", "attachment"),
        ):
            document = self._create_document(self.owner, filename=filename, raw=raw)
            response = self.get(f"/my/documents/{document.id}/content")
            headers = response.headers
            self.assertTrue(
                headers["Content-Disposition"].startswith(disposition), filename
            )
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff", filename)
            self.assertIn(
                "default-src 'none'", headers["Content-Security-Policy"], filename
            )
            self.assertIn("private", headers["Cache-Control"], filename)
            if filename != "a.pdf":
                self.assertIn("sandbox", headers["Content-Security-Policy"], filename)

    def test_a_download_can_be_asked_for(self):
        """REQ D-17"""
        self.login(self.owner)
        response = self.get(f"{self.url}/content?download=1")
        self.assertTrue(
            response.headers["Content-Disposition"].startswith("attachment")
        )

    def test_a_percent_sign_in_a_name_is_kept(self):
        """REQ D-17: browsers decode it in a plain filename"""
        self.login(self.owner)
        for name in ("100%25 sure.pdf", "a%2Fb.pdf", "50%.pdf"):
            document = self._create_document(self.owner, filename=name)
            for query in ("", "?download=1"):
                response = self.get(f"/my/documents/{document.id}/content{query}")
                header = response.headers["Content-Disposition"]
                self.assertIn(f"filename*=UTF-8''{quote(name)}", header)
                self.assertNotIn("filename=", header)

    def test_ranges_and_etags(self):
        """REQ D-16"""
        self.login(self.owner)
        whole = self.get(f"{self.url}/content")
        self.assertEqual(whole.headers["Accept-Ranges"], "bytes")
        part = self.get(f"{self.url}/content", headers={"Range": "bytes=1-3"})
        self.assertEqual((part.status_code, part.content), (206, PDF[1:4]))
        for unusual in (
            "bytes=0-1,3-4",
            "bytes=0-0,-1",
            "pages=1-2",
            "bytes=5-2",
            "bytes=x",
        ):
            answer = self.get(f"{self.url}/content", headers={"Range": unusual})
            self.assertEqual(answer.status_code, 200, unusual)
            self.assertEqual(answer.content, whole.content)
        beyond = self.get(f"{self.url}/content", headers={"Range": "bytes=999999-"})
        self.assertEqual(beyond.status_code, 416)
        same = self.get(
            f"{self.url}/content", headers={"If-None-Match": whole.headers["ETag"]}
        )
        self.assertEqual((same.status_code, same.content), (304, b""))
        head = self.opener.head(self.base_url() + f"{self.url}/content", timeout=10)
        self.assertEqual((head.status_code, head.content), (200, b""))
        self.assertEqual(head.headers["Content-Length"], str(len(PDF)))

    def test_conditions_come_before_the_file(self):
        """REQ D-16: as RFC 9110, 13.2.2 has it"""
        self.login(self.owner)
        url = f"{self.url}/content"
        whole = self.get(url).headers
        etag, changed = whole["ETag"], whole["Last-Modified"]
        early = "Thu, 01 Jan 2015 00:00:00 GMT"
        part = {"Range": "bytes=1-3"}
        for status, headers in (
            (304, {"If-None-Match": etag, **part}),
            (304, {"If-Modified-Since": changed, **part}),
            (206, {"If-None-Match": '"another"', **part}),
            (206, {"If-Match": etag, "If-Unmodified-Since": changed, **part}),
            (206, {"If-Match": "*", **part}),
            (206, {"If-Range": etag, **part}),
            (200, {"If-Range": '"another"', **part}),
            (200, {"If-Match": f'"another", {etag}'}),
            (412, {"If-Match": '"another"'}),
            (412, {"If-Match": '"another"', **part}),
            (412, {"If-Unmodified-Since": early}),
            (412, {"If-Unmodified-Since": early, **part}),
        ):
            with self.subTest(headers):
                answer = self.get(url, headers=headers)
                self.assertEqual(answer.status_code, status)
                if status > 300:
                    self.assertNotIn(PDF, answer.content)

    def test_why_a_file_is_not_sent_is_told_to_programs(self):
        self.login(self.owner)
        headers = {"If-Match": '"another"', "Accept": "application/json"}
        answer = self.get(f"{self.url}/content", headers=headers)
        self.assertEqual((answer.status_code, answer.json()["error"]), (412, "changed"))

    def test_a_link_to_a_file_is_told_to_nobody(self):
        self.login(self.owner)
        headers = self.get(f"{self.url}/content").headers
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(headers["X-Robots-Tag"], "noindex, nofollow")

    def test_a_document_without_its_file_says_so(self):
        """REQ D-6"""
        self.login(self.owner)
        empty = self.env["customer.portal.document"].create(
            {"name": "Empty", "partner_id": self.owner.partner_id.id}
        )
        self.assertEqual(self.get(f"/my/documents/{empty.id}").status_code, 200)
        self.assertEqual(self.get(f"/my/documents/{empty.id}/content").status_code, 404)
        attachment = self._create_attachment(raw=os.urandom(20))
        lost = self._create_document(self.owner)
        lost.attachment_id = attachment
        os.unlink(attachment._full_path(attachment.store_fname))
        response = self.get_json(f"/my/documents/{lost.id}/content")
        self.assertEqual(response.status_code, 404)
        self.assertIn("missing", response.json()["message"])

    def test_the_page_shows_what_there_is_to_know(self):
        """REQ D-1"""
        self.login(self.owner)
        page = self.get(self.url).text
        for text in (
            "Contract",
            "First\nSecond",
            "contract.pdf",
            "Test Owner",
            "Brightwater",
        ):
            self.assertIn(text, page)
        self.assertIn(f"{self.url}/content?download=1", page)
        self.assertIn("o_portal_chatter", page)

    def test_those_who_see_it_through_a_folder_do_not_join_the_discussion(self):
        """REQ D-9"""
        folder = self.env["customer.portal.folder"].create(
            {"name": "Shared", "partner_ids": self.stranger.partner_id.ids}
        )
        self.document.folder_id = folder
        self.login(self.stranger)
        page = self.get(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("o_portal_chatter", page.text)

    def test_customers_and_staff_discuss_it(self):
        """REQ D-1"""
        self.login(self.owner)
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": self.document._name,
                "thread_id": self.document.id,
                "post_data": {"body": "Is it right?", "message_type": "comment"},
            },
        )
        self.assertIn("Is it right?", self.document.message_ids[:1].body)
        self.document.with_user(self.document_user).message_post(
            body="It is.", subtype_xmlid="mail.mt_comment"
        )
        self.assertIn("It is.", self.document.message_ids[:1].body)
