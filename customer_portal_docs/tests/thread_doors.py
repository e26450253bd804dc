"""Core's routes and methods of discussions: what people outside get and do by each of them.

The list of the doors stands in ``controllers/mail.py``. The same is tried on documents, requests
and issues, in the ``test_thread_doors.py`` of each addon.
"""

import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from .common import PDF

SECRET = "zztopsecret"
HIDDEN = "hidden.example"
#: What a client adds to a message to make more of it than a message.
EXTRA = {
    "author_id": 1,
    "body_is_html": True,
    "email_from": "Boss <boss@example.com>",
    "email_layout_xmlid": "mail.mail_notification_layout",
    "force_email_company": 1,
    "incoming_email_cc": "eve@evil.example",
    "incoming_email_to": "eve@evil.example",
    "is_internal": True,
    "mail_auto_delete": True,
    "mail_server_id": 1,
    "message_id": "<x@example.com>",
    "message_type": "email",
    "model_description": "Invoice",
    "outgoing_email_to": "eve@evil.example, bob@evil.example",
    "parent_id": 1,
    "partner_emails": ["eve@evil.example"],
    "partner_ids": [1],
    "reply_to": "eve@evil.example",
    "role_ids": [1],
    "scheduled_date": "2100-01-01 00:00:00",
    "subject": "Your invoice",
    "subtype_id": 2,
    "subtype_xmlid": "mail.mt_note",
    "tracking_value_ids": [[0, 0, {}]],
}
REQUESTS = (
    "activities",
    "attachments",
    "contact_fields",
    "followers",
    "scheduledMessages",
    "suggestedRecipients",
)
#: Methods that any client may call, with what makes sense of them.
METHODS = {
    "message_notify": {"partner_ids": [3], "body": "Pay", "subject": "Pay"},
    "message_mail_with_source": {"source_ref": "mail.message_notification_email"},
    "message_post_with_source": {"source_ref": "mail.message_notification_email"},
    "message_get_followers": {},
}
FORGED = """From: {sender}
To: us@example.com
Message-Id: <forged@evil.example>
In-Reply-To: {answered}

forged
"""


