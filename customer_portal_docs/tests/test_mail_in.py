"""Mails that come in on a discussion: whose they are, from machines, and with quoted links."""

import re
from email.message import EmailMessage

from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.mail_thread import AUTHSERV_PARAMETER
from .common import DocumentCase
from .request_case import RequestMixin

GENUINE = "mx.example.com; dkim=pass header.d=example.com"


class MailInMixin:
    """What any discussion of ours is tried with: ``thread``, its ``customer`` and ``employee``."""

    def receive(self, sender, headers=None, body="I have seen it.", **more):
        """Have a mail come in as an answer; return what came of it."""
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = more.get("to", "us@example.com")
        mail["Subject"] = "Re: it"
        mail["Message-Id"] = (
            f"<{self.env.cr.now().timestamp()}{len(self.thread.message_ids)}@m>"
        )
        if answered := more.get("answered", self.answered):
            mail["In-Reply-To"] = answered.message_id
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(body)
        if more.get("html"):
            mail.add_alternative(more["html"], subtype="html")
        before = self.thread.message_ids
        self.mails = self.env["mail.mail"].search([])
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(self.thread._name, mail.as_bytes())
        self.mails = self.env["mail.mail"].search([]) - self.mails
        self.env.invalidate_all()
        return self.thread.message_ids - before

    def assertNote(self, message, words):
        self.assertEqual(len(message), 1)
        self.assertTrue(message.is_internal)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertIn(words, message.body)
        self.assertIn("I have seen it", message.body)
        told = self.mails.recipient_ids | message.notified_partner_ids
        self.assertFalse(told.filtered("partner_share"), "told to no customer")
        with self.assertRaises(AccessError):
            message.with_user(self.customer).read(["body"])

    # -- in the name of staff

    def test_a_mail_in_the_name_of_staff_is_a_note(self):
        """REQ I-2: who has the Message-Id can write any sender"""
        company = self.thread.company_id
        company.email = "info@example.com"
        company.partner_id.email = "info@example.com"
        self.employee.login = "Anna_Login@example.com"
        for sender in (
            self.employee.email_formatted,
            self.employee.email.upper(),
            f"Boss <{self.employee.email}>",
            "anna_login@example.com",
            f"Anna <{company.email}>",
        ):
            for headers in (
                {},
                {"Authentication-Results": GENUINE},
                {"Authentication-Results": "mx.example.com; none"},
            ):
                with self.subTest(sender=sender, headers=headers):
                    message = self.receive(sender, headers)
                    self.assertNote(message, "No mail server that is trusted")
                    self.assertFalse(message.author_id)

    def test_what_a_trusted_server_confirms_is_an_answer(self):
        """REQ I-2"""
        self.env["ir.config_parameter"].set_param(
            AUTHSERV_PARAMETER, "other.example, MX.example.com"
        )
        sender = self.employee.email_formatted
        message = self.receive(sender, {"Authentication-Results": GENUINE})
        self.assertFalse(message.is_internal)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(message.author_id, self.employee.partner_id)
        message = self.receive(
            sender,
            {
                "Authentication-Results": "mx.example.com; dkim=pass header.d=evil.example"
            },
        )
        self.assertNote(message, "No mail server that is trusted")

    def test_employees_of_yesterday_are_staff(self):
        self.employee.active = False
        message = self.receive(self.employee.email_formatted)
        self.assertNote(message, "No mail server that is trusted")

    def test_an_answer_of_a_customer_is_public(self):
        message = self.receive(self.customer.email_formatted)
        self.assertFalse(message.is_internal)
        self.assertEqual(message.author_id, self.customer.partner_id)
        message = self.receive("Eve <eve@evil.example>")
        self.assertFalse(message.is_internal)

    # -- machines

    def test_a_mail_of_a_machine_is_a_note_that_nobody_is_told_of(self):
        """REQ I-2: machines that answer machines never end"""
        followers = self.thread.message_partner_ids
        for sender in (self.customer.email_formatted, "robot@other.example"):
            for name, value in (
                ("Auto-Submitted", "auto-replied"),
                ("Precedence", "bulk"),
                ("X-Auto-Response-Suppress", "All"),
                ("List-Id", "<list.example.org>"),
                ("Return-Path", "<>"),
            ):
                with self.subTest(sender=sender, name=name):
                    message = self.receive(
                        sender,
                        {name: value},
                        to=f"us@example.com, {self.employee.email}",
                    )
                    self.assertNote(message, "An automatic e-mail")
                    self.assertFalse(self.mails)
                    self.assertFalse(message.notification_ids)
        self.assertEqual(self.thread.message_partner_ids, followers)

    # -- quoted links

    def get_keys(self):
        """Return the addresses of links to the thread, with the key of each."""
        key = self.thread._portal_ensure_token()
        return {
            f"{self.thread.get_base_url()}{self.thread.access_url}?access_token={key}": key
        }

    def test_quoted_links_are_not_kept(self):
        """REQ I-2: a personal link is its owner's alone"""
        for url, key in self.get_keys().items():
            half = len(url) - 20
            for body, html in (
                (f"> {url}\n\nI have seen it.", None),
                (f"> {url[:half]}\n> {url[half:]}\n\nI have seen it.", None),
                (
                    "x",
                    f'<p>I have seen it.</p><a href="https://x.org/{url}">{url}</a>',
                ),
                ("x", f"<p>I have seen it.</p><blockquote>{url}</blockquote>"),
            ):
                with self.subTest(body=body[:30], html=html):
                    message = self.receive(
                        self.customer.email_formatted, body=body, html=html
                    )
                    self.assertIn("I have seen it", message.body)
                    stored = re.sub(r"<[^>]*>|&gt;|\s", "", message.body)
                    self.assertNotIn(key[-15:], stored)
                    self.assertNotIn(key[:15], stored)
                    self.assertNotIn(key[-15:], message.body)
                    for mail in self.mails:
                        self.assertNotIn(key[-15:], mail.body_html)

    def test_the_upgrade_takes_keys_out_of_old_messages(self):
        """REQ I-2"""
        for url, key in self.get_keys().items():
            old = self.thread.message_post(
                body=Markup("<blockquote>%s</blockquote>") % url,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                author_id=self.customer.partner_id.id,
            )
            shared = self.thread.message_post(
                body=Markup("<p>See %s</p>") % url,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                author_id=self.employee.partner_id.id,
            )
            self.assertIn(key, old.body)
            self.env["customer.portal.link.key"]._remove_stored([self.thread._name])
            self.assertNotIn(key, old.body)
            self.assertIn("blockquote", old.body)
            self.assertIn(key, shared.body, "what staff wrote on purpose stays")


