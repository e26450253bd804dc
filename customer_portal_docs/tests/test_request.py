import re
from ast import literal_eval
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import convert_file
from odoo.tools.safe_eval import safe_eval

from ..exceptions import Gone
from ..models.mail_mail import MOST_AT_ONCE
from .common import PORTAL, DocumentCase
from .request_case import RequestMixin

REASONS = "data/customer_portal_request_reason_data.xml"


@tagged("-at_install", "post_install")
class TestRequest(RequestMixin, DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # mails are looked at as they wait in the queue
        cls.classPatch(
            cls.registry["mail.mail"], "send_after_commit", lambda self: None
        )
        cls.env["mail.mail"].search([]).unlink()

    def test_a_checklist_fills_the_lines(self):
        """REQ D-18"""
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "note": "For the accounts",
                "line_ids": [
                    Command.create({"name": "Ledger", "description": "All of it"}),
                    Command.create({"name": "Photo", "required": False}),
                ],
            }
        )
        request = self._ask(line_ids=[], template_id=template.id)
        self.assertEqual(request.line_ids.mapped("name"), ["Ledger", "Photo"])
        self.assertEqual(request.line_ids.mapped("required"), [True, False])
        self.assertEqual(request.note, "For the accounts")
        request = self._ask(template_id=template.id, note="My own")
        self.assertEqual(request.line_ids[0].name, "Passport")
        self.assertEqual(request.note, "My own")
        with Form(self.env["customer.portal.request"]) as form:
            form.partner_id = self.owner.partner_id
            form.template_id = template
        self.assertEqual(form.record.line_ids.mapped("name"), ["Ledger", "Photo"])
        self.assertEqual(form.record.name, "Year end")
        self.assertEqual(form.record.note, "For the accounts")

    def _create_translated_template(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.private.partner_id.lang = "fr_FR"
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "note": "For the accounts",
                "line_ids": [
                    Command.create({"name": "Ledger", "description": "All of it"})
                ],
            }
        )
        french = template.with_context(lang="fr_FR")
        french.write({"name": "Clôture", "note": "Pour les comptes"})
        french.line_ids.write({"name": "Grand livre", "description": "En entier"})
        return template

    def _get_texts(self, request):
        line = request.line_ids[0]
        return request.name, request.note, line.name, line.description

    def test_a_checklist_speaks_the_language_of_each_contact(self):
        """REQ D-18: but for what staff have edited"""
        template = self._create_translated_template()
        english = ("Year end", "For the accounts", "Ledger", "All of it")
        french = ("Clôture", "Pour les comptes", "Grand livre", "En entier")
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        partners = self.owner.partner_id | self.private.partner_id
        values = {"partner_ids": partners.ids, "template_id": template.id}
        requests = Wizard.create(values)._create_requests()
        self.assertEqual([*map(self._get_texts, requests)], [english, french])
        requests = Wizard.create({**values, "note": "My own"})._create_requests()
        self.assertEqual(requests.mapped("note"), ["My own"] * 2)
        request = self._ask(self.private, line_ids=[], template_id=template.id)
        self.assertEqual(self._get_texts(request)[1:], french[1:])

    def test_the_form_puts_a_checklist_into_the_language_of_the_contact(self):
        """REQ D-18: chosen before the checklist or after it"""
        template = self._create_translated_template()
        with Form(self.env["customer.portal.request"]) as form:
            form.template_id = template
            with form.line_ids.edit(0) as line:
                line.description = "My own"
            form.partner_id = self.private.partner_id
            self.assertEqual(form.name, "Clôture")
        self.assertEqual(
            self._get_texts(form.record),
            ("Clôture", "Pour les comptes", "Grand livre", "My own"),
        )

    def test_it_goes_from_draft_to_done(self):
        """REQ D-18: states, progress, and one activity when all that is required is in"""
        request = self._ask()
        request.line_ids[1].required = False
        self.assertEqual((request.state, request.missing_count), ("draft", 1))
        request.action_send()
        self.assertEqual(request.state, "open")
        self.assertIn("Passport", self._get_mails(self.owner.partner_id).body_html)
        passport = request.line_ids[0]
        self._put_in(passport)
        self.assertEqual(passport.state, "received")
        self.assertEqual((request.missing_count, request.received_count), (0, 1))
        self.assertEqual(request.progress, 50)
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        self._put_in(request.line_ids[1])
        self.assertEqual(len(request.activity_ids), 1)
        request.line_ids[1].action_reject("Blurred")
        self.assertEqual(request.line_ids[1].reason, "Blurred")
        passport.action_accept()
        self.assertEqual(request.state, "open", "something is to be sent again")
        self.assertEqual(request.missing_count, 1)
        request.line_ids[1].action_accept()
        self.assertEqual(request.state, "done")
        self.assertFalse(request.activity_ids)
        self.assertIn("Thank you", self._get_mails(self.owner.partner_id)[-1].subject)
        passport.action_reject("Expired")
        self.assertEqual(request.state, "open")

    def _search_filter(self, xmlid, name, domain=()):
        """Return what staff find with a filter of a search view."""
        view = self.env.ref(f"customer_portal_docs.{xmlid}")
        [node] = etree.fromstring(view.arch).xpath(f"//filter[@name='{name}']")
        records = self.env[view.model].with_user(self.document_user)
        return records.search([*domain, *literal_eval(node.get("domain"))])

    def _get_review_counts(self, request):
        """Return how many lines of a request wait, by each of the ways to them."""
        line_view = "customer_portal_request_line_view_search"
        domain = request.action_open_received()["domain"]
        requests = self._search_filter(
            "customer_portal_request_view_search", "to_review"
        )
        return (
            request.received_count,
            len(self._search_filter(line_view, "received", domain)),
            int(request in requests),
            len(request.activity_ids),
        )

    def test_what_odoo_itself_asks_for_is_an_administrator_s(self):
        """REQ D-18: its own user is archived, and reads no activity"""
        admin = self.env.ref("base.user_admin")
        system = self._create_staff("system", "base.group_system")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        vals = {"name": "Made", "partner_id": self.owner.partner_id.id}
        Request = self.env["customer.portal.request"]
        self.assertEqual(Request.create(vals).user_id, admin)
        as_staff = Request.with_user(self.document_user)
        self.assertEqual(as_staff.create(vals).user_id, self.document_user)
        itself = self.env.user
        self.assertTrue(itself._is_superuser())
        # nobody administers it yet
        self.assertEqual(itself.with_company(elsewhere)._get_portal_owner(), itself)
        system.company_ids |= elsewhere
        self.assertEqual(itself.with_company(elsewhere)._get_portal_owner(), system)
        admin.active = False
        owner = itself._get_portal_owner()
        self.assertTrue(owner.active and owner.has_group("base.group_system"))

    def test_what_is_optional_is_reviewed_once_the_request_is_done_too(self):
        """REQ D-18: as the form counts it"""
        request = self._open()
        passport, statements = request.line_ids
        statements.required = False
        self._put_in(passport)
        document = self._put_in(statements)
        passport.action_accept()
        self.assertEqual(request.state, "done")
        self.assertEqual(self._get_review_counts(request), (1, 1, 1, 1))
        statements.action_accept()
        self.assertEqual(self._get_review_counts(request), (0, 0, 0, 0))
        # a new file on the document's own page
        statements.sudo()._note_exchanged(document)
        self.assertEqual(request.state, "done")
        self.assertEqual(self._get_review_counts(request), (1, 1, 1, 1))

    def test_what_is_rejected_of_a_done_request_can_be_sent_again(self):
        """REQ D-18: by the link of the mail that asks for it, until it is accepted"""
        guest = self.env["res.partner"].create(
            {"name": "Gus Berg", "email": "gus@example.com"}
        )
        request = self._open(partner_id=guest.id)
        passport, statements = request.line_ids
        statements.required = False
        for line in request.line_ids:
            self._put_in(line)
        passport.action_accept()
        self.assertEqual((request.state, request.has_link), ("done", False))
        statements.action_reject("Blurred")
        self.assertEqual((request.state, request.missing_count), ("open", 1))
        self.assertEqual(request._get_portal_status()[1], "To do")
        self.assertTrue(statements._is_changeable())
        [token] = re.findall(
            r"access_token=([\w-]+)", self._get_mails(guest)[-1].body_html
        )
        found_sudo, _link = request._find_sudo(request.id, token)
        self.assertEqual(found_sudo, request)
        # several files come one after the other
        for _turn in range(2):
            statements.sudo()._check_open(["a.pdf"])
            self._put_in(statements)
            self.assertEqual((request.state, request.missing_count), ("open", 0))
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        statements.action_accept()
        self.assertEqual(request.state, "done")

    def test_nothing_is_asked_for_again_of_an_archived_request(self):
        """REQ D-18: its page has no form, and its link opens nothing"""
        request = self._open()
        line = request.line_ids[0]
        self._put_in(line)
        request.active = False
        self.env["mail.mail"].search([]).unlink()
        domain = request.action_open_received()["domain"]
        found = self._search_filter(
            "customer_portal_request_line_view_search", "received", domain
        )
        self.assertFalse(found)
        with self.assertRaisesRegex(UserError, "archived"):
            line.action_open_rejection()
        with self.assertRaisesRegex(UserError, "archived"):
            line.action_reject("Blurred")
        self.assertEqual(line.state, "received")
        self.assertFalse(self._get_mails())
        request.active = True
        line.action_reject("Blurred")
        self.assertTrue(line._is_changeable())

    def test_nothing_is_reviewed_of_a_cancelled_request(self):
        """REQ D-18"""
        request = self._open()
        self._put_in(request.line_ids[0])
        self._put_in(request.line_ids[1])
        self.assertEqual(self._get_review_counts(request), (2, 2, 1, 1))
        request.action_cancel()
        self.assertEqual(self._get_review_counts(request), (2, 0, 0, 0))
        view = self.env.ref("customer_portal_docs.customer_portal_request_view_form")
        [button] = etree.fromstring(view.arch).xpath(
            "//button[@name='action_open_received']"
        )
        for state, is_hidden in (("open", False), ("done", False), ("cancelled", True)):
            values = {"received_count": 2, "state": state}
            self.assertEqual(safe_eval(button.get("invisible"), values), is_hidden)

    def test_the_button_of_a_contact_lists_what_it_counts(self):
        """REQ D-18: what is done or cancelled is a click further"""
        draft, sent, cancelled, done = self._ask(), *(self._open() for _turn in "123")
        cancelled.action_cancel()
        done.line_ids.action_accept()
        self.assertEqual(done.state, "done")
        for partner in (self.owner.partner_id, self.brightwater):
            action = partner.with_user(self.document_user).action_open_portal_requests()
            names = [
                key.removeprefix("search_default_")
                for key in action["context"]
                if key.startswith("search_default_")
            ]
            view = "customer_portal_request_view_search"
            found = draft.browse().union(
                *(self._search_filter(view, name, action["domain"]) for name in names)
            )
            self.assertEqual(found, draft | sent)
            self.assertEqual(len(found), partner.portal_request_count)

    def test_where_nothing_is_required_all_of_it_is_waited_for(self):
        """REQ D-18: a request of optional lines alone is to do until each is answered"""
        request = self._ask(deadline="2030-06-10")
        request.line_ids.required = False
        request.action_send()
        partner = self.owner.partner_id
        waiting = request._get_waiting_domain()
        for line, missing in zip(request.line_ids, (2, 1), strict=True):
            self.assertEqual(request.missing_count, missing)
            self.assertEqual(request._get_portal_status()[1], "To do")
            self.assertEqual(request.filtered_domain(waiting), request)
            self.assertIn(partner.id, partner._get_portal_reminder_candidates())
            self.assertFalse(request.activity_ids)
            self._put_in(line)
        self.assertEqual(request._get_portal_status()[1], "We are looking at it")
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        request.line_ids.action_accept()
        self.assertEqual(request.state, "done")

    def test_nobody_is_told_that_all_has_come_in_once_something_is_rejected(self):
        """REQ D-18: until it has come in again"""
        request = self._open()
        for line in request.line_ids:
            self._put_in(line)
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        request.line_ids[0].action_reject("Blurred")
        self.assertEqual((request.missing_count, request.received_count), (1, 1))
        self.assertFalse(request.activity_ids)
        self._put_in(request.line_ids[0])
        self.assertEqual(request.activity_ids.user_id, self.document_user)

    def test_what_was_rejected_is_still_to_be_sent_when_the_next_file_is_gone(self):
        """REQ D-18: with its reason, also of what was optional"""
        request = self._open()
        _passport, statements = request.line_ids
        statements.required = False
        document = self._put_in(statements)
        statements.action_reject("Of last year")
        document = self._put_in(statements) or document
        self.assertEqual(statements.state, "received")
        statements.document_ids.sudo().unlink()
        self.assertEqual(statements.state, "rejected")
        self.assertEqual(statements._get_portal_status()[0], "danger")

    def test_rejections_of_the_same_minute_go_out_together(self):
        """REQ D-18"""
        request = self._open(lines=("A", "B", "C"))
        self.env["mail.mail"].search([]).unlink()
        for line in request.line_ids:
            self._put_in(line)
        request.line_ids[0].action_reject("First reason")
        request.line_ids[1].action_reject("Second reason")
        mail = self._get_mails(self.owner.partner_id)
        self.assertEqual(len(mail), 1)
        self.assertIn("First reason", mail.body_html)
        self.assertIn("Second reason", mail.body_html)
        self.assertTrue(mail.scheduled_date)
        # what was sent again meanwhile is not told any more
        self._put_in(request.line_ids[0])
        mail = self._get_mails(self.owner.partner_id)
        self.assertNotIn("First reason", mail.body_html)
        self.assertIn("Second reason", mail.body_html)
        # nor do the messages list a mail that never left
        request.invalidate_recordset(["message_ids"])
        notes = request.message_ids.filtered(lambda one: one.subject == mail.subject)
        self.assertEqual(notes, mail.mail_message_id)
        mail.state = "sent"
        request.line_ids[2].action_reject("Third reason")
        mail = self._get_mails(self.owner.partner_id)[-1]
        self.assertNotIn("Second reason", mail.body_html)
        self.assertIn("Third reason", mail.body_html)
        self.assertEqual(notes.exists(), notes, "it was sent")

    def test_what_waits_is_not_that_of_the_last_visit(self):
        """REQ D-18: rows are ticked as soon as they are seen; Odoo's cache would untick them"""
        action = self.env.ref(
            "customer_portal_docs.customer_portal_request_line_action"
        )
        self.assertFalse(action.cache)

    def test_a_rejection_says_why(self):
        """REQ D-18"""
        request = self._open()
        for line in request.line_ids:
            self._put_in(line)
        for reason in (None, "", " \n"):
            with self.assertRaisesRegex(UserError, "give a reason"):
                request.line_ids[0].action_reject(reason)
        wizard = (
            self.env["customer.portal.request.reject"]
            .with_user(self.document_user)
            .create(
                {
                    "line_ids": request.line_ids.ids,
                    "reason_id": self.env.ref(
                        "customer_portal_docs.request_reason_wrong"
                    ).id,
                }
            )
        )
        wizard.action_reject()
        self.assertEqual(set(request.line_ids.mapped("state")), {"rejected"})

    def test_a_frequent_reason_is_told_in_the_language_of_the_customer(self):
        """REQ D-18"""
        self.env["res.lang"]._activate_lang("fr_FR")
        reason = self.env.ref("customer_portal_docs.request_reason_wrong")
        reason.with_context(lang="fr_FR").name = "Mauvais document"
        lines = self._open().line_ids | self._open(self.private).line_ids
        for line in lines:
            self._put_in(line)
        self.private.partner_id.lang = "fr_FR"
        Wizard = self.env["customer.portal.request.reject"].with_user(
            self.document_user
        )
        wizard = Wizard.create({"line_ids": lines.ids, "reason_id": reason.id})
        wizard.action_reject()
        for line in lines:
            is_french = line.request_id.partner_id == self.private.partner_id
            told = "Mauvais document" if is_french else reason.name
            self.assertEqual(line.reason, told)
        wizard.reason = "Page 2 is of somebody else"
        wizard.action_reject()
        self.assertEqual(set(lines.mapped("reason")), {"Page 2 is of somebody else"})

    def test_a_deleted_reason_stays_so(self):
        """REQ D-18: an update of the addon brings none back; to install it makes all of them"""
        module = "customer_portal_docs"
        reasons = self.env["customer.portal.request.reason"].search([])
        self.env.ref(f"{module}.request_reason_wrong").unlink()

        def count(mode):
            convert_file(self.env, module, REASONS, {}, mode=mode)
            return reasons.search_count([])

        self.assertEqual(count("update"), len(reasons) - 1)
        self.assertEqual(count("init"), len(reasons))

    def test_only_methods_write_what_was_answered(self):
        """REQ D-18: forged states are refused"""
        request = self._open()
        for vals in ({"state": "done"}, {"reminded_date": "2020-01-01"}):
            with self.assertRaises(AccessError):
                request.write(vals)
        with self.assertRaises(AccessError):
            request.line_ids[0].write({"state": "accepted"})
        with self.assertRaises(AccessError):
            self._ask(state="open")
        for user in (self.owner, self.staff):
            with self.assertRaises(AccessError):
                request.line_ids[0].with_user(user).action_accept()
            with self.assertRaises(AccessError):
                request.with_user(user).action_cancel()

    def test_who_sees_a_request(self):
        """REQ D-18: as of documents"""
        shared = self._open()
        private = self._open(visibility="contact")
        draft = self._ask()
        Request = self.env["customer.portal.request"]
        mine = [("id", "in", (shared | private | draft).ids)]
        for user, expected in (
            (self.owner, shared | private),
            (self.colleague, shared),
            (self.stranger, Request),
            (self.document_user, shared | private | draft),
        ):
            found = Request.with_user(user).search(mine)
            self.assertEqual(set(found.ids), set(expected.ids), user.login)
            lines = self.env["customer.portal.request.line"].with_user(user)
            found = lines.search([("request_id", "in", (shared | private | draft).ids)])
            self.assertEqual(set(found.request_id.ids), set(expected.ids), user.login)
        with self.assertRaises(AccessError):
            Request.with_user(self.staff).search(mine)

    def test_only_who_still_owes_something_is_overdue(self):
        """REQ D-18: what staff have to look at is not late for the customer"""
        request = self._open(lines=("Passport",), deadline="2020-01-01")
        overdue = [("is_overdue", "=", True), ("id", "=", request.id)]
        self.assertTrue(request.is_overdue)
        self.assertEqual(request.search(overdue), request)
        self._put_in(request.line_ids)
        self.assertFalse(request.is_overdue)
        self.assertFalse(request.search(overdue))
        self.assertEqual(
            request.search([("is_overdue", "=", False), ("id", "=", request.id)]),
            request,
        )
        request.line_ids.action_reject("Unreadable")
        self.assertTrue(request.is_overdue)

    def test_staff_find_who_still_owes_a_document(self):
        """REQ D-18: by its name, over all requests, and by contact"""
        owed, received, draft = (
            self._open(lines=("Statement of March",)),
            self._open(self.private, lines=("Statement of March",)),
            self._ask(self.stranger, lines=("Statement of March",)),
        )
        self._put_in(received.line_ids)
        requests = owed | received | draft
        Line = self.env["customer.portal.request.line"].with_user(self.document_user)
        missing = self._get_filter(Line, "missing") + [
            ("name", "ilike", "march"),
            ("request_id", "in", requests.ids),
        ]
        self.assertEqual(Line.search(missing), owed.line_ids)
        groups = Line.formatted_read_group(missing, ["partner_id"], ["__count"])
        self.assertEqual(
            [group["partner_id"][0] for group in groups], owed.partner_id.ids
        )
        self.assertEqual(
            draft.search(
                [("line_ids.name", "ilike", "march"), ("id", "in", requests.ids)]
            ),
            requests,
        )

    def test_what_nobody_owes_is_not_missing(self):
        """REQ D-18: the lines that a request is open for, as `missing_count` counts them"""
        Line = self.env["customer.portal.request.line"].with_user(self.document_user)
        mixed, optional = self._open(lines=("A", "B", "C")), self._open()
        mixed.line_ids[1:].required = False
        optional.line_ids.required = False
        self._put_in(mixed.line_ids[2])
        missing = self._get_filter(Line, "missing")
        requests = mixed | optional
        missing += [("request_id", "in", requests.ids)]
        owed = mixed.line_ids[0] | optional.line_ids
        self.assertEqual(Line.search(missing), owed)
        mixed.line_ids[2].action_reject("Unreadable")
        owed |= mixed.line_ids[2]
        self.assertEqual(Line.search(missing), owed.sorted())
        self.assertEqual(sum(requests.mapped("missing_count")), len(owed))

    def _get_filter(self, model, name):
        """Return the domain of a filter of a model's search view."""
        arch = etree.fromstring(model.get_view(view_type="search")["arch"])
        [node] = arch.findall(f".//filter[@name='{name}']")
        return safe_eval(node.get("domain"))

    def test_staff_change_many_requests_at_once(self):
        """REQ D-18: a new due date, more time, and an end"""
        Request = self.env["customer.portal.request"].with_user(self.document_user)
        arch = etree.fromstring(Request.get_view(view_type="list")["arch"])
        self.assertEqual(arch.get("multi_edit"), "1")
        columns = {node.get("name"): node for node in arch.findall("field")}
        for name in ("name", "partner_id", "commercial_partner_id", "company_id"):
            if name in columns:
                self.assertTrue(columns[name].get("readonly"), name)
        requests = self._open() | self._open(self.private)
        requests[0].sudo()._promise(fields.Date.to_date("2099-01-01"), "", "Owner")
        self._run_from_list(requests, "Accept the New Dates")
        self.assertEqual(requests[0].deadline, fields.Date.to_date("2099-01-01"))
        self.assertFalse(requests[1].deadline)
        self._run_from_list(requests, "Cancel the Requests")
        self.assertEqual(set(requests.mapped("state")), {"cancelled"})

    def _run_from_list(self, records, name):
        """Choose an action of a list's menu for some of its rows."""
        actions = records.env["ir.actions.actions"].get_bindings(records._name)
        [action] = [one for one in actions["action"] if one["name"] == name]
        self.assertEqual(action["binding_view_types"], "list")
        chosen = {"active_model": records._name, "active_ids": records.ids}
        records.env["ir.actions.server"].browse(action["id"]).with_context(
            **chosen
        ).run()

    def test_cancelled_is_the_end(self):
        """REQ D-18"""
        request = self._open()
        token = request._get_link_sudo()._get_token()
        self.assertTrue(request._find_sudo(request.id, token)[0])
        request.action_cancel()
        self.assertFalse(
            request.with_user(self.env.ref("base.public_user"))._find_sudo(
                request.id, token
            )[0]
        )
        with self.assertRaises(Gone):
            request.line_ids[0].sudo()._check_open()
        with self.assertRaises(UserError):
            request.line_ids[0].action_accept()

    def test_a_withdrawn_document_is_missing_again(self):
        """REQ D-18"""
        request = self._open()
        document = self._put_in(request.line_ids[0])
        document.active = False
        self.assertEqual(request.line_ids[0].state, "missing")
        document = self._put_in(request.line_ids[0])
        document.unlink()
        self.assertEqual(request.line_ids[0].state, "missing")

    def test_who_has_left_gets_no_activity(self):
        """REQ D-18: a former employee with a login as a customer"""
        request = self._open(lines=("Passport",)).sudo()
        request.user_ids = self.manager
        self.document_user.group_ids = self.env.ref(PORTAL)
        self._put_in(request.line_ids)
        self.assertEqual(request.activity_ids.user_id, self.manager)

    def test_others_look_at_what_came_in_when_all_who_asked_have_left(self):
        """REQ D-18: the default user of documents, else the managers of the company"""
        lines = self._open(lines=("Passport",)).line_ids
        lines |= self._open(lines=("Lease",)).line_ids
        self.company.portal_document_user_id = self.staff
        # sudo: whoever asked may read nothing any more
        requests = lines.request_id.sudo()
        self.document_user.active = False
        self.assertEqual(requests.search([("user_id.active", "=", False)]), requests)
        self._put_in(lines[0].sudo())
        self.assertEqual(requests[0].activity_ids.user_id, self.staff)
        self.company.portal_document_user_id = False
        self._put_in(lines[1].sudo())
        told = requests[1].activity_ids.user_id
        self.assertIn(self.manager, told)
        self.assertNotIn(self.document_user, told)

    def test_who_a_request_is_handed_over_to_gets_the_activity(self):
        """REQ D-18: whether who had it is still there or not"""
        here, left = (self._open(lines=["Passport"]) for _turn in range(2))
        others = self._create_staff("leaving")
        (here | left).write({"user_id": others.id})
        for request in (here, left):
            self._put_in(request.line_ids)
            self.assertEqual(request._get_reviews().user_id, others)
        left._get_reviews().unlink()  # as core does when a user is archived
        (here | left).write({"user_id": self.manager.id})
        for request in (here, left):
            self.assertEqual(request._get_reviews().user_id, self.manager)
        here.user_ids = self.document_user
        both = self.manager | self.document_user
        self.assertEqual(here._get_reviews().user_id, both)
        here.user_ids = False
        self.assertEqual(here._get_reviews().user_id, self.manager)
        # nothing waits there
        waiting = self._open()
        waiting.user_id = self.manager
        self.assertFalse(waiting._get_reviews())

    def test_requests_of_who_has_left_are_found(self):
        """REQ D-18: archived, a customer now, or without access to the company"""
        Request = self.env["customer.portal.request"]
        people = [self._create_staff(f"left_{number}") for number in range(4)]
        stays, archived, customer, elsewhere = (
            self._ask(user_id=user.id).sudo() for user in people
        )
        self.assertFalse(Request.search([("user_has_left", "=", True)]))
        archived.user_id.active = False
        customer.user_id.group_ids = self.env.ref(PORTAL)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere.user_id.write({"company_id": company.id, "company_ids": company.ids})
        found = archived | customer | elsewhere
        everything = (found | stays).with_user(self.document_user)
        self.assertEqual(everything.filtered("user_has_left"), found)
        for value, expected in ((True, found), (False, stays)):
            domain = [("user_has_left", "=", value), ("id", "in", everything.ids)]
            self.assertEqual(everything.search(domain), expected)

    def test_an_answer_is_told_to_others_when_who_asked_has_left(self):
        """REQ D-8, D-18"""
        request = self._open().sudo()
        self.company.portal_document_user_id = self.staff
        self.assertEqual(request._get_first_responsible_sudo(), self.document_user)
        self.document_user.active = False
        self.assertEqual(request._get_first_responsible_sudo(), self.staff)

    def test_a_mail_about_a_message_has_the_link_of_its_reader(self):
        """REQ D-18: who has no login answers by the link; nobody else gets it"""
        guest = self.env["res.partner"].create(
            {
                "name": "Gus Berg",
                "email": "gus@example.com",
                "parent_id": self.brightwater.id,
            }
        )
        request = self._open(partner_id=guest.id)
        request.sudo().message_subscribe(partner_ids=self.colleague.partner_id.ids)
        token = request._get_link_sudo()._get_token()
        self.env["mail.mail"].search([]).unlink()
        request.message_post(body="March?", subtype_xmlid="mail.mt_comment")
        bodies = {
            partner: mail.body_html
            for mail in self.env["mail.mail"].search([])
            for partner in mail.recipient_ids
        }
        self.assertIn(token, bodies[guest])
        self.assertNotIn("access_token", bodies[self.colleague.partner_id])
        self.assertIn(request.access_url, bodies[self.colleague.partner_id])

    def test_requests_of_our_other_companies(self):
        """REQ D-18"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        request = self._open()
        request.sudo().company_id = elsewhere
        as_staff = request.with_user(self.document_user)
        for records in (as_staff, as_staff.line_ids):
            self.assertFalse(records.search([("id", "in", records.ids)]))
            with self.assertRaises(AccessError):
                records.read(["name"])

    def test_it_is_asked_for_from_wherever_staff_are(self):
        """REQ D-18: a company, a task, documents"""
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        partner = self.owner.partner_id
        project = self._create_project("Roof", self.owner)
        task = self.env["project.task"].create(
            {"name": "Gutter", "project_id": project.id, "partner_id": partner.id}
        )
        documents = self._create_document(self.owner) + self._create_document(
            self.stranger
        )
        for records, partners, record in (
            (self.brightwater, self.brightwater, None),
            (task, partner, task),
            (documents, documents.partner_id, None),
        ):
            context = {"active_model": records._name, "active_ids": records.ids}
            wizard = Wizard.with_context(**context).create({"name": "Papers"})
            self.assertEqual(wizard.partner_ids, partners, records)
            self.assertEqual(wizard.record or None, record, records)

    def test_the_company_of_the_contact_says_who_sees_it(self):
        """REQ D-18: and not the one that is active"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_visibility": "contact"}
        )
        self.document_user.company_ids |= elsewhere
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        other = self.owner.partner_id
        partner = self.env["res.partner"].create(
            {"name": "Gus Berg", "company_id": elsewhere.id}
        )
        for partners, expected in (
            (partner, "contact"),
            (other, "company"),
            (partner | other, "contact"),
            (partner.browse(), "company"),
        ):
            context = {"active_model": "res.partner", "active_ids": partners.ids}
            with Form(Wizard.with_context(**context)) as form:
                self.assertEqual(form.visibility, expected)
                form.name = "Papers"

    def test_it_belongs_to_the_company_of_contact_record_or_folder(self):
        """REQ D-18: and not to the one that is active"""
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "portal_document_visibility": "contact"}
        )
        self.document_user.company_ids |= elsewhere
        project = self._create_project("Roof", self.owner)
        project.write(
            {"company_id": elsewhere.id, "partner_id": self.owner.partner_id.id}
        )
        Folder = self.env["customer.portal.folder"]
        folder = Folder.create({"name": "Roofs", "company_id": elsewhere.id})
        home = self.env["res.partner"].create(
            {"name": "Gus Berg", "company_id": self.company.id}
        )
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        Wizard = Wizard.with_context(
            allowed_company_ids=(self.company | elsewhere).ids,
            active_model=project._name,
            active_ids=project.ids,
        )
        self.assertEqual(Wizard.create({}).visibility, "contact")
        for vals, company in (
            ({}, elsewhere),
            ({"record": False}, self.company),
            ({"record": False, "folder_id": folder.id}, elsewhere),
            ({"partner_ids": home.ids}, self.company),
        ):
            wizard = Wizard.create({"name": "Papers", "documents": "Plan", **vals})
            action = wizard.action_create_requests()
            request = self.env["customer.portal.request"].browse(action["res_id"])
            self.assertEqual(request.company_id, company, vals)

    def test_a_checklist_names_no_folder_of_another_company(self):
        """REQ D-18: what comes in is then in none"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        folders = self.env["customer.portal.folder"].create(
            [
                {"name": "Roofs", "company_id": company.id}
                for company in (elsewhere, self.company, elsewhere.browse())
            ]
        )
        template = self.env["customer.portal.request.template"].create(
            {
                "name": "Year end",
                "line_ids": [
                    Command.create({"name": folder.name, "folder_id": folder.id})
                    for folder in folders
                ],
            }
        )
        expected = folders[1:]
        request = self._ask(line_ids=[], template_id=template.id)
        self.assertEqual(len(request.line_ids), 3)
        self.assertEqual(request.sudo().line_ids.folder_id, expected)
        # who has one company does not find it in the form
        Request = self.env["customer.portal.request"].with_user(self.document_user)
        with Form(Request) as form:
            form.partner_id = self.owner.partner_id
            form.template_id = template
        self.assertEqual(form.record.line_ids.folder_id, expected)
        wizard = self.env["customer.portal.request.wizard"].create(
            {"partner_ids": self.owner.partner_id.ids, "template_id": template.id}
        )
        action = wizard.action_create_requests()
        request = self.env["customer.portal.request"].browse(action["res_id"])
        self.assertEqual(request.line_ids.folder_id, expected)

    def test_many_contacts_get_a_request_each(self):
        """REQ D-18: from contacts and from a project"""
        project = self._create_project("Roof", self.owner)
        project.partner_id = self.owner.partner_id
        Wizard = self.env["customer.portal.request.wizard"].with_user(
            self.document_user
        )
        partners = self.owner.partner_id | self.private.partner_id
        wizard = Wizard.with_context(
            active_model="res.partner", active_ids=partners.ids
        ).create({"name": "Papers", "documents": "Passport\n\n Lease \n"})
        self.assertEqual(wizard.partner_ids, partners)
        action = wizard.action_send_requests()
        requests = self.env["customer.portal.request"].search(action["domain"])
        self.assertEqual(requests.partner_id, partners)
        self.assertEqual(
            [request.line_ids.mapped("name") for request in requests],
            [["Passport", "Lease"]] * 2,
        )
        self.assertEqual(set(requests.mapped("state")), {"open"})
        wizard = Wizard.with_context(
            active_model="project.project", active_ids=project.ids
        ).create({"name": "Papers", "documents": "Plan"})
        action = wizard.action_create_requests()
        request = self.env["customer.portal.request"].browse(action["res_id"])
        self.assertEqual((request.record, request.state), (project, "draft"))

    def test_who_is_left_out_of_many_is_told(self):
        """REQ D-18: sent before, without an e-mail address, reminded today, nothing received"""
        self.private.partner_id.email = False
        sent, unreachable = self._open(), self._ask(self.private)
        requests = sent | unreachable | self._ask(self.stranger)
        User = type(self.document_user)
        with patch.object(User, "_bus_send") as told:
            requests.action_send()
        [call] = told.call_args_list
        message = call.args[1]["message"]
        self.assertIn("Already sent, so not sent again: 1.", message)
        self.assertIn(f"sent to {self.private.partner_id.display_name}.", message)
        self.assertEqual(set(requests.mapped("state")), {"open"})
        message = requests.action_remind()["params"]["message"]
        self.assertIn("Reminded: 2. Not reminded: 1,", message)
        with patch.object(User, "_bus_send") as told:
            requests.action_accept_received()
            self._put_in(sent.line_ids[0])
            requests.action_accept_received()
        [call] = told.call_args_list
        self.assertIn("Nothing was accepted", call.args[1]["message"])

    def test_who_is_asked_without_anybody_left_out_needs_no_word(self):
        with patch.object(type(self.document_user), "_bus_send") as told:
            self._open()
        self.assertFalse(told.call_args_list)

    def test_staff_who_ask_many_wait_for_a_few_mails(self):
        """REQ D-18: the others are for Odoo's queue, which is woken once"""
        partners = self.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "email": f"c{number}@example.com"}
                for number in range(MOST_AT_ONCE + 3)
            ]
        )
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"].search([])
        wizard = (
            self.env["customer.portal.request.wizard"]
            .with_user(self.document_user)
            .with_context(active_model="res.partner", active_ids=partners.ids)
            .create({"name": "Papers", "documents": "Passport"})
        )
        at_once = []
        self.patch(
            self.registry["mail.mail"],
            "send_after_commit",
            lambda mails: at_once.extend(mails.ids),
        )
        wizard.action_send_requests()
        mails = self._get_mails()
        self.assertEqual(mails.recipient_ids, partners)
        self.assertEqual(at_once, mails[:MOST_AT_ONCE].ids)
        self.assertEqual(
            mails.filtered(lambda mail: not mail.scheduled_date),
            mails[MOST_AT_ONCE:],
        )
        added = self.env["ir.cron.trigger"].search([]) - triggers
        self.assertEqual(added.cron_id.ids * len(added), queue.ids)

    def test_a_contact_without_a_name_is_called_by_whose_address_it_is(self):
        """REQ D-18: an invoice address need not have one"""
        company = self.owner.partner_id.commercial_partner_id
        bills = self.env["res.partner"].create(
            {"type": "invoice", "parent_id": company.id, "email": "b@example.com"}
        )
        request = self._open(partner_id=bills.id)
        request._log_reminder()
        self.assertIn(
            f"{company.name}, Invoice was reminded", request.message_ids[:1].body
        )
        who = request.line_ids[:1]._get_sender_name(by_link=True)
        self.assertEqual(who, f"{company.name}, Invoice")


@tagged("-at_install", "post_install")
class TestMany(RequestMixin, DocumentCase):
    def test_whom_they_name_is_asked_of_all_at_once(self):
        """REQ D-18: a hundred checklists in a second, not in six"""
        partners = self.env["res.partner"].create(
            [{"name": f"Client {number}"} for number in range(12)]
        )

        asked = []
        check = type(partners).check_access

        def check_access(records, operation):
            asked.append(records.ids)
            return check(records, operation)

        with patch.object(type(partners), "check_access", check_access):
            self.env["customer.portal.request"].with_user(self.document_user).create(
                [{"name": "Papers", "partner_id": id_} for id_ in partners.ids]
            )
        self.assertEqual(asked.count(partners.ids), 1)
