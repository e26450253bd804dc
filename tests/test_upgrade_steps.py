"""Upgrade steps, each with the data that the faults of before left."""

import json
import runpy
from pathlib import Path

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.misc import file_path

from odoo.addons.customer_portal_docs.tests.common import DocumentCase

#: Folder of the steps of each addon.
STEPS = {
    "customer_portal_docs": "19.0.1.2.0",
    "customer_portal_shares": "19.0.1.1.0",
    "customer_portal_issues": "19.0.1.2.0",
}


@tagged("-at_install", "post_install")
class TestUpgradeSteps(DocumentCase):
    def run_step(self, addon, name):
        self.env.flush_all()
        path = file_path(f"{addon}/migrations/{STEPS[addon]}/{name}.py")
        runpy.run_path(path)["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def set_by_sql(self, record, **values):
        """Write what no code of today lets in."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                f"UPDATE {record._table} SET {name} = %s WHERE id = %s",
                [value, record.id],
            )
        self.env.invalidate_all()

    def set_title(self, record, title):
        is_translated = record._fields["name"].translate
        self.set_by_sql(
            record, name=json.dumps({"en_US": title}) if is_translated else title
        )

    def test_each_addon_is_at_the_version_of_its_last_steps(self):
        for addon, version in STEPS.items():
            module = self.env.ref(f"base.module_{addon}")
            self.assertEqual(module.installed_version, version)
            folders = sorted(Path(file_path(f"{addon}/migrations")).iterdir())
            self.assertEqual([folder.name for folder in folders], [version])

    def test_templates_are_renewed_unless_somebody_edited_them(self):
        """REQ 11.8, 13 Proof"""
        for addon, name in (
            ("customer_portal_docs", "mail_template_document_receipt"),
            ("customer_portal_shares", "mail_template_share_received"),
            ("customer_portal_issues", "mail_template_issue_received"),
        ):
            with self.subTest(addon=addon):
                template = self.env.ref(f"{addon}.{name}")
                subject, path = template.subject, template.template_fs
                old = '{"en_US": "Of before"}'
                # the file has moved since the template was made
                moved = f"{addon}/data/of_before.xml"
                self.set_by_sql(template, subject=old, template_fs=moved, write_uid=1)
                self.run_step(addon, "post-renew_mail_templates")
                self.assertEqual(template.subject, subject)
                self.assertEqual(template.template_fs, path)
                template.with_user(self.env.ref("base.user_admin")).subject = "My own"
                self.set_by_sql(template, template_fs=moved)
                self.run_step(addon, "post-renew_mail_templates")
                self.assertEqual(template.subject, "My own")
                self.assertEqual(template.template_fs, path)
                template.reset_template()
                self.assertEqual(template.subject, subject)

    def test_titles_become_one_line(self):
        """REQ 13.B.2: a name with a line end as the subject sent no mail"""
        document = self._create_document(self.owner)
        folder = self.env["customer.portal.folder"].create({"name": "Folder"})
        share = self.env["customer.portal.share"].create({"name": "Share"})
        ticket = self.env["helpdesk.ticket"].create({"name": "x", "description": "x"})
        for record in (document, folder, share, ticket):
            with self.subTest(model=record._name):
                self.set_title(record, "Offer\r\nBcc: x@example.com\u202e")
                addon = record.env.registry[record._name]._original_module
                if record == ticket:
                    addon = "customer_portal_issues"
                self.run_step(addon, "post-clean_titles")
                self.assertEqual(record.name, "Offer Bcc: x@example.com")
        self.set_title(folder, "L" * 3000)
        self.run_step("customer_portal_docs", "post-clean_titles")
        self.assertEqual(folder.name, "L" * 600)
        self.assertEqual(folder.complete_name, "L" * 600)

    def test_what_clients_wrote_over_is_computed_again(self):
        """REQ 11.7"""
        written, kept = (self._create_document(self.owner) for _number in range(2))
        company = self.brightwater.id
        stranger = self.stranger.partner_id.commercial_partner_id.id
        self.set_by_sql(
            written, audience_key=-stranger, mimetype="text/html", file_size=1
        )
        share = self.env["customer.portal.share"].create(
            {"name": "Over", "expiration_date": "2026-01-01"}
        )
        end = share.expires_at
        self.set_by_sql(share, expires_at="2099-01-01 00:00:00")
        self.run_step("customer_portal_docs", "post-restore_computed")
        self.run_step("customer_portal_shares", "post-restore_computed")
        for document in (written, kept):
            self.assertEqual(document.audience_key, -company)
            self.assertEqual(document.mimetype, "application/pdf")
            self.assertEqual(document.file_size, document.attachment_id.file_size)
        self.assertEqual(share.expires_at, end)

    def test_items_without_their_record_go(self):
        """REQ 13 Proof: stale rows"""
        document = self._create_document(self.owner)
        share = self.env["customer.portal.share"].create(
            {
                "name": "Share",
                "item_ids": [
                    Command.create({"res_model": document._name, "res_id": document.id})
                ],
            }
        )
        lost = share.item_ids.sudo().copy({"share_id": self._copy_share(share).id})
        foreign = lost.copy({"share_id": self._copy_share(share).id})
        self.set_by_sql(lost, res_id=2**31 - 1)
        self.set_by_sql(foreign, res_model="not.installed")
        self.run_step("customer_portal_shares", "post-remove_lost_items")
        self.assertFalse(lost.exists())
        self.assertTrue(foreign.exists())
        self.assertTrue(share.item_ids)

    def _copy_share(self, share):
        return self.env["customer.portal.share"].create({"name": "Other"})
