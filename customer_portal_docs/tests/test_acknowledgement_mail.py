from unittest.mock import patch

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger

from ..models import customer_portal_reader_mail
from .common import PDF, PNG, AtOnceCase, DocumentCase
from .request_case import RequestMixin

#: What staff may do while readers of a document are told.
CHANGES = (
    {"attachment_id": False},
    {"acknowledgement": False},
    {"acknowledgement_notify": False},
    {"visibility": "contact"},
)


@tagged("-at_install", "post_install")
class TestAcknowledgementMail(RequestMixin, DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(
            cls.registry["mail.mail"], "send_after_commit", lambda self: None
        )
        cls.env["customer.portal.document"].search([]).acknowledgement = False
        cls.readers = cls.owner.partner_id | cls.colleague.partner_id

    def _tell(self, moment, most=None):
        """Run the scheduled action at a moment; return the mails that it made.

        :param int most: batches until its time is over
        """
        before, left = self._get_mails(), [most or 1_000]

        def commit(cron, processed=0, remaining=None):
            self.remaining = remaining
            left[0] -= bool(processed)
            return left[0]

        with (
            freeze_time(moment),
            patch.object(self.registry["ir.cron"], "_commit_progress", commit),
        ):
            self.env["customer.portal.document"]._cron_tell_of_uploads()
        return self._get_mails() - before

    def _ask(self, moment="2026-03-02 09:00:00", **vals):
        with freeze_time(moment):
            vals = {"name": "House rules", "acknowledgement": True, **vals}
            return self._create_document(self.owner, **vals)

    def _find_waiting(self, document):
        Mail = self.env["customer.portal.reader.mail"]
        return Mail.search([("document_id", "=", document.id)])

    def test_readers_are_told_before_anything_reminds_them(self):
        """REQ D-19: each in their language, once, and whoever asks waits for no mail"""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.colleague.partner_id.lang = "fr_FR"
        template = self.env.ref("customer_portal_docs.mail_template_accept")
        template.with_context(lang="fr_FR").body_html = template.body_html.replace(
            "Hello", "Bonjour"
        )
        self.company.portal_request_reminder_days = "-30,0"
        before = self._get_mails()
        document = self._create_document(self.owner, name="House rules")
        with freeze_time("2026-03-02 06:50:00"):
            document.with_user(self.document_user).acknowledgement = True
        self.assertEqual(self._get_mails(), before)
        self.assertFalse(self._tell("2026-03-02 06:52:00"), "staff may go on")
        mails = self._tell("2026-03-02 06:56:00")
        self.assertEqual(mails.recipient_ids, self.readers)
        for mail, user in zip(mails, (self.owner, self.colleague), strict=True):
            self.assertEqual(mail.recipient_ids, user.partner_id)
            self.assertIn("House rules", mail.subject)
            is_french = user == self.colleague
            self.assertEqual("Bonjour" in mail.body_html, is_french)
            self.assertIn(user.name, mail.body_html)
            self.assertIn(f"/my/documents/{document.id}", mail.body_html)
            self.assertNotIn(
                "Your Document", " ".join(html2plaintext(mail.body_html).split())
            )
        self.assertFalse(self._tell("2026-03-02 07:30:00"), "once")
        with freeze_time("2026-03-02 08:00:00"):
            self.assertFalse(self.readers._filter_due_for_reminder())

    def test_without_a_plan_they_are_told_as_well(self):
        """REQ D-19"""
        self.company.portal_request_reminder_days = False
        self._ask()
        self.assertEqual(len(self._tell("2026-03-02 09:06:00")), 2)

    def test_a_new_version_tells_again_who_may_read_it_then(self):
        """REQ D-19: and not who has accepted it meanwhile"""
        document = self._ask()
        self._tell("2026-03-02 09:06:00")
        with freeze_time("2026-03-05 09:00:00"):
            # what stays as it is asks for nothing
            document.write({"acknowledgement": True, "description": "Be kind"})
            self.assertFalse(self._tell("2026-03-05 09:06:00"))
            document.attachment_id = self._create_attachment("new.png", PNG)
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        Acknowledgement.with_user(self.colleague)._accept(
            document.with_user(self.colleague), None, "192.0.2.1"
        )
        mail = self._tell("2026-03-05 09:07:00")
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        with freeze_time("2026-03-06 09:00:00"):
            document.attachment_id = self._create_attachment("newer.png", PNG)
        document.partner_id = self.stranger.partner_id
        mail = self._tell("2026-03-06 09:06:00")
        self.assertEqual(mail.recipient_ids, self.stranger.partner_id)

    def test_who_sends_a_version_is_not_asked_by_mail_to_accept_it(self):
        """REQ D-19: with a login, or by a personal link"""
        document = self._ask()
        document.is_from_staff = False
        self._tell("2026-03-02 09:06:00")
        for day, user, sender in (
            (3, self.owner, None),
            (4, self.env.ref("base.public_user"), self.owner.partner_id),
        ):
            name = "2026-03-0%s 09:0%s:00"
            with freeze_time(name % (day, 0)):
                Attachment = self.env["ir.attachment"].with_user(user).sudo()
                file = Attachment.create(
                    {
                        "name": "own.png",
                        "raw": PNG,
                        "portal_sender_name": sender and sender.name,
                        "portal_sender_id": sender and sender.id,
                    }
                )
                document.attachment_id = file.sudo(False).with_env(self.env)
            mail = self._tell(name % (day, 6))
            self.assertEqual(mail.recipient_ids, self.colleague.partner_id)

    def test_readers_get_one_mail_for_a_new_version(self):
        """REQ D-11, D-19: followers who are not asked to accept it hear of it at once"""
        document = self._ask()
        document.message_subscribe(self.colleague.partner_id.ids)
        self._tell("2026-03-02 09:06:00")
        Version = self.env["customer.portal.document.version"]
        first = document.attachment_id
        for day, is_notified in ((3, True), (4, False)):
            document.attachment_id = self._create_attachment("next.png", PNG)
            self._find_waiting(document).unlink()
            document.acknowledgement_notify = is_notified
            before = self._get_mails()
            with freeze_time(f"2026-03-0{day} 09:00:00"):
                Version._restore(document.with_user(self.document_user), first.id)
            at_once = self._get_mails() - before
            self.assertEqual(
                bool(at_once.recipient_ids & self.readers), not is_notified
            )
            later = self._tell(f"2026-03-0{day} 09:06:00")
            self.assertEqual(bool(later.recipient_ids & self.readers), is_notified)

    def test_who_was_asked_while_files_were_sent_gets_no_other_mail(self):
        """REQ D-13, D-19: the dialog may last longer than the mail waits"""
        document = self._ask()
        self.assertTrue(self._tell("2026-03-02 09:06:00"))
        self.assertFalse(self._find_waiting(document))
        before = self._get_mails()
        document._notify_contact()
        self.assertEqual(self._get_mails(), before)

    def test_who_is_asked_and_cannot_be_told_is_told_by_the_other_mail(self):
        """REQ D-13, D-19: the template was deleted"""
        self.env.ref("customer_portal_docs.mail_template_accept").unlink()
        document = self._ask()
        before = self._get_mails()
        document._notify_contact()
        mail = self._get_mails() - before
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)

    def test_the_discussion_says_that_readers_were_not_asked(self):
        """REQ D-19: as the template is gone, or staff change their mind"""
        document, other, quiet = (self._ask(), self._ask(), self._ask())
        other.acknowledgement = False
        self.assertIn("switched off", other.message_ids[0].body)
        quiet.acknowledgement_notify = False
        self.assertIn("switched off", quiet.message_ids[0].body)
        self.env.ref("customer_portal_docs.mail_template_accept").unlink()
        for _turn in range(2):
            self.assertFalse(self._tell("2026-03-02 09:06:00"))
        notes = document.message_ids.filtered(lambda note: "missing" in note.body)
        self.assertEqual(len(notes), 1)
        self.assertTrue(notes.subtype_id.internal)

    def test_the_discussion_says_that_the_other_template_is_gone(self):
        """REQ D-13"""
        document = self._create_document(self.owner)
        self.env.ref("customer_portal_docs.mail_template_document_shared").unlink()
        document._notify_contact()
        self.assertIn("template is missing", document.message_ids[0].body)

    def test_the_job_knows_what_waits_after_its_batch(self):
        """REQ D-19: more documents than one transaction takes"""
        self.patch(customer_portal_reader_mail, "_BATCH", 2)
        for number in range(5):
            self._ask(name=f"Rule {number}")
        self._tell("2026-03-02 09:06:00", most=1)
        self.assertEqual(self.remaining, 3)
        self._tell("2026-03-02 09:07:00")
        self.assertEqual(self.remaining, 0)

    def test_readers_are_looked_up_once_for_each_place(self):
        """REQ D-19"""
        documents = self._ask()
        for _number in range(3):
            documents |= self._ask()
        documents |= self._ask(visibility="contact")
        Acknowledgement = self.registry["customer.portal.acknowledgement"]
        with patch.object(
            Acknowledgement,
            "_get_readers",
            autospec=True,
            side_effect=Acknowledgement._get_readers,
        ) as get_readers:
            mails = self._tell("2026-03-02 09:06:00")
        self.assertEqual(mails.recipient_ids, self.readers)
        self.assertEqual(get_readers.call_count, 2)

    def test_many_readers_in_a_folder_are_told_by_the_job(self):
        """REQ D-13: in batches, by who put it there; a few get their mail at once"""
        self.patch(customer_portal_reader_mail, "_BATCH", 3)
        for number in range(4):
            self._create_customer(f"test_reader_{number}", self.brightwater)
        folder = self.env["customer.portal.folder"].create(
            {"name": "Rules", "partner_ids": self.brightwater.ids}
        )
        self.env.ref(
            "customer_portal_docs.mail_template_document_shared"
        ).auto_delete = False
        vals = {"folder_id": folder.id, "raw": PDF, "visibility": "company"}
        documents = self._create_document(name="Rules", **vals)
        documents |= self._create_document(name="Terms", **vals)
        documents = documents.with_user(self.document_user)
        self.env.cr.execute(
            "UPDATE customer_portal_document SET create_uid = %s WHERE id IN %s",
            [self.document_user.id, tuple(documents.ids)],
        )
        documents.invalidate_recordset()
        before = self._get_mails()
        with freeze_time("2026-03-02 09:00:00"):
            documents.sudo()._notify_contact()
        self.assertEqual(self._get_mails(), before)
        first = self._tell("2026-03-02 09:00:02", most=1)
        self.assertEqual(len(first), 3)
        self.assertEqual(self.remaining, 2)
        mails = first | self._tell("2026-03-02 09:00:03")
        self.assertEqual(len(mails), 6)
        self.assertEqual(len(mails.recipient_ids), 6)
        self.assertLessEqual(self.readers, mails.recipient_ids)
        for mail in mails:
            self.assertEqual(mail.subject, "New in our customer portal: Rules, Terms")
            self.assertIn("test_document_user", mail.email_from)
        self.assertFalse(self._tell("2026-03-02 09:30:00"))

    def test_staff_choose_to_tell_nobody(self):
        """REQ D-19: by the checkbox, or by thinking better of it in time"""
        document = self._ask(acknowledgement_notify=False)
        other = self._ask()
        other.acknowledgement = False
        self.assertFalse(self._tell("2026-03-02 09:06:00"))
        document.acknowledgement_notify = True
        self.assertEqual(len(self._tell("2026-03-03 09:00:00")), 2)

    def test_one_mail_is_for_all_of_these_minutes(self):
        """REQ D-19: a lock keeps nobody from being told"""
        documents = self._ask(name="Rules") | self._ask(name="Terms")
        documents[0].with_user(self.document_user).action_lock()
        mails = self._tell("2026-03-02 09:06:00")
        self.assertEqual(len(mails), 2)
        for mail in mails:
            self.assertEqual(mail.subject, "Please read and accept: Rules, Terms")

    def test_many_readers_are_told_in_several_runs(self):
        """REQ D-19: nobody twice, also where another document comes in between"""
        self.patch(customer_portal_reader_mail, "_BATCH", 2)
        for number in range(3):
            self._create_customer(f"test_reader_{number}", self.brightwater)
        document = self._ask()
        readers = document.acknowledgement_missing_ids.sorted("id")
        self.assertEqual(len(readers), 5)
        mails = self._tell("2026-03-02 09:06:00", most=1)
        self.assertEqual(mails.recipient_ids, readers[:2])
        other = self._ask("2026-03-02 09:06:00", name="Terms")
        mails = self._tell("2026-03-02 09:12:00", most=1)
        self.assertEqual(mails.recipient_ids, readers[:2])
        self.assertEqual(
            set(mails.mapped("subject")), {"Please read and accept: Terms"}
        )
        mails = self._tell("2026-03-02 09:13:00")
        self.assertEqual(mails.recipient_ids, readers[2:])
        self.assertEqual(len(mails), 3)
        for mail in mails:
            for one in document | other:
                self.assertIn(f"/my/documents/{one.id}", mail.body_html)
        self.assertFalse(self._tell("2026-03-02 09:30:00"))

    def test_one_who_cannot_be_told_stops_nobody(self):
        """REQ D-19"""
        self.owner.partner_id.email = False
        french = self.env["res.lang"]._activate_lang("fr_FR")
        guest = self._create_customer("test_guest", self.brightwater)
        guest.partner_id.lang = "fr_FR"
        self._ask()
        Partner = self.registry["res.partner"]
        frame = Partner._frame_portal_mail

        def fail(partner, *args):
            if partner == guest.partner_id:
                raise ValueError(french.code)
            return frame(partner, *args)

        with (
            patch.object(Partner, "_frame_portal_mail", fail),
            self.assertLogs("odoo.addons.customer_portal_docs.models"),
        ):
            mails = self._tell("2026-03-02 09:06:00")
        self.assertEqual(mails.recipient_ids, self.colleague.partner_id)


