from odoo.fields import Command
from odoo.tests import Form, tagged

from .request_case import RequestCase


@tagged("-at_install", "post_install")
class TestRequestTemplate(RequestCase):
    """Checklists."""

    def test_a_checklist_fills_the_lines(self):
        """REQ D-18"""
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "note": "For the accounts",
                "line_ids": [
                    Command.create({"name": "Ledger", "description": "All of it"}),
                    Command.create({"name": "Photo", "required": False}),
                ],
            }
        )
        request = self._ask(line_ids=[], template_id=template.id)
        self.assertEqual(request.line_ids.mapped("name"), ["Ledger", "Photo"])
        self.assertEqual(request.line_ids.mapped("required"), [True, False])
        self.assertEqual(request.note, "For the accounts")
        request = self._ask(template_id=template.id, note="My own")
        self.assertEqual(request.line_ids[0].name, "Passport")
        self.assertEqual(request.note, "My own")
        with Form(self.env["customer.portal.request"]) as form:
            form.partner_id = self.owner.partner_id
            form.template_id = template
        self.assertEqual(form.record.line_ids.mapped("name"), ["Ledger", "Photo"])
        self.assertEqual(form.record.name, "Year end")
        self.assertEqual(form.record.note, "For the accounts")

    def _create_translated_template(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.private.partner_id.lang = "fr_FR"
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "note": "For the accounts",
                "line_ids": [
                    Command.create({"name": "Ledger", "description": "All of it"})
                ],
            }
        )
        french = template.with_context(lang="fr_FR")
        french.write({"name": "Clôture", "note": "Pour les comptes"})
        french.line_ids.write({"name": "Grand livre", "description": "En entier"})
        return template

    def _get_texts(self, request):
        line = request.line_ids[0]
        return request.name, request.note, line.name, line.description

    def test_a_checklist_speaks_the_language_of_each_contact(self):
        """REQ D-18: but for what staff have edited"""
        template = self._create_translated_template()
        english = ("Year end", "For the accounts", "Ledger", "All of it")
        french = ("Clôture", "Pour les comptes", "Grand livre", "En entier")
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        partners = self.owner.partner_id | self.private.partner_id
        values = {"partner_ids": partners.ids, "template_id": template.id}
        requests = Wizard.create(values)._create_requests()
        self.assertEqual([*map(self._get_texts, requests)], [english, french])
        requests = Wizard.create({**values, "note": "My own"})._create_requests()
        self.assertEqual(requests.mapped("note"), ["My own"] * 2)
        request = self._ask(self.private, line_ids=[], template_id=template.id)
        self.assertEqual(self._get_texts(request)[1:], french[1:])

    def test_the_form_puts_a_checklist_into_the_language_of_the_contact(self):
        """REQ D-18: chosen before the checklist or after it"""
        template = self._create_translated_template()
        with Form(self.env["customer.portal.request"]) as form:
            form.template_id = template
            with form.line_ids.edit(0) as line:
                line.description = "My own"
            form.partner_id = self.private.partner_id
            self.assertEqual(form.name, "Clôture")
        self.assertEqual(
            self._get_texts(form.record),
            ("Clôture", "Pour les comptes", "Grand livre", "My own"),
        )

    def test_a_checklist_names_no_folder_of_another_company(self):
        """REQ D-18: what comes in is then in none"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        folders = self.env["customer.portal.folder"].create(
            [
                {"name": "Roofs", "company_id": company.id}
                for company in (elsewhere, self.company, elsewhere.browse())
            ]
        )
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "line_ids": [
                    Command.create({"name": folder.name, "folder_id": folder.id})
                    for folder in folders
                ],
            }
        )
        expected = folders[1:]
        request = self._ask(line_ids=[], template_id=template.id)
        self.assertEqual(len(request.line_ids), 3)
        self.assertEqual(request.sudo().line_ids.folder_id, expected)
        # who has one company does not find it in the form
        Request = self.env["customer.portal.request"].with_user(self.document_user)
        with Form(Request) as form:
            form.partner_id = self.owner.partner_id
            form.template_id = template
        self.assertEqual(form.record.line_ids.folder_id, expected)
        wizard = self.env["customer.portal.request.wizard"].create(
            {"partner_ids": self.owner.partner_id.ids, "template_id": template.id}
        )
        action = wizard.action_create_requests()
        request = self.env["customer.portal.request"].browse(action["res_id"])
        self.assertEqual(request.line_ids.folder_id, expected)
