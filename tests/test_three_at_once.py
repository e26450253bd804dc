"""What clients call for several records at once is done for each of them: lists, imports, RPC.

Each ``action_…`` method of our models is called for three records. The methods come from
:data:`door_rows.METHODS`, which fails the build where one is missing.
"""

import door_rows
from everybody import EverybodyCase

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

#: Buttons of one form or row, which lists offer for no selection: they say so themselves.
OF_ONE = {
    "customer.portal.appointment": {
        "action_open_decline",
        "action_open_event",
        "action_propose",
    },
    "customer.portal.calendar": {"action_open_appointments", "action_open_shares"},
    "customer.portal.calendar.feed": set(),
    "customer.portal.document": {
        "action_export_acknowledgements",
        "action_open_file",
        "action_open_linked_record",
        "action_open_missing_readers",
        "action_open_portal",
        "action_open_shares",
        "action_print_acknowledgements",
        "action_restore_version",
    },
    "customer.portal.folder": {"action_open_documents", "action_open_shares"},
    "customer.portal.report": {
        "action_open_report_accesses",
        "action_open_shares",
        "action_preview",
    },
    "customer.portal.request": {
        "action_open_contact",
        "action_open_documents",
        "action_open_portal",
        "action_open_received",
    },
    "customer.portal.request.line": {
        "action_open_documents",
        "action_open_portal",
        "action_open_rejection",
        "action_open_request",
    },
    "customer.portal.share": {
        "action_add_items",
        "action_open_accesses",
        "action_open_page",
        "action_open_received",
        "action_send_link",
    },
    "customer.portal.share.item": {"action_open_record"},
    "helpdesk.ticket": {"action_open_portal", "action_open_portal_documents"},
    "helpdesk.ticket.team": {"action_open_portal_form", "action_open_shares"},
    "ir.attachment": {
        "action_download_portal_version",
        "action_restore_portal_version",
    },
    "project.project": {"action_open_portal_documents"},
    "project.task": {
        "action_open_portal_documents",
        "action_project_sharing_open_documents",
    },
    "res.partner": {"action_open_portal_documents", "action_open_portal_requests"},
    "res.users": {"action_open_portal_reports"},
}
#: Of Odoo's own models, tried where they are; and the screen that there is one of for a company.
ELSEWHERE = {
    "customer.portal.branding",
    "mail.mail",
    "mail.template",
    "res.company",
    "res.users.identitycheck",
}


