"""Addresses that people type, and mails that do not arrive."""

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.common import MockSmtplibCase

from ..tools.emails import encode_email, parse_email
from .common import DocumentCase


@tagged("-at_install", "post_install")
class TestEmailAddresses(BaseCase):
    def test_addresses_that_odoo_takes_and_can_send_to(self):
        """REQ S-5"""
        for typed, email in {
            "Sean.O'Brien@Example.com": "sean.o'brien@example.com",
            "a&b@example.com": "a&b@example.com",
            "a!b/c@example.com": "a!b/c@example.com",
            "jörg@example.com": "jörg@example.com",
            "juergen@Bücher.example": "juergen@bücher.example",
            "juergen@bu\u0308cher.example": "juergen@bücher.example",
            " name+tag@mail.example.co.uk ": "name+tag@mail.example.co.uk",
            "name@xn--bcher-kva.example": "name@xn--bcher-kva.example",
            "x@пример.рф": "x@пример.рф",
        }.items():
            self.assertEqual(parse_email(typed), email, typed)

    def test_what_no_server_delivers_to_is_refused(self):
        for typed in (
            "name@host.",
            "name@host",
            "name@.example.com",
            "name@host..com",
            "name@-host.com",
            "name@host-.com",
            "name@192.168.0.1",
            ".name@example.com",
            "na..me@example.com",
            "@example.com",
            "name@",
            "a@b@example.com",
            "a@example.com,b@example.com",
            "name@\u2014.example",
            f"{'n' * 65}@example.com",
            f"n@{'h' * 64}.com",
            f"n@{'ü' * 63}.com",
            "Name <name@example.com>",
            "na me@example.com",
            "",
            None,
        ):
            self.assertIsNone(parse_email(typed), typed)

    def test_hosts_are_written_as_servers_do(self):
        for email, encoded in {
            "juergen@bücher.example": "juergen@xn--bcher-kva.example",
            "jörg@example.com": "jörg@example.com",
            "name@\u2014.example": "name@\u2014.example",
        }.items():
            self.assertEqual(encode_email(email), encoded)


@tagged("-at_install", "post_install")
class TestUndelivered(MockSmtplibCase, DocumentCase):
    def _get_mail(self, email="juergen@bücher.example"):
        self.owner.partner_id.email = email
        document = self._create_document(self.owner)
        before = self.env["mail.mail"].search([])
        self.env["customer.portal.document.receipt"]._send(document)
        return document, self.env["mail.mail"].search([]) - before

    def _send(self, mail):
        with self.mock_smtplib_connection(), mute_logger("odoo.addons.mail.models"):
            mail.send()
        self.env.invalidate_all()

    def test_a_mail_to_a_host_of_another_script_arrives(self):
        """Core compared the host as servers write it with the one that was typed."""
        _document, mail = self._get_mail()
        self._send(mail)
        [sent] = self.emails
        self.assertEqual(sent["smtp_to_list"], ["juergen@xn--bcher-kva.example"])
        self.assertIn("<juergen@xn--bcher-kva.example>", sent["msg_to"])

    def test_what_a_server_refuses_is_told_on_the_document(self):
        document, mail = self._get_mail("gone@example.com")
        with (
            self.mock_smtplib_connection(),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):

            def refuse(*args):
                raise OSError("550 No such user")

            type(self.testing_smtp_session).send_message = refuse
            mail.send()
        note = document.message_ids[0]
        self.assertIn("gone@example.com could not be delivered", note.body)
        self.assertIn("550", note.body)
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        self.assertFalse(note.notified_partner_ids)

    def test_a_bounce_is_told_on_the_document(self):
        """The mail itself is deleted when it is sent: a note of it stays."""
        document, mail = self._get_mail("gone@example.com")
        message_id = mail.message_id
        self._send(mail)
        self.assertFalse(mail.exists())
        [noted] = document.message_ids.filtered(lambda m: m.message_id == message_id)
        self.assertIn("E-mail to", noted.body)
        self.assertNotIn("access_token", noted.body)
        bounce(self.env, message_id, "gone@example.com")
        self.assertIn(
            "gone@example.com could not be delivered", document.message_ids[0].body
        )


BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.com
To: bounce@example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <{number}@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

The mailbox is not there.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {email}
Action: failed
Status: 5.1.1

--B
Content-Type: message/rfc822

Message-Id: {message_id}
From: us@example.com
To: {email}
Subject: It

Text

--B--
"""


def bounce(env, message_id, email):
    """Have a mail of ours come back."""
    mail = BOUNCE.format(
        number=abs(hash(message_id)), message_id=message_id, email=email
    )
    with mute_logger("odoo.addons.mail.models.mail_thread"):
        env["mail.thread"].message_process(False, mail)
    env.invalidate_all()

    def test_an_administrator_resets_a_template(self):
        """REQ 10.2: its fields are Odoo's, whatever it is about"""
        template = self.env.ref("customer_portal_docs.mail_template_document_receipt")
        template = template.with_user(self.env.ref("base.user_admin"))
        self.assertTrue(template.template_fs)
        template.subject = "Mine"
        template.reset_template()
        self.assertIn("We have received", template.subject)
