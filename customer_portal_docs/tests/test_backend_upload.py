from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged

from .common import PDF, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestBackendUpload(DocumentHttpCase):
    def _create_wizard(self, user=None, **vals):
        return (
            self.env["customer.portal.document.upload.wizard"]
            .with_user(user or self.document_user)
            .create({"partner_id": self.owner.partner_id.id, **vals})
        )

    def _upload(self, wizard_id, files=(("a.pdf", PDF),), token=None):
        return self.upload(
            list(files),
            token=token or self.get_token(),
            url="/customer_portal_docs/upload",
            wizard_id=wizard_id,
        )

    def test_staff_upload_for_a_customer_who_finds_it(self):
        """REQ D-13"""
        folder = self.env["customer.portal.folder"].create({"name": "Contracts"})
        wizard = self._create_wizard(
            name="Offer",
            description="As discussed",
            folder_id=folder.id,
            visibility="contact",
        )
        self.login(self.document_user)
        document = self.get_uploaded(self._upload(wizard.id))
        self.assertEqual(document.name, "Offer")
        self.assertEqual(document.description, "As discussed")
        self.assertEqual(document.folder_id, folder)
        self.assertEqual(document.visibility, "contact")
        self.assertEqual(document.user_id, self.document_user)
        self.login(self.owner)
        self.assertEqual(self.get(f"/my/documents/{document.id}").status_code, 200)

    def test_who_sees_it_is_what_the_company_of_the_customer_says(self):
        """REQ D-12, D-13: and what was chosen stays"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_visibility": "contact"}
        )
        self.document_user.company_ids |= elsewhere
        self.stranger.write({"company_ids": elsewhere.ids, "company_id": elsewhere.id})
        self.stranger.partner_id.company_id = elsewhere
        Wizard = self.env["customer.portal.document.upload.wizard"]
        with Form(Wizard.with_user(self.document_user)) as form:
            form.partner_id = self.owner.partner_id
            self.assertEqual(form.visibility, "company")
            form.partner_id = self.stranger.partner_id
            self.assertEqual(form.visibility, "contact")
            form.partner_id = self.owner.partner_id
            self.assertEqual(form.visibility, "company")
            form.visibility = "contact"
            form.partner_id = self.colleague.partner_id
            self.assertEqual(form.visibility, "contact")
        wizard = self._create_wizard(partner_id=self.stranger.partner_id.id)
        self.assertEqual(wizard.visibility, "contact")

    def test_what_was_chosen_stays_until_the_company_is_another(self):
        """REQ D-12, D-13: a folder or a record of the same company undoes nothing"""
        elsewhere, abroad = self.env["res.company"].create(
            [
                {"name": "Elsewhere", "portal_document_visibility": "company"},
                {"name": "Abroad", "portal_document_visibility": "company"},
            ]
        )
        self.document_user.company_ids |= elsewhere | abroad
        self.stranger.write({"company_ids": elsewhere.ids, "company_id": elsewhere.id})
        self.stranger.partner_id.company_id = elsewhere
        shared, theirs = self.env["customer.portal.folder"].create(
            [
                {"name": "Shared", "company_id": False},
                {"name": "Theirs", "company_id": elsewhere.id},
            ]
        )
        moved = self.private.partner_id.copy({"company_id": abroad.id})
        Wizard = self.env["customer.portal.document.upload.wizard"]
        with Form(Wizard.with_user(self.document_user)) as form:
            form.partner_id = self.stranger.partner_id
            self.assertEqual(form.visibility, "company")
            form.visibility = "contact"
            for folder in (shared, theirs, shared.browse()):
                form.folder_id = folder
                self.assertEqual(form.visibility, "contact")
        wizard = form.record
        wizard.folder_id = theirs
        self.assertEqual(wizard.visibility, "contact")
        with Form(Wizard.with_user(self.document_user)) as form:
            form.partner_id = self.stranger.partner_id
            form.visibility = "contact"
            form.partner_id = moved
            self.assertEqual(form.visibility, "company")
            # nor does a setting of theirs stay for a customer of the active company
            self.company.portal_document_visibility = "contact"
            form.partner_id = self.owner.partner_id
            self.assertEqual(form.visibility, "contact")

    def test_a_contact_of_all_companies_leaves_it_to_the_record_or_the_folder(self):
        """REQ D-13: not to the company that happens to be active"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_visibility": "contact"}
        )
        self.document_user.company_ids |= elsewhere
        project = self._create_project("Roof", self.owner)
        project.company_id = elsewhere
        folder = self.env["customer.portal.folder"].create(
            {"name": "Roofs", "company_id": elsewhere.id}
        )
        self.login(self.document_user)
        for vals in (
            {"res_model": project._name, "res_id": project.id},
            {"folder_id": folder.id},
        ):
            wizard = self._create_wizard(**vals)
            self.assertEqual(wizard.visibility, "contact", vals)
            document = self.get_uploaded(self._upload(wizard.id))
            self.assertEqual(document.company_id, elsewhere, vals)

    def test_a_record_that_is_gone_says_nothing(self):
        """REQ D-13: dialogs that were left open are computed by an update of the addon too"""
        project = self._create_project("Roof")
        wizard = self._create_wizard(res_model=project._name, res_id=project.id)
        project.unlink()
        wizard.invalidate_recordset()
        self.env.add_to_compute(wizard._fields["company_id"], wizard)
        self.assertEqual(wizard.company_id, self.company)
        self.assertFalse(wizard.res_name)

    def test_it_is_kept_in_the_company_that_was_active_in_the_dialog(self):
        """REQ D-13: which the request with the file does not say"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.document_user.company_ids |= elsewhere
        Wizard = self.env["customer.portal.document.upload.wizard"]
        Wizard = Wizard.with_user(self.document_user).with_company(elsewhere)
        wizard = Wizard.create({"partner_id": self.owner.partner_id.id})
        self.login(self.document_user)
        document = self.get_uploaded(self._upload(wizard.id))
        self.assertEqual(document.company_id, elsewhere)
        with self.assertRaises(AccessError):
            wizard.company_id = self.company
        # nor does a client say it as the dialog opens
        for Dialog, vals in (
            (Wizard, {"company_id": self.company.id}),
            (Wizard.with_context(default_company_id=self.company.id), {}),
        ):
            with self.assertRaises(AccessError):
                Dialog.create({"partner_id": self.owner.partner_id.id, **vals})

    def test_the_customer_may_be_told(self):
        """REQ D-13"""
        self.env.ref(
            "customer_portal_docs.mail_template_document_shared"
        ).auto_delete = False
        self.login(self.document_user)
        for notify in (False, True):
            wizard = self._create_wizard(notify=notify)
            document = self.get_uploaded(self._upload(wizard.id))
            other = self.get_uploaded(self._upload(wizard.id, [("b.pdf", PDF)]))
            self.assertFalse(
                self.env["mail.mail"].search([("subject", "like", "b.pdf")])
            )
            wizard.invalidate_recordset()
            for _turn in range(2):
                wizard.action_upload()
            mail = self.env["mail.mail"].search(
                [("model", "=", document._name), ("res_id", "=", document.id)]
            )
            self.assertEqual(len(mail), int(notify))
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        self.assertEqual(mail.subject, "New in our customer portal: a.pdf, b.pdf")
        # above the mail as well, where core has the name of one
        self.assertRegex(mail.body_html, r">\s*a\.pdf, b\.pdf\s*<")
        for one in document, other:
            self.assertIn(f"/my/documents/{one.id}", mail.body_html)

    def test_new_documents_end_and_are_to_be_accepted(self):
        """REQ D-13, D-19, D-20: and the contact gets one mail, which asks for it"""
        for name in ("document_shared", "accept"):
            template = f"customer_portal_docs.mail_template_{name}"
            self.env.ref(template).auto_delete = False
        Wizard = self.env["customer.portal.document.upload.wizard"]
        with Form(Wizard.with_user(self.document_user)) as form:
            form.partner_id = self.owner.partner_id
            form.notify = True
            form.valid_until = "2037-06-30"
            self.assertEqual(form.renewed_by, "us")
            form.renewed_by = "customer"
            form.acknowledgement = True
            self.assertTrue(form.acknowledgement_notify)
        self.login(self.document_user)
        document = self.get_uploaded(self._upload(form.record.id))
        self.assertEqual(str(document.valid_until), "2037-06-30")
        self.assertEqual(document.renewed_by, "customer")
        self.assertTrue(document.acknowledgement)
        self.assertIn(self.owner.partner_id, document.acknowledgement_missing_ids)
        form.record.invalidate_recordset()
        form.record.action_upload()
        mails = self.env["mail.mail"].search([("subject", "like", document.name)])
        self.assertFalse(mails)
        Cron = self.registry["ir.cron"]
        later = fields.Datetime.now() + timedelta(minutes=6)
        with freeze_time(later), patch.object(Cron, "_commit_progress"):
            self.env["customer.portal.reader.mail"]._send_waiting()
        mails = self.env["mail.mail"].search([("subject", "like", document.name)])
        self.assertIn(self.owner.partner_id, mails.recipient_ids)

    def test_readers_in_a_folder_get_one_mail(self):
        """REQ D-13, D-19: who is asked to accept it hears of it by that, and by the other otherwise"""
        folder = self.env["customer.portal.folder"].create(
            {"name": "Rules", "partner_ids": self.owner.partner_id.ids}
        )
        self.login(self.document_user)
        for is_asked in (True, False):
            wizard = self._create_wizard(
                partner_id=False,
                folder_id=folder.id,
                notify=True,
                acknowledgement=True,
                acknowledgement_notify=is_asked,
            )
            self.get_uploaded(self._upload(wizard.id))
            before = self.env["mail.mail"].search([])
            wizard.invalidate_recordset()
            self.env.ref(
                "customer_portal_docs.mail_template_document_shared"
            ).auto_delete = False
            wizard.action_upload()
            mails = self.env["mail.mail"].search([]) - before
            self.assertEqual(bool(mails), not is_asked)

    def test_several_files_with_one_title_are_told_apart(self):
        """REQ D-2, D-13: however long it is"""
        wizard = self._create_wizard(name="Offer " * 100)
        self.login(self.document_user)
        names = [
            self.get_uploaded(
                self.upload(
                    [(name, PDF)],
                    url="/customer_portal_docs/upload",
                    wizard_id=wizard.id,
                    several="1",
                )
            ).name
            for name in ("a.pdf", "b.pdf")
        ]
        for name, filename in zip(names, ("a.pdf", "b.pdf"), strict=True):
            self.assertTrue(name.startswith("Offer Offer"))
            self.assertTrue(name.endswith(f" – {filename}"))
            self.assertLessEqual(len(name), 600)

    def test_staff_learn_who_cannot_be_told_or_cannot_open_it(self):
        """REQ D-13: no button leads to a login that the customer does not have"""
        template = "customer_portal_docs.mail_template_document_shared"
        self.env.ref(template).auto_delete = False
        guest, unknown = self.env["res.partner"].create(
            [{"name": "Gus Berg", "email": "gus@example.com"}, {"name": "Una Lind"}]
        )
        Wizard = self.env["customer.portal.document.upload.wizard"]
        self.login(self.document_user)
        for partner, problem, mail_count in (
            (self.owner.partner_id, "", 1),
            # a colleague, who has a login, may read the mails of the company
            (self.brightwater, "", 1),
            (guest, "Gus Berg has no access to the portal", 1),
            (unknown, "Una Lind has no e-mail address", 0),
        ):
            with self.subTest(partner=partner.name):
                self.brightwater.email = "office@example.com"
                with Form(Wizard.with_user(self.document_user)) as form:
                    form.partner_id = partner
                    self.assertFalse(form.notify_warning)
                    form.notify = True
                    self.assertIn(problem, form.notify_warning or "")
                document = self.get_uploaded(self._upload(form.record.id))
                form.record.invalidate_recordset()
                form.record.action_upload()
                mail = self.env["mail.mail"].search(
                    [("model", "=", document._name), ("res_id", "=", document.id)]
                )
                self.assertEqual(len(mail), mail_count)
                opens = not problem
                self.assertEqual("/my/documents/" in str(mail.body_html), opens)
                if mail:
                    self.assertEqual("have no access" in mail.body_html, not opens)
                notes = " ".join(document.message_ids.mapped("body"))
                self.assertIn(problem, notes)
                self.assertEqual("has no" in notes, not opens)

    def test_nobody_is_told_of_what_one_may_not_read(self):
        """REQ D-13"""
        wizard = self._create_wizard(notify=True)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_document(self.owner, company_id=elsewhere.id)
        wizard.sudo().uploaded_ids = foreign
        wizard.invalidate_recordset()
        count = self.env["mail.mail"].search_count([])
        wizard.action_upload()
        self.assertEqual(self.env["mail.mail"].search_count([]), count)

    def test_it_can_be_for_nobody_but_a_record(self):
        """REQ D-13"""
        project = self._create_project("Pump House", self.owner)
        wizard = self._create_wizard(
            partner_id=False, res_model="project.project", res_id=project.id
        )
        self.login(self.document_user)
        document = self.get_uploaded(self._upload(wizard.id))
        self.assertEqual(project.portal_document_ids, document)
        self.assertTrue(document.with_user(self.owner)._is_open_in_portal())

    def test_those_who_may_look_in_a_place_may_be_told(self):
        """REQ D-13: each in their language, of all that came, with a link that opens it"""
        self.env.ref(
            "customer_portal_docs.mail_template_document_shared"
        ).auto_delete = False
        self.env["res.lang"]._activate_lang("fr_FR")
        self.colleague.partner_id.lang = "fr_FR"
        # whatever the company says of what has a contact
        self.company.portal_document_visibility = "contact"
        folder = self._create_folder("Plans", self.brightwater)
        project = self._create_project("Roof", self.stranger)
        closed = self._create_folder("Closed")
        Wizard = self.env["customer.portal.document.upload.wizard"]
        on_project = {"default_res_model": project._name, "default_res_id": project.id}
        self.login(self.document_user)
        for context, place, readers in (
            ({}, folder, self.owner | self.colleague),
            (on_project, folder, self.owner | self.colleague | self.stranger),
            (on_project, folder.browse(), self.stranger),
            ({}, closed, self.env["res.users"]),
        ):
            with self.subTest(place=place.name, readers=readers.mapped("login")):
                Dialog = Wizard.with_user(self.document_user).with_context(**context)
                with Form(Dialog) as form:
                    form.folder_id = place
                    self.assertFalse(form.reader_count)
                    form.notify = True
                    self.assertEqual(form.reader_count, len(readers))
                    self.assertEqual(bool(form.notify_warning), not readers)
                documents = self.get_uploaded(self._upload(form.record.id))
                documents |= self.get_uploaded(
                    self._upload(form.record.id, [("b.pdf", PDF)])
                )
                form.record.invalidate_recordset()
                form.record.action_upload()
                mails = self.env["mail.mail"].search(
                    [
                        ("model", "=", documents._name),
                        ("res_id", "in", documents.ids),
                    ]
                )
                self.assertEqual(len(mails), len(readers))
                self.assertEqual(mails.recipient_ids, readers.partner_id)
                for mail in mails:
                    self.assertIn(f"Hello {mail.recipient_ids.name}", mail.body_html)
                    self.assertNotIn("have no access", mail.body_html)
                    for document in documents:
                        self.assertIn(document.access_url, mail.body_html)
                for reader in readers:
                    for document in documents.with_user(reader):
                        self.assertTrue(document._is_open_in_portal())
                notes = " ".join(documents.message_ids.mapped("body"))
                self.assertEqual("No customer with access" in notes, not readers)

    def test_the_number_of_readers_of_a_secret_place_is_secret(self):
        """REQ D-13"""
        project = self._create_project("Roof", self.owner)
        project.privacy_visibility = "followers"
        wizard = self._create_wizard(
            partner_id=False,
            notify=True,
            res_model=project._name,
            res_id=project.id,
        )
        self.assertEqual(wizard.reader_count, 0)

    def test_the_dialog_does_not_name_what_one_may_not_read(self):
        """REQ 11.7: not either where one call makes the dialog and reads it"""
        project = self._create_project("Merger", self.owner)
        project.privacy_visibility = "followers"
        values = {"res_model": project._name, "res_id": project.id}
        Wizard = self.env["customer.portal.document.upload.wizard"]
        Wizard = Wizard.with_user(self.document_user)
        for shown in ({}, {"notify": True}):
            self.env.flush_all()
            self.env.invalidate_all()
            [told] = Wizard.web_save({**values, **shown}, {"res_name": {}})
            self.assertFalse(told["res_name"])
        project.message_subscribe(partner_ids=self.document_user.partner_id.ids)
        self.env.invalidate_all()
        [told] = Wizard.web_save(values, {"res_name": {}})
        self.assertEqual(told["res_name"], "Merger")

    def test_a_refused_file_is_told(self):
        """REQ D-15"""
        wizard = self._create_wizard()
        self.login(self.document_user)
        for files, status in (
            ([], 400),
            ([("a.pdf", b"")], 400),
            ([("a.exe", b"x")], 415),
            ([("a.txt", b"x" * (1024 * 1024 + 1))], 413),
        ):
            response = self._upload(wizard.id, files)
            self.assertEqual(response.status_code, status)
            self.assertIn("message", response.json())

    def test_only_the_dialogs_own_user_uploads_with_it(self):
        """REQ D-13"""
        wizard = self._create_wizard()
        for user in (self.owner, self.staff, self.manager):
            self.login(user)
            self.assertEqual(self._upload(wizard.id).status_code, 404, user.login)
        self.login(self.document_user)
        for wizard_id in ("", "x", "0", 10**20, wizard.id + 1000):
            self.assertEqual(self._upload(wizard_id).status_code, 404, wizard_id)

    def test_a_customer_that_staff_may_not_read_is_refused(self):
        """REQ D-13"""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self._create_wizard(partner_id=theirs.id)
        # one who moved away while the dialog was open
        wizard = self._create_wizard()
        wizard.sudo().partner_id = theirs
        self.login(self.document_user)
        response = self._upload(wizard.id)
        self.assertEqual(response.status_code, 403)
        self.assertFalse(theirs.portal_document_ids)

    def test_it_is_protected_against_forged_requests(self):
        """REQ D-13"""
        wizard = self._create_wizard()
        self.login(self.document_user)
        self.assertEqual(self._upload(wizard.id, token="forged").status_code, 400)
        self.login(None)
        response = self._upload(wizard.id, token="forged")
        self.assertEqual(response.status_code, 303)
