"""What people try who want more than they were given."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import PASSWORD, ShareCase

#: What a client gets to see when it asks for more than it may.
REFUSALS = (AccessError, UserError, ValidationError, ValueError)
LOGGERS = "odoo.models", "odoo.addons.base.models.ir_rule", "odoo.http"
SECRETS = ("token", "token_digest", "password_hash")


class AttackCase(ShareCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thief = cls._create_staff(
            "test_thief", "customer_portal_docs.group_document_user"
        )
        cls.share = cls._create_share(cls.document, cls.folder, password=PASSWORD)
        cls.secrets = [cls.share.sudo()[name] for name in SECRETS]

    def rpc(self, user, model, method, *args, **kwargs):
        """Call a method as a client does; the cache is cold as in a request of its own."""
        self.env.flush_all()
        self.env.invalidate_all()
        records = self.env(user=user.id, su=False)[model]
        return call_kw(records, method, args, kwargs)

    def assertRefused(self, *args, **kwargs):
        try:
            with self.env.cr.savepoint(), mute_logger(*LOGGERS):
                answer = self.rpc(*args, **kwargs)
        except REFUSALS:
            return
        self.fail(f"{args} was answered: {answer!r}")

    def assertTellsNothing(self, *args, **kwargs):
        """Make sure that an answer, if there is one, holds no secret."""
        try:
            with self.env.cr.savepoint(), mute_logger(*LOGGERS):
                answer = repr(self.rpc(*args, **kwargs))
        except REFUSALS as error:
            answer = str(error)
        for secret in self.secrets:
            self.assertNotIn(secret, answer)


@tagged("-at_install", "post_install")
class TestSecrets(AttackCase):
    """Links and passwords of others, and the hashes of one's own."""

    def test_nobody_reads_a_secret_by_rpc(self):
        model, ids = "customer.portal.share", self.share.ids
        people = (
            self.owner,
            self.staff,
            self.thief,
            self.sharer,
            self.manager,
            self.portal_manager,
            self.env.ref("base.user_admin"),
        )
        for user in people:
            for name in SECRETS:
                first = self.share.sudo()[name][:3]
                calls = (
                    ("read", ids, [name]),
                    ("web_read", ids, {name: {}}),
                    ("search_read", [("id", "in", ids)], [name]),
                    ("search_count", [(name, "=like", first + "%")]),
                    ("search", [("id", "in", ids)], 0, None, name),
                    ("export_data", ids, [name]),
                    ("read_group", [], [name], [name]),
                    ("formatted_read_group", [], [name], ["__count"]),
                    ("formatted_read_group", [], [], [f"{name}:array_agg"]),
                    ("onchange", ids, {}, ["name"], {name: {}}),
                    ("write", ids, {name: "known"}),
                    ("copy", ids),
                    ("copy_data", ids),
                )
                for method, *args in calls:
                    with self.subTest(user=user.login, name=name, method=method):
                        self.assertTellsNothing(user, model, method, *args)
                self.assertEqual(self.share.sudo()[name][:3], first)
                with self.subTest(user=user.login, name=name):
                    self.assertRefused(
                        user, model, "search", [(name, "=like", first + "%")]
                    )

    def test_no_other_model_leads_to_a_secret(self):
        item, document = self.share.item_ids[:1], self.document
        document.share_id = self.share
        for path, model, ids in (
            ("share_id", "customer.portal.share.item", item.ids),
            ("share_id", "customer.portal.document", document.ids),
            ("share_item_ids.share_id", "customer.portal.document", document.ids),
        ):
            for name in (*SECRETS, "url"):
                for user in (self.thief, self.owner):
                    with self.subTest(path=path, name=name, user=user.login):
                        field = f"{path}.{name}"
                        self.assertTellsNothing(
                            user, model, "export_data", ids, [field]
                        )
                        spec = {"fields": {name: {}}}
                        for part in reversed(path.split(".")):
                            spec = {"fields": {part: spec}}
                        self.assertTellsNothing(
                            user, model, "web_read", ids, spec["fields"]
                        )
                        self.assertRefused(
                            user, model, "search", [(field, "=like", "a%")]
                        )

    def test_another_ones_link_is_not_told_by_the_dialog(self):
        """The e-mail is drafted with all rights: it must not be of a share of others."""
        Wizard = "customer.portal.share.wizard"
        told = [Command.set(self.thief.partner_id.ids)]
        vals = {"share_id": self.share.id, "step": "link", "other_ids": told}
        for user in (self.thief, self.manager):
            [id_] = self.rpc(user, Wizard, "create", [{}])
            self.assertRefused(user, Wizard, "create", [vals])
            self.assertRefused(user, Wizard, "write", [id_], vals)
            # however it came there
            wizard_sudo = self.env[Wizard].browse(id_).sudo()
            wizard_sudo.with_user(self.env.ref("base.user_root")).write(vals)
            for method in ("action_edit_mail", "action_send"):
                with self.subTest(user=user.login, method=method):
                    self.assertRefused(user, Wizard, method, [id_])
            for name in ("mail_body", "mail_subject", "url", "qr_code"):
                with self.subTest(user=user.login, name=name):
                    self.assertTellsNothing(user, Wizard, "read", [id_], [name])
        mails = self.env["mail.mail"].search([("body_html", "like", "/share/")])
        self.assertNotIn(self.thief.partner_id, mails.recipient_ids)

    def test_changing_the_owner_on_paper_shows_no_link(self):
        for user in (self.thief, self.owner):
            for values in ({"user_id": user.id}, {"id": self.share.id}):
                self.assertTellsNothing(
                    user,
                    "customer.portal.share",
                    "onchange",
                    self.share.ids,
                    values,
                    ["user_id"],
                    {"url": {}, "user_id": {}},
                )

    def test_a_link_that_was_computed_with_all_rights_is_not_kept_for_others(self):
        self.env.invalidate_all()
        thief_sudo = self.share.with_user(self.thief).sudo()
        self.assertTrue(thief_sudo.url)
        self.assertFalse(thief_sudo.sudo(False).url)

    def test_the_hash_in_the_dialog_is_nobodys(self):
        wizard = (
            self.env["customer.portal.share.wizard"]
            .with_user(self.sharer)
            .create({"password": PASSWORD})
        )
        self.secrets = [wizard.sudo().password_hash]
        for user in (self.sharer, self.thief, self.portal_manager):
            args = (user, "customer.portal.share.wizard")
            for field in ("password_hash", "password"):
                self.assertTellsNothing(*args, "read", wizard.ids, [field])
                self.assertTellsNothing(*args, "web_read", wizard.ids, {field: {}})
            self.assertRefused(*args, "search", [("password_hash", "!=", False)])


