from odoo.fields import Command
from odoo.tests import tagged

from .request_case import RequestCase


@tagged("-at_install", "post_install")
class TestRequestMail(RequestCase):
    def _get_note(self, request):
        """Send a request that nobody can be told of; return what its discussion says."""
        request.action_send()
        self.assertEqual(request.state, "open")
        self.assertFalse(self._get_mails(request.partner_id))
        return request.message_ids[0].body

    def test_the_discussion_says_why_the_contact_was_not_told(self):
        """REQ D-18"""
        unreachable, archived, owners = (
            self._ask(self.private),
            self._ask(self.stranger),
            self._ask(),
        )
        self.private.partner_id.email = False
        self.assertIn("no e-mail address", self._get_note(unreachable))
        self.stranger.active = False
        self.stranger.partner_id.active = False
        self.assertIn("they are archived", self._get_note(archived))
        self.env.ref("customer_portal_docs.mail_template_request_request").unlink()
        self.assertIn("e-mail template is missing", self._get_note(owners))

    def test_requests_that_are_sent_together_have_a_mail_each(self):
        """REQ D-18: to their own contact, in their language, with their own lines"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.private.partner_id.lang = "de_DE"
        template = self.env.ref("customer_portal_docs.mail_template_request_request")
        template.with_context(lang="de_DE").subject = "Bitte: {{ object.name }}"
        requests = (
            self._ask(lines=("Passport",))
            | self._ask(self.private, lines=("Lease",))
            | self._ask(self.stranger, lines=("Contract",))
        )
        requests.action_send()
        for request in requests:
            mail = self._get_mails(request.partner_id)
            names = {"Passport", "Lease", "Contract"}
            self.assertEqual(
                {name for name in names if name in mail.body_html},
                set(request.line_ids.mapped("name")),
            )
            self.assertIn(request.access_url, mail.body_html)
            self.assertEqual(
                mail.subject.startswith("Bitte:"),
                request.partner_id == self.private.partner_id,
            )
        partners = requests.partner_id.sudo()
        self.assertTrue(all(partners.mapped("portal_asked_date")))

    def test_rejections_of_several_requests_are_told_apart(self):
        """REQ D-18"""
        requests = self._open() | self._open(self.private)
        for line in requests.line_ids:
            self._put_in(line)
        self.env["mail.mail"].search([]).unlink()
        first, second = (request.line_ids[0] for request in requests)
        (first | second).action_reject("Unreadable")
        for request in requests:
            mail = self._get_mails(request.partner_id)
            self.assertEqual(len(mail), 1)
            self.assertIn(request.access_url, mail.body_html)
            self.assertEqual(request.line_ids[0].sudo().rejection_mail_id, mail)
            self.assertFalse(request.line_ids[1].sudo().rejection_mail_id)
        first.action_accept()
        self.assertFalse(self._get_mails(self.owner.partner_id))
        self.assertEqual(len(self._get_mails(self.private.partner_id)), 1)

    def test_rejections_of_the_same_minute_go_out_together(self):
        """REQ D-18"""
        request = self._open(lines=("A", "B", "C"))
        self.env["mail.mail"].search([]).unlink()
        for line in request.line_ids:
            self._put_in(line)
        request.line_ids[0].action_reject("First reason")
        request.line_ids[1].action_reject("Second reason")
        mail = self._get_mails(self.owner.partner_id)
        self.assertEqual(len(mail), 1)
        self.assertIn("First reason", mail.body_html)
        self.assertIn("Second reason", mail.body_html)
        self.assertTrue(mail.scheduled_date)
        # what was sent again meanwhile is not told any more
        self._put_in(request.line_ids[0])
        mail = self._get_mails(self.owner.partner_id)
        self.assertNotIn("First reason", mail.body_html)
        self.assertIn("Second reason", mail.body_html)
        # nor do the messages list a mail that never left
        request.invalidate_recordset(["message_ids"])
        notes = request.message_ids.filtered(lambda one: one.subject == mail.subject)
        self.assertEqual(notes, mail.mail_message_id)
        mail.state = "sent"
        request.line_ids[2].action_reject("Third reason")
        mail = self._get_mails(self.owner.partner_id)[-1]
        self.assertNotIn("Second reason", mail.body_html)
        self.assertIn("Third reason", mail.body_html)
        self.assertEqual(notes.exists(), notes, "it was sent")

    def test_a_mail_about_a_message_has_the_link_of_its_reader(self):
        """REQ D-18: who has no login answers by the link; nobody else gets it"""
        guest = self.env["res.partner"].create(
            {
                "name": "Gus Berg",
                "email": "gus@example.com",
                "parent_id": self.brightwater.id,
            }
        )
        request = self._open(partner_id=guest.id)
        request.sudo().message_subscribe(partner_ids=self.colleague.partner_id.ids)
        token = request._get_link_sudo()._get_token()
        self.env["mail.mail"].search([]).unlink()
        request.message_post(body="March?", subtype_xmlid="mail.mt_comment")
        bodies = {
            partner: mail.body_html
            for mail in self.env["mail.mail"].search([])
            for partner in mail.recipient_ids
        }
        self.assertIn(token, bodies[guest])
        self.assertNotIn("access_token", bodies[self.colleague.partner_id])
        self.assertIn(request.access_url, bodies[self.colleague.partner_id])

    def test_many_requests_take_few_statements(self):
        """REQ D-18: a thousand are sent, and accepted, within the time of one answer"""
        self._count_statements(1)
        few, many = self._count_statements(2), self._count_statements(12)
        sending, accepting = (
            (of_many - of_few) / 10 for of_few, of_many in zip(few, many, strict=True)
        )
        self.assertLess(sending, 14)
        self.assertLess(accepting, 10)

    def _count_statements(self, number):
        """Return how many statements it takes to send new requests, and to accept all of them."""
        partners = self.env["res.partner"].create(
            [
                {"name": f"Customer {index}", "email": f"c{index}@example.com"}
                for index in range(number)
            ]
        )
        requests = (
            self.env["customer.portal.request"]
            .with_user(self.document_user)
            .create(
                [
                    {
                        "name": "Papers",
                        "partner_id": partner.id,
                        "line_ids": [Command.create({"name": "Passport"})],
                    }
                    for partner in partners
                ]
            )
        )
        sending = self._count(requests.action_send)
        requests.line_ids.sudo().state = "received"
        accepting = self._count(requests.action_accept_received)
        self.assertEqual(set(requests.mapped("state")), {"done"})
        return sending, accepting

    def _count(self, method):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
