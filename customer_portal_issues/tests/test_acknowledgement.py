from odoo.tests import tagged

from .common import IssueCase


@tagged("-at_install", "post_install")
class TestAcknowledgementOnIssues(IssueCase):
    def test_who_sees_the_issue_is_asked(self):
        """REQ D-19: its customers, and whom its binder trusts; as the gate says of each"""
        issue = self._create_issue(self.secure, self.owner)
        document = self._create_document(
            res_model=issue._name, res_id=issue.id, acknowledgement=True
        )
        self.env.flush_all()
        readers = document.acknowledgement_missing_ids
        asked = (self.owner, self.trusted, self.partner)
        for customer in (*asked, self.colleague, self.stranger, self.private):
            is_open = document.with_user(customer)._is_open_in_portal()
            self.assertEqual(
                customer.partner_id in readers, is_open, customer.partner_id.name
            )
        for customer in asked:
            self.assertIn(customer.partner_id, readers)
            Acknowledgement = self.env["customer.portal.acknowledgement"]
            found = Acknowledgement.with_user(customer)._find_to_accept_sudo()
            self.assertIn(document, found)
