import re

from odoo.fields import Command
from odoo.tests import Form, tagged

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
        self.assertIn(
            ("helpdesk.ticket.team", "Helpdesk Team"), item._selection_record()
        )
        action = self.public.with_user(self.agent).action_new_share()
        wizard = self.env["customer.portal.share.wizard"].browse(action["res_id"])
        wizard.with_user(self.agent).action_create_share()
        self.assertEqual(wizard.share_id.kinds, "Helpdesk Team")

    def test_customers_read_binder_and_staff_helpdesk_team(self):
        """REQ U-8"""
        share = self.share(
            self.secure, access="secured", user_ids=[Command.link(self.owner.id)]
        )
        self.assertEqual(share.kinds, "Helpdesk Team")
        self.assertEqual(share.item_ids.kind, "Helpdesk Team")
        self.assertEqual(share.with_user(self.owner).sudo().kinds, "Binder")
        self.login(self.owner)
        page = self.get("/my/shares").text
        self.assertIn("Binder", page)
        self.assertNotIn("Helpdesk Team", page)
        summary = self.env["customer.portal.user.removal"].create(
            {"user_ids": [Command.set(self.trusted.ids)]}
        )
        self.assertIn("Helpdesk Teams that trust them", summary.summary)
        self.assertNotIn("Binder", summary.summary)

    # -- who may do more than look

    def get_links(self, share, user):
        self.login(user)
        page = self.get(self.path(share))
        self.assertEqual(page.status_code, 200)
        return set(re.findall(r'href="(/my/(?:binders|ticket)/[^"]+)"', page.text))

    def test_who_is_trusted_finds_the_binder_and_its_issues(self):
        """REQ I-3: whether they are is asked at each view"""
        issue = self._create_issue(self.secure, self.owner, name="Buoy is lost")
        share = self.share(self.secure)
        binder = f"/my/binders/{self.secure.id}"
        of_issues = {
            one.access_url for one in issue.search([("team_id", "=", self.secure.id)])
        }
        self.assertIn(issue.access_url, of_issues)
        for user in (self.trusted, self.partner):
            links = self.get_links(share, user)
            self.assertEqual(links, {binder, f"{binder}/new"} | of_issues)
            for link in links:
                self.assertEqual(self.get(link).status_code, 200)
        for user in (None, self.stranger, self.agent):
            self.assertEqual(self.get_links(share, user), set())
        self.secure.portal_user_ids = False
        self.assertEqual(self.get_links(share, self.trusted), set())

    def test_other_customers_find_their_own_issues(self):
        self._create_issue(self.public, self.stranger, name="Of somebody else")
        share = self.share(self.public)
        own = self.env["helpdesk.ticket"].search([("name", "=", "Lamp is dark")])
        self.assertEqual(self.get_links(share, self.owner), {own.access_url})
        self.assertEqual(self.get(own.access_url).status_code, 200)

    def test_customers_of_another_company_look_and_find_no_issue_of_theirs(self):
        """REQ I-6, S-4: by a web link, and named; what the owner works in is no matter"""
        named = {"access": "secured", "user_ids": [Command.link(self.owner.id)]}
        shares = [self.share(self.public, **vals) for vals in ({}, named)]
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.owner.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        for share in shares:
            with self.subTest(access=share.access):
                self.assertEqual(self.get_links(share, self.owner), set())
                answer = self.get_json(self.path(share))
                self.assertEqual(answer.status_code, 200)
                [desk] = answer.json()["items"]["helpdesk.ticket.team"]
                self.assertEqual([one["url"] for one in desk["issues"]], [""])

    def test_programs_get_the_links_too(self):
        share = self.share(self.secure)
        for user, binder in (
            (self.trusted, f"/my/binders/{self.secure.id}"),
            (None, ""),
        ):
            self.login(user)
            answer = self.get_json(self.path(share)).json()
            [desk] = answer["items"]["helpdesk.ticket.team"]
            self.assertEqual(desk["url"], binder)
            self.assertEqual([bool(one["url"]) for one in desk["issues"]], [bool(user)])

    # -- the tick in the dialog

    def open_dialog(self, user, *records):
        Wizard = self.env["customer.portal.share.wizard"].with_user(user)
        wizard = Wizard.create({"step": "who"})
        for record in records:
            wizard.item_ids.create(
                {"wizard_id": wizard.id, "record": f"{record._name},{record.id}"}
            )
        wizard.write({"access": "secured", "user_ids": [Command.set(self.owner.ids)]})
        return wizard

    def test_a_helpdesk_manager_makes_them_trusted_customers(self):
        """REQ S-6, I-3"""
        self.helpdesk_manager.group_ids = [
            Command.link(self.env.ref("customer_portal_docs.group_document_user").id)
        ]
        before = self.secure.portal_user_ids
        wizard = self.open_dialog(self.helpdesk_manager, self.secure)
        self.assertTrue(wizard.can_trust)
        with Form(wizard) as form:
            form.trusts_users = True
        wizard.action_create_share()
        self.assertEqual(self.secure.portal_user_ids, before | self.owner)
        self.assertIn(
            f"/my/binders/{self.secure.id}/new",
            self.get_links(wizard.share_id, self.owner),
        )

    def test_a_share_alone_makes_nobody_a_trusted_customer(self):
        """REQ I-3: nor does a tick of who may not write the team, or on a web link"""
        self.helpdesk_manager.group_ids = self.agent.group_ids
        before = self.secure.portal_user_ids
        for user, vals in (
            (self.helpdesk_manager, {}),
            (self.helpdesk_manager, {"trusts_users": True, "access": "public"}),
            (self.agent, {"trusts_users": True}),
        ):
            wizard = self.open_dialog(user, self.secure)
            wizard.write(vals)
            wizard.action_create_share()
            self.assertTrue(wizard.share_id)
            self.assertEqual(self.secure.portal_user_ids, before)
        self.assertFalse(self.open_dialog(self.agent, self.secure).can_trust)

    def open_existing(self, share, action):
        """Return the dialog that a helpdesk manager opens of their share."""
        opened = getattr(share, action)()
        wizard = self.env["customer.portal.share.wizard"].browse(opened["res_id"])
        return wizard.with_user(self.helpdesk_manager)

    def share_with_owner(self, record):
        return self.share(
            record,
            user=self.helpdesk_manager,
            access="secured",
            user_ids=[Command.set(self.owner.ids)],
        )

    def let_share(self):
        self.helpdesk_manager.group_ids = [
            Command.link(self.env.ref("customer_portal_docs.group_document_user").id),
            Command.link(self.env.ref("base.group_partner_manager").id),
        ]

    def test_who_is_added_to_a_share_becomes_a_trusted_customer(self):
        """REQ S-6, I-3: of the team that is in it, where that is ticked"""
        self.let_share()
        share = self.share_with_owner(self.secure)
        before = self.secure.portal_user_ids
        for number, is_trusted in enumerate((False, True)):
            wizard = self.open_existing(share, "action_send_link")
            self.assertTrue(wizard.can_trust)
            with Form(wizard) as form:
                form.new_user_name = f"New {number}"
                form.new_user_email = f"new{number}@example.com"
                form.trusts_users = is_trusted
            wizard.action_add_user()
            new = share.user_ids.filtered(
                lambda user, number=number: user.name == f"New {number}"
            )
            self.assertTrue(new)
            added = new if is_trusted else new.browse()
            self.assertEqual(self.secure.portal_user_ids, before | added)

    def test_a_team_that_is_added_to_a_share_trusts_its_users(self):
        """REQ S-6, I-3: where that is ticked; others are told what they see"""
        self.let_share()
        folder = self.env["customer.portal.folder"].create({"name": "Plans"})
        share = self.share_with_owner(folder)
        before = self.secure.portal_user_ids
        wizard = self.open_existing(share, "action_add_items")
        self.assertFalse(wizard.has_teams)
        with Form(wizard) as form:
            with form.item_ids.new() as item:
                item.record = f"{self.secure._name},{self.secure.id}"
            self.assertIn("stay trusted", form.trust_hint)
            form.trusts_users = True
        wizard.action_add_items()
        self.assertEqual(self.secure.portal_user_ids, before | self.owner)
        self.helpdesk_manager.group_ids = self.agent.group_ids
        wizard = self.open_existing(share, "action_send_link")
        self.assertIn("they have to be trusted", wizard.trust_hint)

    def test_who_has_no_access_to_the_company_of_the_team_hinders_nobody(self):
        """REQ S-6, I-3: the dialog says so, and the others are trusted"""
        self.let_share()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.secure.company_id = self.env.company
        self.colleague.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        folder = self.env["customer.portal.folder"].create({"name": "Plans"})
        share = self.share_with_owner(folder)
        share.user_ids += self.colleague
        before = self.secure.portal_user_ids
        wizard = self.open_existing(share, "action_add_items")
        with Form(wizard) as form:
            with form.item_ids.new() as item:
                item.record = f"{self.secure._name},{self.secure.id}"
            self.assertIn("are not trusted there", form.trust_hint)
            self.assertIn(self.owner.name, form.trust_hint)
            form.trusts_users = True
        wizard.action_add_items()
        self.assertEqual(self.secure.portal_user_ids, before | self.owner)
        self.assertTrue(
            share.item_ids.filtered(lambda item: item.res_model == self.secure._name)
        )

    def test_a_tick_of_who_may_not_write_the_team_trusts_nobody(self):
        """REQ 11.7: of a share that is there as well, nor by a web link"""
        self.let_share()
        share = self.share_with_owner(self.secure)
        before = self.secure.portal_user_ids
        groups = self.helpdesk_manager.group_ids
        for access, group_ids in (
            ("secured", self.agent.group_ids),
            ("public", groups),
        ):
            self.helpdesk_manager.group_ids = group_ids
            share.access = access
            wizard = self.open_existing(share, "action_add_items")
            wizard.write({"trusts_users": True, "step": "what"})
            wizard._trust(self.colleague)
            self.assertEqual(self.secure.portal_user_ids, before, access)

    def test_of_other_things_nobody_becomes_a_trusted_customer(self):
        folder = self.env["customer.portal.folder"].create({"name": "Plans"})
        wizard = self.open_dialog(self.agent, folder)
        self.assertFalse(wizard.has_teams or wizard.can_trust)
