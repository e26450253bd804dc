"""Odoo's routes of discussions: who has no right, or only a mailed link, learns and writes nothing.

Each route is tried on each kind of record that customers discuss, as each role. The record has an
internal note with a file, an activity, and followers with addresses: no answer holds a word of it.
"""

import door_rows
import door_samples

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import DocumentHttpCase

NOTE = "Wolfsbarsch"
HIDDEN = "hidden.example"
MODELS = (
    "customer.portal.document",
    "customer.portal.request",
    "helpdesk.ticket",
    "helpdesk.ticket.team",
    "project.project",
    "project.task",
)
ROLES = ("visitor", "link", "stranger", "colleague", "owner")
WRITTEN = (
    "mail_message",
    "mail_followers",
    "mail_message_reaction",
    "mail_activity",
    "ir_attachment",
    "res_partner",
)
#: Routes with which who may read a record takes part in its discussion.
READERS_WRITE = {"post"}
ALL_OF_A_THREAD = [
    "activities",
    "attachments",
    "followers",
    "scheduledMessages",
    "suggestedRecipients",
    "messages",
]


class ThreadDoorCase(DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = door_samples.create_roles(cls)
        cls.all_samples = door_samples.create_samples(cls)
        cls.samples = {name: cls.all_samples[name] for name in MODELS}
        for user in (cls.document_user, cls.private):
            user.partner_id.email = f"{user.login}@{HIDDEN}"
        cls.notes = {
            name: cls._create_inside(record) for name, record in cls.samples.items()
        }
        cls.tokens = {
            name: record.sudo()._portal_ensure_token()
            for name, record in cls.samples.items()
            if "access_token" in record._fields
        }
        cls.env.flush_all()

    @classmethod
    def _create_inside(cls, record):
        """Put into a record what staff alone know of it; return the internal note."""
        record.message_subscribe(
            partner_ids=(cls.document_user | cls.private).partner_id.ids
        )
        if "activity_ids" in record._fields:
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=NOTE,
                user_id=cls.document_user.id,
            )
        return record.message_post(
            body=NOTE,
            attachments=[(f"{NOTE}.pdf", b"note")],
            subtype_xmlid="mail.mt_note",
            partner_ids=cls.document_user.partner_id.ids,
        )

    def _get_doors(self, name, user, token=None):
        """Return the routes with what is sent to them, by a name of each."""
        record, note = self.samples[name], self.notes[name]
        thread = {"thread_model": name, "thread_id": record.id}
        access = {"token": token}
        file = note.attachment_ids
        whole = {**thread, "request_list": ALL_OF_A_THREAD, "access_params": access}
        follower = record.sudo().message_follower_ids[:1]
        partner_ids = user.partner_id.ids
        return {
            "data": ("/mail/data", {"fetch_params": [["mail.thread", whole]]}),
            "action": ("/mail/action", {"fetch_params": [["mail.thread", whole]]}),
            "messages": ("/mail/thread/messages", thread),
            "recipients": ("/mail/thread/recipients", thread),
            "suggested": (
                "/mail/thread/recipients/get_suggested_recipients",
                {**thread, "partner_ids": follower.partner_id.ids},
            ),
            "from_email": (
                "/mail/partner/from_email",
                {**thread, "emails": [f"test_private@{HIDDEN}", "new@example.com"]},
            ),
            "subscription": (
                "/mail/read_subscription_data",
                {"follower_id": follower.id},
            ),
            "chatter_init": ("/portal/chatter_init", {**thread, **access}),
            "chatter_fetch": ("/mail/chatter_fetch", {**thread, **access}),
            "post": (
                "/mail/message/post",
                {
                    **thread,
                    **access,
                    "post_data": {
                        "body": "Words",
                        "partner_ids": partner_ids,
                        "partner_emails": ["new@example.com"],
                    },
                },
            ),
            "update": (
                "/mail/message/update_content",
                {
                    **access,
                    "message_id": note.id,
                    "update_data": {"body": "Changed", "attachment_ids": []},
                },
            ),
            "is_internal": (
                "/mail/update_is_internal",
                {"message_id": note.id, "is_internal": False},
            ),
            "reaction": (
                "/mail/message/reaction",
                {**access, "message_id": note.id, "content": "x", "action": "add"},
            ),
            "subscribe": ("/mail/thread/subscribe", self._get_partners(name, user)),
            "unsubscribe": (
                "/mail/thread/unsubscribe",
                self._get_partners(name, self.document_user),
            ),
            "delete": (
                "/mail/attachment/delete",
                {"attachment_id": file.id, "access_token": access["token"]},
            ),
            "remove": (
                "/portal/attachment/remove",
                {"attachment_id": file.id, "access_token": access["token"]},
            ),
        }

    def _get_partners(self, name, user):
        return {
            "res_model": name,
            "res_id": self.samples[name].id,
            "partner_ids": user.partner_id.ids,
        }

    def _ask(self, url, params):
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            response = self.opener.post(self.base_url() + url, json=call, timeout=60)
        self.assertLess(response.status_code, 500, url)
        return response.text

    def _count_writes(self):
        self.env.cr.execute(
            """SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
                WHERE relname = ANY(%s) ORDER BY relname""",
            [list(WRITTEN)],
        )
        return self.env.cr.fetchall()

    def _get_csrf_token(self):
        return Request.csrf_token(self)


@tagged("-at_install", "post_install")
class TestThreadDoors(ThreadDoorCase):
    def _may_read(self, role, name):
        if role == "link":
            return name in self.tokens
        number = list(self.roles).index(role)
        return "r" in door_rows.RIGHTS[name].split()[number]

    def test_no_route_of_discussions_tells_or_writes_what_is_staff_s(self):
        for role in ROLES:
            user = self.roles.get(role, self.roles["visitor"])
            self.login(None if user._is_public() else user)
            self._ask("/mail/data", {"fetch_params": []})
            for name in MODELS:
                token = self.tokens.get(name) if role == "link" else None
                for door, (url, params) in self._get_doors(name, user, token).items():
                    with self.subTest(role=role, model=name, door=door):
                        before = self._count_writes()
                        text = self._ask(url, params)
                        self.assertNotIn(NOTE, text)
                        self.assertNotIn(HIDDEN, text)
                        if not (door in READERS_WRITE and self._may_read(role, name)):
                            self.assertEqual(self._count_writes(), before, text[:500])

    def test_no_file_of_a_note_is_fetched(self):
        for role in ROLES:
            user = self.roles.get(role, self.roles["visitor"])
            self.login(None if user._is_public() else user)
            for name in MODELS:
                file = self.notes[name].attachment_ids
                token = self.tokens.get(name) if role == "link" else ""
                for url in (
                    f"/web/content/{file.id}?access_token={token}",
                    f"/web/image/{file.id}?access_token={token}",
                    f"/web/content/ir.attachment/{file.id}/raw",
                    f"/mail/attachment/pdf_first_page/{file.id}?access_token={token}",
                ):
                    with self.subTest(role=role, model=name, url=url):
                        with mute_logger("odoo.http"):
                            response = self.get(url)
                        self.assertNotIn(b"note", response.content[:4])
                with self.subTest(role=role, model=name, url="zip"):
                    with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
                        response = self.opener.post(
                            self.base_url() + "/mail/attachment/zip",
                            data={
                                "file_ids": str(file.id),
                                "zip_name": "a.zip",
                                "csrf_token": self._get_csrf_token(),
                            },
                            timeout=30,
                        )
                    self.assertNotIn(NOTE.encode(), response.content)
