"""A form that is sent twice is done once."""

import re

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestOnce(IssueHttpCase):
    def get_hidden(self, url):
        """Return what a form sends along that nobody typed."""
        # helpdesk_mgmt's own form stands on a page of ours
        page = self.get(url, allow_redirects=True).text
        return {
            name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page, re.DOTALL)[1]
            for name in ("csrf_token", "form_once")
        }

    def test_an_issue_in_a_binder(self):
        """REQ I-3"""
        self.login(self.trusted)
        url = f"/my/binders/{self.secure.id}/new"
        form = {**self.get_hidden(url), "name": "Twice", "description": "Dark"}
        found = [("name", "=", "Twice")]
        first = self.post(url, form)
        second = self.post(url, form)
        self.assertEqual((first.status_code, second.status_code), (303, 303))
        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self.assertEqual(self.env["helpdesk.ticket"].search_count(found), 1)
        as_json = self.post(url, form, as_json=True)
        self.assertEqual(self.env["helpdesk.ticket"].search_count(found), 1)
        # who goes back and changes something sends another one
        self.post(url, {**form, "description": "Darker"})
        self.assertEqual(self.env["helpdesk.ticket"].search_count(found), 2)
        # a program without a key says what it means
        del form["form_once"]
        for _time in range(2):
            self.assertEqual(self.post(url, form).status_code, 303)
        self.assertEqual(self.env["helpdesk.ticket"].search_count(found), 4)
        self.assertTrue(as_json.headers.get("Location") or as_json.json())

    def test_a_form_that_was_refused_can_be_mended_and_sent(self):
        """REQ I-3"""
        self.login(self.trusted)
        url = f"/my/binders/{self.secure.id}/new"
        form = {**self.get_hidden(url), "name": "", "description": "Dark"}
        for _time in range(2):
            self.assertEqual(self.post(url, form).status_code, 400)
        form["name"] = "Mended"
        self.assertEqual(self.post(url, form).status_code, 303)
        self.assertFalse(
            self.env["customer.portal.once"].search(
                [("is_answer", "=", False), ("key_digest", "not in", self._answered())]
            )
        )

    def _answered(self):
        Once = self.env["customer.portal.once"]
        return Once.search([("is_answer", "=", True)]).mapped("key_digest")

    def test_an_answer(self):
        """REQ I-3: logged in, and by a link"""
        issue = self._create_issue(self.secure, self.trusted)
        link = issue._create_portal_links(is_told=False)
        for user, query in (
            (self.trusted, ""),
            (None, f"?access_token={link._get_token()}"),
        ):
            self.login(user)
            form = {**self.get_hidden(issue.access_url + query), "answer": "Yes"}
            before = len(issue.message_ids)
            for _time in range(2):
                answer = self.post(f"{issue.access_url}/messages{query}", form)
                self.assertEqual(answer.status_code, 303)
            issue.invalidate_recordset()
            self.assertEqual(len(issue.message_ids), before + 1)

    def test_a_ticket_of_helpdesk_mgmt(self):
        """REQ I-9"""
        self.login(self.owner)
        form = {
            **self.get_hidden("/my/binders/new"),
            "subject": "Twice",
            "description": "x",
        }
        for _time in range(2):
            self.assertIn(self.post("/submitted/ticket", form).status_code, (302, 303))
        self.assertEqual(
            self.env["helpdesk.ticket"].search_count([("name", "=", "Twice")]), 1
        )

    def test_an_upload(self):
        """REQ D-1: the same files are two only where they were sent as two forms"""
        self.login(self.owner)
        url = "/my/documents/upload"
        form = {**self.get_hidden(url), "name": "Twice"}
        Document = self.env["customer.portal.document"]
        for files, count in (
            ([("file", ("a.pdf", PDF))], 1),
            ([("file", ("a.pdf", PDF))], 1),
            ([("file", ("b.pdf", PDF))], 2),
        ):
            answer = self.post(url, form, files)
            self.assertEqual(answer.status_code, 303)
            self.assertEqual(Document.search_count([("name", "=", "Twice")]), count)
        form = {**self.get_hidden(url), "name": "Twice"}
        self.post(url, form, [("file", ("a.pdf", PDF))])
        self.assertEqual(Document.search_count([("name", "=", "Twice")]), 3)

    def test_nobody_gets_the_answer_of_another(self):
        self.login(self.trusted)
        url = f"/my/binders/{self.secure.id}/new"
        form = {**self.get_hidden(url), "name": "Twice", "description": "Dark"}
        self.post(url, form)
        self.login(self.owner)
        self.assertEqual(self.post(url, form).status_code, 404)
        self.login(None)
        self.assertIn("/web/login", self.post(url, form).headers["Location"])