@tagged("-at_install", "post_install")
class TestThreeAtOnce(EverybodyCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)

    def _get_three(self):
        """Return three records of each model that has methods for clients."""
        customers = (self.owner, self.colleague, self.stranger)
        documents, requests, issues, appointments, calendars, shares, reports, users = (
            [] for _model in range(8)
        )
        for number, customer in enumerate(customers):
            documents.append(
                self._create_document(
                    customer,
                    acknowledgement=True,
                    acknowledgement_notify=False,
                    user_id=self.document_user.id,
                )
            )
            requests.append(self._open(customer, deadline="2037-01-01"))
            issues.append(
                self._create_issue(
                    self.public, customer, partner_email=f"{number}@example.org"
                )
            )
            appointments.append(
                self._create_appointment(
                    self.day.replace(hour=8 + number), customer, state="requested"
                )
            )
            calendars.append(self._create_calendar(name=f"Calendar {number}"))
            shares.append(self._create_share(self.document, name=f"Share {number}"))
            reports.append(
                self.env["customer.portal.report"]
                .with_user(self.sharer)
                .create(
                    {
                        "name": f"Report {number}",
                        "model_id": self.env["ir.model"]._get("res.partner").id,
                        "column_ids": [Command.create({"path": "name"})],
                    }
                )
            )
            users.append(customer)
        join = {
            "customer.portal.document": documents,
            "customer.portal.request": requests,
            "helpdesk.ticket": issues,
            "customer.portal.appointment": appointments,
            "customer.portal.calendar": calendars,
            "customer.portal.share": shares,
            "customer.portal.report": reports,
            "res.users": users,
        }
        three = {
            name: records[0].browse(record.id for record in records)
            for name, records in join.items()
        }
        three["res.partner"] = three["res.users"].partner_id
        three["res.partner"].portal_address_is_claimed = True
        Folder = self.env["customer.portal.folder"]
        three["customer.portal.folder"] = Folder.create([{"name": n} for n in "abc"])
        for request in three["customer.portal.request"]:
            self._put_in(request.line_ids[0])
        three["customer.portal.request.line"] = three[
            "customer.portal.request"
        ].line_ids.filtered("document_ids")
        three["customer.portal.share.item"] = three["customer.portal.share"].item_ids
        three["customer.portal.issue.link"] = three[
            "helpdesk.ticket"
        ]._create_portal_links(is_told=False)
        three["helpdesk.ticket.team"] = self.env["helpdesk.ticket.team"].concat(
            *(self._create_binder(name, portal_form="public") for name in "abc")
        )
        three["customer.portal.calendar.feed"] = self.env[
            "customer.portal.calendar.feed"
        ].concat(
            *(
                self.env["customer.portal.calendar.feed"]._make(
                    self.calendar_share.sudo(), self.calendar, customer
                )
                for customer in customers
            )
        )
        return three

    def test_each_method_works_for_three(self):
        """REQ 13.A.5"""
        three = self._get_three()
        manager = self._create_staff(
            "test_runs_it_all",
            "base.group_system",
            "customer_portal_docs.group_document_manager",
            "customer_portal_shares.group_portal_manager",
            "helpdesk_mgmt.group_helpdesk_manager",
        )
        tried = set()
        for name, methods in door_rows.METHODS.items():
            if self.env[name]._transient or self.env[name]._abstract:
                continue
            many = {m for m in methods if m.startswith("action_")}
            many -= OF_ONE.get(name, set())
            if not many or name in ELSEWHERE:
                continue
            self.assertIn(name, three, "three of them are needed")
            for method in sorted(many):
                with self.subTest(model=name, method=method):
                    self._call_for_three(three[name].with_user(manager), method)
                    tried.add((name, method))
        self.assertGreater(len(tried), 30)

    def _call_for_three(self, records, method):
        self.assertEqual(len(records), 3)
        arguments = {
            "action_decline": ["No"],
            "action_reject": ["No"],
            "action_portal_set_password": ["Correct horse 7"],
        }.get(method, [])
        savepoint = self.env.cr.savepoint()
        try:
            # "Expected singleton" is a ValueError; words for people are answers
            getattr(records, method)(*arguments)
            self.env.flush_all()
        except UserError as refused:
            self.assertNotIn("singleton", str(refused))
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_what_is_done_is_done_for_each(self):
        """REQ 13.A.5: created, assigned, changed, ended: nobody is left out"""
        self.public.portal_assignee_id = False
        seconds = [
            self._create_staff(f"test_s{n}", "helpdesk_mgmt.group_helpdesk_user")
            for n in range(3)
        ]
        self.public.user_ids = [Command.link(user.id) for user in seconds]
        issues = self.env["helpdesk.ticket"].create(
            [
                {
                    "name": f"Issue {number}",
                    "description": "x",
                    "team_id": self.public.id,
                    "partner_email": f"{number}@example.org",
                    "user_id": user.id,
                }
                for number, user in enumerate(seconds)
            ]
        )
        issues._tell_portal_assignees()
        issues._create_portal_links()
        told = self.send_mails()
        for user in seconds:
            mail = told.filtered(
                lambda m, user=user: m.email_to == user.email_formatted
            )
            self.assertTrue(mail, user.name)
        for number in range(3):
            self.assertIn(f"{number}@example.org", str(told.mapped("email_to")))
        issues.write({"stage_id": self.stage_in_progress.id})
        self.assertEqual(len(self.send_mails()), 3)
        issues.action_revoke_portal_links()
        self.assertFalse(issues.portal_link_ids.filtered("active"))
        three = self._get_three()
        documents = three["customer.portal.document"].with_user(self.document_user)
        documents.action_lock()
        self.assertEqual(documents.locked_by_id, self.document_user)
        self.assertTrue(all(document.locked_by_id for document in documents))
        documents.action_unlock()
        before = self.env["mail.mail"].search([])
        documents.sudo()._notify_contact()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, documents.partner_id)
        before = self.env["mail.mail"].search([])
        requests = self.env["customer.portal.request"].concat(
            *(
                self._ask(customer)
                for customer in (self.owner, self.colleague, self.stranger)
            )
        )
        requests.action_send()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, requests.partner_id)
        self.assertEqual(set(requests.mapped("state")), {"open"})
        tokens = three["customer.portal.share"].sudo().mapped("token")
        three["customer.portal.share"].action_renew_link()
        renewed = three["customer.portal.share"].sudo().mapped("token")
        self.assertFalse(set(tokens) & set(renewed))
        three["customer.portal.appointment"].with_user(self.anna).action_decline("No")
        states = set(three["customer.portal.appointment"].mapped("state"))
        self.assertEqual(states, {"declined"})
        users = three["res.users"].with_user(self.portal_manager)
        users.action_portal_deactivate()
        self.assertFalse(users.filtered("active"))

    def test_a_duplicate_has_all_that_was_typed(self):
        """REQ 13.A.9: settings, and what hangs on them; new keys and no history"""
        three = self._get_three()
        binder = three["helpdesk.ticket.team"][0]
        binder.ticket_properties = [{"name": "line", "type": "char", "string": "Line"}]
        binder.portal_field_ids[0].label = "Own words"
        row = binder.portal_field_ids.filtered("property_name")
        row.write({"label": "Words of a property", "shown": True, "required": True})
        checklist = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "note": "Please",
                "line_ids": [
                    Command.create(
                        {
                            "name": "Ledger",
                            "description": "All",
                            "folder_id": self.folder.id,
                        }
                    ),
                    Command.create({"name": "Photo", "required": False}),
                ],
            }
        )
        self.calendar.write(
            {"show_details": True, "buffer_minutes": 5, "hold_hours": 7}
        )
        link = self.env["customer.portal.link"].create({"name": "Help", "url": "/help"})
        reason = self.env["customer.portal.request.reason"].create({"name": "Blurred"})
        for record in (
            binder,
            checklist,
            self.calendar,
            three["customer.portal.report"][0].sudo(),
            three["customer.portal.request"][0],
            link,
            reason,
        ):
            with self.subTest(model=record._name):
                copied = record.sudo().copy()
                different = self._get_differences(record.sudo(), copied)
                self.assertEqual(different, set())
        self.assertEqual(binder.copy().portal_form, "off")

    #: What a duplicate has of its own.
    OWN = {
        "name",
        # off, and with no address: it is public else
        "portal_form",
        "portal_form_token",
        # where a request has come to
        "state",
        "sent_date",
        # computed of the others
        "parent_path",
        "alias_id",
        "alias_name",
        "alias_full_name",
        "alias_defaults",
        "access_token",
    }

    def _get_differences(self, record, copied, depth=0):
        """Return the names of the fields that people fill in and that a duplicate lacks."""
        different = set()
        for name, field in record._fields.items():
            if (
                name in self.OWN | set(models.MAGIC_COLUMNS)
                or not field.store
                or (field.compute and field.readonly)
                or field.related
                or name.startswith(("message_", "activity_", "rating_", "website_"))
                or field.type in ("properties",)
            ):
                continue
            ours, theirs = record[name], copied[name]
            if field.type == "one2many":
                if not depth and getattr(field, "copy", False):
                    if len(ours) != len(theirs):
                        different.add(name)
                    for one, other in zip(ours, theirs, strict=False):
                        different |= {
                            f"{name}.{inner}"
                            for inner in self._get_differences(one, other, 1)
                            if inner != field.inverse_name
                        }
            elif ours != theirs and (field.copy or not field.readonly):
                different.add(name)
        return different

    def test_imports_tell_nobody(self):
        """REQ 13.A.6: documents, requests, shares and appointments, as issues"""
        partner = self.owner.partner_id
        values = {
            "customer.portal.document": {
                "name": "Old",
                "partner_id": partner.id,
                "user_id": self.document_user.id,
            },
            "customer.portal.request": {"name": "Old", "partner_id": partner.id},
            "customer.portal.share": {
                "name": "Old",
                "access": "secured",
                "user_ids": [Command.link(self.owner.id)],
                "item_ids": [
                    Command.create(
                        {"res_model": self.document._name, "res_id": self.document.id}
                    )
                ],
            },
            "customer.portal.appointment": {
                "calendar_id": self.calendar.id,
                "partner_id": partner.id,
                "start": self.start,
                "subject": "Old",
            },
            "customer.portal.folder": {
                "name": "Old",
                "partner_ids": [Command.link(partner.id)],
            },
        }
        for key in (
            "tracking_disable",
            "mail_notrack",
            "mail_create_nosubscribe",
            "import_file",
        ):
            quiet = self.env(
                user=self.env.ref("base.user_admin"),
                context={**self.env.context, key: True},
            )
            for name, vals in values.items():
                with self.subTest(key=key, model=name):
                    before = self.env["mail.mail"].search_count([])
                    quiet[name].create([dict(vals) for _number in range(3)])
                    self.env.flush_all()
                    self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_a_merged_contact_is_told_nothing(self):
        """REQ 13.A.6: merging by itself, of all that a contact has"""
        old, new = self.env["res.partner"].create(
            [
                {"name": "Ada", "email": "ada@example.org"},
                {"name": "Ada", "email": "ada@example.net"},
            ]
        )
        issues = self.env["helpdesk.ticket"]
        for number in range(4):
            issues |= self._create_issue(
                self.public,
                partner_id=old.id,
                partner_email=old.email,
                name=f"Issue {number}",
                stage_id=self.stage_done.id,
            )
        issues._create_portal_links(is_told=False)
        self._create_document(partner_id=old.id)
        self._open(partner_id=old.id)
        self._create_appointment(partner_id=old.id, start=self.start)
        self.send_mails()
        before = self.env["mail.mail"].search([])
        self.env["base.partner.merge.automatic.wizard"]._merge((old | new).ids, new)
        self.send_mails()
        self.assertEqual(self.env["mail.mail"].search([]), before)
        self.assertEqual(issues.partner_id, new)
