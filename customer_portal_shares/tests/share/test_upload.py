import errno
import re
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF
from odoo.addons.customer_portal_docs.tools.incoming import MAX_FILES, IncomingFile
from odoo.addons.mail.tests.common import MockEmail

from ..common import PASSWORD, ShareHttpCase

SENDER = {"name": "Vera Visitor", "email": "vera@example.com"}


@tagged("-at_install", "post_install")
class TestUpload(MockEmail, ShareHttpCase):
    """Files that visitors put into a share (REQ S-10)."""

    def setUp(self):
        super().setUp()
        self.login(None)
        self.drop = self._create_share(
            self.folder, name="Drop", allow_download=False, allow_upload=True
        )

    def send(self, share, *files, as_json=True, **data):
        files = files or (("scan.pdf", PDF),)
        return self.post(
            self.path(share, "/upload"),
            {**SENDER, **data},
            [("file", file) for file in files],
            as_json,
        )

    def received(self, share):
        return self.env["customer.portal.document"].search(
            [("share_id", "=", share.id)], order="id"
        )

    def test_a_visitor_sends_files(self):
        answer = self.send(self.drop, ("a.pdf", PDF), ("b.pdf", PDF + b"b"))
        self.assertEqual((answer.status_code, answer.json()), (201, {"received": 2}))
        documents = self.received(self.drop)
        self.assertEqual(documents.mapped("name"), ["a.pdf", "b.pdf"])
        self.assertEqual(documents[1].attachment_id.raw, PDF + b"b")
        self.assertEqual(documents.folder_id, self.folder)
        self.assertEqual(documents.user_id, self.sharer)
        self.assertFalse(documents.partner_id)
        self.assertEqual(
            set(documents.mapped("share_visitor")), {"Vera Visitor <vera@example.com>"}
        )

    def test_a_plain_form_thanks(self):
        answer = self.send(self.drop, as_json=False)
        self.assertEqual(answer.status_code, 303)
        page = self.get(answer.headers["Location"])
        self.assertIn("your file has arrived", page.text)
        # a reload does not say it again
        self.assertIn('data-notice="received"', page.text)

    def test_who_sends_into_a_drop_sees_nothing_of_what_is_there(self):
        self.send(self.drop)
        page = self.get(self.path(self.drop))
        self.assertEqual(page.status_code, 200)
        for secret in ("Plan", "scan.pdf", "Old"):
            self.assertNotIn(secret, re.sub(r"<h1.*?</h1>", "", page.text))
        document = self.received(self.drop)
        for rest in (
            f"/document/{document.id}",
            f"/document/{self.folder_document.id}",
            f"/document/{document.id}/preview",
            f"/folder/{self.folder.id}",
            "/zip",
            "/document/1999999999",
        ):
            with self.subTest(rest):
                answer = self.get(self.path(self.drop, rest))
                self.assertEqual(answer.status_code, 403)
        accept = {"headers": {"Accept": "application/json"}}
        self.assertFalse(self.get(self.path(self.drop), **accept).json()["items"])

    def test_what_came_into_a_drop_is_shown_to_no_customer(self):
        self.folder.partner_ids = self.brightwater
        self.send(self.drop)
        document = self.received(self.drop)
        self.login(self.owner)
        answer = self.get(f"/my/documents/{document.id}")
        self.assertEqual(answer.status_code, 404)
        other = self._create_share(self.folder)
        self.assertEqual(self.content(other, document).status_code, 404)

    def test_the_same_name_twice_keeps_both(self):
        for _time in range(2):
            self.assertEqual(self.send(self.drop).status_code, 201)
        self.assertEqual(
            self.received(self.drop).mapped("name"), ["scan.pdf", "scan.pdf"]
        )

    def test_visitors_say_who_they_are(self):
        for missing in ("name", "email"):
            for value in ("", "  "):
                answer = self.send(self.drop, **{missing: value})
                self.assertEqual(answer.status_code, 400)
        for email in (
            "nonsense",
            "@example.com",
            "(" * 5000 + "@example.com",
            "a" * 250 + "@example.com",
            "a@example.com, b@example.com",
            "name@host.",
        ):
            self.assertEqual(self.send(self.drop, email=email).status_code, 400)
        self.assertFalse(self.received(self.drop))

    def test_addresses_that_odoo_takes_are_taken(self):
        """REQ S-5"""
        for email in (
            "sean.o'brien@example.com",
            "a&b!c/d@example.com",
            "jörg@example.com",
        ):
            self.assertEqual(self.send(self.drop, email=email).status_code, 201, email)

    def test_what_is_wrong_is_told_with_all_that_was_typed(self):
        answer = self.send(self.drop, ("a.pdf", b""), as_json=False)
        self.assertEqual(answer.status_code, 400)
        self.assertIn("is empty", answer.text)
        self.assertIn("Vera Visitor", answer.text)
        self.assertIn("vera@example.com", answer.text)

    def test_a_link_that_is_renewed_meanwhile_is_not_told(self):
        """REQ S-12: the sender is led back by the link that they came by"""
        Document = self.registry["customer.portal.document"]
        receive = Document._receive_from_share

        def renew(model, share_sudo, *args, **kwargs):
            documents_sudo = receive(model, share_sudo, *args, **kwargs)
            self.drop.action_renew_link()
            return documents_sudo

        with patch.object(Document, "_receive_from_share", renew):
            answer = self.send(self.drop, as_json=False)
        self.assertEqual(answer.status_code, 303)
        self.assertNotIn(self.drop.sudo().token, answer.headers["Location"])

    def test_a_file_that_was_kept_comes_back_once(self):
        """REQ S-10: whatever a form says of what it had brought before"""
        page = self.send(self.drop, as_json=False, name="").text
        [key] = re.findall(r'name="kept"[^>]*value="([^"]+)"', page)
        many = [("file", (f"{number}.pdf", PDF)) for number in range(MAX_FILES)]
        path = self.path(self.drop, "/upload")
        answer = self.post(path, {**SENDER, "kept": [key]}, many, as_json=True)
        self.assertEqual(
            (answer.status_code, answer.json()["error"]), (413, "too_many_files")
        )
        keys = [key] * 3 + ["x"] * 100 + [key]
        self.assertEqual(self.post(path, {**SENDER, "kept": keys}).status_code, 303)
        self.assertEqual(self.received(self.drop).mapped("name"), ["scan.pdf"])
        self.assertEqual(self.post(path, {**SENDER, "kept": keys}).status_code, 400)

    def test_a_kept_file_that_cannot_be_stored_is_kept_on(self):
        """REQ S-10: the form shows it, and the next try has it"""
        self.company.portal_share_upload_quota = 1
        page = self.send(self.drop, as_json=False, name="").text
        [key] = re.findall(r'name="kept"[^>]*value="([^"]+)"', page)
        path, typed = self.path(self.drop, "/upload"), {**SENDER, "kept": [key]}
        full = OSError(errno.ENOSPC, "No space left on device")
        with (
            patch.object(IncomingFile, "place", side_effect=full),
            mute_logger("odoo.addons.customer_portal_docs.controllers.form_files"),
        ):
            failed = self.post(path, typed)
        self.assertEqual(failed.status_code, 507)
        self.assertIn(key, failed.text)
        self.assertFalse(self.received(self.drop))
        self.assertEqual(self.post(path, typed).status_code, 303)
        self.assertEqual(self.received(self.drop).mapped("name"), ["scan.pdf"])

    def test_files_are_judged_by_the_settings_of_the_company(self):
        """REQ D-15"""
        big = b"%PDF" + b"x" * 1024**2
        cases = {
            413: ("big.pdf", big),
            415: ("a.exe", b"MZ"),
            400: ("empty.pdf", b""),
        }
        for status, file in cases.items():
            with self.subTest(status):
                self.assertEqual(self.send(self.drop, file).status_code, status)
        answer = self.post(self.path(self.drop, "/upload"), SENDER, as_json=True)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.received(self.drop))

    def test_all_files_or_none(self):
        answer = self.send(self.drop, ("a.pdf", PDF), ("b.exe", b"MZ"))
        self.assertEqual(answer.status_code, 415)
        self.assertFalse(self.received(self.drop))

    def test_a_share_that_takes_no_files_takes_none(self):
        share = self._create_share(self.folder)
        self.assertEqual(self.send(share).status_code, 403)
        self.assertNotIn(
            "o_customer_portal_share_upload", self.get(self.path(share)).text
        )
        self.assertFalse(self.received(share))

    def test_a_company_may_switch_uploads_off(self):
        """REQ S-13"""
        self.company.portal_share_uploads = False
        self.assertEqual(self.send(self.drop).status_code, 403)
        page = self.get(self.path(self.drop))
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("<form", page.text)

    def test_a_drop_may_have_a_password(self):
        share = self._create_share(
            self.folder, allow_download=False, allow_upload=True, password=PASSWORD
        )
        self.assertEqual(self.send(share).status_code, 401)
        self.unlock(share)
        self.assertEqual(self.send(share).status_code, 201)

    def test_a_secured_share_takes_files_of_its_recipients(self):
        share = self._create_secured_share(self.folder, allow_upload=True)
        self.assertEqual(self.send(share, as_json=False).status_code, 303)
        self.assertFalse(self.received(share))
        self.login(self.stranger)
        self.assertEqual(self.send(share).status_code, 404)
        self.login(self.owner)
        self.assertEqual(self.send(share, name="", email="").status_code, 201)
        document = self.received(share)
        self.assertEqual(document.partner_id, self.owner.partner_id)
        self.assertEqual(self.content(share, document).status_code, 200)

    def test_files_go_into_the_folder_that_is_looked_at(self):
        share = self._create_share(self.folder, allow_upload=True)
        answer = self.send(share, as_json=False, folder_id=self.subfolder.id)
        self.assertIn(f"/folder/{self.subfolder.id}?", answer.headers["Location"])
        self.assertEqual(self.received(share).folder_id, self.subfolder)
        foreign = self.env["customer.portal.folder"].create({"name": "Foreign"})
        for folder_id in (foreign.id, "x", "99999999999999999999"):
            answer = self.send(share, folder_id=folder_id)
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(len(self.received(share)), 1)

    def test_a_share_of_documents_takes_files_as_well(self):
        share = self._create_share(self.document, allow_upload=True)
        self.assertEqual(self.send(share).status_code, 201)
        self.assertFalse(self.received(share).folder_id)

    def test_another_site_cannot_send_the_form(self):
        for accept in ("text/html", "application/json"):
            answer = self.opener.post(
                self.base_url() + self.path(self.drop, "/upload"),
                data=SENDER,
                files=[("file", ("a.pdf", PDF))],
                headers={"Sec-Fetch-Site": "cross-site", "Accept": accept},
                allow_redirects=False,
            )
            with self.subTest(accept):
                self.assertEqual(answer.status_code, 400)
                self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
                self.assertIn("sent from another site", answer.text)
        error = answer.json()
        self.assertEqual(
            (set(error), error["error"]), ({"error", "message"}, "cross_site")
        )
        self.assertFalse(self.received(self.drop))

    def test_hostile_names_are_made_safe(self):
        self.send(
            self.drop, ("../../a\u202efdp.exe.pdf", PDF), name="Eve\r\nBcc: x@y.z"
        )
        document = self.received(self.drop)
        self.assertNotIn("/", document.attachment_id.name)
        self.assertEqual(document.share_visitor, "Eve Bcc: x@y.z <vera@example.com>")

    def tell_owners(self, seconds=60):
        """Run the scheduled action so many seconds later."""
        Receipt = self.env["customer.portal.share.receipt"]
        later = fields.Datetime.now() + timedelta(seconds=seconds)
        # each run is a transaction of its own
        self.env.cr.postcommit.clear()
        with (
            freeze_time(later),
            self.mock_mail_gateway(),
            patch.object(self.registry["ir.cron"], "_commit_progress"),
        ):
            Receipt._cron_notify()

    def test_the_owner_is_told_once_of_all_that_comes_from_an_address(self):
        """Issue 11, line 8: whatever names are typed"""
        for name in ("scan.pdf", "plan.pdf"):
            self.send(self.drop, (name, PDF))
        self.send(self.drop, ("bill.pdf", PDF), name="Otto Other")
        self.tell_owners()
        [body] = [mail["body"] for mail in self._mails]
        for word in ("scan.pdf", "plan.pdf", "bill.pdf", "Vera", "Otto Other"):
            self.assertIn(word, body)
        self.tell_owners()
        self.assertFalse(self._mails)

    def test_owners_are_told_by_the_next_run_where_time_is_up(self):
        other = self._create_share(self.folder, allow_download=False, allow_upload=True)
        for share in (self.drop, other):
            self.send(share)
        Receipt = self.env["customer.portal.share.receipt"]
        for left in (1, 0):
            with (
                freeze_time(fields.Datetime.now() + timedelta(seconds=60)),
                patch.object(
                    self.registry["ir.cron"], "_commit_progress", return_value=0
                ),
            ):
                Receipt._cron_notify()
            self.assertEqual(Receipt.search_count([]), left)

    def _receive_from(self, addresses):
        # without a quota nothing has to be counted in a transaction of its own
        self.company.portal_share_upload_quota = 0
        documents = self.env["customer.portal.document"]
        for number, address in enumerate(addresses):
            documents |= documents._receive_from_share(
                self.drop.sudo(),
                [(f"{number}.pdf", self._make_incoming(PDF))],
                None,
                {
                    "partner_id": False,
                    "visitor": f"Name {number} <n{number}@example.com>",
                    "address": address,
                },
            )
        return documents

    def _make_incoming(self, raw):
        incoming = IncomingFile(self.env["ir.attachment"]._get_incoming_directory())
        incoming.write(raw)
        incoming.seek(0)
        return incoming

    def test_typed_names_send_no_mails_of_their_own(self):
        self._receive_from(["192.0.2.1"] * 150)
        self.tell_owners()
        self.assertEqual(len(self._mails), 1)
        self.assertIn("145 more", self._mails[0]["body"])
        self.assertLess(self._mails[0]["body"].count("<li"), 60)

    def test_each_address_is_told_of_alone(self):
        self._receive_from(["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1"])
        self.tell_owners()
        self.assertEqual(len(self._mails), 3)

    def test_many_addresses_are_told_of_together(self):
        self._receive_from(f"192.0.2.{number}" for number in range(40))
        self.tell_owners()
        self.assertEqual(len(self._mails), 1)

    def test_one_share_sends_few_mails_in_an_hour(self):
        count = 0
        for number in range(14):
            self._receive_from([f"192.0.2.{number}"])
            self.tell_owners(seconds=61 + number)
            count += len(self._mails)
        self.assertEqual(count, 10)
        # the rest is told of when the hour is over, all at once for each address
        self.tell_owners(seconds=3700)
        self.assertEqual(len(self._mails), 4)
        self.assertFalse(self.env["customer.portal.share.receipt"].search([]))

    def test_who_sends_too_often_has_to_wait(self):
        self._set_limit("share_upload_address", 2)
        statuses = [self.send(self.drop).status_code for _number in range(3)]
        answer = self.send(self.drop)
        self.assertEqual(statuses, [201, 201, 429])
        self.assertEqual(answer.json()["error"], "throttled")
        self.assertEqual(len(self.received(self.drop)), 2)

    def test_one_share_takes_so_many_files_in_an_hour(self):
        """REQ 11.8: whatever addresses they come from"""
        self._set_limit("share_upload", 2)
        statuses = [self.send(self.drop).status_code for _number in range(3)]
        self.assertEqual(statuses, [201, 201, 429])
        self.assertEqual(len(self.received(self.drop)), 2)

    def test_the_owner_is_not_told_while_more_comes_in(self):
        self.send(self.drop)
        self.tell_owners(seconds=30)
        self.assertFalse(self._mails)
        cron = self.env.ref("customer_portal_shares.ir_cron_share_receipts")
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        )
        self.tell_owners()
        self.assertEqual(len(self._mails), 1)

    def test_the_owner_is_told_after_a_quarter_of_an_hour_at_the_latest(self):
        self.send(self.drop)
        receipts = self.env["customer.portal.share.receipt"].search([])
        receipts.date -= timedelta(minutes=15)
        self.send(self.drop)
        self.tell_owners(seconds=1)
        self.assertEqual(len(self._mails), 1)

    def test_what_was_deleted_meanwhile_is_told_of_no_more(self):
        self.send(self.drop)
        self.received(self.drop).unlink()
        self.tell_owners()
        self.assertFalse(self._mails)

    def test_a_share_receives_no_more_than_the_company_allows(self):
        self.company.portal_share_upload_quota = 1
        half = PDF + b"x" * (600 * 1024)
        self.assertEqual(self.send(self.drop, ("a.pdf", half)).status_code, 201)
        answer = self.send(self.drop, ("b.pdf", half))
        self.assertEqual(answer.status_code, 413)
        self.assertEqual(answer.json()["error"], "share_full")
        page = self.send(self.drop, ("b.pdf", half), as_json=False)
        self.assertIn("takes no more files", page.text)
        self.assertIn("Vera Visitor", page.text)
        self.assertEqual(len(self.received(self.drop)), 1)
        self.received(self.drop).active = False
        self.assertEqual(self.send(self.drop, ("b.pdf", half)).status_code, 413)
        other = self._create_share(self.folder, allow_upload=True)
        self.assertEqual(self.send(other, ("b.pdf", half)).status_code, 201)

    def test_the_mail_to_the_owner(self):
        self.send(self.drop)
        self.tell_owners()
        self.assertSentEmail(
            self.company.email_formatted or self.sharer.email_formatted,
            [self.sharer.partner_id],
            subject="Files for you in “Drop”",
        )
        self.assertIn("scan.pdf", self._mails[0]["body"])
        self.assertIn("Vera Visitor", self._mails[0]["body"])