@tagged("-at_install", "post_install")
class TestEscalation(AttackCase):
    """To share, or to learn, what one may not read oneself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.foreign = cls._create_document(
            name="Foreign plan", company_id=cls.elsewhere.id
        )
        cls.global_folder = cls.env["customer.portal.folder"].create(
            {"name": "Everywhere", "company_id": False}
        )

    def test_the_dialog_does_not_tell_what_something_is_called(self):
        """A stored computed field is computed with all rights."""
        Wizard = "customer.portal.share.wizard"
        record = f"customer.portal.document,{self.foreign.id}"
        vals = {"item_ids": [Command.create({"record": record})]}
        self.secrets = ["Foreign plan"]
        with mute_logger(*LOGGERS):
            try:
                with self.env.cr.savepoint():
                    [id_] = self.rpc(self.thief, Wizard, "create", [vals])
            except AccessError:
                return
        self.assertTellsNothing(self.thief, Wizard, "read", [id_], ["name"])
        self.assertTellsNothing(self.thief, Wizard, "read", [id_], ["summary"])

    def test_another_ones_dialog_is_not_touched(self):
        Item = "customer.portal.share.wizard.item"
        wizard = (
            self.env["customer.portal.share.wizard"]
            .with_user(self.sharer)
            .create(
                {
                    "item_ids": [
                        Command.create(
                            {"record": f"customer.portal.document,{self.document.id}"}
                        )
                    ]
                }
            )
        )
        mine = self.env[wizard._name].with_user(self.thief).create({})
        record = f"customer.portal.folder,{self.folder.id}"
        vals = {"wizard_id": wizard.id, "record": record}
        self.assertRefused(self.thief, Item, "create", [vals])
        self.assertRefused(self.thief, Item, "read", wizard.item_ids.ids, ["record"])
        self.assertRefused(self.thief, Item, "unlink", wizard.item_ids.ids)
        [own] = self.rpc(
            self.thief, Item, "create", [{"wizard_id": mine.id, "record": record}]
        )
        self.assertRefused(self.thief, Item, "write", [own], {"wizard_id": wizard.id})
        self.assertEqual(len(wizard.item_ids), 1)

    def test_nothing_is_put_into_another_ones_share(self):
        Item = "customer.portal.share.item"
        mine = self._create_share(self.global_folder, user=self.thief)
        item = mine.item_ids
        self.assertRefused(
            self.thief, Item, "write", item.ids, {"share_id": self.share.id}
        )
        for record in (self.global_folder, self.other_document):
            vals = {
                "share_id": self.share.id,
                "res_model": record._name,
                "res_id": record.id,
            }
            self.assertRefused(self.thief, Item, "create", [vals])
            self.assertRefused(self.thief, Item, "copy", item.ids, vals)
        for command in (
            Command.link(item.id),
            Command.set(item.ids),
            Command.update(self.share.item_ids[0].id, {"res_id": self.document.id}),
            Command.delete(self.share.item_ids[0].id),
            Command.clear(),
        ):
            vals = {"item_ids": [command]}
            self.assertRefused(
                self.thief, self.share._name, "write", self.share.ids, vals
            )
        self.assertEqual(len(self.share.item_ids), 2)

    def test_a_record_does_not_lead_into_another_ones_share(self):
        item = self.share.item_ids[0]
        for command in (
            Command.update(item.id, {"res_id": self.other_document.id}),
            Command.delete(item.id),
            Command.create(
                {"share_id": self.share.id, "res_model": "customer.portal.document"}
            ),
        ):
            vals = {"share_item_ids": [command]}
            self.assertRefused(
                self.thief,
                "customer.portal.document",
                "write",
                self.other_document.ids,
                vals,
            )

    def test_nobody_shares_with_the_rights_of_another(self):
        Share = self.share._name
        item = Command.create(
            {"res_model": "customer.portal.document", "res_id": self.document.id}
        )
        admin = self.env.ref("base.user_admin")
        vals = {"name": "Theirs", "user_id": admin.id, "item_ids": [item]}
        self.assertRefused(self.thief, Share, "create", [vals])
        mine = self._create_share(self.document, user=self.thief)
        for other in (admin, self.sharer, self.owner):
            self.assertRefused(
                self.thief, Share, "write", mine.ids, {"user_id": other.id}
            )
        foreign = {"res_model": "customer.portal.document", "res_id": self.foreign.id}
        for vals in (
            {"item_ids": [Command.create(foreign)]},
            {"item_ids": [Command.update(mine.item_ids.id, foreign)]},
            {"company_id": self.elsewhere.id},
            {"company_id": self.elsewhere.id, "item_ids": [Command.create(foreign)]},
        ):
            self.assertRefused(self.thief, Share, "write", mine.ids, vals)
        result = self.rpc(
            self.thief,
            Share,
            "load",
            ["name", "user_id/.id", "item_ids/res_model", "item_ids/res_id"],
            [["By import", str(admin.id), self.document._name, str(self.document.id)]],
        )
        self.assertFalse(result["ids"])

    def test_only_what_can_be_shared_is(self):
        mine = self._create_share(self.document, user=self.thief)
        attachment = self.document.attachment_id
        for model, id_ in (
            ("res.users", self.thief.id),
            ("ir.attachment", attachment.id),
            ("res.partner", self.thief.partner_id.id),
            ("customer.portal.share", self.share.id),
            ("no.such.model", 1),
            ("customer.portal.shareable.mixin", 1),
            ("customer.portal.document", 2**31 - 1),
        ):
            vals = {"res_model": model, "res_id": id_}
            with self.subTest(model):
                self.assertRefused(
                    self.thief,
                    mine._name,
                    "write",
                    mine.ids,
                    {"item_ids": [Command.create(vals)]},
                )
                self.assertRefused(
                    self.thief, mine.item_ids._name, "write", mine.item_ids.ids, vals
                )

    def test_what_the_gate_keeps_is_not_written_by_clients(self):
        """The end of a share is computed: writing it would go round the company's policy."""
        self.company.portal_share_expiration_max_days = 7
        share = self.share
        share.expiration_date = share._get_last_day(7)
        for vals in (
            {"expires_at": "2099-01-01 00:00:00"},
            {"download_count": 0},
            {"first_access_date": "2020-01-01 00:00:00"},
        ):
            with self.subTest(vals):
                self.assertRefused(self.sharer, share._name, "write", share.ids, vals)
                new = {"name": "New", "expiration_date": share.expiration_date, **vals}
                self.assertRefused(self.sharer, share._name, "create", [new])

    def test_the_log_is_not_tampered_with(self):
        Access = self.env["customer.portal.share.access"]
        Access._add(self.share, "view", {"partner_id": False, "address": "::1"})
        row = self.share.access_ids
        for user in (self.sharer, self.portal_manager):
            for method, args in (
                ("write", (row.ids, {"address": "127.0.0.1"})),
                ("unlink", (row.ids,)),
                ("create", ([{"share_id": self.share.id, "action": "view"}],)),
            ):
                self.assertRefused(user, row._name, method, *args)
            for command in (Command.delete(row.id), Command.clear()):
                self.assertRefused(
                    user,
                    self.share._name,
                    "write",
                    self.share.ids,
                    {"access_ids": [command]},
                )
        self.assertTrue(row.exists())

    def test_customers_have_no_business_here(self):
        for user in (self.owner, self.staff):
            for model in (
                "customer.portal.share",
                "customer.portal.share.item",
                "customer.portal.share.access",
                "customer.portal.share.wizard",
                "customer.portal.share.wizard.item",
            ):
                for method, args in (
                    ("search_read", ([],)),
                    ("name_search", ("",)),
                    ("create", ([{}],)),
                    ("formatted_read_group", ([], [], ["__count"])),
                ):
                    with self.subTest(model=model, method=method):
                        self.assertRefused(user, model, method, *args)
            for method in ("action_new_share", "action_open_shares"):
                self.assertRefused(
                    user, "customer.portal.document", method, self.document.ids
                )
            for field in ("share_id", "share_visitor", "share_item_ids", "share_count"):
                self.assertRefused(
                    user, "customer.portal.document", "read", self.document.ids, [field]
                )
