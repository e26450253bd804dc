"""Upgrade steps, each with the data that the faults of before left."""

import json
import runpy
from datetime import timedelta
from pathlib import Path

from odoo import SUPERUSER_ID, fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.sql import table_exists

from odoo.addons.customer_portal_docs.models.customer_portal_renewal import RENEWAL
from odoo.addons.customer_portal_docs.tests.common import PNG, DocumentCase

#: Folder of the steps of each addon.
STEPS = {
    "customer_portal_docs": "19.0.1.7.0",
    "customer_portal_shares": "19.0.1.6.0",
    "customer_portal_issues": "19.0.1.7.0",
}


@tagged("-at_install", "post_install")
class TestUpgradeSteps(DocumentCase):
    def run_step(self, addon, name):
        self.env.flush_all()
        path = file_path(f"{addon}/migrations/{STEPS[addon]}/{name}.py")
        runpy.run_path(path)["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def run_all_steps(self, addon):
        """Run the steps of an addon as an update does: those before Odoo's own part first."""
        folder = Path(file_path(f"{addon}/migrations/{STEPS[addon]}"))
        for phase in ("pre", "post"):
            for step in sorted(folder.glob(f"{phase}-*.py")):
                self.run_step(addon, step.stem)

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

    def test_reports_are_named_whose_filter_is_code(self):
        """Issue 14: customers find them no more, and nobody would know why"""
        Report = self.env["customer.portal.report"]
        vals = {
            "name": "Contacts",
            "model_id": self.env["ir.model"]._get_id("res.partner"),
            "column_ids": [Command.create({"path": "name"})],
            "user_id": self.env.ref("base.user_admin").id,
            "active": False,
        }
        moving = "[('create_date', '<', context_today().strftime('%Y-%m-%d'))]"
        fine = Report.create({**vals, "domain": moving})
        refused = Report.create(vals)
        self.set_by_sql(refused, domain="[('name', '=', 'a'.ljust(9))]")
        with self.assertLogs(level="WARNING") as logs:
            self.run_step("customer_portal_shares", "post-name_refused_filters")
        self.assertEqual(len(logs.output), 1, logs.output)
        self.assertIn(f"report {refused.id} ", logs.output[0])
        self.assertIn("'a'.ljust(9)", logs.output[0])
        self.assertIn(moving, fine.domain)

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

    def test_what_was_begun_knows_its_link(self):
        """REQ S-12, D-18, C-1: it would end at the upgrade, and an event tell its title"""
        share = self.env["customer.portal.share"].create({"name": "Share"})
        calendar = self.env["customer.portal.calendar"].create({"name": "Visits"})
        appointment = self.env["customer.portal.appointment"].create(
            {
                "calendar_id": calendar.id,
                "partner_id": self.owner.partner_id.id,
                "start": fields.Datetime.now() + timedelta(days=9),
                "share_id": share.id,
            }
        )
        appointment.action_accept()
        event = appointment.event_id
        self.set_by_sql(event, is_portal_appointment=None)
        request = self.create_threads()["customer_portal_docs"][1]
        link = request._get_link_sudo()
        by_share, by_request = self.env["customer.portal.upload"].create(
            [
                {
                    "user_id": 1,
                    "key_digest": name,
                    "filename": "x",
                    "file_size": 1,
                    **of,
                }
                for name, of in (
                    ("share", {"share_id": share.id}),
                    ("request", {"request_link_id": link.id}),
                )
            ]
        )
        self.run_step("customer_portal_docs", "post-note_links")
        self.run_step("customer_portal_shares", "post-note_links")
        for begun in (by_share, appointment):
            self.assertEqual(begun.link_digest, share.token_digest)
        self.assertEqual(by_request.link_digest, link.key_digest)
        self.assertTrue(event.is_portal_appointment)
        # what began with a link that was renewed since stays with it
        share.action_renew_link()
        self.run_step("customer_portal_shares", "post-note_links")
        self.assertNotEqual(by_share.link_digest, share.token_digest)

    def test_calendar_programs_know_appointments_when_the_server_moves(self):
        """REQ C-2: by the ids that were mailed before"""
        calendar = self.env["customer.portal.calendar"].create({"name": "Visits"})
        appointment = self.env["customer.portal.appointment"].create(
            {
                "calendar_id": calendar.id,
                "partner_id": self.owner.partner_id.id,
                "start": fields.Datetime.now() + timedelta(days=9),
            }
        )
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://old.example.com")
        self.set_by_sql(appointment, uid="1234")
        for _run in range(2):
            self.run_step("customer_portal_shares", "post-keep_uids")
            self.assertEqual(appointment.uid, "1234@old.example.com")
            parameters.set_param("web.base.url", "https://new.example.com")

    def test_what_came_by_links_is_the_contacts(self):
        """REQ D-22: it was ours; what is renewed by a line is whose it was"""
        came, ours, moved = self._create_from_links(3)
        ours.request_line_id.sudo().renewed_document_id = ours
        moved.partner_id = self.stranger.partner_id
        begun = self._create_from_links(1, self.document_user)
        begun.request_line_id.sudo().renewed_document_id = begun
        for document in (came, begun):
            document.sudo().attachment_id = (
                document.attachment_id._copy_portal_version()
            )
        for _turn in range(2):
            self.run_step("customer_portal_docs", "post-note_senders")
            self.assertFalse(came.is_from_staff)
            self.assertEqual(came.origin_name, "Test Owner")
            self.assertEqual(self._get_senders(came), ["Test Owner"] * 2)
            for other in (ours, moved):
                self.assertTrue(other.is_from_staff)
                self.assertEqual(other.origin_name, self.company.name)
                self.assertEqual(self._get_senders(other), [False])
            self.assertTrue(begun.is_from_staff)
            self.assertEqual(self._get_senders(begun), ["Test Owner", False])
            # what the first form of the step left: the current version alone has its sender
            self.set_by_sql(came.version_ids.sorted("id")[0], portal_sender_name=None)

    def test_files_of_before_are_of_who_sent_them(self):
        """REQ D-11, D-19: not of who restored them, nor of whom the document was given to"""
        owner, staff = self.owner, self.document_user
        Version = self.env["customer.portal.document.version"]
        own = self._create_attachment("own.pdf", b"own")
        text = self._create_attachment("text.pdf", b"text")
        self.set_by_sql(own, create_uid=owner.id)
        self.set_by_sql(text, create_uid=staff.id)
        document = self._create_document(owner, attachment_id=own.id)
        document.attachment_id = text
        for user, version in ((staff, own), (owner, text)):
            Version._restore(document.with_user(user), version.id)
        moved, renamed, unknown = self._create_from_links(3)
        for one in (moved, renamed, unknown):
            self.set_by_sql(one.attachment_id, portal_sender_name=owner.name)
        (moved | unknown).partner_id = self.colleague.partner_id
        unknown.sudo().request_line_id = False
        self.set_by_sql(renamed.attachment_id, portal_sender_name="Of Before")
        files = (document | moved | renamed | unknown).version_ids
        for file in files:
            self.set_by_sql(file, portal_sender_id=None)
        for _turn in range(2):
            self.run_step("customer_portal_docs", "post-note_whose_files")
            self.assertEqual(
                [one.portal_sender_id for one in document.version_ids.sorted("id")],
                [owner.partner_id, staff.partner_id] * 2,
            )
            for one in (moved, renamed):
                self.assertEqual(one.attachment_id.portal_sender_id, owner.partner_id)
            # who it was cannot be told: everybody is asked
            self.assertFalse(unknown.attachment_id.portal_sender_id)

    def test_files_of_before_are_from_the_day_they_came(self):
        """REQ D-11, U-6: an update makes news of nothing, and of no version to its sender"""
        old, sent = self._create_document(self.owner), self._create_document(self.owner)
        none = self._create_document(self.owner, attachment_id=False)
        self._set_created(old | sent | none, "2026-01-01 10:00")
        self.set_by_sql(old.attachment_id, create_date="2025-12-31 10:00")
        self.set_by_sql(
            sent.attachment_id, create_date="2026-02-01", create_uid=self.owner.id
        )
        for document in (old, sent, none):
            self.set_by_sql(document, file_date=None)
        for _turn in range(2):
            self.run_step("customer_portal_docs", "pre-keep_file_dates")
            self.run_step("customer_portal_docs", "post-note_version_senders")
            self.assertEqual(old.file_date, old.create_date)
            self.assertEqual(none.file_date, none.create_date)
            self.assertEqual(fields.Date.to_date(sent.file_date).month, 2)
            self.assertFalse(old.sudo().seen_by_ids)
            self.assertEqual(sent.sudo().seen_by_ids, self.owner)

    def _create_from_links(self, count, user=None):
        """Return documents that the server, or a user, recorded for lines of requests."""
        Document = self.env["customer.portal.document"]
        for _number in range(count):
            line = self.create_threads()["customer_portal_docs"][1].line_ids
            document = self._create_document(self.owner, request_line_id=line.id)
            if user:
                self.set_by_sql(document, create_uid=user.id)
                self.set_by_sql(document.attachment_id, create_uid=user.id)
            Document |= document
        return Document

    def _get_senders(self, document):
        """Return who sent its versions by link, of the newest one first."""
        return document.version_ids.sorted("id", reverse=True).mapped(
            "portal_sender_name"
        )

    def _copy_share(self, share):
        return self.env["customer.portal.share"].create({"name": "Other"})

    # -- every step

    def test_every_step_is_run_here(self):
        source = Path(__file__).read_text()
        for addon, version in STEPS.items():
            for step in Path(file_path(f"{addon}/migrations/{version}")).glob("*.py"):
                with self.subTest(addon=addon, step=step.stem):
                    self.assertIn(f'"{step.stem}"', source)

    def test_tables_that_nobody_reads_any_more_go(self):
        cr = self.env.cr
        old = {
            "customer_portal_docs": "customer_portal_document_upload",
            "customer_portal_shares": "customer_portal_share_attempt",
            "customer_portal_issues": "customer_portal_issue_throttle",
        }
        for addon, table in old.items():
            cr.execute(f"CREATE TABLE {table} (id int PRIMARY KEY)")
            self.run_step(addon, "pre-drop_tables")
            self.assertFalse(table_exists(cr, table))
            self.run_step(addon, "pre-drop_tables")  # nothing to do

    # -- discussions

    def create_threads(self):
        """Return one record of each kind with a discussion of ours, by the addon of its step."""
        customer = {"partner_id": self.owner.partner_id.id}
        request = self.env["customer.portal.request"].create(
            {
                "name": "Papers",
                **customer,
                "line_ids": [Command.create({"name": "Ledger"})],
            }
        )
        request.action_send()
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Binder", "show_in_portal": False}
        )
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "<p>x</p>", "team_id": team.id, **customer}
        )
        return {
            "customer_portal_docs": [self._create_document(self.owner), request],
            "customer_portal_issues": [ticket, team],
        }

    def follow(self, record, *users):
        """Have them follow, as Odoo's own doors once let them."""
        for user in users:
            self.env.cr.execute(
                """INSERT INTO mail_followers (res_model, res_id, partner_id)
                        VALUES (%s, %s, %s) ON CONFLICT DO NOTHING""",
                [record._name, record.id, user.partner_id.id],
            )
        self.env.invalidate_all()

    def test_who_follows_without_a_right_goes(self):
        """REQ 11.1, 11.4, 11.14"""
        for addon, records in self.create_threads().items():
            for record in records:
                self.follow(record, self.stranger, self.owner, self.document_user)
            self.run_step(addon, "post-remove_followers")
            for record in records:
                with self.subTest(model=record._name):
                    followers = record.message_partner_ids
                    self.assertNotIn(self.stranger.partner_id, followers)
                    self.assertIn(self.document_user.partner_id, followers)
                    # of a binder, trusted customers alone are told
                    is_theirs = record._name != "helpdesk.ticket.team"
                    self.assertEqual(self.owner.partner_id in followers, is_theirs)

    def test_keys_of_links_leave_discussions(self):
        """REQ 11.12: a mail quoted ours, and was kept as it came"""
        key = "0123456789abcdef" * 4
        quoted = f'<a href="https://x.example/my/ticket/5?access_token={key}">Here</a>'
        for addon, records in self.create_threads().items():
            kept = {}
            for record in records:
                kept[record] = record.message_post(body="x", message_type="email")
                self.set_by_sql(kept[record], body=quoted)
            if addon == "customer_portal_issues":
                self.set_by_sql(records[0], description=quoted)
            self.run_step(addon, "post-clean_discussions")
            for record, message in kept.items():
                with self.subTest(model=record._name):
                    self.assertNotIn(key, message.body)
                    self.assertIn("Here", message.body)
            if addon == "customer_portal_issues":
                self.assertNotIn(key, records[0].description)
                self.assertIn("Here", records[0].description)

    def test_reactions_that_are_none_go(self):
        """REQ 11.2"""
        document = self._create_document(self.owner)
        note = document.message_post(body="x", subtype_xmlid="mail.mt_note")
        answer = document.message_post(body="x", subtype_xmlid="mail.mt_comment")
        made = {
            (message, user, content): self.env["mail.message.reaction"].create(
                {
                    "message_id": message.id,
                    "partner_id": user.partner_id.id,
                    "content": content,
                }
            )
            for message in (note, answer)
            for user in (self.owner, self.document_user)
            for content in ("👍", "Pay " * 500)
        }
        self.run_step("customer_portal_docs", "post-clean_discussions")
        kept = [key for key, reaction in made.items() if reaction.exists()]
        self.assertEqual(
            kept,
            [
                (note, self.document_user, "👍"),
                (answer, self.owner, "👍"),
                (answer, self.document_user, "👍"),
            ],
        )

    def test_keys_of_files_for_staff_alone_are_renewed(self):
        """REQ 11.2: helpdesk_mgmt's page gave a key of each file of an issue, of notes as well"""
        for addon, records in self.create_threads().items():
            files = {}
            for record in records:
                for subtype in ("mail.mt_note", "mail.mt_comment"):
                    message = record.message_post(
                        body="x",
                        subtype_xmlid=subtype,
                        attachments=[("a.png", PNG)],
                    )
                    file = message.attachment_ids
                    [key] = file.generate_access_token()
                    body = f'<img src="/web/image/{file.id}?access_token={key}">'
                    self.set_by_sql(message, body=body)
                    files[file] = (message, subtype, key)
            self.run_step(addon, "post-renew_file_keys")
            for file, (message, subtype, key) in files.items():
                with self.subTest(model=message.model, subtype=subtype):
                    is_renewed = subtype == "mail.mt_note"
                    self.assertEqual(file.access_token != key, is_renewed)
                    self.assertIn(file.access_token, message.body)
                    self.assertEqual(key not in message.body, is_renewed)

    def test_links_speak_the_language_of_their_contacts(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.owner.partner_id.lang = "fr_FR"
        [ticket, _team] = self.create_threads()["customer_portal_issues"]
        link = ticket._create_portal_links(is_told=False)
        of_visitor = ticket.copy({"partner_id": False, "partner_email": "a@b.example"})
        visitors = of_visitor._create_portal_links(is_told=False)
        for stored in (link, visitors):
            self.set_by_sql(stored, lang="en_US")
        self.run_step("customer_portal_issues", "post-follow_languages")
        self.assertEqual((link.lang, visitors.lang), ("fr_FR", "en_US"))

    # -- what is searched, asked for and sorted

    def test_searched_texts_are_folded_anew(self):
        document = self._create_document(self.owner, name="Łódź")
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Smørebrød", "description": "x"}
        )
        for addon, record, field, word in (
            ("customer_portal_docs", document, "search_text", "lodz"),
            ("customer_portal_issues", ticket, "portal_search_text", "smorebrod"),
        ):
            with self.subTest(addon=addon):
                self.assertIn(word, record[field])
                self.set_by_sql(record, **{field: "of before"})
                self.run_step(addon, "post-fold_searched_text")
                self.assertIn(word, record[field])

    def test_activities_of_before_that_remind_of_a_renewal_get_their_type(self):
        """REQ D-20: no other of staff, on the same document or on the same day"""
        document = self._create_document(self.owner, valid_until="2037-06-30")
        self.set_by_sql(document, renewal_date="2037-06-01")
        todo = "mail.mail_activity_data_todo"
        of_us = document.with_user(SUPERUSER_ID)
        ours, earlier, by_hand = (
            record.activity_schedule(todo, date_deadline=day, user_id=self.manager.id)
            for record, day in (
                (of_us, "2037-06-30"),
                (of_us, "2037-06-20"),
                (document.with_user(self.manager), "2037-06-30"),
            )
        )
        self.run_step("customer_portal_docs", "post-type_renewals")
        self.assertEqual(document._get_planned(RENEWAL), ours)
        for other in (earlier, by_hand):
            self.assertEqual(other.activity_type_id, self.env.ref(todo))

    def test_documents_of_before_ask_as_early_as_new_ones(self):
        old, chosen = (
            self._create_document(self.owner, reminder_days=days) for days in (3, 4)
        )
        self.company.portal_document_expiry_days = 21
        self.set_by_sql(old, reminder_days=None)
        self.run_step("customer_portal_docs", "post-set_reminder_days")
        self.assertEqual((old.reminder_days, chosen.reminder_days), (21, 4))

    def test_steps_keep_who_staff_chose_to_renew(self):
        """REQ D-20: they run at each version; where the field is new, Odoo has computed it before"""
        ours, sent, answer = (self._create_document(self.owner) for _number in range(3))
        came = self._create_from_links(1)
        answer.request_line_id = self._create_from_links(1).request_line_id
        self.set_by_sql(sent, is_from_staff=False)
        documents = ours | sent | answer | came
        self.env.add_to_compute(documents._fields["renewed_by"], documents)
        expected = ["us", "customer", "customer", "customer"]
        for _turn in range(2):
            self.run_all_steps("customer_portal_docs")
            self.assertEqual(documents.mapped("renewed_by"), expected)
            # staff say otherwise of each
            expected = ["customer", "us", "us", "us"]
            for document, chosen in zip(documents, expected, strict=True):
                document.renewed_by = chosen

    def test_current_files_keep_their_end(self):
        """REQ D-11, D-20: a version that followed without a new end kept none"""
        old, other, endless = (
            self._create_document(self.owner, valid_until=end)
            for end in ("2037-06-30", "2038-06-30", False)
        )
        self.set_by_sql(old.attachment_id, portal_valid_until=None)
        self.set_by_sql(other.attachment_id, portal_valid_until="2037-01-01")
        for _turn in range(2):
            self.run_step("customer_portal_docs", "post-keep_ends")
            ends = [one.attachment_id.portal_valid_until for one in (old, other)]
            self.assertEqual([str(end) for end in ends], ["2037-06-30", "2037-01-01"])
            self.assertFalse(endless.attachment_id.portal_valid_until)

    def test_readers_who_wait_are_told_after_the_update(self):
        """REQ D-13, D-19: what was half done goes on; documents of long before said nothing of it"""
        asked, shared, quiet = (
            self._create_document(self.owner) for _number in range(3)
        )
        step = "post-queue_reader_mails"
        self.run_step("customer_portal_docs", step)  # nothing to do
        self.env.cr.execute(
            """ALTER TABLE customer_portal_document
                 ADD acknowledgement_untold_date timestamp,
                 ADD acknowledgement_told_id int,
                 ADD shared_untold_date timestamp,
                 ADD shared_told_id int"""
        )
        since = "2026-03-02 09:00:00"
        self.set_by_sql(asked, acknowledgement_untold_date=since)
        self.set_by_sql(shared, shared_untold_date=since, shared_told_id=7)
        self.set_by_sql(quiet, shared_told_id=7)
        for _turn in range(2):
            self.run_step("customer_portal_docs", step)
            rows = self.env["customer.portal.reader.mail"].search(
                [("document_id", "in", (asked | shared | quiet).ids)]
            )
            self.assertEqual(
                [
                    (row.document_id, row.kind, str(row.due_date), row.told_id)
                    for row in rows
                ],
                [
                    (asked, "acknowledgement", "2026-03-02 09:05:00", 0),
                    (shared, "shared", since, 7),
                ],
            )

    def test_requests_of_optional_lines_count_what_is_missing(self):
        """REQ D-18"""
        line = Command.create({"name": "Passport", "required": False})
        request = self.env["customer.portal.request"].create(
            {
                "name": "Annual accounts",
                "partner_id": self.owner.partner_id.id,
                "line_ids": [line],
            }
        )
        # what is required was received, and something else rejected
        _document, rejected = self.create_threads()["customer_portal_docs"]
        rejected.line_ids = [line]
        rejected.line_ids.sudo().state = "received"
        rejected.line_ids[-1].action_reject("Blurred")
        for one in (request, rejected):
            self.set_by_sql(one, missing_count=0)
        self.run_step("customer_portal_docs", "post-count_missing")
        for one in (request, rejected):
            self.assertEqual(one.missing_count, 1)

    def test_the_search_of_before_leaves_nothing(self):
        self.env.cr.execute(
            """CREATE FUNCTION customer_portal_trigrams_of_before(text) RETURNS text[]
                   LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY[$1] $$;
               CREATE INDEX customer_portal_index_of_before ON customer_portal_document
                   USING gin (customer_portal_trigrams_of_before(name))"""
        )
        has_trigram = self.env.registry.has_trigram
        self.run_step("customer_portal_docs", "pre-migration")
        self.env.cr.execute(
            "SELECT count(*) FROM pg_class WHERE relname = 'customer_portal_index_of_before'"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertEqual(self.env.registry.has_trigram, has_trigram)
