"""What an e-mail address opens: to whom staff or a mail server gave it, not to whoever typed it."""

import re
from datetime import timedelta

from test_moved_on import SECRET, ThingsCase

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

VICTIM = "victim@brightwater.example"


@tagged("-at_install", "post_install")
class TestClaimedAddresses(ThingsCase):
    """REQ 11.7: customers write any address to their own contact, and core asks for no proof."""

    def setUp(self):
        super().setUp()
        self.login(self.stranger)
        written = self.call(
            "res.users", "write", self.stranger.ids, {"email": VICTIM, "name": "Anna"}
        )
        self.assertTrue(written["result"], "core lets them")
        self.forget()

    def test_a_share_is_not_for_who_claims_the_address(self):
        """REQ S-3"""
        wizard = self.get_share_wizard(VICTIM)
        wizard.action_add_user()
        self.assertEqual(wizard.user_ids.login, VICTIM)
        self.assertNotEqual(wizard.user_ids, self.stranger)

    def test_a_report_is_not_of_who_claims_the_address(self):
        """REQ I-3"""
        values = {
            "name": SECRET,
            "description": SECRET,
            "partner_email": VICTIM,
            "partner_name": "Anna",
        }
        issue = self.binder._create_visitor_issue(values, [], "k" * 40)
        self.assertFalse(issue.partner_id)
        self.assertShut(issue, [self.stranger])
        real = self.env["res.partner"].create({"name": "Anna", "email": VICTIM})
        issue = self.binder._create_visitor_issue(values, [], "l" * 40)
        self.assertEqual(issue.partner_id, real, "however late they came")

    def test_a_mail_is_not_of_who_claims_the_address(self):
        """REQ I-7"""
        domain = self.env["mail.alias.domain"].search([], limit=1)
        domain = domain or domain.create({"name": "x.example"})
        self.binder.alias_name = "binder-of-claims"
        self.binder.alias_id.alias_domain_id = domain
        mail = (
            f"From: Anna <{VICTIM}>\nTo: binder-of-claims@{domain.name}\nSubject: {SECRET}\n"
            f"Message-Id: <claim@x>\nContent-Type: text/plain\n\n{SECRET}\n"
        )
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            id_ = self.env["mail.thread"].message_process("helpdesk.ticket", mail)
        issue = self.env["helpdesk.ticket"].browse(id_)
        self.assertFalse(issue.partner_id)
        self.assertEqual(issue.partner_email, VICTIM)
        self.assertShut(issue, [self.stranger])

    def test_staff_confirm_it_by_writing_it(self):
        partner = self.stranger.partner_id
        self.assertTrue(partner.portal_address_is_claimed)
        self.assertFalse(partner._filter_confirmed_address())
        partner.with_user(self.agent).write({"email": VICTIM, "phone": "1"})
        self.assertTrue(partner.portal_address_is_claimed, "saved unchanged")
        partner.with_user(self.agent).write({"email": "real@example.com"})
        self.assertFalse(partner.portal_address_is_claimed)
        self.assertEqual(partner._filter_confirmed_address(), partner)
        self.stranger.with_user(self.stranger).write({"email": f"x{VICTIM}"})
        self.assertTrue(partner.portal_address_is_claimed)
        partner.with_user(self.agent).action_confirm_portal_address()
        self.assertFalse(partner.portal_address_is_claimed)
        # whoever logs in with it has it
        self.owner.login = "own@example.com"
        self.owner.with_user(self.owner).write({"email": self.owner.login})
        self.assertTrue(self.owner.partner_id.portal_address_is_claimed)
        self.assertTrue(self.owner.partner_id._filter_confirmed_address())

    def test_a_copy_and_a_merge_are_no_proof(self):
        claimed = self.stranger.partner_id
        copied = claimed.with_user(self.agent).copy()
        self.assertEqual(copied.email, VICTIM)
        self.assertFalse(copied._filter_confirmed_address())
        Partner = self.env["res.partner"]
        Wizard = self.env["base.partner.merge.automatic.wizard"]
        for email, is_claimed in ((False, True), ("own@example.com", False)):
            with self.subTest(email=email):
                source = copied.copy()
                self.assertTrue(source.portal_address_is_claimed)
                kept = Partner.create({"name": "Kept", "email": email})
                Wizard._merge((source | kept).ids, kept)
                self.assertFalse(source.exists())
                self.assertEqual(kept.email, email or VICTIM)
                self.assertEqual(kept.portal_address_is_claimed, is_claimed)
        given = claimed.with_user(self.agent).copy({"email": "given@example.com"})
        self.assertFalse(given.portal_address_is_claimed)

    def test_a_merge_confirms_no_login(self):
        """Who has signed up with an address is merged with who has it, and has it no more than before."""
        Partner = self.env["res.partner"]
        Wizard = self.env["base.partner.merge.automatic.wizard"]
        for number, email in enumerate((f"x{VICTIM}", False)):
            with self.subTest(email=email):
                squatter = self._create_user(f"squatter{number}", ["base.group_portal"])
                squatter.write({"login": f"x{VICTIM}", "email": f"x{VICTIM}"})
                squatter.portal_login_is_claimed = True
                squatter.partner_id.portal_address_is_claimed = True
                kept = Partner.create({"name": "Kept", "email": email})
                Wizard._merge((squatter.partner_id | kept).ids, kept)
                self.env.invalidate_all()
                self.assertEqual(squatter.partner_id, kept)
                self.assertTrue(squatter.portal_login_is_claimed)
                self.assertEqual(kept.portal_address_is_claimed, not email)
                squatter.login = f"done{number}@example.com"

    def test_a_login_that_staff_save_unchanged_stays_a_claim(self):
        self.stranger.portal_login_is_claimed = True
        # sudo: res.users - as the dialogs of portal managers write it
        self.stranger.with_user(self.agent).sudo().login = self.stranger.login
        self.assertTrue(self.stranger.portal_login_is_claimed)
        self.stranger.with_user(self.agent).sudo().login = "given@example.com"
        self.assertFalse(self.stranger.portal_login_is_claimed)

    def test_an_employee_claims_another_address_as_customers_do(self):
        """Core lets everybody of the staff write their own; contacts, not all."""
        partner = self.staff.partner_id
        self.assertFalse(self.staff.has_group("base.group_partner_manager"))
        self.staff.with_user(self.staff).write({"email": VICTIM})
        self.assertEqual(partner.email, VICTIM)
        self.assertFalse(partner._filter_confirmed_address())
        # the login that staff gave them is theirs
        self.staff.login = "staff@example.com"
        self.staff.with_user(self.staff).write({"email": "staff@example.com"})
        self.assertTrue(partner._filter_confirmed_address())
        self.agent.with_user(self.agent).write({"email": "agent.new@example.com"})
        self.assertTrue(self.agent.partner_id._filter_confirmed_address())

    def test_what_is_saved_unchanged_is_no_new_claim(self):
        """A customer saves the form of the address for its telephone number."""
        partner = self.owner.partner_id
        for email in (partner.email, partner.email.upper(), f"Me <{partner.email}>"):
            self.owner.with_user(self.owner).write({"email": email, "phone": "1"})
            self.assertFalse(partner.portal_address_is_claimed, email)

    def test_a_claim_neither_gets_an_account_nor_keeps_one_from_it(self):
        """REQ U-1: of a child of the attacker's own company as well"""
        claimed = (
            self.env["res.partner"]
            .with_user(self.stranger)
            .sudo()  # as core's page of addresses makes it
            .create({"name": "A", "email": VICTIM, "parent_id": self.northwind.id})
        )
        self.assertTrue(claimed.portal_address_is_claimed)
        Partner = self.env["res.partner"].with_user(self.agent)
        self.assertFalse(Partner._find_portal_contact(VICTIM))
        real = Partner.create({"name": "Anna", "email": VICTIM})
        self.assertEqual(Partner._find_portal_contact(VICTIM), real)
        self.assertEqual(real._create_portal_user(VICTIM).partner_id, real)


