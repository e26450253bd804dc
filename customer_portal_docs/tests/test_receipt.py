from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from .common import PDF
from .request_case import RequestPageCase


@tagged("-at_install", "post_install")
class TestReceipt(RequestPageCase):
    def test_who_sends_it_gets_the_receipt(self):
        """REQ D-14: by the link as well, which its button has; and for a new version"""
        self.company.portal_document_receipt = True
        self.env.ref(
            "customer_portal_docs.mail_template_document_receipt"
        ).auto_delete = False
        request, token = self._ask_guest()
        asked = self._open()
        (request | asked).line_ids.multiple = False
        self.env.flush_all()
        sent = (
            (None, request, token, f"/my/requests/{request.id}?access_token={token}"),
            (self.owner, asked, None, "/my/documents/"),
            (self.colleague, asked, None, "/my/documents/"),
            (self.manager, asked, None, None),
        )
        for user, asking, key, url in sent:
            self.login(user)
            for _turn in range(2):
                response = self._post(
                    asking,
                    [("a.pdf", PDF)],
                    token=key,
                    csrf="" if key else None,
                    request_line_id=asking.line_ids[0].id,
                )
                documents = self.get_uploaded(response)
                self._age(asking.line_ids.document_ids)
                receipts = self._send_receipts(documents)
                self.assertEqual(len(receipts), 1 if url else 0)
                if url:
                    reader = user.partner_id if user else self.guest
                    self.assertEqual(receipts.recipient_ids, reader)
                    self.assertIn(f"Hello {reader.name}", receipts.body_html)
                    self.assertIn(url, receipts.body_html)

    def test_files_of_a_few_minutes_are_one_receipt(self):
        """REQ D-14: the page sends one after the other, and others while they come"""
        self.company.portal_document_receipt = True
        request, token = self._ask_guest()
        before = self.env["mail.mail"].search([])
        for number, line in enumerate((*request.line_ids, request.line_ids[0])):
            self.get_uploaded(
                self._post(
                    request,
                    [(f"{number}.pdf", PDF)],
                    token=token,
                    csrf="",
                    request_line_id=line.id,
                )
            )
        documents = request.line_ids.document_ids.sorted("id")
        # what staff lock is there as well; what was taken back is not
        documents[0].with_user(self.document_user).action_lock()
        documents[-1].active = False
        self.assertEqual(self._send_receipts(documents), before.browse())
        self._age(documents[0])
        self.assertEqual(self._send_receipts(documents), before.browse())
        self._age(documents)
        receipt = self._send_receipts(documents)
        self.assertEqual(receipt.recipient_ids, self.guest)
        for document in documents:
            is_told = document.active
            self.assertEqual(document.filename in receipt.body_html, is_told)
        # their titles say it already
        self.assertNotRegex(receipt.body_html, r"\(\s*\d\.pdf\s*\)")
        self.assertEqual(self._send_receipts(documents), before.browse(), "once")

    def test_a_receipt_is_judged_when_it_goes_out(self):
        """REQ D-14: what was moved, rejected or switched off meanwhile is none of theirs"""
        self.company.portal_document_receipt = True

        def send():
            request, token = self._ask_guest()
            line = request.line_ids[:1]
            files, key = [("a.pdf", PDF)], {"token": token, "csrf": ""}
            self._post(request, files, request_line_id=line.id, **key)
            self._age(line.document_ids)
            return request, line.document_ids

        request, document = send()
        document.partner_id = self.stranger.partner_id
        self._age(document)
        self.assertFalse(self._send_receipts(document))
        request, document = send()
        document.request_line_id.action_reject("Unreadable")
        self._age(document)
        self.assertFalse(
            self._send_receipts(document).filtered(
                lambda mail: "received" in mail.subject
            )
        )
        request, document = send()
        request.line_ids.required = False
        document.request_line_id.required = True
        document.request_line_id.action_accept()
        self.assertEqual(request.state, "done")
        self._age(document)
        [receipt] = self._send_receipts(document)
        self.assertNotIn("Open the request", receipt.body_html)
        request, document = send()
        self.company.portal_document_receipt = False
        self.assertFalse(self._send_receipts(document))

    def _send_two(self, between=None):
        """Return the mails of a file that a colleague exchanges soon after, and their line."""
        self.company.portal_document_receipt = True
        line = self._open().line_ids[:1]
        line.multiple = False
        before = self.env["mail.mail"].search([])
        for user, name in ((self.owner, "a.pdf"), (self.colleague, "b.pdf")):
            self.env.flush_all()
            self.login(user)
            self.get_uploaded(
                self._post(line.request_id, [(name, PDF)], request_line_id=line.id)
            )
            if between and user == self.owner:
                between(line)
        self._age(line.document_ids)
        self._send_receipts(line.document_ids)
        mails = self.env["mail.mail"].search([]) - before
        return mails.filtered(lambda mail: "received" in (mail.subject or "")), line

    def _read_by(self, mails, user):
        return mails.filtered(lambda mail: user.partner_id in mail.recipient_ids)

    def test_a_receipt_names_the_file_that_its_reader_sent(self):
        """REQ D-14: and not that of a colleague who sent another one soon after"""
        mails, _line = self._send_two()
        for user, sent, other in (
            (self.owner, "a.pdf", "b.pdf"),
            (self.colleague, "b.pdf", "a.pdf"),
        ):
            [receipt] = self._read_by(mails, user)
            self.assertIn(sent, receipt.body_html)
            self.assertNotIn(other, receipt.body_html)

    def test_a_receipt_names_a_file_once(self):
        """REQ D-14: not beside a title that has its name already"""
        template = self.env.ref("customer_portal_docs.mail_template_document_receipt")
        for title, is_named in (
            ("a.pdf", False),
            ("Scan – a.pdf", False),
            ("Contract", True),
        ):
            document = self._create_document(self.owner, title, "a.pdf")
            body = template._render_field("body_html", document.ids)[document.id]
            self.assertEqual("(a.pdf)" in " ".join(body.split()), is_named, title)

    def test_what_was_rejected_is_not_confirmed_when_a_colleague_sends_another(self):
        """REQ D-14"""
        mails, _line = self._send_two(lambda line: line.action_reject("Unreadable"))
        self.assertFalse(self._read_by(mails, self.owner))
        self.assertEqual(len(self._read_by(mails, self.colleague)), 1)

    def test_a_file_that_staff_exchange_is_confirmed_before(self):
        """REQ D-14: on the document itself"""
        self.company.portal_document_receipt = True
        line = self._open().line_ids[:1]
        self.env.flush_all()
        self.login(self.owner)
        files = [("a.pdf", PDF)]
        document = self.get_uploaded(
            self._post(line.request_id, files, request_line_id=line.id)
        )
        before = self.env["mail.mail"].search([])
        self.login(self.manager)
        self.upload(
            [("b.pdf", PDF)], url=f"/my/documents/{document.id}/versions"
        ).raise_for_status()
        mails = self.env["mail.mail"].search([]) - before
        [receipt] = self._read_by(mails, self.owner).filtered(
            lambda mail: "received" in (mail.subject or "")
        )
        self.assertIn("a.pdf", receipt.body_html)

    def test_each_request_has_a_receipt_of_its_own(self):
        """REQ D-14: with the button that leads to it"""
        self.company.portal_document_receipt = True
        lines = self.env["customer.portal.request.line"]
        for _turn in range(2):
            request, token = self._ask_guest()
            line = request.line_ids[:1]
            files, key = [("a.pdf", PDF)], {"token": token, "csrf": ""}
            self._post(request, files, request_line_id=line.id, **key)
            lines |= line
        self._age(lines.document_ids)
        receipts = self._send_receipts(lines.document_ids)
        self.assertEqual(len(receipts), 2)
        for request in lines.request_id:
            url = f"/my/requests/{request.id}?"
            self.assertEqual(sum(url in mail.body_html for mail in receipts), 1)

    def test_a_receipt_leads_once_to_the_request_of_who_has_no_login(self):
        """REQ D-14: who has one opens each document"""
        self.company.portal_document_receipt = True
        template = self.env.ref("customer_portal_docs.mail_template_document_receipt")
        template.auto_delete = False
        request, token = self._ask_guest()
        for user, asking, key in (
            (None, request, token),
            (self.owner, self._open(), None),
        ):
            line = asking.line_ids[:1]
            line.multiple = True
            self.env.flush_all()
            self.login(user)
            self._post(
                asking,
                [("a.pdf", PDF), ("b.pdf", PDF)],
                token=key,
                csrf="" if key else None,
                request_line_id=line.id,
            )
            self.assertEqual(len(line.document_ids), 2)
            self._age(line.document_ids)
            mails = self._send_receipts(line.document_ids)
            [receipt] = mails.filtered(lambda one: "received" in one.subject)
            body = receipt.body_html
            self.assertEqual(body.count("Open the request</a>"), 1 if key else 0)
            self.assertEqual(body.count(f"/my/requests/{asking.id}"), 1 if key else 0)
            self.assertEqual(body.count("Open the document</a>"), 0 if key else 2)
            self.assertEqual(body.count("/my/documents/"), 0 if key else 2)

    def test_receipts_wait_for_the_next_run_where_time_is_up(self):
        """REQ D-14"""
        self.company.portal_document_receipt = True
        request, token = self._ask_guest()
        asked = self._open()
        for user, asking, key in ((None, request, token), (self.owner, asked, None)):
            self.login(user)
            self._post(
                asking,
                [("a.pdf", PDF)],
                token=key,
                csrf="" if key else None,
                request_line_id=asking.line_ids[0].id,
            )
        documents = (request | asked).line_ids.document_ids
        self._age(documents)
        for _turn in range(2):
            self.assertEqual(len(self._send_receipts(documents, seconds_left=0)), 1)

    def _age(self, documents):
        """Have what was received be there for some minutes."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET write_date = write_date "
            "- interval '6 minutes' WHERE id = ANY(%s)",
            [documents.ids],
        )
        self.env.invalidate_all()

    def _send_receipts(self, documents, seconds_left=60):
        """Return the receipts that the job sends now, in the time that it has."""
        before = self.env["mail.mail"].search([])
        with patch.object(IrCron, "_commit_progress", return_value=seconds_left):
            documents._cron_tell_of_uploads()
        return self.env["mail.mail"].search([]) - before
