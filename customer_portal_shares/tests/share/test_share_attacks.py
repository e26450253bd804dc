"""What people try who want more than they were given."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF

from ..common import PASSWORD, ShareCase, ShareHttpCase

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


@tagged("-at_install", "post_install")
class TestIntruders(ShareHttpCase):
    """Over the web, as visitor or customer."""

    def setUp(self):
        super().setUp()
        self.login(None)

    def download(self, share, document, **headers):
        path = self.path(share, f"/document/{document.id}?download=1")
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.get(path, headers=headers)

    def assertCount(self, share, count):
        share.invalidate_recordset()
        self.assertEqual(share.download_count, count)

    # -- the limit of downloads

    def test_a_header_that_changes_nothing_does_not_make_it_free(self):
        share = self._create_share(self.document, download_limit=2)
        whole = 0
        for _round in range(5):
            for headers in (
                {},
                {"Range": "chunks=1"},
                {"Range": "bytes=0-", "If_Range": '"another"'},
            ):
                answer = self.download(share, self.document, **headers)
                self.assertIn(answer.status_code, (200, 410, 416))
                whole += b"%PDF" in answer.content
        # each counted download may be sent once more, for what broke off
        self.assertLessEqual(whole, 4)
        self.assertEqual(self.download(share, self.document).status_code, 410)
        self.assertCount(share, 2)

    def test_pieces_do_not_make_a_file_free_for_ever(self):
        share = self._create_share(self.document, download_limit=1)
        statuses = [
            self.download(share, self.document, Range=f"bytes={start}-").status_code
            for start in (0, 1, 1, 0, 1, 2, 0, 1)
        ]
        self.assertEqual(statuses[0], 206)
        self.assertLessEqual(statuses.count(206), 3)
        self.assertEqual(statuses[-1], 410)

    def test_a_condition_that_fails_brings_no_file(self):
        share = self._create_share(self.document, download_limit=1)
        for headers in (
            {"If_Match": '"another"'},
            {"If_Match": '"another"', "Range": "bytes=0-"},
            {"If_Unmodified_Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
        ):
            answer = self.download(share, self.document, **headers)
            self.assertEqual(answer.status_code, 412)
            self.assertNotIn(b"%PDF", answer.content)
        self.assertCount(share, 0)
        for _time in range(2):
            answer = self.download(share, self.document, If_Match="*")
        self.assertEqual(answer.status_code, 410)
        self.assertCount(share, 1)

    def test_going_on_without_getting_ahead_runs_out(self):
        """Whoever asks for all but the start again and again gets it some times at most."""
        content = PDF + bytes(8000)
        document = self._create_document(name="Long", raw=content)
        share = self._create_share(document, download_limit=1)
        sent = 0
        for _round in range(4):
            for start in range(1, 8000, 400):
                answer = self.download(share, document, Range=f"bytes={start}-")
                sent += len(answer.content) if answer.status_code == 206 else 0
        self.assertLess(sent, 6 * len(content))
        self.assertEqual(
            self.download(share, document, Range="bytes=1-").status_code, 410
        )

    def test_no_way_round_spends_nothing(self):
        share = self._create_share(self.document, download_limit=1)
        self.assertEqual(self.download(share, self.document).status_code, 200)
        base = self.path(share, f"/document/{self.document.id}")
        for path in (
            base,
            base + "?download=",
            base + "?download=0",
            base + "/preview",
        ):
            answer = self.get(path)
            self.assertNotIn(b"%PDF", answer.content)
        self.assertNotIn(b"%PDF", self.opener.head(self.base_url() + base).content)
        attachment = self.document.attachment_id
        for path in (
            f"/web/content/{attachment.id}",
            f"/web/image/{attachment.id}",
            f"/web/content/customer.portal.document/{self.document.id}/attachment_id",
            f"/my/documents/{self.document.id}",
            f"/my/documents/{self.document.id}/content",
            f"/my/documents/{self.document.id}/content?access_token={share.sudo().token}",
        ):
            answer = self.get(path)
            if "/web/image/" not in path:  # a placeholder
                self.assertNotEqual(answer.status_code, 200, path)
            self.assertNotIn(b"%PDF", answer.content)

    def test_a_page_tells_no_other_key(self):
        self.document._portal_ensure_token()
        share = self._create_share(self.document, self.folder)
        key = self.document.sudo().access_token
        pages = (
            self.path(share),
            self.path(share, f"/document/{self.document.id}/preview"),
            self.path(share, f"/folder/{self.folder.id}"),
        )
        for page in pages:
            text = self.get(page).text
            self.assertNotIn(key, text)
            self.assertNotIn("access_token", text)
            self.assertNotIn("/web/content/", text)

    # -- malformed requests

    def test_what_is_malformed_is_refused_and_no_error(self):
        share = self._create_share(self.folder, allow_upload=True, allow_download=True)
        fields = {"name": "Anna", "email": "anna@example.com"}
        upload = self.path(share, "/upload")
        file = ("file", ("a.txt", b"text"))
        for name in ("folder_id", "name", "email", "token", "description"):
            with self.subTest(name):
                answer = self.post(
                    upload, fields, files=[file, (name, ("b.txt", b"text"))]
                )
                self.assertIn(answer.status_code, (400, 404))
        for folder in ("-1", "x", "9" * 40, "\u0661", "1e3", "\0"):
            with self.subTest(folder):
                answer = self.post(upload, {**fields, "folder_id": folder}, [file])
                self.assertEqual(answer.status_code, 404)
        big = 2**70
        for rest in (
            f"/document/{big}",
            f"/folder/{big}",
            f"/zip?folder={big}",
            "/zip?folder=\u0661",
            "/zip?folder=%00",
            "?page=%00",
            f"?page={big}&received={big}",
        ):
            with self.subTest(rest):
                answer = self.get(self.path(share, rest))
                self.assertIn(answer.status_code, (200, 404))
        locked = self._create_share(self.document, password=PASSWORD)
        answer = self.post(self.path(locked), files=[("password", ("a", b"text"))])
        self.assertEqual(answer.status_code, 401)
        for password in ("\0", "a" * 600, "\u202e", ""):
            answer = self.post(self.path(locked), {"password": password})
            self.assertIn(answer.status_code, (401, 429))

    def test_strangers_cannot_tell_one_refusal_from_another(self):
        share = self._create_share(self.document)
        inactive = self._create_share(self.document, active=False)
        secured = self._create_secured_share(self.document, password=PASSWORD)
        switched_off = self._create_share(self.document)
        paths = [
            "/share/unknown",
            f"/share/{'a' * 43}",
            "/share/%00",
            "/share/%C3%A9",
            f"/share/{'a' * 5000}",
            self.path(inactive),
            self.path(secured),
            self.path(share)[:-1],
            self.path(share) + "a",
        ]
        self.login(self.stranger)
        answers = {self._describe(self.get(path)) for path in paths}
        answers.add(self._describe(self.unlock(secured, "wrong")))
        answers.add(self._describe(self.unlock(secured)))
        self.company.portal_share_web_links = False
        answers.add(self._describe(self.get(self.path(switched_off))))
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers.pop()[0], 404)

    def _describe(self, answer):
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("Date", "Set-Cookie")
        }
        return answer.status_code, answer.text, tuple(sorted(headers.items()))

    def test_login_leads_back_here_and_nowhere_else(self):
        secured = self._create_secured_share(self.document)
        path = self.path(secured)
        for rest in ("", "?next=//evil.example", f"/document/{self.document.id}"):
            answer = self.get(path + rest)
            self.assertEqual(answer.status_code, 303)
            location = answer.headers["Location"]
            self.assertRegex(
                location, r"^(http://[^/]+)?/web/login\?redirect=%2Fshare%2F"
            )
        for rest in ("/upload", ""):
            answer = self.post(path + rest)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith(path.rsplit("/")[-1]))

    # -- names that are code

    def test_no_name_becomes_code(self):
        evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'\r\nX-Evil: 1"
        folder = self.env["customer.portal.folder"].create({"name": evil})
        document = self._create_document(
            name=evil,
            filename=f"{evil}.pdf",
            folder_id=folder.id,
            description=evil,
        )
        share = self._create_share(
            folder, document, name=evil, note=evil, allow_upload=True
        )
        self.owner.partner_id.name = evil
        for user in (None, self.owner):
            self.login(user)
            pages = [
                self.get(self.path(share)),
                self.get(self.path(share, f"/folder/{folder.id}")),
                self.get(self.path(share, f"/document/{document.id}/preview")),
                self.post(
                    self.path(share, "/upload"),
                    {"name": evil, "email": evil, "folder_id": folder.id},
                    files=[("file", (f"{evil[:30]}.exe", b"MZ"))],
                ),
            ]
            for page in pages:
                with self.subTest(user=user, url=page.url):
                    self.assertIn("text/html", page.headers["Content-Type"])
                    self.assertNotIn("<script>alert", page.text)
                    self.assertNotIn("<img src=x", page.text)
                    self.assertNotIn("X-Evil", page.headers)
        for rest in (
            "/zip",
            f"/zip?folder={folder.id}",
            f"/document/{document.id}?download=1",
        ):
            answer = self.get(self.path(share, rest))
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn("X-Evil", answer.headers)
            self.assertNotRegex(answer.headers["Content-Disposition"], r"[\r\n]")

    def test_pages_are_in_no_frame_of_others(self):
        share = self._create_share(self.document, self.folder, password=PASSWORD)
        self.assertIn(
            "frame-ancestors 'self'", self._policy(self.get(self.path(share)))
        )
        self.unlock(share)
        for rest in (
            "",
            f"/folder/{self.folder.id}",
            f"/document/{self.document.id}/preview",
            f"/document/{self.document.id}",
        ):
            answer = self.get(self.path(share, rest))
            self.assertIn("frame-ancestors 'self'", self._policy(answer))
            self.assertIn("private", answer.headers["Cache-Control"])
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")

    def _policy(self, answer):
        return answer.headers["Content-Security-Policy"]

    # -- sessions

    def test_a_session_that_somebody_knew_before_is_not_unlocked(self):
        """REQ S-8: who planted a session in a visitor's browser does not share its marks"""
        share = self._create_share(self.document, password=PASSWORD)
        before = self.opener.cookies["session_id"]
        self.assertEqual(self.unlock(share).status_code, 303)
        after = self.opener.cookies["session_id"]
        self.assertNotEqual(before, after)
        self.assertEqual(self.get(self.path(share)).status_code, 200)
        self.opener.cookies.clear()
        self.opener.cookies["session_id"] = before
        self.assertEqual(self.get(self.path(share)).status_code, 401)

    # -- the log

    def test_the_log_keeps_to_one_line_and_a_true_address(self):
        share = self._create_share(self.folder, allow_upload=True)
        self.post(
            self.path(share, "/upload"),
            {"name": "Anna\n2026-01-01 admin", "email": "anna@example.com"},
            files=[("file", ("a\nb.txt", b"text"))],
        )
        self.get(
            self.path(share),
            headers={"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6"},
        )
        for row in share.access_ids:
            self.assertNotRegex(f"{row.visitor}{row.item}{row.address}", r"[\r\n]")
            self.assertNotEqual(row.address, "6.6.6.6")

    def test_who_hammers_does_not_fill_the_log(self):
        share = self._create_share(self.document, password=PASSWORD)
        for _time in range(20):
            self.unlock(share, "wrong")
        refused = share.access_ids.filtered(lambda row: row.action == "refused")
        self.assertEqual(
            sorted(refused.mapped("reason")),
            ["too_many_attempts"] + ["wrong_password"] * 5,
        )

    # -- folders

    def test_what_lies_under_an_archived_folder_is_not_shared(self):
        deepest = self.env["customer.portal.folder"].create(
            {"name": "Deepest", "parent_id": self.subfolder.id}
        )
        document = self._create_document(name="Deep", folder_id=deepest.id)
        share = self._create_share(self.folder)
        self.assertEqual(self.content(share, document).status_code, 200)
        self.subfolder.active = False
        self.assertEqual(self.content(share, document).status_code, 404)
        answer = self.get(self.path(share, f"/folder/{deepest.id}"))
        self.assertEqual(answer.status_code, 404)
        answer = self.get(self.path(share, "/zip"))
        self.assertNotIn(b"Deep", answer.content)
        self.assertEqual(answer.content.count(b"%PDF"), PDF.count(b"%PDF"))
