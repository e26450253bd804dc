"""Nonsense is refused, never a fault of ours: random requests to our routes and by RPC.

The suite sends some hundred of them; the long form sends as many as are asked for::

    FUZZ_REQUESTS=10000 ./setup/test tests/test_fuzz.py

``FUZZ_SEED`` repeats a run: the same seed sends the same requests. A failure prints the request.
"""

import inspect
import os
import random
import re
import urllib.parse

import door_samples
from test_route_matrix import create_records, get_our_rules

from odoo.fields import Command
from odoo.http import Request
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF, DocumentHttpCase

REQUESTS = int(os.getenv("FUZZ_REQUESTS", "300"))
SEED = int(os.getenv("FUZZ_SEED", "11"))
#: What clients may have typed. Surrogates go out as the bytes that broken clients send.
WORDS = [
    *("", "0", "-1", "1", "x", "é", "true", "null", "[]", "{}", "1.5", "1e400", "NaN"),
    *("\0", "a\0b", "\ud800", "\u202ex", "💥", "' OR 1=1 --", "%", "../../etc/passwd"),
    *("99999999999999999999", "2147483648", "2026-13-45", "0001-01-01", "9999-12-31"),
    *("A" * 5000, "<script>", "{{7*7}}", "\r\nSet-Cookie: a=b", " ", "name:month"),
]
HEADERS = {
    "Accept": ["application/json", "text/html", "*/*", "\x7f", "application/json;q=x"],
    "Range": ["bytes=0-", "bytes=-1", "bytes=9-1", "bytes=x", "bytes=0-1,2-3"],
    "If-None-Match": ['"x"', "*", "W/"],
    "If-Range": ["x", "Thu, 01 Jan 1970 00:00:00 GMT"],
    "Tus-Resumable": ["1.0.0", "0.1", ""],
    "Upload-Length": ["10", "-1", "x", "99999999999999999999"],
    "Upload-Offset": ["0", "-1", "x", "1e3"],
    "Upload-Metadata": [
        "filename YS5wZGY=",
        "filename AA==,name gICA",
        "filename",
        "filename ===",
        ",,, x",
    ],
    "Accept-Language": ["xx-XX", "é".encode().decode("latin-1")],
    "Referer": ["javascript:x", "http://[", ""],
}
#: What Odoo answers to who may not, or asks for nonsense; anything else is a fault.
REFUSALS = (
    "odoo.exceptions.",
    "odoo.http.",
    "odoo.addons.customer_portal_",
    "werkzeug.exceptions.",
)


