"""Whose an issue is, who may know of a binder, and whom to follow tells nothing."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.test_rights import MovesMixin

from .common import IssueCase, IssueHttpCase

PUBLIC = "mail.mt_comment"


class RightsMixin(MovesMixin):
    @classmethod
    def _set_up_rights(cls):
        cls.theirs = cls._create_issue(cls.secure, cls.colleague, name="Brightwater's")
        cls.own = cls._create_issue(cls.secure, cls.owner, name="Owner's")
        cls.others = cls._create_issue(cls.secure, cls.stranger, name="Northwind's")

    def follow(self, record, *users):
        """Have customers follow as the faults let them: past every guard."""
        for user in users:
            self.env.cr.execute(
                "INSERT INTO mail_followers (res_model, res_id, partner_id) VALUES (%s, %s, %s)"
                " RETURNING id",
                [record._name, record.id, user.partner_id.id],
            )
            [follower_id] = self.env.cr.fetchone()
            self.env["mail.followers"].browse(follower_id).sudo().subtype_ids = (
                self.env.ref(PUBLIC)
                | self.env["mail.message.subtype"].search(
                    [
                        ("res_model", "=", record._name),
                        ("internal", "=", False),
                    ]
                )
            )
        record.invalidate_recordset()

    def get_told(self, record, body="Confidential", **kwargs):
        """Return the contacts whom a public message of staff goes to."""
        message = record.with_user(self.helpdesk_manager).message_post(
            body=body, message_type="comment", subtype_xmlid=PUBLIC, **kwargs
        )
        mails = (
            self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        )
        told = mails.recipient_ids | message.sudo().notified_partner_ids
        addresses = " ".join(mails.filtered("email_to").mapped("email_to"))
        return told, addresses


@tagged("-at_install", "post_install")
class TestRights(RightsMixin, IssueCase):
    """Issue 11, lines 1, 4, 13 and 14"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_rights()

    def warm(self):
        self.assertEqual(self.get_issues(), self.theirs | self.own)
        self.assertTrue(self.theirs.with_user(self.owner).has_access("read"))

    def get_issues(self, user=None):
        Ticket = self.env["helpdesk.ticket"].with_user(user or self.owner)
        return Ticket.search([("team_id", "=", self.secure.id)], order="id")

    # -- whose an issue is

    def test_who_leaves_a_company_leaves_its_issues(self):
        for move in self.moves:
            with self.subTest(move=move), self.made(move) as company:
                is_northwind = company == self.northwind
                self.assertEqual(
                    self.get_issues(), self.others if is_northwind else self.others[:0]
                )
                for issue in self.theirs | self.own:
                    with self.assertRaises(AccessError):
                        issue.with_user(self.owner).read(["name"])
                    self.assertEqual(issue.commercial_partner_id, self.brightwater)
                # nor does the new company see what they did for the old one
                self.assertEqual(self.get_issues(self.stranger), self.others)
                self.assertEqual(
                    self.get_issues(self.colleague), self.theirs | self.own
                )

    def test_a_search_looks_where_each_issue_lets(self):
        """REQ D-6: at all at once as at one by one, in secure binders and trusting ones"""
        self.follow(self.others, self.owner)
        self._create_issue(self.secure, self.private, name="Private")
        self.env.flush_all()
        issues = self.env["helpdesk.ticket"].with_context(active_test=False).search([])
        for user in (self.owner, self.colleague, self.stranger, self.private):
            seen = issues.with_user(user).filtered(
                lambda issue: issue._shows_portal_documents()
            )
            places = issues.browse().with_user(user)._search_portal_places()
            self.assertEqual(set(places), set(seen.ids))
            self.assertTrue(seen)
        for user in (self.trusted, self.partner):
            places = set(issues.browse().with_user(user)._search_portal_places())
            for issue in issues:
                is_seen = issue.with_user(user)._shows_portal_documents()
                self.assertEqual(issue.id in places, is_seen, issue.name)

    def test_who_joins_a_first_company_keeps_issues_and_sees_its(self):
        private = self._create_issue(self.secure, self.private, name="Private")
        self.assertEqual(self.get_issues(self.private), private)
        self.private.partner_id.parent_id = self.brightwater
        self.forget()
        self.assertEqual(
            self.get_issues(self.private), self.theirs | self.own | private
        )
        self.assertEqual(self.get_issues(self.colleague), self.theirs | self.own)
        private.partner_id = self.colleague.partner_id
        self.forget()
        self.assertEqual(
            self.get_issues(), self.theirs | self.own | private, "given on purpose"
        )

    def test_an_issue_that_is_given_to_another_customer_is_theirs_alone(self):
        self.own._create_portal_links()
        [link] = self.own.portal_link_ids
        token = link._get_token()
        self.follow(self.own, self.owner, self.colleague)
        self.own.partner_id = self.stranger.partner_id
        self.forget()
        self.assertFalse(self.own.message_partner_ids.filtered("partner_share"))
        self.assertEqual(self.own.commercial_partner_id, self.northwind)
        self.assertNotIn(self.own, self.get_issues())
        self.assertIn(self.own, self.get_issues(self.stranger))
        self.assertFalse(self.own._get_portal_link_sudo(token))
        told, addresses = self.get_told(self.own)
        self.assertFalse(told & (self.owner | self.colleague).partner_id)
        self.assertNotIn(self.owner.email, addresses)

    def test_to_follow_is_no_right(self):
        self.follow(self.theirs, self.stranger)
        self.assertFalse(self.theirs.with_user(self.stranger).has_access("read"))
        told, _addresses = self.get_told(self.theirs)
        self.assertNotIn(self.stranger.partner_id, told)

    # -- who is told

    def test_who_left_is_told_nothing_more(self):
        self.own._create_portal_links()
        [link] = self.own.portal_link_ids
        token = link._get_token()
        self.env["customer.portal.issue.mail"].search([]).unlink()
        self.follow(self.own, self.owner, self.colleague)
        told, _addresses = self.get_told(self.own)
        self.assertLessEqual((self.owner | self.colleague).partner_id, told)
        self.assertTrue(self.own._get_portal_link_sudo(token))
        self.owner.partner_id.parent_id = self.northwind
        self.forget()
        told, addresses = self.get_told(self.own)
        self.assertIn(self.colleague.partner_id, told)
        self.assertNotIn(self.owner.partner_id, told)
        self.assertNotIn(self.owner.email, addresses)
        self.assertFalse(self.own._get_portal_link_sudo(token))
        self.own.stage_id = self.stage_done
        self.assertFalse(self.send_mails().recipient_ids & self.owner.partner_id)
        suggested = self.own.with_user(self.agent)._message_get_suggested_recipients(
            reply_discussion=True
        )
        ids = [data["partner_id"] for data in suggested]
        self.assertNotIn(self.owner.partner_id.id, ids)

    def test_whom_staff_address_by_name_is_told(self):
        told, _addresses = self.get_told(
            self.own, partner_ids=self.stranger.partner_id.ids
        )
        self.assertIn(self.stranger.partner_id, told)

    # -- following

    def test_followers_of_a_binder_pass_nothing_on_that_is_not_for_them(self):
        self.follow(self.secure, self.stranger, self.trusted)
        for create in (
            lambda: self._create_issue(self.secure, self.owner),
            lambda: self.secure.with_user(self.partner)._create_customer_issue(
                {"name": "Fog", "description": "Horn"}, []
            ),
            lambda: self.secure._create_visitor_issue(
                {"name": "Fog", "partner_email": "ada@example.org"}, [], "key"
            ),
        ):
            issue = create()
            self.assertNotIn(self.stranger.partner_id, issue.message_partner_ids)
            self.assertFalse(issue.with_user(self.stranger).has_access("read"))
            self.assertIn(self.trusted.partner_id, issue.message_partner_ids)
        self.theirs.team_id = self.public
        self.theirs.team_id = self.secure
        self.assertNotIn(self.stranger.partner_id, self.theirs.message_partner_ids)
        told, _addresses = self.get_told(self.secure)
        self.assertNotIn(self.stranger.partner_id, told)

    # -- what has waited, or was kept

    def test_a_mail_that_has_waited_goes_to_whom_it_is_still_for(self):
        self.follow(self.own, self.owner, self.colleague)
        message = self.own.with_user(self.agent).message_post(
            body="Confidential", message_type="comment", subtype_xmlid=PUBLIC
        )
        mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertIn(self.owner.partner_id, mails.recipient_ids)
        self.owner.partner_id.parent_id = self.northwind
        self.forget()
        mails.auto_delete = False
        mails.send()
        self.assertIn(self.colleague.partner_id, mails.recipient_ids)
        self.assertNotIn(self.owner.partner_id, mails.recipient_ids)
        mails.write({"recipient_ids": self.owner.partner_id.ids, "state": "outgoing"})
        mails.send()
        self.assertEqual(set(mails.mapped("state")), {"cancel"})

    def test_who_was_told_once_does_not_read_it_for_ever(self):
        self.follow(self.own, self.owner)
        message = self.own.with_user(self.agent).message_post(
            body="Confidential", message_type="comment", subtype_xmlid=PUBLIC
        )
        self.assertIn(self.owner.partner_id, message.sudo().notified_partner_ids)
        mine = self.own.with_user(self.owner)._post_portal_answer("Mine", [])
        theirs = message.with_user(self.owner)
        self.assertTrue(theirs.read(["body"]))
        self.owner.partner_id.parent_id = self.northwind
        self.forget()
        with self.assertRaises(AccessError):
            theirs.read(["body"])
        domain = [("id", "in", (message | mine).ids)]
        found = self.env["mail.message"].with_user(self.owner).search(domain)
        self.assertNotIn(message, found)

    def test_no_mail_of_a_status_goes_to_who_left(self):
        template = self.env.ref("helpdesk_mgmt.closed_ticket_template").copy()
        self.stage_done.mail_template_id = template
        self.owner.partner_id.parent_id = self.northwind
        self.forget()
        before = self.env["mail.mail"].search([])
        self.own.stage_id = self.stage_done
        self.env.flush_all()
        self.cr.precommit.run()
        mails = self.env["mail.mail"].search([]) - before
        self.assertNotIn(self.owner.partner_id, mails.recipient_ids)

    def test_the_upgrade_removes_who_follows_without_a_right(self):
        document = self._create_document(self.owner)
        for record in (self.own, self.secure, document):
            self.follow(record, self.stranger, self.owner, self.trusted)
            staff = self.agent.partner_id
            record.message_subscribe(staff.ids)
            self.env[record._name]._remove_all_outsiders()
            kept = record.message_partner_ids & (
                (self.stranger | self.owner | self.trusted).partner_id | staff
            )
            right = self.trusted if record != document else self.trusted[:0]
            right |= self.owner if record != self.secure else self.owner[:0]
            self.assertEqual(kept, right.partner_id | staff, record)

    # -- binders

    def test_a_binder_is_told_to_those_it_is_open_to(self):
        plain = self._create_binder("Plain")
        binders = plain | self.secure | self.public
        Team = self.env["helpdesk.ticket.team"]

        def known(user):
            found = Team.with_user(user).search([("id", "in", binders.ids)])
            self.assertEqual(
                found, binders.with_user(user)._filtered_access("read"), "asked by id"
            )
            return found

        self.assertFalse(known(self.stranger))
        self.assertEqual(known(self.trusted), self.secure)
        self.assertEqual(known(self.partner), self.secure)
        self.assertEqual(known(self.agent), binders)
        self.company.helpdesk_mgmt_portal_select_team = True
        self.forget()
        self.assertEqual(known(self.stranger), plain | self.public)
        self.assertEqual(known(self.trusted), binders)
        self.secure.portal_user_ids = [Command.clear()]
        self.forget()
        self.assertEqual(known(self.trusted), plain | self.public)
        self.partner.partner_id.parent_id = False
        self.forget()
        self.assertEqual(known(self.partner), plain | self.public)
        self.assertFalse(
            Team.with_user(self.stranger).search([("portal_form", "=", "off")])
            & self.secure
        )

    def test_staff_who_leave_a_team_leave_its_tickets(self):
        user = self._create_staff(
            "test_member", "helpdesk_mgmt.group_helpdesk_user_team"
        )
        self.secure.user_ids = [Command.link(user.id)]
        self.assertTrue(self.own.with_user(user).has_access("read"))
        self.secure.user_ids = [Command.unlink(user.id)]
        self.forget()
        self.assertFalse(self.own.with_user(user).has_access("read"))
        self.secure.user_ids = [Command.link(user.id)]
        self.forget()
        self.assertTrue(self.own.with_user(user).has_access("read"))


