from html import escape

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import DocumentCase, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestProjectDocuments(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("Pump House", cls.owner)
        cls.task = cls.env["project.task"].create(
            {"name": "Drawings", "project_id": cls.project.id}
        )
        cls.document = cls._create_document(
            cls.owner, res_model="project.project", res_id=cls.project.id
        )

    def test_the_record_lists_its_documents(self):
        """REQ D-5"""
        self.assertEqual(self.project.portal_document_ids, self.document)
        self.assertEqual(self.project.portal_document_count, 1)
        self.assertFalse(self.task.portal_document_ids)
        action = self.project.action_open_portal_documents()
        found = self.env["customer.portal.document"].search(action["domain"])
        self.assertEqual(found, self.document)

    def test_those_who_read_the_project_see_its_documents(self):
        """REQ D-5"""
        document = self.document.with_user(self.stranger)
        self.assertFalse(document._is_open_in_portal())
        self.project.message_subscribe(partner_ids=self.stranger.partner_id.ids)
        self.env.invalidate_all()
        self.assertTrue(document._is_open_in_portal())
        self.document.visibility = "contact"
        self.assertFalse(document._is_open_in_portal())

    def test_a_document_is_put_on_what_its_user_reads_in_no_two_steps(self):
        """REQ D-5: nor on several at once, of which the first one's model is another"""
        secret = self._create_project("Merger")
        secret.privacy_visibility = "followers"
        on_task = self._create_document(
            self.owner, res_model="project.task", res_id=secret.id
        )
        task = self.env["project.task"].create(
            {"name": "Plans", "project_id": self.project.id}
        )
        user = self.document_user
        with self.assertRaises(AccessError):
            on_task.with_user(user).write({"res_model": "project.project"})
        with self.assertRaises(AccessError):
            on_task.with_user(user).write(
                {"res_model": "project.project", "res_id": secret.id}
            )
        both = (on_task | self.document).with_user(user)
        on_task.res_id = task.id
        hidden = self.env["project.project"].browse(secret.id)
        self.assertFalse(hidden.with_user(user).has_access("read"))
        on_task.with_user(user).write({"res_model": "project.task", "res_id": task.id})
        self.patch(type(self.env["project.task"]), "check_access", lambda *args: None)
        with self.assertRaises(AccessError):
            both.write({"res_id": secret.id})

    def test_a_search_looks_where_the_access_rules_say(self):
        """REQ D-6: whom a task is open to by its followers, and by its project, archived or not"""
        branch = self._create_company("Brightwater North")
        branch.parent_id = self.brightwater
        clerk = self._create_customer("test_clerk", branch)
        shared = self._create_project("Shared")
        shared._add_collaborators(self.private.partner_id)
        followed, of_branch, archived = self.task.create(
            [
                {"name": name, "project_id": self.project.id}
                for name in ("Followed", "Of the branch", "Archived")
            ]
        )
        followed.message_subscribe(partner_ids=self.colleague.partner_id.ids)
        of_branch.message_subscribe(partner_ids=clerk.partner_id.ids)
        archived.message_subscribe(partner_ids=self.owner.partner_id.ids)
        archived.active = False
        self.task.create({"name": "In a shared project", "project_id": shared.id})
        self.env.flush_all()
        for user in (self.owner, clerk, self.stranger, self.private, self.staff):
            for model in ("project.task", "project.project"):
                records = self.env[model].with_user(user)
                by_rule = records.with_context(active_test=False).search([])
                query = records._search_portal_places()
                self.assertEqual(set(query), set(by_rule.ids), f"{user.login} {model}")
        self.assertTrue(self.task.with_user(self.private).search_count([]))

    def test_deleting_the_project_keeps_the_customer_their_documents(self):
        """REQ D-5"""
        self.task.unlink()
        self.project.unlink()
        self.assertTrue(self.document.exists())
        self.assertFalse(self.document.res_model)
        self.assertFalse(self.document.res_id)

    def test_customers_get_no_such_field_by_rpc(self):
        """REQ D-5"""
        fields = self.env["project.project"].with_user(self.owner).fields_get()
        self.assertNotIn("portal_document_ids", fields)


@tagged("-at_install", "post_install")
class TestProjectPages(DocumentHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("Pump House", cls.owner)
        cls.task = cls.env["project.task"].create(
            {"name": "Drawings", "project_id": cls.project.id}
        )
        cls.task.message_subscribe(partner_ids=cls.owner.partner_id.ids)

    def test_the_project_page_has_a_documents_section(self):
        """REQ D-5"""
        self._create_document(
            self.owner,
            name="Site plan",
            res_model="project.project",
            res_id=self.project.id,
        )
        self.login(self.owner)
        page = self.get(f"/my/projects/{self.project.id}").text
        self.assertIn("Site plan", page)
        self.assertIn(
            f"/my/documents/upload?res_model=project.project&amp;res_id={self.project.id}",
            page,
        )

    def test_who_edits_a_shared_project_finds_its_documents(self):
        """REQ D-5, D-6: core's client, which they are sent to, shows none"""
        self.project._add_collaborators(self.owner.partner_id)
        place = f"res_model=project.project&res_id={self.project.id}"
        self.login(self.owner)
        page = self.get(f"/my/documents/upload?{place}").text
        self.assertIn(f'data-done-url="/my/documents?{escape(place)}"', page)
        target = {"res_model": "project.project", "res_id": self.project.id}
        response = self.upload(
            [("Site plan.pdf", b"%PDF-1.4")], as_json=False, **target
        )
        url = response.headers["Location"]
        self.assertTrue(url.endswith(f"/my/documents?{place}&uploaded=1"), url)
        response = self.get(url)
        self.assertIn("your document has been uploaded", response.text)
        self.assertIn("Site plan", response.text)
        for url in ("/my/documents", "/my/projects"):
            self.assertIn(f'href="/my/documents?{escape(place)}"', self.get(url).text)
        # colleagues who only read it have the page
        self.project.message_subscribe(partner_ids=self.colleague.partner_id.ids)
        self.login(self.colleague)
        for url in ("/my/documents", "/my/projects"):
            page = self.get(url).text
            self.assertIn(f'href="/my/projects/{self.project.id}#documents"', page)

    def test_who_works_on_a_shared_project_finds_the_documents_of_a_task(self):
        """REQ D-5: from core's client, where staff's preview has no such button"""
        self.project._add_collaborators(self.owner.partner_id)
        view = self.env.ref("project.project_sharing_project_task_view_form")
        name = "action_project_sharing_open_documents"
        for user, is_shown in ((self.owner, True), (self.staff, False)):
            task = self.task.with_user(user)
            arch = task.get_view(view.id, "form")["arch"]
            self.assertEqual(f'name="{name}"' in arch, is_shown)
        action = self.task.with_user(self.owner).action_project_sharing_open_documents()
        self.assertEqual(
            (action["type"], action["target"]), ("ir.actions.act_url", "self")
        )
        self._create_document(
            self.owner, name="Gate", res_model="project.task", res_id=self.task.id
        )
        self.login(self.owner)
        page = self.get(action["url"]).text
        self.assertIn("Gate", page)
        self.assertIn(f"res_model=project.task&amp;res_id={self.task.id}", page)

    def test_lists_ask_once_which_projects_are_shared(self):
        """REQ D-5: with each row more, no query more"""
        self.login(self.owner)
        counts = {}
        for count in (2, 10):
            for number in range(count):
                project = self._create_project(f"Part {number}", self.owner)
                project._add_collaborators(self.owner.partner_id)
                self._create_document(
                    self.owner, res_model="project.project", res_id=project.id
                )
            self.env.flush_all()
            for url in ("/my/projects", "/my/documents"):
                self.get(url)  # what is kept by the process
                self.env.invalidate_all()
                start = self.cr.sql_log_count
                page = self.get(url).text
                counts.setdefault(url, []).append(self.cr.sql_log_count - start)
                place = f"res_model=project.project&amp;res_id={project.id}"
                self.assertIn(f'href="/my/documents?{place}"', page)
        for url, (few, many) in counts.items():
            self.assertLessEqual(many, few, url)

    def test_a_search_takes_no_more_statements_than_a_page_may(self):
        """REQ D-6: where the user may look is asked once"""
        self.env["project.task"].create(
            {"name": "Followed", "project_id": self.project.id}
        ).message_subscribe(partner_ids=self.owner.partner_id.ids)
        for record in (self.project, self.project.task_ids[:1]):
            self._create_document(
                self.owner, name="Plan", res_model=record._name, res_id=record.id
            )
        self.env["customer.portal.folder"].create(
            {"name": "Plans", "partner_ids": self.brightwater.ids}
        )
        self.login(self.owner)
        for url in ("/my/documents", "/my/documents?search=plan"):
            self.get(url)  # what is kept by the process
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertIn("Plan", self.get(url).text)
            self.assertLessEqual(self.cr.sql_log_count - start, 20, url)

    def test_the_task_page_has_a_documents_section(self):
        """REQ D-5"""
        self._create_document(
            self.owner, name="Detail", res_model="project.task", res_id=self.task.id
        )
        self.login(self.owner)
        page = self.get(f"/my/tasks/{self.task.id}").text
        self.assertIn("Detail", page)
        self.assertIn(f"res_model=project.task&amp;res_id={self.task.id}", page)

    def test_lists_of_tasks_take_whatever_was_sent(self):
        """Core takes it for names of fields, dates and numbers"""
        self.login(self.owner)
        names = "page sortby groupby search_in filterby".split()
        for path in ("/my/tasks", f"/my/projects/{self.project.id}"):
            for word in ("zzz", "-1", "9" * 30, "9" * 5000, "name:month", "%C3%A9"):
                queries = [f"{name}={word}" for name in names]
                queries.append(f"date_begin={word}&date_end={word}")
                for query in queries:
                    url = f"{path}?{query}"
                    with self.subTest(url[:60]):
                        self.assertEqual(self.get(url).status_code, 200)

    def test_a_visitor_with_the_link_of_the_task_sees_no_documents(self):
        """REQ D-5"""
        self._create_document(
            self.owner, name="Detail", res_model="project.task", res_id=self.task.id
        )
        token = self.task._portal_ensure_token()
        self.login(None)
        page = self.get(f"/my/tasks/{self.task.id}?access_token={token}")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Detail", page.text)
        self.assertNotIn("/my/documents/upload", page.text)

    def test_a_document_uploaded_on_a_record_is_linked_to_it(self):
        """REQ D-5"""
        self.login(self.owner)
        for record in (self.project, self.task):
            document = self.get_uploaded(
                self.upload(
                    [("a.pdf", b"%PDF-1.4")], res_model=record._name, res_id=record.id
                )
            )
            self.assertEqual(document.res_name, record.display_name)
            self.assertEqual(record.portal_document_ids, document)

    def test_a_record_one_may_not_read_takes_no_upload(self):
        """REQ D-5"""
        self.login(self.stranger)
        for res_model, res_id in (
            ("project.project", self.project.id),
            ("project.task", self.task.id),
            ("project.project", 2**31),
            ("project.project", 10**30),
            ("project.project", "1e3"),
            ("project.project", ""),
            ("res.partner", self.stranger.partner_id.id),
            ("no.such.model", 1),
        ):
            response = self.upload(
                [("a.pdf", b"%PDF-1.4")], res_model=res_model, res_id=res_id
            )
            self.assertEqual(response.status_code, 404, (res_model, res_id))
            self.assertEqual(response.json()["error"], "not_found")
