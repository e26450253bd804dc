"""What customers try to learn by core's routes of discussions about documents they may read."""

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DocumentHttpCase

ADDRESSES = ("email_from", "reply_to", "incoming_email_to", "incoming_email_cc")
HIDDEN = "hidden.example"


@tagged("-at_install", "post_install")
class TestAddresses(DocumentHttpCase):
    """Who else is in the discussion is told by name, never by address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document_user.partner_id.email = f"staff@{HIDDEN}"
        cls.document = cls._create_document(cls.owner, user_id=cls.document_user.id)
        cls.mailed = cls.document.message_post(
            body="by mail",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=False,
            email_from=f"Eve <eve@{HIDDEN}>",
            incoming_email_to=f"team@{HIDDEN}",
            incoming_email_cc=f"boss@{HIDDEN}",
        )
        cls.answer = cls.document.message_post(
            body="by staff",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=cls.document_user.partner_id.id,
            partner_ids=cls.document_user.partner_id.ids,
        )
        cls.thread = {
            "thread_model": cls.document._name,
            "thread_id": cls.document.id,
        }

    def ask(self, url, **params):
        """Return what a route answers, as text."""
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http"):
            return self.opener.post(self.base_url() + url, json=call, timeout=30).text

    def rpc(self, user, method, *args):
        self.env.invalidate_all()
        messages = self.env(user=user.id, su=False)["mail.message"]
        return call_kw(messages, method, args, {})

    def test_a_discussion_tells_no_address(self):
        for user in (self.owner, self.colleague):
            self.login(user)
            messages = self.ask("/mail/thread/messages", **self.thread)
            self.assertIn("by mail", messages)
            self.assertNotIn(HIDDEN, messages)
            self.assertNotIn(HIDDEN, self.ask("/mail/chatter_fetch", **self.thread))
        self.login(self.document_user)
        messages = self.ask("/mail/thread/messages", **self.thread)
        for name in ("eve", "team", "boss"):
            self.assertIn(f"{name}@{HIDDEN}", messages)

    def test_discussions_of_other_models_are_answered_as_core_does(self):
        project = self._create_project("Harbour", self.owner)
        project.message_post(
            body="by mail",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=False,
            email_from=f"eve@{HIDDEN}",
        )
        self.login(self.owner)
        thread = {"thread_model": project._name, "thread_id": project.id}
        self.assertIn(f"eve@{HIDDEN}", self.ask("/mail/thread/messages", **thread))

    def test_other_routes_tell_no_address_and_make_no_contact(self):
        contacts = self.env["res.partner"].with_context(active_test=False)
        count = contacts.search_count([])
        emails = [f"eve@{HIDDEN}", f"staff@{HIDDEN}", "test_stranger@example.com"]
        told = ("followers", "suggestedRecipients", "contact_fields", "attachments")
        for user in (self.owner, self.colleague, self.stranger, self.staff, None):
            self.login(user)
            answers = [
                self.ask("/mail/thread/recipients", **self.thread),
                *(
                    self.ask(
                        "/mail/thread/recipients", **self.thread, message_id=message.id
                    )
                    for message in (self.mailed, self.answer)
                ),
                self.ask(
                    "/mail/thread/recipients/get_suggested_recipients", **self.thread
                ),
                *(
                    self.ask(
                        "/mail/data",
                        fetch_params=[
                            ["mail.thread", {**self.thread, "request_list": [name]}]
                        ],
                    )
                    for name in told
                ),
                self.ask(
                    "/mail/message/post",
                    **self.thread,
                    post_data={"body": "x", "partner_emails": emails},
                ),
            ]
            for answer in answers:
                with self.subTest(user=user and user.login, answer=answer[:300]):
                    self.assertNotIn(HIDDEN, answer)
            if user != self.staff:
                found = self.ask(
                    "/mail/partner/from_email", **self.thread, emails=emails
                )
                self.assertNotIn('"name": "Test Document User"', found)
        self.assertEqual(contacts.search_count([]), count)
        posted = self.document.message_ids - self.mailed - self.answer
        self.assertFalse(posted.partner_ids)

    @mute_logger("odoo.models")
    def test_clients_read_and_search_no_address(self):
        ids = (self.mailed | self.answer).ids
        for name in ADDRESSES:
            for method, *args in (
                ("read", ids, [name]),
                ("web_read", ids, {name: {}}),
                ("search_read", [("id", "in", ids)], [name]),
                ("search_count", [(name, "like", HIDDEN)]),
                ("formatted_read_group", [("id", "in", ids)], [name], ["__count"]),
            ):
                with self.subTest(name=name, method=method):
                    with self.assertRaises(AccessError):
                        self.rpc(self.owner, method, *args)
                    self.rpc(self.document_user, method, *args)
        [values] = self.rpc(self.owner, "read", self.mailed.ids)
        self.assertIn("by mail", values["body"])
        self.assertNotIn(HIDDEN, str(values))
