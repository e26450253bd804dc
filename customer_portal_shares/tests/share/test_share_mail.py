from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import format_date, html2plaintext

from odoo.addons.customer_portal_docs.tests.test_emails import bounce
from odoo.addons.mail.tests.common import MockEmail

from ..common import PASSWORD
from .common import WizardCase


@tagged("-at_install", "post_install")
class TestShareMail(MockEmail, WizardCase):
    """Mails that tell of a share, and whom it was sent to (REQ S-4)."""

    def _get_today(self):
        # where the sender is, not who runs the tests
        sender = self.document.with_user(self.sharer)
        return format_date(self.env, fields.Date.context_today(sender))

    def test_recipients_are_told_one_by_one(self):
        wizard = self.open()
        wizard.write(
            {
                "access": "secured",
                "user_ids": [Command.set([self.owner.id, self.colleague.id])],
                "name": "Offer",
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
            self.assertNotIn("min-width: 590px", mail["body"], "as on a phone")
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

    def test_the_mail_of_one_thing_names_it_once(self):
        """REQ S-4: what the dialog calls the share is what is in it"""
        share = self._create_share(self.document, name=self.document.name)
        template = self.env.ref("customer_portal_shares.mail_template_share")
        for name, is_listed in ((self.document.name, False), ("Offer", True)):
            share.name = name
            body = template._render_field("body_html", share.ids)[share.id]
            self.assertEqual("<li" in body, is_listed)

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
        wizard.name = "Offer"
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
