"""Who of the staff hears of an answer."""

from email.message import EmailMessage

from odoo.fields import Command
from odoo.tests import tagged

from .common import IssueCase, mute_logger


@tagged("-at_install", "post_install")
class TestAnswerTold(IssueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._create_staff(
            "test_second", "helpdesk_mgmt.group_helpdesk_user"
        )
        cls.leader = cls._create_staff(
            "test_leader", "helpdesk_mgmt.group_helpdesk_user"
        )
        cls.public.user_ids = [Command.link(cls.second.id)]
        cls.issue = cls._create_issue(cls.public, partner_email="ada@example.org")
        cls.issue.user_id = False
        cls.issue.message_unsubscribe(cls.issue.message_partner_ids.ids)
        cls.link = cls.issue._create_portal_links(is_told=False)

    def _answer(self):
        visitor = self.env.ref("base.public_user")
        message = self.issue.with_user(visitor)._post_portal_answer(
            "Yes", [], self.link
        )
        return message.notified_partner_ids.user_ids

    def test_the_assignee_is_told(self):
        """REQ I-7"""
        self.issue.user_id = self.second
        self.issue.message_unsubscribe(self.second.partner_id.ids)
        self.public.user_id = self.leader
        self.assertEqual(self._answer(), self.second)

    def test_the_leader_is_told_where_nobody_is_assigned_or_they_have_left(self):
        """REQ I-7"""
        self.public.user_id = self.leader
        self.assertEqual(self._answer(), self.leader)
        self.issue.user_id = self.second
        self.issue.message_unsubscribe(self.second.partner_id.ids)
        self.second.active = False
        self.assertEqual(self._answer(), self.leader)

    def test_the_members_are_told_else_those_who_want_it(self):
        """REQ I-7"""
        self.assertEqual(self._answer(), self.agent | self.second)
        self.public.portal_told_user_ids = self.agent
        self.assertEqual(self._answer(), self.agent)

    def test_the_managers_are_told_where_there_is_no_binder(self):
        """REQ I-7: of a new issue and of an answer, those of its company."""
        manager = self._create_staff(
            "test_triage", "helpdesk_mgmt.group_helpdesk_manager"
        )
        group = self.env.ref("helpdesk_mgmt.group_helpdesk_manager")
        managers = group.all_user_ids._filter_staff().filtered(
            lambda user: self.company in user.company_ids
        )
        self.assertIn(manager, managers)
        Mail = self.env["customer.portal.issue.mail"]
        Ticket = self.env["helpdesk.ticket"].with_user(self.owner).sudo()
        ticket = Ticket.create({"name": "Lift", "description": "It stands still"})
        told = Mail.search([("ticket_id", "=", ticket.id), ("kind", "=", "assigned")])
        self.assertEqual(told.user_id, managers)
        self.issue.team_id = False
        self.assertEqual(self._answer(), managers)

    def test_who_works_on_it_is_told_of_a_status_that_a_customer_sets(self):
        """REQ I-3: once, and not where the status is set by staff."""
        self.issue.user_id = self.second
        for _twice in range(2):
            self.issue.with_user(self.owner)._set_portal_stage(self.stage_done.sudo())
        told = [
            ("model", "=", self.issue._name),
            ("res_id", "=", self.issue.id),
            ("message_type", "=", "user_notification"),
            ("subject", "like", f"{self.issue.number}: "),
        ]
        [note] = self.env["mail.message"].search(told)
        self.assertEqual(note.notified_partner_ids, self.second.partner_id)
        self.assertIn(self.owner.name, note.body)
        self.assertIn("Done", note.subject)
        self.assertEqual(note.author_id, self.owner.partner_id)
        self.issue.stage_id = self.stage_new
        self.assertEqual(self.env["mail.message"].search(told), note)

    def test_an_answer_by_mail_is_heard_as_well(self):
        """REQ 13.A.4: without an assignee, and with one who has left"""

        def answer(number):
            mail = EmailMessage()
            mail["From"], mail["To"] = "ada@example.org", "us@example.com"
            mail["Subject"], mail["Message-Id"] = "Re: Lamp", f"<a{number}@m.example>"
            mail.set_content("Yes")
            with mute_logger("odoo.addons.mail.models.mail_thread"):
                self.env["mail.thread"].message_process(
                    self.issue._name, mail.as_bytes(), thread_id=self.issue.id
                )
            return self.issue.message_ids[0].notified_partner_ids.user_ids

        self.assertEqual(answer(1), self.agent | self.second)
        self.public.user_id = self.leader
        self.assertEqual(answer(2), self.leader)
        self.issue.user_id = self.second
        self.issue.message_unsubscribe(self.second.partner_id.ids)
        self.assertEqual(answer(3), self.second)
        self.second.active = False
        self.assertEqual(answer(4), self.leader)

    def test_who_has_left_is_not_told(self):
        """REQ 13.A.4: the leader and a member archived, then all of them but one"""
        self.public.user_id = self.leader
        self.public.portal_told_user_ids = self.second
        self.leader.active = False
        self.assertEqual(self._answer(), self.second)
        self.second.active = False
        self.assertEqual(self._answer(), self.agent)

    def test_nobody_is_told_twice_and_not_of_what_staff_write(self):
        self.issue.user_id = self.second
        self.issue.message_subscribe(self.second.partner_id.ids)
        self.assertEqual(self._answer(), self.second)
        message = self.issue.with_user(self.agent).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(message.notified_partner_ids.user_ids, self.second)
