import xmlrpc.client
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import UserError
from odoo.http import request
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .. import exceptions
from ..controllers import portal as portal_controller
from ..controllers import version as version_controller
from ..exceptions import (
    Gone,
    InvalidInput,
    LoginRequired,
    NotFound,
    PortalRefusal,
    StorageFull,
    Throttled,
)
from ..tools.refusals import shown_by
from .common import DocumentCase, DocumentHttpCase

KINDS = [
    kind
    for kind in vars(exceptions).values()
    if isinstance(kind, type) and issubclass(kind, PortalRefusal)
]


@tagged("-at_install", "post_install")
class TestRefusal(DocumentCase):
    def test_it_is_a_user_error_that_says_what_happened(self):
        refusal = Throttled("Please wait.", retry_after=30)
        self.assertIsInstance(refusal, UserError)
        self.assertEqual(str(refusal), "Please wait.")
        self.assertEqual((refusal.http_status, refusal.code), (429, "throttled"))
        self.assertEqual(refusal.retry_after, 30)

    def test_the_message_of_a_form_is_that_of_its_fields(self):
        refusal = InvalidInput(errors={"name": "Too long.", "email": "Too long."})
        self.assertEqual(refusal.message, "Too long.")
        self.assertEqual(
            refusal.get_json(),
            {
                "error": "invalid",
                "message": "Too long.",
                "fields": {"name": "Too long.", "email": "Too long."},
            },
        )

    def test_a_trace_is_left_once(self):
        refusal = Gone().leave(print)
        self.assertEqual(refusal.take_traces(), [print])
        self.assertEqual(refusal.take_traces(), [])


