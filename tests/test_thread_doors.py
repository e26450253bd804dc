"""Odoo's routes of discussions: who has no right, or only a mailed link, learns and writes nothing.

Each route is tried on each kind of record that customers discuss, as each role. The record has an
internal note with a file, an activity, and followers with addresses: no answer holds a word of it.
"""

import inspect
import re

import door_rows
import door_samples

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import (
    DocumentHttpCase,
    count_writes,
)

NOTE = "Wolfsbarsch"
HIDDEN = "hidden.example"
MODELS = (
    "calendar.event",
    "customer.portal.document",
    "customer.portal.request",
    "helpdesk.ticket",
    "helpdesk.ticket.team",
    "project.milestone",
    "project.project",
    "project.task",
)
#: Discussions of Odoo that the suite has no part in.
OF_OTHERS = {
    # core's rule tells who may; customers are in no channel unless staff invite them
    "discuss.channel",
    # contacts: their own company's, and no discussion of theirs on any page
    "res.partner",
}
ROLES = ("visitor", "link", "stranger", "colleague", "owner")
#: By which parameters a route of Odoo's is a door to a discussion or a file.
PARAMETERS = {
    "activity_id",
    "attachment_id",
    "attachment_ids",
    "fetch_params",
    "file_ids",
    "follower_id",
    "message_id",
    "message_ids",
    "message_link_preview_ids",
    "model",
    "record_id",
    "res_id",
    "res_model",
    "thread_id",
    "thread_model",
}
#: Routes with such parameters that are tried elsewhere, or are none, by the beginning of their path.
KNOWN = {
    # test_attachment_doors.py
    "/html_editor/attachment/",
    "/html_editor/modify_image/",
    "/mail/attachment/upload",
    "/project_sharing/attachment/add_image",
    "/web/binary/upload_attachment",
    "/web_editor/attachment/",
    "/web_editor/modify_image/",
    # test_door_matrix.py: the methods that they call
    "/json/2/",
    "/web/dataset/call_",
    # of the message's author only, of whom a visitor knows nothing: route_rows_discussions.py
    "/mail/avatar/mail.message/",
    # of a channel, by who is in it
    "/discuss/",
    # of one's own text that is being edited, by core's rights to the record
    "/html_editor/bus_broadcast",
    "/web_editor/bus_broadcast",
    # staff's: names of fields, a mail server
    "/google_gmail/",
    "/web/export/",
}
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
        samples = {**cls.all_samples, **cls._create_other_samples()}
        cls.samples = {name: samples[name] for name in MODELS}
        for user in (cls.document_user, cls.private):
            user.partner_id.email = f"{user.login}@{HIDDEN}"
        cls.notes = {
            name: cls._create_inside(record) for name, record in cls.samples.items()
        }
        cls.tokens = {
            name: record.sudo()._portal_ensure_token()
            for name, record in cls.samples.items()
            if "access_token" in record._fields
            and hasattr(record, "_portal_ensure_token")
        }
        cls.env.flush_all()

    @classmethod
    def _create_other_samples(cls):
        """Make what customers read and discuss besides, which is core's alone."""
        project = cls.all_samples["project.project"]
        return {
            "calendar.event": cls.env["calendar.event"]
            .with_context(no_mail_to_attendees=True, dont_notify=True)
            .create(
                {
                    "name": door_samples.MARK,
                    "start": "2037-06-12 12:00:00",
                    "stop": "2037-06-12 13:00:00",
                    "partner_ids": cls.owner.partner_id.ids,
                }
            ),
            "project.milestone": cls.env["project.milestone"].create(
                {"name": door_samples.MARK, "project_id": project.id}
            ),
        }

    @classmethod
    def _create_inside(cls, record):
        """Put into a record what staff alone know of it; return the internal note."""
        record.message_subscribe(
            partner_ids=(cls.document_user | cls.private).partner_id.ids
        )
        if hasattr(record, "activity_schedule"):
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
            "recipients_fields": (
                "/mail/thread/recipients/fields",
                {"thread_model": name},
            ),
            "inbox": ("/mail/inbox/messages", {"fetch_params": {"search_term": NOTE}}),
            "history": (
                "/mail/history/messages",
                {"fetch_params": {"search_term": NOTE}},
            ),
            "starred": (
                "/mail/starred/messages",
                {"fetch_params": {"search_term": NOTE}},
            ),
            "translate": ("/mail/message/translate", {"message_id": note.id}),
            "preview": ("/mail/link_preview", {"message_id": note.id}),
            "hide_preview": (
                "/mail/link_preview/hide",
                {"message_link_preview_ids": [note.id]},
            ),
            "thumbnail": (
                "/mail/attachment/update_thumbnail",
                {"attachment_id": file.id, "access_token": access["token"]},
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
                {**access, "message_id": note.id, "content": "👍", "action": "add"},
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

    def _get_addresses(self, name, user, token=None):
        """Return the addresses of Odoo's pages that lead to a record, its messages and files."""
        record, note = self.samples[name], self.notes[name]
        key = f"access_token={token or 'x'}"
        named = f"model={name}&res_id={record.id}"
        pid = user.partner_id.id
        return {
            "/mail/view": (f"{named}&{key}", f"message_id={note.id}&{key}"),
            f"/mail/message/{note.id}": (key,),
            "/mail/unfollow": (f"{named}&pid={pid}&token={token or 'x'}",),
            **{f"{path}": (key,) for path in self._get_file_paths(note.attachment_ids)},
        }

    def _get_file_paths(self, file):
        return (
            f"/web/content/{file.id}",
            f"/web/image/{file.id}",
            f"/web/content/ir.attachment/{file.id}/raw",
            f"/mail/attachment/pdf_first_page/{file.id}",
        )

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
        return count_writes(self.env.cr, list(WRITTEN))

    def _get_csrf_token(self):
        return Request.csrf_token(self)


@tagged("-at_install", "post_install")
class TestThreadDoors(ThreadDoorCase):
    def _may_read(self, role, name):
        if role == "link":
            return name in self.tokens
        return self.samples[name].with_user(self.roles[role]).has_access("read")

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

    def test_no_page_of_odoo_s_tells_or_gives_what_is_staff_s(self):
        for role in ROLES:
            user = self.roles.get(role, self.roles["visitor"])
            self.login(None if user._is_public() else user)
            for name in MODELS:
                file = self.notes[name].attachment_ids
                token = self.tokens.get(name) if role == "link" else None
                before = self._count_writes()
                for path, queries in self._get_addresses(name, user, token).items():
                    # what core's answers give with each file, where they give it
                    keys = ()
                    if str(file.id) in path:
                        keys = (
                            file._get_raw_access_token(),
                            file._get_thumbnail_token(),
                        )
                    for query in (*queries, *(f"access_token={key}" for key in keys)):
                        with self.subTest(role=role, model=name, path=path):
                            with mute_logger("odoo.http"):
                                response = self.get(f"{path}?{query}")
                            self.assertLess(response.status_code, 500)
                            self.assertNotEqual(response.content, b"note")
                            for word in (NOTE, HIDDEN):
                                self.assertNotIn(word.encode(), response.content)
                self.assertEqual(self._count_writes(), before)
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

    def test_the_file_of_a_public_message_is_fetched_with_its_key(self):
        """What the pages of projects, tasks and documents show goes on being shown."""
        for name in MODELS:
            message = self.samples[name].message_post(
                body="Words",
                attachments=[("a.pdf", b"for all")],
                subtype_xmlid="mail.mt_comment",
            )
            file, note = message.attachment_ids, self.notes[name].attachment_ids
            for user, expected in ((None, 404), (self.document_user, 200)):
                self.login(user)
                for opened, status in ((file, 200), (note, expected)):
                    with self.subTest(model=name, user=user, file=opened.name):
                        key = opened._get_raw_access_token()
                        with mute_logger("odoo.http"):
                            response = self.get(
                                f"/web/content/{opened.id}?access_token={key}"
                            )
                        self.assertEqual(response.status_code, status)

    # -- nothing is left out

    def _get_dependencies(self):
        """Return the names of the modules that the suite needs, as every installation has them."""
        ours = self.env["ir.module.module"].search(
            [("name", "=like", "customer_portal_%")]
        )
        return set(
            ours.upstream_dependencies(exclude_states=("uninstallable",)).mapped("name")
        )

    def test_every_discussion_that_customers_reach_is_tried(self):
        modules = self._get_dependencies()
        thread, ours = (
            self.env.registry[name]
            for name in ("mail.thread", "customer.portal.thread.mixin")
        )
        customers = [self.roles[name] for name in door_rows.CUSTOMERS]
        found = {
            name
            for name, model in self.env.registry.items()
            if issubclass(model, thread)
            and not model._abstract
            and (
                issubclass(model, ours)
                or model._original_module in modules
                and any(
                    self.env[name].with_user(user).has_access("read")
                    for user in customers
                )
            )
        }
        self.assertEqual(found - OF_OTHERS, set(MODELS))

    def test_every_route_to_discussions_and_files_is_tried(self):
        """A new one of Odoo's fails here, until it is tried above."""
        modules = self._get_dependencies()
        user = self.roles["owner"]
        tried = {
            *(url for url, _params in self._get_doors(MODELS[0], user).values()),
            *self._get_addresses(MODELS[0], user),
            "/mail/attachment/zip",
        }
        # up to the first number, which is the first parameter
        tried = {re.split(r"\d", url)[0].rstrip("/") for url in tried}
        self.get("/web/login")  # the map is made by a request
        found = set()
        for rule in self.env["ir.http"].routing_map().iter_rules():
            names = set(inspect.signature(rule.endpoint).parameters)
            module = rule.endpoint.__module__.split(".")[2]
            if names & PARAMETERS and module in modules:
                found.add(rule.rule)
        unknown = {
            path
            for path in found
            if path.split("<")[0].rstrip("/") not in tried
            and not path.startswith(tuple(KNOWN))
        }
        self.assertFalse(unknown)
        self.assertGreater(len(found), 40, "the introspection finds them")
