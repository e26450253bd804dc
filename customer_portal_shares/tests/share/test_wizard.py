from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import format_date, html2plaintext

from odoo.addons.customer_portal_docs.tests.test_emails import bounce
from odoo.addons.mail.tests.common import MockEmail

from ..common import PASSWORD, ShareCase


@tagged("-at_install", "post_install")
class TestWizard(MockEmail, ShareCase):
    """Sharing in steps (REQ S-1 to S-6)."""

    def open(self, *records, user=None):
        records = records or (self.document,)
        action = records[0].browse(record.id for record in records)
        action = action.with_user(user or self.sharer).action_new_share()
        self.assertEqual(action["target"], "new")
        return (
            self.env["customer.portal.share.wizard"]
            .with_user(user or self.sharer)
            .browse(action["res_id"])
        )

    def open_for_nobody(self):
        """Open the dialog, and propose nobody."""
        wizard = self.open()
        wizard.write({"user_ids": [Command.clear()], "other_ids": [Command.clear()]})
        return wizard

    def finish(self, wizard):
        wizard.action_create_share()
        self.assertEqual(wizard.step, "link")
        return wizard.share_id

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

    def test_a_user_is_added_on_the_spot(self):
        """REQ S-3"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard = self.open_for_nobody()
        wizard.write(
            {
                "access": "secured",
                "new_user_name": "Nora New",
                "new_user_email": "Nora@Example.com",
            }
        )
        with self.mock_mail_gateway():
            wizard.action_add_user()
        user = wizard.user_ids
        self.assertEqual(
            (user.name, user.login, user.active), ("Nora New", "nora@example.com", True)
        )
        self.assertTrue(user._is_portal())
        self.assertTrue(self._mails, "the invitation")
        self.assertFalse(wizard.new_user_email)
        self.assertEqual(self.finish(wizard).user_ids, user)

    def test_a_new_user_is_of_the_company_of_the_share(self):
        """REQ S-3: and not of the one that is active"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard, elsewhere = self._open_elsewhere()
        wizard = wizard.with_context(
            allowed_company_ids=[self.company.id, elsewhere.id]
        )
        wizard.write({"access": "secured", "new_user_email": "nora@example.com"})
        with self.mock_mail_gateway():
            wizard.action_add_user()
        user = wizard.user_ids
        self.assertEqual(user.login, "nora@example.com")
        self.assertEqual((user.company_id, user.company_ids), (elsewhere, elsewhere))

    def test_a_user_who_is_there_already_is_taken(self):
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard = self.open()
        wizard.new_user_email = self.owner.email
        with self.mock_mail_gateway():
            wizard.action_add_user()
        self.assertEqual(wizard.user_ids, self.owner)
        self.assertFalse(self._mails)

    def test_an_archived_user_is_named_and_invited_again_where_that_is_wanted(self):
        """REQ S-3: whether only the account is archived, or the contact as well"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        contacts = self.env["res.partner"].with_context(active_test=False)
        for user, archives_contact in ((self.owner, False), (self.colleague, True)):
            user.active = False
            user.partner_id.active = not archives_contact
            count = contacts.search_count([])
            wizard = self.open()
            # whose document it is, is proposed
            wizard.user_ids = False
            wizard.new_user_email = user.email
            wizard.action_add_user()
            self.assertEqual(wizard.archived_user, user.name)
            self.assertFalse(wizard.user_ids)
            self.assertFalse(user.active)
            wizard.action_activate_user()
            self.assertEqual(wizard.user_ids, user)
            self.assertTrue(user.active and user.partner_id.active)
            self.assertFalse(wizard.archived_user)
            self.assertEqual(contacts.search_count([]), count, "no second contact")

    def test_nobody_is_let_in_again_who_is_no_customer_of_ours(self):
        """REQ S-3, U-4: neither of another company, nor beside an account of staff"""
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.owner.write(
            {
                "company_ids": [Command.set(elsewhere.ids)],
                "company_id": elsewhere.id,
                "active": False,
            }
        )
        former = self._create_staff("test_former")
        former.partner_id.email = "former@example.com"
        former.active = False
        double = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "login": "double",
                    "partner_id": former.partner_id.id,
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                    "active": False,
                }
            )
        )
        for user in (self.owner, former, double):
            wizard = self.open()
            wizard.user_ids = False
            wizard.new_user_email = user.partner_id.email
            for act in (wizard.action_add_user, wizard.action_activate_user):
                with (
                    self.subTest(user=user.login, act=act.__name__),
                    self.assertRaises(UserError),
                    self.cr.savepoint(),
                ):
                    act()
                self.assertFalse(user.active)
                self.assertFalse(wizard.archived_user)

    def test_nonsense_is_no_user(self):
        self.sharer.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        wizard = self.open()
        for email in ("", "nonsense", "two words", "@example.com"):
            wizard.new_user_email = email
            # says what is wrong with it, if something was typed
            words = f"“{email}” is not" if email else "Please type"
            with self.assertRaisesRegex(ValidationError, words):
                wizard.action_add_user()

    def test_nobody_is_left_out_who_was_typed_and_not_added(self):
        """REQ S-3: whether others are chosen or not"""
        wizard = self.open_for_nobody()
        wizard.access = "secured"
        for name, email in (
            ("Nora New", "nora@example.com"),
            ("", "nora"),
            ("Nora", ""),
        ):
            wizard.write({"new_user_name": name, "new_user_email": email})
            for users in (self.owner, self.env["res.users"]):
                wizard.user_ids = users
                with self.assertRaisesRegex(UserError, "Press “Add User” first"):
                    wizard.action_create_share()
        # who is typed before somebody takes a web link instead is not asked for
        wizard.access = "public"
        self.assertEqual(self.finish(wizard).access, "public")
        wizard.action_done()

    def test_only_who_may_create_contacts_invites(self):
        wizard = self.open()
        self.assertFalse(wizard.can_invite)
        wizard.new_user_email = "nora@example.com"
        with self.assertRaises(UserError):
            wizard.action_add_user()
        self.assertTrue(self.open(user=self.portal_manager).can_invite)

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

    def _open_elsewhere(self, **policies):
        """Open the dialog for the folder of a company with policies, and not the active one."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere", **policies})
        self.sharer.company_ids |= elsewhere
        folder = self.folder.create({"name": "Roofs", "company_id": elsewhere.id})
        return self.open(folder), elsewhere

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

    # -- mail (REQ S-4)

    def _get_today(self):
        return format_date(self.env, fields.Date.context_today(self.document))

    def test_recipients_are_told_one_by_one(self):
        wizard = self.open()
        wizard.write(
            {
                "access": "secured",
                "user_ids": [Command.set([self.owner.id, self.colleague.id])],
                "note": "Please sign.",
                "password": PASSWORD,
            }
        )
        share = self.finish(wizard)
        self.assertEqual(
            wizard.told_ids, self.owner.partner_id | self.colleague.partner_id
        )
        wizard.told_ids = self.owner.partner_id
        wizard.other_ids = self.stranger.partner_id
        with self.mock_mail_gateway():
            wizard.action_send()
        self.assertEqual(len(self._mails), 2)
        for mail in self._mails:
            self.assertEqual(len(mail["email_to"]), 1)
            self.assertIn(share.url, mail["body"])
            self.assertIn("Please sign.", mail["body"])
            # what it is of, by name
            self.assertIn(f">{self.document.name}</li>", mail["body"])
            self.assertNotIn(PASSWORD, mail["body"])
            self.assertIn("password, which you get separately", mail["body"])
        self.assertEqual(
            wizard.sent_to,
            f"{self.owner.name}, {self.stranger.name}",
        )
        self.assertFalse(share.portal_undelivered)
        self.assertEqual(
            share.sent_to.splitlines(),
            [
                f"{partner.name} <{partner.email}>, {self._get_today()}"
                for partner in (self.owner.partner_id, self.stranger.partner_id)
            ],
        )
        messages = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", share._name), ("res_id", "=", share.id)])
        )
        self.assertEqual(len(messages), 2)
        self.assertNotIn(share.sudo().token, "".join(messages.mapped("body")))
        bounce(self.env, messages[0].message_id, "gone@example.com")
        self.assertEqual(share.portal_undelivered, "gone@example.com")
        share.unlink()
        self.assertFalse(messages.exists())

    def test_the_share_keeps_to_whom_it_was_sent(self):
        """REQ S-4: one line for each mail, whatever the recipients call themselves"""
        wizard = self.open_for_nobody()
        share = self.finish(wizard)
        partner = self.stranger.partner_id
        with self.mock_mail_gateway():
            for name in ("First", "Second\nThird <third@example.com>, 2020-01-01"):
                partner.name = name
                wizard.other_ids = partner
                wizard.action_send()
        day = self._get_today()
        name = "Second Third <third@example.com>, 2020-01-01"
        line = f"{name} <{partner.email}>, {day}"
        self.assertEqual(share.sent_to.splitlines(), [line, line])
        with self.assertRaises(AccessError):
            share.with_user(self.sharer).mailing_ids = [Command.clear()]
        with self.assertRaises(AccessError):
            share.mailing_ids.with_user(self.sharer).partner_id = self.owner.partner_id

    def test_of_a_recipient_no_more_is_kept_than_the_contact(self):
        """REQ S-4: neither of one that is anonymized, nor of one that is deleted"""
        share = self.finish(self.open_for_nobody())
        gone, double, partner = self.env["res.partner"].create(
            [{"name": name, "email": "jo@example.com"} for name in ("Jo", "J", "Joe")]
        )
        share._note_sent(gone | double | partner)
        day = self._get_today()
        gone.unlink()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (double | partner).ids, partner
        )
        self.assertEqual(
            share.sent_to.splitlines(), [f"Joe <jo@example.com>, {day}"] * 2
        )
        partner.write({"name": "Anonymous", "email": False})
        self.assertEqual(share.sent_to.splitlines(), [f"Anonymous, {day}"] * 2)

    def test_addresses_are_told_to_who_may_read_the_contact(self):
        """REQ S-4, S-14"""
        share = self.finish(self.open_for_nobody())
        partner = self.env["res.partner"].create(
            {"name": "Jo", "email": "jo@example.com"}
        )
        share._note_sent(partner)
        partner.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.invalidate_all()
        self.assertEqual(share.sent_to, f"Jo, {self._get_today()}")

    def test_one_recipient_is_greeted_by_name(self):
        """REQ S-4: several are not, nor anybody in a text that may go to others yet"""
        wizard = self.open_for_nobody()
        self.finish(wizard)
        one, two = self.stranger.partner_id, self.owner.partner_id
        unnamed = self.env["res.partner"].create(
            {"name": "new@example.com", "email": "new@example.com"}
        )
        for recipients, hello in (
            (one, f"Hello {one.name},"),
            (one | two, "Hello,"),
            (unnamed, "Hello,"),
        ):
            wizard.other_ids = recipients
            wizard.action_edit_mail()
            self.assertIn("Hello,", html2plaintext(wizard.mail_body))
            with self.mock_mail_gateway():
                wizard.action_send()
            for mail in self._mails:
                self.assertIn(hello, html2plaintext(mail["body"]))

    def test_nobody_is_greeted_by_the_name_of_another(self):
        """REQ S-4: who is added once the text for one was edited"""
        wizard = self.open_for_nobody()
        self.finish(wizard)
        one = self.stranger.partner_id
        wizard.other_ids = one
        wizard.action_edit_mail()
        wizard.mail_subject = "Have a look"
        wizard.action_back_to_link()
        self.env.invalidate_all()
        wizard.other_ids |= self.owner.partner_id
        with self.mock_mail_gateway():
            wizard.action_send()
        self.assertEqual(len(self._mails), 2)
        for mail in self._mails:
            self.assertEqual(mail["subject"], "Have a look")
            self.assertNotIn(one.name, mail["body"])

    def test_the_mail_names_what_the_page_shows(self):
        """REQ S-4, S-14: nothing that was withdrawn, or that the owner may not read"""
        roofs = self.folder.create({"name": "Roofs"})
        share = self._create_share(self.document, roofs, self.other_document)
        names = ["Contract", "Roofs", "Other"]
        self.assertEqual(share._get_item_names(), names)
        self.assertEqual(share._get_item_names(limit=1), ["Contract", "and 2 more"])
        self.document.active = False
        # whoever sends it may read it, and the owner not
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        roofs.company_id = elsewhere
        self.assertEqual(share._get_item_names(), ["Other"])
        # visitors see nothing of a file drop
        share.write({"allow_download": False, "allow_upload": True})
        self.assertEqual(share._get_item_names(), [])

    def test_contacts_without_a_name_are_told(self):
        """REQ S-4: an address of a company need not have one"""
        bills = self.env["res.partner"].create(
            {
                "type": "invoice",
                "parent_id": self.owner.partner_id.commercial_partner_id.id,
                "email": "bills@example.com",
            }
        )
        self.assertFalse(bills.name)
        called = f"{bills.parent_id.name}, Invoice"
        wizard = self.open_for_nobody()
        share = self.finish(wizard)
        wizard.other_ids = bills
        with self.mock_mail_gateway():
            wizard.action_send()
        self.assertEqual(len(self._mails), 1)
        self.assertIn("Hello,", html2plaintext(self._mails[0]["body"]))
        self.assertEqual(wizard.sent_to, called)
        self.assertEqual(
            share.sent_to, f"{called} <bills@example.com>, {self._get_today()}"
        )
        bills.email = "nowhere"
        wizard.other_ids = bills
        with self.assertRaisesRegex(UserError, f"{called} .nowhere."):
            wizard.action_send()

    def test_days_are_written_as_their_reader_does(self):
        """REQ S-4"""
        self.env["res.lang"]._activate_lang("fr_FR")
        share = self.finish(self.open_for_nobody())
        share._note_sent(self.owner.partner_id)
        english, french = (
            share.with_context(lang=lang).sent_to for lang in ("en_US", "fr_FR")
        )
        self.assertNotEqual(english, french)

    def test_the_mail_is_changed_before_it_goes(self):
        wizard = self.open()
        self.finish(wizard)
        wizard.other_ids = self.stranger.partner_id
        wizard.action_edit_mail()
        self.assertEqual(wizard.step, "mail")
        self.assertIn(wizard.url, wizard.mail_body)
        wizard.mail_subject = "Have a look"
        wizard.mail_body = f'<p>Here: <a href="{wizard.url}">look</a></p>'
        with self.mock_mail_gateway():
            wizard.action_send()
        self.assertEqual(self._mails[0]["subject"], "Have a look")
        self.assertIn("Here:", self._mails[0]["body"])

    def test_what_was_written_for_one_is_not_sent_to_the_next(self):
        """REQ S-4"""
        wizard = self.open_for_nobody()
        self.finish(wizard)
        wizard.other_ids = self.stranger.partner_id
        wizard.action_edit_mail()
        wizard.mail_body = "<p>Dear stranger</p>"
        with self.mock_mail_gateway():
            wizard.action_send()
            wizard.other_ids = self.owner.partner_id
            wizard.action_send()
        self.assertIn("Dear stranger", self._mails[0]["body"])
        self.assertNotIn("Dear stranger", self._mails[1]["body"])
        self.assertIn(wizard.url, self._mails[1]["body"])

    def test_the_mail_is_in_the_language_of_who_is_told_at_last(self):
        """REQ S-4: unless it was edited, which the dialog says"""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("customer_portal_shares.mail_template_share")
        template.with_context(lang="fr_FR").subject = "Pour vous"
        self.stranger.partner_id.lang = "fr_FR"
        wizard = self.open_for_nobody()
        self.finish(wizard)
        wizard.other_ids = self.stranger.partner_id
        wizard.action_edit_mail()
        self.assertEqual(wizard.mail_subject, "Pour vous")
        wizard.action_back_to_link()
        # as another request of the dialog finds it
        self.env.invalidate_all()
        self.assertFalse(wizard.is_mail_edited)
        wizard.other_ids = self.owner.partner_id
        wizard.action_edit_mail()
        self.assertIn("shares", wizard.mail_subject)
        wizard.mail_subject = "Have a look"
        wizard.action_back_to_link()
        self.env.invalidate_all()
        self.assertTrue(wizard.is_mail_edited)
        wizard.other_ids = self.stranger.partner_id
        with self.mock_mail_gateway():
            wizard.action_send()
        self.assertEqual(self._mails[0]["subject"], "Have a look")

    def test_each_gets_the_mail_in_their_own_language(self):
        """REQ S-4: with all around the text, whatever language the sender reads"""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = {"lang": "fr_FR"}
        template = self.env.ref("customer_portal_shares.mail_template_share")
        template.with_context(**french).subject = "Pour vous"
        self.folder.with_context(**french).name = "Les plans"
        layout = self.env.ref("customer_portal_shares.mail_layout_share")
        line = '<span style="font-size: 10px;">%s</span>'
        layout.update_field_translations(
            "arch_db", {"fr_FR": {line % "Shared with you": line % "Partagé"}}
        )
        self.stranger.partner_id.lang = "fr_FR"
        wizard = self.open(self.folder)
        self.finish(wizard)
        recipients = self.owner.partner_id | self.stranger.partner_id
        for subjects in (["Offer", "Pour vous"], ["Have a look", "Have a look"]):
            wizard.other_ids = recipients
            wizard.action_edit_mail()
            if "Have a look" in subjects:
                wizard.mail_subject = "Have a look"
            with self.mock_mail_gateway():
                wizard.action_send()
            mails = {mail["email_to"][0]: mail for mail in self._mails}
            english, french = (mails[partner.email_formatted] for partner in recipients)
            self.assertEqual(french["subject"], subjects[1])
            self.assertNotEqual(english["subject"], "Pour vous")
            if subjects[0] == "Offer":
                self.assertIn(">Plans</li>", english["body"])
                self.assertIn(">Les plans</li>", french["body"])
            self.assertIn("Shared with you", english["body"])
            self.assertIn("Partagé", french["body"])
            self.assertIn('lang="fr_FR"', french["body"])

    def test_without_the_template_one_is_told_so(self):
        """REQ S-5: somebody has deleted it"""
        wizard = self.open()
        self.finish(wizard)
        self.env.ref("customer_portal_shares.mail_template_share").unlink()
        wizard.other_ids = self.stranger.partner_id
        for attempt in (wizard.action_send, wizard.action_edit_mail):
            with self.assertRaisesRegex(UserError, "copy the link"):
                attempt()

    def test_nobody_to_tell_is_told(self):
        wizard = self.open_for_nobody()
        self.finish(wizard)
        for attempt in (wizard.action_send, wizard.action_edit_mail):
            with self.assertRaises(UserError):
                attempt()

    def test_contacts_whom_no_mail_reaches_are_named(self):
        """REQ S-4: before anything is sent"""
        wizard = self.open()
        self.finish(wizard)
        lost = self.env["res.partner"].create(
            [{"name": "Typo", "email": "no address"}, {"name": "Nobody"}]
        )
        for other_ids in (lost, lost | self.stranger.partner_id):
            wizard.other_ids = other_ids
            words = r"to (Typo \(no address\)|Nobody), (Typo \(no address\)|Nobody):"
            with self.assertRaisesRegex(UserError, words):
                wizard.action_send()
        self.assertFalse(wizard.sent_to)

    def test_a_user_without_an_address_keeps_no_mail_from_the_others(self):
        """REQ S-4"""
        self.colleague.partner_id.email = False
        wizard = self.open()
        wizard.access = "secured"
        wizard.user_ids = self.owner | self.colleague
        self.finish(wizard)
        self.assertEqual(wizard.told_ids, self.owner.partner_id)
        wizard.action_send()
        self.assertIn(self.owner.name, wizard.sent_to)

    # -- a share that is there already (REQ S-5)

    def open_of(self, share, action, user=None):
        user = user or self.sharer
        dialog = getattr(share.with_user(user), action)()
        Wizard = self.env["customer.portal.share.wizard"].with_user(user)
        return Wizard.browse(dialog["res_id"])

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

    def test_the_link_of_a_share_is_sent(self):
        """REQ S-4"""
        share = self._create_secured_share(self.document, password=PASSWORD)
        wizard = self.open_of(share, "action_send_link")
        self.assertEqual(wizard.told_ids, self.owner.partner_id)
        wizard.action_edit_mail()
        with self.mock_mail_gateway():
            wizard.action_send()
        [mail] = self._mails
        self.assertEqual(mail["email_to"], [self.owner.email_formatted])
        self.assertIn(share.url, mail["body"])
        self.assertNotIn(PASSWORD, mail["body"])

    def test_a_user_is_added_to_a_share(self):
        share = self._create_secured_share(self.document)
        wizard = self.open_of(share, "action_send_link", self.portal_manager)
        with Form(wizard) as form:
            form.new_user_name = "Nora New"
            form.new_user_email = "nora@example.com"
        for attempt in (
            wizard.action_edit_mail,
            wizard.action_send,
            wizard.action_done,
        ):
            with self.assertRaisesRegex(UserError, "“Nora New” is not added yet"):
                attempt()
        with self.mock_mail_gateway():
            wizard.action_add_user()
        nora = share.user_ids - self.owner
        self.assertEqual(nora.login, "nora@example.com")
        self.assertEqual(wizard.told_ids, share.user_ids.partner_id)
        self.assertIn(nora.partner_id, wizard.recipient_ids)
        self.assertFalse(wizard.new_user_name)

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