@tagged("-at_install", "post_install")
class TestFuzz(DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = door_samples.create_roles(cls)
        samples = door_samples.create_samples(cls)
        opened = cls.env["customer.portal.folder"].create(
            {"name": "Open", "partner_ids": [Command.link(cls.brightwater.id)]}
        )
        cls.ids = {
            "shared": samples["customer.portal.document"].id,
            "open_folder": opened.id,
        }
        cls.ids.update(create_records(cls))
        cls.known = [str(value) for value in cls.ids.values()]
        cls.links = cls._create_links(samples)
        cls.models = sorted(samples)
        cls.record_ids = {name: record.ids for name, record in samples.items()}

    @classmethod
    def _create_links(cls, samples):
        """Return what mailed links open: list of (str id, str key)."""
        document = samples["customer.portal.document"]
        links = [(str(document.id), document.sudo()._portal_ensure_token())]
        for name in document.env["customer.portal.link.key"]._get_link_models():
            link_sudo = samples[name].sudo()
            [record] = [
                link_sudo[field]
                for field in ("request_id", "ticket_id", "appointment_id", "share_id")
                if field in link_sudo._fields
            ]
            links.append((str(record.id), link_sudo._get_token()))
        return links

    def setUp(self):
        super().setUp()
        self.link = None
        self.get("/web/login")  # a request makes the map of routes
        self.random = random.Random(SEED)
        rules = get_our_rules(self.env)
        self.routes = sorted(rules, key=lambda route: route[:2])

    # -- nonsense

    def _pick(self, *values):
        return self.random.choice(values)

    def _get_word(self):
        return self.random.choice(self.known if self.random.random() < 0.5 else WORDS)

    def _get_part(self):
        """Return what stands in a path; who has a link mostly asks for what it opens."""
        if self.link and self.random.random() < 0.7:
            return self.link[0]
        return self._get_word()

    def _get_value(self, depth=0):
        """Return something that JSON can say."""
        pick = self.random.random()
        if depth < 3 and pick < 0.2:
            return [self._get_value(depth + 1) for _ in range(self.random.randrange(4))]
        if depth < 3 and pick < 0.3:
            return {
                self._pick("name", "id", "fields", "limit", "x", ""): self._get_value(
                    depth + 1
                )
                for _ in range(self.random.randrange(3))
            }
        numbers = (0, 1, -1, 2**31, 2**70, 1.5, None, True, False)
        return self._pick(self._get_word(), self._pick(*numbers))

    def _quote(self, word):
        return urllib.parse.quote(word.encode("utf-8", "surrogatepass"), safe="")

    def _get_fields(self, endpoint):
        """Return some parameters, as a route names them and as it does not."""
        named = [
            name
            for name, parameter in inspect.signature(endpoint.func).parameters.items()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name != "self"
        ]
        names = [*named, "access_token", "search", "sortby", "csrf_token", "page", "x"]
        return [
            (self.random.choice(names), self._get_word())
            for _ in range(self.random.randrange(5))
        ]

    def _get_headers(self):
        return {
            name: self.random.choice(values)
            for name, values in HEADERS.items()
            if self.random.random() < 0.2
        }

    # -- requests

    def _send_to_route(self):
        verb, pattern, endpoint = self.random.choice(self.routes)
        if self.link:
            self.link = self.random.choice(self.links)
        path = re.sub(
            r"<[^>]+>", lambda _match: self._quote(self._get_part()) or "x", pattern
        )
        fields = self._get_fields(endpoint)
        if self.link:
            fields.append(("access_token", self.link[1]))
        query = "&".join(f"{name}={self._quote(word)}" for name, word in fields)
        url = f"{path}?{query}"
        kwargs = {"headers": self._get_headers()}
        if verb not in ("GET", "HEAD"):
            kwargs.update(self._get_body(endpoint))
        response = self.opener.request(
            verb, self.base_url() + url, allow_redirects=False, timeout=60, **kwargs
        )
        told = f"{verb} {url[:400]!r} {str(kwargs)[:600]}"
        if endpoint.routing["type"] == "jsonrpc":
            self._check_rpc(response, told)
        if response.status_code >= 500:
            self.faults.append(f"{response.status_code} {told}")

    def _get_body(self, endpoint):
        if endpoint.routing["type"] == "jsonrpc":
            return {"json": {"jsonrpc": "2.0", "params": self._get_value()}}
        fields = [
            (name, word.encode("utf-8", "surrogatepass"))
            for name, word in self._get_fields(endpoint)
        ]
        if self.random.random() < 0.7:
            fields.append(("csrf_token", Request.csrf_token(self)))
        kind = self.random.randrange(4)
        if kind == 0:
            return {"data": fields}
        if kind == 1:
            name = self._pick("file", "attachment", "csrf_token", "x")
            filename = self._pick("a.pdf", "", "a\u202efdp.exe", "A" * 300, "\\..\\x")
            return {
                "data": fields,
                "files": [(name, (filename, self._pick(PDF, b"", b"\0" * 100)))],
            }
        if kind == 2:
            return {"json": self._get_value()}
        types = ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain")
        return {
            "data": self._pick(b"", b"--x\r\n", b"\xff" * 50, b"a=%zz&b"),
            "headers": {**self._get_headers(), "Content-Type": self._pick(*types)},
        }

    def _send_by_rpc(self):
        name = self.random.choice(self.models)
        methods = self.methods.setdefault(name, self._get_public_methods(name))
        method = self.random.choice(methods)
        ids = self._pick(self.record_ids[name], [], self._get_value())
        args = [ids, *(self._get_value() for _ in range(self.random.randrange(3)))]
        if method in ("create", "write", "copy"):
            # what is no dictionary fails in Odoo itself
            vals = self._get_vals(name)
            args = [[vals]] if method == "create" else [ids, vals]
        context = self._pick({}, {"lang": self._get_word()}, {"active_test": False})
        params = {
            "model": name,
            "method": method,
            "args": args,
            "kwargs": {"context": context},
        }
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        response = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw/{name}/{method}",
            json=call,
            timeout=60,
        )
        told = f"RPC {name}.{method} {str(args)[:600]} {context}"
        if response.status_code >= 500:
            self.faults.append(f"{response.status_code} {told}")
        self._check_rpc(response, told)

    def _get_vals(self, name):
        names = sorted(self.env[name]._fields)
        return {
            self.random.choice(names): self._get_value()
            for _ in range(self.random.randrange(4))
        }

    def _get_public_methods(self, name):
        cls = type(self.env[name])
        ours = {
            method
            for base in cls.__mro__
            if base.__module__.startswith("odoo.addons.customer_portal_")
            for method in vars(base)
        }
        methods = []
        for method in sorted(ours | {"search_read", "web_search_read", "onchange"}):
            if method.startswith("_") or not inspect.isfunction(
                getattr(cls, method, None)
            ):
                continue
            try:
                get_public_method(self.env[name], method)
            except Exception:  # pylint: disable=broad-except
                continue
            methods.append(method)
        return methods

    def _check_rpc(self, response, told):
        """Note an error that code of ours has raised and not meant."""
        try:
            error = response.json().get("error")
        except (ValueError, AttributeError):
            return
        if not isinstance(error, dict) or not isinstance(error.get("data"), dict):
            return
        data = error["data"]
        files = re.findall(r'File "([^"]+)"', data.get("debug") or "")
        is_ours = bool(files) and "customer_portal_" in files[-1]
        if is_ours and not data.get("name", "").startswith(REFUSALS):
            self.faults.append(f"{told}\n{data['debug'][-1500:]}")

    def test_nonsense_is_never_a_fault_of_ours(self):
        """REQ 11, Proof"""
        self.faults, self.methods = [], {}
        people = (
            (None, None),
            (None, self.links[0]),
            (self.stranger, None),
            (self.owner, None),
            (self.document_user, None),
            (self.roles["abroad"], None),
        )
        for user, link in people:
            self.link = link
            self.login(user)
            for number in range(REQUESTS // len(people) + 1):
                with mute_logger(
                    "odoo.http",
                    "odoo.sql_db",
                    "odoo.models",
                    "odoo.addons.base.models.ir_rule",
                    "odoo.addons.base.models.ir_http",
                    "werkzeug",
                ):
                    if number % 3:
                        self._send_to_route()
                    else:
                        self._send_by_rpc()
        self.assertFalse(self.faults, "\n\n".join(self.faults[:20]))
