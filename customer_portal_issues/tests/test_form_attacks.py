"""What visitors send a web form who want to break it, or to have it write to others."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tools import networks
from odoo.addons.customer_portal_docs.tools.emails import get_mailbox

from ..tools.untrusted import defuse
from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestForm(IssueHttpCase):
    def setUp(self):
        super().setUp()
        self.address = "192.0.2.1"
        origin = networks.get_network
        self.patch(networks, "get_network", lambda _address: origin(self.address))

    def test_addresses_that_take_a_parser_apart(self):
        """REQ I-1"""
        for email in (
            "(" * 2000 + "@a.b",
            "(" * 200 + "@a.bc",
            "a@" + "b." * 400 + "cc",
            '"' * 200 + "@a.bc",
            "ada@example.org, bo@example.org",
        ):
            self.assertEqual(self.report(email=email).status_code, 400, email[:20])
        self.assertEqual(self.report(email="ada@bücher.example").status_code, 303)

    def test_texts_are_measured_before_anything_else(self):
        """REQ I-1"""
        with patch(
            "odoo.addons.customer_portal_issues.models.customer_portal_issue_field.clean_line",
            side_effect=lambda text: self.assertLess(len(text or ""), 30_000) or text,
        ):
            for name in ("partner_name", "email", "name", "description"):
                response = self.report(**{name: "a@b.example " * 20_000})
                self.assertEqual(response.status_code, 400, name)
                self.assertIn("too long", response.text)

    def test_who_only_tries_is_stopped_as_well(self):
        """REQ I-1"""
        self.public.portal_form_limit_address = 1
        Throttle, counted = self.env["customer.portal.throttle"], []
        origin = type(Throttle)._count

        def _count(throttle, *uses):
            counted.extend(uses)
            return origin(throttle, *uses)

        with patch.object(type(Throttle), "_count", _count):
            self.assertEqual(self.report(email="nobody").status_code, 400)
        tries = self.public._get_portal_form_tries(self.address)
        self.assertEqual(counted, [tries])
        # a test's cursor takes back what a refused request has counted
        for _time in range(10):
            self.assertEqual(Throttle._count(tries), 0)
        response = self.report()
        self.assertEqual(response.status_code, 429)
        self.assertTrue(0 < int(response.headers["Retry-After"]) <= 3600)
        self.address = "192.0.2.2"
        self.assertEqual(self.report().status_code, 303)

    def test_a_household_is_one_network(self):
        """REQ I-1"""
        self.public.portal_form_limit_address = 1
        self.address = "2001:db8::1"
        self.assertEqual(self.report().status_code, 303)
        self.address = "2001:db8::2"
        self.assertEqual(self.report(email="bo@example.org").status_code, 429)
        self.address = "2001:db8:1::1"
        self.assertEqual(self.report(email="bo@example.org").status_code, 303)

    def test_spellings_of_a_mailbox_are_one(self):
        """REQ I-1"""
        self.public.portal_form_limit_email = 1
        self.assertEqual(self.report(email="ada@example.org").status_code, 303)
        for email in ("ada+1@example.org", "ADA@example.org", "Ada+x+y@EXAMPLE.org"):
            self.assertEqual(self.report(email=email).status_code, 429, email)
        other = self._create_binder("Other", portal_form="public")
        other.portal_form_limit_email = 1
        self.assertEqual(self.report(binder=other).status_code, 429)

    def test_keys_of_mailboxes(self):
        for spelling in ("ada@x.org", "ada+1@x.org", '"ada"@x.org', "Ada@X.org."):
            self.assertEqual(get_mailbox(spelling), "ada@x.org", spelling)
        self.assertEqual(get_mailbox("+1@x.org"), "+1@x.org")

    def test_others_do_not_lock_somebody_out(self):
        """REQ I-1: they may report on, but no more mails go to them"""
        self.public.portal_form_limit_email = 1
        self.assertEqual(self.report(name="Spam").status_code, 303)
        self.assertEqual(len(self.send_mails()), 1)
        self.address = "198.51.100.1"
        self.assertEqual(self.report(name="Genuine").status_code, 303)
        issue = self.find_reported("Genuine")
        self.assertTrue(issue.portal_link_ids.active)
        self.assertFalse(self.send_mails())

    def test_a_mail_carries_little_of_what_a_visitor_typed(self):
        """REQ I-2: nobody can have us send their advertisement"""
        title = "Win at http://evil.example/win and www.evil.example " + "now " * 40
        self.report(name=title, partner_name="See evil.example/x " + "y" * 200)
        mail = self.send_mails()
        self.assertLess(len(mail.subject), 110)
        for words in ("http://evil", "evil.example", "www.evil"):
            self.assertNotIn(words, mail.subject)
            self.assertNotIn(words, mail.body_html)
            self.assertNotIn(words, mail.email_to)
        self.assertNotIn("y" * 60, mail.body_html + mail.email_to)
        self.assertIn("Win at", mail.body_html)
        issue = self.env["helpdesk.ticket"].search([("team_id", "=", self.public.id)])
        self.assertEqual(issue.name, title.strip(), "staff read all of it")
        issue.stage_id = self.stage_in_progress
        mail = self.send_mails()
        self.assertNotIn("evil.example", mail.subject + mail.body_html)

    def test_defused_text_reads_the_same(self):
        for text in ("The door, 2.5 m wide: broken", "Ada Berg", "", "A / B"):
            self.assertEqual(defuse(text, 60), text)
        self.assertEqual(defuse(None, 60), "")
        self.assertEqual(defuse("a@b.example", 60).replace("\u200b", ""), "a@b.example")
        self.assertEqual(len(defuse("x" * 100, 60)), 60)
