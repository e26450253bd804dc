from odoo.tests import Form, tagged

from ..models.mail_mail import MOST_AT_ONCE
from .request_case import RequestCase


@tagged("-at_install", "post_install")
class TestRequestWizard(RequestCase):
    """One or many contacts are asked, from wherever staff are."""

    def test_it_is_asked_for_from_wherever_staff_are(self):
        """REQ D-18: a company, a task, documents"""
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        partner = self.owner.partner_id
        project = self._create_project("Roof", self.owner)
        task = self.env["project.task"].create(
            {"name": "Gutter", "project_id": project.id, "partner_id": partner.id}
        )
        documents = self._create_document(self.owner) + self._create_document(
            self.stranger
        )
        for records, partners, record in (
            (self.brightwater, self.brightwater, None),
            (task, partner, task),
            (documents, documents.partner_id, None),
        ):
            context = {"active_model": records._name, "active_ids": records.ids}
            wizard = Wizard.with_context(**context).create({"name": "Papers"})
            self.assertEqual(wizard.partner_ids, partners, records)
            self.assertEqual(wizard.record or None, record, records)

    def test_the_company_of_the_contact_says_who_sees_it(self):
        """REQ D-18: and not the one that is active"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_visibility": "contact"}
        )
        self.document_user.company_ids |= elsewhere
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        other = self.owner.partner_id
        partner = self.env["res.partner"].create(
            {"name": "Gus Berg", "company_id": elsewhere.id}
        )
        for partners, expected in (
            (partner, "contact"),
            (other, "company"),
            (partner | other, "contact"),
            (partner.browse(), "company"),
        ):
            context = {"active_model": "res.partner", "active_ids": partners.ids}
            with Form(Wizard.with_context(**context)) as form:
                self.assertEqual(form.visibility, expected)
                form.name = "Papers"

    def test_it_belongs_to_the_company_of_contact_record_or_folder(self):
        """REQ D-18: and not to the one that is active"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_visibility": "contact"}
        )
        self.document_user.company_ids |= elsewhere
        project = self._create_project("Roof", self.owner)
        project.write(
            {"company_id": elsewhere.id, "partner_id": self.owner.partner_id.id}
        )
        Folder = self.env["customer.portal.folder"]
        folder = Folder.create({"name": "Roofs", "company_id": elsewhere.id})
        home = self.env["res.partner"].create(
            {"name": "Gus Berg", "company_id": self.company.id}
        )
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        Wizard = Wizard.with_context(
            allowed_company_ids=(self.company | elsewhere).ids,
            active_model=project._name,
            active_ids=project.ids,
        )
        self.assertEqual(Wizard.create({}).visibility, "contact")
        for vals, company in (
            ({}, elsewhere),
            ({"record": False}, self.company),
            ({"record": False, "folder_id": folder.id}, elsewhere),
            ({"partner_ids": home.ids}, self.company),
        ):
            wizard = Wizard.create({"name": "Papers", "documents": "Plan", **vals})
            action = wizard.action_create_requests()
            request = self.env["customer.portal.request"].browse(action["res_id"])
            self.assertEqual(request.company_id, company, vals)

    def test_many_contacts_get_a_request_each(self):
        """REQ D-18: from contacts and from a project"""
        project = self._create_project("Roof", self.owner)
        project.partner_id = self.owner.partner_id
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        partners = self.owner.partner_id | self.private.partner_id
        wizard = Wizard.with_context(
            active_model="res.partner", active_ids=partners.ids
        ).create({"name": "Papers", "documents": "Passport\n\n Lease \n"})
        self.assertEqual(wizard.partner_ids, partners)
        action = wizard.action_send_requests()
        requests = self.env["customer.portal.request"].search(action["domain"])
        self.assertEqual(requests.partner_id, partners)
        self.assertEqual(
            [request.line_ids.mapped("name") for request in requests],
            [["Passport", "Lease"]] * 2,
        )
        self.assertEqual(set(requests.mapped("state")), {"open"})
        wizard = Wizard.with_context(
            active_model="project.project", active_ids=project.ids
        ).create({"name": "Papers", "documents": "Plan"})
        action = wizard.action_create_requests()
        request = self.env["customer.portal.request"].browse(action["res_id"])
        self.assertEqual((request.record, request.state), (project, "draft"))

    def test_staff_who_ask_many_wait_for_a_few_mails(self):
        """REQ D-18: the others are for Odoo's queue, which is woken once"""
        partners = self.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "email": f"c{number}@example.com"}
                for number in range(MOST_AT_ONCE + 3)
            ]
        )
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"].search([])
        wizard = (
            self.env["customer.portal.request.wizard"]
            .with_user(self.document_user)
            .with_context(active_model="res.partner", active_ids=partners.ids)
            .create({"name": "Papers", "documents": "Passport"})
        )
        at_once = []
        self.patch(
            self.registry["mail.mail"],
            "send_after_commit",
            lambda mails: at_once.extend(mails.ids),
        )
        wizard.action_send_requests()
        mails = self._get_mails()
        self.assertEqual(mails.recipient_ids, partners)
        self.assertEqual(at_once, mails[:MOST_AT_ONCE].ids)
        self.assertEqual(
            mails.filtered(lambda mail: not mail.scheduled_date),
            mails[MOST_AT_ONCE:],
        )
        added = self.env["ir.cron.trigger"].search([]) - triggers
        self.assertEqual(added.cron_id.ids * len(added), queue.ids)