@tagged("-at_install", "post_install")
class TestFollowing(RightsMixin, IssueHttpCase):
    """Issue 11, line 1: each of Odoo's doors"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_rights()
        cls.company.helpdesk_mgmt_portal_select_team = True
        cls.document = cls._create_document(cls.owner)
        cls.project = cls._create_project("Harbour", cls.colleague)
        cls.task = cls.env["project.task"].create(
            {"name": "Buoys", "project_id": cls.project.id}
        )
        cls.task.message_subscribe(cls.colleague.partner_id.ids)

    def send(self, url, **params):
        return self.opener.post(self.base_url() + url, json={"params": params}).json()

    def call(self, model, method, *args, **kwargs):
        return self.send(
            "/web/dataset/call_kw",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    def get_followers(self, user):
        return (
            self.env["mail.followers"]
            .sudo()
            .search([("partner_id", "=", user.partner_id.id)])
        )

    def test_customers_follow_nothing_by_odoos_doors(self):
        records = (
            self.public,
            self.secure,
            self.own,
            self.stage_new,
            self.document,
            self.project,
            self.task,
            self.owner.partner_id,
        )
        token = self.document._portal_ensure_token()
        for user in (self.owner, self.stranger, self.trusted):
            self.login(user)
            partner_id = user.partner_id.id
            before = self.get_followers(user)
            for record in records:
                model, id_ = record._name, record.id
                for ids in ([partner_id], [partner_id, self.colleague.partner_id.id]):
                    self.call(model, "message_subscribe", [id_], ids)
                    self.call(model, "message_subscribe", [id_], partner_ids=ids)
                    self.send(
                        "/mail/thread/subscribe",
                        res_model=model,
                        res_id=id_,
                        partner_ids=ids,
                    )
                    for name in ("message_partner_ids", "message_follower_ids"):
                        commands = [Command.link(partner_id)]
                        self.call(model, "write", [id_], {name: commands})
                    self.call(
                        model,
                        "message_post",
                        [id_],
                        body="x",
                        message_type="comment",
                        partner_ids=ids,
                        context={"mail_post_autofollow": True},
                    )
                    self.send(
                        "/mail/message/post",
                        thread_model=model,
                        thread_id=id_,
                        post_data={"body": "x", "partner_ids": ids},
                        context={"mail_post_autofollow": True},
                        token=token,
                    )
                self.call(
                    "mail.followers",
                    "create",
                    [{"res_model": model, "res_id": id_, "partner_id": partner_id}],
                )
                self.call(
                    "mail.followers.edit",
                    "create",
                    [{"res_model": model, "res_ids": str([id_]), "partner_ids": ids}],
                )
            self.env.invalidate_all()
            self.assertEqual(self.get_followers(user), before)

    def test_who_moves_is_answered_as_one_of_the_new_company(self):
        for move in self.moves:
            with self.subTest(move=move), self.made(move) as company:
                found = self.call("helpdesk.ticket", "search", [])["result"]
                is_northwind = company == self.northwind
                self.assertEqual(found, self.others.ids if is_northwind else [])
                for issue in self.theirs | self.own:
                    self.assertNotEqual(self.get(issue.access_url).status_code, 200)
                    answer = self.call("helpdesk.ticket", "read", issue.ids, ["name"])
                    self.assertIn("error", answer)
                    self.assertNotIn(issue.name, self.get("/my/binders").text)
                status = self.get(self.others.access_url).status_code
                self.assertEqual(status == 200, is_northwind)

    def warm(self):
        self.login(self.owner)
        found = self.call("helpdesk.ticket", "search", [])["result"]
        self.assertEqual(set(found), set((self.theirs | self.own).ids))
        self.assertEqual(self.get(self.theirs.access_url).status_code, 200)
