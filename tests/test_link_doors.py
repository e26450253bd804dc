"""Who has only a link opens one thing, on its own page: Odoo's generic doors know no link of ours.

Each kind of link is tried at each door, on a record of each model of ours, the one that it opens
included. A kind of link that is not in :meth:`TestLinkDoors._get_tokens`, or a model that has no
sample, fails the build.
"""

import door_rows
import door_samples
from test_thread_doors import HIDDEN, MODELS, NOTE, ThreadDoorCase

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF, count_writes

#: Where the key of a document, project or task lets its holder take part, by Odoo's own routes.
OWN = {"chatter_init", "chatter_fetch", "messages", "data", "action", "post"}
#: Kept of each use of a link, or while an address is counted.
COUNTED = {
    "customer_portal_throttle",
    "customer_portal_once",
    "customer_portal_issue_link",
    "customer_portal_request_link",
    "customer_portal_appointment_link",
    "customer_portal_calendar_feed",
    "customer_portal_share",
}
#: Pages that take a key: each is for the links of its own kind.
PAGES = {
    "customer.portal.document": (
        "/my/documents/{id}",
        "/my/documents/{id}/content",
        "/my/documents/{id}/thumbnail",
        "/my/documents/{id}/page/1",
    ),
    "customer.portal.request": ("/my/requests/{id}",),
    "customer.portal.appointment": ("/my/appointments/{id}",),
    "helpdesk.ticket": ("/my/ticket/{id}",),
    "project.project": ("/my/projects/{id}",),
    "project.task": ("/my/tasks/{id}",),
}
#: What opens the pages of a model.
OPENED_BY = {
    "customer.portal.document": "document",
    "customer.portal.request": "customer.portal.request.link",
    "customer.portal.appointment": "customer.portal.appointment.link",
    "helpdesk.ticket": "customer.portal.issue.link",
    "project.project": "project",
    "project.task": "task",
}
#: The key that Odoo's "Share" gives an issue opens its page.
SHARED_BY_STAFF = ("helpdesk.ticket", "ticket")


