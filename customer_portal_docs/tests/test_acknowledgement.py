import csv
import io
from contextlib import suppress
from unittest.mock import patch

from psycopg2 import IntegrityError
from psycopg2.errors import LockNotAvailable

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PNG, AtOnceCase, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestAcknowledgement(DocumentHttpCase):
    def setUp(self):
        super().setUp()
        self.document = self._create_document(
            self.owner, name="House rules", acknowledgement=True
        )
        self.env.flush_all()

    def _accept(self, document=None, as_json=False, **data):
        document = document or self.document
        return self.opener.post(
            f"{self.base_url()}/my/documents/{document.id}/acknowledge",
            data={"csrf_token": self.get_token(), **data},
            headers={"Accept": "application/json"} if as_json else {},
            allow_redirects=False,
            timeout=30,
        )

    def _get_rows(self):
        return self.env["customer.portal.acknowledgement"].search(
            [("document_id", "=", self.document.id)]
        )

    def test_a_reader_accepts_the_version_that_they_see(self):
        """REQ D-19"""
        self.login(self.owner)
        page = self.get(f"/my/documents/{self.document.id}").text
        self.assertIn("accept this", page)
        version = self.document.attachment_id
        self.assertIn(f'name="version" value="{version.id}"', " ".join(page.split()))
        response = self._accept(version=version.id)
        self.assertEqual(response.status_code, 303)
        [row] = self._get_rows()
        self.assertEqual(row.partner_id, self.owner.partner_id)
        self.assertEqual(row.attachment_id, version)
        self.assertEqual(row.checksum, self.document.checksum)
        self.assertEqual(row.address, "127.0.0.1")
        self.assertEqual(row.person, self.owner.name)
        # once is enough
        self.assertEqual(self._accept(as_json=True).status_code, 200)
        self.assertEqual(self._get_rows(), row)
        page = self.get(f"/my/documents/{self.document.id}").text
        self.assertIn("You have read and accepted this version", page)

    def test_who_presses_twice_at_the_same_moment_accepts_once(self):
        """REQ D-19: neither request sees what the other has not committed"""
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        self.patch(
            type(Acknowledgement), "_get_own_sudo", lambda self, document: self.browse()
        )
        document = self.document.with_user(self.owner)
        for address in ("192.0.2.1", "192.0.2.2"):
            Acknowledgement.with_user(self.owner)._accept(document, None, address)
        self.assertEqual(self._get_rows().mapped("address"), ["192.0.2.1"])

    def test_merged_contacts_keep_what_they_accepted(self):
        """REQ D-19: also where both have accepted the same version"""
        other = self._create_document(self.owner, acknowledgement=True)
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        for user, document, moment in (
            (self.colleague, self.document, "2026-03-01 09:00:00"),
            (self.owner, self.document, "2026-03-02 09:00:00"),
            (self.colleague, other, "2026-03-03 09:00:00"),
        ):
            with freeze_time(moment):
                Acknowledgement.with_user(user)._accept(
                    document.with_user(user), None, "192.0.2.1"
                )
        merged, kept = self.colleague.partner_id, self.owner.partner_id
        self.colleague.unlink()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (merged | kept).ids, kept, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertFalse(merged.exists())
        proofs = self._get_rows() | other.acknowledgement_ids
        self.assertEqual(proofs.partner_id, kept)
        self.assertEqual(proofs.document_id, self.document | other)
        self.assertEqual(proofs.mapped("person"), ["Test Colleague", "Test Colleague"])
        self.assertEqual(
            self._get_rows().date, fields.Datetime.to_datetime("2026-03-01 09:00:00")
        )

    def test_a_new_version_asks_anew(self):
        """REQ D-19: the old answers and their text stay"""
        self.login(self.owner)
        old = self.document.attachment_id
        self._accept(version=old.id)
        self.document.attachment_id = self._create_attachment("new.png", PNG)
        self.env.flush_all()
        response = self._accept(version=old.id, as_json=True)
        self.assertEqual(response.status_code, 409, response.text)
        page = self.get(f"/my/documents/{self.document.id}").text
        self.assertIn("I have read and", page)
        self.document.acknowledgement_deadline = "2037-06-30"
        page = self.get(f"/my/documents/{self.document.id}").text
        self.assertRegex(page, r"Please accept it by <strong[^>]*>06/30/2037")
        self.assertIn("Earlier versions that you accepted", page)
        text = self.get(f"/my/documents/{self.document.id}/content?version={old.id}")
        self.assertEqual(text.content, old.raw)
        self._accept(version=self.document.attachment_id.id)
        self.assertEqual(len(self._get_rows()), 2)

    def test_who_may_accept(self):
        """REQ D-19"""
        for user, status in (
            (self.colleague, 303),
            (self.stranger, 404),
            (self.staff, 404),
            (self.document_user, 403),
        ):
            self.login(user)
            self.assertEqual(self._accept().status_code, status, user.login)
        self.assertEqual(self._get_rows().partner_id, self.colleague.partner_id)
        self.login(self.owner)
        self.assertEqual(self._accept(version="x").status_code, 404)
        other = self._create_document(self.owner)
        self.env.flush_all()
        self.assertEqual(self._accept(other).status_code, 400)
        self.login(None)
        response = self.opener.post(
            f"{self.base_url()}/my/documents/{self.document.id}/acknowledge",
            allow_redirects=False,
        )
        self.assertNotIn(response.status_code, (200, 500))
        self.assertEqual(len(self._get_rows()), 1)

    @mute_logger("odoo.sql_db")
    def test_nobody_changes_or_deletes_an_answer(self):
        """REQ D-19: also not by RPC, nor with the document or the version"""
        self.login(self.owner)
        self._accept()
        row = self._get_rows()
        system = self._create_staff(
            "test_system",
            "base.group_system",
            "customer_portal_docs.group_document_manager",
        )
        vals = {"document_id": self.document.id, "partner_id": self.private.id}
        for user in (self.owner, self.document_user, self.manager, system):
            as_user = row.with_user(user)
            with self.assertRaises(AccessError):
                as_user.write({"partner_id": self.private.partner_id.id})
            with self.assertRaises(AccessError):
                as_user.unlink()
            with self.assertRaises(AccessError):
                as_user.create(vals)
            # nor by an import of a table
            with suppress(AccessError), self.cr.savepoint():
                told = as_user.load([".id", "person"], [[str(row.id), "Nobody"]])
                self.assertTrue(told["messages"])
            row.invalidate_recordset()
            self.assertEqual(row.person, self.owner.name)
        for user in (self.owner, self.stranger, self.staff):
            with self.assertRaises(AccessError):
                row.with_user(user).read(["date"])
        with self.assertRaises(IntegrityError):
            self.document.with_user(self.manager).unlink()
            self.env.flush_all()
        self.assertTrue(row.exists())

    def test_staff_see_who_is_missing(self):
        """REQ D-19: and in folders who may browse them"""
        readers = self.owner.partner_id | self.colleague.partner_id
        document = self.document.with_user(self.document_user)
        self.assertEqual(document.acknowledgement_missing_ids, readers)
        self.login(self.owner)
        self._accept()
        self.document.invalidate_recordset()
        self.assertEqual(
            document.acknowledgement_missing_ids, self.colleague.partner_id
        )
        private = self._create_document(
            self.owner, visibility="contact", acknowledgement=True
        )
        self.assertEqual(private.acknowledgement_missing_ids, self.owner.partner_id)
        outer = self.env["customer.portal.folder"].create(
            {
                "name": "Outer",
                "partner_ids": [Command.link(self.private.partner_id.id)],
            }
        )
        inner = self.env["customer.portal.folder"].create(
            {"name": "Inner", "parent_id": outer.id}
        )
        filed = self._create_document(folder_id=inner.id, acknowledgement=True)
        self.assertEqual(filed.acknowledgement_missing_ids, self.private.partner_id)
        Document = self.env["customer.portal.document"]
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        for user, expected in (
            (self.private, filed),
            (self.owner, private),
            (self.colleague, self.document),
            (self.stranger, Document),
        ):
            found = Acknowledgement.with_user(user)._find_to_accept_sudo()
            self.assertEqual(found.ids, expected.ids, user.login)
        [section] = (
            self.env["customer.portal.home"].with_user(self.private)._get_waiting()
        )
        self.assertEqual(section["lines"][0]["url"], filed.access_url)
        page = self.get("/my/documents?filterby=accept").text
        self.assertIn(private.access_url, page)
        self.assertNotIn(f'href="{self.document.access_url}"', page)

    def test_the_form_counts_who_is_missing(self):
        """REQ D-19: there may be thousands, who are a list of their own"""
        document = self.document.with_user(self.document_user)
        with Form(document) as form:
            self.assertEqual(form.acknowledgement_missing_count, 2)
            self.assertNotIn("acknowledgement_missing_ids", form._view["fields"])
        action = document.action_open_missing_readers()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found, document.acknowledgement_missing_ids)
        self.document.acknowledgement = False
        self.assertEqual(document.acknowledgement_missing_count, 0)
        for user in (self.owner, self.staff):
            with self.assertRaises(AccessError):
                self.document.with_user(user).action_open_missing_readers()

    def test_what_lies_in_two_places_waits_once(self):
        """REQ D-19: the newest first, whichever place it lies in"""
        folder = self.env["customer.portal.folder"].create(
            {"name": "Rules", "partner_ids": [Command.link(self.brightwater.id)]}
        )
        project = self._create_project("Roof", self.owner)
        filed, linked, both = (
            self._create_document(user, acknowledgement=True, **vals)
            for user, vals in (
                (None, {"folder_id": folder.id}),
                (None, {"res_model": project._name, "res_id": project.id}),
                (self.owner, {"folder_id": folder.id}),
            )
        )
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        as_owner = Acknowledgement.with_user(self.owner)
        found = as_owner._find_to_accept_sudo()
        self.assertEqual(found.ids, (both | linked | filed | self.document).ids)
        self.assertEqual(as_owner._find_to_accept_sudo(limit=1), both)

    def test_readers_on_projects_and_tasks_are_counted(self):
        """REQ D-19: by the rule of the gate, whichever companies are active for who asks"""
        project = self._create_project("Roof", self.stranger)
        task = self.env["project.task"].create(
            {"name": "Tiles", "project_id": self._create_project("Walls").id}
        )
        task.message_subscribe(partner_ids=self.private.partner_id.ids)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.document_user.company_ids |= elsewhere
        companies = [self.company.id, elsewhere.id]
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        for record, reader in ((project, self.stranger), (task, self.private)):
            document = self._create_document(
                name=f"On {record.name}",
                res_model=record._name,
                res_id=record.id,
                acknowledgement=True,
            )
            self.env.flush_all()
            as_staff = document.with_user(self.document_user).with_context(
                allowed_company_ids=companies
            )
            self.assertEqual(as_staff.acknowledgement_missing_ids, reader.partner_id)
            self.assertTrue(as_staff._is_for(reader.partner_id))
            found = Acknowledgement.with_user(reader)._find_to_accept_sudo()
            self.assertEqual(found, document)
            home = self.env["customer.portal.home"].with_user(reader)
            [section] = home._get_waiting()
            self.assertEqual(section["lines"][0]["url"], document.access_url)
            self.assertIn(reader.partner_id.id, self._get_candidates())
            self.login(reader)
            self.assertIn(
                document.access_url, self.get("/my/documents?filterby=accept").text
            )
            self.assertEqual(self._accept(document).status_code, 303)
            document.invalidate_recordset()
            self.assertFalse(as_staff.acknowledgement_missing_ids)
            # what is only for its contact is not seen there
            private = document.copy(
                {"visibility": "contact", "partner_id": self.owner.partner_id.id}
            )
            self.assertEqual(private.acknowledgement_missing_ids, self.owner.partner_id)
            private.active = False

    def _get_candidates(self):
        return self.env["res.partner"]._get_portal_reminder_candidates()

    def _create_contracts(self, count, **vals):
        """Create a document to accept for each of some new contacts."""
        for number in range(count):
            contact = self.env["res.partner"].create({"name": f"Contact {number}"})
            self._create_document(partner_id=contact.id, acknowledgement=True, **vals)

    def test_who_is_to_be_reminded_is_found_at_once(self):
        """REQ D-19: in as many statements for few documents as for many"""
        folder = self.env["customer.portal.folder"].create(
            {"name": "Contracts", "partner_ids": [Command.link(self.northwind.id)]}
        )
        self._get_candidates()
        counts = []
        for more in (2, 10):
            self._create_contracts(more, visibility="contact")
            self._create_contracts(more, folder_id=folder.id)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertIn(self.stranger.partner_id.id, self._get_candidates())
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(*counts)

    def _send_file(self, user, sender=None):
        """Return the id of a file that a customer sent, or a contact by a personal link."""
        user = user or self.env.ref("base.public_user")
        Attachment = self.env["ir.attachment"].with_user(user).sudo()
        vals = {
            "name": "own.png",
            "raw": PNG,
            "portal_sender_name": sender and sender.name,
            "portal_sender_id": sender and sender.id,
        }
        return Attachment.create(vals).id

    def test_who_sent_a_file_need_not_accept_it(self):
        """REQ D-19: on the page, in lists and reminders, as by mail; others are asked"""
        for user, sender in ((self.owner, None), (None, self.owner.partner_id)):
            document = self._create_document(
                self.owner,
                attachment_id=self._send_file(user, sender),
                acknowledgement=True,
            )
            document.is_from_staff = False
            self.env.flush_all()
            self.assertEqual(
                document.acknowledgement_missing_ids, self.colleague.partner_id
            )
            for reader, is_asked in ((self.owner, False), (self.colleague, True)):
                self.login(reader)
                page = self.get(f"/my/documents/{document.id}").text
                self.assertEqual("accept this" in page, is_asked)
                self.assertEqual("Read and accept" in page, is_asked)
                answer = self.get(
                    "/my/documents?filterby=accept",
                    headers={"Accept": "application/json"},
                ).json()
                listed = [one["id"] for one in answer["documents"]]
                self.assertEqual(document.id in listed, is_asked)
                owed = reader.partner_id._get_portal_owed_acceptances()
                self.assertEqual(document in owed, is_asked)
            # of the next version they are asked
            document.attachment_id = self._create_attachment("next.png", PNG)
            document.invalidate_recordset()
            self.assertIn(self.owner.partner_id, document.acknowledgement_missing_ids)

    def test_who_restores_a_file_has_not_sent_it(self):
        """REQ D-11, D-19: it stays the file of who has, by a personal link as well"""
        for sender in (None, self.owner.partner_id):
            with self.subTest(by_link=bool(sender)):
                own = self.env["ir.attachment"].browse(
                    self._send_file(not sender and self.owner, sender)
                )
                document = self._create_document(
                    self.owner, attachment_id=own.id, acknowledgement=True
                )
                document.attachment_id = text = self._create_attachment("b.png", PNG)
                Version = self.env["customer.portal.document.version"]
                for user, version, is_asked in (
                    (self.document_user, own, False),
                    (self.owner, text, True),
                ):
                    Version._restore(document.with_user(user), version.id)
                    document.invalidate_recordset()
                    self.assertEqual(
                        self.owner.partner_id in document.acknowledgement_missing_ids,
                        is_asked,
                    )

    def test_a_file_by_link_is_of_who_had_the_link(self):
        """REQ D-19: whoever the document is given to afterwards"""
        document = self._create_document(
            self.owner, attachment_id=self._send_file(None, self.owner.partner_id)
        )
        document.acknowledgement = True
        document.partner_id = self.colleague.partner_id
        self.env.flush_all()
        document.invalidate_recordset()
        missing = document.acknowledgement_missing_ids
        self.assertIn(self.colleague.partner_id, missing)
        self.assertNotIn(self.owner.partner_id, missing)

    def test_a_file_of_a_contact_who_is_gone_is_nobodys(self):
        """REQ D-11, D-19: not of whom the document is given to, nor of who restores it"""
        guest = self.env["res.partner"].create({"name": "Gus Berg"})
        document = self._create_document(
            self.owner,
            attachment_id=self._send_file(None, guest),
            acknowledgement=True,
        )
        sent = document.attachment_id
        guest.unlink()
        self.env.invalidate_all()
        readers = self.owner.partner_id | self.colleague.partner_id
        self.assertEqual(document.acknowledgement_missing_ids, readers)
        document.attachment_id = self._create_attachment("b.png", PNG)
        Version = self.env["customer.portal.document.version"]
        Version._restore(document.with_user(self.owner), sent.id)
        document.invalidate_recordset()
        self.assertEqual(document.acknowledgement_missing_ids, readers)

    def test_merged_contacts_keep_what_they_sent(self):
        """REQ D-19: by a personal link; who is one contact is asked for none of their files"""
        guest = self.env["res.partner"].create({"name": "Gus Berg"})
        document = self._create_document(
            self.owner,
            attachment_id=self._send_file(None, guest),
            acknowledgement=True,
        )
        kept = self.owner.partner_id
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (guest | kept).ids, kept, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual(document.attachment_id.portal_sender_id, kept)
        self.assertNotIn(kept, document.acknowledgement_missing_ids)

    def test_all_who_are_missing_are_candidates(self):
        """REQ D-19: those whom each document names, and nobody else"""
        Document = self.env["customer.portal.document"]
        Document.search([("acknowledgement", "=", True)]).acknowledgement = False
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        folder = self.env["customer.portal.folder"].create(
            {"name": "Rules", "partner_ids": [Command.link(self.northwind.id)]}
        )
        closed = folder.create({"name": "Old", "parent_id": folder.id, "active": False})
        project = self._create_project("Roof", self.private)
        on_project = {"res_model": project._name, "res_id": project.id}
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for user, vals in (
            (self.owner, {}),
            (self.owner, {"visibility": "contact"}),
            (self.private, {"visibility": "contact", "folder_id": folder.id}),
            (self.private, {"company_id": elsewhere.id}),
            (self.stranger, {"active": False}),
            (self.stranger, {"attachment_id": False}),
            (None, {"folder_id": folder.id}),
            (None, {"folder_id": closed.id}),
            (None, on_project),
            (self.owner, {**on_project, "folder_id": folder.id}),
            # who sent it, with a login or by a personal link
            (self.owner, {"attachment_id": self._send_file(self.owner)}),
            (
                self.owner,
                {**on_project, "attachment_id": self._send_file(self.private)},
            ),
            (
                self.owner,
                {"attachment_id": self._send_file(None, self.owner.partner_id)},
            ),
        ):
            document = self._create_document(user, acknowledgement=True, **vals)
            is_asked = document.active and document.attachment_id
            for reader in (None, self.owner, self.stranger, self.private):
                missing = Acknowledgement._get_missing_readers(document)
                if is_asked and reader and reader.partner_id in missing:
                    as_reader = document.with_user(reader)
                    Acknowledgement.with_user(reader)._accept(as_reader, None, None)
                    document.invalidate_recordset()
                    missing -= reader.partner_id
                found = Acknowledgement._get_all_missing_reader_ids()
                expected = set(missing.ids) if is_asked else set()
                self.assertEqual(found, expected, (vals, reader))
            document.acknowledgement = False

    def test_who_has_accepted_is_not_asked_for_their_rights(self):
        """REQ D-19: nor who sees the document for another reason"""
        project = self._create_project("Roof", self.owner, self.stranger, self.private)
        document = self._create_document(
            self.owner,
            res_model=project._name,
            res_id=project.id,
            acknowledgement=True,
        )
        self.env["customer.portal.acknowledgement"].with_user(self.private)._accept(
            document.with_user(self.private), None, None
        )
        asked = []
        Project = self.registry["project.project"]
        shows = Project._shows_portal_documents
        self.patch(
            Project,
            "_shows_portal_documents",
            lambda record: asked.append(record.env.user) or shows(record),
        )
        readers = (self.owner | self.colleague | self.stranger).partner_id
        self.assertEqual(document.acknowledgement_missing_ids, readers)
        self.assertEqual(asked, [self.stranger])

    def test_who_may_not_see_it_is_not_missing(self):
        """REQ D-19: an archived folder opens nothing, nor does another company of ours"""
        folder = self.env["customer.portal.folder"].create(
            {
                "name": "Rules",
                "partner_ids": [Command.link(self.private.partner_id.id)],
            }
        )
        document = self._create_document(folder_id=folder.id, acknowledgement=True)
        self.assertEqual(document.acknowledgement_missing_ids, self.private.partner_id)
        folder.active = False
        document.invalidate_recordset()
        self.assertFalse(document.acknowledgement_missing_ids)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_document(
            self.owner, company_id=elsewhere.id, acknowledgement=True
        )
        self.assertFalse(foreign.acknowledgement_missing_ids)

    def test_an_answer_cannot_be_forged(self):
        """REQ D-19: nor what was accepted be another text afterwards"""
        self.login(self.owner)
        version = self.document.attachment_id
        foreign = self._create_document(self.stranger, acknowledgement=True)
        self.env.flush_all()
        for version_id in (foreign.attachment_id.id, 2_000_000_000):
            response = self._accept(version=version_id, as_json=True)
            self.assertEqual(response.status_code, 409, response.text)
        path = f"/my/documents/{self.document.id}/acknowledge"
        self.assertIn(self.get(path).status_code, (404, 405))
        response = self.opener.post(
            self.base_url() + path, data={"version": version.id}, allow_redirects=False
        )
        self.assertEqual(response.status_code, 400, "without the token of the page")
        self.assertFalse(self._get_rows())
        # who names another person, day or address is not heard
        self._accept(
            partner_id=self.stranger.partner_id.id,
            date="2001-01-01",
            address="192.0.2.1",
            person="Somebody else",
        )
        [row] = self._get_rows()
        self.assertEqual(row.partner_id, self.owner.partner_id)
        self.assertEqual((row.person, row.address), (self.owner.name, "127.0.0.1"))
        self.assertGreater(row.date.year, 2001)
        vals = {"partner_id": self.private.partner_id.id}
        for user in (self.document_user, self.manager, self.owner):
            document = self.document.with_user(user)
            for command in (
                Command.create({**vals, "attachment_id": version.id, "checksum": "x"}),
                Command.update(row.id, vals),
                Command.delete(row.id),
                Command.unlink(row.id),
                Command.clear(),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    document.write({"acknowledgement_ids": [command]})
                    self.env.flush_all()
        as_manager = version.with_user(self.manager)
        for vals in ({"raw": b"other"}, {"datas": "b3RoZXI="}, {"mimetype": "x/y"}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                as_manager.write(vals)
        self.assertEqual(version.raw, self.document.attachment_id.raw)
        self.assertEqual(row.checksum, version.checksum)
        self.assertEqual(self._get_rows(), row)

    def test_the_proof(self):
        """REQ D-19: as a table, and as a page where there is no wkhtmltopdf"""
        self.owner.partner_id.name = "=Owner"
        self.env.flush_all()
        self.login(self.owner)
        self._accept()
        path = f"/customer_portal_docs/acknowledgements/{self.document.id}.csv"
        self.assertEqual(self.get(path).status_code, 404)
        self.login(self.document_user)
        response = self.get(path)
        self.assertEqual(response.status_code, 200)
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows[1][3], "'=Owner")
        self.assertEqual(rows[1][2], self.document.checksum)
        self.assertEqual(rows[2][3], self.colleague.partner_id.name)
        self.assertEqual(rows[2][5], "")
        document = self.document.with_user(self.document_user)
        report = self.registry["ir.actions.report"]
        with patch.object(report, "get_wkhtmltopdf_state", lambda self: "install"):
            action = document.action_print_acknowledgements()
        page = self.get(action["url"])
        self.assertEqual(page.status_code, 200)
        self.assertIn("=Owner", page.text)
        self.assertIn("Not accepted yet", page.text)
        with patch.object(report, "get_wkhtmltopdf_state", lambda self: "ok"):
            action = document.action_print_acknowledgements()
        self.assertEqual(action["type"], "ir.actions.report")

    def test_readers_are_reminded(self):
        """REQ D-19: by the plan, with what else they owe, once a day"""
        self.env["customer.portal.document"].search(
            [("acknowledgement", "=", True)]
        ).acknowledgement = False
        self.env["customer.portal.request"].search([]).active = False
        with freeze_time("2026-03-01 09:00:00"):
            self.document.acknowledgement = True
        self.env["mail.mail"].search([]).unlink()
        cron = self.registry["ir.cron"]

        def remind(moment):
            before = self.env["mail.mail"].search([])
            with (
                freeze_time(moment),
                patch.object(cron, "_commit_progress", lambda self, *a, **kw: 1.0),
            ):
                self.env["res.partner"]._cron_portal_remind()
            return self.env["mail.mail"].search([]) - before

        self.assertFalse(remind("2026-03-02 09:00:00"))
        mails = remind("2026-03-05 09:00:00")
        self.assertEqual(
            mails.recipient_ids, self.owner.partner_id | self.colleague.partner_id
        )
        self.assertIn("House rules", mails[0].body_html)
        self.assertFalse(remind("2026-03-05 19:00:00"))
        self.login(self.owner)
        self._accept()
        mail = remind("2026-03-08 09:00:00")
        self.assertEqual(mail.recipient_ids, self.colleague.partner_id)


@tagged("-at_install", "post_install")
class TestAcceptAtOnce(AtOnceCase):
    @mute_logger("odoo.sql_db")
    def test_readers_do_not_wait_for_each_other(self):
        """REQ D-19: only for who gives the document a new version, and they for readers"""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            for cr in (first, second):
                cr.execute("SET LOCAL lock_timeout = '1s'")
                document = self.document.with_env(self._get_env(cr))
                document.acknowledgement_ids._wait_for_version(document)
            first.rollback()
            with self.assertRaises(LockNotAvailable):
                first.execute(
                    "SELECT FROM customer_portal_document WHERE id = %s "
                    "FOR NO KEY UPDATE NOWAIT",
                    [self.document.id],
                )
