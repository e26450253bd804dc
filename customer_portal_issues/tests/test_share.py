from odoo.fields import Command
from odoo.tests import tagged

from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestShareOfBinder(IssueHttpCase):
    """A binder is a kind of share (REQ I-6, S-6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.group_ids = [
            Command.link(cls.env.ref("customer_portal_docs.group_document_user").id),
            Command.link(cls.env.ref("helpdesk_mgmt.group_helpdesk_user").id),
        ]
        cls._create_issue(
            cls.public, cls.owner, name="Lamp is dark", description="<p>Secret</p>"
        )
        cls._create_issue(cls.public, name="Mended", stage_id=cls.stage_done.id)
        cls._create_issue(cls.secure, name="Of another binder")

    def share(self, *binders, user=None, **vals):
        items = [{"res_model": one._name, "res_id": one.id} for one in binders]
        return (
            self.env["customer.portal.share"]
            .with_user(user or self.agent)
            .create(
                {"name": "Desk", "item_ids": list(map(Command.create, items)), **vals}
            )
        )

    def path(self, share):
        return f"/share/{share.sudo().token}"

    def test_a_visitor_sees_how_things_stand_and_where_to_report(self):
        self.login(None)
        page = self.get(self.path(self.share(self.public)))
        self.assertEqual(page.status_code, 200)
        self.assertIn("Lamp is dark", page.text)
        self.assertIn(self.get_form_path(), page.text)
        for hidden in ("Mended", "Of another binder", "Secret", self.owner.name):
            self.assertNotIn(hidden, page.text)

    def test_recipients_are_told_a_binder_s_own_name(self):
        """REQ I-6, S-4: as the page does; those above it may name other customers"""
        self.public.parent_id = self.secure.copy({"name": "Acme Ltd"})
        self.assertEqual(self.public.display_name, f"Acme Ltd / {self.public.name}")
        share = self.share(self.public)
        self.assertEqual(share._get_item_names(), [self.public.name])
        self.public.portal_form_title = "Tell us"
        self.assertEqual(share._get_item_names(), ["Tell us"])

    def test_a_binder_without_a_form_offers_none(self):
        self.login(None)
        page = self.get(self.path(self.share(self.secure))).text
        self.assertIn("Of another binder", page)
        self.assertNotIn("/issues/new/", page)

    def test_binders_have_no_files_to_download(self):
        self.login(None)
        path = self.path(self.share(self.public, self.secure))
        self.assertNotIn("Download all", self.get(path).text)
        self.assertEqual(self.get(f"{path}/zip").status_code, 404)

    def test_it_has_the_same_gate_as_all_shares(self):
        share = self.share(
            self.public, access="secured", user_ids=[Command.link(self.owner.id)]
        )
        answers = {None: 303, self.owner: 200, self.stranger: 404}
        for user, status in answers.items():
            self.login(user)
            self.assertEqual(self.get(self.path(share)).status_code, status)

    def test_it_shows_what_its_owner_may_read(self):
        """REQ S-14"""
        share = self.share(self.public)
        self.agent.group_ids = [
            Command.unlink(self.env.ref(f"helpdesk_mgmt.group_helpdesk_{name}").id)
            for name in ("user", "user_team", "user_own")
        ]
        self.login(None)
        self.assertNotIn("Lamp is dark", self.get(self.path(share)).text)

    def test_programs_get_it_too(self):
        self.login(None)
        answer = self.get_json(self.path(self.share(self.public))).json()
        [desk] = answer["items"]["helpdesk.ticket.team"]
        self.assertEqual(desk["name"], "Feedback")
        self.assertEqual([issue["name"] for issue in desk["issues"]], ["Lamp is dark"])
        self.assertTrue(desk["form"].endswith(self.get_form_path()))

    def test_the_dialog_offers_it(self):
        item = self.env["customer.portal.share.wizard.item"].with_user(self.agent)
        self.assertIn(("helpdesk.ticket.team", "Binder"), item._selection_record())
        action = self.public.with_user(self.agent).action_new_share()
        wizard = self.env["customer.portal.share.wizard"].browse(action["res_id"])
        wizard.with_user(self.agent).action_create_share()
        self.assertEqual(wizard.share_id.kinds, "Binder")
