from odoo.fields import Command
from odoo.tests import tagged

from .. import uninstall_hook
from .common import IssueCase


@tagged("-at_install", "post_install")
class TestUninstall(IssueCase):
    """helpdesk_mgmt stays, with its tickets and teams."""

    def setUp(self):
        super().setUp()
        self.document = self._create_document()
        items = [
            Command.create({"res_model": one._name, "res_id": one.id})
            for one in (self.public, self.document)
        ]
        Share = self.env["customer.portal.share"]
        self.share = Share.create({"name": "Desk", "item_ids": items})

    def _uninstall(self):
        self.env.flush_all()
        uninstall_hook(self.env)
        self.env.invalidate_all()

    def test_shares_have_no_binder_any_more(self):
        """REQ I-6: no owner could be set else"""
        self._uninstall()
        self.assertEqual(self.share.item_ids.res_model, self.document._name)

    def test_documents_are_on_no_issue_any_more(self):
        """REQ D-5: none could be duplicated else"""
        issue = self._create_issue(self.public, self.owner)
        locked = self._create_document(
            res_model=issue._name, res_id=issue.id, locked_by_id=self.env.uid
        )
        self._uninstall()
        self.assertEqual((locked.res_model, locked.res_id), (False, False))
