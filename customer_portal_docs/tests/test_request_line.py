import re

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import convert_file
from odoo.tools.safe_eval import safe_eval

from .request_case import RequestCase

REASONS = "data/customer_portal_request_reason_data.xml"


@tagged("-at_install", "post_install")
class TestRequestLine(RequestCase):
    """What is missing, what is to be reviewed, and what is rejected."""

    def _get_review_counts(self, request):
        """Return how many lines of a request wait, by each of the ways to them."""
        line_view = "customer_portal_request_line_view_search"
        domain = request.action_open_received()["domain"]
        requests = self._search_filter(
            "customer_portal_request_view_search", "to_review"
        )
        return (
            request.received_count,
            len(self._search_filter(line_view, "received", domain)),
            int(request in requests),
            len(request.activity_ids),
        )

    def test_what_is_optional_is_reviewed_once_the_request_is_done_too(self):
        """REQ D-18: as the form counts it"""
        request = self._open()
        passport, statements = request.line_ids
        statements.required = False
        self._put_in(passport)
        document = self._put_in(statements)
        passport.action_accept()
        self.assertEqual(request.state, "done")
        self.assertEqual(self._get_review_counts(request), (1, 1, 1, 1))
        statements.action_accept()
        self.assertEqual(self._get_review_counts(request), (0, 0, 0, 0))
        # a new file on the document's own page
        statements.sudo()._note_exchanged(document)
        self.assertEqual(request.state, "done")
        self.assertEqual(self._get_review_counts(request), (1, 1, 1, 1))

    def test_what_is_rejected_of_a_done_request_can_be_sent_again(self):
        """REQ D-18: by the link of the mail that asks for it, until it is accepted"""
        guest = self.env["res.partner"].create(
            {"name": "Gus Berg", "email": "gus@example.com"}
        )
        request = self._open(partner_id=guest.id)
        passport, statements = request.line_ids
        statements.required = False
        for line in request.line_ids:
            self._put_in(line)
        passport.action_accept()
        self.assertEqual((request.state, request.has_link), ("done", False))
        statements.action_reject("Blurred")
        self.assertEqual((request.state, request.missing_count), ("open", 1))
        self.assertEqual(request._get_portal_status()[1], "To do")
        self.assertTrue(statements._is_changeable())
        [token] = re.findall(
            r"access_token=([\w-]+)", self._get_mails(guest)[-1].body_html
        )
        found_sudo, _link = request._find_sudo(request.id, token)
        self.assertEqual(found_sudo, request)
        # several files come one after the other
        for _turn in range(2):
            statements.sudo()._check_open(["a.pdf"])
            self._put_in(statements)
            self.assertEqual((request.state, request.missing_count), ("open", 0))
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        statements.action_accept()
        self.assertEqual(request.state, "done")

    def test_nothing_is_asked_for_again_of_an_archived_request(self):
        """REQ D-18: its page has no form, and its link opens nothing"""
        request = self._open()
        line = request.line_ids[0]
        self._put_in(line)
        request.active = False
        self.env["mail.mail"].search([]).unlink()
        domain = request.action_open_received()["domain"]
        found = self._search_filter(
            "customer_portal_request_line_view_search", "received", domain
        )
        self.assertFalse(found)
        with self.assertRaisesRegex(UserError, "archived"):
            line.action_open_rejection()
        with self.assertRaisesRegex(UserError, "archived"):
            line.action_reject("Blurred")
        self.assertEqual(line.state, "received")
        self.assertFalse(self._get_mails())
        request.active = True
        line.action_reject("Blurred")
        self.assertTrue(line._is_changeable())

    def test_nothing_is_reviewed_of_a_cancelled_request(self):
        """REQ D-18"""
        request = self._open()
        self._put_in(request.line_ids[0])
        self._put_in(request.line_ids[1])
        self.assertEqual(self._get_review_counts(request), (2, 2, 1, 1))
        request.action_cancel()
        self.assertEqual(self._get_review_counts(request), (2, 0, 0, 0))
        view = self.env.ref("customer_portal_docs.customer_portal_request_view_form")
        [button] = etree.fromstring(view.arch).xpath(
            "//button[@name='action_open_received']"
        )
        for state, is_hidden in (("open", False), ("done", False), ("cancelled", True)):
            values = {"received_count": 2, "state": state}
            self.assertEqual(safe_eval(button.get("invisible"), values), is_hidden)

    def test_nobody_is_told_that_all_has_come_in_once_something_is_rejected(self):
        """REQ D-18: until it has come in again"""
        request = self._open()
        for line in request.line_ids:
            self._put_in(line)
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        request.line_ids[0].action_reject("Blurred")
        self.assertEqual((request.missing_count, request.received_count), (1, 1))
        self.assertFalse(request.activity_ids)
        self._put_in(request.line_ids[0])
        self.assertEqual(request.activity_ids.user_id, self.document_user)

    def test_what_was_rejected_is_still_to_be_sent_when_the_next_file_is_gone(self):
        """REQ D-18: with its reason, also of what was optional"""
        request = self._open()
        _passport, statements = request.line_ids
        statements.required = False
        document = self._put_in(statements)
        statements.action_reject("Of last year")
        document = self._put_in(statements) or document
        self.assertEqual(statements.state, "received")
        statements.document_ids.sudo().unlink()
        self.assertEqual(statements.state, "rejected")
        self.assertEqual(statements._get_portal_status()[0], "danger")

    def test_what_waits_is_not_that_of_the_last_visit(self):
        """REQ D-18: rows are ticked as soon as they are seen; Odoo's cache would untick them"""
        action = self.env.ref(
            "customer_portal_docs.customer_portal_request_line_action"
        )
        self.assertFalse(action.cache)

    def test_a_rejection_says_why(self):
        """REQ D-18"""
        request = self._open()
        for line in request.line_ids:
            self._put_in(line)
        for reason in (None, "", " \n"):
            with self.assertRaisesRegex(UserError, "give a reason"):
                request.line_ids[0].action_reject(reason)
        wizard = (
            self.env["customer.portal.request.reject"]
            .with_user(self.document_user)
            .create(
                {
                    "line_ids": request.line_ids.ids,
                    "reason_id": self.env.ref(
                        "customer_portal_docs.request_reason_wrong"
                    ).id,
                }
            )
        )
        wizard.action_reject()
        self.assertEqual(set(request.line_ids.mapped("state")), {"rejected"})

    def test_a_frequent_reason_is_told_in_the_language_of_the_customer(self):
        """REQ D-18"""
        self.env["res.lang"]._activate_lang("fr_FR")
        reason = self.env.ref("customer_portal_docs.request_reason_wrong")
        reason.with_context(lang="fr_FR").name = "Mauvais document"
        lines = self._open().line_ids | self._open(self.private).line_ids
        for line in lines:
            self._put_in(line)
        self.private.partner_id.lang = "fr_FR"
        Wizard = self.env["customer.portal.request.reject"].with_user(
            self.document_user
        )
        wizard = Wizard.create({"line_ids": lines.ids, "reason_id": reason.id})
        wizard.action_reject()
        for line in lines:
            is_french = line.request_id.partner_id == self.private.partner_id
            told = "Mauvais document" if is_french else reason.name
            self.assertEqual(line.reason, told)
        wizard.reason = "Page 2 is of somebody else"
        wizard.action_reject()
        self.assertEqual(set(lines.mapped("reason")), {"Page 2 is of somebody else"})

    def test_a_deleted_reason_stays_so(self):
        """REQ D-18: an update of the addon brings none back; to install it makes all of them"""
        module = "customer_portal_docs"
        reasons = self.env["customer.portal.request.reason"].search([])
        self.env.ref(f"{module}.request_reason_wrong").unlink()

        def count(mode):
            convert_file(self.env, module, REASONS, {}, mode=mode)
            return reasons.search_count([])

        self.assertEqual(count("update"), len(reasons) - 1)
        self.assertEqual(count("init"), len(reasons))

    def test_staff_find_who_still_owes_a_document(self):
        """REQ D-18: by its name, over all requests, and by contact"""
        owed, received, draft = (
            self._open(lines=("Statement of March",)),
            self._open(self.private, lines=("Statement of March",)),
            self._ask(self.stranger, lines=("Statement of March",)),
        )
        self._put_in(received.line_ids)
        requests = owed | received | draft
        Line = self.env["customer.portal.request.line"].with_user(self.document_user)
        missing = self._get_filter(Line, "missing") + [
            ("name", "ilike", "march"),
            ("request_id", "in", requests.ids),
        ]
        self.assertEqual(Line.search(missing), owed.line_ids)
        groups = Line.formatted_read_group(missing, ["partner_id"], ["__count"])
        self.assertEqual(
            [group["partner_id"][0] for group in groups], owed.partner_id.ids
        )
        self.assertEqual(
            draft.search(
                [("line_ids.name", "ilike", "march"), ("id", "in", requests.ids)]
            ),
            requests,
        )

    def test_what_nobody_owes_is_not_missing(self):
        """REQ D-18: the lines that a request is open for, as `missing_count` counts them"""
        Line = self.env["customer.portal.request.line"].with_user(self.document_user)
        mixed, optional = self._open(lines=("A", "B", "C")), self._open()
        mixed.line_ids[1:].required = False
        optional.line_ids.required = False
        self._put_in(mixed.line_ids[2])
        missing = self._get_filter(Line, "missing")
        requests = mixed | optional
        missing += [("request_id", "in", requests.ids)]
        owed = mixed.line_ids[0] | optional.line_ids
        self.assertEqual(Line.search(missing), owed)
        mixed.line_ids[2].action_reject("Unreadable")
        owed |= mixed.line_ids[2]
        self.assertEqual(Line.search(missing), owed.sorted())
        self.assertEqual(sum(requests.mapped("missing_count")), len(owed))

    def _get_filter(self, model, name):
        """Return the domain of a filter of a model's search view."""
        arch = etree.fromstring(model.get_view(view_type="search")["arch"])
        [node] = arch.findall(f".//filter[@name='{name}']")
        return safe_eval(node.get("domain"))

    def test_a_withdrawn_document_is_missing_again(self):
        """REQ D-18"""
        request = self._open()
        document = self._put_in(request.line_ids[0])
        document.active = False
        self.assertEqual(request.line_ids[0].state, "missing")
        document = self._put_in(request.line_ids[0])
        document.unlink()
        self.assertEqual(request.line_ids[0].state, "missing")
