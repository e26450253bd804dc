"""Who gets what answer from which route: every route of ours, every role, every kind of id.

The routes come from Odoo's routing map. One without a row in :data:`ROWS` fails the build, and
so does a row without a route: who adds a route says here what each role gets.
"""

import base64
import re
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from odoo.fields import Command
from odoo.http import Request, root
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import (
    PDF,
    DocumentHttpCase,
    count_writes,
)

ROLES = (
    "visitor",
    "owner",
    "colleague",
    "stranger",
    "staff",
    "document_user",
    "manager",
)
#: Modules with rows of a room: ``ROWS``, and where needed ``ID_PARAMETERS`` and
#: ``create_records(case)``, which returns what its rows name.
ROW_FILES = [
    import_module(path.stem)
    for path in sorted(Path(__file__).parent.glob("route_rows_*.py"))
]
#: Routes of others that show what is ours: their controllers call our methods.
EXTENDED = {
    "GET /my/projects/<int:project_id>",
    "GET /my/tasks/<int:task_id>",
}
ABSENT = 2_000_000_000
MALFORMED = "0 -1 1.5 x %00 %C3%A9 1%20OR%201=1 99999999999999999999".split()
#: Parameters that hold an id, of any route that reads them.
ID_PARAMETERS = {
    "GET /my/documents": ("folder", "res_model=project.project&res_id"),
    "GET /my/documents/upload": ("folder_id", "res_model=project.task&res_id"),
}
#: What a GET may write into: the log of a share, the cache of pictures, and nothing else.
WRITTEN_BY_GET = {"customer_portal_picture", "customer_portal_share_access"}

# Each row: what is asked for, and the answer for each role in the order of ROLES. "login" is a
# redirect to the login page, "home" one to the portal's home; "absent" must read the same as
# what the role may not see. A row of POST posts a small PDF; one of tus speaks its protocol,
# with the parameters as what was filled in.
_ALL, _NOBODY = "login 200 200 200 200 200 200", "login 404 404 404 404 404 404"
_MALFORMED = "login 400 400 400 400 400 400"
_DOCUMENT = {
    "{shared}": "login 200 200 404 404 200 200",
    "{private}": "login 200 404 404 404 200 200",
    "{strangers}": "login 404 404 200 404 200 200",
    "{in_open_folder}": "login 200 200 404 404 200 200",
    "{in_closed_folder}": "login 404 404 404 404 200 200",
    "{on_project}": "login 200 200 404 404 200 200",
    "{archived}": "login 404 404 404 404 200 200",
    "{other_company}": _NOBODY,
    "{absent}": _NOBODY,
}
_LINK = {
    "{shared}%s?access_token={token}": "200 200 200 200 200 200 200",
    "{private}%s?access_token={token}": "404 200 404 404 404 200 200",
    "{shared}%s?access_token=%%C3%%A9": "404 200 200 404 404 200 200",
    "{absent}%s?access_token={token}": "404 404 404 404 404 404 404",
}
_TARGET = {
    "?{p}={open_folder}": "login 200 200 404 404 404 404",
    "?{p}={closed_folder}": _NOBODY,
    "?{p}={absent}": _NOBODY,
    "?res_model=project.project&res_id={project}": "login 200 200 404 200 200 200",
    "?res_model=project.task&res_id={task}": "login 200 200 404 200 200 200",
    "?res_model=project.project&res_id={absent}": _NOBODY,
    "?res_model=res.users&res_id=1": _NOBODY,
    "?res_model=project.project": _NOBODY,
}


_VERSION = {
    "{shared}": "login 303 303 404 404 303 303",
    "{strangers}": "login 404 404 303 404 303 303",
    "{in_open_folder}": "login 404 404 404 404 303 303",
    "{on_project}": "login 404 404 404 404 303 303",
    "{other_company}": _NOBODY,
    "{absent}": _NOBODY,
}
_NO_UPLOAD = "401 404 404 404 404 404 404"


def _at(prefix, rows, suffix="", p=""):
    return {
        prefix + key.replace("{p}", p) + suffix: answers
        for key, answers in rows.items()
    }


