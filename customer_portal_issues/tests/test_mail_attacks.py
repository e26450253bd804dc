"""What people learn, or get back into, by mail."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.base.tests.common import MockSmtplibCase

from .common import IssueCase
from .test_issue_attacks import AttackMixin

ANSWER = """From: {sender}
To: us@example.com
Cc: {cc}
Subject: Re: Lamp
Message-Id: <{sender}@mail.example.org>
In-Reply-To: {answered}

I have seen it.
"""


@tagged("-at_install", "post_install")
class TestMailIn(AttackMixin, IssueCase):
    def test_a_copy_lets_nobody_back_in(self):
        """REQ I-2: whom a mail is addressed to would follow, and see the issue in the portal"""
        self.secure.portal_user_ids = [Command.unlink(self.trusted.id)]
        link = self.env["customer.portal.issue.link"].create(
            {
                "ticket_id": self.issue.id,
                "email": self.private.email,
                "partner_id": self.private.partner_id.id,
                "active": False,
            }
        )
        self.issue.message_subscribe(partner_ids=self.owner.partner_id.ids)
        answered = self.post_as_staff("When did you see it?")
        text = ANSWER.format(
            sender=self.owner.email,
            cc=f"{self.trusted.email}, {self.private.email}, {self.staff.email}",
            answered=answered.message_id,
        )
        count = len(self.issue.message_ids)
        self.env["mail.thread"].message_process("helpdesk.ticket", text)
        self.assertEqual(len(self.issue.message_ids), count + 1)
        self.assertIn("I have seen it", self.issue.message_ids[0].body)
        followers = self.issue.message_partner_ids
        self.assertFalse(followers & (self.trusted | self.private).partner_id)
        self.assertIn(self.owner.partner_id, followers, "a follower stays one")
        self.assertIn(self.staff.partner_id, followers, "colleagues join by a copy")
        for user in (self.trusted, self.private):
            self.assertFalse(self.issue.with_user(user)._is_open_in_portal())
        self.assertFalse(link.active)


@tagged("-at_install", "post_install")
class TestMailOut(AttackMixin, IssueCase, MockSmtplibCase):
    """Addresses that the page hides stay hidden in mails, whatever servers there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.link = cls.env["customer.portal.issue.link"].create(
            {"ticket_id": cls.issue.id, "name": "Ada Berg", "email": "ada@example.org"}
        )
        cls.issue.message_subscribe(partner_ids=(cls.owner | cls.agent).partner_id.ids)
        cls.trusted.partner_id.email = "eva@strand.example"
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["mail.alias.domain"].search([]).unlink()

    def send(self, post):
        """Return what leaves by SMTP for a post."""
        before = self.env["mail.mail"].search([])
        with self.mock_smtplib_connection():
            post()
            (self.env["mail.mail"].search([]) - before).send()
        self.assertTrue(self.emails)
        return self.emails

    def assertHidden(self, address, emails):
        for email in emails:
            if address in email["smtp_to_list"]:
                continue
            for name in ("smtp_from", "msg_from", "message"):
                self.assertNotIn(address, str(email[name]), email["smtp_to_list"])

    def test_nobody_sees_to_whom_else_it_goes(self):
        """REQ I-2"""
        emails = self.send(lambda: self.post_as_staff("We come tomorrow"))
        told = {address for email in emails for address in email["smtp_to_list"]}
        self.assertLessEqual({"ada@example.org", self.owner.email}, told)
        for address in ("ada@example.org", self.owner.email):
            self.assertHidden(address, emails)

    def test_nobody_sees_the_address_of_an_author_outside(self):
        """REQ I-2"""
        posts = {
            "ada@example.org": lambda: self.issue.with_user(
                self.env.ref("base.public_user")
            )._post_portal_answer("Mine", [], self.link.sudo()),
            "eva@strand.example": lambda: self.issue.with_user(
                self.trusted
            )._post_portal_answer("Me too", []),
        }
        for server in (
            None,
            {"from_filter": False},
            {"from_filter": "example.org, strand.example, example.com"},
        ):
            if server:
                self.env["ir.mail_server"].search([]).active = False
                values = {"name": "x", "smtp_host": "smtp.example.com", **server}
                self.env["ir.mail_server"].create(values)
            for address, post in posts.items():
                emails = self.send(post)
                self.assertHidden(address, emails)
                names = {email["msg_from_fmt"] for email in emails}
                author = "Ada Berg" if "ada" in address else "Test Trusted"
                self.assertEqual(names, {f'"{author}" <us@example.com>'})
                self.emails.clear()
        self.assertEqual(
            self.issue.message_ids[1].email_from, '"Ada Berg" <ada@example.org>'
        )

    def test_staff_write_in_their_own_name(self):
        """REQ I-7"""
        emails = self.send(lambda: self.post_as_staff("We come tomorrow"))
        for email in emails:
            self.assertIn("test_agent@example.com", email["msg_from"])


@tagged("-at_install", "post_install")
class TestLinksOfContacts(AttackMixin, IssueCase):
    """A personal link ends with the address it was sent to, and with the contact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.owner.partner_id
        cls.link = cls.issue._create_portal_links()
        cls.others = cls._create_issue(cls.secure, cls.stranger)._create_portal_links()

    def test_a_new_address_of_the_contact(self):
        """REQ I-2"""
        self.send_mails()
        token = self.link._get_token()
        self.contact.with_env(self.env).email = "new@example.com"
        self.assertFalse(self.issue._get_portal_link_sudo(token))
        self.assertFalse(self.link.active)
        mail = self.send_mails()
        self.assertIn("new@example.com", mail.email_to)
        self.assertTrue(self.others.active)

    def test_another_spelling_is_the_same_address(self):
        """REQ I-2"""
        self.contact.email = "Owner <Test_Owner@example.com>"
        self.assertTrue(self.link.active)

    def test_a_contact_that_is_archived(self):
        """REQ I-2"""
        self.owner.active = False
        token = self.link._get_token()
        self.assertTrue(self.issue._get_portal_link_sudo(token))
        self.contact.active = False
        self.assertFalse(self.issue._get_portal_link_sudo(token))
        self.send_mails()
        self.issue.stage_id = self.stage_in_progress
        self.assertFalse(self.send_mails(), "nor is anything told any more")
        self.assertTrue(self.others.active)

    def test_many_issues_cost_no_more_queries(self):
        """REQ I-2"""

        def change(count, **vals):
            contact = self.env["res.partner"].create(
                {"name": "Ada", "email": f"ada{count}@example.org"}
            )
            for stage in (self.stage_new, self.stage_done):
                issues = self._create_issue(self.secure).browse()
                for _number in range(count):
                    issues |= self._create_issue(
                        self.secure, partner_id=contact.id, stage_id=stage.id
                    )
                issues._create_portal_links(is_told=False)
            if vals == back:
                vals = {"email": contact.email}
                contact.email = "new@example.org"
            self.env.flush_all()
            self.cr.precommit.run()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            contact.write(vals)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        back = {"email": "the former one"}
        for vals in ({"email": "new@example.org"}, back, {"active": False}):
            change(1, **vals)
            self.assertEqual(change(2, **vals), change(12, **vals), vals)

    def test_contacts_without_a_link_cost_one_query(self):
        def write(partners):
            self.env.flush_all()
            before = self.cr.sql_log_count
            partners._revise_portal_links()
            return self.cr.sql_log_count - before

        self.assertEqual(write((self.colleague | self.private).partner_id), 1)
