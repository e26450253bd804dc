import base64
import io

from PIL import Image
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..exceptions import DocumentLockedError
from .common import PDF, DocumentCase, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestLock(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.env["customer.portal.folder"].create({"name": "Contracts"})
        cls.document = cls._create_document(cls.owner, folder_id=cls.folder.id)
        cls.locked = cls.document.with_user(cls.document_user)
        cls.locked.action_lock()
        cls.other_user = cls._create_staff(
            "test_other", "customer_portal_docs.group_document_user"
        )

    def _check_refused(self, call):
        with self.assertRaises(DocumentLockedError):
            call()

    def test_it_tells_who_locked_and_since_when(self):
        """REQ D-10"""
        self.assertEqual(self.document.locked_by_id, self.document_user)
        self.assertTrue(self.document.locked_date)

    def test_nobody_changes_a_locked_document(self):
        """REQ D-10: not its locker, not a manager, not sudo"""
        changes = [
            {"name": "New"},
            {"description": "New"},
            {"folder_id": False},
            {"attachment_id": self._create_attachment("b.pdf").id},
            {"partner_id": self.colleague.partner_id.id},
            {"commercial_partner_id": self.northwind.id},
            {"visibility": "contact"},
            {"audience_key": -self.northwind.id},
            {"res_model": "project.project", "res_id": 1},
            {"company_id": self.company.id},
            {"active": False},
            {"create_date": "2020-01-01"},
        ]
        for user in (self.document_user, self.manager):
            for vals in changes:
                document = self.document.with_user(user)
                with self.subTest(user=user.login, vals=vals):
                    self._check_refused(lambda d=document, v=vals: d.write(v))
        self._check_refused(lambda: self.document.sudo().write({"name": "New"}))
        self._check_refused(self.document.sudo().action_archive)
        self._check_refused(self.document.sudo().unlink)
        self._check_refused(self.document.with_user(self.manager).unlink)

    def test_unlocking_and_changing_in_one_write_is_refused(self):
        """REQ D-10"""
        vals = {"locked_by_id": False, "name": "New"}
        self._check_refused(lambda: self.locked.write(vals))

    def test_others_cannot_unlock_by_any_way(self):
        """REQ D-10"""
        other = self.document.with_user(self.other_user)
        for call in (
            other.action_unlock,
            lambda: other.write({"locked_by_id": False}),
            lambda: other.write({"locked_date": False}),
            lambda: other.write({"locked_by_id": self.other_user.id}),
            other.sudo().action_unlock,
        ):
            with self.assertRaises(AccessError):
                call()
        self._check_refused(other.action_lock)
        self.assertFalse(other.can_unlock)

    def _run_action(self, name, documents, user):
        action = self.env.ref(f"customer_portal_docs.customer_portal_document_{name}")
        context = {"active_model": documents._name, "active_ids": documents.ids}
        return action.with_user(user).with_context(**context).run()

    def test_several_are_locked_and_unlocked_at_once(self):
        """REQ D-10: in the list's Actions menu"""
        both = self._create_document(self.owner) | self._create_document(self.owner)
        bound = self.env["ir.actions.actions"].with_user(self.other_user)
        names = [one["name"] for one in bound.get_bindings(both._name)["action"]]
        self.assertLessEqual({"Lock", "Unlock"}, set(names))
        self._run_action("action_lock", both, self.other_user)
        self.assertEqual(both.mapped("locked_by_id"), self.other_user)
        self._run_action("action_unlock", both, self.other_user)
        self.assertFalse(both.locked_by_id)

    def test_several_at_once_are_refused_as_one_is(self):
        """REQ D-10: none of them is changed"""
        free = self._create_document(self.owner)
        both = free | self.document
        self._check_refused(
            lambda: self._run_action("action_lock", both, self.other_user)
        )
        self.assertFalse(free.locked_by_id)
        with self.assertRaises(AccessError):
            self._run_action("action_unlock", both, self.other_user)
        self.assertEqual(self.document.locked_by_id, self.document_user)
        for user in (self.staff, self.owner):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base"):
                self._run_action("action_lock", free, user)

    def test_nobody_locks_in_the_name_of_somebody_else(self):
        """REQ D-10"""
        document = self._create_document(self.owner)
        vals = {"locked_by_id": self.document_user.id}
        with self.assertRaises(AccessError):
            document.with_user(self.other_user).write(vals)
        with self.assertRaises(AccessError):
            document.with_user(self.other_user).create({"name": "New", **vals})

    def test_a_customer_can_neither_lock_nor_unlock(self):
        """REQ D-10"""
        document = self.document.with_user(self.owner)
        for call in (document.action_lock, document.action_unlock):
            with self.assertRaises(UserError):
                call()

    def test_the_locker_and_a_manager_unlock(self):
        """REQ D-10"""
        for user in (self.document_user, self.manager):
            self.locked.action_lock()
            document = self.document.with_user(user)
            self.assertTrue(document.can_unlock)
            document.action_unlock()
            self.assertFalse(document.locked_by_id or document.locked_date)
            document.name = "New"

    def test_the_file_of_a_locked_document_is_locked(self):
        """REQ D-10"""
        attachment = self.document.attachment_id
        self._check_refused(lambda: attachment.write({"raw": b"other"}))
        self._check_refused(lambda: attachment.write({"name": "other.pdf"}))
        self._check_refused(lambda: attachment.sudo().write({"res_id": 0}))
        with self.assertRaises(UserError):
            attachment.unlink()

    def _create_wide_picture(self):
        """Return a file whose picture is wider than core lets them be."""
        content = io.BytesIO()
        Image.new("RGB", (2000, 1)).save(content, "PNG")
        files = self.env["ir.attachment"].with_context(image_no_postprocess=True)
        return files.create({"name": "wide.png", "raw": content.getvalue()})

    def test_a_protected_file_moves_to_another_storage(self):
        """REQ D-10, D-19: else it ends the move of all files; its content stays what it is"""
        picture = self._create_wide_picture()
        accepted = self._create_document(
            self.owner, attachment_id=picture.id, acknowledgement=True
        )
        self.env["customer.portal.acknowledgement"].with_user(self.owner)._accept(
            accepted.with_user(self.owner), None, None
        )
        accepted.with_user(self.document_user).action_lock()
        files = self.document.attachment_id | picture
        before = files.mapped(lambda file: (file.raw, file.checksum, file.mimetype))
        admin = self._create_staff(
            "test_admin",
            "base.group_system",
            "customer_portal_docs.group_document_manager",
        )
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        files.with_user(admin)._migrate()
        self.env.invalidate_all()
        after = files.mapped(lambda file: (file.raw, file.checksum, file.mimetype))
        self.assertEqual(after, before)
        self.assertTrue(all(file.db_datas and not file.store_fname for file in files))
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "file")
        for file in files.with_user(admin):
            # as fs_attachment does
            file.write({"datas": file.datas})
        self.env.invalidate_all()
        after = files.mapped(lambda file: (file.raw, file.checksum, file.mimetype))
        self.assertEqual(after, before)
        self.assertTrue(all(file.store_fname for file in files))

    def test_a_lost_file_does_not_end_the_move_of_all(self):
        """REQ D-10, D-19: it is left out, and logged"""
        lost = self.document.attachment_id
        found = self._create_document(self.owner).attachment_id
        self.document.with_user(self.document_user).action_lock()
        name = f"00/{'0' * 40}"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s WHERE id = %s", [name, lost.id]
        )
        self.env.invalidate_all()
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        with self.assertLogs(
            "odoo.addons.customer_portal_docs.models.ir_attachment", "ERROR"
        ) as logs:
            (lost | found)._migrate()
        self.assertIn(name, logs.output[0])
        self.env.invalidate_all()
        self.assertEqual(lost.store_fname, name)
        self.assertEqual(found.db_datas, PDF)

    def test_the_same_content_changes_nothing_else(self):
        """REQ D-10"""
        attachment = self.document.attachment_id
        other = base64.b64encode(PDF.swapcase())
        for vals in (
            {"raw": PDF, "name": "other.pdf"},
            {"raw": PDF, "mimetype": "text/plain"},
            {"raw": PDF.swapcase()},
            {"datas": other},
            {"raw": PDF, "datas": other},
            {"datas": False},
            {"mimetype": attachment.mimetype},
        ):
            with self.subTest(vals=vals):
                self._check_refused(lambda vals=vals: attachment.write(vals))

    def test_no_cascade_changes_a_locked_document(self):
        """REQ D-10: folder, project, contact, merge of contacts"""
        self.locked.action_unlock()
        project = self._create_project("Harbour", self.owner)
        self.document.write({"res_model": "project.project", "res_id": project.id})
        self.locked.action_lock()
        self._check_refused(project.unlink)
        self.assertTrue(project.exists())
        twin = self.env["res.partner"].create({"name": "Test Owner"})
        merge = self.env["base.partner.merge.automatic.wizard"]
        contacts = (self.owner.partner_id | twin).ids
        self._check_refused(lambda: merge._merge(contacts, twin))
        contact = self.env["res.partner"].create({"name": "Nobody's Contact"})
        self._create_document(name="Theirs", partner_id=contact.id).action_lock()
        for record in (self.folder, contact):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                record.unlink()
        self.assertEqual(self.document.folder_id, self.folder)
        self.assertEqual(self.document.partner_id, self.owner.partner_id)

    def test_a_locked_document_goes_with_its_contact_to_a_company(self):
        """REQ D-10, D-12: else the contact would lose sight of it"""
        document = self._create_document(self.private)
        document.with_user(self.manager).action_lock()
        self.private.partner_id.parent_id = self.northwind
        self.assertEqual(document.commercial_partner_id, self.northwind)
        self.assertTrue(document.with_user(self.private).has_access("read"))
        self.assertFalse(document.with_user(self.stranger).has_access("read"))

    def test_the_discussion_goes_on(self):
        """REQ D-10"""
        self.document.with_user(self.owner).message_post(body="Why locked?")
        self.locked.activity_schedule("mail.mail_activity_data_todo")
        self.locked.user_id = self.other_user

    def test_a_copy_is_not_locked(self):
        """REQ D-10"""
        self.assertFalse(self.document.copy().locked_by_id)

    def test_the_form_offers_nothing_impossible(self):
        """REQ D-10"""
        with Form(self.locked) as form, self.assertRaises(AssertionError):
            form.name = "New"


@tagged("-at_install", "post_install")
class TestLockInPortal(DocumentHttpCase):
    def test_a_locked_document_takes_no_version(self):
        """REQ D-10"""
        document = self._create_document(self.owner)
        document.with_user(self.manager).action_lock()
        self.login(self.owner)
        url = f"/my/documents/{document.id}/versions"
        answer = self.upload([("new.pdf", PDF)], url=url)
        self.assertEqual(answer.status_code, 423)
        self.assertEqual(answer.json()["error"], "document_locked")
        page = self.upload([("new.pdf", PDF)], url=url, as_json=False)
        self.assertEqual(page.status_code, 423)
        self.assertIn("Test Manager", page.text)
        self.assertEqual(document.version_count, 1)

    def test_the_page_says_it_is_locked_and_offers_no_version(self):
        """REQ D-10"""
        document = self._create_document(self.owner)
        document.with_user(self.manager).action_lock()
        self.login(self.owner)
        page = self.get(f"/my/documents/{document.id}").text
        self.assertIn("Locked by", page)
        self.assertNotIn("o_customer_portal_version", page)
        self.assertIn("fa-lock", self.get("/my/documents").text)
