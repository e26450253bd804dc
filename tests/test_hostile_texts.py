"""Texts that no database holds, sent to every text that we take: refused or cleaned, never 500.

The routes come from Odoo's routing map: ours, and those of helpdesk_mgmt, which our addons expose.
"""

import base64
import inspect
import json
import re
from urllib.parse import quote, urlencode

import test_route_matrix
from test_files_as_text import NAMES
from test_route_matrix import EXTENDED

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF

OURS = ("odoo.addons.customer_portal_", "odoo.addons.helpdesk_mgmt")
#: As bytes of a form, an address or a header.
HOSTILE = {
    "NUL": b"\0",
    "NUL inside": b"a\0b",
    "half of a pair": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\x80",
    "overlong": b"\xc0\x80\xe0\x80\xaf",
    "beyond Unicode": b"\xf7\xbf\xbf\xbf",
    "controls": b"\x01\x0b\x1f\x7f\xc2\x85",
    "directions": "\u202e\u2066\ufeff\u2028".encode(),
    "noncharacters": "\uffff\U0010ffff".encode(),
    "long": b"9" * 700,
}
#: Of each kind of mistake one.
FEW_KINDS = ("NUL inside", "half of a pair", "no UTF-8", "directions")
#: As characters of JSON.
HOSTILE_JSON = {
    "NUL": "\0",
    "NUL inside": "a\0b",
    "half of a pair": "\ud800",
    "other half": "a\udfffb",
    "pair the wrong way": "\udc00\ud800",
}
HEADERS = (
    "Accept Accept-Language Content-Language Cookie If-Modified-Since If-None-Match If-Range Origin"
    " Range Referer User-Agent X-Forwarded-For X-Requested-With Upload-Checksum Upload-Length"
    " Upload-Metadata Upload-Offset"
).split()
COOKIES = ("frontend_lang", "tz", "cids", "session_id")
MODELS = (
    "customer.portal.document",
    "customer.portal.folder",
    "customer.portal.share",
    "helpdesk.ticket",
    "helpdesk.ticket.team",
    "project.project",
    "project.task",
    "res.partner",
    "mail.message",
    "ir.attachment",
)


