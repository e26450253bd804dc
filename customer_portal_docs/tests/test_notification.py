from base64 import b64encode
from datetime import timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.base.models.ir_cron import IrCron

from ..models.customer_portal_throttle import Limit
from .common import PDF, PNG, PORTAL, DocumentHttpCase

MODELS = "odoo.addons.customer_portal_docs.models"


@tagged("-at_install", "post_install")
class TestNotification(DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "portal_document_user_id": cls.document_user.id,
                "portal_document_notification_text": "Please check it <today>.",
            }
        )

    def setUp(self):
        super().setUp()
        self.env["mail.template"].search(
            [("model", "=", "customer.portal.document")]
        ).write({"auto_delete": False})
        self.login(self.owner)

    def _get_mails(self, document):
        return self.env["mail.mail"].search(
            [("model", "=", document._name), ("res_id", "=", document.id)]
        )

    def _get_lines(self, mail):
        return [
            line.strip()
            for line in html2plaintext(mail.body_html).splitlines()
            if line.strip()
        ]

    def test_the_assigned_user_gets_one_mail_with_these_lines(self):
        """REQ D-8"""
        document = self.get_uploaded(
            self.upload(
                [("a.pdf", PDF)], name="Signed <contract>", description="Both pages"
            )
        )
        self.assertEqual(document.user_id, self.document_user)
        mail = self._get_mails(document)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.document_user.partner_id)
        self.assertEqual(mail.subject, "Notification About: Signed <contract>")
        url = f"{document.get_base_url()}/mail/view?model={document._name}&res_id={document.id}"
        self.assertEqual(
            self._get_lines(mail),
            [
                "Notification About: Signed <contract>",
                "To view this record Click here [1]",
                "Document title: Signed <contract>",
                "Document description: Both pages",
                "Contact who uploaded: Test Owner",
                "Company who uploaded: Brightwater",
                "A new document has been uploaded via the portal. Please check it <today>.",
                f"[1] {url}",
            ],
        )

    def test_an_empty_description_has_its_line_as_well(self):
        """REQ D-8"""
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        lines = self._get_lines(self._get_mails(document))
        self.assertIn("Document description:", lines)

    def test_several_files_are_one_mail(self):
        """REQ D-8: with a link and a title for each, and what they share once"""
        documents = self.get_uploaded(
            self.upload([(f"{name}.pdf", PDF) for name in "abcd"])
        )
        mail = self._get_mails(documents[0])
        self.assertFalse(self._get_mails(documents[1]))
        self.assertEqual(
            mail.subject, "Notification About: a.pdf, b.pdf, c.pdf and 1 more"
        )
        lines = self._get_lines(mail)
        for document in documents:
            self.assertIn(f"Document title: {document.name}", lines)
            self.assertIn(f"res_id={document.id}", mail.body_html)
        self.assertEqual(lines.count("Contact who uploaded: Test Owner"), 1)

    def _send_with_key(self, key, *names):
        for name in names:
            document = self.get_uploaded(self.upload([(name, PDF)], upload_key=key))
        return document

    def _end(self, key):
        return self.opener.post(
            f"{self.base_url()}/my/documents/uploaded",
            data={"csrf_token": self.get_token(), "upload_key": key},
            timeout=30,
        )

    def test_files_of_several_requests_are_one_mail(self):
        """REQ D-8: as a browser sends them; the receipt too"""
        self.company.portal_document_receipt = True
        template_mails = self.env["mail.mail"].search([])
        self._send_with_key("upload-1234", "a.pdf", "b.pdf")
        self._send_with_key("upload-5678", "c.pdf")
        self.assertEqual(self.env["mail.mail"].search([]), template_mails)
        self.login(self.colleague)
        self._end("upload-1234")
        self.assertEqual(self.env["mail.mail"].search([]), template_mails, "not theirs")
        self.login(self.owner)
        for _turn in range(2):
            self.assertEqual(self._end("upload-1234").status_code, 200)
        mails = self.env["mail.mail"].search([]) - template_mails
        self.assertEqual(
            set(mails.mapped("subject")),
            {"Notification About: a.pdf, b.pdf", "We have received: a.pdf, b.pdf"},
        )

    def test_an_upload_that_was_left_is_told_of_later(self):
        """REQ D-8"""
        document = self._send_with_key("upload-1234", "a.pdf", "b.pdf")
        Document = self.env["customer.portal.document"]
        with patch.object(IrCron, "_commit_progress"):
            Document._cron_tell_of_uploads()
            self.assertFalse(self._get_mails(document))
            self.env.cr.execute(
                "UPDATE customer_portal_document SET create_date = create_date "
                "- interval '11 minutes' WHERE upload_key = 'upload-1234'"
            )
            self.env.invalidate_all()
            for _turn in range(2):
                Document._cron_tell_of_uploads()
        mails = self.env["mail.mail"].search([("subject", "like", "b.pdf")])
        self.assertEqual(len(mails), 1)

    def _age(self, name, minutes=11):
        self.env.cr.execute(
            "UPDATE customer_portal_document SET create_date = create_date "
            "- %s * interval '1 minute' WHERE name = %s",
            [minutes, name],
        )
        self.env.invalidate_all()

    def test_an_upload_that_goes_on_is_not_left(self):
        """REQ D-8: its first files may have come long ago, and its next may be a big one"""
        document = self._send_with_key("upload-1234", "a.pdf", "b.pdf")
        Document = self.env["customer.portal.document"]
        Upload = self.env["customer.portal.upload"]
        self._age("a.pdf", 60)
        with patch.object(IrCron, "_commit_progress"):
            Document._cron_tell_of_uploads()
            self.assertTrue(document.upload_key, "the last one has just come")
            self._age("b.pdf")
            upload, _key = Upload.with_user(self.owner)._start(
                "c.pdf", 9, {"upload_key": "upload-1234"}
            )
            Document._cron_tell_of_uploads()
            self.assertTrue(document.upload_key, "the next one is on its way")
            upload._discard()
            Document._cron_tell_of_uploads()
        mails = self.env["mail.mail"].search([("subject", "like", ".pdf")])
        self.assertEqual(mails.mapped("subject"), ["Notification About: a.pdf, b.pdf"])

    def test_an_upload_that_ends_while_others_are_told_of_is_told_once(self):
        """REQ D-8: the page says so between two of the mails"""
        for key, name in (("upload-1234", "a.pdf"), ("upload-5678", "b.pdf")):
            self._send_with_key(key, name)
            self._age(name)
        Incoming = self.env["customer.portal.document.incoming"].with_user(self.owner)

        def end_both(*args, **kwargs):
            for key in ("upload-1234", "upload-5678"):
                Incoming._end_upload(key)
            return 60

        with patch.object(IrCron, "_commit_progress", end_both):
            self.env["customer.portal.document"]._cron_tell_of_uploads()
        mails = self.env["mail.mail"].search([("subject", "like", ".pdf")])
        self.assertCountEqual(
            mails.mapped("subject"),
            ["Notification About: a.pdf", "Notification About: b.pdf"],
        )

    def test_uploads_that_were_left_wait_for_the_next_run_where_time_is_up(self):
        """REQ D-8"""
        for key, name in (("upload-1234", "a.pdf"), ("upload-5678", "b.pdf")):
            self._send_with_key(key, name)
            self._age(name)
        for count in (1, 2):
            with patch.object(IrCron, "_commit_progress", return_value=0):
                self.env["customer.portal.document"]._cron_tell_of_uploads()
            mails = self.env["mail.mail"].search([("subject", "like", ".pdf")])
            self.assertEqual(len(mails), count)

    def test_the_job_is_called_again_for_the_uploads_it_had_no_time_for(self):
        """REQ D-8, D-18: nothing that it does after them says that nothing remains"""
        for number in (1, 2):
            self._send_with_key(f"upload-{number}234", f"{number}.pdf")
            self._age(f"{number}.pdf")
        waiting = self._create_document(self.owner, name="Answer")
        waiting.receipt_reader_id = self.owner.partner_id
        other = self._create_document(self.stranger, name="Another")
        other.receipt_reader_id = self.stranger.partner_id
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET write_date = write_date "
            "- interval '6 minutes' WHERE id = ANY(%s)",
            [(waiting | other).ids],
        )
        self.env.invalidate_all()
        for seconds, expected in (
            (0, [1]),
            (0, [0, 1]),
            (0, [0]),
            (60, []),
        ):
            with patch.object(
                IrCron, "_commit_progress", return_value=seconds
            ) as commit:
                self.env["customer.portal.document"]._cron_tell_of_uploads()
            told = [call.kwargs["remaining"] for call in commit.call_args_list]
            self.assertEqual(told, expected)

    def test_one_that_was_left_and_fails_keeps_no_other_waiting(self):
        """REQ D-8: of a template that staff have edited; it is tried again"""
        for key, name in (("upload-1234", "bad.pdf"), ("upload-5678", "good.pdf")):
            self._send_with_key(key, name)
        self.env.cr.execute(
            "UPDATE customer_portal_document SET create_date = create_date "
            "- interval '11 minutes' WHERE upload_key IS NOT NULL"
        )
        self.env.invalidate_all()
        template = self.env.ref("customer_portal_docs.mail_template_document_uploaded")
        template.subject = "{{ object.name }} {{ 1 // (object.name != 'bad.pdf') }}"
        Document = self.env["customer.portal.document"]
        name = f"{MODELS}.customer_portal_document_incoming"
        with patch.object(IrCron, "_commit_progress"), self.assertLogs(name, "ERROR"):
            Document._cron_tell_of_uploads()
        mails = self.env["mail.mail"].search([("subject", "like", ".pdf 1")])
        self.assertEqual(mails.mapped("subject"), ["good.pdf 1"])
        bad = Document.search([("name", "=", "bad.pdf")])
        self.assertEqual(bad.upload_key, "upload-1234")

    def test_the_text_says_what_the_mail_says_under_the_logo(self):
        """REQ D-8"""
        self.company.logo = b64encode(PNG)
        document = self.get_uploaded(self.upload([("a.pdf", PDF)], name="Plan"))
        mail = self._get_mails(document)
        self.assertIn("logo.png", mail.body_html)
        [values] = mail._prepare_outgoing_list()
        lines = [line.strip() for line in values["body_alternative"].splitlines()]
        self.assertEqual(
            [line for line in lines if line][:3],
            [
                "Notification About: Plan",
                "To view this record Click here [1]",
                "Document title: Plan",
            ],
        )

    def test_no_mail_names_a_model(self):
        """REQ D-8, D-14"""
        self.company.portal_document_receipt = True
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        document._notify_contact()
        for mail in self._get_mails(document):
            self.assertNotIn("Customer Document", mail.body_html)

    def test_who_opens_documents_is_asked_once_for_all(self):
        """REQ D-13: a company's documents, some of them for its own contact alone"""
        documents = self.env["customer.portal.document"]
        for visibility in ("company", "contact") * 4:
            document = self._create_document(self.owner, visibility=visibility)
            document.partner_id = self.brightwater
            documents |= document
        self.assertEqual(documents.partner_id, self.brightwater)
        for_all = documents.filtered(lambda one: one.visibility == "company")
        counts = []
        for some in (documents[:2], documents):
            self.env.invalidate_all()
            some.mapped("visibility")
            start = self.env.cr.sql_log_count
            self.assertEqual(some._filter_open_for_contact(), some & for_all)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
        start = self.env.cr.sql_log_count
        self.assertTrue(for_all[0]._opens_for_contact())
        self.assertGreater(self.env.cr.sql_log_count, start, "else nothing is measured")

    def test_a_private_customer_has_no_company_in_the_mail(self):
        """REQ D-8"""
        self.login(self.private)
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        self.assertIn(
            "Company who uploaded:", self._get_lines(self._get_mails(document))
        )

    def test_the_mail_is_in_the_language_of_its_reader(self):
        """REQ D-8"""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_portal_docs.mail_template_document_uploaded")
        template.with_context(lang="fr_FR").subject = "Au sujet de : {{ object.name }}"
        self.document_user.lang = "fr_FR"
        document = self.get_uploaded(self.upload([("a.pdf", PDF)], name="Contrat"))
        self.assertEqual(self._get_mails(document).subject, "Au sujet de : Contrat")

    def _upload_without_mail(self):
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        self.assertFalse(
            self._get_mails(document).filtered(
                lambda mail: "Notification" in (mail.subject or "")
            )
        )
        return document.message_ids.filtered("subtype_id.internal")[:1]

    def test_others_are_told_when_the_assigned_user_has_left(self):
        """REQ D-8: those who would hear of an answer"""
        # by archiving, or with a login as a customer
        for change in (
            {"group_ids": [Command.set(self.env.ref(PORTAL).ids)]},
            {"active": False},
        ):
            self.document_user.write(change)
            document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
            mail = self._get_mails(document)
            self.assertEqual(mail.subject, "Notification About: a.pdf")
            self.assertIn(self.manager.partner_id, mail.recipient_ids)
            self.assertNotIn(self.document_user.partner_id, mail.recipient_ids)

    def test_others_are_told_in_their_own_language(self):
        """REQ D-8: and not in that of who has left"""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_portal_docs.mail_template_document_uploaded")
        template.with_context(lang="fr_FR").subject = "Nouveau"
        self.document_user.write({"lang": "fr_FR", "active": False})
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        self.assertEqual(self._get_mails(document).subject, "Notification About: a.pdf")

    def test_a_mail_that_was_undone_is_passed_over(self):
        """REQ D-8: it was to be sent at the commit, and keeps no other waiting"""
        gone, mail = self.env["mail.mail"].create(
            [
                {"subject": name, "email_to": "x@example.com"}
                for name in ("Gone", "Kept")
            ]
        )
        gone.unlink()
        with patch.object(self.registry["mail.mail"], "_send") as send:
            (gone | mail).send()
        self.assertTrue(send.called)

    def test_a_mail_server_that_hangs_up_fails_nothing_that_is_done(self):
        """REQ D-8: what was sent is known to be, and the rest is sent by Odoo's queue"""
        sent = []

        def send(mails, auto_commit=False, **kwargs):
            sent.append((mails.env.uid, mails.ids, auto_commit))
            raise SMTPServerDisconnected

        Mail = self.env["mail.mail"].with_user(self.document_user)
        self.patch(self.registry["mail.mail"], "send", send)
        with self.assertLogs(f"{MODELS}.mail_mail", "ERROR"):
            Mail._send_apart([1, 2])
        self.assertEqual(sent, [(SUPERUSER_ID, [1, 2], True)])

    def test_the_discussion_says_so_when_all_of_them_have_left(self):
        """REQ D-8"""
        self.document_user.active = False
        managers = self.env.ref("customer_portal_docs.group_document_manager")
        managers.all_user_ids.partner_id.email = False
        note = self._upload_without_mail()
        self.assertIn("is archived or no longer an internal user", note.body)

    def test_staff_are_told_when_the_assigned_user_has_no_address(self):
        """REQ D-8"""
        self.document_user.partner_id.email = False
        note = self._upload_without_mail()
        self.assertIn("no e-mail address", note.body)

    def test_an_upload_succeeds_when_the_template_is_gone(self):
        """REQ D-8"""
        self.env.ref("customer_portal_docs.mail_template_document_uploaded").unlink()
        note = self._upload_without_mail()
        self.assertIn("template is missing", note.body)

    def test_nobody_is_told_where_nobody_is_chosen(self):
        """REQ D-7"""
        self.company.portal_document_user_id = False
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        self.assertFalse(document.user_id)
        self.assertFalse(self._get_mails(document))

    def test_a_receipt_goes_to_the_customer_when_the_setting_says_so(self):
        """REQ D-14"""
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        self.assertFalse(self._get_receipt(document))
        self.company.portal_document_receipt = True
        document = self.get_uploaded(self.upload([("a.pdf", PDF)], name="Contract"))
        receipt = self._get_receipt(document)
        self.assertEqual(receipt.subject, "We have received: Contract")
        self.assertIn("a.pdf", receipt.body_html)
        self.assertIn(f"/my/documents/{document.id}", receipt.body_html)
        self.assertEqual(len(self._get_mails(document)), 2)

    def test_few_receipts_go_to_an_address_that_nobody_has_confirmed(self):
        """REQ 11.8: customers write any address to their own contact, and any title"""
        self.company.portal_document_receipt = True
        Throttle = self.env["customer.portal.throttle"]
        limits = {
            **Throttle._get_limits(),
            "receipt_to_claimed": Limit(1, 3600),
            "receipt_to_mailbox": Limit(2, 3600),
        }
        self.patch(self.registry[Throttle._name], "_get_limits", lambda _self: limits)

        def count():
            found = self.env["mail.mail"]
            for number in range(3):
                response = self.upload([("a.pdf", PDF)], name=f"Offer {number}")
                found |= self._get_receipt(self.get_uploaded(response))
            return len(found)

        self.assertEqual(count(), 3)
        owner = self.owner.with_user(self.owner)
        for email in ("victim@example.com", "other.victim@example.com"):
            owner.email = email
        self.assertEqual(count(), 1)
        # nor from many accounts, by whatever spelling
        others = self.env["customer.portal.document.receipt"]
        told = [
            not others._is_sent_too_often(
                self.env["res.partner"].create(
                    {"name": "Ann", "email": email, "portal_address_is_claimed": True}
                )
            )
            for email in ("other.victim+a@example.com", "Other.Victim@example.com")
        ]
        self.assertEqual(told, [True, False])
        self.owner.partner_id.action_confirm_portal_address()
        self.assertEqual(count(), 3)

    def test_mails_of_the_discussion_call_it_what_customers_do(self):
        """REQ D-13"""
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        message = document.with_user(self.document_user).message_post(
            body="Please sign it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.owner.partner_id.ids,
        )
        [mail] = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertIn("View Document", mail.body_html)
        self.assertNotIn("Customer Document", mail.body_html)

    def test_an_answer_is_heard(self):
        """REQ D-13: by who is assigned, else by whom the company names, else by the managers"""
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        document.message_unsubscribe(document.message_partner_ids.ids)

        def answer():
            message = document.with_user(self.owner).message_post(body="Is it right?")
            return message.sudo().notified_partner_ids.user_ids

        self.assertEqual(answer(), self.document_user)
        document.user_id = self.staff
        document.message_unsubscribe(document.message_partner_ids.ids)
        self.assertEqual(answer(), self.staff)
        self.staff.active = False
        self.assertEqual(answer(), self.document_user)
        # who comes back as a customer is none of the staff
        self.staff.active = True
        self.staff.group_ids = self.env.ref(PORTAL)
        document.message_unsubscribe(document.message_partner_ids.ids)
        self.assertEqual(answer(), self.document_user)
        self.company.portal_document_user_id = False
        self.assertIn(self.manager, answer())
        self.assertNotIn(self.document_user, answer())

    def test_without_an_address_there_is_no_receipt(self):
        """REQ D-14"""
        self.company.portal_document_receipt = True
        self.owner.partner_id.email = False
        document = self.get_uploaded(self.upload([("a.pdf", PDF)]))
        self.assertFalse(self._get_receipt(document))

    def _get_receipt(self, document):
        return self._get_mails(document).filtered(
            lambda mail: mail.recipient_ids == self.owner.partner_id
        )

    def test_an_update_keeps_translations_that_somebody_imported(self):
        """REQ D-8: as long as the mail says the same in English"""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref(
            "customer_portal_docs.mail_template_document_uploaded"
        ).with_user(SUPERUSER_ID)
        path = "customer_portal_docs/data/mail_template_data.xml"
        english = template.subject
        french = template.with_context(lang="fr_FR")
        template.update_field_translations("subject", {"fr_FR": "Au sujet"})
        template._renew_from(path)
        self.assertEqual((template.subject, french.subject), (english, "Au sujet"))
        template.subject = "Of an older version"
        template._renew_from(path)
        self.assertEqual(template.subject, english)
        self.assertNotEqual(french.subject, "Au sujet")

    def test_old_notes_of_mails_go_where_nobody_sees_them(self):
        """REQ D-8"""
        messages = self.env["mail.message"]
        old = fields.Datetime.now() - timedelta(days=100)
        note = {"message_type": "auto_comment", "is_internal": True, "date": old}
        document = self._create_document(self.owner)
        of_user = {**note, "model": "res.users", "res_id": self.owner.id}
        kept = messages.create(
            [
                {**note, "model": document._name, "res_id": document.id},
                {**of_user, "date": fields.Datetime.now()},
                {**of_user, "message_type": "comment"},
                of_user,
            ]
        )
        # its mail is still there for staff to see
        self.env["mail.mail"].create(
            {"mail_message_id": kept[-1].id, "state": "exception"}
        )
        gone = messages.create(of_user)
        self.env["mail.mail"]._gc_notes()
        self.assertEqual((kept | gone).exists(), kept)
