import logging
from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.tests.common import PDF
from odoo.addons.mail.tests.common import MockEmail

from ..common import PASSWORD, ShareHttpCase


@tagged("-at_install", "post_install")
class TestLog(MockEmail, ShareHttpCase):
    """Every access is written down (REQ S-9)."""

    def setUp(self):
        super().setUp()
        self.login(None)

    def log(self, share):
        share.invalidate_recordset()
        return [
            (line.action, line.reason or line.item or "")
            for line in share.access_ids.sorted("id")
        ]

    def test_what_visitors_do_is_written_down(self):
        share = self._create_share(self.document, self.folder)
        self.get(self.path(share))
        self.content(share, self.document)
        self.content(share, self.document, "?download=1")
        self.get(self.path(share, f"/folder/{self.folder.id}"))
        self.get(self.path(share, "/zip"))
        self.assertEqual(
            self.log(share),
            [
                ("view", ""),
                ("view", "Contract"),
                ("download", "Contract"),
                ("view", "Plans"),
                ("download", "Offer"),
            ],
        )
        self.assertEqual(share.access_ids.sorted("id")[-1].file_count, 3)
        self.assertEqual(set(share.access_ids.mapped("address")), {"127.0.0.1"})
        self.assertEqual(share.access_count, 1, "one visitor, at once")
        self.assertEqual(share.last_access_date, max(share.access_ids.mapped("date")))

    def test_a_visit_ends_with_a_pause_and_is_of_one_visitor(self):
        """REQ S-9"""
        share = self._create_share(self.document)
        now = fields.Datetime.now()
        for minutes, address in ((200, "::1"), (190, "::1"), (190, "::2"), (90, "::1")):
            self.env["customer.portal.share.access"].create(
                {
                    "share_id": share.id,
                    "action": "view",
                    "address": address,
                    "date": fields.Datetime.subtract(now, minutes=minutes),
                }
            )
        self.env.flush_all()
        share.invalidate_recordset()
        self.assertEqual(share.access_count, 3)
        self.assertEqual(share.access_count_text, "3")
        self.assertEqual(share.last_access_date, max(share.access_ids.mapped("date")))

    def test_a_share_with_very_many_lines_says_that_there_are_more(self):
        """REQ S-9: a list of shares does not read all that ever happened"""
        busy = self._create_share(self.document)
        quiet = self._create_share(self.document)
        unused = self._create_share(self.document)
        Access = self.env["customer.portal.share.access"]
        now = fields.Datetime.now()
        Access.create(
            [
                {
                    "share_id": share.id,
                    "action": "view",
                    "address": "::1",
                    "date": fields.Datetime.subtract(now, hours=hours),
                }
                for share, visits in ((busy, 4), (quiet, 2))
                for hours in range(visits)
            ]
        )
        shares = busy | quiet | unused
        self.env.flush_all()
        shares.invalidate_recordset()
        with patch.object(type(Access), "_counted_lines", 2):
            self.assertEqual(shares.mapped("access_count_text"), ["3+", "2", "0"])
        self.assertEqual(shares.mapped("access_count"), [3, 2, 0])
        self.assertEqual(shares.mapped("last_access_date"), [now, now, False])
        shares.invalidate_recordset()
        self.assertEqual(shares.mapped("access_count_text"), ["4", "2", "0"])

    def test_who_is_logged_in_is_known(self):
        share = self._create_secured_share(self.document)
        self.login(self.owner)
        self.get(self.path(share))
        share.invalidate_recordset()
        self.assertEqual(share.access_ids.partner_id, self.owner.partner_id)

    def test_what_is_refused_is_written_down_and_not_counted(self):
        share = self._create_share(
            self.document, password=PASSWORD, allow_download=False
        )
        self.get(self.path(share))
        self.unlock(share, "wrong")
        self.unlock(share)
        self.content(share, self.document, "?download=1")
        self.assertEqual(
            self.log(share),
            [("refused", "wrong_password"), ("refused", "download_not_allowed")],
        )
        self.assertEqual(share.access_count, 0)

    def test_staff_read_it_in_their_own_language(self):
        """What is written down is names and codes: the words are found when they are read."""
        share = self._create_share(self.document, self.folder, download_limit=4)
        self.get(self.path(share))
        self.get(self.path(share, "/zip"))
        self.get(self.path(share, f"/zip?folder={self.subfolder.id}"))
        self.get(self.path(share, "/zip"))
        share.invalidate_recordset()
        lines = share.access_ids.with_user(self.sharer).sorted("id")
        self.assertEqual(
            lines.mapped("what"),
            [
                "Page of the share",
                "ZIP of “Offer”: 3 files",
                "ZIP of “Old”: 1 files",
                "Download limit reached",
            ],
        )
        self.env["res.lang"]._activate_lang("fr_FR")
        reason = self.env["ir.model.fields"]._get(lines._name, "reason")
        selection = reason.selection_ids.filtered(lambda s: s.value == "download_limit")
        selection.with_context(lang="fr_FR").name = "Plus de téléchargements"
        french = lines[-1].with_context(lang="fr_FR")
        self.assertEqual(french.what, "Plus de téléchargements")

    # -- links that are closed

    def test_who_tries_a_closed_link_is_written_down(self):
        cases = {
            "inactive": self._create_share(self.folder, active=False),
            "expired": self._create_share(self.folder, expiration_date="2020-01-01"),
            "not_recipient": self._create_secured_share(self.folder),
            "not_found": self._create_share(self._create_document(active=False)),
            "web_links_off": self._create_share(self.document),
        }
        self.company.portal_share_web_links = False
        self.login(self.stranger)
        for reason, share in cases.items():
            if reason == "not_found":
                self.company.portal_share_web_links = True
            elif reason == "web_links_off":
                self.company.portal_share_web_links = False
            with self.subTest(reason):
                self.assertEqual(self.get(self.path(share)).status_code, 404)
                self.assertEqual(self.log(share), [("refused", reason)])
                self.assertEqual(share.access_ids.address, "127.0.0.1")
                self.assertEqual(share.access_ids.partner_id, self.stranger.partner_id)
                self.assertEqual(share.access_count, 0)

    def test_who_tries_what_is_not_in_an_open_share_is_written_down(self):
        share = self._create_share(self.document)
        self.content(share, self.other_document)
        self.assertEqual(self.log(share), [("refused", "not_found")])

    def test_a_login_that_is_asked_for_is_no_refusal(self):
        share = self._create_secured_share(self.document)
        self.assertEqual(self.get(self.path(share)).status_code, 303)
        self.assertEqual(self.log(share), [])

    def test_unknown_and_malformed_links_are_not_written_down(self):
        Access = self.env["customer.portal.share.access"]
        before = Access.search_count([])
        for token in ("x" * 43, "x", "%C3%A9" * 43):
            self.assertEqual(self.get(f"/share/{token}").status_code, 404)
        self.assertEqual(Access.search_count([]), before)

    def test_who_hammers_a_closed_link_is_noted_once_in_a_while(self):
        share = self._create_share(self.folder, active=False)
        with freeze_time("2026-01-01 12:00:00"):
            for _time in range(3):
                self._try_closed(share, "192.0.2.1")
            self.assertEqual(len(self.log(share)), 1)
        with freeze_time("2026-01-01 12:15:01"):
            self._try_closed(share, "192.0.2.1")
            self.assertEqual(len(self.log(share)), 2)
            for number in range(60):
                self._try_closed(share, f"198.51.100.{number}")
            self.assertEqual(len(self.log(share)), 51, "from wherever it is tried")
        with freeze_time("2026-01-01 12:30:02"):
            self._try_closed(share, "192.0.2.1")
            self.assertEqual(len(self.log(share)), 52)

    def _try_closed(self, share, address):
        self.env["customer.portal.share.access"]._add_closed(
            share.sudo().token_digest, {"partner_id": False, "address": address}
        )

    def test_what_is_spent_is_written_down(self):
        share = self._create_share(self.document, download_limit=1)
        for _time in range(2):
            self.content(share, self.document, "?download=1")
        self.assertEqual(
            self.log(share), [("download", "Contract"), ("refused", "download_limit")]
        )

    def test_pieces_of_a_download_are_one_line(self):
        share = self._create_share(self.document)
        path = self.path(share, f"/document/{self.document.id}?download=1")
        for start in (0, 5, 10):
            self.get(path, headers={"Range": f"bytes={start}-{start + 4}"})
        self.head(path)
        self.assertEqual(self.log(share), [("download", "Contract")])

    def test_nobody_changes_the_log(self):
        share = self._create_share(self.document)
        self.get(self.path(share))
        share.invalidate_recordset()
        line = share.access_ids.with_user(self.portal_manager)
        self.assertTrue(line.read(["address"]))
        for attempt in (
            lambda: line.write({"item": "x"}),
            line.unlink,
            lambda: line.create({"share_id": share.id, "action": "view"}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_what_a_line_says_follows_from_the_line_and_the_language(self):
        """REQ S-9"""
        share = self._create_share(self.document)
        self.get(self.path(share))
        share.invalidate_recordset()
        line = share.sudo().access_ids
        self.assertEqual(line.what, "Page of the share")
        line.item = "Contract"
        self.assertEqual(line.what, "Contract")
        self.assertIn(
            "lang", self.env.registry.field_depends_context[line._fields["what"]]
        )

    def test_an_index_finds_what_a_piece_goes_on_with(self):
        """REQ S-9: whatever else happened in a share that many visit"""
        share = self._create_share(self.document)
        Access = self.env["customer.portal.share.access"].sudo()
        lines = [
            {
                "share_id": share.id,
                "action": "view",
                "item_key": str(number % 5),
                "address": f"192.0.2.{number % 200}",
            }
            for number in range(2000)
        ]
        Access.create(lines)
        self.env.flush_all()
        self.env.cr.execute("ANALYZE customer_portal_share_access")
        visitor = {"partner_id": False, "address": "192.0.2.1"}
        since = fields.Datetime.now() - timedelta(hours=1)
        domain = [*Access._get_domain_of(share, visitor, since), ("item_key", "=", "1")]
        query = Access._search(domain, limit=1)
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("begun_idx", str(plan))

    def test_the_menu_begins_with_the_last_days(self):
        """REQ 11.5: an index finds them, whoever owns few of millions"""
        action = self.env.ref(
            "customer_portal_shares.customer_portal_share_access_action"
        )
        chosen = literal_eval(action.context)["search_default_date"]
        Access = self.env["customer.portal.share.access"].with_user(self.sharer)
        view = etree.fromstring(Access.get_view(view_type="search")["arch"])
        name = chosen.removeprefix("custom_")
        [recent] = view.xpath(f"//filter[@name='date']/filter[@name='{name}']/@domain")
        share = self._create_share(self.document, user=self.portal_manager)
        now = fields.Datetime.now()
        line = {"share_id": share.id, "action": "view"}
        Access.sudo().create(
            [{**line, "date": now - timedelta(days=day)} for day in range(3000)]
        )
        share = self._create_share(self.document)
        old, new = Access.sudo().create(
            [
                {**line, "share_id": share.id, "date": now - timedelta(days=day)}
                for day in (40, 20)
            ]
        )
        self.env.flush_all()
        self.env.cr.execute("ANALYZE customer_portal_share_access")
        self.assertEqual(Access.search(literal_eval(recent)).ids, new.ids)
        self.assertEqual(Access.search([]).ids, [new.id, old.id])
        query = Access._search(literal_eval(recent), order=Access._order, limit=80)
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("date_idx", str(plan))

    def test_old_lines_are_removed(self):
        share = self._create_share(self.document)
        self.get(self.path(share))
        self.get(self.path(share))
        share.invalidate_recordset()
        old, new = share.access_ids.sorted("id")
        old.sudo().date = fields.Datetime.now() - timedelta(days=31)
        self.env.flush_all()
        self.company.portal_share_log_days = 0
        self.env["customer.portal.share.access"]._gc_accesses()
        self.assertTrue(old.exists())
        self.company.portal_share_log_days = 30
        self.env["customer.portal.share.access"]._gc_accesses()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    def test_old_lines_of_an_archived_company_are_removed(self):
        """REQ S-9"""
        closed = self.env["res.company"].create({"name": "Closed"})
        closed.portal_share_log_days = 30
        share = self._create_share(self.document)
        Access = self.env["customer.portal.share.access"]
        old = fields.Datetime.now() - timedelta(days=31)
        line = Access.create({"share_id": share.id, "action": "view", "date": old})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_share SET company_id = %s WHERE id = %s",
            [closed.id, share.id],
        )
        closed.active = False
        self.env.flush_all()
        Access._gc_accesses()
        self.assertFalse(line.exists())

    def test_many_old_lines_are_removed_by_and_by(self):
        """REQ S-9: with or without a share, no transaction takes long"""
        self.company.portal_share_log_days = 30
        old = fields.Datetime.now() - timedelta(days=31)
        report = self.env["customer.portal.report"].create(
            {
                "name": "Contacts",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "user_id": self.env.ref("base.user_admin").id,
                "column_ids": [Command.create({"path": "name"})],
            }
        )
        share = self._create_share(self.document)
        Access = self.env["customer.portal.share.access"]
        for purge, of in (
            (Access._gc_accesses, {"share_id": share.id}),
            (Access._gc_report_accesses, {"report_id": report.id}),
        ):
            vals = {"date": old, "action": "view", "address": "192.0.2.1", **of}
            lines = Access.create([vals] * 5)
            self.env.flush_all()
            with patch.object(type(Access), "_gc_batch", 2):
                self.assertEqual(
                    [purge() for _time in range(3)], [(2, True)] * 2 + [(1, False)]
                )
            self.assertFalse(lines.exists())

    # -- the first visit

    def test_the_owner_is_told_of_the_first_visit_by_others(self):
        share = self._create_share(self.document, notify_first_access=True)
        with self.mock_mail_gateway():
            self.login(self.sharer)
            self.get(self.path(share))
            self.assertFalse(self._mails)
            self.login(None)
            for _time in range(2):
                self.get(self.path(share))
        self.assertEqual(len(self._mails), 1)
        self.assertIn("was opened", self._mails[0]["subject"])
        self.assertRegex(self._mails[0]["body"], r'bold;">\s*Offer\s*<')
        self.assertEqual(self._mails[0]["email_to"], [self.sharer.email_formatted])

    def test_the_owner_is_told_of_a_first_visit_that_is_refused(self):
        """REQ S-9: what is behind the gate is refused, and everything is undone but the mail"""
        share = self._create_share(self.document, notify_first_access=True)
        domain = [("model", "=", share._name), ("res_id", "=", share.id)]
        with self.mock_mail_gateway():
            answer = self.get(f"{self.path(share)}/document/{self.document.id + 10**6}")
        self.assertEqual(answer.status_code, 404)
        share.invalidate_recordset()
        self.assertTrue(share.first_access_date)
        # in a test it is sent at once, which is undone with all else: Odoo's queue sends it
        self.assertEqual(len(self.env["mail.mail"].sudo().search(domain)), 1)

    def test_nobody_is_told_who_does_not_want_to_be(self):
        share = self._create_share(self.document)
        with self.mock_mail_gateway():
            self.get(self.path(share))
        self.assertFalse(self._mails)
        share.invalidate_recordset()
        self.assertTrue(share.first_access_date)

    # -- secrets

    def test_our_code_logs_no_secret(self):
        """From the dialog to the mail, and from the first wrong password to the ZIP."""
        with self.assertLogs("odoo", level="DEBUG") as logs, self.mock_mail_gateway():
            logging.getLogger("odoo").info("something to log")
            share = self._share_by_dialog()
            tokens = [share.sudo().token]
            self._visit_all_of(share)
            share.action_renew_link()
            tokens.append(share.sudo().token)
            self.get(self.path(share))
        self.assertTrue([mail for mail in self._mails if tokens[0] in mail["body"]])
        # the server writes down each path that is asked for, and each query where it shall
        ours = [
            line
            for line in logs.output
            if line.split(":")[1].startswith("odoo.addons.customer_portal")
        ]
        for secret in ("wrong secret", PASSWORD):
            self.assertFalse([line for line in logs.output if secret in line])
        for token in tokens:
            self.assertFalse([line for line in ours if token in line])

    def _share_by_dialog(self):
        """Return a share that was made and told of in the dialog."""
        action = self.folder.with_user(self.sharer).action_new_share()
        wizard = self.env["customer.portal.share.wizard"].with_user(self.sharer)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"password": PASSWORD, "allow_upload": True})
        wizard.action_create_share()
        wizard.other_ids = self.stranger.partner_id
        wizard.action_edit_mail()
        wizard.action_send()
        return wizard.share_id

    def _visit_all_of(self, share):
        """Ask for whatever a share has, and for what it refuses."""
        statuses = [
            answer.status_code
            for answer in (
                self.get(self.path(share)),
                self.unlock(share, "wrong secret"),
                self.unlock(share),
                self.get(self.path(share)),
                self.content(share, self.folder_document),
                self.content(share, self.folder_document, "?download=1"),
                self.content(share, self.folder_document, "/preview"),
                self.get(self.path(share, f"/folder/{self.folder.id}")),
                self.get(self.path(share, "/zip")),
                self._send(share, "scan.pdf"),
                self._send(share, "program.exe"),
                self._send(share, "scan.pdf", email="nobody"),
                self.content(share, self.document),
            )
        ]
        self.assertEqual(statuses[:3], [401, 401, 303])
        self.assertEqual(statuses[3:9], [200] * 6)
        self.assertEqual(statuses[9:], [201, 415, 400, 404])

    def _send(self, share, filename, email="vera@example.com"):
        return self.post(
            self.path(share, "/upload"),
            {"name": "Vera", "email": email, "folder": self.folder.id},
            [("file", (filename, PDF))],
            as_json=True,
        )
