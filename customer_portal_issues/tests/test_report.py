"""What a report counts for, that its form is good for one issue, and what it costs."""

from contextlib import closing
from unittest.mock import patch

from psycopg2.errors import LockNotAvailable

from odoo.fields import Command
from odoo.sql_db import Cursor, db_connect
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.customer_portal_docs.tools.tokens import digest

from .common import IssueHttpCase

ADDRESS, EMAIL = "192.0.2.1", "ada@example.org"
#: SQL statements of one report; core's own are half of them.
MAX_STATEMENTS = 23


@tagged("-at_install", "post_install")
class TestReport(IssueHttpCase):
    def setUp(self):
        super().setUp()
        self.statements = []

    def record_statements(self):
        """Keep what any cursor executes in a block, but for a test's own savepoints."""
        origin = Cursor.execute

        def execute(cursor, query, *args, **kwargs):
            code = query.code if isinstance(query, SQL) else query
            if "SAVEPOINT" not in code:
                self.statements.append(code.strip())
            return origin(cursor, query, *args, **kwargs)

        return patch.object(Cursor, "execute", execute)

    def count_mails(self, email=EMAIL):
        throttle = self.env["customer.portal.throttle"]
        [(name, key, _most)] = self.public._get_portal_mail_limit(email)
        used = [("key_digest", "=", throttle._get_digest(name, key))]
        return sum(throttle.search(used).mapped("count"))

    # -- one form is one issue

    def test_a_form_is_new_once(self):
        """REQ I-1"""
        admitted = self.public._admit_issue(ADDRESS, EMAIL, "key")
        self.assertEqual(admitted, (0, True, True))
        vals = {"name": "Lamp", "partner_email": EMAIL}
        self.public._create_visitor_issue(vals, [], "key")
        admitted = self.public._admit_issue(ADDRESS, EMAIL, "key")
        self.assertEqual(admitted, (0, False, False))
        self.assertEqual(self.count_mails(), 1, "nothing is sent the second time")

    def test_a_form_that_another_request_has_is_waited_for(self):
        """REQ I-1: a double click, on whichever worker"""
        with closing(db_connect(self.env.cr.dbname).cursor()) as other:
            self.public.with_env(self.env(cr=other))._lock_form(digest("key"))
            self.env.cr.execute("SET LOCAL lock_timeout TO '100ms'")
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(LockNotAvailable),
                self.env.cr.savepoint(),
            ):
                self.public._admit_issue(ADDRESS, EMAIL, "key")
        admitted = self.public._admit_issue(ADDRESS, EMAIL, "key")
        self.assertEqual(admitted, (0, True, True), "the other one came to nothing")

    # -- what is counted

    def test_a_form_that_is_sent_twice_counts_once(self):
        """REQ I-1: a double click uses up nothing, nor is it refused"""
        self.public.portal_form_limit_email = 1
        admitted = self.public._admit_issue(ADDRESS, EMAIL, "key")
        self.assertEqual(admitted, (0, True, True))
        vals = {"name": "Lamp", "partner_email": EMAIL}
        self.public._create_visitor_issue(vals, [], "key")
        for _time in range(3):
            admitted = self.public._admit_issue(ADDRESS, EMAIL, "key")
            self.assertEqual(admitted, (0, False, False))
        counts = self.env["customer.portal.throttle"].search([]).mapped("count")
        self.assertEqual(max(counts), 1)

    def test_who_is_stopped_by_one_limit_uses_up_none_of_the_others(self):
        """REQ I-1"""
        self.public.write(
            {"portal_form_limit_address": 2, "portal_form_limit_email": 1}
        )
        seconds, _is_new, _is_told = self.public._admit_issue(ADDRESS, EMAIL, "a")
        self.assertEqual(seconds, 0)
        for key, email, is_stopped in (
            ("b", EMAIL, True),
            ("c", "bo@example.org", False),
            ("d", "cy@example.org", True),
        ):
            seconds, is_new, is_told = self.public._admit_issue(ADDRESS, email, key)
            self.assertEqual(0 < seconds <= 3600, is_stopped, email)
            self.assertEqual(is_new, not is_stopped)
            self.assertEqual(is_told, not is_stopped)
        self.assertEqual(self.count_mails(), 1, "what is refused sends no mail")
        self.assertEqual(self.count_mails("cy@example.org"), 0)

    def test_a_report_without_an_address_counts_for_its_network(self):
        """REQ I-1"""
        self.public.portal_form_limit_address = 1
        self.assertEqual(self.public._admit_issue(ADDRESS, None, "a")[:2], (0, True))
        self.assertTrue(self.public._admit_issue(ADDRESS, None, "b")[0])

    # -- what it costs

    def test_a_new_issue_is_written_once(self):
        """REQ I-1: with what is computed of its status and its contact"""
        contact = self.owner.partner_id
        with self.record_statements():
            vals = {"name": "Lamp", "partner_email": contact.email}
            issue = self.public._create_visitor_issue(vals, [], "key")
            self.env.flush_all()
        writes = [code for code in self.statements if '"helpdesk_ticket"' in code]
        writes = [code.split()[0] for code in writes if not code.startswith("SELECT")]
        self.assertEqual(writes, ["INSERT"])
        issue.invalidate_recordset()
        self.assertEqual(issue.unattended, self.stage_new.unattended)
        self.assertEqual(issue.commercial_partner_id, contact.commercial_partner_id)

    def test_a_report_takes_few_statements(self):
        """REQ I-1"""
        self.public.message_unsubscribe(self.public.message_partner_ids.ids)
        for name in ("First", "Second"):  # the first one fills caches
            key = self.get_form_key()
            self.statements.clear()
            with self.record_statements():
                self.assertEqual(self.report(form_key=key, name=name).status_code, 303)
        self.assertLessEqual(
            len(self.statements), MAX_STATEMENTS, "\n".join(self.statements)
        )

    # -- who follows

    def test_who_follows_the_binder_follows_its_new_issues(self):
        """REQ I-7"""
        subtype = self.env.ref("helpdesk_mgmt.hlp_tck_team_created")
        partner = self.agent.partner_id
        for binder in (self.public, self.secure):
            binder.message_unsubscribe(binder.message_partner_ids.ids)
        unfollowed = self.public._get_unfollowed_context()
        self.secure.message_subscribe(partner.ids, subtype.ids)
        self.assertEqual(self.secure._get_unfollowed_context(), {})
        # what is known of one binder is not believed of another
        tickets = self.env["helpdesk.ticket"].with_context(**unfollowed)
        for binder, followers in ((self.public, 0), (self.secure, 1)):
            binder.user_ids = [Command.link(self.agent.id)]
            vals = {"name": "x", "description": "x", "team_id": binder.id}
            issue = tickets.with_context(mail_create_nosubscribe=True).create(vals)
            found = issue.message_partner_ids & partner
            self.assertEqual(len(found), followers, binder.name)
