import re

from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .. import uninstall_hook
from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestRequestOnIssue(IssueHttpCase):
    """REQ D-18: documents are asked for from an issue, and filed on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document_user.group_ids = [
            Command.link(cls.env.ref("helpdesk_mgmt.group_helpdesk_manager").id)
        ]
        cls.issue = cls._create_issue(cls.public, cls.owner)

    def _get_offered(self, user):
        """Return the actions that a user finds on issues."""
        bindings = self.env["ir.actions.actions"].with_user(user)
        return {
            action["id"]: action
            for actions in bindings.get_bindings("helpdesk.ticket").values()
            for action in actions
        }

    def test_the_dialog_is_opened_from_an_issue(self):
        action = self.env.ref(
            "customer_portal_issues.customer_portal_request_wizard_action_ticket"
        )
        offered = self._get_offered(self.document_user)[action.id]
        self.assertEqual(offered["binding_view_types"], "list,kanban,form")
        # who may not ask is not offered it
        self.assertNotIn(action.id, self._get_offered(self.agent))
        Wizard = self.env[action.res_model].with_user(self.document_user)
        context = {"active_model": "helpdesk.ticket", "active_ids": self.issue.ids}
        with Form(Wizard.with_context(**context)) as form:
            self.assertEqual(form.partner_ids[:], self.owner.partner_id)
            form.name = "Papers of the lamp"
            form.documents = "Photo"
        action = form.record.action_send_requests()
        request = self.env["customer.portal.request"].browse(action["res_id"])
        self.assertEqual(
            (request.record, request.partner_id, request.state),
            (self.issue, self.owner.partner_id, "open"),
        )
        # from several, each contact is asked, about none of them
        issues = self.issue | self._create_issue(self.public, self.stranger)
        context["active_ids"] = issues.ids
        wizard = Wizard.with_context(**context).create({"name": "Papers"})
        self.assertEqual(wizard.partner_ids, issues.partner_id)
        self.assertFalse(wizard.record)

    def test_a_line_goes_to_an_issue(self):
        other = self._create_issue(self.public, self.owner, name="Switch is loose")
        reference = "helpdesk.ticket,%s"
        request = self.env["customer.portal.request"].create(
            {
                "name": "Papers of the lamp",
                "partner_id": self.owner.partner_id.id,
                "record": reference % self.issue.id,
                "line_ids": [
                    Command.create({"name": "Photo"}),
                    Command.create({"name": "Plan", "record": reference % other.id}),
                ],
            }
        )
        request.action_send()
        self.env.flush_all()
        self.login(self.owner)
        url = f"/my/requests/{request.id}"
        for line, issue in zip(request.line_ids, (self.issue, other), strict=True):
            answer = self.post(
                url,
                {
                    "csrf_token": self.get_csrf_token(url),
                    "request_line_id": str(line.id),
                },
                [("file", ("lamp.pdf", PDF))],
                as_json=True,
            )
            self.assertEqual(answer.status_code, 201, answer.text)
            document = line.document_ids
            self.assertEqual(
                (document.res_model, document.res_id), (issue._name, issue.id)
            )
            page = self.get(f"/my/ticket/{issue.id}").text
            self.assertTrue(re.search(rf"/my/documents/{document.id}\b", page))

    def test_without_issues_requests_are_about_none(self):
        """REQ D-18: they could not be opened any more"""
        about = {"record": f"helpdesk.ticket,{self.issue.id}"}
        task = self.env["project.task"].create({"name": "Gutter"})
        requests = self.env["customer.portal.request"].create(
            [
                {
                    "name": "Papers",
                    "partner_id": self.owner.partner_id.id,
                    "line_ids": [Command.create({"name": "Photo", **vals})],
                    "active": False,
                    **vals,
                }
                for vals in (about, {"record": f"project.task,{task.id}"})
            ]
        )
        uninstall_hook(self.env)
        for records in (requests, requests.line_ids):
            self.assertEqual([one.record for one in records], [None, task])