@tagged("-at_install", "post_install")
class TestInvitations(ThingsCase):
    """REQ U-2: a link to choose a password is good for the address it went to, and the last one."""

    def setUp(self):
        super().setUp()
        self.partner = self.env["res.partner"].create(
            {
                "name": "New",
                "email": "typo@wrong.example",
                "parent_id": self.brightwater.id,
            }
        )
        self.user = self.partner.with_user(self.agent)._create_portal_user(
            "typo@wrong.example"
        )
        self.env.flush_all()
        self.token = self.partner._generate_signup_token()
        self.assertTrue(self.opens(self.token))

    def opens(self, token):
        self.forget()
        found = self.env["res.partner"]._get_partner_from_token(token)
        self.login(None)
        page = self.get(f"/web/signup?token={token}").text
        self.assertEqual(bool(found), 'name="password"' in page)
        return bool(found)

    def test_each_opens_until_the_address_changes(self):
        self.user.with_user(self.agent).write({"email": "right@brightwater.example"})
        self.assertFalse(self.opens(self.token))
        self.assertTrue(self.opens(self.partner._generate_signup_token()))

    def test_a_changed_contact_ends_it(self):
        self.partner.email = "other@brightwater.example"
        self.assertFalse(self.opens(self.token))

    def test_a_new_one_ends_the_old_one(self):
        self.user.with_user(self.agent).action_portal_invite()
        self.assertFalse(self.opens(self.token))
        self.assertTrue(self.opens(self.partner._generate_signup_token()))

    def test_a_removed_user_comes_back_by_no_old_one(self):
        self.user.with_user(self.agent).action_portal_remove()
        self.assertFalse(self.opens(self.token))
        self.user.with_user(self.agent).action_portal_activate()
        self.assertFalse(self.opens(self.token))

    def test_half_of_it_opens_nothing(self):
        for token in (self.token.partition(".")[0], f"{self.token}0", "x.y", ".", ""):
            self.forget()
            self.assertFalse(self.env["res.partner"]._get_partner_from_token(token))

    def test_a_new_password_ends_the_keys_of_programs(self):
        # sudo: as core's own dialog and login do
        Keys = self.env["res.users.apikeys"].sudo()
        end = fields.Datetime.now() + timedelta(days=9)
        # sudo: as the line above
        key = Keys.with_user(self.owner).sudo()._generate("rpc", "k", end)
        self.assertEqual(Keys._check_credentials(scope="rpc", key=key), self.owner.id)
        self.owner.with_user(self.agent).action_portal_set_password("Something-long-9")
        self.forget()
        self.assertFalse(Keys._check_credentials(scope="rpc", key=key))


