"""What core does with all rights for somebody who has few tells nothing that is not theirs.

Mails that are written with a template, names of files that come with a key, and refusals in debug
mode: each of them read our records, and those that customers see, for whoever asked.
"""

import re
from urllib.parse import quote

from door_samples import MARK, create_roles, create_samples
from test_moved_on import SECRET, ThingsCase

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

_KEY = re.compile(r"(access_token|token|key)=[\w-]{8,}|/share/[\w-]{20,}")
HIDDEN = {
    "comment": "Hidden note",
    "email": "hidden@example.com",
    "phone": "+49 4711",
    "vat": "DE1",
}


class BorrowedRightsCase(ThingsCase):
    def get_written(self, user, records, template, **values):
        """Have a member of staff write to records with a template; return what they read of it."""
        self.login(user)
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        values = {
            "model": records._name,
            "res_ids": repr(records.ids),
            "composition_mode": "mass_mail",
            "template_id": template.id,
            "auto_delete": False,
            **values,
        }
        composer = self.call("mail.compose.message", "create", values).get("result")
        if composer:
            self.call("mail.compose.message", "action_send_mail", [composer])
        self.call("mail.template", "send_mail", template.id, records.ids[0])
        mails = self.call(
            "mail.message",
            "search_read",
            [("id", ">", last)],
            ["subject", "body"],
        )
        return "".join(f"{mail['subject']} {mail['body']}" for mail in mails["result"])


@tagged("-at_install", "post_install")
class TestTemplates(BorrowedRightsCase):
    """REQ 11.7: who writes with a template has of its records what they may read."""

    def setUp(self):
        super().setUp()
        self.plain = self._create_staff("test_plain")

    def test_an_employee_gets_no_invitation_of_others(self):
        names = (
            "auth_signup.portal_set_password_email",
            "auth_signup.set_password_email",
            "customer_portal_shares.mail_template_portal_user_invited",
        )
        users = self.env.ref("base.user_admin") | self.owner
        for template in filter(None, map(lambda n: self.env.ref(n, False), names)):
            for mode in ("mass_mail", "comment"):
                for invited in (*users, users):
                    written = self.get_written(
                        self.plain, invited, template, composition_mode=mode
                    )
                    with self.subTest(template.name, mode=mode, users=invited.ids):
                        self.assertNotRegex(written, _KEY)

    def test_an_employee_gets_no_key_and_no_word_of_ours(self):
        """Every template of the suite, to whatever record it is for."""
        roles = create_roles(self)
        self.roles = roles
        samples = create_samples(self)
        samples["customer.portal.issue.link"] = self.things[
            "issue"
        ]._create_portal_links()[:1]
        partner = self.owner.partner_id
        request = self.env["customer.portal.request"].create(
            {
                "name": f"{SECRET} books",
                "partner_id": partner.id,
                "line_ids": [Command.create({"name": f"{SECRET} ledger"})],
            }
        )
        request.action_send()
        samples.update({"res.partner": partner, "res.users": self.owner})
        templates = self.env["mail.template"].search([])
        ours = templates.filtered(lambda template: template._is_mail_of_portal_suite())
        self.assertGreater(len(ours), 20)
        self.env.flush_all()
        for template in ours:
            records = samples[template.model]
            written = self.get_written(self.plain, records[:1], template)
            with self.subTest(template=template.name):
                self.assertNotRegex(written, _KEY)
                self.assertNotIn(MARK, written)
                self.assertNotIn(SECRET, written)

    def test_who_writes_to_a_customer_names_no_document_they_may_not_read(self):
        """REQ 11.7: what waits to be accepted, also without a request that core refuses."""
        document = self._create_document(
            self.owner, f"{SECRET} rules", description=SECRET, acknowledgement=True
        )
        self.assertTrue(document.acknowledgement_missing_ids)
        partner = self.owner.partner_id
        accept = self.env.ref("customer_portal_docs.mail_template_accept")
        reminder = self.env.ref("customer_portal_docs.mail_template_reminder")
        self.env.flush_all()
        for template in (accept, reminder):
            with self.subTest(template=template.name):
                written = self.get_written(self.plain, partner, template)
                self.assertNotIn(SECRET, written)
        written = self.get_written(self.document_user, partner, accept)
        self.assertIn(SECRET, written, "who may read it writes of it")
        # nor by saying which, where something else in the request has read them
        asking = partner.with_context(portal_documents_together=document.ids)
        for user, named in ((self.plain, document.browse()), (self.env.user, document)):
            asked = asking.with_user(user)._get_documents_to_accept()
            self.assertEqual(asked, named)

    def test_who_may_read_writes_as_before(self):
        """REQ I-5: a template of staff's own, to a ticket that they see"""
        template = self.env["mail.template"].create(
            {
                "name": "Answer",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "subject": "About {{ object.name }}",
                "body_html": '<p>Hello <t t-out="object.partner_id.name.upper()"/></p>',
            }
        )
        written = self.get_written(self.agent, self.things["issue"], template)
        self.assertIn(f"About {self.things['issue'].name}", written)
        self.assertIn(self.things["issue"].partner_id.name.upper(), written)


