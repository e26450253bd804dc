"""Odoo's own doors for files: nothing comes in by them that our upload page refuses."""

import base64
import re

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ATTACHMENT_URL, PDF, DocumentHttpCase

PROGRAM = b"MZ\x90\x00 not a PDF"


@tagged("-at_install", "post_install")
class TestAttachmentDoors(DocumentHttpCase):
    """Issue 11, line 5"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner)
        cls.project = cls._create_project("Office", cls.owner)
        cls.task = cls.env["project.task"].create(
            {"name": "Door", "project_id": cls.project.id}
        )
        cls.task.message_subscribe(partner_ids=cls.owner.partner_id.ids)

    def _send(self, *file, record=None, **data):
        return self.send_attachment(record or self.document, *file, **data)

    def _count(self):
        return self.env["ir.attachment"].search_count([])

    def _get_callers(self):
        """Log in as each who may write in the discussion, and return what they add."""
        self.login(self.owner)
        yield "customer", {}
        self.login(None)
        yield "link", {"token": self.document._portal_ensure_token()}

    def test_customers_and_link_holders_add_files(self):
        for caller, data in self._get_callers():
            with self.subTest(caller=caller):
                answer = self._send("../x/a\u202eb.pdf", is_pending="true", **data)
                self.assertEqual(answer.status_code, 200, answer.text)
                stored = self.env["ir.attachment"].browse(
                    answer.json()["data"]["attachment_id"]
                )
                self.assertEqual(stored.raw, PDF)
                self.assertEqual(stored.name, "a b.pdf")
                self.assertFalse(stored.res_id)

    def test_files_beside_messages_are_not_read_into_memory(self):
        self.login(self.owner)
        marker = self._count()
        answer = self._send("a.dat", b"x" * 900_000)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._count(), marker + 1)
        stored = self.env["ir.attachment"].browse(
            answer.json()["data"]["attachment_id"]
        )
        self.assertEqual(stored.file_size, 900_000)
        self.assertFalse(stored.index_content, "an unread file has no index")

    def test_what_the_upload_page_refuses_is_refused(self):
        files = {
            "a.exe": (PDF, 415),
            "a.pdf": (PROGRAM, 415),
            "a.docm": (PDF, 415),
            "big.pdf": (b"x" * (2**20 + 1), 413),
            "huge.pdf": (b"x" * (2**21 + 2**20), 413),
            "empty.pdf": (b"", 400),
        }
        for record in (self.document, self.task, self.project):
            for caller, data in self._get_callers():
                if caller == "link" and record != self.document:
                    data = {"token": record._portal_ensure_token()}
                for name, (raw, status) in files.items():
                    for pending in ("true", "false"):
                        with self.subTest(caller=caller, name=name, record=record):
                            count = self._count()
                            answer = self._send(
                                name,
                                raw,
                                record=record,
                                headers={"Accept": "application/json"},
                                is_pending=pending,
                                **data,
                            )
                            self.assertIn(answer.status_code, (status, 404))
                            self.assertIn("message", answer.json())
                            if record == self.document:
                                self.assertEqual(answer.status_code, status)
                            self.assertEqual(self._count(), count)

    def test_the_types_of_the_settings_hold(self):
        self.company.portal_document_types = "png"
        for caller, data in self._get_callers():
            with self.subTest(caller=caller):
                self.assertEqual(self._send(**data).status_code, 415)

    def test_the_settings_of_the_records_company_hold(self):
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_types": "png"}
        )
        document = self._create_document(self.owner, company_id=elsewhere.id)
        self.login(None)
        token = document._portal_ensure_token()
        self.assertEqual(self._send(record=document, token=token).status_code, 415)

    def test_a_locked_document_takes_nothing(self):
        self.document.with_user(self.document_user).action_lock()
        for caller, data in self._get_callers():
            with self.subTest(caller=caller):
                count = self._count()
                self.assertEqual(self._send(**data).status_code, 423)
                self.assertEqual(self._count(), count)

    def test_strangers_and_nonsense_get_404(self):
        for user in (self.stranger, None):
            self.login(user)
            for data in (
                {},
                {"token": "x"},
                {"token": "é"},
                {"thread_model": "x"},
                {"thread_model": "res.users"},
                {"thread_model": "\0"},
                {"thread_id": "x"},
                {"thread_id": "-1"},
                {"thread_id": "9" * 40},
                {"thread_id": "2000000000"},
            ):
                with self.subTest(user=user, data=data):
                    count = self._count()
                    self.assertIn(self._send(**data).status_code, (400, 403, 404))
                    self.assertEqual(self._count(), count)

    def test_a_form_without_a_file(self):
        self.login(self.owner)
        answer = self.opener.post(
            self.base_url() + ATTACHMENT_URL,
            data={
                "csrf_token": Request.csrf_token(self),
                "thread_model": self.document._name,
                "thread_id": self.document.id,
                "ufile": "text",
            },
        )
        self.assertEqual(answer.status_code, 400)

    def test_staff_add_what_they_like(self):
        self.login(self.document_user)
        for name, raw in (("a.exe", PROGRAM), ("b.pdf", b"x" * (2**20 + 1))):
            answer = self._send(name, raw)
            self.assertEqual(answer.status_code, 200, answer.text)
            stored = self.env["ir.attachment"].browse(
                answer.json()["data"]["attachment_id"]
            )
            self.assertEqual((stored.name, stored.raw), (name, raw))

    # -- the other doors: no file of a customer comes in by them at all

    def test_binary_upload_is_for_staff(self):
        for user, expected in ((self.owner, 404), (self.document_user, 200)):
            self.login(user)
            count = self._count()
            answer = self.opener.post(
                self.base_url() + "/web/binary/upload_attachment",
                data={
                    "csrf_token": Request.csrf_token(self),
                    "model": self.document._name,
                    "id": self.document.id,
                },
                files=[("ufile", ("a.pdf", PDF))],
            )
            self.assertEqual(answer.status_code, expected)
            self.assertEqual(self._count() - count, int(expected == 200))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_no_file_by_rpc(self):
        data = base64.b64encode(PDF).decode()
        records = (self.document, self.task, self.document.folder_id, self.project)
        for user in (self.owner, self.stranger):
            self.login(user)
            for record in records:
                target = {"res_model": record._name, "res_id": record.id}
                count = self._count()
                for url, params in self._get_rpc_doors(data, target):
                    with self.subTest(user=user.login, record=record, url=url):
                        answer = self.make_jsonrpc_request_raw(url, params)
                        # a picture that is none is refused in words
                        result = answer.get("result") or {"error": True}
                        self.assertTrue("error" in answer or "error" in result, answer)
                        self.assertEqual(self._count(), count)

    def make_jsonrpc_request_raw(self, url, params):
        answer = self.opener.post(
            self.base_url() + url,
            json={"jsonrpc": "2.0", "id": 1, "params": params},
            timeout=30,
        )
        return answer.json()

    def _get_rpc_doors(self, data, target):
        values = {"name": "a.pdf", "datas": data, **target}
        for model, method, args in (
            ("ir.attachment", "create", [[values]]),
            ("ir.attachment", "create", [[{**values, "public": True}]]),
            ("ir.attachment", "create_unique", [[{**values, "mimetype": "x"}]]),
            ("ir.attachment", "write", [self.document.attachment_id.ids, values]),
            ("ir.attachment", "copy", [self.document.attachment_id.ids, values]),
        ):
            yield (
                f"/web/dataset/call_kw/{model}/{method}",
                {"model": model, "method": method, "args": args, "kwargs": {}},
            )
        for prefix in ("/html_editor", "/web_editor"):
            for image in (False, True):
                yield (
                    f"{prefix}/attachment/add_data",
                    {"name": "a.pdf", "data": data, "is_image": image, **target},
                )
            yield (
                f"{prefix}/attachment/add_url",
                {"url": f"{self.base_url()}/web/login", **target},
            )
            attachment = self.document.attachment_id
            yield (
                f"{prefix}/modify_image/{attachment.id}",
                {"name": "a.pdf", "data": data, **target},
            )

    def test_every_door_for_files_is_known(self):
        """A route of Odoo's that takes files, and is not tried here or known to be staff's."""
        pattern = re.compile(r"upload|attachment/add|add_image|add_data")
        known = {
            # tried above
            ATTACHMENT_URL,
            "/web/binary/upload_attachment",
            "/web_editor/attachment/add_data",
            "/html_editor/attachment/add_data",
            "/web_editor/attachment/add_url",
            "/html_editor/attachment/add_url",
            # images only, for a task that the customer may edit (core checks both)
            "/project_sharing/attachment/add_image",
            # staff's: no customer creates attachments, products or modules
            "/web_unsplash/attachment/add",
            "/product/document/upload",
            "/base_import_module/login_upload",
            # ours
            "/my/documents/upload",
            "/customer_portal_docs/upload",
        }
        self.get("/web/login")  # the map is made by a request
        rules = self.env["ir.http"].routing_map().iter_rules()
        found = {
            rule.rule
            for rule in rules
            if pattern.search(rule.rule)
            and rule.endpoint.routing["auth"] in ("user", "public", "none")
        }
        modules = {"/share/", "/my/documents"}
        unknown = {
            path
            for path in found - known
            if not any(path.startswith(prefix) for prefix in modules)
        }
        self.assertFalse(unknown)