@tagged("-at_install", "post_install")
class TestHostileTexts(test_route_matrix.TestRouteMatrix):
    """Issue 11, line 9"""

    # the same records, and none of the matrix' own tests
    test_every_route_has_a_row_and_every_row_a_route = None
    test_each_role_gets_the_answer_in_the_table = None
    test_malformed_ids_are_refused_alike = None

    def _get_rules(self):
        for rule in self.env["ir.http"].routing_map().iter_rules():
            method = rule.endpoint.func
            is_ours = any(
                method.__name__ in vars(cls)
                for cls in type(method.__self__).__mro__
                if cls.__module__.startswith(OURS)
            )
            for verb in sorted((rule.methods or {"GET", "POST"}) - {"OPTIONS", "HEAD"}):
                if is_ours or f"{verb} {rule.rule}" in EXTENDED:
                    yield verb, rule

    def _get_names(self, rule):
        signature = inspect.signature(rule.endpoint.original_endpoint)
        return sorted((NAMES | signature.parameters.keys()) - {"self", "params", "kw"})

    def _get_url(self, rule):
        """Return the address of a route, of records that are there where we know some."""
        ids = {
            **self.ids,
            "document_id": self.ids["shared"],
            "project_id": self.ids["project"],
            "task_id": self.ids["task"],
            "attachment_id": self.ids["version"],
            "token": self.ids["web"],
            "ticket_id": self.ids.get("issue", self.ids["absent"]),
            "team_id": self.ids.get("binder", self.ids["absent"]),
            "form_token": self.ids.get("form", "x"),
        }
        return re.sub(
            r"<[^>]*?(\w+)>",
            lambda match: quote(str(ids.get(match[1], 1)), safe=""),
            rule.rule,
        )

    def _check(self, verb, url, **options):
        answer = self.opener.request(
            verb, self.base_url() + url, allow_redirects=False, timeout=60, **options
        )
        self.assertLess(answer.status_code, 500, f"{verb} {url}")
        return answer

    def assertNoControlsStored(self):
        """What PostgreSQL would take is cleaned: it holds no NUL and no half of a pair itself."""
        self.env.flush_all()
        for name in MODELS:
            model = self.env[name]
            for field in model._fields.values():
                is_text = field.type in ("char", "text", "html") and field.store
                if is_text and field.column_type:
                    self.env.cr.execute(
                        f"""SELECT id FROM {model._table} WHERE {field.name}::text
                               ~ '[\x01-\x08\x0b\x0e-\x1f\x7f]' LIMIT 1"""
                    )
                    self.assertFalse(self.env.cr.fetchall(), str(field))

    def _each(self):
        """Yield each route with each hostile text, and the case that it is.

        A visitor tries fewer: most of what they are let into does not depend on who asks.
        """
        for role in ("visitor", "owner"):
            self._log_in_as(role)
            kinds = HOSTILE if role == "owner" else ("NUL inside", "no UTF-8")
            for kind in kinds:
                text = HOSTILE[kind]
                for verb, rule in self._get_rules():
                    route = f"{verb} {rule}"
                    yield (
                        verb,
                        rule,
                        text,
                        self.subTest(role=role, kind=kind, route=route),
                    )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_qweb")
    def test_in_a_query(self):
        for verb, rule, text, case in self._each():
            with case:
                names = self._get_names(rule)
                query = urlencode([(name, text) for name in names])
                self._check(verb, f"{self._get_url(rule)}?{query}")

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_qweb")
    def test_in_a_form(self):
        for verb, rule, text, case in self._each():
            if verb != "POST":
                continue
            with case:
                token = ("csrf_token", Request.csrf_token(self))
                names = [(name, text) for name in self._get_names(rule)]
                url = self._get_url(rule)
                for fields in ([*names, token], [("csrf_token", text)], [(text, text)]):
                    self._check(
                        verb,
                        url,
                        data=urlencode(fields),
                        headers={"Content-Type": "application/x-www-form-urlencoded"},
                    )
        self.assertNoControlsStored()

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_qweb")
    def test_in_each_field_of_a_form_with_files(self):
        boundary = b"x" * 30
        for verb, rule, text, case in self._each():
            if verb != "POST":
                continue
            with case:
                token = Request.csrf_token(self).encode()
                names = [name.encode() for name in self._get_names(rule)]
                parts = [
                    *((b'name="%s"' % name, text) for name in names),
                    (b'name="csrf_token"', token),
                    (b'name="file"; filename="%s.pdf"' % text, PDF),
                    (b'name="attachment"; filename="%s.pdf"' % text, PDF),
                ]
                body = b"".join(
                    b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n"
                    % (boundary, head, content)
                    for head, content in parts
                )
                self._check(
                    verb,
                    self._get_url(rule),
                    data=body + b"--%s--\r\n" % boundary,
                    headers={
                        "Content-Type": f"multipart/form-data; boundary={boundary.decode()}"
                    },
                )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_qweb")
    def test_in_a_path(self):
        for verb, rule, text, case in self._each():
            with case:
                sent = quote(text[:1000], safe="")
                paths = {
                    re.sub(r"<[^>]+>", lambda match, sent=sent: sent, rule.rule),
                    self._get_url(rule) + sent,
                }
                for path in paths:
                    self._check(verb, path)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_qweb")
    def test_in_headers(self):
        for verb, rule, text, case in self._each():
            with case:
                clean = bytes(byte for byte in text if byte not in b"\r\n")[:2000]
                names = [name for name in HEADERS if name != "Cookie"]
                session = f"session_id={self.session.sid}".encode()
                for cookies in (
                    [session],
                    [b"%s=%s" % (name.encode(), clean) for name in COOKIES],
                ):
                    self._check(
                        verb,
                        self._get_url(rule),
                        headers={
                            **dict.fromkeys(names, clean),
                            "Cookie": b"; ".join([*cookies, b"frontend_lang=" + clean]),
                            "Tus-Resumable": b"1.0.0",
                        },
                    )

    @mute_logger("odoo.http")
    def test_in_the_metadata_of_a_tus_upload(self):
        """To the portal, for a line of a request, and into a share."""
        names = (
            "filename name description folder_id res_model res_id visibility document_id"
            " request_line_id access_token share_token email valid_until unknown"
        ).split()
        sender = {"name": b"Vera", "email": b"vera@example.com"}
        for role, target in (
            ("owner", {}),
            ("owner", {"request_line_id": str(self.ids["request_line"]).encode()}),
            ("visitor", {"share_token": self.ids["drop"].encode(), **sender}),
        ):
            self._log_in_as(role)
            self.assertEqual(self._begin_tus(target).status_code, 201, target)
            kinds = FEW_KINDS if target else HOSTILE
            for kind in kinds:
                for name in names:
                    text = HOSTILE[kind]
                    with self.subTest(target=list(target), kind=kind, name=name):
                        answer = self._begin_tus({**target, name: text})
                        self.assertIn(answer.status_code, (201, 400, 401, 404))
                        if answer.status_code == 201:
                            path = answer.headers["Location"]
                            self._finish_tus(path, answer.request.headers)

    def _begin_tus(self, values):
        metadata = ",".join(
            f"{key} {base64.b64encode(value).decode()}"
            for key, value in {"filename": b"a.pdf", **values}.items()
        )
        return self._check(
            "POST",
            "/my/documents/tus",
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": "10",
                "Upload-Metadata": metadata,
            },
        )

    def _finish_tus(self, path, sent):
        metadata = sent["Upload-Metadata"]
        tus = {"Tus-Resumable": "1.0.0"}
        self._check("HEAD", path, headers=tus)
        self._check(
            "PATCH",
            path,
            data=b"%PDF-1.4\nx",
            headers={
                **tus,
                "Upload-Offset": "0",
                "Upload-Metadata": metadata,
                "Content-Type": "application/offset+octet-stream",
            },
        )

    # -- JSON

    def _check_json(self, url, data):
        answer = self.opener.post(
            self.base_url() + url,
            data=data if isinstance(data, bytes) else json.dumps(data).encode(),
            headers={"Content-Type": "application/json"},
            timeout=60,
        )
        self.assertLess(answer.status_code, 500, url)
        return answer

    def _get_calls(self, text):
        """Return what is tried by RPC: a method of each model, with a hostile text within."""
        for model in MODELS:
            for method, args, kwargs in (
                ("search_read", [[["display_name", "ilike", text]]], {}),
                ("search_count", [[["create_uid", "=", text]]], {}),
                ("name_search", [text], {}),
                ("read", [[1], [text]], {}),
                ("create", [{"name": text}], {}),
                ("write", [[1], {text: "x"}], {}),
                ("search_read", [], {"order": text}),
                ("read_group", [[], [text], [text]], {}),
                ("fields_get", [], {"context": {"lang": text}}),
                ("message_post", [[1]], {"body": text}),
            ):
                yield (
                    f"/web/dataset/call_kw/{model}/{method}",
                    {"model": model, "method": method, "args": args, "kwargs": kwargs},
                )
        for model in (text, "customer.portal.document"):
            thread = {"thread_model": model, "thread_id": self.ids["shared"]}
            yield "/mail/message/post", {**thread, "post_data": {"body": text}}
            yield (
                "/mail/thread/messages",
                {**thread, "fetch_params": {"search_term": text}},
            )
            yield (
                "/mail/chatter_fetch",
                {**thread, "fetch_params": {"search_term": text}},
            )
            yield (
                "/mail/message/post",
                {**thread, "token": text, "post_data": {"body": "x"}},
            )
            yield (
                "/mail/data",
                {"fetch_params": [["mail.thread", {**thread, text: text}]]},
            )
        yield (
            "/mail/message/reaction",
            {"message_id": 1, "content": text, "action": "add"},
        )
        yield "/mail/attachment/delete", {"attachment_id": 1, "access_token": text}
        yield "/my/counters", {"counters": [text]}

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_by_rpc(self):
        for role in ("visitor", "owner"):
            self._log_in_as(role)
            for kind, text in HOSTILE_JSON.items():
                for url, params in self._get_calls(text):
                    with self.subTest(role=role, kind=kind, url=url):
                        answer = self._check_json(
                            url, {"jsonrpc": "2.0", "id": 1, "params": params}
                        )
                        data = answer.json()
                        if role == "visitor" and data["error"]["code"] == 100:
                            continue  # has to log in
                        self.assertEqual(answer.status_code, 400, answer.text[:300])
                        self.assertEqual(data["error"]["code"], 400)
                        self.assertEqual(
                            data["error"]["data"]["name"], "odoo.exceptions.UserError"
                        )

    @mute_logger("odoo.http")
    def test_what_is_no_json(self):
        self._log_in_as("owner")
        url = "/web/dataset/call_kw/customer.portal.document/search_count"
        deep = b"[" * 100_000
        for body in (
            b"",
            b"{",
            b"[]",
            b'"x"',
            b"\xff",
            b'{"params": []}',
            deep,
            b"9" * 9999,
        ):
            with self.subTest(body=body[:20]):
                answer = self._check_json(url, body)
                self.assertEqual(answer.status_code, 400, answer.text)
                self.assertEqual(answer.json()["error"], "bad_json")
                self.assertTrue(answer.json()["message"])
