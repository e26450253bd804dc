from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import hmac

from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestLinkEnd(IssueHttpCase):
    """REQ 11.11: links to issues end when nobody uses them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.issue = cls._create_issue(cls.public, cls.owner)
        cls.link = cls.issue._create_portal_links()[:1]
        cls.shared = cls.issue._portal_ensure_token()

    def _open(self, token):
        self.env.flush_all()
        url = f"/my/ticket/{self.issue.id}?access_token={token}"
        return self.get(url).status_code

    def test_links_that_were_mailed_before_their_keys_were_the_mixin_s_are_good(self):
        """REQ I-2"""
        nonce = self.link.sudo().nonce
        token = hmac(self.env(su=True), "customer_portal_issues.link", nonce)
        self.assertEqual(self._open(token), 200)

    def test_a_personal_link_ends_a_year_after_its_last_use(self):
        token = self.link._get_token()
        today = fields.Date.today()
        self.link.portal_link_date = today - timedelta(days=365)
        self.assertEqual(self._open(token), 200)
        self.link.invalidate_recordset()
        self.assertEqual(self.link.portal_link_date, today)
        self.link.portal_link_date = today - timedelta(days=366)
        self.assertEqual(self._open(token), 404)
        self.company.portal_link_days = 0
        self.assertEqual(self._open(token), 200)

    def test_the_link_of_an_archived_company_opens_nothing(self):
        """No staff would see what is answered."""
        token = self.link._get_token()
        closed = self.env["res.company"].create({"name": "Closed"})
        self.public.company_id = self.issue.company_id = closed
        self.assertEqual(self._open(token), 200)
        closed.active = False
        self.assertEqual(self._open(token), 404)
        closed.active = True
        self.assertEqual(self._open(token), 200)

    def test_staff_send_a_link_to_who_has_none(self):
        """REQ I-2: of an issue that was reported by phone."""
        issue = self._create_issue(self.public, self.owner)
        ticket = issue.with_user(self.agent)
        ticket.action_send_portal_link()
        [link] = issue.sudo().portal_link_ids
        mails = self.env["customer.portal.issue.mail"].search(
            [("link_id", "=", link.id)]
        )
        self.assertEqual((mails.kind, link.email), ("received", self.owner.email))
        with self.assertRaisesRegex(UserError, "already"):
            ticket.action_send_portal_link()
        nobody = self._create_issue(self.public)
        with self.assertRaisesRegex(UserError, "e-mail address"):
            nobody.with_user(self.agent).action_send_portal_link()

    def test_a_shared_link_does_so_as_well(self):
        today = fields.Date.today()
        self.assertEqual(self._open(self.shared), 200)
        self.issue.portal_link_date = today - timedelta(days=366)
        self.assertEqual(self._open(self.shared), 404)
        self.assertNotEqual(self.issue._portal_ensure_token(), self.shared)

    def test_a_shared_link_ends_when_the_issue_is_given_to_another_customer(self):
        """REQ 11.4"""
        self.assertEqual(self._open(self.shared), 200)
        self.issue.partner_id = self.stranger.partner_id
        self.assertEqual(self._open(self.shared), 404)

    def test_a_shared_link_ends_for_those_who_see_the_issue_no_more(self):
        """REQ 11.4, 11.14"""
        self.issue.portal_only_contact = True
        self.assertEqual(self._open(self.shared), 404)
        self.issue.portal_only_contact = False
        shared = self.issue._portal_ensure_token()
        self.assertEqual(self._open(shared), 200)
        # the contact leaves the company, whose the issue stays
        self.owner.partner_id.parent_id = self.northwind
        self.assertEqual(self._open(shared), 404)

    def test_a_mail_with_the_link_is_a_use(self):
        self.link.portal_link_date = fields.Date.today() - timedelta(days=400)
        self.link._get_url()
        self.assertEqual(self._open(self.link._get_token()), 200)

    def test_pictures_end_in_an_archived_company_as_well(self):
        """REQ 11.4"""
        # a number of days that no other company has
        self.company.portal_link_days = 41
        day = fields.Date.today() - timedelta(days=42)
        self.link.portal_link_date = self.issue.portal_link_date = day
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET active = FALSE WHERE id = %s", [self.company.id]
        )
        self.env.invalidate_all()
        renewed = []

        def renew(issues):
            renewed.extend(issues.ids)

        with patch.object(type(self.issue), "_renew_picture_keys", renew):
            self.link._gc_portal_link_dates()
        self.assertIn(self.issue.id, renewed)

    def test_links_from_before_get_their_year_and_old_keys_are_deleted(self):
        self.link.portal_link_date = False
        self.issue.portal_link_date = fields.Date.today() - timedelta(days=400)
        self.link._gc_portal_link_dates()
        self.issue._gc_portal_links()
        self.assertEqual(self.link.portal_link_date, fields.Date.today())
        self.assertFalse(self.issue.access_token)

    def test_in_a_neutralized_copy_links_that_were_mailed_open_nothing(self):
        """REQ I-2: staff may send new ones there"""
        token = self.link._get_token()
        on_issue, in_message = pictures = self.env["ir.attachment"].create(
            [
                {"name": "lamp.png", "raw": b"x", **on}
                for on in (
                    {"res_model": self.issue._name, "res_id": self.issue.id},
                    {"res_model": "mail.compose.message"},
                )
            ]
        )
        self.issue.message_post(body="Look").attachment_ids = in_message
        pictures.generate_access_token()
        self.assertTrue(on_issue.access_token and in_message.access_token)
        for key in (token, self.shared):
            self.assertEqual(self._open(key), 200)
        self._neutralize("customer_portal_issues")
        for key in (token, self.shared):
            self.assertEqual(self._open(key), 404)
        self.assertTrue(self.link.active, "its owner is still written to")
        self.assertFalse(any(pictures.mapped("access_token")))
        self.assertEqual(self._open(self.link._get_url().rpartition("=")[2]), 200)
