import base64
import runpy
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import file_path

from .common import PDF, PNG, PORTAL, DocumentHttpCase
from .request_case import RequestMixin


@tagged("-at_install", "post_install")
class TestValidUntil(RequestMixin, DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.portal_document_expiry_days = 30
        cls.env["customer.portal.document"].search([]).valid_until = False
        cls.env["customer.portal.request"].search([]).active = False

    def _create_sent(self, user=None, **vals):
        """Return a document that the server made, as if its customer had sent it."""
        return self._create_document(user, renewed_by="customer", **vals)

    def _run(self, moment):
        """Run the scheduled action; return the requests that it made."""
        Request = self.env["customer.portal.request"]
        before = Request.search([])
        cron = self.registry["ir.cron"]
        with (
            freeze_time(moment),
            patch.object(cron, "_commit_progress", lambda self, *a, **kw: 1.0),
        ):
            self.env["customer.portal.document"]._cron_remind_of_end()
        return Request.search([]) - before

    def test_the_badge_and_the_filter(self):
        """REQ D-20"""
        valid, expiring, expired = (
            self._create_sent(self.owner, name=name, valid_until=date)
            for name, date in (
                ("Fresh", "2026-12-31"),
                ("Ending", "2026-03-20"),
                ("Over", "2026-02-20"),
            )
        )
        Document = self.env["customer.portal.document"].with_user(self.document_user)
        documents = valid | expiring | expired
        with freeze_time("2026-03-01 09:00:00"):
            documents.invalidate_recordset()
            self.assertEqual(
                documents.mapped("validity"), ["valid", "expiring", "expired"]
            )
            for document in documents:
                found = Document.search(
                    [("validity", "=", document.validity), ("id", "in", documents.ids)]
                )
                self.assertEqual(found.ids, document.ids)
            expiring.reminder_days = 10
            self.assertEqual(expiring.validity, "valid")
            filters = Document.with_user(self.owner)._get_portal_filters()
            found = Document.with_user(self.owner).search(
                filters["expiring"]["domain"] & fields.Domain("id", "in", documents.ids)
            )
            self.assertEqual(found.ids, expired.ids)
        self.login(self.owner)
        page = self.get("/my/documents?filterby=expiring").text
        self.assertIn("Over", page)
        self.assertIn("Expired", page)
        page = self.get(f"/my/documents/{expired.id}").text
        self.assertIn("Valid until", page)

    def test_the_new_one_is_asked_for_by_itself(self):
        """REQ D-20: from the same line, once, and the file is the next version"""
        with freeze_time("2026-01-01 09:00:00"):
            request = self._open(lines=("Insurance",))
            line = request.line_ids
            line.description = "Of the whole fleet"
            document = self._put_in(line, filename="insurance.pdf")
            document.valid_until = "2026-06-30"
            line.action_accept()
        self.assertFalse(self._run("2026-05-30 09:00:00"))
        renewal = self._run("2026-05-31 09:00:00")
        self.assertEqual(renewal.partner_id, self.owner.partner_id)
        self.assertEqual(renewal.user_id, self.document_user)
        self.assertEqual((renewal.state, len(renewal)), ("open", 1))
        self.assertEqual(fields.Date.to_string(renewal.deadline), "2026-06-30")
        self.assertEqual(renewal.line_ids.description, "Of the whole fleet")
        self.assertFalse(self._run("2026-06-01 09:00:00"))
        self.env.flush_all()
        self.login(self.owner)
        data = {"csrf_token": self.get_token(), "request_line_id": renewal.line_ids.id}

        def send(**more):
            return self.opener.post(
                f"{self.base_url()}/my/requests/{renewal.id}",
                data={**data, **more},
                files=[("file", ("insurance-2.png", PNG))],
                headers={"Accept": "application/json"},
            )

        self.assertEqual(send().status_code, 400)
        renewed = self.get_uploaded(send(valid_until="2037-06-30"))
        self.assertEqual(renewed, document)
        self.assertEqual(document.attachment_id.raw, PNG)
        self.assertEqual(
            document.version_ids.mapped("raw"), [PNG, PDF], "the old one is kept"
        )
        dates = [str(one.portal_valid_until) for one in document.version_ids]
        self.assertEqual(dates, ["2037-06-30", "2026-06-30"])
        renewal.line_ids.action_accept()
        self.assertEqual(renewal.state, "done")
        self.assertTrue(self._run("2037-06-01 09:00:00"), "and so on")

    def test_staff_are_told_where_there_is_nobody_to_ask(self):
        """REQ D-20"""
        document = self._create_sent(valid_until="2026-06-30")
        document.user_id = self.document_user
        self.assertFalse(self._run("2026-06-15 09:00:00"))
        self.assertEqual(document.activity_ids.user_id, self.document_user)
        self._run("2026-06-16 09:00:00")
        self.assertEqual(len(document.activity_ids), 1)

    def test_a_manager_is_told_where_nobody_is_left(self):
        """REQ D-20: not OdooBot, whose desk nobody looks at"""
        self.document_user.group_ids = self.env.ref(PORTAL)
        managers = self.env.ref("customer_portal_docs.group_document_manager")
        (managers.all_user_ids - self.manager).active = False
        document = self._create_sent(valid_until="2026-06-30")
        document.user_id = self.document_user
        self._run("2026-06-15 09:00:00")
        self.assertEqual(document.activity_ids.user_id, self.manager)

    def _remind(self, **vals):
        """Return a document that ends, and that a member of staff is reminded to renew."""
        document = self._create_document(
            self.owner,
            user_id=self.document_user.id,
            valid_until="2026-06-30",
            **vals,
        )
        self._run("2026-06-15 09:00:00")
        self.assertEqual(document.activity_ids.user_id, self.document_user)
        return document

    def test_nobody_is_reminded_of_what_is_renewed(self):
        """REQ D-20: nor of what is archived, or is asked of the customer then"""
        for vals in (
            {"valid_until": "2027-06-30"},
            {"valid_until": False},
            {"renewed_by": "customer"},
            {"reminder_days": 1},
            {"active": False},
        ):
            document = self._remind()
            with freeze_time("2026-06-16 09:00:00"):
                document.invalidate_recordset()
                document.description = "Still to be renewed"
                self.assertTrue(document.activity_ids)
                document.with_user(self.manager).write(vals)
            self.assertFalse(document.activity_ids, vals)

    def test_staff_are_reminded_once_of_another_end(self):
        """REQ D-20: a document whose end is corrected, and is as near as before"""
        document = self._remind()
        with freeze_time("2026-06-16 09:00:00"):
            document.valid_until = "2026-07-01"
        self._run("2026-06-17 09:00:00")
        self.assertEqual(
            fields.Date.to_string(document.activity_ids.date_deadline), "2026-07-01"
        )

    def test_others_are_reminded_when_who_was_has_left(self):
        """REQ D-20: archived, a customer now, without access to the company; or of another one"""
        self.company.portal_document_user_id = self.manager
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        there = {"company_ids": elsewhere.ids, "company_id": elsewhere.id}
        back = {"company_ids": self.company.ids, "company_id": self.company.id}
        customer, staff = (
            {"group_ids": [Command.set(groups.ids)]}
            for groups in (self.env.ref(PORTAL), self.document_user.group_ids)
        )
        for leave, come_back in (
            (lambda user: user.action_archive(), {"active": True}),
            (lambda user: user.write({"active": False}), {"active": True}),
            (lambda user: user.write(customer), staff),
            (lambda user: user.write(there), back),
        ):
            document = self._remind()
            with freeze_time("2026-06-16 09:00:00"):
                document.invalidate_recordset()
                leave(self.document_user)
                self.assertEqual(document.activity_ids.user_id, self.manager)
                self.assertIn("comes from us", document.activity_ids.summary)
            self.document_user.write(come_back)
        document = self._remind()
        with freeze_time("2026-06-16 09:00:00"):
            document.user_id = self.manager
        self.assertEqual(document.activity_ids.user_id, self.manager)

    def test_what_was_done_is_not_handed_over(self):
        """REQ D-20"""
        document = self._remind()
        document.activity_ids.action_done()
        with freeze_time("2026-06-16 09:00:00"):
            self.document_user.action_archive()
        self.assertFalse(document.activity_ids)

    def test_an_archived_company_asks_for_nothing(self):
        """REQ D-20: until it is there again"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_user_id": self.manager.id}
        )
        document = self._create_sent(
            self.owner, valid_until="2026-06-30", company_id=elsewhere.id
        )
        elsewhere.active = False
        self.assertFalse(self._run("2026-06-15 09:00:00"))
        self.assertFalse(document.renewal_date)
        elsewhere.active = True
        self.assertEqual(self._run("2026-06-16 09:00:00").company_id, elsewhere)

    def test_no_customer_is_asked_for_our_text(self):
        """REQ D-19, D-20: staff are told to put in the new one, and nothing takes its place"""
        document = self._create_sent(
            self.owner, valid_until="2026-06-30", acknowledgement=True
        )
        document.user_id = self.document_user
        self.assertFalse(self._run("2026-06-15 09:00:00"))
        self.assertEqual(document.activity_ids.user_id, self.document_user)
        self.assertIn("only our staff", document.activity_ids.summary)
        # what was requested before readers were asked
        request = self._open(lines=("Terms",))
        request.line_ids.sudo().renewed_document_id = document
        self.env.flush_all()
        self.login(self.owner)
        sent = self.get_uploaded(
            self.upload(
                [("new.png", PNG)],
                url=f"/my/requests/{request.id}",
                request_line_id=request.line_ids.id,
            )
        )
        self.assertNotEqual(sent, document)
        self.assertEqual(document.attachment_id.raw, PDF)

    def test_no_customer_is_asked_for_what_comes_from_us(self):
        """REQ D-13, D-20: staff's price list; and staff may say that it comes from the customer"""
        ours, filed = (
            self._create_document(
                self.owner,
                name=name,
                user_id=self.document_user.id,
                valid_until="2026-06-30",
            )
            for name in ("Prices", "Certificate")
        )
        self.assertEqual(ours.renewed_by, "us")
        filed.renewed_by = "customer"
        line = self._run("2026-06-15 09:00:00").line_ids
        self.assertEqual(line.renewed_document_id, filed)
        self.assertEqual(ours.activity_ids.user_id, self.document_user)
        self.assertIn("comes from us", ours.activity_ids.summary)
        self.assertFalse(filed.activity_ids)
        # said afterwards, the customer is asked after all
        ours.renewed_by = "customer"
        line = self._run("2026-06-16 09:00:00").line_ids
        self.assertEqual(line.renewed_document_id, ours)

    def test_who_a_new_version_comes_from(self):
        """REQ D-18, D-20: the customer where it answers a request, whoever recorded it"""
        self.login(self.owner)
        sent = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        request = self._open(lines=("Insurance", "Permit"))
        answer = self._put_in(request.line_ids[0])
        by_staff = self._create_document(
            self.owner, request_line_id=request.line_ids[1].id
        )
        for document in (sent, answer, by_staff):
            self.assertEqual(document.renewed_by, "customer")
        by_staff.renewed_by = "us"
        by_staff.request_line_id = False
        by_staff.request_line_id = answer.request_line_id
        self.assertEqual(by_staff.renewed_by, "us", "what staff said")

    def test_who_has_left_asks_nobody(self):
        """REQ D-20: an assigned user who is one of the staff no more keeps nobody from being asked"""
        documents = self._create_sent(
            self.owner, valid_until="2026-06-30"
        ) + self._create_sent(self.stranger, valid_until="2026-06-30")
        documents[0].user_id = self.document_user
        self.company.portal_document_user_id = self.manager
        self.document_user.group_ids = self.env.ref(PORTAL)
        renewals = self._run("2026-06-15 09:00:00")
        self.assertEqual(renewals.partner_id, documents.partner_id)
        self.assertEqual(renewals.user_id, self.manager)

    def test_what_cannot_be_asked_for_is_noted(self):
        """REQ D-20: and the other customers are asked"""
        french = self.env["res.lang"]._activate_lang("fr_FR")
        # archived while his language was deactivated
        guest = self.env["res.partner"].create(
            {"name": "Guy", "lang": "fr_FR", "active": False}
        )
        french.active = False
        guest.active = True
        document = self._create_sent(partner_id=guest.id, valid_until="2026-06-30")
        self._create_sent(self.stranger, valid_until="2026-06-30")
        with self.assertLogs(
            "odoo.addons.customer_portal_docs.models.customer_portal_renewal"
        ):
            renewal = self._run("2026-06-15 09:00:00")
        self.assertEqual(renewal.partner_id, self.stranger.partner_id)
        self.assertIn("Please ask for it yourself", document.message_ids[0].body)
        self.assertFalse(self._run("2026-06-16 09:00:00"))

    def test_documents_from_before_are_asked_for_as_early(self):
        """REQ D-20: the step of the update"""
        document = self._create_sent(self.owner)
        kept = self._create_sent(self.owner, reminder_days=5)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET reminder_days = NULL WHERE id = %s",
            [document.id],
        )
        path = "customer_portal_docs/migrations/19.0.1.7.0/post-set_reminder_days.py"
        runpy.run_path(file_path(path))["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual((document.reminder_days, kept.reminder_days), (30, 5))

    def test_customers_say_it_at_any_upload(self):
        """REQ D-20: with the form, resumable, and with a new version"""
        self.login(self.owner)
        page = self.get("/my/documents/upload").text
        self.assertRegex(page, r'type="date"\s+name="valid_until"')
        for text in ("x", "31.12.2037", "2001-01-01", "2037-13-01"):
            response = self.upload([("a.pdf", PDF)], valid_until=text)
            self.assertEqual(response.status_code, 400, response.text)
            self.assertEqual(response.json()["error"], "bad_valid_until")
            answer = self._start_tus(len(PDF), valid_until=text)
            self.assertEqual(answer.status_code, 400, answer.text)
        response = self.upload([("a.pdf", PDF)], as_json=False, valid_until="x")
        self.assertEqual(response.status_code, 400)
        self.assertIn("until when", response.text)
        document = self.get_uploaded(
            self.upload([("a.pdf", PDF)], valid_until="2037-06-30")
        )
        self.assertEqual(str(document.valid_until), "2037-06-30")
        self.assertEqual(str(document.attachment_id.portal_valid_until), "2037-06-30")
        self.assertFalse(self.get_uploaded(self.upload([("b.pdf", PDF)])).valid_until)
        by_tus = self._send_tus(name="By tus", valid_until="2037-07-01")
        self.assertEqual(str(by_tus.valid_until), "2037-07-01")
        page = self.get(document.access_url).text
        self.assertRegex(page, r'type="date"\s+name="valid_until"')
        url = f"{document.access_url}/versions"
        response = self.upload([("c.png", PNG)], url=url, valid_until="2001-01-01")
        self.assertEqual(response.status_code, 400, response.text)
        self.get_uploaded(
            self.upload([("c.png", PNG)], url=url, valid_until="2038-06-30")
        )
        document.invalidate_recordset()
        self.assertEqual(str(document.valid_until), "2038-06-30")
        self._send_tus(document_id=document.id, valid_until="2039-06-30")
        dates = [str(one.portal_valid_until) for one in document.version_ids]
        self.assertEqual(dates, ["2039-06-30", "2038-06-30", "2037-06-30"])

    def test_a_new_version_answers_the_request_for_it(self):
        """REQ D-20: on the page of the document as well"""
        document = self._create_sent(self.owner, valid_until="2026-06-30")
        renewal = self._run("2026-06-15 09:00:00")
        self.env.flush_all()
        self.login(self.owner)
        url = f"{document.access_url}/versions"
        self.get_uploaded(self.upload([("a.png", PNG)], url=url))
        self.assertEqual(renewal.line_ids.state, "missing", "of no known end")
        self.get_uploaded(
            self.upload([("a.png", PNG)], url=url, valid_until="2037-06-30")
        )
        self.assertEqual(renewal.line_ids.state, "received")
        self.assertEqual(renewal.line_ids.document_ids, document)

    def test_an_old_version_has_its_own_end(self):
        """REQ D-11, D-20: what was rejected is not received with what has expired"""
        document = self._create_sent(self.owner, valid_until="2026-06-30")
        first = document.attachment_id
        renewal = self._run("2026-06-15 09:00:00")
        document.write(
            {
                "attachment_id": self._create_attachment("new.png", PNG).id,
                "valid_until": "2037-06-30",
            }
        )
        renewal.line_ids.action_reject("Blurred")
        self.env.flush_all()
        self.login(self.owner)
        answer = self.post(
            f"{document.access_url}/versions/{first.id}/restore",
            {"csrf_token": self.get_token()},
        )
        self.assertEqual(answer.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(str(document.valid_until), "2026-06-30")
        self.assertEqual(renewal.line_ids.state, "rejected")
        self.assertFalse(self._run("2026-12-01 09:00:00"), "it is requested already")
        renewal.active = False
        document.valid_until = "2026-07-01"
        self.assertTrue(self._run("2026-12-01 09:00:00"), "nobody answers that one")

    def test_a_version_keeps_the_end_that_stays_the_same(self):
        """REQ D-11, D-20"""
        document = self._create_sent(self.owner, valid_until="2037-06-30")
        second = self._create_attachment("new.png", PNG)
        document.attachment_id = second
        self.assertEqual(str(second.portal_valid_until), "2037-06-30")
        document.attachment_id = self._create_attachment("other.png", PNG)
        document.valid_until = "2038-06-30"
        document.action_restore_version(second)
        self.assertEqual(str(document.valid_until), "2037-06-30")

    def test_a_version_without_an_end_takes_none_away(self):
        """REQ D-11, D-20: nobody said of the first one until when it is valid"""
        document = self._create_sent(self.owner)
        first = document.attachment_id
        document.write(
            {
                "attachment_id": self._create_attachment("new.png", PNG).id,
                "valid_until": "2037-06-30",
            }
        )
        document.action_restore_version(first)
        self.assertEqual(document.attachment_id.raw, PDF)
        self.assertEqual(str(document.valid_until), "2037-06-30")
        self.assertEqual(str(document.attachment_id.portal_valid_until), "2037-06-30")

    def test_a_version_of_staff_answers_the_request(self):
        """REQ D-13, D-20: by the dialog, by a program, and with the end said afterwards"""
        names = ("dialog", "program", "afterwards")
        dialog, program, afterwards = documents = self.env[
            "customer.portal.document"
        ].concat(
            *(
                self._create_sent(self.owner, name=name, valid_until="2026-06-30")
                for name in names
            )
        )
        lines = self._run("2026-06-15 09:00:00").line_ids
        wizards = self.env["customer.portal.document.upload.wizard"]
        wizards = wizards.with_user(self.document_user)
        with Form(wizards.with_context(default_document_id=dialog.id)) as form:
            form.valid_until = "2037-06-30"
        file = (
            self.env["ir.attachment"]
            .with_user(self.document_user)
            .create({"name": "new.png", "raw": PNG})
        )
        program.with_user(self.document_user).write(
            {
                "attachment_id": file.id,
                "valid_until": "2037-06-30",
            }
        )
        afterwards.attachment_id = self._create_attachment("new.png", PNG)
        self.assertEqual(len(lines.filtered(lambda line: line.state == "missing")), 2)
        afterwards.valid_until = "2037-06-30"
        self.login(self.document_user)
        self.get_uploaded(
            self.upload(
                [("new.png", PNG)],
                url="/customer_portal_docs/upload",
                wizard_id=form.record.id,
            )
        )
        self.env.invalidate_all()
        self.assertEqual(set(lines.mapped("state")), {"received"})
        self.assertEqual(lines.document_ids, documents)

    def test_what_is_sent_for_it_is_noted_once(self):
        """REQ D-20"""
        self._create_sent(self.owner, valid_until="2026-06-30")
        renewal = self._run("2026-06-15 09:00:00")
        self.env.flush_all()
        self.login(self.owner)
        self.get_uploaded(
            self.upload(
                [("new.png", PNG)],
                url=f"/my/requests/{renewal.id}",
                request_line_id=renewal.line_ids.id,
                valid_until="2037-06-30",
            )
        )
        self.env.invalidate_all()
        told = renewal.message_ids.filtered(lambda one: "new.png" in (one.body or ""))
        self.assertEqual(len(told), 1)

    def test_a_day_at_the_end_of_time(self):
        """REQ D-20"""
        document = self._create_sent(self.owner, valid_until="0001-01-05")
        self.assertEqual(document.validity, "expired")
        document.valid_until = "9999-12-31"
        self.assertEqual(document.validity, "valid")

    def _start_tus(self, length, **values):
        values = {"filename": "scan.pdf", **values}
        metadata = ",".join(
            f"{name} {base64.b64encode(str(value).encode()).decode()}"
            for name, value in values.items()
        )
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(length),
            "Upload-Metadata": metadata,
        }
        url = f"{self.base_url()}/my/documents/tus"
        return self.opener.post(url, headers=headers, timeout=30)

    def _send_tus(self, **values):
        """Send a file; return the document that it became or is a version of."""
        answer = self._start_tus(len(PDF), **values)
        self.assertEqual(answer.status_code, 201, answer.text)
        answer = self.opener.patch(
            self.base_url() + answer.headers["Location"],
            data=PDF,
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": "0",
                "Content-Type": "application/offset+octet-stream",
            },
            timeout=30,
        )
        self.assertEqual(answer.status_code, 204, answer.text)
        id_ = int(answer.headers["Content-Location"].rpartition("/")[2])
        self.env.invalidate_all()
        return self.env["customer.portal.document"].browse(id_)

    def test_several_that_end_are_one_request(self):
        """REQ D-20"""
        for name in ("Passport", "Permit"):
            self._create_sent(self.owner, name=name, valid_until="2026-06-30")
        renewal = self._run("2026-06-15 09:00:00")
        self.assertEqual(len(renewal), 1)
        self.assertEqual(set(renewal.line_ids.mapped("name")), {"Passport", "Permit"})

    def test_a_locked_document_stays_as_it_is(self):
        """REQ D-10, D-20: a new document comes in its place"""
        document = self._create_sent(self.owner, valid_until="2026-06-30")
        document.with_user(self.document_user).action_lock()
        renewal = self._run("2026-06-15 09:00:00")
        self.env.flush_all()
        self.login(self.owner)
        response = self.opener.post(
            f"{self.base_url()}/my/requests/{renewal.id}",
            data={
                "csrf_token": self.get_token(),
                "request_line_id": renewal.line_ids.id,
                "valid_until": "2037-06-30",
            },
            files=[("file", ("new.png", PNG))],
            headers={"Accept": "application/json"},
        )
        self.assertNotEqual(self.get_uploaded(response), document)
        self.assertEqual(document.attachment_id.raw, PDF)
