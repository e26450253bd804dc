from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from ..common import PASSWORD, ShareHttpCase


@tagged("-at_install", "post_install")
class TestRefusals(ShareHttpCase):
    """The address of a share is the key to it: no answer below it tells it to anybody."""

    def setUp(self):
        super().setUp()
        self.login(None)
        self.share = self._create_share(self.folder, allow_upload=True)

    def check_secret(self, answer, status):
        self.assertEqual(answer.status_code, status, answer.text[:300])
        headers = answer.headers
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(headers["X-Robots-Tag"], "noindex, nofollow")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("frame-ancestors 'self'", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "private, no-store")

    def reasons(self, share=None):
        self.env.invalidate_all()
        share = share or self.share
        return share.sudo().access_ids.filtered("reason").mapped("reason")

    def send(self, *files, as_json=False, **data):
        sent = [("file", file) for file in files] or {"file": ("", b"")}
        data = {"name": "Vera", "email": "vera@example.com", **data}
        return self.post(self.path(self.share, "/upload"), data, sent, as_json)

    def test_a_refused_file_keeps_the_secret_and_is_written_down(self):
        """REQ S-8, S-9, S-10"""
        self.company.portal_document_max_size = 1
        for name, content, status, reason in (
            ("a.txt", b"", 400, "empty_file"),
            ("a.bin", b"x" * (1024**2 + 1), 413, "file_too_big"),
            ("a.sh", b"#!/bin/sh\n", 415, "file_type_refused"),
        ):
            for as_json in (False, True):
                answer = self.send((name, content), as_json=as_json)
                self.check_secret(answer, status)
                self.assertIn(reason, self.reasons())
        self.check_secret(self.send(), 400)
        self.check_secret(self.send(("a.pdf", PDF), email="nobody"), 400)
        self.assertEqual(
            sorted(self.reasons()),
            sorted(
                [
                    "empty_file",
                    "file_too_big",
                    "file_type_refused",
                    "no_file",
                    "email_missing",
                ]
            ),
            "once in a while each, whoever hammers",
        )
        self.assertFalse(self.share.sudo().received_document_ids)

    def test_a_refused_file_gives_back_what_was_typed(self):
        """REQ S-10"""
        answer = self.send(name="Vera Visitor")
        self.assertIn('value="Vera Visitor"', answer.text)
        self.assertIn("Please choose a file", answer.text)

    def test_content_that_is_gone_keeps_the_secret_and_is_written_down(self):
        """REQ S-8, S-9"""
        url = self.path(self.share, f"/document/{self.folder_document.id}")
        stale = self.get(url, headers={"If-Match": '"other"'})
        self.check_secret(stale, 412)
        self.assertIn("changed", self.reasons())
        attachment = self.folder_document.attachment_id
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'aa/gone' WHERE id = %s",
            [attachment.id],
        )
        self.env.invalidate_all()
        self.check_secret(self.get(url), 404)
        self.assertIn("content_missing", self.reasons())

    def test_whatever_else_is_answered_keeps_the_secret(self):
        """REQ S-8"""
        locked = self._create_share(self.document, password=PASSWORD)
        for path, status in (
            (self.path(self.share), 200),
            (self.path(locked), 401),
            (self.path(self.share, "/document/999999999"), 404),
            (self.path(self.share, "/document/abc"), 404),
            (self.path(self.share, "/nothing/here"), 404),
            (self.path(self.share, f"/document/{'9' * 30}"), 404),
            ("/share/unknown", 404),
        ):
            for as_json in (False, True):
                headers = {"Accept": "application/json"} if as_json else {}
                self.check_secret(self.get(path, headers=headers), status)
        self.check_secret(self.get(self.path(self.share, "/upload")), 405)
        self.check_secret(self.post(self.path(self.share, "/zip")), 405)
        self.check_secret(self.unlock(locked, "wrong"), 401)

    def test_an_error_of_ours_keeps_the_secret(self):
        """REQ S-8"""
        Share = type(self.env["customer.portal.share"])
        with (
            patch.object(Share, "_note_first_access", lambda share: 1 / 0),
            self.assertLogs("odoo.http", "ERROR"),
        ):
            self.check_secret(self.get(self.path(self.share)), 500)

    def test_what_was_written_before_a_refusal_is_taken_back(self):
        """REQ S-10"""
        self.company.portal_share_upload_quota = 1
        answer = self.send(*[(f"{number}.pdf", PDF) for number in range(3)])
        self.assertEqual(answer.status_code, 303)
        with patch(
            "odoo.addons.customer_portal_shares.models.share."
            "customer_portal_document.MAX_RECEIVED",
            4,
        ):
            answer = self.send(*[(f"{number}.pdf", PDF) for number in range(3)])
        self.check_secret(answer, 413)
        self.assertEqual(len(self.share.sudo().received_document_ids), 3)
        self.assertIn("share_full", self.reasons())