ROWS = {
    "GET /my/documents": {
        "/my/documents": _ALL,
        "/my/documents?sortby=zzz&filterby=zzz&search=%25%00&uploaded=x": _ALL,
        "/my/documents?page=x": _MALFORMED,
        **_at("/my/documents", _TARGET, p="folder"),
    },
    "GET /my/documents/page/<int:page>": {
        "/my/documents/page/1": _ALL,
        "/my/documents/page/0": _MALFORMED,
        "/my/documents/page/{absent}": _ALL,
        "/my/documents/page/99999999999999999999": _ALL,
    },
    "GET /my/documents/<int:document_id>": {
        **_at("/my/documents/", _DOCUMENT),
        **_at("/my/documents/", {k % "": v for k, v in _LINK.items()}),
    },
    "GET /my/documents/<int:document_id>/content": {
        **_at("/my/documents/", _DOCUMENT, "/content"),
        **_at("/my/documents/", {k % "/content": v for k, v in _LINK.items()}),
    },
    "GET /my/documents/upload": {
        "/my/documents/upload": _ALL,
        **_at("/my/documents/upload", _TARGET, p="folder_id"),
    },
    "POST /my/documents/upload": {
        "/my/documents/upload": "login 303 303 303 303 303 303",
        "/my/documents/upload?folder_id={open_folder}": "login 303 303 404 404 404 404",
        "/my/documents/upload?folder_id={closed_folder}": _NOBODY,
        "/my/documents/upload?folder_id={absent}": _NOBODY,
        "/my/documents/upload?res_model=project.task&res_id={task}": "login 303 303 404 303 303 303",
        "/my/documents/upload?res_model=project.task&res_id={absent}": _NOBODY,
        "/my/documents/upload?folder_id=x": _NOBODY,
        "/my/documents/upload?res_model=res.users&res_id=1": _NOBODY,
    },
    "POST /customer_portal_docs/upload": {
        "/customer_portal_docs/upload?wizard_id={dialog}": "login 404 404 404 404 201 404",
        "/customer_portal_docs/upload?wizard_id={absent}": _NOBODY,
        "/customer_portal_docs/upload?wizard_id=x": _NOBODY,
        "/customer_portal_docs/upload": _NOBODY,
    },
    "POST /my/documents/<int:document_id>/versions": _at(
        "/my/documents/", _VERSION, "/versions"
    ),
    "POST /my/documents/<int:document_id>/versions/<int:attachment_id>/restore": {
        "/my/documents/{shared}/versions/{version}/restore": "login 303 303 404 404 303 303",
        "/my/documents/{private}/versions/{version}/restore": _NOBODY,
        "/my/documents/{shared}/versions/{absent}/restore": _NOBODY,
    },
    "POST /my/documents/tus": {
        "/my/documents/tus?folder_id=": "401 201 201 201 201 201 201",
        "/my/documents/tus?folder_id={open_folder}": "401 201 201 404 404 404 404",
        "/my/documents/tus?folder_id={closed_folder}": _NO_UPLOAD,
        "/my/documents/tus?document_id={shared}": "401 201 201 404 404 201 201",
        "/my/documents/tus?document_id={strangers}": "401 404 404 201 404 201 201",
        "/my/documents/tus?document_id={absent}": _NO_UPLOAD,
        "/my/documents/tus?document_id=x": _NO_UPLOAD,
    },
    "HEAD /my/documents/tus/<string:key>": {
        "/my/documents/tus/{key}": "401 200 404 404 404 404 404",
        "/my/documents/tus/{absent}": _NO_UPLOAD,
        "/my/documents/tus/%C3%A9": _NO_UPLOAD,
    },
    "PATCH /my/documents/tus/<string:key>": {
        "/my/documents/tus/{key}": "401 204 404 404 404 404 404",
        "/my/documents/tus/{absent}": _NO_UPLOAD,
    },
    "DELETE /my/documents/tus/<string:key>": {
        "/my/documents/tus/{key}": "401 204 404 404 404 404 404",
        "/my/documents/tus/{absent}": _NO_UPLOAD,
    },
    "GET /my/projects/<int:project_id>": {
        "/my/projects/{project}": "home 200 200 home 200 200 200",
        "/my/projects/{absent}": "home home home home home home home",
    },
    "GET /my/tasks/<int:task_id>": {
        "/my/tasks/{task}": "home 200 200 home 200 200 200",
        "/my/tasks/{absent}": "home home home home home home home",
    },
}
for _rows in ROW_FILES:
    ROWS |= _rows.ROWS
    ID_PARAMETERS |= getattr(_rows, "ID_PARAMETERS", {})


