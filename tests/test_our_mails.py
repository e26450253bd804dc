"""Every kind of mail of the three addons: who it is from, what machines read, and if it is refused.

The kinds are the mail templates of our addons: one that no line of :meth:`_send_all` sends fails.
"""

import re
from datetime import timedelta
from email.message import EmailMessage
from unittest.mock import patch

from everybody import EverybodyCase
from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.mail import email_normalize_all

from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.addons.customer_portal_docs.models.mail_mail import SENDER_HEADER
from odoo.addons.customer_portal_docs.tests.test_emails import bounce

NOBODY = re.compile("OdooBot|Public user|Default User Template", re.I)


@tagged("-at_install", "post_install")
class TestOurMails(MockSmtplibCase, EverybodyCase):
    def setUp(self):
        super().setUp()
        Mail, Template = self.env["mail.mail"], self.env["mail.template"]
        # they wait where the test finds them
        self.patch(type(Mail), "send_after_commit", lambda mails: None)
        self.used = used = set()
        generate = type(Template)._generate_template

        def note(template, *args, **kwargs):
            used.update(template.get_external_id().values())
            return generate(template, *args, **kwargs)

        self.patch(type(Template), "_generate_template", note)

    # -- one of each kind

    def _send_all(self):
        """Do what each kind of mail comes of; return the mails.

        Names that mails quote have line ends, as imports and programs write them.
        """
        self.calendar.name = "Con\nsulting"
        self.public.name = "Feed\r\nback"
        (self.guest | self.owner.partner_id | self.agent.partner_id).name = "Gus\nBerg"
        before = self.env["mail.mail"].search([])
        self.company.write(
            {
                "portal_document_receipt": True,
                "portal_document_user_id": self.document_user.id,
            }
        )
        self._do_with_documents()
        self._do_with_requests()
        self._do_with_issues()
        self._do_with_shares()
        self._do_with_appointments()
        self._do_with_users()
        return (self.env["mail.mail"].search([]) - before).sorted("id")

    def _do_with_documents(self):
        document = self._create_document(self.owner, user_id=self.document_user.id)
        document.with_user(self.owner).sudo()._notify_assigned_user()
        document.with_user(self.document_user).sudo()._notify_contact()
        visitor = self.env.ref("base.public_user")
        Receipt = self.env["customer.portal.document.receipt"]
        Receipt._send(document.with_user(visitor).sudo())
        document.acknowledgement = True
        Cron = self.registry["ir.cron"]
        later = fields.Datetime.now() + timedelta(minutes=6)
        with freeze_time(later), patch.object(Cron, "_commit_progress"):
            self.env["customer.portal.reader.mail"]._send_waiting()

    def _do_with_requests(self):
        request = self._open(partner_id=self.guest.id)
        line = request.line_ids[0]
        self._put_in(line)
        line.action_reject("Blurred")
        request.line_ids.action_accept()
        self._open(self.colleague)
        self.colleague.partner_id._send_portal_reminder()

    def _do_with_issues(self):
        self.public.portal_assignee_id = self.agent
        ada = self.env["res.partner"].create({"name": "Ada", "email": "ada@a.example"})
        issues = self.env["helpdesk.ticket"]
        for name in ("Lamp", "Door"):
            issues |= self._create_issue(
                self.public, partner_id=ada.id, partner_email=ada.email, name=name
            )
        issues._create_portal_links()
        self.send_mails()
        issues[0].stage_id = self.stage_in_progress
        self.send_mails()
        issues[0].portal_link_ids.action_renew()
        self.send_mails()
        ada.email = "ada@b.example"
        self.send_mails()

    def _do_with_shares(self):
        Cron = self.registry["ir.cron"]
        self.drop.notify_first_access = True
        Wizard = self.env["customer.portal.share.wizard"].with_user(self.sharer)
        wizard = Wizard.create({"share_id": self.drop.id, "step": "link"})
        wizard.other_ids = self.guest
        wizard.action_send()
        self.login(None)
        self.assertEqual(self.get(self.path(self.drop)).status_code, 200)
        self.assertEqual(self.receive(self.drop, wants_thanks="1").status_code, 201)
        later = fields.Datetime.now() + timedelta(minutes=30)
        with freeze_time(later), patch.object(Cron, "_commit_progress"):
            self.env["customer.portal.share.receipt"]._cron_notify()
        report = (
            self.env["customer.portal.report"]
            .with_user(self.sharer)
            .create(
                {
                    "name": "Customers\nNorth",
                    "model_id": self.env["ir.model"]._get("res.partner").id,
                    "column_ids": [Command.create({"path": "name"})],
                }
            )
        )
        self.owner.sudo().portal_report_ids = report
        self.env["customer.portal.report.subscription"].create(
            {
                "report_id": report.id,
                "user_id": self.owner.id,
                # due wherever the customer is, at any hour
                "next_date": fields.Date.today() - timedelta(days=1),
            }
        )
        with patch.object(Cron, "_commit_progress"):
            self.env["customer.portal.report.subscription"]._cron_notify()

    def _do_with_appointments(self):
        Appointment = self.env["customer.portal.appointment"]

        # hours that are within those of the office in summer and in winter
        def request(hour):
            return Appointment._request(
                self.calendar,
                self.day + timedelta(hours=hour),
                {"subject": "Lamps", "partner_id": self.owner.partner_id.id},
            )

        self.assertEqual(self.ask_for_appointment().status_code, 201)
        self.calendar.appointment_ids._confirm()
        accepted = request(8)
        accepted.with_user(self.anna).action_accept()
        accepted._move(self.day + timedelta(hours=9))
        accepted.event_id.with_user(self.anna).write(
            {
                "start": self.day + timedelta(days=1, hours=9),
                "stop": self.day + timedelta(days=1, hours=10),
            }
        )
        with (
            freeze_time(self.day + timedelta(hours=7)),
            patch.object(self.registry["ir.cron"], "_commit_progress"),
        ):
            Appointment._cron_remind()
        accepted.with_user(self.anna).action_cancel()
        request(12).with_user(self.anna).action_decline("We are away")
        proposal = self.day + timedelta(hours=9, minutes=30)
        request(14).with_user(self.anna).action_propose(proposal)
        with (
            freeze_time(fields.Datetime.now() + timedelta(hours=50)),
            patch.object(self.registry["ir.cron"], "_commit_progress"),
        ):
            Appointment._cron_expire()

    def _do_with_users(self):
        Wizard = self.env["customer.portal.user.wizard"].with_user(self.portal_manager)
        Wizard.create({"name": "Nora", "email": "nora@example.com"}).action_create()
        self.stranger.with_user(self.portal_manager).action_portal_remove()
        self.owner.partner_id.email = "owner.new@example.com"
        self.owner.partner_id.portal_address_is_claimed = True
        self.env["res.partner"].with_user(self.owner)._send_address_link()

    # -- what all of them say

    def test_all_kinds(self):
        """REQ I-2, 13.A.1, 13.A.2, 13.A.3, 13.A.13"""
        mails = self._send_all()
        ours = self.env["mail.template"].search([]).get_external_id().values()
        ours = {xmlid for xmlid in ours if xmlid.startswith("customer_portal_")}
        self.assertEqual(ours - self.used, set(), "not sent: add it to _send_all")
        staff = self.env["res.users"].search([("share", "=", False)]).mapped("email")
        for mail in mails:
            with self.subTest(subject=mail.subject, model=mail.model):
                addresses = mail._get_all_emails()
                self.assertTrue(addresses)
                for sent in mail._prepare_outgoing_list():
                    self._check_sent(sent)
                if set(addresses) & set(email_normalize_all(", ".join(staff))):
                    self.assertNotIn("access_token", mail.body_html)
        for mail in mails:
            with self.subTest(subject=mail.subject, model=mail.model):
                self._check_undelivered(mail)

    def _check_sent(self, sent):
        self.assertEqual(sent["headers"]["Auto-Submitted"], "auto-generated")
        self.assertEqual(sent["headers"]["X-Auto-Response-Suppress"], "All")
        sender = sent["headers"].get(SENDER_HEADER) or sent["email_from"]
        for said in (sender, sent["reply_to"], sent["body"]):
            self.assertNotRegex(said or "", NOBODY)

    # -- those that do not arrive

    def _send(self, mail, reason=None):
        """Send a mail by a server that takes it, or refuses it with these words."""
        mail.write({"state": "outgoing", "scheduled_date": False, "auto_delete": True})
        with (
            self.mock_smtplib_connection(),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            if reason:

                def refuse(*args):
                    raise OSError(reason)

                type(self.testing_smtp_session).send_message = refuse
            mail.send()
        self.env.invalidate_all()

    def _get_told(self, record):
        """Return what staff read at a record of a mail that did not arrive."""
        if "portal_undelivered" in record._fields:
            record = record.sudo()
            return (
                f"{record.portal_undelivered or ''} {record.portal_undelivered_reason}"
            )
        return " ".join(
            str(message.body)
            for message in record.message_ids
            if "could not be delivered" in message.body
        )

    def _check_undelivered(self, mail):
        record = self.env[mail.model].browse(mail.res_id)
        [address] = mail._get_all_emails()[:1]
        message_id = mail.message_id
        known = self._get_told(record)
        self._send(mail, "550 No such user here")
        told = self._get_told(record)
        self.assertIn(address, told[: len(told) - len(known)] or told)
        self.assertIn("550 No such user here", told)
        self._send(mail)
        if "portal_undelivered" in record._fields:
            self.assertNotIn(address, self._get_told(record), "it was taken now")
        count = self._get_told(record).count(address)
        bounce(self.env, message_id, address)
        self.assertGreater(self._get_told(record).count(address), count)

    def test_what_the_portals_users_list_shows(self):
        """REQ U-2, 13.A.3: an invitation, a new password, and whom customers invite"""
        Users = self.env["res.users"].with_user(self.portal_manager)
        domain = [("portal_is_managed", "=", True), ("portal_undelivered", "!=", False)]
        known = Users.search(domain)
        Users.env["customer.portal.user.wizard"].create(
            {"name": "Nora", "email": "nora@example.com"}
        ).action_create()
        nora = Users.search([("login", "=", "nora@example.com")])
        mail = self.env["mail.mail"].search([("res_id", "=", nora.id)], limit=1)
        self._send(mail, "550 No such user here")
        self.assertEqual(Users.search(domain) - known, nora)
        self.assertEqual(nora.portal_state, "undelivered")
        self.assertEqual(nora.portal_undelivered, "nora@example.com")
        self.assertIn("550 No such user", nora.portal_undelivered_reason)
        with self.assertRaisesRegex(Exception, "portal_undelivered"):
            nora.with_user(self.document_user).read(["portal_undelivered"])
        # with the right address it is over
        nora.email = "nora.berg@example.com"
        nora.action_portal_invite()
        mail = self.env["mail.mail"].search([("res_id", "=", nora.id)], limit=1)
        self._send(mail)
        self.assertFalse(Users.search(domain) - known)
        self.assertEqual(nora.portal_state, "invited")
        # a mail of core's about a new password
        self.env["res.users.log"].with_user(self.owner).sudo().create({})
        owner = self.owner.with_user(self.portal_manager)
        owner.action_portal_reset_password()
        mail = self.env["mail.mail"].search([("res_id", "=", owner.id)], limit=1)
        self.assertIn("/web/reset_password", mail.body_html)
        for sent in mail._prepare_outgoing_list():
            self._check_sent(sent)
        message_id = mail.message_id
        self._send(mail)
        bounce(self.env, message_id, owner.email)
        self.assertEqual(Users.search(domain) - known, owner)
        # their colleague who manages colleagues sees it as well, in plain words
        self.colleague.portal_is_administrator = True
        self.login(self.colleague)
        page = self.get("/my/colleagues").text
        self.assertIn("could not be delivered to", page)
        self.assertNotIn("The mailbox is not there", page)

    # -- what others quote of our mails

    def _get_links(self):
        """Return one link of each kind that is its owner's alone: (address, key)."""
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        appointment = self._create_appointment(
            self.start, partner_id=self.guest.id, state="requested"
        )
        document = self._create_document(self.owner)
        self.stranger.partner_id.signup_prepare()
        urls = {
            "issue": issue._create_portal_links(is_told=False)._get_url(),
            "request": self._open(partner_id=self.guest.id)._get_customer_url(),
            "appointment": appointment._get_url(),
            "document": f"{document.get_base_url()}{document.access_url}"
            f"?access_token={document._portal_ensure_token()}",
            "invitation": self.stranger.partner_id._get_signup_url_for_action()[
                self.stranger.partner_id.id
            ],
        }
        found = {}
        for kind, url in urls.items():
            key = re.search("token=([^&#]+)", url)[1]
            self.assertGreater(len(key), 30, kind)
            found[kind] = url, key
        return found

    def test_keys_of_any_kind_are_not_kept(self):
        """REQ 13.A.1: whoever's, in whatever mail, and not in what goes out for it"""
        links = self._get_links()
        quoted = "\n> ".join(url for url, _key in links.values())
        rich = "".join(
            f'<p><a href="{url}">{url}</a></p>' for url, _key in links.values()
        )
        issue = self._create_issue(self.public, self.owner, user_id=self.agent.id)
        issue.message_subscribe(partner_ids=self.helpdesk_manager.partner_id.ids)
        document = self._create_document(self.owner, user_id=self.document_user.id)
        document.message_subscribe(partner_ids=self.document_user.partner_id.ids)
        request = self._open(self.owner)
        self.public.portal_assignee_id = self.agent
        self.public.message_subscribe(
            partner_ids=self.helpdesk_manager.partner_id.ids,
            subtype_ids=self.env["mail.message.subtype"].search([]).ids,
        )
        new = ("helpdesk.ticket", None)
        for number, (thread, html) in enumerate(
            (thread, html)
            for thread in (new, issue, document, request)
            for html in (None, f"<p>It is dark</p><blockquote>{rich}</blockquote>")
        ):
            with self.subTest(thread=thread, html=bool(html)):
                mails, texts = self._receive_mail(number, thread, quoted, html)
                self.assertIn("It is dark", "".join(texts))
                told = "".join(mail.body_html or "" for mail in mails)
                self.assertTrue(mails, "staff are told of it")
                for kind, (_url, key) in links.items():
                    self.assertNotIn(key, "".join(texts), kind)
                    self.assertNotIn(key, told, kind)

    def _receive_mail(self, number, thread, quoted, html, **headers):
        """Have a mail come in; return the mails that go out for it, and the texts stored."""
        name, record = thread if isinstance(thread, tuple) else (thread._name, thread)
        mail = EmailMessage()
        mail["From"] = headers.pop("From", "Ada <ada@example.org>")
        mail["To"] = "us@example.com"
        mail["Subject"], mail["Message-Id"] = f"Lamp {number}", f"<{number}@q.example>"
        for header, value in headers.items():
            mail[header.replace("_", "-")] = value
        mail.set_content(f"It is dark\n> {quoted}\n")
        if html:
            mail.add_alternative(html, subtype="html")
        before = self.env["mail.mail"].search([])
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            id_ = self.env["mail.thread"].message_process(
                name,
                mail.as_bytes(),
                thread_id=record and record.id,
                custom_values=None if record else {"team_id": self.public.id},
            )
        self.send_mails()
        mails = self.env["mail.mail"].search([]) - before
        record = self.env[name].browse(id_)
        texts = [str(body) for body in record.message_ids.mapped("body")]
        if "description" in record._fields:
            texts.append(str(record.description or ""))
        return mails, texts

    def test_an_automatic_answer_changes_no_status(self):
        """REQ 13.A.2: whichever header says so, whoever sends it"""
        issue = self._create_issue(self.public, self.owner, user_id=self.agent.id)
        issue.stage_id = self.stage_done
        self.send_mails()
        number = 0
        for sender in (self.owner.email, "robot@other.example"):
            for name, value in (
                ("Auto-Submitted", "auto-replied"),
                ("Auto-Submitted", "auto-generated"),
                ("Precedence", "bulk"),
                ("Precedence", "auto_reply"),
                ("X-Auto-Response-Suppress", "All"),
                ("X-Autoreply", "yes"),
                ("List-Id", "<list.example.org>"),
                ("Return-Path", "<>"),
            ):
                with self.subTest(sender=sender, name=name, value=value):
                    number += 1
                    mails, texts = self._receive_mail(
                        f"auto{number}",
                        issue,
                        "x",
                        None,
                        **{"From": sender, name: value},
                    )
                    self.assertFalse(mails)
                    self.assertEqual(issue.stage_id, self.stage_done)
                    self.assertTrue(issue.message_ids[0].is_internal)
                    self.assertEqual(len(texts), len(issue.message_ids) + 1)
