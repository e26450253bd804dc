from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..exceptions import Gone
from .common import PORTAL
from .request_case import RequestCase


@tagged("-at_install", "post_install")
class TestRequest(RequestCase):
    """States, rights, who looks at what came in, and many at once."""

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

    def test_the_activity_of_who_leaves_goes_to_others(self):
        """REQ D-18: core deletes it, or leaves it with who reads nothing any more"""
        self.company.portal_document_user_id = self.manager
        for number, leave in enumerate(
            (
                lambda user: user.action_archive(),
                lambda user: user.write({"active": False}),
                lambda user: setattr(user, "group_ids", self.env.ref(PORTAL)),
            )
        ):
            request = self._open(lines=["Passport"])
            leaving = self._create_staff(f"leaving{number}")
            request.user_id = leaving
            self._put_in(request.line_ids)
            self.assertEqual(request._get_reviews().user_id, leaving)
            leave(leaving)
            self.assertEqual(request._get_reviews().user_id, self.manager)

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