@tagged("-at_install", "post_install")
class TestRefusalAnswers(DocumentHttpCase):
    """What a client gets for a refusal, raised by a route that a page belongs to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls._create_document(cls.owner)
        cls.page = f"/my/documents/{cls.document.id}"
        cls.content = f"{cls.page}/content"

    def refuse(self, make):
        def get_document_sudo(*args):
            raise make()

        return patch.object(portal_controller, "get_document_sudo", get_document_sudo)

    def setUp(self):
        super().setUp()
        self.login(self.owner)

    def test_each_kind_has_its_status_as_page_and_as_json(self):
        for kind in KINDS:
            for url in (self.page, self.content):
                with self.refuse(lambda kind=kind: kind("So it is.", retry_after=7)):
                    page, data = self.get(url), self.get_json(url)
                self.assertEqual(data.status_code, kind.http_status, kind)
                self.assertEqual(
                    data.json(), {"error": kind.code, "message": "So it is."}
                )
                if kind is not LoginRequired:
                    self.assertEqual(page.status_code, kind.http_status, kind)
                    if kind.http_status not in (403, 404):  # core's pages
                        self.assertIn("So it is.", page.text)
                for answer in (page, data):
                    self.assertEqual(answer.headers["Retry-After"], "7")
                    self.assertEqual(answer.headers["Cache-Control"], "no-store")
                    self.assertEqual(
                        answer.headers["X-Content-Type-Options"], "nosniff"
                    )

    def test_the_frame_of_an_error_reads_what_it_shows(self):
        """Of users, contacts and companies two hundred columns are read for no page of an error."""
        with self.refuse(NotFound):
            self.get(self.page)  # what is cached is there
        statements = []
        execute = Cursor.execute

        def execute_and_keep(cursor, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.patch(Cursor, "execute", execute_and_keep)
        # what was asked before is the route's
        with self.refuse(lambda: statements.clear() or NotFound()):
            page = self.get(self.page)
        columns = ('"login"', '"street"', '"primary_color"')
        wide = [read for read in statements if any(name in read for name in columns)]
        self.assertEqual(wide, [])
        self.assertEqual(page.status_code, 404)
        self.assertIn(self.owner.name, page.text)
        self.assertIn(self.company.name, page.text)

    def test_a_visitor_is_sent_to_log_in_and_back(self):
        with self.refuse(lambda: LoginRequired("Please log in.")):
            answer = self.get(f"{self.page}?a=b")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login?redirect=", answer.headers["Location"])
        self.assertIn("%3Fa%3Db", answer.headers["Location"])

    def test_the_login_leads_back_to_the_page_that_was_written_on(self):
        """REQ D-6: a form is often sent to where there is no page"""
        base, rename = self.base_url(), f"{self.page}/rename"
        for form, page, back in (
            ("/my/documents/move", f"{base}/my/documents?a=b", "/my/documents?a=b"),
            ("/my/documents/move", None, "/my/documents"),
            (rename, None, self.page),
            (rename, f"{base}/my/documents/move", self.page),
            (rename, f"{base}//example.com/my", self.page),
            (rename, f"{base}/nowhere", self.page),
            ("/my/email/link", "http://example.com/my/documents", "/my/email"),
            ("/my/email/link", "http://[", "/my/email"),
        ):
            with self.subTest(form=form, page=page):
                self.login(None)
                answer = self.opener.post(
                    base + form, headers={"Referer": page}, allow_redirects=False
                )
                self.assertEqual(answer.status_code, 303)
                login = urlsplit(answer.headers["Location"])
                self.assertEqual(login.path, "/web/login")
                self.assertEqual(parse_qs(login.query)["redirect"], [back])

    def test_a_page_of_its_own_shows_it_to_people_only(self):

        def show(refusal):
            return request.make_response(
                f"form: {refusal.message}", status=refusal.http_status
            )

        def get_document_sudo(*args):
            with shown_by(lambda refusal: 1 / 0), shown_by(show):
                raise InvalidInput("Too long.", headers={"X-Robots-Tag": "noindex"})

        with patch.object(portal_controller, "get_document_sudo", get_document_sudo):
            page, data = self.get(self.page), self.get_json(self.page)
        self.assertEqual((page.status_code, page.text), (400, "form: Too long."))
        self.assertEqual(page.headers["X-Robots-Tag"], "noindex")
        self.assertEqual(data.json()["error"], "invalid")
        self.assertEqual(data.headers["X-Robots-Tag"], "noindex")

    def test_what_the_request_wrote_goes_and_what_the_refusal_leaves_stays(self):

        def add(env, name):
            env["res.partner.category"].sudo().create({"name": name})
            env.flush_all()

        def get_document_sudo(*args):
            add(request.env, "written by the request")
            raise Gone().leave(lambda env: add(env, "left by the refusal"))

        with patch.object(version_controller, "get_document_sudo", get_document_sudo):
            # (a route that may write)
            self.upload([("a.pdf", b"%PDF-")], url=f"{self.page}/versions")
        self.env.invalidate_all()
        names = self.env["res.partner.category"].search([]).mapped("name")
        self.assertIn("left by the refusal", names)
        self.assertNotIn("written by the request", names)

    def test_what_is_left_by_a_route_that_only_reads_stays(self):
        left = []
        with self.refuse(
            lambda: Gone().leave(lambda env: left.append(env.cr.readonly))
        ):
            self.assertEqual(self.get(self.page).status_code, 410)
        self.assertEqual(left, [False])

    def test_no_storage_is_said_in_words(self):
        with self.refuse(lambda: StorageFull("The disk is full.")):
            answer = self.get(self.page)
        self.assertEqual(answer.status_code, 507)
        self.assertIn("The disk is full.", answer.text)

    def test_over_xmlrpc_it_is_a_fault_with_its_words(self):
        Document = type(self.env["customer.portal.document"])

        def action_lock(records):
            raise NotFound("Not there.")

        with (
            patch.object(Document, "action_lock", action_lock),
            self.assertRaisesRegex(xmlrpc.client.Fault, "Not there."),
        ):
            self.xmlrpc_object.execute_kw(
                self.env.cr.dbname,
                self.manager.id,
                self.manager.login,
                "customer.portal.document",
                "action_lock",
                [self.document.ids],
            )
