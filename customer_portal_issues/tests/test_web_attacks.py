"""What people try who want to know or to do more than they may: with a browser or curl."""

import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .common import IssueHttpCase, mute_logger
from .test_issue_attacks import PUBLIC, AttackMixin


@tagged("-at_install", "post_install")
class TestSharedKey(AttackMixin, IssueHttpCase):
    """The key of the link that staff may share: not for customers, and for reading alone."""

    def test_customers_get_no_key(self):
        """REQ I-2"""
        view = f"/mail/view?model=helpdesk.ticket&res_id={self.issue.id}"
        page = f"/my/ticket/{self.issue.id}"
        self.login(self.owner)
        self.assertIn(page, self.get(view).headers["Location"])
        self.issue.invalidate_recordset()
        self.assertFalse(self.issue.access_token, "a GET writes nothing")
        key = self.issue._portal_ensure_token()
        self.assertIn(page, self.get(view).headers["Location"])
        self.assertNotIn(key, self.get(view).headers["Location"])
        self.assertRefused(
            self.owner, "helpdesk.ticket", "get_portal_url", self.issue.ids
        )
        for url in (
            self.issue.with_user(self.owner).get_portal_url(),
            self.issue.with_user(self.owner)._get_share_url(),
        ):
            self.assertIn(page, url)
            self.assertNotIn(key, url)
        with self.assertRaises(AccessError):
            self.issue.with_user(self.stranger).get_portal_url()

    def test_an_answer_makes_no_key(self):
        """REQ I-2"""
        self.owner.partner_id.signup_type = False
        message = self.post_as_staff("Hello", partner_ids=self.owner.partner_id.ids)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertTrue(mail)
        self.assertFalse(self.issue.access_token)

    def test_the_key_reads_and_does_no_more(self):
        """REQ I-2"""
        key = self.issue.with_user(self.agent)._portal_ensure_token()
        self.login(None)
        path = f"/my/ticket/{self.issue.id}?access_token={key}"
        self.assertEqual(self.get(path).status_code, 200)
        response = self.get(
            f"/mail/view?model=helpdesk.ticket&res_id={self.issue.id}&access_token={key}"
        )
        self.assertIn(path, response.headers["Location"])
        pid = self.owner.partner_id.id
        count = len(self.issue.message_ids)
        for proof in (
            {"token": key},
            {"pid": pid, "hash": self.issue._sign_token(pid)},
        ):
            thread = {
                "thread_model": "helpdesk.ticket",
                "thread_id": self.issue.id,
                **proof,
            }
            sent = {"body": "Paid", "subtype_xmlid": "mail.mt_comment"}
            answer = self._call("/mail/message/post", {**thread, "post_data": sent})
            self.assertIn("error", answer)
            self.assertNotIn(
                "helpdesk.ticket", str(self._call("/portal/chatter_init", thread))
            )
            response = self.post(
                "/mail/attachment/upload",
                {**thread, "is_pending": "true", "csrf_token": self._get_csrf()},
                [("ufile", ("evil.exe", PDF))],
            )
            self.assertEqual(response.status_code, 404, response.text)
        self.env.invalidate_all()
        self.assertEqual(len(self.issue.message_ids), count)

    def _get_csrf(self):
        return self.get_csrf_token("/web/login")

    def _call(self, url, params):
        with mute_logger("odoo.http"):
            return self.opener.post(
                self.base_url() + url,
                data=json.dumps({"params": params}),
                headers={"Content-Type": "application/json"},
            ).json()

    def test_a_key_that_is_not_ascii_is_no_key(self):
        """REQ I-2"""
        document = self._create_document(self.owner)
        for record in (self.issue, document):
            record._portal_ensure_token()
            url = f"/mail/view?model={record._name}&res_id={record.id}"
            for user in (None, self.stranger):
                self.login(user)
                for key in ("%C3%A9", "%00", "x"):
                    response = self.get(f"{url}&access_token={key}")
                    self.assertEqual(response.status_code, 303, (record, key))
                    self.assertNotIn(
                        record.access_url, response.headers["Location"].split("?")[0]
                    )


