"""What visitors of a link try who want more than they were given."""

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from ..common import PASSWORD, ShareHttpCase

LOGGERS = "odoo.models", "odoo.addons.base.models.ir_rule", "odoo.http"


@tagged("-at_install", "post_install")
class TestIntruders(ShareHttpCase):
    """Over the web, as visitor or customer."""

    def setUp(self):
        super().setUp()
        self.login(None)

    def download(self, share, document, **headers):
        path = self.path(share, f"/document/{document.id}?download=1")
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.get(path, headers=headers)

    def assertCount(self, share, count):
        share.invalidate_recordset()
        self.assertEqual(share.download_count, count)

    # -- the limit of downloads

    def test_a_header_that_changes_nothing_does_not_make_it_free(self):
        share = self._create_share(self.document, download_limit=2)
        whole = 0
        for _round in range(5):
            for headers in (
                {},
                {"Range": "chunks=1"},
                {"Range": "bytes=0-", "If_Range": '"another"'},
            ):
                answer = self.download(share, self.document, **headers)
                self.assertIn(answer.status_code, (200, 410, 416))
                whole += b"%PDF" in answer.content
        # each counted download may be sent once more, for what broke off
        self.assertLessEqual(whole, 4)
        self.assertEqual(self.download(share, self.document).status_code, 410)
        self.assertCount(share, 2)

    def test_pieces_do_not_make_a_file_free_for_ever(self):
        share = self._create_share(self.document, download_limit=1)
        statuses = [
            self.download(share, self.document, Range=f"bytes={start}-").status_code
            for start in (0, 1, 1, 0, 1, 2, 0, 1)
        ]
        self.assertEqual(statuses[0], 206)
        self.assertLessEqual(statuses.count(206), 3)
        self.assertEqual(statuses[-1], 410)

    def test_a_condition_that_fails_brings_no_file(self):
        share = self._create_share(self.document, download_limit=1)
        for headers in (
            {"If_Match": '"another"'},
            {"If_Match": '"another"', "Range": "bytes=0-"},
            {"If_Unmodified_Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
        ):
            answer = self.download(share, self.document, **headers)
            self.assertEqual(answer.status_code, 412)
            self.assertNotIn(b"%PDF", answer.content)
        self.assertCount(share, 0)
        for _time in range(2):
            answer = self.download(share, self.document, If_Match="*")
        self.assertEqual(answer.status_code, 410)
        self.assertCount(share, 1)

    def test_going_on_without_getting_ahead_runs_out(self):
        """Whoever asks for all but the start again and again gets it some times at most."""
        content = PDF + bytes(8000)
        document = self._create_document(name="Long", raw=content)
        share = self._create_share(document, download_limit=1)
        sent = 0
        for _round in range(4):
            for start in range(1, 8000, 400):
                answer = self.download(share, document, Range=f"bytes={start}-")
                sent += len(answer.content) if answer.status_code == 206 else 0
        self.assertLess(sent, 6 * len(content))
        self.assertEqual(
            self.download(share, document, Range="bytes=1-").status_code, 410
        )

    def test_no_way_round_spends_nothing(self):
        share = self._create_share(self.document, download_limit=1)
        self.assertEqual(self.download(share, self.document).status_code, 200)
        base = self.path(share, f"/document/{self.document.id}")
        for path in (
            base,
            base + "?download=",
            base + "?download=0",
            base + "/preview",
        ):
            answer = self.get(path)
            self.assertNotIn(b"%PDF", answer.content)
        self.assertNotIn(b"%PDF", self.opener.head(self.base_url() + base).content)
        attachment = self.document.attachment_id
        for path in (
            f"/web/content/{attachment.id}",
            f"/web/image/{attachment.id}",
            f"/web/content/customer.portal.document/{self.document.id}/attachment_id",
            f"/my/documents/{self.document.id}",
            f"/my/documents/{self.document.id}/content",
            f"/my/documents/{self.document.id}/content?access_token={share.sudo().token}",
        ):
            answer = self.get(path)
            if "/web/image/" not in path:  # a placeholder
                self.assertNotEqual(answer.status_code, 200, path)
            self.assertNotIn(b"%PDF", answer.content)

    def test_a_page_tells_no_other_key(self):
        self.document._portal_ensure_token()
        share = self._create_share(self.document, self.folder)
        key = self.document.sudo().access_token
        pages = (
            self.path(share),
            self.path(share, f"/document/{self.document.id}/preview"),
            self.path(share, f"/folder/{self.folder.id}"),
        )
        for page in pages:
            text = self.get(page).text
            self.assertNotIn(key, text)
            self.assertNotIn("access_token", text)
            self.assertNotIn("/web/content/", text)

    # -- malformed requests

    def test_what_is_malformed_is_refused_and_no_error(self):
        share = self._create_share(self.folder, allow_upload=True, allow_download=True)
        fields = {"name": "Anna", "email": "anna@example.com"}
        upload = self.path(share, "/upload")
        file = ("file", ("a.txt", b"text"))
        for name in ("folder_id", "name", "email", "token", "description"):
            with self.subTest(name):
                answer = self.post(
                    upload, fields, files=[file, (name, ("b.txt", b"text"))]
                )
                self.assertIn(answer.status_code, (400, 404))
        for folder in ("-1", "x", "9" * 40, "\u0661", "1e3", "\0"):
            with self.subTest(folder):
                answer = self.post(upload, {**fields, "folder_id": folder}, [file])
                self.assertEqual(answer.status_code, 404)
        big = 2**70
        for rest in (
            f"/document/{big}",
            f"/folder/{big}",
            f"/zip?folder={big}",
            "/zip?folder=\u0661",
            "/zip?folder=%00",
            "?page=%00",
            f"?page={big}&received={big}",
        ):
            with self.subTest(rest):
                answer = self.get(self.path(share, rest))
                self.assertIn(answer.status_code, (200, 400, 404))
        locked = self._create_share(self.document, password=PASSWORD)
        answer = self.post(self.path(locked), files=[("password", ("a", b"text"))])
        self.assertEqual(answer.status_code, 401)
        for password in ("\0", "a" * 600, "\u202e", ""):
            answer = self.post(self.path(locked), {"password": password})
            self.assertIn(answer.status_code, (401, 429))

    def test_strangers_cannot_tell_one_refusal_from_another(self):
        share = self._create_share(self.document)
        inactive = self._create_share(self.document, active=False)
        secured = self._create_secured_share(self.document, password=PASSWORD)
        switched_off = self._create_share(self.document)
        paths = [
            "/share/unknown",
            f"/share/{'a' * 43}",
            "/share/%00",
            "/share/%C3%A9",
            f"/share/{'a' * 5000}",
            self.path(inactive),
            self.path(secured),
            self.path(share)[:-1],
            self.path(share) + "a",
        ]
        self.login(self.stranger)
        answers = {self._describe(self.get(path)) for path in paths}
        answers.add(self._describe(self.unlock(secured, "wrong")))
        answers.add(self._describe(self.unlock(secured)))
        self.company.portal_share_web_links = False
        answers.add(self._describe(self.get(self.path(switched_off))))
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers.pop()[0], 404)

    def _describe(self, answer):
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("Date", "Set-Cookie")
        }
        return answer.status_code, answer.text, tuple(sorted(headers.items()))

    def test_login_leads_back_here_and_nowhere_else(self):
        secured = self._create_secured_share(self.document)
        path = self.path(secured)
        for rest in ("", "?next=//evil.example", f"/document/{self.document.id}"):
            answer = self.get(path + rest)
            self.assertEqual(answer.status_code, 303)
            location = answer.headers["Location"]
            self.assertRegex(
                location, r"^(http://[^/]+)?/web/login\?redirect=%2Fshare%2F"
            )
        for rest in ("/upload", ""):
            answer = self.post(path + rest)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith(path.rsplit("/")[-1]))

    # -- names that are code

    def test_no_name_becomes_code(self):
        evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'\r\nX-Evil: 1"
        folder = self.env["customer.portal.folder"].create({"name": evil})
        document = self._create_document(
            name=evil,
            filename=f"{evil}.pdf",
            folder_id=folder.id,
            description=evil,
        )
        share = self._create_share(
            folder, document, name=evil, note=evil, allow_upload=True
        )
        self.owner.partner_id.name = evil
        for user in (None, self.owner):
            self.login(user)
            pages = [
                self.get(self.path(share)),
                self.get(self.path(share, f"/folder/{folder.id}")),
                self.get(self.path(share, f"/document/{document.id}/preview")),
                self.post(
                    self.path(share, "/upload"),
                    {"name": evil, "email": evil, "folder_id": folder.id},
                    files=[("file", (f"{evil[:30]}.exe", b"MZ"))],
                ),
            ]
            for page in pages:
                with self.subTest(user=user, url=page.url):
                    self.assertIn("text/html", page.headers["Content-Type"])
                    self.assertNotIn("<script>alert", page.text)
                    self.assertNotIn("<img src=x", page.text)
                    self.assertNotIn("X-Evil", page.headers)
        for rest in (
            "/zip",
            f"/zip?folder={folder.id}",
            f"/document/{document.id}?download=1",
        ):
            answer = self.get(self.path(share, rest))
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn("X-Evil", answer.headers)
            self.assertNotRegex(answer.headers["Content-Disposition"], r"[\r\n]")

    def test_pages_are_in_no_frame_of_others(self):
        share = self._create_share(self.document, self.folder, password=PASSWORD)
        self.assertIn(
            "frame-ancestors 'self'", self._policy(self.get(self.path(share)))
        )
        self.unlock(share)
        for rest in (
            "",
            f"/folder/{self.folder.id}",
            f"/document/{self.document.id}/preview",
            f"/document/{self.document.id}",
        ):
            answer = self.get(self.path(share, rest))
            self.assertIn("frame-ancestors 'self'", self._policy(answer))
            self.assertIn("private", answer.headers["Cache-Control"])
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def _policy(self, answer):
        return answer.headers["Content-Security-Policy"]

    # -- sessions

    def test_a_session_that_somebody_knew_before_is_not_unlocked(self):
        """REQ S-8: who planted a session in a visitor's browser does not share what it unlocks"""
        share = self._create_share(self.document, password=PASSWORD)
        before = self.opener.cookies["session_id"]
        self.assertEqual(self.unlock(share).status_code, 303)
        after = self.opener.cookies["session_id"]
        self.assertNotEqual(before, after)
        self.assertEqual(self.get(self.path(share)).status_code, 200)
        self.opener.cookies.clear()
        self.opener.cookies["session_id"] = before
        self.assertEqual(self.get(self.path(share)).status_code, 401)

    # -- the log

    def test_the_log_keeps_to_one_line_and_a_true_address(self):
        share = self._create_share(self.folder, allow_upload=True)
        self.post(
            self.path(share, "/upload"),
            {"name": "Anna\n2026-01-01 admin", "email": "anna@example.com"},
            files=[("file", ("a\nb.txt", b"text"))],
        )
        self.get(
            self.path(share),
            headers={"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6"},
        )
        for row in share.access_ids:
            self.assertNotRegex(f"{row.visitor}{row.item}{row.address}", r"[\r\n]")
            self.assertNotEqual(row.address, "6.6.6.6")

    def test_who_hammers_does_not_fill_the_log(self):
        share = self._create_share(self.document, password=PASSWORD)
        for _time in range(20):
            self.unlock(share, "wrong")
        refused = share.access_ids.filtered(lambda row: row.action == "refused")
        self.assertEqual(
            sorted(refused.mapped("reason")),
            ["too_many_attempts"] + ["wrong_password"] * 5,
        )

    # -- folders

    def test_what_lies_under_an_archived_folder_is_not_shared(self):
        deepest = self.env["customer.portal.folder"].create(
            {"name": "Deepest", "parent_id": self.subfolder.id}
        )
        document = self._create_document(name="Deep", folder_id=deepest.id)
        share = self._create_share(self.folder)
        self.assertEqual(self.content(share, document).status_code, 200)
        self.subfolder.active = False
        self.assertEqual(self.content(share, document).status_code, 404)
        answer = self.get(self.path(share, f"/folder/{deepest.id}"))
        self.assertEqual(answer.status_code, 404)
        answer = self.get(self.path(share, "/zip"))
        self.assertNotIn(b"Deep", answer.content)
        self.assertEqual(answer.content.count(b"%PDF"), PDF.count(b"%PDF"))