@tagged("-at_install", "post_install")
class TestTellAtOnce(AtOnceCase):
    def setUp(self):
        with freeze_time("2026-03-02 09:00:00"):
            super().setUp()

    def _find_due(self, cr):
        Mail = self._get_env(cr)["customer.portal.reader.mail"]
        with freeze_time("2026-03-02 09:06:00"):
            due = Mail._find_due_sudo("acknowledgement")
        return due.document_id.with_env(self.env) & self.document

    @mute_logger("odoo.sql_db")
    def test_who_changes_a_document_waits_for_the_job(self):
        """REQ D-19: so that readers are told once, and staff of nothing that is not so"""
        for vals in CHANGES:
            with self.registry.cursor() as job, self.registry.cursor() as staff:
                self.assertEqual(self._find_due(job), self.document)
                staff.execute("SET LOCAL lock_timeout = '100ms'")
                document = self.document.with_env(self._get_env(staff))
                with self.assertRaises(LockNotAvailable):
                    document.write(vals)
                    document.flush_recordset()
                staff.rollback()

    def test_the_job_leaves_out_what_staff_are_changing(self):
        """REQ D-19"""
        for vals in CHANGES:
            with self.registry.cursor() as job, self.registry.cursor() as staff:
                document = self.document.with_env(self._get_env(staff))
                document.write(vals)
                document.flush_recordset()
                self.assertFalse(self._find_due(job))
                staff.rollback()
            with self.registry.cursor() as job:
                self.assertEqual(self._find_due(job), self.document)

    @mute_logger("odoo.sql_db")
    def test_who_has_readers_told_anew_waits_for_the_job(self):
        """REQ D-13, D-19"""
        with self.registry.cursor() as job, self.registry.cursor() as staff:
            self.assertEqual(self._find_due(job), self.document)
            staff.execute("SET LOCAL lock_timeout = '100ms'")
            Mail = self._get_env(staff)["customer.portal.reader.mail"]
            with self.assertRaises(LockNotAvailable):
                Mail._queue(self.document, "acknowledgement")
            staff.rollback()

    @mute_logger("odoo.sql_db")
    def test_who_was_told_meanwhile_is_seen_to_be(self):
        """REQ D-19: Odoo calls once more what PostgreSQL refuses, and no note is written then"""
        with self.registry.cursor() as job, self.registry.cursor() as staff:
            staff.execute("SELECT FROM customer_portal_document LIMIT 1")
            Mail = self._get_env(job)["customer.portal.reader.mail"]
            Mail.search([("document_id", "=", self.document.id)]).unlink()
            job.commit()
            document = self.document.with_env(self._get_env(staff))
            with self.assertRaises(SerializationFailure):
                document.acknowledgement_notify = False
            staff.rollback()
            messages = document.message_ids
            document.acknowledgement_notify = False
            self.assertEqual(document.message_ids, messages)
            staff.rollback()
