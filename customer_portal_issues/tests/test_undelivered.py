"""Mails to reporters that do not arrive, and addresses that they type."""

from odoo.tests import tagged

from odoo.addons.base.tests.common import MockSmtplibCase
from odoo.addons.customer_portal_docs.tests.test_emails import bounce

from .common import IssueHttpCase, mute_logger


@tagged("-at_install", "post_install")
class TestUndelivered(MockSmtplibCase, IssueHttpCase):
    def _report(self, email):
        self.assertEqual(self.report(email=email, as_json=True).status_code, 201)
        issue = self.find_reported()
        return issue, self.send_mails()

    def test_an_address_that_nobody_can_send_to_is_refused(self):
        """REQ I-1"""
        for email in ("name@host.", "name@-host.com", "name@host"):
            answer = self.report(email=email, as_json=True)
            self.assertEqual(answer.status_code, 400, email)
            self.assertIn("not an e-mail address", answer.json()["fields"]["email"])
        page = self.report(email="name@host.")
        self.assertIn("name@host.", page.text, "what was typed is kept")

    def test_hosts_of_other_scripts_are_sent_to(self):
        """REQ I-2"""
        issue, mail = self._report("juergen@bücher.example")
        with self.mock_smtplib_connection():
            mail.send()
        [sent] = self.emails
        self.assertEqual(sent["smtp_to_list"], ["juergen@xn--bcher-kva.example"])
        self.assertFalse(issue.portal_link_ids.portal_undelivered)

    def test_a_refusal_and_a_bounce_show_on_the_ticket_and_the_link(self):
        """REQ I-2"""
        issue, mail = self._report("jürgen@bücher.example")
        with (
            self.mock_smtplib_connection(),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):

            def refuse(*args):
                raise OSError("The server takes no such addresses")

            type(self.testing_smtp_session).send_message = refuse
            mail.send()
        self.assertIn("could not be delivered", issue.message_ids[0].body)
        link = issue.portal_link_ids
        self.assertEqual(link.portal_undelivered, "jürgen@bücher.example")
        link.action_renew()
        mail = self.send_mails()
        with self.mock_smtplib_connection():
            mail.send()
        self.assertFalse(link.portal_undelivered, "the new one was taken")
        message = issue.message_ids.filtered(lambda m: "Your link" in (m.body or ""))
        bounce(self.env, message.message_id, "jürgen@xn--bcher-kva.example")
        self.assertEqual(link.portal_undelivered, "jürgen@bücher.example")
        self.assertIn("could not be delivered", issue.message_ids[0].body)
        page = self.get(self.get_link_url(mail) if mail.exists() else link._get_url())
        self.assertNotIn("could not be delivered", page.text)