class ThreadDoorsMixin:
    """What any discussion of ours is tried with.

    ``thread`` is the record, with ``outsiders`` who may read it and ``link`` a proof that a
    mailed link gives, as core's routes take it.
    """

    outsiders = ()
    #: name of the limit that the page of a record has too
    limit = "discussion"

    @classmethod
    def _set_up_thread(cls):
        cls.document_user.partner_id.write(
            {"email": f"staff@{HIDDEN}", "phone": "+123456"}
        )
        cls.thread.message_subscribe(partner_ids=cls.document_user.partner_id.ids)
        file = cls._create_attachment(
            "secret.pdf", PDF, res_model=cls.thread._name, res_id=cls.thread.id
        )
        cls.note = cls._post(SECRET, "mail.mt_note", attachment_ids=file.ids)
        cls.answer = cls._post(
            "in public", partner_ids=(cls.owner | cls.document_user).partner_id.ids
        )
        cls.thread.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=SECRET,
            user_id=cls.document_user.id,
        )

    @classmethod
    def _post(cls, body, subtype="mail.mt_comment", **vals):
        return (
            cls.thread.with_user(cls.document_user)
            .sudo()
            .message_post(
                body=body,
                message_type="comment",
                subtype_xmlid=subtype,
                author_id=cls.document_user.partner_id.id,
                **vals,
            )
        )

    def ask(self, url, **params):
        """Return what a route answers, as text."""
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http", "odoo.models"):
            return self.opener.post(self.base_url() + url, json=call, timeout=60).text

    def rpc(self, user, model, method, *args, **kwargs):
        self.env.flush_all()
        self.env.invalidate_all()
        with mute_logger("odoo.models"):
            return call_kw(
                self.env(user=user.id, su=False)[model], method, args, kwargs
            )

    @property
    def named(self):
        return {"thread_model": self.thread._name, "thread_id": self.thread.id}

    def get_visits(self):
        """Yield who asks, and the proofs that they have."""
        for user in (*self.outsiders, self.stranger, None):
            yield user, {}
        for user in (self.stranger, None):
            yield user, self.link

    def test_core_tells_nothing_but_what_is_public(self):
        """REQ I-8: files of notes, followers, activities, recipients, addresses"""
        secrets = (SECRET, HIDDEN, "secret.pdf", "+123456")
        for user, proof in self.get_visits():
            self.login(user)
            answers = []
            for name in ("/mail/data", "/mail/action"):
                for requested in (*([each] for each in REQUESTS), list(REQUESTS)):
                    asked = {**self.named, "request_list": requested}
                    asked["access_params"] = proof
                    answers.append(
                        self.ask(name, fetch_params=[["mail.thread", asked]])
                    )
            answers += [
                self.ask("/mail/thread/messages", **self.named),
                self.ask(
                    "/mail/thread/messages",
                    **self.named,
                    fetch_params={"search_term": SECRET},
                ),
                self.ask("/mail/chatter_fetch", **self.named, **proof),
                self.ask("/portal/chatter_init", **self.named, **proof),
                self.ask("/mail/thread/recipients", **self.named),
                self.ask(
                    "/mail/thread/recipients/get_suggested_recipients", **self.named
                ),
                self.ask(
                    "/mail/partner/from_email",
                    **self.named,
                    emails=[f"staff@{HIDDEN}", "nobody@example.org"],
                ).replace(f"staff@{HIDDEN}", ""),
                self.ask("/mail/message/translate", message_id=self.answer.id),
                self.ask("/mail/inbox/messages"),
                self.ask("/mail/history/messages"),
                self.ask("/mail/starred/messages"),
            ]
            for answer in answers:
                with self.subTest(user=user and user.login, proof=proof):
                    for secret in secrets:
                        self.assertNotIn(secret, answer, answer[:600])
                    self.assertNotIn('"mail.followers"', answer)
                    self.assertNotIn('"mail.activity"', answer)

    def test_the_discussion_of_a_page_begins(self):
        """REQ D-4: what Odoo's script asks for first"""
        for user in (*self.outsiders, self.document_user):
            self.login(user)
            answer = self.ask("/mail/data", fetch_params=["init_messaging"])
            self.assertNotIn('"error"', answer)
            self.assertIn('"starred"', answer)

    def test_what_is_told_of_a_message_is_its_text_files_and_author(self):
        for user in self.outsiders:
            self.login(user)
            answer = json.loads(self.ask("/mail/thread/messages", **self.named))
            data = answer["result"]["data"]
            [message] = [
                each for each in data["mail.message"] if each["id"] == self.answer.id
            ]
            self.assertIn("in public", str(message["body"]))
            for name in ("partner_ids", "notification_ids", "linked_message_ids"):
                self.assertFalse(message.get(name), name)
            told = {"avatar_128_access_token", "id", "name", "write_date"}
            for partner in data["res.partner"]:
                if partner["id"] != user.partner_id.id:
                    self.assertLessEqual(set(partner), told)
                    self.assertNotEqual(partner["id"], self.owner.partner_id.id)

    def test_no_client_reads_to_whom_a_message_went(self):
        for name in (
            "partner_ids",
            "notified_partner_ids",
            "notification_ids",
            "starred_partner_ids",
        ):
            for user in self.outsiders:
                for method, *args in (
                    ("read", self.answer.ids, [name]),
                    ("search_count", [(name, "=", self.document_user.partner_id.id)]),
                ):
                    with self.subTest(name=name, method=method):
                        with self.assertRaises(AccessError):
                            self.rpc(user, "mail.message", method, *args)

    def test_no_client_reads_who_reacted(self):
        """REQ 11.2"""
        for message in (self.note, self.answer):
            self.env["mail.message.reaction"].sudo().create(
                {
                    "message_id": message.id,
                    "partner_id": self.document_user.partner_id.id,
                    "content": "👍",
                }
            )
        for user in (*self.outsiders, self.stranger):
            for message in (self.note, self.answer):
                named = [("message_id", "=", message.id)]
                for method, *args in (
                    ("search_read", named, ["content", "partner_id"]),
                    ("formatted_read_group", named, ["content"]),
                    ("read", message.sudo().reaction_ids.ids, ["content"]),
                ):
                    with self.subTest(user=user.login, method=method):
                        with self.assertRaises(AccessError):
                            self.rpc(user, "mail.message.reaction", method, *args)

    # -- one way to write

    def test_it_counts_for_the_limit_of_the_page(self):
        """REQ I-2, 11.3: by core's route, by RPC and by each key of a link"""
        self._set_limit(self.limit, 2)
        user = self.outsiders[0]
        self.login(user)
        sent = {**self.named, "post_data": {"body": "Hello"}}
        self.assertNotIn('"error"', self.ask("/mail/message/post", **sent))
        self.thread.with_user(user).message_post(body="Hello")
        self.assertIn('"error"', self.ask("/mail/message/post", **sent))
        with self.assertRaises(UserError):
            self.thread.with_user(user).message_post(body="Hello")
        self.login(None)
        posted = [
            '"error"' not in self.ask("/mail/message/post", **sent, **proof)
            for proof in self.get_proofs() * 3
        ]
        # whatever proves it, who writes is the same contact
        most = 2 if self.thread._portal_key_opens_discussion else 0
        self.assertEqual(sum(posted), most)

    def test_a_message_of_outsiders_is_text_and_files(self):
        """REQ I-2: no mail of theirs in the company's name"""
        before = self.env["mail.mail"].search([])
        count = len(self.thread.message_ids)
        for user in self.outsiders:
            self.login(user)
            for name, value in EXTRA.items():
                extra = {"body": "Pay me", name: value}
                with self.subTest(user=user.login, name=name):
                    with self.assertRaises(AccessError):
                        self.rpc(
                            user,
                            self.thread._name,
                            "message_post",
                            self.thread.ids,
                            **extra,
                        )
                    self.assertIn(
                        "error",
                        json.loads(
                            self.ask(
                                "/mail/message/post", **self.named, post_data=extra
                            )
                        ),
                    )
        for proof in self.get_proofs():
            self.login(None)
            for name, value in EXTRA.items():
                extra = {"body": "Pay me", name: value}
                answer = self.ask(
                    "/mail/message/post", **self.named, **proof, post_data=extra
                )
                self.assertIn('"error"', answer, name)
        self.env.invalidate_all()
        self.assertEqual(len(self.thread.message_ids), count)
        sent = self.env["mail.mail"].search([]) - before
        self.assertFalse(
            sent.filtered(lambda mail: "evil.example" in str(mail.email_to))
        )

    def get_proofs(self):
        return [self.link]

    def test_context_of_a_client_makes_no_more_of_it(self):
        for user in self.outsiders:
            context = {
                "mail_post_autofollow": True,
                "default_outgoing_email_to": "eve@evil.example",
                "default_reply_to": "eve@evil.example",
                "default_is_internal": True,
                "mail_notify_author": True,
            }
            self.rpc(
                user,
                self.thread._name,
                "message_post",
                self.thread.ids,
                body="Hello",
                context=context,
            )
            message = self.thread.message_ids[0]
            self.assertEqual(message.author_id, user.partner_id)
            self.assertEqual(message.message_type, "comment")
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
            self.assertFalse(message.outgoing_email_to)
            self.assertNotIn("evil", message.reply_to or "")
            self.assertFalse(message.is_internal)
            self.assertFalse(message.partner_ids)

    def test_no_other_method_writes_or_mails(self):
        before = self.env["mail.message"].search([], order="id DESC", limit=1).id
        for user in (*self.outsiders, self.stranger):
            for name, values in METHODS.items():
                for model, ids in (
                    (self.thread._name, self.thread.ids),
                    ("mail.thread", []),
                    ("res.partner", user.partner_id.ids),
                ):
                    with self.subTest(user=user.login, name=name, model=model):
                        with self.assertRaises(AccessError):
                            self.rpc(user, model, name, ids, **values)
                with self.assertRaises(AccessError):
                    self.rpc(user, model, "message_update", ids, {"to": "", "cc": ""})
            text = FORGED.format(
                sender=self.document_user.email, answered=self.answer.message_id
            )
            for model in (self.thread._name, "mail.thread"):
                with self.assertRaises(AccessError):
                    self.rpc(user, model, "message_process", model, text)
            made = {
                "model": self.thread._name,
                "res_id": self.thread.id,
                "body": "x",
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
            }
            with self.assertRaises(AccessError):
                self.rpc(user, "mail.message", "create", made)
        self.assertFalse(self.env["mail.message"].search([("id", ">", before)]))

    def test_outsiders_change_no_message_themselves(self):
        for user in self.outsiders:
            own = self.thread.with_user(user).message_post(body="mine").sudo()
            for vals in (
                {"body": "y", "reply_to": "eve@evil.example"},
                {"reply_to": "eve@evil.example"},
                {"partner_ids": [Command.link(1)]},
                {"message_id": "<x@example.com>"},
                {"is_internal": True},
            ):
                with self.assertRaises(AccessError):
                    self.rpc(user, own._name, "write", own.ids, vals)
            with self.assertRaises(UserError):
                self.rpc(user, own._name, "write", own.ids, {"body": "x" * 100_000})
            with self.assertRaises(AccessError):
                self.rpc(user, own._name, "unlink", own.ids)
            self.login(user)
            for data in ({"body": "x" * 100_000}, {"body": "x", "partner_ids": [1]}):
                answer = self.ask(
                    "/mail/message/update_content", message_id=own.id, update_data=data
                )
                self.assertIn('"error"', answer)
            answer = self.ask(
                "/mail/message/update_content",
                message_id=own.id,
                update_data={"body": "changed"},
            )
            self.assertNotIn('"error"', answer)
            for message in (self.note, self.answer):
                answer = self.ask(
                    "/mail/message/update_content",
                    message_id=message.id,
                    update_data={"body": "changed"},
                )
                self.assertIn('"error"', answer)

    def test_a_message_has_the_length_of_the_form(self):
        for user in self.outsiders:
            with self.assertRaises(UserError):
                self.thread.with_user(user).message_post(body="x" * 10_001)
            self.thread.with_user(user).message_post(body="x" * 10_000)

    def test_only_files_of_ones_own_are_sent(self):
        for user in self.outsiders:
            files = {
                "note": self.note.attachment_ids,
                "own, elsewhere": self._create_attachment(res_model="res.partner"),
                "of staff": self._create_attachment(res_model="mail.compose.message"),
                "absent": self.env["ir.attachment"].browse(2_000_000_000),
            }
            files["own, elsewhere"].sudo().create_uid = user
            for name, file in files.items():
                with self.subTest(name=name), self.assertRaises(AccessError):
                    self.thread.with_user(user).message_post(
                        body="x", attachment_ids=file.ids
                    )
            with self.assertRaises(AccessError):
                self.thread.with_user(user).message_post(body="x", attachment_ids=["x"])
            own = self._create_attachment(res_model="mail.compose.message")
            self.env.cr.execute(
                "UPDATE ir_attachment SET create_uid = %s WHERE id = %s",
                [user.id, own.id],
            )
            self.env.invalidate_all()
            message = self.thread.with_user(user).message_post(
                body="x", attachment_ids=own.ids
            )
            self.assertEqual(message.sudo().attachment_ids, own)

    # -- reactions

    def react(self, message, content, action="add", **proof):
        return self.ask(
            "/mail/message/reaction",
            message_id=message.id,
            content=content,
            action=action,
            **proof,
        )

    def test_reactions_are_emoji_on_public_messages(self):
        for user, proof in self.get_visits():
            self.login(user)
            for content in (
                "x" * 100_000,
                "Pay",
                "<b>",
                "",
                "👍" * 50,
                "👍 pay",
                "\u200d",
            ):
                self.react(self.answer, content, **proof)
            for action in ("add", "remove"):
                self.assertIn('"error"', self.react(self.note, "👍", action, **proof))
        self.env.invalidate_all()
        self.assertFalse((self.note | self.answer).reaction_ids)
        for user in self.outsiders:
            self.login(user)
            self.assertNotIn('"error"', self.react(self.answer, "👍"))
        self.env.invalidate_all()
        self.assertEqual(len(self.answer.reaction_ids), len(self.outsiders))

    def test_the_upgrade_removes_what_is_refused(self):
        Reaction = self.env["mail.message.reaction"]
        made = {
            (message, user, content): Reaction.create(
                {
                    "message_id": message.id,
                    "partner_id": user.partner_id.id,
                    "content": content,
                }
            )
            for message in (self.note, self.answer)
            for user in (self.owner, self.document_user)
            for content in ("👍", "x" * 2_000, "Pay")
        }
        Reaction._remove_refused()
        kept = {key for key, reaction in made.items() if reaction.exists()}
        self.assertEqual(
            kept,
            {
                (self.note, self.document_user, "👍"),
                (self.answer, self.owner, "👍"),
                (self.answer, self.document_user, "👍"),
            },
        )

    def test_who_reacted_is_told_by_name(self):
        self.login(self.document_user)
        self.react(self.answer, "👍")
        for user in self.outsiders:
            self.login(user)
            answer = json.loads(self.ask("/mail/thread/messages", **self.named))
            data = answer["result"]["data"]
            [reaction] = data["MessageReactions"]
            self.assertEqual(reaction["partners"], [self.document_user.partner_id.id])
            self.assertNotIn(HIDDEN, str(data))
            self.assertNotIn("main_user_id", str(data))

    def test_a_visitor_is_not_told_what_a_message_is_about(self):
        for user in (None, self.stranger):
            self.login(user)
            for message in (self.note, self.answer):
                answer = self.get(f"/mail/view?message_id={message.id}")
                self.assertNotIn(self.thread._name, answer.headers["Location"])
            for number in ("x", "%00", "9" * 30, "-1"):
                self.assertLess(
                    self.get(f"/mail/view?message_id={number}").status_code, 400
                )

    def test_staff_do_as_ever(self):
        self.login(self.document_user)
        answer = self.ask(
            "/mail/data",
            fetch_params=[
                ["mail.thread", {**self.named, "request_list": list(REQUESTS)}]
            ],
        )
        self.assertIn("secret.pdf", answer)
        self.assertIn('"mail.activity"', answer)
        self.assertNotIn('"error"', self.react(self.note, "👍"))
        self.assertIn('"error"', self.react(self.note, "x" * 1000))
        self.thread.with_user(self.document_user).message_post(
            body="x", partner_ids=self.owner.partner_id.ids, subject="s"
        )
