"""What a report is stored with, and whose link an answer holds, where things are unlike at home."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import IssueCase

STORED = ("stage_id", "unattended", "commercial_partner_id")


@tagged("-at_install", "post_install")
class TestStored(IssueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.env["helpdesk.ticket.stage"].create(
            [
                {"name": "Ours", "sequence": -9, "company_id": cls.company.id},
                {
                    "name": "Others'",
                    "sequence": -9,
                    "company_id": False,
                    "team_ids": [Command.set(cls.secure.ids)],
                },
            ]
        )
        cls.own_stage = cls.env["helpdesk.ticket.stage"].create(
            {
                "name": "Theirs",
                "sequence": -8,
                "unattended": True,
                "company_id": cls.elsewhere.id,
            }
        )

    def assertStoredAsComputed(self, issue):
        """What was stored is what Odoo makes of an issue of the same binder and contact."""
        self.env.flush_all()
        issue.invalidate_recordset()
        stored = issue.read(STORED)[0]
        for name in STORED[1:]:
            self.env.add_to_compute(issue._fields[name], issue)
        issue._recompute_recordset(STORED[1:])
        self.assertEqual(issue.read(STORED)[0], stored)
        other = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "team_id": issue.team_id.id}
        )
        self.assertEqual(issue.stage_id, other.stage_id)

    def report(self, binder, email):
        vals = {"name": "Lamp", "partner_email": email}
        issue = binder._create_visitor_issue(vals, [], f"key {binder.id} {email}")
        self.assertStoredAsComputed(issue.sudo())
        return issue

    def test_a_binder_of_another_company_has_its_own_stages(self):
        """REQ I-1"""
        binder = self._create_binder(
            "Cranes", portal_form="public", company_id=self.elsewhere.id
        )
        issue = self.report(binder, "ada@example.org")
        self.assertEqual(issue.stage_id, self.own_stage)
        self.assertTrue(issue.unattended)
        self.assertFalse(issue.commercial_partner_id)

    def test_a_binder_of_no_company_has_no_companys_stages(self):
        """REQ I-1"""
        binder = self._create_binder("All", portal_form="public", company_id=False)
        issue = self.report(binder, self.owner.email)
        self.assertFalse(issue.stage_id.company_id)
        self.assertEqual(
            issue.commercial_partner_id, self.owner.partner_id.commercial_partner_id
        )

    def test_a_binder_without_stages_has_issues_all_the_same(self):
        """REQ I-1"""
        self.env["helpdesk.ticket.stage"].search([]).active = False
        issue = self.report(self.public, self.owner.email)
        self.assertFalse(issue.stage_id)
        self.assertFalse(issue.unattended)


@tagged("-at_install", "post_install")
class TestWhoseLink(IssueCase):
    def test_of_all_who_are_written_to_the_visitor_alone_gets_the_link(self):
        """REQ I-2: no other contact, customer or colleague"""
        issue = self._create_issue(
            self.public, partner_name="Ada Berg", partner_email="ada@example.org"
        )
        link = issue._create_portal_links()
        Partner = self.env["res.partner"]
        ada = Partner.create({"name": "Ada", "email": "Ada@Example.org"})
        # who has two addresses reads what is sent to either
        others = Partner.create(
            [
                {"name": "Bo", "email": "bo@example.org"},
                {"name": "Cy", "email": "ada@example.org, cy@example.com"},
            ]
        )
        others |= self.owner.partner_id | self.agent.partner_id
        message = issue.with_user(self.agent).message_post(
            body="We come tomorrow",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=(ada | others).ids,
            incoming_email_cc="di@example.org",
        )
        mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        with_link = mails.filtered(lambda mail: link._get_token() in mail.body_html)
        self.assertEqual(with_link.recipient_ids, ada)
        self.assertFalse(with_link.email_to)
