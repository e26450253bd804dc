from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DocumentCase, DocumentHttpCase

_EDITOR = "odoo.addons.html_editor.controllers.main"
_PUSH = "odoo.addons.mail.models.mail_thread.push_to_end_point"


@tagged("-at_install", "post_install")
class TestPush(DocumentCase):
    """REQ U-4: messages are pushed to the browsers of staff, of today's staff, and nowhere else."""

    def setUp(self):
        super().setUp()
        Device = self.env["mail.push.device"]
        self.public_key = Device.get_web_push_vapid_public_key()
        self.document = self._create_document(self.owner)
        self.document.message_subscribe(partner_ids=self.document_user.partner_id.ids)

    def register(self, user):
        self.env["mail.push.device"].with_user(user).register_devices(
            endpoint=f"http://10.0.0.1/{user.login}",
            keys={"p256dh": "x", "auth": "y"},
            vapid_public_key=self.public_key,
        )

    def get_pushed(self):
        """Post a message; return where it was pushed to."""
        with patch(_PUSH) as push:
            self.document.message_post(
                body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        return [call.kwargs["device"]["endpoint"] for call in push.call_args_list]

    def test_customers_name_no_address_to_post_to(self):
        before = self.env["mail.push.device"].search_count([])
        for user in (self.owner, self.env.ref("base.public_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.register(user)
        self.assertEqual(self.env["mail.push.device"].search_count([]), before)

    def test_what_customers_had_named_is_left_alone(self):
        self.env["mail.push.device"].create(
            {
                "partner_id": self.owner.partner_id.id,
                "endpoint": "http://10.0.0.1/old",
                "keys": "{}",
            }
        )
        self.assertEqual(self.get_pushed(), [])
        self.owner.active = False
        self.assertEqual(self.get_pushed(), [])

    def test_what_waits_is_pushed_to_staff_alone(self):
        devices = self.env["mail.push.device"].create(
            [
                {
                    "partner_id": user.partner_id.id,
                    "endpoint": f"http://10.0.0.1/{user.login}",
                    "keys": "{}",
                }
                for user in (self.owner, self.document_user)
            ]
        )
        for device in devices:
            values = {"mail_push_device_id": device.id, "payload": "{}"}
            self.env["mail.push"].create(values)
        with patch(_PUSH.replace("mail_thread", "mail_push")) as push:
            self.env["mail.push"]._push_notification_to_endpoint()
        [call] = push.call_args_list
        self.assertIn(self.document_user.login, str(call))
        self.assertFalse(self.env["mail.push"].search([]))

    def test_staff_are_pushed_to_as_long_as_they_are_staff(self):
        self.register(self.document_user)
        endpoint = f"http://10.0.0.1/{self.document_user.login}"
        self.assertEqual(self.get_pushed(), [endpoint])
        self.document_user.active = False
        self.assertEqual(self.get_pushed(), [])
        self.document_user.active = True
        self.assertEqual(self.get_pushed(), [endpoint])
        portal = self.env.ref("base.group_portal")
        self.document_user.group_ids = portal
        self.assertEqual(self.get_pushed(), [])


@tagged("-at_install", "post_install")
class TestEditor(DocumentHttpCase):
    """REQ 13.A: nobody outside has our server ask another one, whose address they name."""

    def test_doors_of_the_editor(self):
        asked = {"url": 0}

        def note(*args, **kwargs):
            asked["url"] += 1
            raise AssertionError("asked")

        url = f"{self.base_url()}/web/login"
        media = {"1": {"query": "x", "is_dynamic_svg": False}}
        doors = [
            ("link_preview_external", {"preview_url": url}),
            ("link_preview_internal", {"preview_url": url}),
            ("media_library_search", {"query": "x"}),
            *(
                (f"{prefix}{door}", params)
                for prefix in ("/html_editor/", "/web_editor/")
                for door, params in (
                    ("attachment/add_url", {"url": url}),
                    ("generate_text", {"prompt": "x", "conversation_history": []}),
                    ("save_library_media", {"media": media}),
                )
            ),
        ]
        for method in ("requests.get", "requests.post", "requests.head"):
            self.startPatcher(patch(method, note))
        self.startPatcher(patch(f"{_EDITOR}.iap_tools.iap_jsonrpc", note))
        for user in (None, self.owner, self.document_user):
            self.login(user)
            for path, params in doors:
                path = path if path.startswith("/") else f"/html_editor/{path}"
                with self.subTest(user=user and user.login, door=path):
                    asked["url"] = 0
                    answer = self.call(path, params)
                    is_staff = user == self.document_user
                    self.assertEqual(bool(asked["url"]), is_staff, answer)

    def test_methods_that_clients_call(self):
        """REQ 13.A: of models without records core asks for no right."""
        url = f"{self.base_url()}/web/login"
        message = {"From": "a@example.com", "To": "b@example.com"}
        for user in (self.owner, self.document_user):
            self.login(user)
            for model, method, args in (
                ("ir.qweb.field.image", "load_remote_url", [[], url]),
                ("ir.qweb.field.image", "load_local_url", [[], "/web/static/x.png"]),
                ("ir.mail_server", "send_email", [message, False, "127.0.0.1", 25]),
            ):
                params = {"model": model, "method": method, "args": args, "kwargs": {}}
                with (
                    self.subTest(user=user.login, method=method),
                    mute_logger("odoo.http"),
                ):
                    answer = self.call(f"/web/dataset/call_kw/{model}/{method}", params)
                    words = answer["error"]["data"]["message"]
                    self.assertIn("cannot be called remotely", words)

    def test_whether_a_domain_is_valid_is_asked_with_ones_own_rights(self):
        """REQ X-1: what is wrong with the rest of it tells whether there is such a record."""
        document = self._create_document(self.owner, name="Secret title")
        path = "/web/domain/validate"
        for user in (self.staff, self.stranger):
            self.login(user)
            said = {
                text: self.call(
                    path,
                    {
                        "model": document._name,
                        "domain": [["id", "child_of", text]],
                    },
                )
                for text in ("Secret ti", "Secret xx")
            }
            with self.subTest(user=user.login):
                there, absent = (said[text].get("result") for text in said)
                self.assertEqual(there, absent)
        self.login(self.document_user)
        for domain, is_valid in (
            ([["name", "ilike", "x"]], True),
            ([["nothing", "=", 1]], False),
            ("x", False),
        ):
            params = {"model": document._name, "domain": domain}
            self.assertIs(self.call(path, params)["result"], is_valid)
        with mute_logger("odoo.http"):
            for model in ("x", [], {}, 1):
                answer = self.call(path, {"model": model, "domain": []})
                self.assertIn("There is no model", answer["error"]["data"]["message"])

    def call(self, path, params):
        answer = self.opener.post(
            self.base_url() + path, json={"params": params}, timeout=30
        )
        self.assertLess(answer.status_code, 500)
        return answer.json()
