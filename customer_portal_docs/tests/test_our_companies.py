from lxml import etree

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.http import root
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import DocumentCase, DocumentHttpCase
from .request_case import RequestMixin


class CompaniesMixin(RequestMixin):
    """A second company of ours, which one of the staff works for as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "ours@example.com"
        cls.elsewhere = cls.env["res.company"].create(
            {
                "name": "Elsewhere",
                "email": "elsewhere@example.com",
                "portal_document_visibility": "contact",
            }
        )
        cls.document_user.company_ids |= cls.elsewhere
        cls.theirs = cls.env["res.partner"].create(
            {
                "name": "Gus Berg",
                "email": "gus@example.com",
                "company_id": cls.elsewhere.id,
            }
        )
        cls.own_folder, cls.other_folder, cls.shared_folder = cls.env[
            "customer.portal.folder"
        ].create(
            [
                {"name": "Ours", "company_id": cls.company.id},
                {"name": "Theirs", "company_id": cls.elsewhere.id},
                {"name": "Shared", "company_id": False},
            ]
        )

    def _create_there(self, **vals):
        return self._create_document(self.owner, company_id=self.elsewhere.id, **vals)


@tagged("-at_install", "post_install")
class TestLogins(CompaniesMixin, DocumentCase):
    """A login opens what is of the companies that its user has access to."""

    def test_a_request_is_mailed_with_a_link_that_opens(self):
        """REQ D-18"""
        request = self._open(company_id=self.elsewhere.id)
        self.assertIn("?access_token=", request._get_customer_url())
        [mail] = self._get_mails(self.owner.partner_id)
        self.assertIn("?access_token=", mail.body_html)
        self.owner.company_ids |= self.elsewhere
        self.assertNotIn("access_token", request._get_customer_url())
        self.assertNotIn("access_token", self._open()._get_customer_url())

    def test_staff_are_told_who_cannot_open_a_document(self):
        """REQ D-13"""
        document = self._create_there()
        self.assertFalse(document._opens_for_contact())
        self.assertFalse(document._get_receipt_url())
        both = document | self._create_document(self.owner)
        self.assertEqual(both._filter_open_for_contact(), both - document)
        document._notify_contact()
        self.assertIn("has no access to Elsewhere", document.message_ids[0].body)
        wizard = self.env["customer.portal.document.upload.wizard"].create(
            {
                "partner_id": self.owner.partner_id.id,
                "folder_id": self.other_folder.id,
                "notify": True,
            }
        )
        self.assertIn("has no access to Elsewhere", wizard.notify_warning)
        self.owner.company_ids |= self.elsewhere
        wizard.invalidate_recordset()
        self.assertFalse(wizard.notify_warning)
        self.assertTrue(document._opens_for_contact())
        self.assertTrue(document._get_receipt_url())

    def test_of_a_company_somebody_has_to_have_access(self):
        """REQ D-13"""
        document = self._create_there(visibility="company")
        document.partner_id = self.brightwater
        self.assertFalse(document._opens_for_contact())
        self.colleague.company_ids |= self.elsewhere
        self.assertTrue(document._opens_for_contact())


@tagged("-at_install", "post_install")
class TestContacts(CompaniesMixin, DocumentCase):
    """What is kept for a contact belongs to the company of ours that the contact is of."""

    def test_a_request_in_the_form(self):
        """REQ D-18: the company that is active stands there before a contact is chosen"""
        Request = self.env["customer.portal.request"].with_user(self.document_user)
        with Form(Request) as form:
            self.assertEqual(form.company_id, self.company)
            form.partner_id = self.theirs
            self.assertEqual(form.company_id, self.elsewhere)
            self.assertEqual(form.visibility, "contact")
            form.partner_id = self.owner.partner_id
            self.assertEqual(form.company_id, self.elsewhere, "either will do")
            form.visibility = "company"
            form.partner_id = self.theirs
            self.assertEqual(form.visibility, "company", "chosen")
            form.name = "Papers"
        self.assertEqual(form.record.company_id, self.elsewhere)
        asking = Request.with_context(default_partner_id=self.theirs.id)
        self.assertEqual(Form(asking).company_id, self.elsewhere)

    def test_the_form_lets_go_of_folders_of_another_company(self):
        """REQ D-18: of the checklist, chosen before the contact; their column may be hidden"""
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "company_id": False,
                "line_ids": [
                    Command.create({"name": "Ledger", "folder_id": self.own_folder.id}),
                    Command.create(
                        {"name": "Plan", "folder_id": self.shared_folder.id}
                    ),
                ],
            }
        )
        Request = self.env["customer.portal.request"].with_user(self.document_user)
        with Form(Request) as form:
            form.template_id = template
            form.partner_id = self.theirs
        self.assertEqual(form.record.company_id, self.elsewhere)
        self.assertEqual(form.record.line_ids.folder_id, self.shared_folder)
        draft = self._ask()
        draft.line_ids[0].folder_id = self.own_folder
        with Form(draft) as form:
            form.partner_id = self.theirs
        self.assertEqual(draft.company_id, self.elsewhere)
        self.assertFalse(draft.line_ids.folder_id)

    def test_what_is_visible_is_not_changed_by_another_contact(self):
        """REQ D-12: of what is there already"""
        request = self._ask()
        with Form(request) as form:
            form.partner_id = self.theirs
        self.assertEqual(request.company_id, self.elsewhere)
        self.assertEqual(request.visibility, "company")

    def test_a_document_in_the_form(self):
        """REQ D-13: where nobody can write the company"""
        document = self._create_document(self.owner)
        with Form(document.with_user(self.document_user)) as form:
            form.partner_id = self.theirs
        self.assertEqual(document.company_id, self.elsewhere)

    def test_another_contact_by_any_way(self):
        """REQ D-13, D-18"""
        for record in (self._create_document(self.owner), self._ask()):
            record.partner_id = self.theirs
            self.assertEqual(record.company_id, self.elsewhere)
            record.partner_id = self.owner.partner_id
            self.assertEqual(record.company_id, self.elsewhere, "either will do")
            record.write({"partner_id": self.theirs.id, "company_id": self.company.id})
            self.assertEqual(record.company_id, self.company, "asked for")
            record.partner_id = self.theirs
            self.assertEqual(record.company_id, self.company, "the same contact")

    def test_the_same_contact_once_more_moves_nothing(self):
        """REQ D-9, D-13: an import writes what is there; others follow the contact"""
        document = self._create_document(self.owner, folder_id=self.own_folder.id)
        document.write({"partner_id": self.theirs.id, "company_id": self.company.id})
        other = self._create_document(self.owner)
        (document | other).write({"partner_id": self.theirs.id})
        self.assertEqual(document.company_id, self.company)
        self.assertEqual(other.company_id, self.elsewhere)

    def test_what_lies_in_a_folder_of_another_company_stays(self):
        """REQ D-9"""
        document = self._create_document(self.owner, folder_id=self.own_folder.id)
        with self.assertRaisesRegex(ValidationError, "same company as its folder"):
            document.partner_id = self.theirs
        request = self._ask()
        request.line_ids[0].folder_id = self.own_folder
        with self.assertRaisesRegex(ValidationError, "same company as its folders"):
            request.partner_id = self.theirs


@tagged("-at_install", "post_install")
class TestContactsMove(CompaniesMixin, DocumentCase):
    """A contact who moves to another company of ours takes along what is kept for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moving = cls.theirs.copy({"company_id": cls.company.id})

    def _keep(self, **vals):
        return self._create_document(partner_id=self.moving.id, **vals)

    def test_documents_and_requests_move_with_their_contact(self):
        """REQ D-9, D-18: locked and archived ones as well; the discussion says so"""
        document, archived = self._keep(), self._keep(active=False)
        document.with_user(self.manager).action_lock()
        request = self._open(partner_id=self.moving.id)
        self.moving.company_id = self.elsewhere
        for record in (document, archived, request):
            self.assertEqual(record.company_id, self.elsewhere, record)
            self.assertIn("and this with them", record.message_ids[0].body)
        self.assertEqual(document.locked_by_id, self.manager)

    def test_what_lies_with_the_old_company_stays_and_says_so(self):
        """REQ D-9, D-18: in a folder, on a record, or by the lines of a request"""
        project = self._create_project("Roof")
        project.company_id = self.company
        on_project = {"res_model": project._name, "res_id": project.id}
        by_line, by_record, about = (
            self._ask(partner_id=self.moving.id) for _turn in range(3)
        )
        by_line.line_ids[0].folder_id = self.own_folder
        by_record.line_ids[0].record = project
        about.record = project
        shared = self._keep(folder_id=self.shared_folder.id)
        stay = [self._keep(folder_id=self.own_folder.id), self._keep(**on_project)]
        self.moving.company_id = self.elsewhere
        self.assertEqual(shared.company_id, self.elsewhere)
        for record in (*stay, by_line, by_record, about):
            self.assertEqual(record.company_id, self.company, record)
            self.assertIn("This stays with", record.sudo().message_ids[0].body)

    def test_only_what_the_old_company_has_moves(self):
        """REQ D-9: what was given to a third one was meant for it"""
        third = self.env["res.company"].create({"name": "Third"})
        document = self._keep(company_id=third.id)
        self.moving.company_id = self.elsewhere
        self.assertEqual(document.company_id, third)
        # who is of none may have records in any
        self.moving.company_id = False
        own = self._keep(company_id=self.company.id)
        self.moving.company_id = self.elsewhere
        self.assertEqual(own.company_id, self.company)

    def test_many_move_in_as_many_statements_as_few(self):
        """REQ D-9"""

        def count(number):
            partner = self.moving.copy({"company_id": self.company.id})
            for _turn in range(number):
                self._create_document(partner_id=partner.id)
                self._ask(partner_id=partner.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partner.company_id = self.elsewhere
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(count(8), count(2))

    def test_a_contact_who_is_merged_into_one_of_another_company(self):
        """REQ D-9"""
        document = self._keep()
        Merge = self.env["base.partner.merge.automatic.wizard"]
        Merge._merge([self.moving.id, self.theirs.id], self.theirs)
        self.assertEqual(document.partner_id, self.theirs)
        self.assertEqual(document.company_id, self.elsewhere)

    def test_nothing_is_moved_to_a_company_by_who_has_no_access_to_it(self):
        """REQ 11.7: core lets everybody who edits contacts name any company of ours"""
        kept = self._keep_all()
        group = "base.group_partner_manager"
        user = self._create_staff("test_contacts", group)
        self.moving.with_user(user).write({"company_id": self.elsewhere.id})
        self.assertEqual(self.moving.company_id, self.elsewhere, "by core")
        for record in kept:
            self.assertEqual(record.company_id, self.company, record)
        self.moving.company_id = self.company
        user.company_ids |= self.elsewhere
        self.moving.with_user(user).write({"company_id": self.elsewhere.id})
        for record in kept:
            self.assertEqual(record.company_id, self.elsewhere, record)

    def _let_in(self, companies, **vals):
        """Return a user of the contact who has access to companies of ours, the first by default."""
        return self.env["res.users"].create(
            {
                "login": "moving",
                "partner_id": self.moving.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_ids": [Command.set(companies.ids)],
                "company_id": companies[:1].id,
                **vals,
            }
        )

    def _keep_all(self):
        """Return a document that is locked, a request, and a document of a contact below."""
        below = self.moving.copy({"parent_id": self.moving.id})
        locked, of_below = self._keep(), self._create_document(partner_id=below.id)
        locked.with_user(self.manager).action_lock()
        return locked, self._open(partner_id=self.moving.id), of_below

    def test_customers_move_nothing_by_their_default_company(self):
        """REQ D-9, D-10: core lets them choose it, and writes their contact with all rights"""
        kept = self._keep_all()
        user = self._let_in(self.company | self.elsewhere)
        user.with_user(user).write({"company_id": self.elsewhere.id})
        self.assertEqual(self.moving.company_id, self.elsewhere, "by core")
        for record in kept:
            self.assertEqual(record.company_id, self.company, record)

    def test_a_default_company_moves_nothing_where_the_old_one_stays(self):
        """REQ D-9: as an administrator chooses it"""
        kept = self._keep_all()
        user = self._let_in(self.company | self.elsewhere)
        for company in (self.elsewhere, self.company, self.elsewhere):
            user.company_id = company
            self.assertEqual(self.moving.company_id, company)
            for record in kept:
                self.assertEqual(record.company_id, self.company, record)

    def test_a_login_of_both_companies_moves_nothing(self):
        """REQ D-9: whichever is its default company"""
        document = self._keep()
        user = self._let_in(self.company | self.elsewhere, company_id=self.elsewhere.id)
        self.assertEqual(self.moving.company_id, self.elsewhere, "by core")
        self.assertEqual(document.company_id, self.company)
        self.assertNotIn("portal_default_company", user.env.context)

    def test_all_moves_with_who_loses_access_to_the_old_company(self):
        """REQ D-9"""
        kept = self._keep_all()
        user = self._let_in(self.company | self.elsewhere)
        user.write({"company_ids": self.elsewhere.ids, "company_id": self.elsewhere.id})
        for record in kept:
            self.assertEqual(record.company_id, self.elsewhere, record)

    def test_all_moves_when_access_ends_after_the_default_company_changed(self):
        """REQ D-9: an administrator does it in two steps, or a third one between"""
        kept = self._keep_all()
        user = self._let_in(self.company | self.elsewhere)
        for company in (self.elsewhere, self.company, self.elsewhere):
            user.company_id = company
        third = self.env["res.company"].create({"name": "Third"})
        user.company_ids += third
        user.company_id = third
        user.company_id = self.elsewhere
        user.company_ids -= third
        for record in kept:
            self.assertEqual(record.company_id, self.company, record)
        user.company_ids -= self.company
        for record in kept:
            self.assertEqual(record.company_id, self.elsewhere, record)
        self.assertFalse(self.moving.sudo().portal_left_company_id)

    def test_what_was_left_waits_for_somebody_with_access_who_ends_it(self):
        """REQ 11.7: it is not forgotten by an administrator who has none to the new company"""
        kept = self._keep_all()
        user = self._let_in(self.company | self.elsewhere)
        user.company_id = self.elsewhere
        admin = self._create_staff("test_users", "base.group_erp_manager")
        # sudo: as core's own wizards do; it is still the administrator
        user.with_user(admin).sudo().write({"company_ids": self.elsewhere.ids})
        for record in kept:
            self.assertEqual(record.company_id, self.company, record)
        user.company_ids += self.company
        user.company_ids -= self.company
        for record in kept:
            self.assertEqual(record.company_id, self.elsewhere, record)

    def test_what_a_company_keeps_stays_there_when_access_to_it_ends(self):
        """REQ D-9: the contact is of another one all the time, or chose that one by themselves"""
        user = self._let_in(self.company | self.elsewhere)
        there = self._keep(company_id=self.elsewhere.id)
        for company in (self.elsewhere, self.company):
            user.company_id = company
        user.company_ids -= self.elsewhere
        self.assertEqual(there.company_id, self.elsewhere)
        user.company_ids += self.elsewhere
        third = self.env["res.company"].create({"name": "Third"})
        user.company_ids += third
        for company in (self.elsewhere, third, self.company):
            user.company_id = company
        user.company_ids -= self.elsewhere
        self.assertEqual(there.company_id, self.elsewhere, "on the way back as well")
        user.company_ids += self.elsewhere
        here = self._keep()
        user.with_user(user).write({"company_id": self.elsewhere.id})
        user.company_ids -= self.company
        self.assertEqual(here.company_id, self.company)


@tagged("-at_install", "post_install")
class TestStaff(CompaniesMixin, DocumentCase):
    """Staff work on what is of the companies that they have access to."""

    def test_only_colleagues_with_access_are_offered(self):
        """REQ D-7, D-18"""
        Users = self.env["res.users"]
        people = self.document_user | self.manager | self.owner
        for name, field, own in (
            ("customer.portal.document", "user_id", "company_id"),
            ("customer.portal.request", "user_id", "company_id"),
            ("customer.portal.request", "user_ids", "company_id"),
            ("res.config.settings", "portal_document_user_id", "company_id"),
        ):
            domain = self.env[name].fields_get([field])[field]["domain"]
            for company, expected in (
                (self.company, people - self.owner),
                (self.elsewhere, self.document_user),
            ):
                found = Users.search(safe_eval(domain, {own: company.id}))
                self.assertEqual(found & people, expected, f"{name}.{field}")

    def test_others_are_told_in_the_place_of_who_has_no_access(self):
        """REQ D-8"""
        there = self._create_staff(
            "there", "customer_portal_docs.group_document_manager"
        )
        there.write(
            {"company_ids": self.elsewhere.ids, "company_id": self.elsewhere.id}
        )
        # two mails, as each names the people of its company
        both = self._create_there() | self._create_document(self.owner)
        both.user_id = self.manager
        self.env["mail.mail"].search([]).unlink()
        both._notify_assigned_user()
        readers = {
            self.env["customer.portal.document"].browse(mail.res_id): mail
            for mail in self._get_mails()
        }
        self.assertEqual(readers.keys(), set(both))
        self.assertIn(there.partner_id, readers[both[0]].recipient_ids)
        self.assertNotIn(self.manager.partner_id, readers[both[0]].recipient_ids)
        self.assertIn(self.manager.partner_id, readers[both[1]].recipient_ids)
        self.assertNotIn(self.manager, both[0]._get_first_responsible_sudo())

    def test_the_discussion_says_that_nobody_was_told(self):
        """REQ D-8"""
        managers = self.env.ref("customer_portal_docs.group_document_manager")
        managers.all_user_ids.filtered(
            lambda user: self.elsewhere in user.company_ids
        ).company_ids -= self.elsewhere
        document = self._create_there()
        document.user_id = self.manager
        document._notify_assigned_user()
        self.assertIn("has no access to Elsewhere", document.message_ids[0].body)

    def test_who_has_no_access_gets_no_review(self):
        """REQ D-18"""
        request = self._open(lines=["Passport"], company_id=self.elsewhere.id)
        request.sudo().user_ids = self.manager
        self._put_in(request.line_ids, company_id=self.elsewhere.id)
        self.assertEqual(request._get_reviews().user_id, self.document_user)

    def test_requests_are_handed_over_to_who_has_access(self):
        """REQ D-18: those of two companies at once; what was handed over before stays"""
        here, there = self._ask(), self._ask(company_id=self.elsewhere.id)
        with self.assertRaisesRegex(
            ValidationError, "Manager has no access to Elsewhere"
        ):
            (here | there).user_id = self.manager
        here.user_id = self.manager
        self.manager.company_ids |= self.elsewhere
        (here | there).user_id = self.manager
        self.manager.company_ids -= self.elsewhere
        there.write({"name": "Still theirs", "user_id": self.manager.id})
        self.assertEqual(there.user_id, self.manager)

    def test_the_settings_say_so(self):
        """REQ D-7"""
        self.elsewhere.portal_document_user_id = self.manager
        settings = self.env["res.config.settings"].with_company(self.elsewhere).new()
        self.assertIn(
            "has no access to Elsewhere", settings._get_portal_document_warning()
        )


@tagged("-at_install", "post_install")
class TestFolders(CompaniesMixin, DocumentCase):
    """Documents lie in folders of their own company, or of all."""

    def test_only_folders_that_fit_are_offered(self):
        """REQ D-9"""
        folders = self.own_folder | self.other_folder | self.shared_folder
        domain = self.env["customer.portal.document"].fields_get(["folder_id"])
        domain = domain["folder_id"]["domain"]
        found = folders.search(safe_eval(domain, {"company_id": self.company.id}))
        self.assertEqual(found & folders, self.own_folder | self.shared_folder)

    def test_forms_know_the_company_where_nobody_is_shown_it(self):
        """REQ D-9: where there is one company of ours, no form has the field"""
        for name in ("document", "request", "request.template"):
            Model = self.env[f"customer.portal.{name}"]
            arch = Model.with_user(self.manager).get_view(view_type="form")["arch"]
            self.assertIn("company_id", etree.fromstring(arch).xpath("//field/@name"))

    def test_the_dialog_offers_those_of_the_contacts_company(self):
        """REQ D-13: and any where the folder says whose it is"""
        Wizard = self.env["customer.portal.document.upload.wizard"]
        project = self._create_project("Roof")
        project.company_id = self.elsewhere
        on_project = {"res_model": project._name, "res_id": project.id}
        for vals, company in (
            ({}, self.elsewhere.browse()),
            ({"partner_id": self.owner.partner_id.id}, self.elsewhere.browse()),
            ({"partner_id": self.theirs.id}, self.elsewhere),
            (on_project, self.elsewhere),
        ):
            self.assertEqual(Wizard.create(vals).folder_company_id, company, vals)

    def test_contacts_of_two_companies_are_asked_together(self):
        """REQ D-18: what comes from those of the other company lies in no folder"""
        home = self.owner.partner_id.copy({"company_id": self.company.id})
        template = self.env["customer.portal.request.template"].create(
            {"name": "Year end", "line_ids": [Command.create({"name": "Ledger"})]}
        )
        wizard = self.env["customer.portal.request.wizard"].create(
            {
                "partner_ids": (home | self.theirs).ids,
                "name": "Papers",
                "documents": "Passport",
                "template_id": template.id,
                "folder_id": self.own_folder.id,
            }
        )
        requests = wizard._create_requests()
        folders = {
            request.partner_id: request.line_ids.mapped("folder_id")
            for request in requests
        }
        self.assertEqual(folders[home], self.own_folder)
        self.assertEqual(requests.line_ids.mapped("name").count("Ledger"), 2)
        self.assertFalse(folders[self.theirs])


@tagged("-at_install", "post_install")
class TestSender(CompaniesMixin, DocumentCase):
    def test_the_company_of_the_document_writes_to_the_customer(self):
        """REQ D-14: and not the one that is active for who answers"""
        document = self._create_there().with_user(self.document_user)
        self.assertEqual(document.env.company, self.company)
        self.assertEqual(document._get_portal_company_sudo(), self.elsewhere)
        self.assertEqual(document._get_portal_sender_names(), ["Elsewhere"])
        message = document.sudo().message_post(
            body="Thanks",
            author_id=self.owner.partner_id.id,
            subtype_xmlid="mail.mt_comment",
        )
        self.assertNotIn("ours@example.com", message.reply_to)


@tagged("-at_install", "post_install")
class TestPages(CompaniesMixin, DocumentHttpCase):
    def test_pages_show_all_companies_where_a_website_has_one(self):
        """REQ D-2: `website` narrows what is active to its own"""
        self.owner.company_ids |= self.elsewhere
        document = self._create_there(visibility="company")
        self.login(self.owner)
        self._narrow()
        self.assertEqual(self.get(f"/my/documents/{document.id}").status_code, 200)
        page = self.get("/my/documents")
        self.assertIn(f"/my/documents/{document.id}", page.text)
        # nobody comes by it to what they have no access to
        self.login(self.colleague)
        self._narrow()
        self.assertEqual(self.get(f"/my/documents/{document.id}").status_code, 404)

    def test_what_pages_link_to_shows_all_companies_as_well(self):
        """REQ D-2: by core's own routes: discussions, projects, tasks"""
        self.owner.company_ids |= self.elsewhere
        document = self._create_there(visibility="company")
        document.message_post(
            body="Thanks", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        project = self._create_project("Roof", self.owner)
        project.company_id = self.elsewhere
        task = self.env["project.task"].create(
            {"name": "Door", "project_id": project.id}
        )
        task.message_subscribe(partner_ids=self.owner.partner_id.ids)
        self.env.flush_all()
        project_url, task_url = f"/my/projects/{project.id}", f"/my/tasks/{task.id}"
        thread = {"thread_model": document._name, "thread_id": document.id}
        self.login(self.owner)
        self._narrow()
        for url in (project_url, task_url, f"{project_url}/task/{task.id}"):
            self.assertEqual(self.get(url).status_code, 200, url)
        self.assertIn(project_url, self.get("/my/projects").text)
        self.assertIn(task_url, self.get("/my/tasks").text)
        answer = self.make_jsonrpc_request("/portal/chatter_init", thread)
        [told] = answer["mail.thread"]
        self.assertTrue(told["hasReadAccess"])
        answer = self.make_jsonrpc_request("/mail/chatter_fetch", thread)
        self.assertIn("Thanks", str(answer))
        # nobody comes by it to what they have no access to
        self.login(self.colleague)
        self._narrow()
        answer = self.make_jsonrpc_request("/mail/chatter_fetch", thread)
        self.assertNotIn("Thanks", str(answer))

    def test_no_place_shows_what_is_of_a_company_one_has_no_access_to(self):
        """REQ 11.7: a project and a folder may be of no company, and documents are"""
        project = self._create_project("Roof", self.owner)
        project.company_id = False
        self.shared_folder.partner_ids = self.owner.partner_id
        asking = {"acknowledgement": True, "name": "Zander"}
        kept = [
            self._create_document(self.owner, **asking),
            self._create_document(folder_id=self.shared_folder.id, **asking),
            self._create_document(res_model=project._name, res_id=project.id, **asking),
        ]
        pages = [
            "/my/documents?filterby=accept",
            "/my/documents?search=zander",
            f"/my/documents?folder={self.shared_folder.id}",
            f"/my/documents?res_model={project._name}&res_id={project.id}",
            f"/my/projects/{project.id}",
            *(document.access_url for document in kept),
        ]
        self.login(self.owner)
        for companies in (self.company, self.elsewhere):
            self.owner.write({"company_ids": companies.ids, "company_id": companies.id})
            self.env.flush_all()
            self.env.invalidate_all()
            for url in ("/my", *pages):
                with self.subTest(url, company=companies.name):
                    is_shown = "Zander" in self.get(url).text
                    self.assertEqual(is_shown, companies == self.company)

    def _narrow(self):
        self.session.context["allowed_company_ids"] = self.company.ids
        root.session_store.save(self.session)
