"""Staff look at what customers sent for a request, where the file is."""

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PDF, DocumentCase
from .request_case import RequestMixin, RequestPageCase


@tagged("-at_install", "post_install")
class TestReview(RequestMixin, DocumentCase):
    def _get_arch(self, model, view_type):
        """Return a view as staff who work with documents get it."""
        Model = self.env[model].with_user(self.document_user)
        return etree.fromstring(Model.get_view(view_type=view_type)["arch"])

    def _put_in(self, line, **vals):
        document = super()._put_in(line, **vals)
        return document.with_user(self.document_user)

    def test_a_document_is_accepted_or_rejected_on_its_own_form(self):
        """REQ D-18: with all that came for the line"""
        request = self._open()
        passport, statements = request.line_ids
        first, second = self._put_in(passport), self._put_in(passport)
        other = self._put_in(statements)
        self.assertEqual(first.request_id, request)
        first.action_accept_received()
        self.assertEqual(passport.state, "accepted")
        self.assertEqual(
            (first + second + other).mapped("is_to_review"), [False, False, True]
        )
        action = other.action_open_rejection()
        self.assertEqual(action["context"]["default_line_ids"], statements.ids)
        statements.action_reject("Of last year")
        self.assertFalse(other.is_to_review)

    def test_only_what_waits_has_the_buttons(self):
        """REQ D-18"""
        request = self._open()
        document = self._put_in(request.line_ids[0])
        self.assertTrue(document.is_to_review)
        request.active = False
        self.assertFalse(document.is_to_review)
        request.active = True
        request.action_cancel()
        self.assertFalse(document.is_to_review)
        self.assertFalse(self._create_document(self.owner).is_to_review)
        form = self._get_arch(document._name, "form")
        for name in ("action_accept_received", "action_open_rejection"):
            [button] = form.xpath(f"//header/button[@name='{name}']")
            self.assertEqual(button.get("invisible"), "not is_to_review")
        self.assertTrue(form.xpath("//field[@name='request_id']"))

    def test_only_rows_that_wait_have_the_buttons(self):
        """REQ D-18"""
        request = self._open()
        line = request.line_ids[0]
        self._put_in(line)
        self.assertEqual(request.line_ids.mapped("is_to_review"), [True, False])
        request.active = False
        self.assertFalse(line.is_to_review)
        request.active = True
        request.action_cancel()
        self.assertFalse(line.is_to_review)
        rows = self._get_arch(line._name, "list")
        for name in ("action_accept", "action_open_rejection"):
            [button] = rows.xpath(f"/list/button[@name='{name}']")
            self.assertEqual(button.get("invisible"), "not is_to_review")

    def test_a_request_that_takes_no_answer_is_named(self):
        """REQ D-18: several are ticked"""
        draft, cancelled, archived = (
            self._open(name=name) for name in ("Draft", "Old", "Shelved")
        )
        draft.sudo().state = "draft"
        cancelled.action_cancel()
        archived.active = False
        good = self._open().line_ids
        for request, words in (
            (draft, "“Draft” has not been sent yet"),
            (cancelled, "“Old” is cancelled"),
            (archived, "“Shelved” is archived"),
        ):
            with self.assertRaisesRegex(UserError, words):
                (good | request.line_ids).action_open_rejection()

    def test_what_nobody_sent_is_not_rejected(self):
        """REQ D-18: ticked with others in a list; what was rejected may be corrected"""
        request = self._open(lines=["Passport", "Lease"])
        passport, lease = request.line_ids
        self._put_in(passport)
        for reject in (
            request.line_ids.action_open_rejection,
            lambda: request.line_ids.action_reject("Blurred"),
        ):
            with self.assertRaisesRegex(UserError, "Nothing was sent for “Lease”"):
                reject()
        self.assertEqual(lease.state, "missing")
        passport.action_reject("Blurred")
        passport.action_reject("Cut off")
        self.assertEqual(passport.reason, "Cut off")

    def test_all_received_are_accepted_but_those_of_cancelled_requests(self):
        """REQ D-18: several are ticked"""
        going, cancelled, draft = (self._open(lines=["Passport"]) for _turn in range(3))
        requests = going | cancelled | draft
        for line in requests.line_ids:
            self._put_in(line)
        cancelled.action_cancel()
        draft.sudo().state = "draft"
        requests.action_accept_received()
        self.assertEqual(
            requests.line_ids.mapped("state"), ["accepted", "received", "received"]
        )

    def test_nobody_else_accepts(self):
        """REQ D-18"""
        document = self._put_in(self._open().line_ids[0])
        for user in (self.owner, self.staff):
            as_user = document.with_user(user)
            with self.assertRaises(AccessError):
                as_user.action_accept_received()
            with self.assertRaises(AccessError):
                as_user.read(["is_to_review"])

    def test_a_row_to_review_opens_what_came(self):
        """REQ D-18: the file, where it is one; the request, where the customer only wrote"""
        request = self._open(lines=("A", "B", "C"))
        one, several, none = request.line_ids
        document = self._put_in(one)
        two = self._put_in(several) + self._put_in(several)
        none.sudo()._decline("I have no such thing")
        for line, opened in ((one, document), (none, request)):
            action = line.action_open_documents()
            self.assertEqual(action["res_model"], opened._name)
            self.assertEqual(action["res_id"], opened.id)
        # the pager of the form walks all of them
        for lines, name, found in (
            (several, "B", two),
            (request.line_ids, "Received", document + two),
        ):
            action = lines.action_open_documents()
            self.assertEqual(action["name"], name)
            self.assertEqual(two.search(action["domain"]).sorted("id"), found)
        self.assertEqual(several.action_open_request()["res_id"], request.id)

    def test_the_list_to_review_has_its_buttons(self):
        """REQ D-18"""
        arch = self._get_arch("customer.portal.request.line", "list")
        self.assertEqual(arch.get("action"), "action_open_documents")
        names = [button.get("name") for button in arch.xpath("header/button")]
        self.assertIn("action_open_documents", names)
        self.assertTrue(arch.xpath("button[@name='action_open_request']"))


@tagged("-at_install", "post_install")
class TestUploadForTheCustomer(RequestPageCase):
    def test_what_came_on_paper_is_put_on_a_line(self):
        """REQ D-18: the button of the line leads to its form, which staff may send"""
        request = self._open()
        line = request.line_ids[0]
        self.env.flush_all()
        arch = etree.fromstring(
            request.with_user(self.document_user).get_view(view_type="form")["arch"]
        )
        [button] = arch.xpath("//field[@name='line_ids']//button[@icon='fa-upload']")
        action = getattr(line, button.get("name"))()
        path, _hash, anchor = action["url"].partition("#")
        self.login(self.document_user)
        page = self.get(path).text
        self.assertIn(f'id="{anchor}"', page)
        self.assertIn(f'id="{anchor}_file"', page)
        answer = self._post(request, [("passport.pdf", PDF)], request_line_id=line.id)
        self.assertEqual(answer.status_code, 201, answer.text)
        self.assertEqual(line.state, "received")
        self.assertEqual(line.document_ids.partner_id, self.owner.partner_id)

    def test_the_button_is_there_while_the_line_takes_files(self):
        """REQ D-18"""
        arch = etree.fromstring(
            self.env["customer.portal.request"]
            .with_user(self.document_user)
            .get_view(view_type="form")["arch"]
        )
        [button] = arch.xpath("//field[@name='line_ids']//button[@icon='fa-upload']")
        self.assertEqual(button.get("invisible"), "state == 'accepted'")
        self.assertEqual(
            button.get("column_invisible"),
            "parent.state != 'open' or not parent.active",
        )
