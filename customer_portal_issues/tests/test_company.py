import base64

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .common import IssueHttpCase

MB = 1024**2


@tagged("-at_install", "post_install")
class TestCompany(IssueHttpCase):
    """Binders of a company that takes other files than the company of the people does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # ours: 1 MB, everything but programs
        cls.other_company = cls.env["res.company"].create(
            {
                "name": "Harbour Works",
                "portal_document_max_size": 3,
                "portal_document_types": "txt, pdf",
            }
        )
        cls.trusted.company_ids = [Command.link(cls.other_company.id)]
        cls.theirs = cls._create_binder(
            "Cranes",
            company_id=cls.other_company.id,
            portal_form="public",
            portal_user_ids=[Command.link(cls.trusted.id)],
        )
        cls.theirs.portal_form_limit_address = 0

    def assertLimits(self, page):
        """A page tells what the company of the binder accepts."""
        self.assertIn('accept=".pdf,.txt"', page)
        self.assertIn("Up to 3 MB", page)

    def assertFilesJudged(self, send):
        """What is sent is judged by the company of the binder.

        :param send: function of a list of files; returns the answer
        """
        self.assertEqual(send([("a.txt", b"x" * (2 * MB))]).status_code, 303)
        self.assertEqual(send([("a.txt", b"x" * (3 * MB + 1))]).status_code, 413)
        self.assertEqual(send([("a.png", b"x")]).status_code, 415)
        # no more than ten of the largest files fit into a form
        many = [(f"{number}.txt", b"x" * (3 * MB)) for number in range(11)]
        self.assertEqual(send(many).status_code, 413)
        self.company.portal_document_max_size = 5
        self.assertEqual(send([("a.txt", b"x" * (4 * MB))]).status_code, 413)

    def test_the_public_form(self):
        """REQ D-15, I-1"""
        self.assertLimits(self.get(self.get_form_path(self.theirs)).text)
        self.assertFilesJudged(lambda files: self.report(files, binder=self.theirs))
        issue = self.env["helpdesk.ticket"].search([("team_id", "=", self.theirs.id)])
        self.assertEqual(issue.attachment_ids.raw, b"x" * (2 * MB))
        self.assertEqual(issue.company_id, self.other_company)

    def test_the_form_of_an_archived_company_is_closed(self):
        """REQ I-1: none of the staff would see what is reported"""
        self.other_company.active = False
        self.env.flush_all()
        path = self.get_form_path(self.theirs)
        self.assertEqual(self.get(path).status_code, 404)
        # a binder of all companies of ours stays
        self.theirs.company_id = False
        self.env.flush_all()
        self.assertEqual(self.get(path).status_code, 200)

    def test_who_follows_the_binder_is_told_of_a_visitors_report(self):
        """REQ I-1, I-7: the public user works in none of its companies"""
        subtype = self.env.ref("helpdesk_mgmt.hlp_tck_team_created")
        self.agent.company_ids = [Command.link(self.other_company.id)]
        self.theirs.message_subscribe(self.agent.partner_id.ids, subtype.ids)
        self.theirs.portal_assignee_id = self.agent
        response = self.report([("a.txt", b"dark")], binder=self.theirs)
        self.assertEqual(response.status_code, 303)
        issue = self.env["helpdesk.ticket"].search([("team_id", "=", self.theirs.id)])
        self.assertIn(self.agent.partner_id, issue.message_ids.notified_partner_ids)
        self.assertEqual(issue.user_id, self.agent)
        self.assertEqual(issue.attachment_ids.company_id, self.other_company)

    def test_the_form_of_a_secure_binder(self):
        """REQ D-15, I-3"""
        self.login(self.trusted)
        url = f"/my/binders/{self.theirs.id}/new"
        self.assertLimits(self.get(url).text)

        def send(files):
            values = {
                "name": "Crane",
                "description": "Is slow",
                "csrf_token": self.get_csrf_token(url),
            }
            return self.post(url, values, [("attachments", file) for file in files])

        self.assertFilesJudged(send)
        issue = self.env["helpdesk.ticket"].search([("name", "=", "Crane")])
        self.assertEqual(issue.attachment_ids.raw, b"x" * (2 * MB))

    def test_answers(self):
        """REQ D-15, I-2, I-3: of who comes by a link, and of a trusted user"""
        issue = self._create_issue(self.theirs, partner_email="ada@example.org")
        link = issue._create_portal_links()
        path = f"/my/ticket/{issue.id}"
        for user, query in (
            (None, f"?access_token={link._get_token()}"),
            (self.trusted, ""),
        ):
            self.login(user)
            self.company.portal_document_max_size = 1
            self.assertLimits(self.get(path + query).text)

            def send(files, query=query):
                values = {
                    "answer": "See this",
                    "csrf_token": self.get_csrf_token(path + query),
                }
                return self.post(
                    f"{path}/messages{query}",
                    values,
                    [("file", file) for file in files],
                )

            self.assertFilesJudged(send)
            message = issue.message_ids.sorted("id")[-1]
            self.assertEqual(message.attachment_ids.raw, b"x" * (2 * MB))

    def test_a_document_on_an_issue(self):
        """REQ D-5, D-15, I-5: it is with the binder's company, by the form and in pieces."""
        issue = self._create_issue(self.theirs, partner_email="ada@example.org")
        place = {"res_model": "helpdesk.ticket", "res_id": issue.id}
        self.login(self.trusted)
        self.company.portal_document_max_size = 1
        url = f"/my/documents/upload?res_model=helpdesk.ticket&res_id={issue.id}"
        self.assertLimits(self.get(url).text)

        def send(files):
            values = {**place, "csrf_token": self.get_csrf_token(url)}
            files = [("file", file) for file in files]
            return self.post("/my/documents/upload", values, files)

        self.assertEqual(send([("a.txt", b"x" * (2 * MB))]).status_code, 303)
        self.assertEqual(send([("a.txt", b"x" * (3 * MB + 1))]).status_code, 413)
        self.assertEqual(send([("a.png", b"x")]).status_code, 415)
        self.assertEqual(issue.portal_document_ids.company_id, self.other_company)

        def announce(**values):
            metadata = ",".join(
                f"{key} {base64.b64encode(str(value).encode()).decode()}"
                for key, value in {"filename": "a.txt", **values}.items()
            )
            headers = {"Upload_Length": str(2 * MB), "Upload_Metadata": metadata}
            return self.send_tus("POST", **headers).status_code

        self.assertEqual(announce(**place), 201)
        self.assertEqual(announce(), 413)

    def test_a_document_in_a_folder(self):
        """REQ D-9: one of another company of ours"""
        folder = self.env["customer.portal.folder"].create(
            {
                "name": "Cranes",
                "company_id": self.other_company.id,
                "partner_ids": self.trusted.partner_id.ids,
            }
        )
        self.login(self.trusted)
        values = {
            "folder_id": folder.id,
            "csrf_token": self.get_csrf_token("/my/documents/upload"),
        }
        files = [("file", ("a.txt", b"x" * (2 * MB)))]
        answer = self.post("/my/documents/upload", values, files)
        self.assertEqual(answer.status_code, 303)
        document = self.env["customer.portal.document"].search(
            [("folder_id", "=", folder.id)]
        )
        self.assertEqual(document.company_id, self.other_company)

    def test_an_answer_whose_key_stands_in_the_form_keeps_no_empty_file(self):
        """REQ D-15, I-2: the files come before anybody can know what else stands there"""
        issue = self._create_issue(self.theirs, partner_email="ada@example.org")
        link = issue._create_portal_links()
        values = {"answer": "See this", "access_token": link._get_token()}
        path = f"/my/ticket/{issue.id}/messages"
        response = self.post(path, values, [("file", ("a.txt", b"text"))])
        self.assertEqual(response.status_code, 400)
        self.assertIn("send it again", response.text)
        self.assertFalse(issue.attachment_ids)
        self.assertEqual(self.post(path, values).status_code, 303)

    def test_a_ticket_of_helpdesk_mgmt(self):
        """REQ D-15, I-3"""
        companies = self.company | self.other_company
        companies.write({"helpdesk_mgmt_portal_select_team": True})
        self.owner.company_ids = [Command.link(self.other_company.id)]
        self.login(self.owner)

        def send(binder, size, name="a.txt"):
            values = {
                "subject": "Crane",
                "description": "Is slow",
                "team": binder.id,
                "csrf_token": self.get_csrf_token("/my/binders/new"),
            }
            files = [("attachment", (name, b"x" * size))]
            return self.post("/submitted/ticket", values, files).status_code

        # binders of other companies are not offered, so it is always the customer's own
        self.assertEqual(send(self.theirs, 9), 400)
        self.assertEqual(send(self.public, 2 * MB), 413)
        self.assertEqual(send(self.public, 9, "a.png"), 303)
        self.owner.company_id = self.other_company
        self.assertEqual(send(self.public, 9), 400)
        self.assertEqual(send(self.theirs, 2 * MB), 303)
        self.assertEqual(send(self.theirs, 9, "a.png"), 415)

    def test_files_of_strangers_are_not_kept(self):
        """REQ I-3: an issue that is not theirs tells them nothing, its limits included"""
        issue = self._create_issue(self.theirs, self.owner)
        self.login(self.stranger)
        values = {"answer": "x", "csrf_token": self.get_csrf_token("/my/binders/new")}
        for ticket_id in (issue.id, 2_000_000_000, 10**20):
            response = self.post(
                f"/my/ticket/{ticket_id}/messages", values, [("file", ("a.pdf", PDF))]
            )
            self.assertEqual(response.status_code, 404, ticket_id)

    def test_mails_that_wait_are_those_of_the_own_companies(self):
        """REQ I-7: whoever administers one company does not read what another one mails"""
        administrator = self._create_staff(
            "test_administrator",
            "base.group_system",
            "helpdesk_mgmt.group_helpdesk_manager",
        )
        issues = self._create_issue(self.public) | self._create_issue(self.theirs)
        waiting = self.env["customer.portal.issue.mail"].create(
            [{"kind": "status", "ticket_id": issue.id} for issue in issues]
        )
        mails = waiting.with_user(administrator)
        domain = [("id", "in", waiting.ids)]
        self.assertEqual(mails.search(domain), waiting[0])
        administrator.company_ids = [Command.link(self.other_company.id)]
        both = mails.with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        self.assertEqual(both.search(domain), waiting)

    def test_every_model_has_a_rule_for_companies(self):
        """REQ I-7"""
        models = (
            self.env["ir.model"]
            .search([("model", "=like", "customer.portal.issue.%")])
            .filtered(lambda model: not self.env[model.model]._abstract)
        )
        rules = models.rule_ids.filtered(
            lambda rule: not rule.groups and "company_ids" in (rule.domain_force or "")
        )
        self.assertFalse((models - rules.model_id).mapped("model"))
