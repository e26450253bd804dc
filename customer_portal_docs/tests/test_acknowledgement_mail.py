from unittest.mock import patch

from odoo.tests import freeze_time, tagged

from ..models import customer_portal_acknowledgement
from .common import PNG, DocumentCase
from .request_case import RequestMixin


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

        def commit(cron, processed=0, **kwargs):
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
        self.patch(customer_portal_acknowledgement, "_BATCH", 2)
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
