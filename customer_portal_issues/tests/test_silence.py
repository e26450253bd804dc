"""What is taken over, moved or taken back is not told as if it were new."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import IssueCase


@tagged("-at_install", "post_install")
class TestSilence(IssueCase):
    def _create_for(self, partner, count, stage=None):
        issues = self.env["helpdesk.ticket"]
        for number in range(count):
            issues |= self._create_issue(
                self.public,
                partner_id=partner.id,
                partner_email=partner.email,
                name=f"Issue {number}",
                stage_id=(stage or self.stage_new).id,
            )
        issues._create_portal_links(is_told=False)
        return issues

    def test_imports_tell_nobody(self):
        """REQ I-7"""
        self.public.portal_assignee_id = self.agent
        for key in (
            "tracking_disable",
            "mail_notrack",
            "mail_create_nosubscribe",
            "import_file",
        ):
            quiet = self.env(context={**self.env.context, key: True})
            values = {"name": "x", "description": "x", "team_id": self.public.id}
            issues = quiet["helpdesk.ticket"].create([values] * 3)
            self.assertEqual(issues.user_id, self.agent)
            issues.partner_email = "ada@example.org"
            issues._create_portal_links(is_told=False)
            issues.stage_id = self.stage_done
            issues.partner_email = "bo@example.org"
            self.assertFalse(self.send_mails(), key)

    def test_a_new_address_is_told_of_open_issues_by_one_mail(self):
        """REQ I-2"""
        contact = self.env["res.partner"].create(
            {"name": "Ada", "email": "ada@example.org"}
        )
        closed = self._create_for(contact, 8, self.stage_done)
        contact.email = "ada@example.net"
        self.assertFalse(self.send_mails())
        self.assertNotIn("ada@example.net", closed.portal_link_ids.mapped("email"))
        opened = self._create_for(contact, 3)
        contact.email = "ada@example.com"
        mail = self.send_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("ada@example.com", mail.email_to)
        for issue in opened:
            self.assertIn(f"/my/ticket/{issue.id}?access_token=", mail.body_html)
        for issue in closed:
            self.assertNotIn(f"/my/ticket/{issue.id}?", mail.body_html)

    def test_a_new_address_is_told_of_any_new_status_of_a_closed_issue(self):
        """REQ I-2"""
        contact = self.env["res.partner"].create(
            {"name": "Ada", "email": "ada@example.org"}
        )
        for stage in (self.stage_rejected, self.stage_in_progress):
            contact.email = "ada@example.org"
            issue = self._create_for(contact, 1, self.stage_done)
            contact.email = "ada@example.net"
            self.assertFalse(self.send_mails())
            issue.stage_id = stage
            mail = self.send_mails()
            self.assertIn("ada@example.net", mail.email_to)
            self.assertIn(stage.name, mail.subject)
            self.get_link_url(mail)
            # what staff have ended stays so
            issue.action_revoke_portal_links()
            issue.stage_id = self.stage_new
            issue.stage_id = self.stage_in_progress
            self.assertFalse(self.send_mails())

    def test_an_address_that_is_corrected_as_the_issue_is_closed_is_told(self):
        """REQ I-2: both in one form"""
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        issue._create_portal_links(is_told=False)
        issue.write(
            {"stage_id": self.stage_done.id, "partner_email": "ada@example.net"}
        )
        mail = self.send_mails()
        self.assertIn("ada@example.net", mail.email_to)
        self.assertIn("Done", mail.subject)

    def test_a_new_address_is_told_of_an_answer_in_a_closed_issue(self):
        """REQ I-7: of one that is public, with a link"""
        contact = self.env["res.partner"].create(
            {"name": "Ada", "email": "ada@example.org"}
        )
        issue = self._create_for(contact, 1, self.stage_done)
        contact.email = "ada@example.net"
        issue.message_unsubscribe(contact.ids)

        def post(subtype):
            issue.with_user(self.agent).message_post(
                body="Mended", message_type="comment", subtype_xmlid=subtype
            )
            return issue.portal_link_ids.filtered("active")

        self.assertFalse(post("mail.mt_note"))
        link = post("mail.mt_comment")
        self.assertEqual(link.email, "ada@example.net")
        self.assertIn(contact, issue.message_ids[0].notified_partner_ids)

    def test_a_new_link_speaks_the_language_of_the_former_one(self):
        """REQ I-2: not that of whoever sets the status"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["res.lang"]._activate_lang("fr_FR")
        for former in ("de_DE", False):
            issue = self._create_issue(
                self.secure,
                partner_email="ada@example.org",
                stage_id=self.stage_done.id,
            )
            issue._create_portal_links(is_told=False).lang = former
            issue.partner_email = "ada@example.net"
            french = issue.with_user(self.trusted).with_context(lang="fr_FR")
            french._set_portal_stage(self.stage_in_progress.sudo())
            link = issue.portal_link_ids.filtered("active")
            self.assertEqual((link.email, link.lang), ("ada@example.net", former))

    def test_a_revoked_link_is_not_replaced_when_the_address_moves(self):
        """REQ 11.4, I-2: neither all of an issue's links nor the one that is valid."""
        for number, revoke in enumerate(
            (
                lambda issue: issue.action_revoke_portal_links(),
                lambda issue: issue.portal_link_ids.filtered("active").action_revoke(),
            )
        ):
            contact = self.env["res.partner"].create(
                {"name": "Ada", "email": f"ada{number}@example.org"}
            )
            issue = self._create_for(contact, 1)
            contact.email = f"ada{number}@example.net"
            self.assertEqual(len(self.send_mails()), 1)
            revoke(issue)
            contact.email = f"ada{number}@example.com"
            for stage in (self.stage_done, self.stage_in_progress):
                issue.stage_id = stage
            self.assertEqual(issue.portal_link_ids.mapped("active"), [False, False])
            self.assertFalse(self.send_mails())

    def test_a_merged_contact_is_told_of_open_issues_by_one_mail(self):
        """REQ I-2"""
        old, new = self.env["res.partner"].create(
            [
                {"name": "Ada", "email": "ada@example.org"},
                {"name": "Ada", "email": "ada@example.net"},
            ]
        )
        self._create_for(old, 4, self.stage_done)
        self._create_for(old, 2)
        self.env["base.partner.merge.automatic.wizard"]._merge((old | new).ids, new)
        new.email = "ada@example.com"
        self.assertEqual(len(self.send_mails()), 1)

    def test_a_status_that_is_taken_back_is_not_told(self):
        """REQ I-2"""
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        issue._create_portal_links(is_told=False)
        issue.stage_id = self.stage_in_progress
        issue.stage_id = self.stage_new
        self.assertFalse(self.send_mails())
        issue.stage_id = self.stage_in_progress
        issue.stage_id = self.stage_done
        mail = self.send_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("Done", mail.subject)

    def test_the_mail_of_a_status_waits_for_a_minute(self):
        """REQ I-2"""
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        issue._create_portal_links(is_told=False)
        issue.stage_id = self.stage_in_progress
        Mail = self.env["customer.portal.issue.mail"].sudo()
        row = Mail.search([("ticket_id", "=", issue.id)])
        now = fields.Datetime.now()
        self.assertAlmostEqual((row.due_date - now).total_seconds(), 60, delta=5)
        self.assertNotIn(row, Mail.search(Mail._get_due_domain()))
        row.due_date = now - timedelta(seconds=1)
        self.assertIn(row, Mail.search(Mail._get_due_domain()))
        self.env["ir.config_parameter"].set_param(
            "customer_portal_issues.status_mail_seconds", "0"
        )
        issue.stage_id = self.stage_done
        rows = Mail.search([("ticket_id", "=", issue.id)])
        self.assertFalse(rows - Mail.search(Mail._get_due_domain()))