@tagged("-at_install", "post_install")
class TestLinkDoors(ThreadDoorCase):
    #: What :meth:`_count_writes` said last: between two requests nobody writes.
    _written = None

    def setUp(self):
        super().setUp()
        self.login(None)
        self.get("/web/login")

    def _get_tokens(self):
        """Return a key of each kind of link, by a name of it."""
        samples = self.all_samples
        personal = self.env["customer.portal.link.key"]._get_link_models()
        return {
            "document": self.tokens["customer.portal.document"],
            "project": self.tokens["project.project"],
            "task": self.tokens["project.task"],
            "ticket": self.tokens["helpdesk.ticket"],
            "share": samples["customer.portal.share"].sudo().token,
            "form": samples["helpdesk.ticket.team"].sudo().portal_form_token or "x",
            **{name: samples[name].sudo()._get_token() for name in personal},
        }

    def _count_writes(self):
        self.env.flush_all()
        tables = {record._table for record in self.all_samples.values()}
        tables |= {"mail_message_reaction", "res_partner"}
        return count_writes(self.env.cr, sorted(tables - COUNTED))

    def _get_other_doors(self, record, token):
        """Return the doors of what is no discussion."""
        thread = {"thread_model": record._name, "thread_id": record.id}
        access = {"token": token, "access_token": token}
        asked = {
            **thread,
            "request_list": ["attachments", "followers", "messages"],
            "access_params": access,
        }
        said = {"post_data": {"body": "Words"}, "token": token}
        return {
            "data": ("/mail/data", {"fetch_params": [["mail.thread", asked]]}),
            "messages": ("/mail/thread/messages", thread),
            "chatter_init": ("/portal/chatter_init", {**thread, **access}),
            "chatter_fetch": ("/mail/chatter_fetch", {**thread, **access}),
            "post": ("/mail/message/post", {**thread, **said}),
        }

    def _try_door(self, kind, name, door, url, params):
        """Return what is wrong with what a link gets at a door, or None."""
        before = self._written or self._count_writes()
        text = self._ask(url, params)
        self._written = self._count_writes()
        # its title may be told of what the link opens
        is_own = OPENED_BY.get(name) == kind and door in OWN
        words = (NOTE, HIDDEN) if is_own else (NOTE, HIDDEN, door_samples.MARK)
        told = [word for word in words if word in text]
        if told:
            return f"{kind} at {door} of {name} tells {told}: {text[:300]}"
        if not (is_own and door == "post") and self._written != before:
            return f"{kind} at {door} of {name} writes: {text[:300]}"
        return None

    def test_every_model_is_tried(self):
        self.assertEqual(set(door_rows.RIGHTS) - set(self.all_samples), set())
        self.assertEqual(set(OPENED_BY), set(PAGES))

    def test_no_link_opens_a_door_of_discussions(self):
        """REQ 11.2"""
        visitor, faults = self.roles["visitor"], []
        for kind, token in self._get_tokens().items():
            for name, record in self.all_samples.items():
                doors = self._get_other_doors(record, token)
                if name in MODELS:
                    doors = self._get_doors(name, visitor, token)
                for door, (url, params) in doors.items():
                    faults.append(self._try_door(kind, name, door, url, params))
        faults = list(filter(None, faults))
        self.assertFalse(faults, "\n".join(faults))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_no_link_puts_a_file_beside_a_record(self):
        """REQ 11.5"""
        faults = []
        for kind, token in self._get_tokens().items():
            for name, record in self.all_samples.items():
                if OPENED_BY.get(name) == kind:
                    continue
                before = self._written or self._count_writes()
                response = self.opener.post(
                    f"{self.base_url()}/mail/attachment/upload",
                    data={
                        "csrf_token": self._get_csrf_token(),
                        "thread_model": name,
                        "thread_id": record.id,
                        "token": token,
                        "access_token": token,
                    },
                    files=[("ufile", ("a.pdf", PDF))],
                    timeout=30,
                )
                if response.status_code == 200 and "error" not in response.text:
                    faults.append(f"{kind} of {name}: {response.text[:200]}")
                self._written = self._count_writes()
                if self._written != before:
                    faults.append(f"{kind} of {name} writes")
        self.assertFalse(faults, "\n".join(faults))

    def _get_files(self):
        files = {note.attachment_ids for note in self.notes.values()}
        files |= {self.all_samples["customer.portal.document"].attachment_id}
        return [file for file in files if file]

    def _get_file_urls(self, token):
        for file in self._get_files():
            yield from (
                f"/web/content/{file.id}?access_token={token}",
                f"/web/image/{file.id}?access_token={token}",
                f"/web/content/ir.attachment/{file.id}/raw?access_token={token}",
                f"/mail/attachment/pdf_first_page/{file.id}?access_token={token}",
            )
        for name, record in self.all_samples.items():
            for field in record._fields.values():
                if field.type == "binary":
                    for door in ("content", "image"):
                        yield (
                            f"/web/{door}/{name}/{record.id}/{field.name}"
                            f"?access_token={token}"
                        )
            yield f"/web/image/{name}/{record.id}/access_token?access_token={token}"

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_no_link_fetches_a_file(self):
        """REQ 11.2, 11.5: neither by its number, nor as a field of a record"""
        known = [file.raw for file in self._get_files()]
        for kind, token in self._get_tokens().items():
            for url in self._get_file_urls(token):
                with self.subTest(kind=kind, url=url.replace(token, "…")):
                    response = self.get(url)
                    self.assertLess(response.status_code, 500)
                    self.assertNotIn(response.content, known)
                    self.assertNotIn(NOTE.encode(), response.content)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_each_page_is_for_links_of_its_own_kind(self):
        link_name = self.all_samples["customer.portal.link"].name
        for kind, token in self._get_tokens().items():
            for name, urls in PAGES.items():
                if OPENED_BY[name] == kind or (name, kind) == SHARED_BY_STAFF:
                    continue
                for url in urls:
                    path = url.format(id=self.all_samples[name].id)
                    with self.subTest(kind=kind, path=path):
                        for query in ("access_token", "token"):
                            response = self.get(f"{path}?{query}={token}")
                            self.assertIn(response.status_code, (303, 404))
                            # the portal's navigation is on every page
                            page = response.text.replace(link_name, "")
                            self.assertNotIn(door_samples.MARK, page)