@tagged("-at_install", "post_install")
class TestFileNames(BorrowedRightsCase):
    """REQ 11.7: a key opens one field of one record, and tells no other in the file's name."""

    def test_a_picture_with_a_key_tells_nothing_of_its_contact(self):
        author = self.agent.partner_id
        author.write(HIDDEN)
        # sudo: as core's answers to discussions make it
        key = author.sudo()._get_avatar_128_access_token()
        url = f"/web/image/res.partner/{author.id}/avatar_128?access_token={quote(key)}"
        for user in (self.owner, None):
            self.login(user)
            for name, value in HIDDEN.items():
                answer = self.get(f"{url}&filename_field={name}")
                with self.subTest(user=user and user.login, name=name):
                    self.assertEqual(answer.status_code, 200)
                    self.assertNotIn(value, answer.headers["Content-Disposition"])

    def test_a_file_with_a_key_tells_no_other_key(self):
        file = self.env["ir.attachment"].create(
            {"name": "plan.txt", "raw": b"plan", "description": SECRET}
        )
        # sudo: as core does when a file is sent, and in its answers
        stored = file.sudo().generate_access_token()[0]
        key = file.sudo()._get_raw_access_token()  # sudo: as above
        self.login(self.owner)
        url = f"/web/content/{file.id}?access_token={quote(key)}"
        for name in ("access_token", "description", "store_fname"):
            head = self.get(f"{url}&filename_field={name}").headers[
                "Content-Disposition"
            ]
            with self.subTest(name=name):
                self.assertIn("plan.txt", head)
                self.assertNotIn(stored, head)


@tagged("-at_install", "post_install")
class TestRefusals(BorrowedRightsCase):
    """REQ 11.7: in debug mode, which any employee may turn on, core names what it refuses."""

    def test_no_refusal_names_what_is_refused(self):
        abroad = create_roles(self)["abroad"]
        self.roles = {"abroad": abroad}
        found = 0
        self.login(abroad)
        self.get("/odoo?debug=1")
        for thing in self.things.values():
            self.assertIn(SECRET, thing.display_name)
            answer = self.call(thing._name, "read", thing.ids, ["id"])
            with self.subTest(model=thing._name):
                error = answer["error"]["data"]
                self.assertIn("AccessError", error["name"])
                self.assertIn(thing._name, error["message"], "it is said what of")
                self.assertNotIn(SECRET, str(answer))
            found += 1
        self.assertEqual(found, 3)

    @mute_logger("odoo.http")
    def test_an_administrator_is_told_as_ever(self):
        """Who sets up the rules reads which record it was."""
        admin = self._create_staff(
            "test_system",
            "base.group_system",
            "customer_portal_docs.group_document_manager",
        )
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        admin.write(
            {
                "company_ids": [Command.set(elsewhere.ids)],
                "company_id": elsewhere.id,
            }
        )
        self.login(admin)
        self.get("/odoo?debug=1")
        folder = self.env["customer.portal.folder"].create(
            {"name": SECRET, "company_id": self.env.company.id}
        )
        self.env.flush_all()
        answer = self.call(folder._name, "read", folder.ids, ["id"])
        self.assertIn(SECRET, answer["error"]["data"]["message"])
