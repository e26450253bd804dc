"""Mails that come in on issues: as on documents, and with personal links."""

from email.message import EmailMessage

from markupsafe import Markup

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.models.mail_thread import AUTHSERV_PARAMETER
from odoo.addons.customer_portal_docs.tests.test_mail_in import GENUINE, MailInMixin

from .common import IssueCase


@tagged("-at_install", "post_install")
class TestIssueMailIn(MailInMixin, IssueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.employee = cls.owner, cls.agent
        cls.thread = cls._create_issue(cls.secure, cls.owner, user_id=cls.agent.id)
        cls.answered = cls.thread.with_user(cls.agent).message_post(
            body="When?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def get_keys(self):
        link = self.thread._create_portal_links(is_told=False)
        token = link._get_token()
        path = f"{self.thread.get_base_url()}{self.thread.access_url}"
        return {
            **super().get_keys(),
            link._get_url(): token,
            f"{path}/{token}": token,
            f"The key {token}": token,
        }

    def test_a_mail_to_a_binder_in_the_name_of_staff_is_a_note(self):
        """REQ 11.12"""
        self.thread = self.secure
        self.answered = self.secure.message_post(
            body="When?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        message = self.receive(self.employee.email_formatted)
        self.assertNote(message, "No mail server that is trusted")
        self.assertFalse(message.author_id)

    def test_the_upgrade_takes_keys_out_of_old_descriptions(self):
        """REQ I-2: open issues and archived ones"""
        self.thread.active = False
        for url, key in self.get_keys().items():
            self.thread.description = Markup("<p>It is dark</p><p>%s</p>") % url
            self.env["customer.portal.link.key"]._remove_stored([self.thread._name])
            self.assertNotIn(key, self.thread.description)
            self.assertIn("It is dark", self.thread.description)

    def test_an_answer_of_staff_by_mail_waits_and_one_of_the_reporter_ends_it(self):
        """REQ U-6: whoever else writes leaves it"""
        self.env["ir.config_parameter"].set_param(AUTHSERV_PARAMETER, "mx.example.com")
        genuine = {"Authentication-Results": GENUINE}
        self.thread.portal_answered_date = False
        self.receive(self.employee.email_formatted, genuine)
        since = self.thread.portal_answered_date
        self.assertTrue(since)
        for sender in (self.colleague, self.trusted):
            self.receive(sender.email_formatted)
            self.thread.with_user(sender)._post_portal_answer("Me too", [])
        self.receive("Eve <eve@evil.example>")
        self.assertEqual(self.thread.portal_answered_date, since)
        self.receive(self.customer.email_formatted)
        self.assertFalse(self.thread.portal_answered_date)

    def test_an_answer_by_the_reporter_s_link_or_address_ends_the_wait(self):
        """REQ U-6"""
        visitor = self.env.ref("base.public_user")
        contact = self.owner.partner_id
        for owner in (contact, contact.browse()):
            self.thread.write({"partner_id": owner.id, "partner_email": contact.email})
            links = self.thread.portal_link_ids
            link = links or self.thread._create_portal_links(is_told=False)
            self.thread.portal_answered_date = self.answered.date
            self.thread.with_user(visitor)._post_portal_answer("Yes", [], link)
            self.assertFalse(self.thread.portal_answered_date)
            self.thread.portal_answered_date = self.answered.date
            self.receive(contact.email_formatted)
            self.assertFalse(self.thread.portal_answered_date)

    def test_what_staff_report_themselves_is_no_answer_to_them(self):
        """REQ U-6"""
        self.thread.partner_id = self.agent.partner_id
        self.thread.portal_answered_date = False
        self.thread.with_user(self.agent).message_post(
            body="Mine", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(self.thread.portal_answered_date)

    def test_a_machine_changes_no_status(self):
        stage = self.thread.stage_id
        self.receive(self.customer.email_formatted, {"Auto-Submitted": "auto-replied"})
        self.assertEqual(self.thread.stage_id, stage)
        self.assertFalse(self.send_mails())

    def get_new(self, headers=None, body="It is dark"):
        mail = EmailMessage()
        mail["From"] = "Ada <ada@example.org>"
        mail["To"] = self.secure.alias_id.alias_full_name or "us@example.com"
        mail["Subject"] = "Lamp by mail"
        mail["Message-Id"] = f"<{len(headers or {})}{len(body)}@example.org>"
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(body)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(
                "helpdesk.ticket",
                mail.as_bytes(),
                custom_values={"team_id": self.secure.id},
            )
        return self.env["helpdesk.ticket"].search([("name", "=", "Lamp by mail")])

    def test_a_new_issue_keeps_no_quoted_link(self):
        """REQ I-2"""
        link = self.thread._create_portal_links(is_told=False)
        issue = self.get_new(body=f"It is dark\n> {link._get_url()}")
        self.assertEqual(len(issue), 1)
        for text in (issue.description, *issue.message_ids.mapped("body")):
            self.assertNotIn(link._get_token(), text or "")
        self.assertIn("It is dark", issue.description)

    def test_a_reply_of_a_machine_makes_no_issue(self):
        self.assertFalse(self.get_new({"Auto-Submitted": "auto-replied"}))

    def test_an_answer_on_the_page_keeps_no_link(self):
        link = self.thread._create_portal_links(is_told=False)
        visitor = self.env.ref("base.public_user")
        message = self.thread.with_user(visitor)._post_portal_answer(
            f"See {link._get_url()}", [], link
        )
        self.assertNotIn(link._get_token(), message.body)

    def test_our_own_mails_are_automatic_and_name_the_binder(self):
        """REQ I-2"""
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "example.com"}
        )
        self.thread._create_portal_links()
        self.thread.stage_id = self.stage_in_progress
        self.thread.portal_link_ids.action_renew()
        self.thread._tell_portal_assignees()
        mails = self.send_mails()
        self.assertGreaterEqual(len(mails), 2)
        for mail in mails:
            self.assertIn("'Auto-Submitted': 'auto-generated'", mail.headers)
            self.assertIn("'X-Auto-Response-Suppress': 'All'", mail.headers)
            self.assertIn(self.secure.name, mail.reply_to)
            self.assertNotIn("OdooBot", mail.reply_to)