@tagged("-at_install", "post_install")
class TestLinksOfAppointments(ThingsCase):
    """REQ C-5: a link ends with the address that it was sent to."""

    def test_a_new_address_ends_the_old_link(self):
        calendar = self.env["customer.portal.calendar"].create(
            {"name": "Visits", "user_ids": [Command.set(self.staff.ids)]}
        )
        start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        partner = self.env["res.partner"].create(
            {"name": "C", "email": "old@c.example"}
        )
        values = {
            "calendar_id": calendar.id,
            "subject": SECRET,
            "start": start + timedelta(days=9),
        }
        Appointment = self.env["customer.portal.appointment"]
        of_contact = Appointment.create({**values, "partner_id": partner.id})
        of_visitor = Appointment.create(
            {
                **values,
                "start": start + timedelta(days=10),
                "visitor_name": "V",
                "visitor_email": "old@v.example",
            }
        )
        self.login(None)
        for appointment, owner, name in (
            (of_contact, partner, "email"),
            (of_visitor, of_visitor, "visitor_email"),
        ):
            path = "/my" + appointment._get_url().partition("/my")[2]
            self.assertIn(SECRET, self.get(path).text)
            owner.with_user(self.agent).write({name: "new@c.example"})
            self.forget()
            with self.subTest(name):
                self.assertNotIn(SECRET, self.get(path).text)
                new = "/my" + appointment._get_url().partition("/my")[2]
                self.assertIn(SECRET, self.get(new).text)