def create_records(case):
    """Create what the rows of the rooms name, and return it by name; ``case.ids`` is there."""
    created = {}
    for rows in ROW_FILES:
        if hasattr(rows, "create_records"):
            created |= rows.create_records(case)
    return created


def get_our_rules(env):
    """Return the routes that are ours, or extended: list of (str verb, str path, endpoint)."""
    rules = []
    for rule in env["ir.http"].routing_map().iter_rules():
        method = rule.endpoint.func
        ours = any(
            method.__name__ in vars(cls)
            for cls in type(method.__self__).__mro__
            if cls.__module__.startswith("odoo.addons.customer_portal_")
        )
        for verb in sorted(rule.methods or {"GET", "POST"}):
            implied = verb == "OPTIONS" or verb == "HEAD" and "GET" in rule.methods
            if not implied and (ours or f"{verb} {rule.rule}" in EXTENDED):
                rules.append((verb, rule.rule, rule.endpoint))
    return rules


@tagged("-at_install", "post_install")
class TestRouteMatrix(DocumentHttpCase):
    #: What :meth:`_count_writes` said last, while nothing but pages was asked for.
    _written = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Folder = cls.env["customer.portal.folder"]
        opened = Folder.create(
            {"name": "Open", "partner_ids": [Command.link(cls.brightwater.id)]}
        )
        closed = Folder.create({"name": "Closed"})
        project = cls._create_project("Office", cls.owner)
        task = cls.env["project.task"].create(
            {"name": "Door", "project_id": project.id}
        )
        task.message_subscribe(partner_ids=cls.owner.partner_id.ids)
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        shared = cls._create_document(cls.owner)
        linked = {"res_model": project._name, "res_id": project.id}
        cls.ids = {
            "absent": ABSENT,
            "open_folder": opened.id,
            "closed_folder": closed.id,
            "project": project.id,
            "task": task.id,
            "shared": shared.id,
            "private": cls._create_document(cls.owner, visibility="contact").id,
            "strangers": cls._create_document(cls.stranger).id,
            "in_open_folder": cls._create_document(folder_id=opened.id).id,
            "in_closed_folder": cls._create_document(folder_id=closed.id).id,
            "on_project": cls._create_document(**linked).id,
            "archived": cls._create_document(cls.owner, active=False).id,
            "other_company": cls._create_document(company_id=elsewhere.id).id,
            "token": shared._portal_ensure_token(),
            "version": shared.attachment_id.id,
            "key": cls.env["customer.portal.upload"]
            .with_user(cls.owner)
            ._start("a.pdf", 10, {})[1],
            "dialog": cls.env["customer.portal.document.upload.wizard"]
            .with_user(cls.document_user)
            .create({"partner_id": cls.owner.partner_id.id})
            .id,
        }
        cls.ids.update(create_records(cls))

    def setUp(self):
        super().setUp()
        self.get("/web/login")  # what setting up left to write is written

    def _ask(self, route, url):
        """Return the response; a GET, and a POST that is refused, must leave all as it is."""
        if route.startswith("GET"):
            before = self._written or self._count_writes()
            response = self.get(url, timeout=30)
            self._written = self._count_writes()
            self.assertEqual(self._written, before, f"GET {url} wrote")
            return response
        self._written = None
        count = self._count_documents()
        # a page may have given the visitor another session than the one before
        for cookie in self.opener.cookies:
            if cookie.name == "session_id":
                self.session = root.session_store.get(cookie.value)
        if "/tus" in route:
            response = self._ask_tus(route, url)
            self.assertEqual(self._count_documents(), count)
            return response
        response = self.opener.post(
            self.base_url() + url,
            data={
                "csrf_token": Request.csrf_token(self),
                "name": "A",
                "email": "a@example.com",
            },
            files=[("file", ("a.pdf", PDF))],
            allow_redirects=False,
            timeout=30,
        )
        location = response.headers.get("Location", "")
        created = response.status_code == 201 or re.search(
            r"(uploaded|received)=1", location
        )
        self.assertEqual(self._count_documents() - count, bool(created))
        return response

    def _ask_tus(self, route, url):
        path, _separator, values = url.partition("?")
        name, _separator, value = (values or "folder_id=").partition("=")
        value = base64.b64encode(value.encode()).decode()
        return self.opener.request(
            route.split(" ")[0],
            self.base_url() + path,
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": "10",
                "Upload-Metadata": f"filename YS5wZGY=,{name} {value}",
                "Upload-Offset": "0",
                "Content-Type": "application/offset+octet-stream",
            },
            timeout=30,
        )

    def _count_documents(self):
        Document = self.env["customer.portal.document"]
        return Document.with_context(active_test=False).search_count([])

    def _count_writes(self):
        """Return the rows that this transaction wrote so far, those rolled back included, by table."""
        return [
            row for row in count_writes(self.env.cr) if row[0] not in WRITTEN_BY_GET
        ]

    def _log_in_as(self, role):
        self._written = None
        self.login(None if role == "visitor" else getattr(self, role))

    def _describe(self, response):
        location = response.headers.get("Location", "")
        if response.status_code == 303 and "/web/login" in location:
            return "login"
        if response.status_code in (302, 303) and location.endswith("/my"):
            return "home"
        return str(response.status_code)

    def _get_words(self, response):
        """Return a page without what differs from request to request."""
        text = re.sub(
            r'csrf_token: "[^"]*"|value="[0-9a-f]{40}o\d+"', "", response.text
        )
        return re.sub(r"\d+", "N", text)

    def _get_our_routes(self):
        return {f"{verb} {path}" for verb, path, _endpoint in get_our_rules(self.env)}

    def test_every_route_has_a_row_and_every_row_a_route(self):
        self.assertEqual(self._get_our_routes(), set(ROWS))

    def test_each_role_gets_the_answer_in_the_table(self):
        for number, role in enumerate(ROLES):
            self._log_in_as(role)
            for route, row in ROWS.items():
                refused = {}
                for url, answers in row.items():
                    with self.subTest(role=role, route=route, url=url):
                        response = self._ask(route, url.format(**self.ids))
                        answer = answers.split()[number]
                        self.assertEqual(self._describe(response), answer)
                        if answer == "404":
                            refused[url] = self._get_words(response)
                self.assertLessEqual(
                    len(set(refused.values())), 1, f"{role}, {route}: {list(refused)}"
                )

    def test_the_login_leads_back_to_a_page(self):
        """REQ D-6: where a session has ended, after what was sent as well as after a page."""
        self._log_in_as("visitor")
        back = set()
        for route, row in ROWS.items():
            for url, answers in row.items():
                if not route.startswith("POST") or not answers.startswith("login"):
                    continue
                response = self._ask(route, url.format(**self.ids))
                query = parse_qs(urlsplit(response.headers["Location"]).query)
                back.update((route, path) for path in query["redirect"])
        self.assertTrue(back)
        for role in ("owner", "manager"):
            self._log_in_as(role)
            for route, path in sorted(back):
                with self.subTest(role=role, route=route, path=path):
                    self.assertIn(self.get(path).status_code, (200, 303, 404))

    def test_malformed_ids_are_refused_alike(self):
        for role in ROLES:
            self._log_in_as(role)
            for route, url in self._get_malformed():
                with self.subTest(role=role, route=route, url=url):
                    response = self._ask(route, url)
                    self.assertIn(self._describe(response), ("404", "login", "home"))
                    if role != "visitor" and route not in EXTENDED:
                        self.assertEqual(response.status_code, 404)

    def _get_malformed(self):
        for route in ROWS:
            verb, pattern = route.replace("<string:token>", self.ids["web"]).split(" ")
            for value in MALFORMED:
                if verb == "GET" and "<int:" in pattern and "<int:page>" not in pattern:
                    yield route, re.sub(r"<int:\w+>", value, pattern)
                for parameter in ID_PARAMETERS.get(route, ()):
                    yield route, f"{pattern}?{parameter}={value}"
