"""What people try who want to know or to do more than they may: by RPC."""

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .common import IssueCase, mute_logger

PUBLIC, NOTE = "mail.mt_comment", "mail.mt_note"


class AttackMixin:
    """An issue of the owner in a binder that trusts others, and clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.issue = cls._create_issue(cls.secure, cls.owner)

    def rpc(self, user, model, method, *args, **kwargs):
        """Call a method as a client does; the cache is cold as in a request of its own."""
        self.env.flush_all()
        self.env.invalidate_all()
        records = self.env(user=user.id, su=False)[model]
        return call_kw(records, method, args, kwargs)

    def assertRefused(self, *args, **kwargs):
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.rpc(*args, **kwargs)

    def post_as_staff(
        self, body, subtype=PUBLIC, message_type="comment", record=None, **vals
    ):
        return (
            (record or self.issue)
            .with_user(self.agent)
            .sudo()
            .message_post(
                body=body,
                message_type=message_type,
                subtype_xmlid=subtype,
                author_id=self.agent.partner_id.id,
                **vals,
            )
        )


@tagged("-at_install", "post_install")
class TestDiscussion(AttackMixin, IssueCase):
    """Internal notes, and what staff wrote."""

    def test_nobody_searches_in_internal_notes(self):
        """REQ I-8"""
        for record, user in ((self.issue, self.owner), (self.secure, self.trusted)):
            self.post_as_staff("He never pays", NOTE, record=record)
            self.post_as_staff("We come tomorrow", PUBLIC, record=record)
            for name in ("message_ids", "website_message_ids"):
                for words, count in (("tomorrow", 1), ("never", 0)):
                    domain = [("id", "=", record.id), (f"{name}.body", "like", words)]
                    found = self.rpc(user, record._name, "search_count", domain)
                    self.assertEqual(found, count, (record, name, words))

    def test_internal_messages_of_any_kind_are_not_read_by_id(self):
        """REQ I-8"""
        attachment = self._create_attachment("secret.pdf", PDF)
        internal = [
            self.post_as_staff("note", NOTE),
            self.post_as_staff("mail", NOTE, "email", attachment_ids=attachment.ids),
            self.post_as_staff("notice", NOTE, "notification"),
            self.post_as_staff("mail of ours", NOTE, "auto_comment"),
            self.post_as_staff("was public", PUBLIC, "email"),
            self.issue.sudo()._message_log(body="log"),
        ]
        internal[4].is_internal = True
        public = self.post_as_staff("hello", PUBLIC)
        # who was told of them, or is the cause of them, reads them no more than others
        internal[1].partner_ids = self.owner.partner_id
        internal[3].with_user(self.owner).sudo().create_uid = self.owner
        for message in internal:
            for method in ("read", "portal_message_format"):
                args = [["body"]] if method == "read" else []
                for user in (self.owner, self.colleague):
                    self.assertRefused(user, "mail.message", method, message.ids, *args)
        for user in (self.owner, self.agent):
            [values] = self.rpc(user, public._name, "read", public.ids, ["body"])
            self.assertIn("hello", values["body"])
        for message in internal:
            self.assertTrue(self.rpc(self.agent, message._name, "read", message.ids))

    def test_who_is_told_of_an_answer_does_not_rewrite_it(self):
        """REQ I-2"""
        answer = self.post_as_staff(
            "No refund", PUBLIC, partner_ids=self.owner.partner_id.ids
        )
        self.assertIn(self.owner.partner_id, answer.notified_partner_ids)
        for vals in ({"body": "Full refund"}, {"is_internal": True}):
            self.assertRefused(self.owner, answer._name, "write", answer.ids, vals)
        own = (
            self.issue.with_user(self.owner)
            .sudo()
            .message_post(body="x", subtype_xmlid=PUBLIC, message_type="comment")
        )
        self.assertEqual(own.author_id, self.owner.partner_id)
        self.rpc(self.owner, own._name, "write", own.ids, {"body": "y"})
        self.rpc(
            self.owner,
            own._name,
            "write",
            own.ids,
            {"author_id": self.agent.partner_id.id},
        )
        self.assertNotEqual(own.author_id, self.agent.partner_id)

    def test_reading_many_messages_asks_once(self):
        messages = (
            self.env["mail.message"]
            .union(
                *(self.post_as_staff(f"hello {number}", PUBLIC) for number in range(12))
            )
            .with_user(self.owner)
            .sudo(False)
        )
        counts = []
        for some in (messages, messages[:2], messages):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some.check_access("read")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


@tagged("-at_install", "post_install")
class TestFields(AttackMixin, IssueCase):
    def test_properties_are_for_staff(self):
        """REQ I-3: also those that no form asks for"""
        definition = {"name": "risk", "type": "char", "string": "Risk"}
        self.secure.write({"ticket_properties": [definition], "show_in_portal": True})
        self.issue.properties = {"risk": "never pays"}
        ids, model = self.issue.ids, "helpdesk.ticket"
        self.assertRefused(self.owner, model, "read", ids, ["properties"])
        domain = [("properties.risk", "like", "never")]
        self.assertRefused(self.owner, model, "search_count", domain)
        team = self.secure
        self.assertRefused(
            self.owner, team._name, "read", team.ids, ["ticket_properties"]
        )
        [values] = self.rpc(self.agent, model, "read", ids, ["properties"])
        self.assertEqual(values["properties"][0]["value"], "never pays")

    def test_who_may_read_an_issue_learns_no_address(self):
        """REQ I-2: nor do colleagues"""
        ids, model = self.issue.ids, "helpdesk.ticket"
        for user in (self.owner, self.colleague):
            self.assertTrue(self.rpc(user, model, "read", ids, ["name"]))
            self.assertRefused(user, model, "read", ids, ["partner_email"])
            domain = [("partner_email", "like", "test_owner")]
            self.assertRefused(user, model, "search_count", domain)
        [values] = self.rpc(self.agent, model, "read", ids, ["partner_email"])
        self.assertIn("test_owner@", values["partner_email"])

    def test_nobody_learns_whom_an_address_belongs_to(self):
        """REQ I-1: a trusted user who reports with somebody's address sees no name by it"""
        vals = {"name": "Lamp", "partner_email": self.owner.email}
        self.secure.portal_form = "public"
        issue = self.secure._create_visitor_issue(vals, [], "key")
        self.assertEqual(issue.partner_id, self.owner.partner_id)
        self.assertEqual(issue._get_portal_reporter(), "Visitor")
        mails = self.env["customer.portal.issue.mail"].search([])
        self.assertTrue(mails)
        named = self.secure._create_visitor_issue(
            {**vals, "partner_name": "Ada"}, [], "other key"
        )
        self.assertEqual(named._get_portal_reporter(), "Ada")
        self.issue.partner_name = False
        self.assertEqual(self.issue._get_portal_reporter(), self.owner.name)

    def test_staff_are_told_who_has_reported(self):
        """REQ I-7"""
        self.secure.portal_assignee_id = self.agent
        vals = {"name": "Lamp", "partner_email": self.owner.email}
        self.secure._create_visitor_issue(vals, [], "key")
        mails = self.send_mails().filtered(lambda m: "test_agent" in m.email_to)
        self.assertIn(self.owner.name, mails.body_html)

    def test_staff_see_whose_address_is_not_confirmed(self):
        """REQ I-7: anybody may report with somebody's address"""
        vals = {"name": "Lamp", "partner_email": self.owner.email}
        issue = self.secure._create_visitor_issue(vals, [], "key")
        self.assertTrue(issue.with_user(self.agent).portal_is_unconfirmed)
        self.assertFalse(self.issue.portal_is_unconfirmed, "of staff")
        self.assertRefused(
            self.owner, issue._name, "read", issue.ids, ["portal_is_unconfirmed"]
        )
        link, visitor = issue.portal_link_ids.sudo(), self.env.ref("base.public_user")
        issue.with_user(visitor)._post_portal_answer("It was me", [], link)
        self.assertTrue(link.confirmed)
        self.assertFalse(issue.with_user(self.agent).portal_is_unconfirmed)
        link.with_user(self.agent).action_renew()
        self.assertFalse(issue.portal_is_unconfirmed, "the address is the same")