@tagged("-at_install", "post_install")
class TestSteering(AttackMixin, IssueHttpCase):
    def setUp(self):
        super().setUp()
        self.own = self._create_issue(self.secure, self.trusted)
        self.login(self.trusted)
        self.token = self.get_csrf_token(f"/my/ticket/{self.own.id}")

    def _set(self, stage, url=None, **data):
        return self.post(
            url or f"/my/ticket/{self.own.id}/status",
            {"stage_id": stage.id, "csrf_token": self.token, **data},
            as_json=True,
        )

    def test_closing_is_no_way_round_the_statuses_that_are_allowed(self):
        """REQ I-3"""
        self.stage_rejected.close_from_portal = True
        values = {"ticket_id": self.own.id}
        response = self._set(self.stage_rejected, "/ticket/close", **values)
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.own.stage_id, self.stage_new)
        self.secure.portal_user_ids = False
        response = self._set(self.stage_rejected, "/ticket/close", **values)
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.own.stage_id, self.stage_rejected)

    def test_statuses_are_not_set_without_end(self):
        """REQ I-3"""
        self._set_limit("issue_status", 2)
        for stage in (self.stage_in_progress, self.stage_done):
            self.assertEqual(self._set(stage).status_code, 200)
        response = self._set(self.stage_in_progress)
        self.assertEqual(response.status_code, 429)
        self.assertEqual(response.json()["error"], "throttled")
        self.assertEqual(self.own.stage_id, self.stage_done)


@tagged("-at_install", "post_install")
class TestAddresses(AttackMixin, IssueHttpCase):
    """Who else writes about an issue is told by name, never by address."""

    def ask(self, url, **params):
        """Return what a route of core's answers, as text."""
        call = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http"):
            return self.opener.post(self.base_url() + url, json=call, timeout=30).text

    def test_cores_routes_tell_no_address_and_make_no_contact(self):
        """REQ I-2"""
        hidden = "hidden.example"
        self.agent.partner_id.email = f"agent@{hidden}"
        message = self.issue.message_post(
            body="by mail",
            message_type="email",
            subtype_xmlid=PUBLIC,
            author_id=False,
            email_from=f"Eve <eve@{hidden}>",
            incoming_email_cc=f"boss@{hidden}",
        )
        self.post_as_staff("hello", partner_ids=self.agent.partner_id.ids)
        key = self.issue._create_portal_links()._get_token()
        contacts = self.env["res.partner"].with_context(active_test=False)
        count = contacts.search_count([])
        thread = {"thread_model": self.issue._name, "thread_id": self.issue.id}
        recipients = "/mail/thread/recipients"
        for user in (self.owner, self.colleague, self.trusted, self.stranger, None):
            self.login(user)
            answers = [self.ask("/mail/thread/messages", **thread)]
            if user in (self.owner, self.colleague):
                self.assertIn("by mail", answers[0])
            answers += [
                self.ask(recipients, **thread),
                self.ask(recipients, **thread, message_id=message.id),
                self.ask(f"{recipients}/get_suggested_recipients", **thread),
                self.ask("/mail/chatter_fetch", **thread, token=key),
                self.ask("/mail/chatter_fetch", **thread),
                self.ask("/portal/chatter_init", **thread, token=key),
            ]
            for name in ("followers", "suggestedRecipients", "attachments"):
                asked = {**thread, "request_list": [name]}
                asked["access_params"] = {"token": key}
                answers.append(
                    self.ask("/mail/data", fetch_params=[["mail.thread", asked]])
                )
            for answer in answers:
                with self.subTest(user=user and user.login, answer=answer[:300]):
                    self.assertNotIn(hidden, answer)
        self.assertEqual(contacts.search_count([]), count)
