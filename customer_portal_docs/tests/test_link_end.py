from datetime import timedelta
from unittest import mock

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..models import customer_portal_shared_link_mixin
from .common import DocumentHttpCase


@tagged("-at_install", "post_install")
class TestLinkEnd(DocumentHttpCase):
    """REQ 11.11: a mailed link is revoked by staff, and ends when nobody uses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner)
        cls.token = cls.document._portal_ensure_token()
        cls.url = f"/my/documents/{cls.document.id}?access_token={cls.token}"

    def _use_days_ago(self, days):
        self.document.portal_link_date = fields.Date.today() - timedelta(days=days)
        self.env.flush_all()

    def test_staff_revoke_the_link_and_the_document_stays(self):
        self.assertEqual(self.get(self.url).status_code, 200)
        document = self.document.with_user(self.document_user)
        self.assertTrue(document.has_portal_link)
        document.action_revoke_link()
        self.assertFalse(document.has_portal_link)
        self.assertTrue(document.active)
        self.assertEqual(self.get(self.url).status_code, 404)
        self.assertIn("revoked", self.document.message_ids[:1].body)
        self.assertEqual(
            self.document.message_ids[:1].author_id, self.document_user.partner_id
        )
        self.assertNotEqual(self.document._portal_ensure_token(), self.token)

    def test_nobody_else_revokes_it(self):
        for user in (self.owner, self.stranger, self.staff):
            with self.assertRaises(AccessError):
                self.document.with_user(user).action_revoke_link()
        self.assertEqual(self.get(self.url).status_code, 200)

    def test_a_locked_document_s_link_is_revoked_as_well(self):
        self.document.with_user(self.manager).action_lock()
        self.document.with_user(self.document_user).action_revoke_link()
        self.assertEqual(self.get(self.url).status_code, 404)

    def test_it_ends_a_year_after_the_last_use(self):
        self._use_days_ago(365)
        self.assertEqual(self.get(self.url).status_code, 200)
        self.document.invalidate_recordset()
        self.assertEqual(self.document.portal_link_date, fields.Date.today(), "in use")
        self._use_days_ago(366)
        self.assertEqual(self.get(self.url).status_code, 404)
        self.assertEqual(self.get(self.url.replace("?", "/content?")).status_code, 404)
        self.document.invalidate_recordset()
        self.assertNotEqual(self.document.portal_link_date, fields.Date.today())

    def test_the_company_says_after_how_many_days(self):
        self._use_days_ago(31)
        self.company.portal_link_days = 30
        self.assertEqual(self.get(self.url).status_code, 404)
        self.company.portal_link_days = 0
        self.assertEqual(self.get(self.url).status_code, 200)
        for days in (-1, 40_000):
            with self.assertRaises(ValidationError):
                self.company.portal_link_days = days

    def test_the_next_mail_has_a_new_link_once_it_is_over(self):
        self._use_days_ago(400)
        token = self.document._portal_ensure_token()
        self.assertNotEqual(token, self.token)
        self.assertEqual(self.get(self.url).status_code, 404)
        self.assertEqual(self.get(self.url.replace(self.token, token)).status_code, 200)

    def test_the_key_of_a_link_that_is_over_is_deleted(self):
        """So that it opens none of Odoo's own routes either."""
        self._use_days_ago(400)
        fresh = self._create_document(self.owner)
        fresh._portal_ensure_token()
        fresh.portal_link_date = False  # from before links had an end
        self.document._gc_portal_links()
        self.assertFalse(self.document.access_token)
        self.assertTrue(fresh.access_token)
        self.assertEqual(fresh.portal_link_date, fields.Date.today())

    def test_old_keys_are_deleted_some_at_a_time(self):
        self.patch(customer_portal_shared_link_mixin, "_GC_BATCH", 2)
        documents = self.document
        for _number in range(2):
            documents |= self._create_document(self.owner)
        for document in documents:
            document._portal_ensure_token()
        documents.portal_link_date = fields.Date.today() - timedelta(days=400)
        self.assertEqual(documents._gc_portal_links(), (2, True))
        self.assertEqual(documents._gc_portal_links(), (1, False))
        self.assertFalse(any(documents.mapped("access_token")))

    def test_keys_live_as_long_as_their_company_says(self):
        other = self.env["res.company"].create(
            {"name": "Other", "portal_link_days": 500}
        )
        theirs = self._create_document(self.owner, company_id=other.id)
        theirs._portal_ensure_token()
        documents = self.document | theirs
        documents.portal_link_date = fields.Date.today() - timedelta(days=400)
        self.company.portal_link_days = 0
        self.document._gc_portal_links()
        self.assertTrue(all(documents.mapped("access_token")), "they end never")
        self.company.portal_link_days = 365
        self.document._gc_portal_links()
        self.assertEqual(documents.filtered("access_token"), theirs)

    def test_a_use_writes_once_a_day(self):
        self._use_days_ago(3)
        document = self.document.with_user(self.env.ref("base.public_user"))
        self.assertTrue(document._is_shared_token(self.token))
        with mock.patch.object(type(document), "flush_recordset") as flushed:
            self.assertTrue(document._is_shared_token(self.token))
        flushed.assert_not_called()
