from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import PDF, DocumentHttpCase


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

    def test_staff_are_told_when_the_assigned_user_is_archived(self):
        """REQ D-8"""
        self.document_user.active = False
        note = self._upload_without_mail()
        self.assertIn("is archived", note.body)

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
