"""Whose documents a contact sees is asked anew each time, whatever Odoo has kept."""

import base64
from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PDF, DocumentCase, DocumentHttpCase


class MovesMixin:
    """Each way in which a contact's company can become another one."""

    def _move_parent(self):
        self.owner.partner_id.parent_id = self.northwind
        return self.northwind

    def _move_department(self):
        department = self._create_department(self.brightwater)
        self.owner.partner_id.parent_id = department
        self.warm()
        department.parent_id = self.northwind
        return self.northwind

    def _move_grandparent(self):
        division = self._create_department(self.brightwater)
        department = self._create_department(division)
        self.owner.partner_id.parent_id = department
        self.warm()
        division.parent_id = self.northwind
        return self.northwind

    def _move_by_merge(self):
        self._merge(
            self.owner.partner_id,
            self.env["res.partner"].create(
                {
                    "name": "Same Person",
                    "email": "same@example.com",
                    "parent_id": self.northwind.id,
                }
            ),
        )
        return self.northwind

    def _move_user(self):
        partner = self.env["res.partner"].create(
            {
                "name": "Somebody Else",
                "email": "else@example.com",
                "parent_id": self.northwind.id,
            }
        )
        self.owner.partner_id = partner
        return self.northwind

    def _leave(self):
        self.owner.partner_id.parent_id = False
        return self.owner.partner_id

    def _become_company(self):
        self.owner.partner_id.is_company = True
        return self.owner.partner_id

    def _create_department(self, parent):
        return self.env["res.partner"].create(
            {"name": "Quay", "parent_id": parent.id, "is_company": False}
        )

    def _merge(self, source, destination):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | destination).ids, destination, extra_checks=False)

    moves = (
        "_move_parent",
        "_move_department",
        "_move_grandparent",
        "_move_by_merge",
        "_move_user",
        "_leave",
        "_become_company",
    )

    @contextmanager
    def made(self, move):
        """Make one of the moves, give the owner's company, and take the move back."""
        savepoint = self.env.cr.savepoint()
        self.warm()
        company = getattr(self, move)()
        self.forget()
        try:
            yield company
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.registry.clear_cache()

    def warm(self):
        raise NotImplementedError

    def forget(self):
        """Forget what the transaction knows, as the next request does; no cache of a worker."""
        self.env.flush_all()
        self.env.invalidate_all()


