"""What people try who know the gate: what is gone, moved or empty, and what SQL does not mind."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import PASSWORD, ShareCase, ShareHttpCase
from .test_share_attacks import AttackCase


@tagged("-at_install", "post_install")
class TestWhatIsGone(ShareHttpCase):
    """Folders that their owner shares no more, beside something that stays open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.share = cls._create_share(cls.document, cls.folder)

    def setUp(self):
        super().setUp()
        self.login(None)

    def assertFolderIsClosed(self):
        """Make sure that nothing of the folder is there, and the document is."""
        for rest in (
            f"/folder/{self.folder.id}",
            f"/folder/{self.subfolder.id}",
            f"/document/{self.folder_document.id}",
            f"/document/{self.deep_document.id}",
            f"/document/{self.deep_document.id}/preview",
            f"/zip?folder={self.subfolder.id}",
        ):
            with self.subTest(rest):
                self.assertEqual(self.get(self.path(self.share, rest)).status_code, 404)
        self.assertNotIn(b"Old plan", self.get(self.path(self.share, "/zip")).content)
        self.assertEqual(self.content(self.share, self.document).status_code, 200)

    def test_what_lies_below_an_archived_item_is_closed(self):
        self.folder.active = False
        self.assertFolderIsClosed()

    def test_what_lies_below_an_item_of_another_company_is_closed(self):
        # a folder keeps the company of its content: as it may have been before that was a rule
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_folder SET company_id = %s WHERE id = %s",
            [elsewhere.id, self.folder.id],
        )
        self.env.invalidate_all()
        self.assertFolderIsClosed()

    def test_what_lies_below_an_item_that_the_owner_may_not_read_is_closed(self):
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("customer.portal.folder"),
                "domain_force": f"[('id', '!=', {self.folder.id})]",
            }
        )
        self.assertFolderIsClosed()

    def test_a_subfolder_that_is_shared_itself_stays_open(self):
        share = self._create_share(self.folder, self.subfolder)
        self.folder.active = False
        self.assertEqual(self.content(share, self.deep_document).status_code, 200)
        self.assertEqual(self.content(share, self.folder_document).status_code, 404)

    def test_an_owner_whom_the_company_lets_go_shares_nothing_of_it(self):
        """REQ S-14"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sharer.write(
            {
                "company_ids": [Command.link(elsewhere.id)],
                "company_id": elsewhere.id,
            }
        )
        self.assertEqual(self.get(self.path(self.share)).status_code, 200)
        self.company.user_ids = [Command.unlink(self.sharer.id)]
        self.assertEqual(self.get(self.path(self.share)).status_code, 404)

    def test_a_drop_puts_files_where_its_owner_said(self):
        drop = self._create_share(self.folder, allow_upload=True, allow_download=False)
        other = self.env["customer.portal.folder"].create({"name": "Other"})
        for folder in (self.subfolder, other):
            answer = self.post(
                self.path(drop, "/upload"),
                {"name": "A", "email": "a@example.com", "folder_id": folder.id},
                files=[("file", ("a.txt", b"text"))],
            )
            self.assertEqual(answer.status_code, 303)
        self.assertEqual(drop.received_document_ids.folder_id, self.folder)
        self.assertEqual(len(drop.received_document_ids), 2)


@tagged("-at_install", "post_install")
class TestHammering(ShareCase):
    def test_many_addresses_do_not_fill_the_log(self):
        """Each of them is throttled with its network, and would be a line of its own."""
        share = self._create_share(self.document, password=PASSWORD).sudo()
        Access, reason = self.env["customer.portal.share.access"], "too_many_attempts"
        visitors = [
            {"partner_id": False, "address": f"2001:db8::{number:x}"}
            for number in range(60)
        ]
        for visitor in visitors:
            if not Access._was_refused(share, visitor, reason):
                Access._add(share, "refused", visitor, reason=reason)
        self.assertEqual(len(share.access_ids), 50)
        other = self._create_share(self.document, password=PASSWORD).sudo()
        self.assertFalse(Access._was_refused(other, visitors[0], reason))


@tagged("-at_install", "post_install")
class TestOthersDialogs(AttackCase):
    def test_the_name_of_another_ones_share_is_not_told(self):
        self.share.sudo().name = "Layoffs in spring"
        self.secrets = ["Layoffs"]
        ids = self.share.ids
        self.document.share_id = self.share
        spec = {"share_id": {"fields": {"display_name": {}}}}
        for model in ("customer.portal.share.wizard", "customer.portal.share.item"):
            with self.subTest(model):
                values = {"share_id": ids[0]}
                self.assertTellsNothing(
                    self.thief, model, "onchange", [], values, ["share_id"], spec
                )
        Wizard = "customer.portal.share.wizard"
        values = {"share_id": ids[0]}
        self.assertTellsNothing(self.thief, Wizard, "web_save", [], values, spec)
        self.assertRefused(self.thief, Wizard, "create", [values])
        self.assertTellsNothing(
            self.thief, Wizard, "formatted_read_group", [], ["share_id"], ["__count"]
        )
        Document = "customer.portal.document"
        self.assertTellsNothing(self.thief, Document, "read", self.document.ids)
        for user in (self.sharer, self.portal_manager):
            [values] = self.rpc(user, Document, "read", self.document.ids, ["share_id"])
            self.assertIn("Layoffs in spring", values["share_id"][1])

    def test_what_another_ones_record_is_called_is_not_told_however_it_is_named(self):
        """What core or PostgreSQL takes for an id, or a new row, is judged as one"""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        secret = self.env["customer.portal.folder"].create(
            {"name": "Layoffs in spring", "company_id": other.id}
        )
        self.secrets = ["Layoffs"]
        model = "customer.portal.share.wizard"
        spec = {"name": {}, "summary": {}, "item_ids": {"fields": {"record": {}}}}
        written = ["%s", " %s", "+%s", "%s ", "0%s", "%s_0", "\u00b2"]
        for id_ in written:
            row = {"record": f"{secret._name},{id_.replace('%s', str(secret.id))}"}
            for named in ([Command.create(row)], [[0, "virtual_1", row]]):
                for user in (self.thief, self.sharer):
                    with self.subTest(named, user=user.login):
                        values = {"item_ids": named}
                        self.assertTellsNothing(
                            user, model, "onchange", [], values, ["item_ids"], spec
                        )

    def test_a_record_that_may_not_be_read_is_named_in_no_way(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        folder = self.env["customer.portal.folder"].create(
            {"name": "Layoffs in spring", "company_id": other.id}
        )
        Document = self.env["customer.portal.document"].with_user(self.sharer)
        Folder = self.env["customer.portal.folder"].with_user(self.sharer)
        id_ = folder.id
        ways = [id_, str(id_), float(id_), [id_, "x"], {"id": id_}, {"id": str(id_)}]
        for value in (*ways, {"id": False, "parent_id": id_}):
            with self.subTest(value), self.assertRaises(AccessError):
                Document._check_named_values({"folder_id": value})
        row = {"parent_id": id_}
        ways = [
            [id_],
            [str(id_)],
            [[4, str(id_)]],
            [[6, 0, [str(id_)]]],
            [[1, id_, {}]],
        ]
        for value in (*ways, [row], [[0, 0, row]], [{"id": id_}]):
            with self.subTest(value), self.assertRaises(AccessError):
                Folder._check_named_values({"child_ids": value})
        row = {"res_model": folder._name, "res_id": id_}
        with self.assertRaises(AccessError):
            self.env["customer.portal.share.item"].with_user(
                self.sharer
            )._check_named_values(row)
        Wizard = self.env["customer.portal.document.upload.wizard"]
        wizard = Wizard.with_user(self.sharer).create({})
        wizard.sudo().write(row)
        for sent in ({"res_id": id_}, {"res_model": folder._name}):
            with self.subTest(sent), self.assertRaises(AccessError):
                wizard._check_named_values(sent)
        for value in (None, False, "x", [], [[]], [[5]], [None], {"id": None}, 10**30):
            Folder._check_named_values({"parent_id": value, "child_ids": value})

    def test_whether_another_ones_share_has_a_password_is_not_told(self):
        Wizard = "customer.portal.share.wizard"
        vals = {"share_id": self.share.id}
        self.assertRefused(self.thief, Wizard, "create", [vals])
        spec = {"has_password": {}}
        args = [], vals, ["share_id"], spec
        self.assertRefused(self.thief, Wizard, "onchange", *args)
        [id_] = self.rpc(self.sharer, Wizard, "create", [vals])
        [values] = self.rpc(self.sharer, Wizard, "read", [id_], ["has_password"])
        self.assertTrue(values["has_password"])

    def test_no_group_and_no_order_leads_to_a_secret(self):
        for model, path in (
            ("customer.portal.share.item", "share_id"),
            ("customer.portal.document", "share_id"),
            ("customer.portal.share.access", "share_id"),
        ):
            for name in ("token", "token_digest", "password_hash"):
                field = f"{path}.{name}"
                for user in (self.thief, self.sharer, self.portal_manager):
                    for method, *args in (
                        ("formatted_read_group", [], [field], ["__count"]),
                        ("formatted_read_group", [], [], [f"{field}:array_agg"]),
                        ("formatted_read_group", [], [], [f"{field}:max"]),
                        ("read_group", [], [field], [field]),
                        ("search", [], 0, None, field),
                        ("web_read_group", [], [field]),
                    ):
                        with self.subTest(field=field, method=method, args=args):
                            self.assertRefused(user, model, method, *args)
