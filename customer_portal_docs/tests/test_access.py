from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DocumentCase


@tagged("-at_install", "post_install")
class TestAccess(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner)
        cls.personal = cls._create_document(cls.owner, visibility="contact")

    def _see(self, user):
        return (
            self.env["customer.portal.document"]
            .with_user(user)
            .search([("id", "in", (self.document | self.personal).ids)])
        )

    def test_the_owner_sees_both(self):
        """REQ D-12"""
        self.assertEqual(self._see(self.owner), self.document | self.personal)

    def test_a_colleague_sees_what_is_for_the_company(self):
        """REQ D-12"""
        self.assertEqual(self._see(self.colleague), self.document)

    def test_strangers_see_nothing(self):
        """REQ D-12"""
        self.assertFalse(self._see(self.stranger))
        self.assertFalse(self._see(self.private))

    @mute_logger(
        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_access"
    )
    def test_visitors_and_staff_without_the_group_have_no_access(self):
        """REQ D-4"""
        for user in (self.staff, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self._see(user)

    def test_document_users_see_the_documents_of_customers(self):
        """REQ D-4"""
        self.assertEqual(self._see(self.document_user), self.document | self.personal)

    def test_an_archived_document_leaves_the_portal(self):
        """REQ D-12"""
        self.document.active = False
        self.assertFalse(self.document.with_user(self.owner).has_access("read"))
        self.assertFalse(self.document.with_user(self.owner)._is_open_in_portal())

    def test_customers_cannot_write_by_rpc(self):
        """REQ D-10"""
        document = self.document.with_user(self.owner)
        for operation in ("write", "create", "unlink"):
            self.assertFalse(document.has_access(operation), operation)

    def test_only_managers_delete(self):
        """REQ D-4"""
        self.assertFalse(
            self.document.with_user(self.document_user).has_access("unlink")
        )
        self.assertTrue(self.document.with_user(self.manager).has_access("unlink"))

    def test_the_key_of_the_link_is_readable_by_nobody_else(self):
        """REQ D-1"""
        self.document._portal_ensure_token()
        for user in (self.owner, self.document_user, self.manager):
            with self.assertRaises(AccessError):
                self.document.with_user(user).read(["access_token"])

    def test_the_link_opens_the_document_and_no_other_key_does(self):
        """REQ D-1"""
        token = self.document._portal_ensure_token()
        document = self.document.with_user(self.stranger)
        self.assertTrue(document._is_open_in_portal(token))
        for wrong in ("", None, "x", token[:-1], f"{token} ", "é", "\ud800"):
            self.assertFalse(document._is_open_in_portal(wrong), repr(wrong))

    def test_another_company_of_ours_is_closed(self):
        """REQ D-4"""
        other = self.env["res.company"].create({"name": "Other"})
        self.document.company_id = other
        for user in (self.owner, self.document_user, self.manager):
            self.assertFalse(
                self.document.with_user(user).has_access("read"), user.login
            )
        self.manager.company_ids = [Command.link(other.id)]
        allowed = self.document.with_user(self.manager).with_context(
            allowed_company_ids=[self.company.id, other.id]
        )
        self.assertTrue(allowed.has_access("read"))

    def test_a_customer_of_another_company_of_ours_is_closed(self):
        """REQ D-4: documents of customers that staff may read"""
        other = self.env["res.company"].create({"name": "Other"})
        self.document.partner_id = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        self.assertFalse(self.document.with_user(self.document_user).has_access("read"))
