"""What is the same at all links that people outside get: how they are pasted, previewed, and end."""

import re
from datetime import timedelta

from forms import FormCase

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PNG

NOBODY = re.compile("OdooBot|Public user")


@tagged("-at_install", "post_install")
class TestLinks(FormCase):
    def test_what_is_pasted_after_any_link_is_dropped(self):
        """REQ 13.B.7: forms, personal links, and pages below a share"""
        share = self._create_share(self.document, self.folder)
        issue_url = self.link._get_url().removeprefix(self.issue.get_base_url())
        self.login(None)
        for path in (
            self.get_form_path(),
            issue_url,
            f"/my/requests/{self.request.id}?access_token={self.key}",
            self.path(share, f"/document/{self.document.id}"),
            self.path(share, f"/folder/{self.folder.id}"),
            self.path(share, "/zip"),
            self.calendar_path(self.calendar_share),
        ):
            self.assertEqual(self.get(path).status_code, 200, path)
            for rest in (".", ",", ")", ">", ";", "%20", "%0A", "%E2%80%8B", ").", "!"):
                with self.subTest(path=path, rest=rest):
                    answer = self.get(path + rest)
                    self.assertIn(answer.status_code, (301, 302, 303))
                    location = answer.headers["Location"]
                    self.assertEqual(location.removeprefix(self.base_url()), path)
        for path in ("/my/nothing.", "/share/x.", "/my/documents/x."):
            self.assertIn(self.get(path).status_code, (303, 404), path)
        self.login(self.owner)
        answer = self.get(f"/my/documents/{self.document.id}.")
        self.assertTrue(answer.headers["Location"].endswith(str(self.document.id)))

    def test_previews_at_all_other_links(self):
        """REQ 13.B.6: what a chat's preview fetches counts for nothing"""
        self.login(None)
        robot = {"headers": {"User-Agent": "WhatsApp/2.23.20.0"}}
        self.calendar_share.notify_first_access = True
        before = self.env["mail.mail"].search_count([])
        issue_url = self.link._get_url().removeprefix(self.issue.get_base_url())
        for path in (
            self.get_form_path(),
            issue_url,
            f"/my/requests/{self.request.id}?access_token={self.key}",
            self.calendar_path(self.calendar_share),
            self.calendar_path(self.calendar_share, "/slots"),
        ):
            self.assertLess(self.get(path, **robot).status_code, 400, path)
        self.env.invalidate_all()
        self.assertFalse(self.calendar_share.first_access_date)
        self.assertFalse(self.calendar_share.access_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.link.sudo().ticket_id.stage_id, self.stage_new)

    def test_the_old_address_of_a_picture_shows_nothing(self):
        """REQ 13.A.14: however the links end"""
        for end in ("revoke", "renew", "address", "archive", "expiry"):
            issue = self._create_issue(
                self.public, partner_email="ada@example.org", name=end
            )
            link = issue._create_portal_links(is_told=False)
            picture = self._create_attachment(
                "lamp.png", PNG, res_model=issue._name, res_id=issue.id
            )
            key = picture.generate_access_token()[0]
            src = f"/web/image/{picture.id}?access_token={key}"
            message = issue.message_post(
                body="See", subtype_xmlid="mail.mt_comment", attachment_ids=picture.ids
            )
            message.body = f'<p><img src="{src}"/></p>'
            self.env.flush_all()
            self.login(None)
            with self.subTest(end):
                self.assertEqual(self.get(src).content, PNG)
                if end == "revoke":
                    link.action_revoke()
                elif end == "renew":
                    link.action_renew()
                elif end == "address":
                    issue.partner_email = "bo@example.org"
                elif end == "archive":
                    issue.active = False
                else:
                    days = self.company.portal_link_days + 1
                    link.portal_link_date -= timedelta(days=days)
                    link._gc_portal_link_dates()
                self.env.flush_all()
                self.assertNotEqual(self.get(src).content, PNG)

    def test_times_on_pages_of_visitors(self):
        """REQ 13.A.13: in the company's zone, which the page names"""
        self.company.partner_id.tz = "Asia/Kolkata"
        document = self._create_document(self.owner)
        token = document._portal_ensure_token()
        for record, url in (
            (document, f"/my/documents/{document.id}?access_token={token}"),
            (
                self.request,
                f"/my/requests/{self.request.id}?access_token={self.key}",
            ),
            (self.issue, self.link._get_url().removeprefix(self.issue.get_base_url())),
        ):
            message = record.sudo().message_post(
                body="Yes", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            message.date = "2026-01-01 20:15:00"
            self.login(None)
            page = self.get(url).text
            with self.subTest(record=record._name):
                self.assertIn("Asia/Kolkata", page)
                self.assertNotRegex(page, NOBODY)
                if record != document:  # whose discussion comes by script
                    self.assertRegex(page, r"\b0?1:45")
