"""An issue that comes in by mail is treated as one from a form; and what mails bring along."""

from email.message import EmailMessage

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IssueCase

EXE = b"MZ\x90\x00" + b"\x00" * 100


@tagged("-at_install", "post_install")
class TestByMail(IssueCase):
    def _receive(
        self, sender="Ada Berg <ada@example.org>", headers=None, files=(), number=0
    ):
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, "us@example.com"
        mail["Subject"] = "Lamp by mail"
        mail["Message-Id"] = f"<{number}-{len(headers or {})}@example.org>"
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content("It is dark")
        for name, content in files:
            mail.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(
                "helpdesk.ticket",
                mail.as_bytes(),
                custom_values={"team_id": self.public.id},
            )
        return self.env["helpdesk.ticket"].search(
            [("name", "=", "Lamp by mail")], limit=1, order="id desc"
        )

    def test_the_reporter_gets_a_link_and_the_assignee_their_name(self):
        """REQ I-2, I-7"""
        self.public.portal_assignee_id = self.agent
        issue = self._receive()
        mails = self.send_mails()
        told = {mail.email_to: mail for mail in mails}
        self.assertEqual(len(mails), 2, list(told))
        received = told['"Ada Berg" <ada@example.org>']
        self.assertIn("We have received", received.subject)
        self.get_link_url(received)
        self.assertIn("Ada Berg", told[self.agent.email_formatted].body_html)
        self.assertEqual(issue.partner_email, "ada@example.org")
        issue.stage_id = self.stage_in_progress
        self.assertIn("In Progress", self.send_mails().subject)

    def test_who_is_no_contact_is_answered_in_the_language_of_the_company(self):
        """REQ I-2"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        template = self.env.ref("customer_portal_issues.mail_template_issue_received")
        template.with_context(lang="de_DE").subject = "Erhalten: {{ object.email }}"
        self._receive()
        self.assertIn("Erhalten: ada@example.org", self.send_mails().mapped("subject"))

    def test_the_leader_is_told(self):
        """REQ I-7"""
        self.public.user_id = self.helpdesk_manager
        self._receive()
        mails = self.send_mails()
        self.assertIn(self.helpdesk_manager.email_formatted, mails.mapped("email_to"))

    def test_machines_and_staff_get_no_acknowledgement(self):
        """REQ I-2"""
        for headers in ({"Precedence": "bulk"}, {"List-Id": "<x.example.org>"}):
            self._receive(headers=headers)
            self.assertFalse(self.send_mails())
        self._receive(self.agent.email_formatted)
        self.assertFalse(self.send_mails())

    def test_one_address_gets_as_many_mails_as_by_the_form(self):
        """REQ I-1"""
        self.public.portal_form_limit_email = 2
        for number in range(4):
            self._receive(number=number)
        self.assertEqual(len(self.send_mails()), 2)

    def test_files_obey_the_types_of_the_form(self):
        """REQ I-1: of a new issue, and of an answer"""
        files = [("run.exe", EXE), ("photo.exe.pdf", EXE), ("plan.pdf", b"%PDF-1.4 x")]
        issue = self._receive(files=files)
        names = set(issue.message_ids.attachment_ids.mapped("name"))
        names |= set(
            self.env["ir.attachment"]
            .search([("res_model", "=", issue._name), ("res_id", "=", issue.id)])
            .mapped("name")
        )
        self.assertEqual(names, {"plan.pdf"})
        texts = "".join([issue.description or "", *issue.message_ids.mapped("body")])
        self.assertIn("run.exe", texts)
        self.assertIn("not accepted", texts)
        self.company.portal_document_types = "txt"
        message = self._answer(
            issue, [("plan.pdf", b"%PDF-1.4 x"), ("a.txt", b"words")]
        )
        self.assertEqual(message.attachment_ids.mapped("name"), ["a.txt"])
        self.assertIn("plan.pdf", message.body)

    def _answer(self, issue, files):
        mail = EmailMessage()
        mail["From"], mail["To"] = "ada@example.org", "us@example.com"
        mail["Subject"], mail["Message-Id"] = "Re: Lamp", "<answer@example.org>"
        mail["In-Reply-To"] = issue.message_ids[-1].message_id
        mail.set_content("Here")
        for name, content in files:
            mail.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        before = issue.message_ids
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(issue._name, mail.as_bytes())
        return issue.message_ids - before

    def test_the_key_of_a_picture_ends_with_the_links(self):
        """REQ I-2"""
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        link = issue._create_portal_links(is_told=False)
        picture = self._create_attachment(
            "lamp.png", res_model=issue._name, res_id=issue.id
        )
        for end in (
            link.action_revoke,
            link.action_renew,
            issue.action_revoke_portal_links,
        ):
            key = picture.generate_access_token()[0]
            src = f"/web/image/{picture.id}?access_token={key}"
            message = issue.message_post(
                body="See", subtype_xmlid="mail.mt_comment", attachment_ids=picture.ids
            )
            # core keeps what a mail said as the description too
            message.body = issue.description = f'<p><img src="{src}"/></p>'
            end()
            self.assertNotEqual(picture.access_token, key)
            for text in (message.body, issue.description):
                self.assertIn(picture.access_token, text)
                self.assertNotIn(key, text)

    def test_each_of_several_issues_shows_its_own_picture_by_a_new_key(self):
        """REQ I-2"""
        issues, pictures = self.env["helpdesk.ticket"], self.env["ir.attachment"]
        for number in range(2):
            issue = self._create_issue(self.public, active=bool(number))
            picture = self._create_attachment(
                f"{number}.png", res_model=issue._name, res_id=issue.id
            )
            key = picture.generate_access_token()[0]
            src = f"/web/image/{picture.id}?access_token={key}&amp;x=1"
            issue.description = f'<p><img src="{src}"/></p>'
            issues, pictures = issues | issue, pictures | picture
        self.env.flush_all()
        keys = pictures.mapped("access_token")
        issues.action_revoke_portal_links()
        for issue, picture in zip(issues, pictures, strict=True):
            self.assertNotIn(picture.access_token, keys)
            self.assertIn(f"={picture.access_token}&amp;x=1", issue.description)
