from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import PASSWORD
from .common import WizardCase


@tagged("-at_install", "post_install")
class TestWizard(WizardCase):
    """Sharing in steps (REQ S-1 to S-6)."""

    def test_documents_are_shared_by_a_web_link(self):
        """REQ S-1, S-2, S-4"""
        wizard = self.open(self.document, self.other_document)
        self.assertEqual((wizard.step, wizard.name), ("who", "Contract"))
        self.assertEqual(wizard.summary, "Contract, Other")
        with Form(wizard) as form:
            form.name = "Offer"
            form.expiration_date = "2100-01-01"
            form.password = PASSWORD
        share = self.finish(wizard)
        self.assertEqual(
            (share.name, share.access, share.state), ("Offer", "public", "active")
        )
        self.assertEqual(
            share.item_ids.mapped("res_id"), [self.document.id, self.other_document.id]
        )
        self.assertEqual(share.user_id, self.sharer)
        self.assertTrue(share.sudo()._is_password(PASSWORD))
        self.assertEqual(wizard.url, share.url)
        self.assertIn("data:image/png;base64,", wizard.qr_code)
        self.assertNotIn(share.sudo().token, wizard.qr_code)

    def test_the_password_is_nowhere_in_the_dialog(self):
        wizard = self.open()
        wizard.password = PASSWORD
        self.env.flush_all()
        self.assertFalse(wizard.read(["password"])[0]["password"])
        self.env.cr.execute(
            "SELECT to_jsonb(w)::text FROM customer_portal_share_wizard w WHERE id = %s",
            [wizard.id],
        )
        self.assertNotIn(PASSWORD, self.env.cr.fetchone()[0])
        with self.assertRaises(AccessError):
            wizard.read(["password_hash"])
        wizard.action_remove_password()
        self.assertFalse(self.finish(wizard).has_password)

    def test_a_folder_is_shared(self):
        """REQ S-1"""
        share = self.finish(self.open(self.folder))
        self.assertEqual(share.item_ids.res_model, "customer.portal.folder")

    def test_recipients_are_told_a_folder_s_own_name(self):
        """REQ S-1, S-4: those above it may name other customers"""
        wizard = self.open(self.subfolder)
        self.assertEqual(wizard.name, "Old")
        share = self.finish(wizard)
        self.assertEqual(share._get_item_names(), ["Old"])
        self.assertEqual(share.item_ids.name, "Plans / Old")

    def test_the_contact_of_a_document_is_proposed(self):
        """REQ S-3"""
        wizard = self.open()
        self.assertEqual(wizard.user_ids, self.owner)
        self.assertEqual(wizard.other_ids, self.owner.partner_id)
        wizard.access = "secured"
        share = self.finish(wizard)
        self.assertEqual(share.user_ids, self.owner)
        self.assertEqual(share._get_item_names(), [self.document.name])

    def test_a_secured_link_needs_somebody(self):
        """REQ S-3"""
        wizard = self.open_for_nobody()
        wizard.access = "secured"
        with self.assertRaisesRegex(UserError, "portal users"):
            wizard.action_create_share()
        wizard.user_ids = [Command.link(self.owner.id)]
        self.assertEqual(self.finish(wizard).user_ids, self.owner)

    def test_a_new_share_begins_with_what(self):
        """REQ S-6"""
        Wizard = self.env["customer.portal.share.wizard"].with_user(self.sharer)
        with Form(Wizard) as form:
            with form.item_ids.new() as item:
                item.record = f"{self.document._name},{self.document.id}"
        wizard = form.record
        self.assertEqual(wizard.step, "what")
        wizard.action_next()
        self.assertEqual((wizard.step, wizard.name), ("who", "Contract"))
        self.assertEqual(self.finish(wizard).item_ids.res_id, self.document.id)

    def test_a_day_that_is_over_is_no_expiry_date(self):
        wizard = self.open()
        wizard.expiration_date = "2020-01-01"
        with self.assertRaisesRegex(UserError, "in the past"):
            wizard.action_create_share()

    def test_nothing_is_no_share(self):
        wizard = (
            self.env["customer.portal.share.wizard"].with_user(self.sharer).create({})
        )
        for attempt in (wizard.action_next, wizard.action_create_share):
            with self.assertRaises(UserError):
                attempt()

    def test_the_kinds_to_choose_from_are_those_one_may_read(self):
        Item = self.env["customer.portal.share.wizard.item"]
        kinds = [
            kind for kind, _name in Item.with_user(self.sharer)._selection_record()
        ]
        self.assertIn("customer.portal.document", kinds)
        self.assertIn("customer.portal.folder", kinds)
        # other addons have kinds of their own
        kinds = [kind for kind, _name in Item.with_user(self.staff)._selection_record()]
        self.assertNotIn("customer.portal.document", kinds)
        self.assertNotIn("customer.portal.folder", kinds)

    def test_policies_are_known_before_the_end(self):
        """REQ S-13"""
        self.company.write(
            {
                "portal_share_web_links": False,
                "portal_share_password_required": True,
                "portal_share_expiration_max_days": 5,
            }
        )
        wizard = self.open()
        self.assertEqual(wizard.access, "secured")
        self.assertTrue(wizard.expiration_date)
        self.assertTrue(wizard.is_password_required)
        wizard.user_ids = [Command.link(self.owner.id)]
        with self.assertRaises(ValidationError):
            wizard.action_create_share()
        wizard.password = PASSWORD
        self.finish(wizard)

    def test_policies_are_those_of_the_company_of_what_is_shared(self):
        """REQ S-13: and not of the one that is active"""
        wizard, elsewhere = self._open_elsewhere(
            portal_share_web_links=False,
            portal_share_uploads=False,
            portal_share_password_required=True,
            portal_share_expiration_max_days=5,
        )
        last = fields.Date.add(fields.Date.context_today(wizard), days=5)
        self.assertEqual((wizard.access, wizard.expiration_date), ("secured", last))
        self.assertEqual(
            (wizard.has_web_links, wizard.has_uploads, wizard.max_days),
            (False, False, 5),
        )
        self.assertTrue(wizard.is_password_required and wizard.is_expiration_required)
        wizard.write({"password": PASSWORD, "user_ids": self.owner.ids})
        share = self.finish(wizard)
        self.assertEqual(share.company_id, elsewhere)
        # whichever company is active when more is put into it
        existing = self.env["customer.portal.share.wizard"].with_user(self.sharer)
        existing = existing.browse(share.action_add_items()["res_id"])
        self.assertEqual((existing.max_days, existing.has_web_links), (5, False))

    def test_policies_of_the_active_company_bind_no_share_of_another(self):
        """REQ S-13"""
        self.company.write(
            {"portal_share_web_links": False, "portal_share_expiration_max_days": 5}
        )
        wizard, _elsewhere = self._open_elsewhere()
        self.assertEqual((wizard.access, wizard.expiration_date), ("public", False))
        self.assertTrue(wizard.has_web_links)
        self.assertFalse(wizard.is_expiration_required)

    def test_what_was_chosen_stays_as_far_as_policies_allow_it(self):
        """REQ S-13: when something else is shared"""
        wizard, elsewhere = self._open_elsewhere(portal_share_expiration_max_days=5)
        today = fields.Date.context_today(wizard)
        for days, expected in ((2, 2), (9, 5)):
            wizard.expiration_date = fields.Date.add(today, days=days)
            wizard.access = "secured"
            wizard.action_back()
            with Form(wizard) as form:
                form.item_ids.remove(0)
                with form.item_ids.new() as item:
                    folder = self.folder.create(
                        {"name": "Walls", "company_id": elsewhere.id}
                    )
                    item.record = f"{folder._name},{folder.id}"
            self.assertEqual(wizard.access, "secured")
            self.assertEqual(
                wizard.expiration_date, fields.Date.add(today, days=expected)
            )

    def test_options_reach_the_share(self):
        """REQ S-10"""
        wizard = self.open()
        wizard.write(
            {
                "allow_download": True,
                "allow_upload": True,
                "download_limit": 3,
                "note": "Please sign.",
                "notify_first_access": True,
            }
        )
        share = self.finish(wizard)
        self.assertTrue(share.allow_upload and share.notify_first_access)
        self.assertEqual((share.download_limit, share.note), (3, "Please sign."))

    def test_more_is_added_to_a_share(self):
        share = self._create_share(self.document)
        wizard = self.open_of(share, "action_add_items")
        self.assertEqual(wizard.step, "what")
        with self.assertRaisesRegex(UserError, "what to share"):
            wizard.action_add_items()
        with Form(wizard) as form:
            for record in (self.document, self.folder, self.folder):
                with form.item_ids.new() as item:
                    item.record = f"{record._name},{record.id}"
        wizard.action_add_items()
        self.assertEqual(
            share.item_ids.mapped("name"), [self.document.name, self.folder.name]
        )

    def test_nobody_adds_what_he_may_not_read(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_document(company_id=elsewhere.id)
        wizard = self.open_of(self._create_share(self.document), "action_add_items")
        with self.assertRaises(AccessError):
            wizard.item_ids = [
                Command.create({"record": f"{foreign._name},{foreign.id}"})
            ]

    def test_nobody_adds_what_the_owner_may_not_read(self):
        """REQ S-14"""
        share = self._create_share(self.document)
        self.sharer.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        wizard = self.open_of(share, "action_add_items", self.portal_manager)
        wizard.item_ids = [
            Command.create({"record": f"{self.folder._name},{self.folder.id}"})
        ]
        with self.assertRaisesRegex(AccessError, "owner"):
            wizard.action_add_items()

    def test_the_share_of_another_is_neither_changed_nor_told(self):
        share = self._create_share(self.document)
        other = self._create_staff(
            "test_teller", "customer_portal_docs.group_document_user"
        )
        for action in ("action_add_items", "action_send_link"):
            with self.assertRaises(AccessError):
                self.open_of(share, action, other)
        Wizard = self.env["customer.portal.share.wizard"].with_user(other)
        with self.assertRaises(AccessError):
            Wizard.create({"share_id": share.id, "is_existing": True})
        wizard = Wizard.create({"is_existing": True})
        wizard.sudo().share_id = share
        wizard.item_ids = [
            Command.create({"record": f"{self.folder._name},{self.folder.id}"})
        ]
        for attempt in (
            wizard.action_add_items,
            lambda: wizard._add_user(self.stranger),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_nobody_shares_by_the_dialog_what_he_may_not_read(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_document(company_id=elsewhere.id)
        Wizard = self.env["customer.portal.share.wizard"].with_user(self.sharer)
        with self.assertRaises(AccessError):
            wizard = Wizard.create(
                {
                    "item_ids": [
                        Command.create({"record": f"{foreign._name},{foreign.id}"})
                    ]
                }
            )
            wizard.action_create_share()

    def test_the_dialog_of_another_is_not_open(self):
        wizard = self.open()
        with self.assertRaises(AccessError):
            wizard.with_user(self.manager).read(["name"])