@tagged("-at_install", "post_install")
class TestNotes(ThingsCase):
    """REQ 11.7: an internal note is for nobody outside, whatever it is about."""

    def test_customers_read_no_note_by_its_number(self):
        partner = self.owner.partner_id
        project = self._create_project("Rope", self.owner)
        for record in (partner, self.colleague.partner_id, project):
            note = record.message_post(
                body=SECRET, subtype_xmlid="mail.mt_note", message_type="notification"
            )
            self.forget()
            self.login(self.owner)
            with self.subTest(model=record._name, id=record.id):
                answer = self.call("mail.message", "read", note.ids, ["body"])
                self.assertNotIn(SECRET, str(answer))

    def test_they_read_what_they_were_told(self):
        message = self.owner.partner_id.message_notify(
            body="For you", partner_ids=self.owner.partner_id.ids
        )
        self.forget()
        self.login(self.owner)
        answer = self.call("mail.message", "read", message.ids, ["body"])
        self.assertIn("For you", str(answer))


@tagged("-at_install", "post_install")
class TestKeysInTemplates(ThingsCase):
    """REQ 11.7: the key of a personal link is for whom the mail goes to, not for who reads it."""

    _key = re.compile(r"access_token=[0-9a-f]{16,}")

    def get_made(self, user, record, template):
        """Return what a user reads of a template: as a preview, and in an unsent mail."""
        self.login(user)
        told = ""
        for model, values, name in (
            (
                "mail.template.preview",
                {
                    "mail_template_id": template.id,
                    "resource_ref": f"{record._name},{record.id}",
                },
                "body_html",
            ),
            (
                "mail.compose.message",
                {
                    "model": record._name,
                    "res_ids": repr(record.ids),
                    "composition_mode": "comment",
                    "template_id": template.id,
                },
                "body",
            ),
        ):
            made = self.call(model, "create", values).get("result")
            if made:
                ids = made if isinstance(made, list) else [made]
                told += str(self.call(model, "read", ids, [name]).get("result"))
        return told

    def test_staff_read_no_key_and_customers_get_it(self):
        self.env["ir.config_parameter"].set_param(
            "mail.restrict.template.rendering", "True"
        )
        helper = self._create_staff("test_own", "helpdesk_mgmt.group_helpdesk_user_own")
        self.binder.user_ids = [Command.link(helper.id)]
        guest = self.env["res.partner"].create({"name": "G", "email": "g@x.example"})
        request = self.env["customer.portal.request"].create(
            {
                "name": "Books",
                "partner_id": guest.id,
                "line_ids": [Command.create({"name": "Ledger"})],
            }
        )
        request.action_send()
        link = self.things["issue"]._create_portal_links(is_told=False)
        self.forget()
        self.assertRegex(request._get_customer_url(), self._key)
        for user, record, name in (
            (helper, link, "customer_portal_issues.mail_template_issue_link"),
            (helper, link, "customer_portal_issues.mail_template_issue_received"),
            (
                self.document_user,
                request,
                "customer_portal_docs.mail_template_request_request",
            ),
            (self.document_user, guest, "customer_portal_docs.mail_template_reminder"),
            (self.agent, request, "customer_portal_docs.mail_template_request_request"),
        ):
            told = self.get_made(user, record, self.env.ref(name))
            with self.subTest(user=user.login, template=name):
                self.assertNotRegex(told, self._key)
        template = self.env.ref("customer_portal_docs.mail_template_request_request")
        mail = self.env["mail.mail"].browse(template.send_mail(request.id))
        self.assertRegex(mail.body_html, self._key)
        # to read is not to renew: what staff have ended stays so
        link = request.link_ids
        self.assertTrue(link)
        link._revoke_link()
        self.forget()
        self.get_made(self.document_user, request, template)
        self.forget()
        self.assertFalse(link.active)
