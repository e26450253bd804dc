"""Core's routes and methods of discussions, on documents and requests."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..tools.emojis import is_emoji
from .common import DocumentHttpCase
from .request_case import RequestMixin
from .thread_doors import EXTRA, HIDDEN, REQUESTS, SECRET, ThreadDoorsMixin


@tagged("-at_install", "post_install")
class TestRequestDoors(ThreadDoorsMixin, RequestMixin, DocumentHttpCase):
    """A request's link opens its page, and no route of Odoo's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thread = cls._open().with_env(cls.env)
        cls.outsiders = (cls.owner, cls.colleague)
        cls.link = {"token": cls.thread._get_link_sudo()._get_token()}
        cls._set_up_thread()


@tagged("-at_install", "post_install")
class TestDocumentDoors(ThreadDoorsMixin, DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thread = cls._create_document(cls.owner, user_id=cls.document_user.id)
        cls.outsiders = (cls.owner, cls.colleague)
        cls.link = {"token": cls.thread._portal_ensure_token()}
        cls._set_up_thread()

    def get_proofs(self):
        pid = self.owner.partner_id.id
        return [self.link, {"pid": pid, "hash": self.thread._sign_token(pid)}]

    def test_a_link_still_takes_part(self):
        """REQ D-8"""
        self.login(None)
        for proof in self.get_proofs():
            answer = self.ask(
                "/mail/message/post",
                **self.named,
                **proof,
                post_data={"body": "By link"},
            )
            self.assertNotIn('"error"', answer)
            message = self.thread.message_ids[0]
            self.assertIn("By link", message.body)
            self.assertEqual(message.author_id, self.owner.partner_id)
        self.assertIn(
            "By link", self.ask("/mail/chatter_fetch", **self.named, **self.link)
        )
        self.assertNotIn('"error"', self.react(self.answer, "👍", **self.link))
        self.thread.active = False
        token = self.thread._portal_ensure_token()
        answer = self.ask(
            "/mail/message/post", **self.named, token=token, post_data={"body": "x"}
        )
        self.assertIn('"error"', answer)

    def test_pages_of_odoo_send_what_they_send(self):
        """What core's discussion sends along with a message is no offence"""
        self.login(self.colleague)
        sent = {
            "body": "<p>Hello</p>",
            "email_add_signature": True,
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
        }
        answer = self.ask("/mail/message/post", **self.named, post_data=sent)
        self.assertNotIn('"error"', answer)
        message = self.thread.message_ids[0]
        self.assertEqual(message.author_id, self.colleague.partner_id)
        self.assertIn("<p>Hello</p>", message.body)

    def test_projects_and_tasks_are_mailed_from_by_nobody_outside(self):
        project = self._create_project("Harbour", self.owner)
        task = self.env["project.task"].create(
            {"name": "Paint", "project_id": project.id}
        )
        task.message_subscribe(
            partner_ids=(self.owner | self.document_user).partner_id.ids
        )
        note = task.message_post(body=SECRET, subtype_xmlid="mail.mt_note")
        for record in (project, task):
            for name, value in EXTRA.items():
                with self.subTest(record=record, name=name):
                    with self.assertRaises(AccessError):
                        self.rpc(
                            self.owner,
                            record._name,
                            "message_post",
                            record.ids,
                            **{"body": "Pay", name: value},
                        )
        self._create_attachment("secret.pdf", res_model=task._name, res_id=task.id)
        for user in (None, self.owner):
            self.login(user)
            for record in (project, task):
                asked = {
                    "thread_model": record._name,
                    "thread_id": record.id,
                    "request_list": list(REQUESTS),
                    "access_params": {"token": record._portal_ensure_token()},
                }
                for url in ("/mail/data", "/mail/action"):
                    answer = self.ask(url, fetch_params=[["mail.thread", asked]])
                    for secret in ("secret.pdf", HIDDEN, "mail.followers"):
                        self.assertNotIn(secret, answer)
        self.rpc(self.owner, task._name, "message_post", task.ids, body="Blue, please")
        self.assertEqual(task.message_ids[0].author_id, self.owner.partner_id)
        self.login(self.owner)
        named = {"thread_model": task._name, "thread_id": task.id}
        for sent in ({"subtype_xmlid": "mail.mt_note"}, {"message_type": "email"}):
            answer = self.ask(
                "/mail/message/post", **named, post_data={"body": "x", **sent}
            )
            self.assertIn('"error"', answer)
        answer = self.ask("/mail/message/post", **named, post_data={"body": "Hello"})
        self.assertNotIn('"error"', answer)
        self.assertIn('"error"', self.react(note, "👍"))

    def test_emoji(self):
        for text in ("👍", "❤️", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "©️", "ℹ️", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"):
            self.assertTrue(is_emoji(text), text)
        for text in (
            "",
            "a",
            "1",
            "#",
            "👍a",
            "<",
            "\u200d",
            "\ufe0f",
            None,
            5,
            "👍" * 17,
        ):
            self.assertFalse(is_emoji(text), text)
