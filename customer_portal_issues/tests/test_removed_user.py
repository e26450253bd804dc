from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_portal_docs.tests.common import PersonasMixin


@tagged("-at_install", "post_install")
class TestRemovedUser(PersonasMixin, TransactionCase):
    """REQ U-4: who is removed is trusted by no binder; their issues stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_personas()
        cls.runner = cls._create_staff(
            "test_runner", "customer_portal_shares.group_portal_manager"
        )
        cls.binder = cls.env["helpdesk.ticket.team"].create(
            {
                "name": "Repairs",
                "portal_user_ids": [
                    Command.set([cls.owner.id, cls.colleague.id]),
                ],
            }
        )
        cls.issue = cls.env["helpdesk.ticket"].create(
            {
                "name": "Lamp",
                "description": "Dark",
                "team_id": cls.binder.id,
                "partner_id": cls.owner.partner_id.id,
            }
        )

    def test_the_page_before_says_so(self):
        removal = (
            self.env["customer.portal.user.removal"]
            .with_user(self.runner)
            .create({"user_ids": [Command.link(self.owner.id)]})
        )
        text = " ".join(removal.summary.split())
        self.assertIn("Helpdesk Teams that trust them: 1", text)
        self.assertIn("Issues: 1", text)

    def test_the_list_counts_their_issues(self):
        users = (self.owner + self.colleague).with_user(self.runner)
        self.assertEqual(users.mapped("portal_issue_count"), [1, 0])

    def test_binders_trust_them_no_more(self):
        self.owner.with_user(self.runner).action_portal_remove(notify=False)
        self.assertEqual(
            self.binder.with_context(active_test=False).portal_user_ids, self.colleague
        )
        self.assertFalse(self.binder._trusts(self.owner))
        self.assertEqual(self.issue.partner_id, self.owner.partner_id)

    def test_a_link_that_ended_with_a_former_address_is_not_replaced(self):
        """REQ 11.4"""
        done = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.issue._create_portal_links(is_told=False)
        self.issue.stage_id = done
        self.owner.partner_id.email = "new@example.com"
        self.assertTrue(self.issue.portal_link_ids.is_moved)
        self.owner.with_user(self.runner).action_portal_remove(notify=False)
        self.issue.stage_id = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_new")
        self.assertEqual(self.issue.portal_link_ids.mapped("active"), [False])
