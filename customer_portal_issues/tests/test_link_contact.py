"""A personal link goes with the contact of its issue, and with their address."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import IssueCase


@tagged("-at_install", "post_install")
class TestLinkContact(IssueCase):
    def _create_contact(self, email="ada@example.org", **vals):
        return self.env["res.partner"].create({"name": "Ada", "email": email, **vals})

    def _create_linked(self, contact=None, **vals):
        vals.setdefault("partner_email", "ada@example.org")
        contact = contact or self.env["res.partner"]
        issue = self._create_issue(self.public, partner_id=contact.id, **vals)
        issue._create_portal_links(is_told=False)
        return issue

    def _get_valid(self, issue):
        return issue.portal_link_ids.filtered("active")

    def _answer(self, issue):
        issue.with_user(self.agent).message_post(
            body="We look into it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    # -- the address

    def test_an_address_that_comes_back_has_a_link_again(self):
        """REQ I-2: with a new key, of which one mail tells"""
        contact = self._create_contact()
        issue = self._create_linked(contact)
        link = issue.portal_link_ids
        former = link._get_token()
        contact.email = "ada@example.net"
        self.send_mails()
        contact.email = "ada@example.org"
        self.assertEqual(self._get_valid(issue), link)
        self.assertFalse(link.is_moved)
        self.assertNotEqual(link._get_token(), former)
        mail = self.send_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("ada@example.org", mail.email_to)
        self.assertIn(link._get_token(), self.get_link_url(mail))
        contact.email = "ada@example.net"
        self.assertEqual(self._get_valid(issue).email, "ada@example.net")

    def test_an_address_that_comes_back_to_a_closed_issue_is_told_of_its_status(self):
        """REQ I-2"""
        contact = self._create_contact()
        issue = self._create_linked(contact, stage_id=self.stage_done.id)
        contact.email = "ada@example.net"
        contact.email = "ada@example.org"
        self.assertFalse(self._get_valid(issue))
        issue.stage_id = self.stage_in_progress
        mail = self.send_mails()
        self.assertIn("ada@example.org", mail.email_to)
        self.assertIn("In Progress", mail.subject)

    def test_what_stands_above_a_mail_is_what_it_is_about(self):
        """REQ I-2: no one of several issues, and "your issue" only for whose it is"""
        contact = self._create_contact()
        first = self._create_linked(contact)
        contact.email = "ada@example.net"
        mail = self.send_mails()
        self.assertIn("Your Issue", html2plaintext(mail.body_html))
        second = self._create_linked(contact, partner_email="ada@example.net")
        self.send_mails()
        contact.email = "ada@example.org"
        mail = self.send_mails()
        self.assertEqual(mail.subject, "Links to your issues")
        self.assertRegex(mail.body_html, rf">\s*{mail.subject}\s*</span>")
        self.assertNotIn("Your Issue", html2plaintext(mail.body_html))
        for issue in (first, second):
            self.assertIn(issue.number, mail.body_html)

    def test_a_link_that_staff_revoked_does_not_come_back_with_its_address(self):
        """REQ 11.4"""
        contact = self._create_contact()
        issue = self._create_linked(contact)
        issue.portal_link_ids.action_revoke()
        for email in ("ada@example.net", "ada@example.org"):
            contact.email = email
            issue.stage_id = self.stage_in_progress
            issue.stage_id = self.stage_new
            self.assertFalse(self._get_valid(issue))
        # nor where the address moved before and after
        issue.portal_link_ids.action_renew()
        contact.email = "ada@example.net"
        self._get_valid(issue).action_revoke()
        contact.email = "ada@example.org"
        self.assertFalse(self._get_valid(issue))

    def test_who_changes_the_own_address_again_and_again_is_not_always_mailed(self):
        """REQ 11.8: to any address, as many mails as the web form sends there"""
        self.public.portal_form_limit_email = 2
        contact = self.owner.partner_id.with_env(self.env)
        issue = self._create_linked(contact)
        as_customer = contact.with_user(self.owner).sudo()
        mails = self.env["mail.mail"]
        for _number in range(4):
            for email in ("ada@example.net", "ada@example.org"):
                as_customer.email = email
                mails |= self.send_mails()
        self.assertEqual(len(mails), 4)
        self.assertEqual(self._get_valid(issue).email, "ada@example.org")
        issue.team_id = False
        Team = self.env["helpdesk.ticket.team"]
        [(_name, _key, limit)] = Team._get_portal_mail_limit("ada@example.org")
        self.assertEqual(limit, 5)
        # staff may
        contact.email = "ada@example.net"
        self.assertEqual(len(self.send_mails()), 1)

    def test_who_changes_the_own_address_mails_few_addresses(self):
        """REQ 11.8: whose they are, nobody has confirmed"""
        contact = self.owner.partner_id.with_env(self.env)
        issue = self._create_linked(contact)
        as_customer = self.owner.with_env(self.env).with_user(self.owner)
        most = self.env["customer.portal.throttle"]._get_limits()["issue_moved"].most
        mails = self.env["mail.mail"]
        for number in range(most + 3):
            as_customer.email = f"victim{number}@example.com"
            mails |= self.send_mails()
        told = {mail.email_to for mail in mails if "/my/ticket/" in mail.body_html}
        self.assertEqual(len(told), most)
        self.assertEqual(self._get_valid(issue).email, as_customer.email)
        # staff may
        contact.email = "ada@example.net"
        self.assertEqual(len(self.send_mails()), 1)

    def test_one_issue_that_moves_is_not_thanked_for_again(self):
        """REQ I-2"""
        contact = self._create_contact()
        self._create_linked(contact)
        contact.email = "ada@example.net"
        mail = self.send_mails()
        self.assertNotIn("Thank you", mail.body_html)
        self.assertIn("new link to your issue", mail.body_html)

    def test_two_contacts_who_come_to_one_address_get_a_mail_each(self):
        """REQ I-2: nobody is told of the other's issues"""
        contacts = self._create_contact() | self._create_contact(name="Bo")
        issues = [self._create_linked(one) for one in contacts for _twice in "ab"]
        contacts.write({"email": "us@example.net"})
        mails = self.send_mails()
        self.assertEqual(len(mails), 2)
        for mail in mails:
            # its heading is of no one issue
            self.assertRegex(mail.body_html, r">\s*Links to your issues\s*</span>")
            self.assertNotIn(
                "Your Issue", " ".join(html2plaintext(mail.body_html).split())
            )
        for issue in issues:
            path = f"/my/ticket/{issue.id}?access_token="
            self.assertEqual(sum(path in mail.body_html for mail in mails), 1)

    # -- the contact

    def test_a_link_goes_with_the_issue_to_another_contact_of_its_address(self):
        """REQ I-2"""
        first, second = self._create_contact(), self._create_contact(name="Ada Berg")
        issue = self._create_linked(first, partner_name="Ada")
        link = issue.portal_link_ids
        issue.partner_id = second
        self.assertEqual((link.partner_id, link.name), (second, "Ada Berg"))
        self.assertTrue(link._filter_open())
        second.active = False
        self.assertFalse(link.active)

    def test_a_link_does_not_go_to_another_contact_without_an_address(self):
        """REQ 11.4: nor where the issue has no contact in between; nor is it replaced"""
        nobody = self.env["res.partner"]
        for between in ([], [nobody]):
            first = self._create_contact()
            second = self._create_contact(False, name="Cy", parent_id=self.northwind.id)
            issue = self._create_linked(first, partner_name="Ada")
            link = issue.portal_link_ids
            token = link._get_token()
            for contact in (*between, second):
                issue.partner_id = contact
            self.assertEqual((link.partner_id, link.active), (first, False))
            self.assertFalse(issue._get_portal_link_sudo(token))
            staff = issue.with_user(self.agent)
            self.assertFalse(staff.portal_has_link)
            with self.assertRaisesRegex(UserError, "not the reporter's address"):
                link.with_user(self.agent).action_renew()
            with self.assertRaisesRegex(UserError, "has no e-mail address"):
                staff.action_send_portal_link()
            self.send_mails()
            issue.stage_id = self.stage_in_progress
            self._answer(issue)
            self.assertFalse(self.send_mails())
            # but once the contact has one
            second.email = "cy@example.net"
            self._answer(issue)
            valid = self._get_valid(issue)
            self.assertEqual((valid.email, valid.name), ("cy@example.net", "Cy"))
            # and who it was of before, when it is theirs again
            issue.partner_id = first
            self.assertEqual(self._get_valid(issue), link)
            self.assertNotEqual(link._get_token(), token)

    def test_a_link_of_a_visitor_goes_with_a_contact_without_an_address(self):
        """REQ I-2: whose the visitor's is"""
        issue = self._create_linked()
        link = issue.portal_link_ids
        contact = self._create_contact(False)
        issue.partner_id = contact
        self.assertEqual((link.partner_id, link.active), (contact, True))

    def test_a_link_of_a_visitor_goes_with_the_contact_that_staff_set(self):
        """REQ I-2, 11.4: the language, another address, an archived contact"""
        self.env["res.lang"]._activate_lang("de_DE")
        contact = self._create_contact(lang="de_DE")
        issue = self._create_linked()
        link = issue.portal_link_ids
        issue.partner_id = contact
        self.assertEqual((link.partner_id, link.lang), (contact, "de_DE"))
        contact.email = "ada@example.net"
        self.assertFalse(link.active)
        moved = self._get_valid(issue)
        self.assertEqual((moved.email, moved.partner_id), ("ada@example.net", contact))
        contact.active = False
        self.assertFalse(moved.active)

    def test_links_from_before_end_with_the_contact_of_their_issue(self):
        """REQ 11.4: links of visitors whose issues were given to a contact before the update"""
        for change in ({"active": False}, {"email": "ada@example.net"}):
            contact = self._create_contact()
            issue = self._create_linked(contact)
            link = issue.portal_link_ids
            link.partner_id = False
            contact.write(change)
            self.assertFalse(link.active, change)

    def test_a_link_of_a_visitor_ends_with_the_removed_portal_user(self):
        """REQ U-4, 11.4"""
        issue = self._create_linked(self.owner.partner_id)
        issue.portal_link_ids.partner_id = False
        self.owner._end_portal_access()
        self.assertFalse(self._get_valid(issue))

    def test_after_a_merge_links_have_the_address_and_language_of_who_stays(self):
        """REQ I-2"""
        self.env["res.lang"]._activate_lang("de_DE")
        source = self._create_contact()
        stays = self._create_contact("ada@example.net", lang="de_DE")
        moved, same = self._create_linked(source), self._create_linked(source)
        same.portal_link_ids.email = "ada@example.net"
        Wizard = self.env["base.partner.merge.automatic.wizard"]
        Wizard._merge((source | stays).ids, stays)
        for issue in (moved, same):
            link = self._get_valid(issue)
            self.assertEqual(
                (link.email, link.lang, link.partner_id),
                ("ada@example.net", "de_DE", stays),
            )

    # -- what staff do

    def test_staff_send_a_link_wherever_today_s_address_has_none(self):
        """REQ I-2: to an address that has moved, and after a revocation"""
        contact = self._create_contact()
        issue = self._create_linked(contact, stage_id=self.stage_done.id)
        ticket = issue.with_user(self.agent)
        self.assertTrue(ticket.portal_has_link)
        contact.email = "ada@example.net"
        self.assertFalse(ticket.portal_has_link)
        ticket.action_send_portal_link()
        mail = self.send_mails()
        self.assertIn("ada@example.net", mail.email_to)
        self.assertNotIn("Thank you", mail.body_html)
        self.assertTrue(ticket.portal_has_link)
        ticket.action_revoke_portal_links()
        self.assertFalse(ticket.portal_has_link)
        ticket.action_send_portal_link()
        self.assertIn("ada@example.net", self.send_mails().email_to)
        self.assertEqual(self._get_valid(issue).email, "ada@example.net")

    def test_a_link_of_a_former_address_is_not_sent_anew(self):
        """REQ 11.4"""
        contact = self._create_contact()
        issue = self._create_linked(contact)
        former = issue.portal_link_ids
        contact.email = "ada@example.net"
        self.send_mails()
        self.assertEqual(
            [link.is_current for link in issue.portal_link_ids], [False, True]
        )
        with self.assertRaisesRegex(UserError, "not the reporter's address"):
            former.with_user(self.agent).action_renew()
        self.assertFalse(former.active)
        self.assertFalse(self.send_mails())

    def test_no_link_is_said_to_be_on_its_way_to_who_may_not_see_the_issue(self):
        """REQ I-2"""
        issue = self._create_linked(self.owner.partner_id)
        link = issue.portal_link_ids.with_user(self.agent)
        self.owner.partner_id.parent_id = self.northwind
        with self.assertRaisesRegex(UserError, "may not see"):
            link.action_renew()
        link.action_revoke()
        with self.assertRaisesRegex(UserError, "may not see"):
            issue.with_user(self.agent).action_send_portal_link()