@tagged("-at_install", "post_install")
class TestRights(MovesMixin, DocumentCase):
    """Issue 11, lines 13 and 14"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls._create_document(cls.colleague, name="Brightwater's")
        cls.own = cls._create_document(cls.owner, name="Owner's")
        cls.others = cls._create_document(cls.stranger, name="Northwind's")

    def warm(self):
        documents = self.get_documents()
        self.assertIn(self.theirs, documents)
        self.assertNotIn(self.others, documents)
        self.theirs.with_user(self.owner).check_access("read")

    def get_documents(self, user=None):
        return (
            self.env["customer.portal.document"]
            .with_user(user or self.owner)
            .search([])
        )

    def test_who_leaves_a_company_leaves_its_documents(self):
        for move in self.moves:
            with self.subTest(move=move), self.made(move) as company:
                documents = self.get_documents()
                self.assertNotIn(self.theirs, documents)
                self.assertFalse(self.theirs.with_user(self.owner).has_access("read"))
                with self.assertRaises(AccessError):
                    self.theirs.with_user(self.owner).read(["name"])
                if company == self.northwind:
                    self.assertIn(self.others, documents)
                    self.assertTrue(
                        self.others.with_user(self.owner).has_access("read")
                    )

    def test_who_joins_a_first_company_sees_its_documents(self):
        self.assertFalse(self.get_documents(self.private))
        self.private.partner_id.parent_id = self.brightwater
        self.forget()
        self.assertIn(self.theirs, self.get_documents(self.private))
        self.private.partner_id.parent_id = False
        self.forget()
        self.assertNotIn(self.theirs, self.get_documents(self.private))

    def test_a_company_that_is_made_one_takes_its_contacts_along(self):
        department = self._create_department(self.brightwater)
        self.owner.partner_id.parent_id = department
        self.warm()
        department.is_company = True
        self.forget()
        self.assertNotIn(self.theirs, self.get_documents())
        department.is_company = False
        self.forget()
        self.assertIn(self.theirs, self.get_documents())

    def test_a_change_in_sql_is_followed(self):
        self.warm()
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = %s, parent_id = %s WHERE id = %s",
            [self.northwind.id, self.northwind.id, self.owner.partner_id.id],
        )
        self.env.invalidate_all()
        self.assertNotIn(self.theirs, self.get_documents())
        self.assertIn(self.others, self.get_documents())

    def test_projects_follow_as_well(self):
        project = self._create_project("Harbour", self.colleague)
        task = self.env["project.task"].create(
            {"name": "Buoys", "project_id": project.id}
        )
        task.message_subscribe(self.colleague.partner_id.ids)
        for record in (project, task):
            self.assertTrue(record.with_user(self.owner).has_access("read"))
            self.assertFalse(record.with_user(self.stranger).has_access("read"))
        self.owner.partner_id.parent_id = self.northwind
        self.stranger.partner_id.parent_id = self.brightwater
        self.forget()
        for record in (project, task):
            self.assertFalse(record.with_user(self.owner).has_access("read"))
            self.assertTrue(record.with_user(self.stranger).has_access("read"))

    def test_groups_and_companies_are_followed(self):
        self.warm()
        other = self.env["res.company"].create({"name": "Other"})
        self.owner.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.forget()
        self.assertFalse(self.get_documents())
        self.owner.write(
            {
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        self.forget()
        self.assertIn(self.theirs, self.get_documents())
        self.owner.group_ids = self.env.ref("base.group_public")
        self.forget()
        self.assertFalse(
            self.env["customer.portal.document"]
            .with_user(self.owner)
            .has_access("read")
        )

    def test_a_customer_company_that_is_archived_changes_nothing(self):
        self.warm()
        (self.owner | self.colleague | self.stranger).active = False
        self.brightwater.active = False
        self.owner.active = True
        self.forget()
        self.assertIn(self.theirs, self.get_documents())
        self.assertNotIn(self.others, self.get_documents())

    def test_asking_who_the_user_is_costs_no_query(self):
        self.get_documents()
        self.env.invalidate_all()
        self.env["customer.portal.document"].with_user(
            self.owner
        )._get_portal_audience_keys()
        with self.assertQueryCount(1):
            self.get_documents().ids  # noqa: B018


@tagged("-at_install", "post_install")
class TestRightsInPortal(MovesMixin, DocumentHttpCase):
    """Issue 11, line 13: the same over HTTP, logged in all the time"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls._create_document(cls.colleague, name="Brightwater's")
        cls.others = cls._create_document(cls.stranger, name="Northwind's")

    def call(self, method, *args, **kwargs):
        answer = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw",
            json={
                "params": {
                    "model": "customer.portal.document",
                    "method": method,
                    "args": args,
                    "kwargs": kwargs,
                }
            },
        )
        return answer.json().get("result")

    def get_status(self, document):
        return self.get(document.access_url).status_code

    def warm(self):
        self.login(self.owner)
        self.assertEqual(self.get_status(self.theirs), 200)
        self.assertEqual(self.get_status(self.others), 404)
        self.assertEqual(self.call("search", []), self.theirs.ids)

    def version(self, document):
        return self.upload(
            [("a.pdf", PDF + b"2")], url=f"{document.access_url}/versions"
        ).status_code

    def create_tus(self, document):
        return self.opener.post(
            f"{self.base_url()}/my/documents/tus",
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": "10",
                "Upload-Metadata": "filename YS5wZGY=,document_id "
                + base64.b64encode(str(document.id).encode()).decode(),
            },
        ).status_code

    def test_who_moves_is_answered_as_one_of_the_new_company(self):
        for move in self.moves:
            with self.subTest(move=move), self.made(move) as company:
                self.assertEqual(self.get_status(self.theirs), 404)
                self.assertNotIn(self.theirs.name, self.get("/my/documents").text)
                self.assertEqual(
                    self.get(f"{self.theirs.access_url}/content").status_code, 404
                )
                self.assertFalse(self.call("search", [("id", "=", self.theirs.id)]))
                self.assertIsNone(self.call("read", self.theirs.ids, ["name"]))
                self.assertEqual(self.version(self.theirs), 404)
                self.assertEqual(self.create_tus(self.theirs), 404)
                self.assertEqual(self.theirs.version_count, 1)
                if company == self.northwind:
                    self.assertEqual(self.get_status(self.others), 200)
                    self.assertEqual(self.call("search", []), self.others.ids)
                    self.assertEqual(self.version(self.others), 201)
                    self.assertEqual(self.create_tus(self.others), 201)

    def test_who_joins_is_answered_as_one_of_the_company(self):
        self.login(self.private)
        self.assertEqual(self.get_status(self.theirs), 404)
        self.assertEqual(self.call("search", []), [])
        self.private.partner_id.parent_id = self.brightwater
        self.forget()
        self.assertEqual(self.get_status(self.theirs), 200)
        self.assertEqual(self.call("search", []), self.theirs.ids)
        self.assertEqual(self.version(self.theirs), 201)

    def test_who_left_is_told_nothing_more_and_opens_no_link(self):
        """Issue 11, line 14"""
        self.theirs.message_subscribe((self.owner | self.colleague).partner_id.ids)

        def post():
            message = self.theirs.with_user(self.manager).message_post(
                body="Confidential",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
            # nor do customers learn of each other's addresses
            self.assertFalse(
                [mail for mail in mails if "X-Msg-To-Add" in (mail.headers or "")]
            )
            return message.notified_partner_ids

        both = (self.owner | self.colleague).partner_id
        self.assertEqual(post() & both, both)
        key = self.theirs._portal_ensure_token()
        url = f"{self.theirs.access_url}?access_token={key}"
        content = f"{self.theirs.access_url}/content?access_token={key}"
        sign = self.theirs._sign_token(self.colleague.partner_id.id)
        self.login(None)
        self.assertEqual(self.get(url).status_code, 200)
        self.colleague.partner_id.parent_id = self.northwind
        self.forget()
        self.assertEqual(post() & both, self.owner.partner_id)
        for user in (None, self.colleague, self.stranger):
            self.login(user)
            for path in (url, content):
                self.assertNotEqual(self.get(path).status_code, 200, path)
        Document = self.env["customer.portal.document"].with_user(self.stranger)
        for access in (
            {"token": key},
            {"hash": sign, "pid": self.colleague.partner_id.id},
        ):
            self.assertFalse(Document._get_thread_with_access(self.theirs.id, **access))
        self.colleague.partner_id.parent_id = self.brightwater
        self.forget()
        self.login(None)
        self.assertEqual(self.get(url).status_code, 200)
