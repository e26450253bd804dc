from datetime import datetime, timedelta

from odoo.fields import Command

from .common import IssueCase


class TestHome(IssueCase):
    """The home with all rooms (REQ U-6)."""

    def setUp(self):
        super().setUp()
        staff = self.env["res.users"].browse(self.env.ref("base.user_admin").id)
        self.staff_member = staff
        document = self._create_document(self.owner, name="Lease")
        self.report = self.env["customer.portal.report"].create(
            {
                "name": "Hours",
                "model_id": self.env.ref("base.model_res_partner").id,
                "column_ids": [Command.create({"path": "name"})],
                "user_id": staff.id,
            }
        )
        self.report.user_ids = [Command.link(self.owner.id)]
        self.calendar = self.env["customer.portal.calendar"].create(
            {"name": "Visits", "user_ids": [Command.link(staff.id)]}
        )
        for record in (document, self.calendar, self.report):
            self.env["customer.portal.share"].with_user(staff).create(
                {
                    "name": f"Share of {record.display_name}",
                    "access": "secured",
                    "user_ids": [Command.link(self.owner.id)],
                    "item_ids": [
                        Command.create({"res_model": record._name, "res_id": record.id})
                    ],
                }
            )
        start = datetime.now().replace(minute=0, second=0, microsecond=0)
        self.appointment = self.env["customer.portal.appointment"].create(
            {
                "calendar_id": self.calendar.id,
                "partner_id": self.owner.partner_id.id,
                "subject": "Meeting",
                "start": start + timedelta(days=9),
                "stop": start + timedelta(days=9, hours=1),
                "state": "proposed",
            }
        )
        self.issue = self._create_issue(self.public, self.owner)
        self.env.flush_all()

    def _get_page(self, user=None):
        home = self.env["customer.portal.home"].with_user(user or self.owner)
        self.env.flush_all()
        return home._get_page()

    def _get_waiting(self, user=None):
        return [
            (section["title"], line["title"])
            for section in self._get_page(user)["waiting"]
            for line in section["lines"]
        ]

    def test_each_room_has_its_card(self):
        cards = {card["title"]: card["count"] for card in self._get_page()["cards"]}
        expected = {
            "Documents": 1,
            "Shared with Me": 3,
            "Issues": 1,
            "Reports": 1,
            "Calendars": 1,
            "Appointments": 1,
        }
        self.assertEqual(cards, {**cards, **expected})
        order = [title for title in cards if title in expected]
        self.assertEqual(order, list(expected))

    def test_nothing_of_others(self):
        self.issue.message_post(body="x", subtype_xmlid="mail.mt_comment")
        page = self._get_page(self.stranger)
        self.assertEqual(page["waiting"], [])
        self.assertEqual(page["news"], [])
        self.assertLessEqual({card["count"] for card in page["cards"]}, {0, None})

    def test_answers_wait_until_they_are_seen(self):
        answered = ("Answers on your issues", "Lamp is dark")
        post = self.issue.with_user(self.staff_member).message_post
        post(body="Internal", subtype_xmlid="mail.mt_note", message_type="comment")
        self.assertNotIn(answered, self._get_waiting())
        post(
            body="Which lamp?", subtype_xmlid="mail.mt_comment", message_type="comment"
        )
        self.assertIn(answered, self._get_waiting())
        # who looks at it without being asked is no reason
        self.issue.with_user(self.colleague)._note_answer_seen()
        self.assertIn(answered, self._get_waiting())
        self.issue.with_user(self.owner)._note_answer_seen()
        self.assertNotIn(answered, self._get_waiting())

    def test_answers_wait_until_one_writes_or_all_is_done(self):
        answered = ("Answers on your issues", "Lamp is dark")
        post = self.issue.with_user(self.staff_member).message_post
        comment = {"subtype_xmlid": "mail.mt_comment", "message_type": "comment"}
        post(body="Which lamp?", **comment)
        self.issue.with_user(self.owner)._post_portal_answer("The left one", [])
        self.assertNotIn(answered, self._get_waiting())
        post(body="Done", **comment)
        self.assertIn(answered, self._get_waiting())
        self.issue.stage_id = self.stage_done
        self.assertNotIn(answered, self._get_waiting())

    def test_proposals_wait(self):
        self.assertIn(("Another time was proposed", "Meeting"), self._get_waiting())

    def test_more_waits_than_is_listed(self):
        """REQ U-6"""
        for number in range(6):
            self.appointment.copy({"subject": f"Meeting {number}", "state": "proposed"})
            self._create_issue(self.public, self.owner).with_user(
                self.staff_member
            ).message_post(
                body="Which?", subtype_xmlid="mail.mt_comment", message_type="comment"
            )
        numbers = {
            section["title"]: (section["count"], len(section["lines"]))
            for section in self._get_page()["waiting"]
        }
        self.assertEqual(
            numbers,
            {"Answers on your issues": (6, 5), "Another time was proposed": (7, 5)},
        )

    def test_news_of_shares_and_statuses(self):
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = create_date - interval '1 day'"
            " WHERE id = %s",
            [self.issue.id],
        )
        self.issue.stage_id = self.stage_done
        texts = [line["text"] for line in self._get_page()["news"]]
        self.assertIn(f"{self.staff_member.name} shared this with you", texts)
        self.assertIn(f"Status of your issue: {self.stage_done.name}", texts)
        # those in the very second of the last visit as well
        moment = self.issue.last_stage_update
        List = self.env["customer.portal.issue.list"].with_user(self.owner)
        for microsecond, count in ((0, 1), (999_999, 1), (1_000_000, 0)):
            since = moment + timedelta(microseconds=microsecond)
            self.assertEqual(len(List._read_changed(since, 9)), count, since)

    def _set_everything_up(self):
        """Let each room have something that waits, and something that is new."""
        self.issue.with_user(self.staff_member).message_post(
            body="Which lamp?", subtype_xmlid="mail.mt_comment", message_type="comment"
        )
        issues = [self._create_issue(self.public, self.owner) for _time in range(6)]
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = create_date - interval '1 day'"
            " WHERE id = ANY(%s)",
            [[issue.id for issue in issues]],
        )
        for issue in issues:
            issue.invalidate_recordset()
            issue.stage_id = self.stage_done
        for number in range(6):
            document = self._create_document(self.owner, name=f"Terms {number}")
            document.acknowledgement = True
            self.env["customer.portal.request"].create(
                {
                    "name": f"Year {number}",
                    "partner_id": self.owner.partner_id.id,
                    "line_ids": [Command.create({"name": "Statement"})],
                }
            ).action_send()
        self.public.portal_user_ids = [Command.link(self.owner.id)]
        self.owner.portal_is_administrator = True
        self.env.flush_all()

    def test_it_takes_few_statements(self):
        self._set_everything_up()
        waiting = {section["title"] for section in self._get_page()["waiting"]}
        self.assertEqual(len(waiting), 4, waiting)
        self.env.invalidate_all()
        # what each request has of its user
        self.assertTrue(
            self.owner.with_user(self.owner).partner_id.commercial_partner_id
        )
        # five of them ask whether the new report opens, four whether the only calendar does
        with self.assertQueryCount(22):
            self._get_page()