@tagged("-at_install", "post_install")
class TestDocumentMailIn(MailInMixin, DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.employee = cls.owner, cls.document_user
        cls.thread = cls._create_document(cls.owner, user_id=cls.document_user.id)
        cls.answered = cls.thread.with_user(cls.document_user).message_post(
            body="When?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )


@tagged("-at_install", "post_install")
class TestRequestMailIn(MailInMixin, RequestMixin, DocumentCase):
    """REQ 11.12"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.employee = cls.owner, cls.document_user
        cls.thread = cls._open().with_env(cls.env)
        cls.answered = cls.thread.with_user(cls.document_user).message_post(
            body="When?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def get_keys(self):
        link_sudo = self.thread._get_link_sudo()
        token = link_sudo._get_token()
        url = f"{self.thread.get_base_url()}{self.thread.access_url}"
        return {f"{url}?access_token={token}": token}


@tagged("-at_install", "post_install")
class TestAutomaticMails(DocumentCase):
    """What no person writes says so, and names the company as who answers go to."""

    def test_mails_of_documents(self):
        self.company.write(
            {
                "portal_document_user_id": self.document_user.id,
                "portal_document_receipt": True,
            }
        )
        alias = self.env["mail.alias.domain"].create({"name": "example.com"})
        self.company.alias_domain_id = alias
        templates = self.env["mail.template"].search(
            [("model", "=", "customer.portal.document")]
        )
        templates.auto_delete = False
        before = self.env["mail.mail"].search([])
        document = self._create_document(self.owner, user_id=self.document_user.id)
        document.with_user(self.owner).sudo()._notify_assigned_user()
        document.with_user(self.document_user).sudo()._notify_contact()
        visitor = self.env.ref("base.public_user")
        Receipt = self.env["customer.portal.document.receipt"]
        Receipt._send(document.with_user(visitor).sudo())
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 3)
        for mail in mails:
            [sent] = [each["headers"] for each in mail._prepare_outgoing_list()]
            self.assertEqual(sent["Auto-Submitted"], "auto-generated")
            self.assertEqual(sent["X-Auto-Response-Suppress"], "All")
            answered = mail.reply_to or mail.email_from
            names = (self.company.name, self.document_user.name)
            self.assertTrue(any(name in answered for name in names), answered)

    def test_what_people_write_is_not_automatic(self):
        document = self._create_document(self.owner)
        before = self.env["mail.mail"].search([])
        document.with_user(self.document_user).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.owner.partner_id.ids,
        )
        [mail] = self.env["mail.mail"].search([]) - before
        self.assertNotIn("Auto-Submitted", mail.headers or "")


@tagged("-at_install", "post_install")
class TestLinksElsewhere(RequestMixin, DocumentCase):
    """Keys of our links in what comes in to other records that customers follow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls.env["res.partner"].create(
            {"name": "Gus Berg", "email": "gus@example.com"}
        )
        project = cls._create_project("Hall", cls.owner)
        cls.task = cls.env["project.task"].create(
            {"name": "Roof", "project_id": project.id}
        )
        cls.task.message_subscribe(partner_ids=cls.owner.partner_id.ids)

    def setUp(self):
        super().setUp()
        self.url = self._open(partner_id=self.guest.id)._get_customer_url()
        self.key = self.url.partition("access_token=")[2]
        self.assertRegex(self.key, "^[0-9a-f]{64}$")

    def test_a_mail_to_a_task(self):
        """REQ 13.A.1: whatever quotes it, and wherever"""
        for thread_id in (self.task.id, None):
            mail = EmailMessage()
            mail["From"] = "gus@example.com"
            mail["To"] = "roof@example.com"
            mail["Subject"] = "Fwd: what we need"
            mail["Message-Id"] = f"<{thread_id}@m>"
            mail.set_content(f"See\n> {self.url}\n")
            mail.add_alternative(
                f'<p>See</p><blockquote><a href="{self.url}">Send</a></blockquote>',
                subtype="html",
            )
            record_id = self.env["mail.thread"].message_process(
                "project.task", mail.as_bytes(), thread_id=thread_id
            )
            task = self.env["project.task"].browse(record_id)
            bodies = "".join(task.message_ids.mapped("body")) + (task.description or "")
            self.assertIn("See", bodies)
            self.assertNotIn(self.key, bodies)

    def test_the_upgrade_cleans_old_messages_of_tasks(self):
        """REQ 13.A.1: and what core has made of a mail"""
        old = Markup("<p>See</p><blockquote>%s</blockquote>") % self.url
        message = self.task.message_post(
            body="x", message_type="email", author_id=self.guest.id
        )
        message.body = old
        self.task.description = old
        self.env["customer.portal.link.key"]._remove_stored(
            ["project.project", "project.task", "res.partner"]
        )
        for text in (message.body, self.task.description):
            self.assertIn("blockquote", text)
            self.assertNotIn(self.key, text)

    def test_a_message_on_a_task(self):
        """REQ 13.A.1: typed or pasted, as a page or a program sends it"""
        task = self.task.with_user(self.owner)
        message = task.message_post(body=f"See {self.url}")
        self.assertIn("See", message.sudo().body)
        self.assertNotIn(self.key, message.sudo().body)
