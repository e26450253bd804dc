import logging
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.customer_portal_docs.models.mail_mail import QUEUE_SECONDS

from .common import IssueCase, IssueHttpCase, mute_logger


@tagged("-at_install", "post_install")
class TestMail(IssueHttpCase):
    """What leaves by mail, and what the personal link in it opens."""

    def _report(self, **typed):
        self.report(**typed)
        issue = self.find_reported(typed.get("name", "Broken link"))
        return issue, self.send_mails()

    def test_the_visitor_gets_a_link_that_shows_the_issue(self):
        """REQ I-2"""
        issue, mail = self._report()
        self.assertEqual(mail.email_to, '"Ada Berg" <ada@example.org>')
        self.assertEqual(
            mail.subject, f"We have received: Broken link ({issue.number})"
        )
        self.assertIn("Hello", mail.body_html)
        self.assertIn("Ada Berg", mail.body_html)
        self.assertIn(issue.number, mail.body_html)
        page = self.get(self.get_link_url(mail))
        self.assertEqual(page.status_code, 200)
        for words in ("Broken link", "On the first page", "New", "Your answer"):
            self.assertIn(words, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "same-origin")

    def test_who_follows_the_binder_is_told_by_the_company(self):
        """REQ I-7: a mail of the public user, who has no address, cannot be sent"""
        self.public.message_subscribe(
            partner_ids=self.agent.partner_id.ids,
            subtype_ids=self.env.ref("helpdesk_mgmt.hlp_tck_team_created").ids,
        )
        self.env["ir.config_parameter"].set_param("mail.default.from", False)
        issue, _mail = self._report()
        [message] = issue.message_ids.filtered(
            lambda message: self.agent.partner_id in message.notified_partner_ids
        )
        self.assertEqual(message.email_from, self.company.email_formatted)

    def test_the_queue_leaves_a_mail_to_the_action_that_wrote_it(self):
        """REQ I-2: two that send at once send twice, or the second finds nothing and stops"""
        _issue, mail = self._report()
        Mail, sent = self.env.registry["mail.mail"], []
        self.patch(Mail, "send", lambda mails, **options: sent.extend(mails.ids))
        self.env["mail.mail"].process_email_queue()
        self.assertNotIn(mail.id, sent)
        mail.scheduled_date -= timedelta(seconds=QUEUE_SECONDS + 1)
        self.env["mail.mail"].process_email_queue()
        self.assertIn(mail.id, sent, "what a crash has left")

    def test_the_link_is_in_no_database(self):
        """REQ I-2"""
        issue, mail = self._report()
        token = self.get_link_url(mail).rpartition("=")[2]
        for table, column in (
            ("customer_portal_issue_link", "nonce"),
            ("customer_portal_issue_link", "key_digest"),
            ("mail_message", "body"),
            ("helpdesk_ticket", "access_token"),
        ):
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} WHERE {column} LIKE %s", [f"%{token}%"]
            )
            self.assertEqual(self.env.cr.fetchone(), (0,), table)
        for user in (self.agent, self.helpdesk_manager):
            link = issue.portal_link_ids.with_user(user)
            self.assertEqual(link.email, "ada@example.org")
            for name in ("nonce", "key_digest"):
                self.assertFalse(link._has_field_access(link._fields[name], "read"))

    def test_the_message_of_a_mail_stays_and_is_not_public(self):
        """REQ I-8"""
        issue, mail = self._report()
        message = mail.mail_message_id
        url = self.get_link_url(mail)
        mail.unlink()
        self.assertTrue(message.exists(), "an answer refers to it")
        self.assertNotIn("access_token", message.body)
        self.assertNotIn("E-mail to", self.get(url).text)

    def test_the_link_opens_one_issue_and_is_exact(self):
        """REQ I-2"""
        issue, mail = self._report()
        other, _mail = self._report(name="Another", email="bo@example.org")
        url = self.get_link_url(mail)
        token = url.rpartition("=")[2]
        for path in (
            f"/my/ticket/{other.id}?access_token={token}",
            f"/my/ticket/{issue.id}?access_token={token[:-1]}",
            f"/my/ticket/{issue.id}?access_token={token.upper()}x",
            f"/my/ticket/{issue.id}?access_token=%C3%A9",
            f"/my/ticket/{issue.id}/%C3%A9",
            f"/my/ticket/{issue.id}?access_token=%00",
            f"/my/ticket/{issue.id}?access_token=" + "0" * 64,
            f"/my/ticket/2000000000?access_token={token}",
        ):
            self.assertEqual(self.get(path).status_code, 404, path)
        response = self.get(f"/my/ticket/{issue.id}")
        self.assertIn("/web/login", response.headers["Location"])

    def test_a_revoked_link_opens_nothing_and_its_owner_gets_no_mail(self):
        """REQ I-2"""
        issue, mail = self._report()
        url = self.get_link_url(mail)
        issue.portal_link_ids.with_user(self.agent).action_revoke()
        self.assertEqual(self.get(url).status_code, 404)
        issue.with_user(self.agent).stage_id = self.stage_in_progress
        issue.with_user(self.agent).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(self.send_mails())
        issue.portal_link_ids.with_user(self.agent).action_renew()
        mail = self.send_mails()
        self.assertIn("Your link to", mail.subject)
        self.assertNotEqual(self.get_link_url(mail), url)
        self.assertEqual(self.get(url).status_code, 404)
        self.assertEqual(self.get(self.get_link_url(mail)).status_code, 200)
        issue.with_user(self.agent).action_revoke_portal_links()
        self.assertEqual(self.get(self.get_link_url(mail)).status_code, 404)

    def test_links_end_with_the_issue_and_with_its_owner(self):
        """REQ I-2"""
        issue, mail = self._report()
        url = self.get_link_url(mail)
        issue.active = False
        self.assertEqual(self.get(url).status_code, 404)
        issue.active = True
        self.assertEqual(self.get(url).status_code, 200)
        issue.partner_email = "bo@example.org"
        self.assertEqual(self.get(url).status_code, 404)
        mail = self.send_mails()
        self.assertIn("bo@example.org", mail.email_to)

    def test_only_staff_who_may_change_the_issue_decide_on_links(self):
        """REQ I-2"""
        issue, _mail = self._report()
        for user in (self.staff, self.owner, self.trusted):
            link = issue.portal_link_ids.with_user(user)
            for action in (link.action_revoke, link.action_renew):
                with self.assertRaises(AccessError):
                    action()
            with self.assertRaises(AccessError):
                link.read(["email"])
            with self.assertRaises(AccessError):
                issue.with_user(user).action_revoke_portal_links()

    def test_a_new_status_is_told_with_the_link(self):
        """REQ I-2"""
        issue, received = self._report()
        issue.with_user(self.agent).stage_id = self.stage_in_progress
        mail = self.send_mails()
        self.assertEqual(mail.subject, f"In Progress: Broken link ({issue.number})")
        self.assertIn("ada@example.org", mail.email_to)
        self.assertEqual(self.get_link_url(mail), self.get_link_url(received))
        self.assertIn("In Progress", self.get(self.get_link_url(mail)).text)
        issue.with_user(self.agent).stage_id = self.stage_in_progress
        issue.with_user(self.agent).priority = "3"
        self.assertFalse(self.send_mails())

    def test_helpdesk_mgmts_own_mail_of_a_closed_ticket_is_not_sent_as_well(self):
        """REQ I-2: it greets the assignee, and has no link"""
        issue, _received = self._report()
        issue.with_user(self.agent).stage_id = self.stage_done
        self.flush_tracking()
        mails = self.send_mails()
        self.assertEqual(
            mails.mapped("subject"), [f"Done: Broken link ({issue.number})"]
        )

    def test_whose_link_was_revoked_gets_no_mail_of_helpdesk_mgmt_either(self):
        """REQ I-2: the address was not theirs, and the name is what a stranger typed"""
        issue, _received = self._report()
        issue.portal_link_ids.with_user(self.agent).action_revoke()
        before = self.env["mail.mail"].search([])
        issue.with_user(self.agent).stage_id = self.stage_done
        self.flush_tracking()
        self.assertFalse(self.env["mail.mail"].search([]) - before)

    def test_who_has_no_link_is_greeted_when_a_ticket_is_closed(self):
        """REQ I-2: helpdesk_mgmt's mail greets the assignee, who does not get it"""
        before = self.env["mail.mail"].search([])
        customer = self._create_issue(self.public, self.owner, user_id=self.agent.id)
        visitor = self._create_issue(
            self.public, partner_name="Ada Berg", partner_email="ada@example.org"
        )
        (customer | visitor).with_user(self.agent).stage_id = self.stage_done
        self.flush_tracking()
        mails = self.env["mail.mail"].search([]) - before
        for issue, name in ((customer, self.owner.name), (visitor, "Ada Berg")):
            subject = f"The ticket {issue.number} has been closed."
            [mail] = mails.filtered(lambda m, subject=subject: m.subject == subject)
            self.assertIn(f"Hello {name},", html2plaintext(mail.body_html))

    def test_words_of_the_administrator_stay_in_helpdesk_mgmts_mails(self):
        """REQ I-2"""
        template = self.env.ref("helpdesk_mgmt.closed_ticket_template")
        template.body_html = "<p>Bye from <t t-out='object.team_id.name'/></p>"
        words = template.body_html
        issue, _received = self._report()
        body = template._render_field("body_html", issue.ids)[issue.id]
        self.assertEqual(template.body_html, words)
        self.assertIn("Bye from", body)
        self.assertNotIn("Ada Berg", body)

    def test_a_language_that_comes_later_greets_customers_too(self):
        """REQ I-2"""
        issue, _received = self._report()
        issue.user_id = self.agent
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("helpdesk_mgmt.closed_ticket_template")
        template.with_context(
            lang="de_DE"
        ).body_html = "<p>Hallo <t t-out='object.user_id.name'/>,</p>"
        german = template.with_context(lang="de_DE")
        body = german._render_field("body_html", issue.ids)[issue.id]
        self.assertIn("Hallo", body)
        self.assertIn("Ada Berg", body)
        self.assertNotIn(self.agent.name, body)

    def test_a_mail_that_the_administrator_chose_for_a_stage_is_the_one_sent(self):
        """REQ I-2"""
        template = self.env["mail.template"].create(
            {
                "name": "Ours",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "subject": "Chosen",
                "email_to": "{{ object.partner_email }}",
                "body_html": "<p>Chosen</p>",
                "auto_delete": False,
            }
        )
        self.stage_done.mail_template_id = template
        issue, _received = self._report()
        before = self.env["mail.mail"].search([])
        issue.with_user(self.agent).stage_id = self.stage_done
        self.flush_tracking()
        self.send_mails()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.mapped("subject"), ["Chosen"])

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_a_known_contact_gets_the_link_at_the_contacts_address(self):
        """REQ I-2"""
        issue, mail = self._report(
            email="Test_Owner@example.com", partner_name="Mallory"
        )
        self.assertEqual(issue.portal_link_ids.partner_id, self.owner.partner_id)
        self.assertIn("test_owner@example.com", mail.email_to)

    def test_an_issue_without_an_address_has_no_link(self):
        """REQ I-2"""
        self.show(self.public, "name", "description")
        issue, mails = self._report()
        self.assertTrue(issue)
        self.assertFalse(mails)
        self.assertFalse(issue.portal_link_ids)

    def test_mails_speak_the_visitors_language(self):
        """REQ I-2"""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_portal_issues.mail_template_issue_received")
        template.with_context(
            lang="fr_FR"
        ).subject = "Reçu: {{ object.ticket_id.name }}"
        issue, _mail = self._report()
        issue.portal_link_ids.lang = "fr_FR"
        self.env["customer.portal.issue.mail"]._queue(
            [
                {
                    "kind": "received",
                    "ticket_id": issue.id,
                    "link_id": issue.portal_link_ids.id,
                }
            ]
        )
        self.assertEqual(self.send_mails().subject, "Reçu: Broken link")

    def test_mails_speak_the_language_that_the_contact_has_today(self):
        """REQ I-2"""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_portal_issues.mail_template_issue_status")
        template.with_context(lang="fr_FR").subject = "État: {{ object.email }}"
        # as databases have them
        template.lang = "{{ object.lang }}"
        issue = self._create_issue(self.public, self.owner)
        link = issue._create_portal_links(is_told=False)
        self.owner.partner_id.lang = "fr_FR"
        issue.stage_id = self.stage_done
        self.assertEqual(self.send_mails().subject, f"État: {self.owner.email}")
        [recipient] = issue.portal_link_ids._get_recipients(
            issue.message_ids[:1], {}, []
        )
        self.assertEqual((link.lang, recipient["lang"]), ("fr_FR", "fr_FR"))

    def test_a_language_that_was_switched_off_stops_no_answer(self):
        """REQ I-2: nor is the company's language anybody's but theirs who have no other"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        issue, _mail = self._report()
        for lang, used in (("fr_FR", "de_DE"), (False, "de_DE"), ("en_US", "en_US")):
            issue.portal_link_ids.lang = lang
            [recipient] = issue.portal_link_ids._get_recipients(
                issue.message_ids[:1], {}, []
            )
            self.assertEqual(recipient["lang"], used)

    def test_a_link_that_staff_send_speaks_the_language_of_the_company(self):
        """REQ I-2: theirs is not the reporter's"""
        for lang in ("de_DE", "fr_FR"):
            self.env["res.lang"]._activate_lang(lang)
        self.company.partner_id.lang = "de_DE"
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        issue.with_user(self.agent).with_context(lang="fr_FR").action_send_portal_link()
        self.assertEqual(issue.portal_link_ids._get_lang(), "de_DE")

    def test_a_language_that_was_switched_off_stops_no_mail(self):
        """REQ I-2: a visitor's may be switched off, as nobody has it for their own"""
        French = self.env["res.lang"]._activate_lang("fr_FR")
        issue, _mail = self._report()
        link = issue.portal_link_ids
        link.lang = "fr_FR"
        French.active = False
        issue.stage_id = self.stage_done
        self.assertIn("Done", self.send_mails().subject)
        self.assertEqual(link.lang, "fr_FR", "which may come back")

    def test_a_mail_that_cannot_be_written_keeps_no_other_waiting(self):
        """REQ I-2"""
        template = self.env.ref("customer_portal_issues.mail_template_issue_status")
        template.subject = "{{ 1 // (object.email == 'ada@example.org') }}"
        issue, _mail = self._report()
        other, _mail = self._report(name="Another", email="bo@example.org")
        (issue | other).stage_id = self.stage_done
        rows = self.env["customer.portal.issue.mail"].search([])
        with mute_logger(
            "odoo.addons.customer_portal_issues.models.customer_portal_issue_mail",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            mails = rows._write_apart()
        self.assertEqual(mails.mapped("email_to"), ['"Ada Berg" <ada@example.org>'])
        self.assertIn("bo@example.org could not be written", other.message_ids[0].body)
        self.assertNotIn("not be written", issue.message_ids[0].body)

    def test_mails_wait_for_the_next_run_where_time_is_up(self):
        """REQ I-2"""
        Mail = self.env["customer.portal.issue.mail"]
        for count in range(2):
            issue = self._create_issue(
                self.public, partner_email=f"{count}@example.org"
            )
            issue._create_portal_links(is_told=True)
        self.assertEqual(Mail.search_count([]), 2)
        path = "odoo.addons.customer_portal_issues.models.customer_portal_issue_mail"
        for left in (1, 0):
            with (
                patch(f"{path}.BATCH_SIZE", 1),
                patch.object(type(Mail), "_wait_until_quiet"),
                patch.object(
                    self.registry["ir.cron"], "_commit_progress", return_value=0
                ),
                patch.object(self.registry["mail.mail"], "send"),
            ):
                Mail._cron_send()
            self.assertEqual(Mail.search_count([]), left)

    # -- staff

    def test_who_the_binder_assigns_to_is_told(self):
        """REQ I-7"""
        self.public.portal_assignee_id = self.agent
        issue, mails = self._report()
        self.assertEqual(issue.user_id, self.agent)
        mail = mails.filtered(lambda mail: "test_agent" in mail.email_to)
        self.assertEqual(mail.subject, f"New issue: Broken link ({issue.number})")
        # whose issue it is the subject and the text say: not the reader's
        self.assertNotIn("Your Issue", html2plaintext(mail.body_html))
        self.assertIn(
            f"/mail/view?model=helpdesk.ticket&amp;res_id={issue.id}", mail.body_html
        )
        self.assertIn("On the first page", mail.body_html)
        # it is the reporter's
        self.assertNotIn("Your Issue", " ".join(html2plaintext(mail.body_html).split()))
        self.assertIn(
            "Your Issue", " ".join(html2plaintext((mails - mail).body_html).split())
        )
        self.assertEqual(len(mails), 2)
        self.assertIn(self.agent.partner_id, issue.message_partner_ids)

    def test_where_nobody_is_assigned_the_leader_is_told(self):
        """REQ I-7"""
        self.public.user_id = self.helpdesk_manager
        issue, mails = self._report()
        self.assertFalse(issue.user_id)
        self.assertTrue(mails.filtered(lambda m: "test_helpdesk_manager" in m.email_to))

    def test_an_assignee_who_has_left_counts_as_none(self):
        """REQ I-7: the leader is told, else the members, as of an answer"""
        self.public.portal_assignee_id = self.agent
        self.public.user_id = self.helpdesk_manager
        worker = self._create_staff("test_worker", "helpdesk_mgmt.group_helpdesk_user")
        self.public.user_ids = [Command.link(worker.id)]
        self.agent.active = False
        issue, mails = self._report()
        self.assertFalse(issue.user_id)
        self.assertIn(self.helpdesk_manager.email_formatted, mails.mapped("email_to"))
        self.assertNotIn(worker.email_formatted, mails.mapped("email_to"))
        self.helpdesk_manager.active = False
        _issue, mails = self._report(name="Another")
        self.assertIn(worker.email_formatted, mails.mapped("email_to"))
        self.assertEqual(len(mails), 2, "and the reporter")

    def test_who_assigns_to_themselves_is_not_told(self):
        """REQ I-7"""
        self.public.portal_assignee_id = self.agent
        issue = (
            self.env["helpdesk.ticket"]
            .with_user(self.agent)
            .create({"name": "x", "description": "x", "team_id": self.public.id})
        )
        self.assertEqual(issue.user_id, self.agent)
        self.assertFalse(self.send_mails())

    def test_an_assignee_without_an_address_costs_no_issue(self):
        """REQ I-7"""
        self.public.portal_assignee_id = self.agent
        self.agent.partner_id.email = False
        issue, mails = self._report()
        self.assertEqual(len(mails), 1)
        self.assertTrue(
            issue.message_ids.filtered(
                lambda m: "Nobody was notified" in (m.body or "")
            )
        )

    def test_a_template_that_was_deleted_costs_no_issue(self):
        """REQ I-2"""
        self.env.ref("customer_portal_issues.mail_template_issue_received").unlink()
        issue, mails = self._report()
        self.assertTrue(issue)
        self.assertFalse(mails)

    def test_the_queue_is_written_in_batches_and_then_empty(self):
        """REQ I-2"""
        issue, _mail = self._report()
        for _time in range(3):
            issue.stage_id = self.stage_in_progress
            issue.stage_id = self.stage_done
        mails = self.send_mails()
        self.assertEqual(
            len(mails), 1, "several changes that nobody was told of are one"
        )
        self.assertFalse(self.env["customer.portal.issue.mail"].search([]))

    # -- secrets

    def test_our_code_logs_no_personal_link(self):
        """REQ I-2: from the form to the mail, and from the first look to the renewal."""
        with self.assertLogs("odoo", level="DEBUG") as logs:
            logging.getLogger("odoo").info("something to log")
            issue, mail = self._report()
            urls = [self.get_link_url(mail)]
            self._use_link(issue, urls[0])
            link = issue.portal_link_ids
            link.with_user(self.helpdesk_manager).action_renew()
            urls.append(self.get_link_url(self.send_mails()))
            self.get(urls[0])
            self.get(urls[1])
            issue.stage_id = self.stage_done
            self.send_mails()
            link.with_user(self.helpdesk_manager).action_revoke()
            self.get(urls[1])
        tokens = [url.rpartition("=")[2] for url in urls]
        self.assertEqual(len(set(tokens)), 2)
        # the server writes down each path that is asked for, and each query where it shall
        for logger in (
            "odoo.addons.customer_portal",
            "odoo.addons.helpdesk",
            "odoo.addons.mail",
        ):
            written = [
                line for line in logs.output if line.split(":")[1].startswith(logger)
            ]
            for secret in (*tokens, self.public.portal_form_token):
                self.assertFalse([line for line in written if secret in line])

    def _use_link(self, issue, url):
        """Read, answer with a file, fetch it, and try what a link does not open."""
        token = url.rpartition("=")[2]
        path = f"/my/ticket/{issue.id}"
        self.assertEqual(self.get(url).status_code, 200)
        answer = self.post(
            f"{path}/messages?access_token={token}",
            {"answer": "It is dark again", "csrf_token": self.get_csrf_token(url)},
            [("file", ("lamp.txt", b"dark"))],
        )
        self.assertEqual(answer.status_code, 303, answer.text)
        [file] = issue.message_ids.attachment_ids
        answer = self.get(f"{path}/attachments/{file.id}?access_token={token}")
        self.assertEqual((answer.status_code, answer.content), (200, b"dark"))
        self.get(f"{path}/attachments/999999999?access_token={token}")
        self.get(f"{path}?access_token={token[:-1]}0")


@tagged("-at_install", "post_install")
class TestIncomingSubject(IssueCase):
    def test_a_subject_of_any_length_makes_an_issue(self):
        """REQ I-7: no mail is lost for its subject"""
        subject = "x" * 5_000
        mail = f"From: ada@example.org\nTo: a@b.example\nMessage-Id: <1@x>\nSubject: {subject}\n\nText"
        id_ = self.env["mail.thread"].message_process("helpdesk.ticket", mail)
        issue = self.env["helpdesk.ticket"].browse(id_)
        issue.flush_recordset()
        self.assertTrue(issue.name.startswith("xxx"))
