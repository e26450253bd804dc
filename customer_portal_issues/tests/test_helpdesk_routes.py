import re
from urllib.parse import urlsplit

from lxml import html

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestHelpdeskRoutes(IssueHttpCase):
    """The routes of helpdesk_mgmt, whose holes tests/helpdesk shows open without us."""

    def setUp(self):
        super().setUp()
        self.issue = self._create_issue(self.public, self.owner)
        self.login(self.owner)

    def _close(self, **data):
        values = {
            "ticket_id": self.issue.id,
            "stage_id": self.stage_done.id,
            "csrf_token": self.get_csrf_token("/my/binders/new"),
            **data,
        }
        return self.post("/ticket/close", values)

    def test_a_customer_closes_an_own_ticket(self):
        """REQ I-3"""
        page = self.get(f"/my/ticket/{self.issue.id}").text
        self.assertIn('action="/ticket/close"', page)
        self.assertEqual(self._close().status_code, 303)
        self.assertEqual(self.issue.stage_id, self.stage_done)
        page = self.get(f"/my/ticket/{self.issue.id}").text
        self.assertNotIn('action="/ticket/close"', page)
        # sent twice, it is closed all the same
        self.assertEqual(self._close().status_code, 303)

    def test_no_stranger_closes_it(self):
        """REQ I-3"""
        for user in (self.stranger, self.private, self.staff, self.trusted):
            self.login(user)
            self.assertEqual(self._close().status_code, 404, user.login)
        self.assertEqual(self.issue.stage_id, self.stage_new)

    def test_no_link_closes_it(self):
        """REQ I-3"""
        url = f"/ticket/close?ticket_id={self.issue.id}&stage_id={self.stage_done.id}"
        self.assertEqual(self.get(url).status_code, 405)
        self.assertEqual(self._close(csrf_token="x").status_code, 400)
        self.assertEqual(self.issue.stage_id, self.stage_new)

    def test_it_is_closed_by_a_closing_stage_of_its_own_only(self):
        """REQ I-3"""
        other = self._create_binder("Other")
        stage = self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Theirs",
                "closed": True,
                "close_from_portal": True,
                "team_ids": [(4, other.id)],
            }
        )
        for value in (stage.id, self.stage_rejected.id, "x", "", "-1", 10**20, "é"):
            self.assertEqual(self._close(stage_id=value).status_code, 400, value)
        for value in ("x", "", "0", "-1", 10**20, 2_000_000_000, "é", "1 OR 1=1"):
            self.assertEqual(self._close(ticket_id=value).status_code, 404, value)
        self.assertEqual(self.issue.stage_id, self.stage_new)

    def _follow(self, query):
        """Return the page that the list of helpdesk_mgmt leads to."""
        response = self.get(f"/my/tickets{query}")
        self.assertEqual(response.status_code, 303, query)
        location = urlsplit(response.headers["Location"])
        self.assertTrue(location.path.startswith("/my/binders"), location)
        return self.get(f"{location.path}?{location.query}")

    def test_its_list_leads_to_ours_with_its_filters(self):
        """REQ I-9, U-8"""
        for query in (
            "?sortby=zzz",
            "?groupby=zzz",
            "?search_in=zzz&search=x",
            "?filterby=zzz",
            "?date_begin=zzz&date_end=zzz",
            "?date_begin=2026-01-01&date_end=2026-99-99",
            "?search=%00",
            "?search=%25%27",
            "/page/0",
            "/page/99",
            "/page/" + "9" * 30,
        ):
            self.assertEqual(self._follow(query).status_code, 200, query)
        shown = {
            "": True,
            "?search=dark": True,
            "?search=light": False,
            "?groupby=stage&sortby=name": True,
            f"?filterby={self.issue.stage_id.id}": True,
            f"?filterby={self.stage_done.id}": False,
            "?date_begin=2020-01-01&date_end=2020-01-02": False,
            "?date_begin=2020-01-01&date_end=2099-01-02": True,
            "?date_begin=2020-01-01%2000:00:00&date_end=2020-01-02%2000:00:00": False,
        }
        for query, is_shown in shown.items():
            with self.subTest(query):
                self.assertEqual("Lamp is dark" in self._follow(query).text, is_shown)

    def test_a_new_ticket_begins_where_issues_do(self):
        """REQ U-8"""
        response = self.get("/new/ticket")
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("/my/binders/new"))
        page = self.get("/my/binders/new").text
        self.assertIn('action="/submitted/ticket"', page)
        self.assertNotIn("Where does it belong?", page)
        self.login(self.trusted)
        page = self.get("/my/binders/new").text
        self.assertIn("Where does it belong?", page)
        self.assertIn(f'href="/my/binders/{self.secure.id}/new"', page)

    def test_customers_read_of_issues_only(self):
        """REQ U-8: neither ticket, team nor support desk"""
        for user in (self.owner, self.trusted):
            self.login(user)
            for url in (
                "/my",
                "/my/binders",
                "/my/binders/new",
                f"/my/ticket/{self.issue.id}",
            ):
                answer = self.get(url)
                if answer.status_code == 404:
                    continue
                main = html.fromstring(answer.content).xpath("//main")[0]
                words = " ".join(main.xpath(".//text()[not(parent::script)]"))
                for word in (
                    r"\btickets?\b",
                    r"\bteams?\b",
                    "support desk",
                    "helpdesk",
                ):
                    self.assertIsNone(re.search(word, words, re.I), (url, word))

    def test_the_list_on_a_phone(self):
        """REQ I-9: what an issue is about and how it stands"""
        page = html.fromstring(self.get("/my/binders").content)
        [table] = page.xpath("//table")
        for row in table.xpath(".//tr"):
            shown = [
                " ".join(cell.text_content().split())
                for cell in row.xpath("./th|./td")
                if "d-none" not in (cell.get("class") or "")
            ]
            number = self.issue.number
            self.assertIn(
                shown, (["Issue", "Status"], [f"Lamp is dark {number}", "New"])
            )

    def test_programs_get_both(self):
        """REQ U-8"""
        self.login(self.trusted)
        answer = self.get("/my/binders", headers={"Accept": "application/json"}).json()
        self.assertEqual(answer["binders"][0]["id"], self.secure.id)
        self.assertIn("issues", answer)

    def test_a_token_that_is_not_ascii(self):
        """REQ I-2"""
        self.issue._portal_ensure_token()
        self.login(self.stranger)
        for url in (
            "?access_token=%C3%A9",
            "/%C3%A9",
            "?access_token=%00",
            "?access_token=" + "x" * 5000,
        ):
            self.assertEqual(
                self.get(f"/my/ticket/{self.issue.id}{url}").status_code, 404
            )
        for params in (
            {"token": "é"},
            {"hash": "é", "pid": 1},
            {"hash": "x", "pid": "y"},
        ):
            result = self.make_jsonrpc_request(
                "/portal/chatter_init",
                {
                    "thread_model": "helpdesk.ticket",
                    "thread_id": self.issue.id,
                    **params,
                },
            )
            self.assertNotIn("helpdesk.ticket", str(result))

    # -- a new ticket

    def _submit(self, files=(), **data):
        values = {
            "subject": "Bulb",
            "description": "Is missing",
            "csrf_token": self.get_csrf_token("/my/binders/new"),
            **data,
        }
        return self.post(
            "/submitted/ticket", values, [("attachment", file) for file in files]
        )

    def test_a_customer_submits_a_ticket(self):
        """REQ I-3, I-5"""
        response = self._submit([("a.pdf", PDF)])
        self.assertEqual(response.status_code, 303, response.text)
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "Bulb")])
        self.assertEqual(ticket.partner_id, self.owner.partner_id)
        self.assertEqual(ticket.attachment_ids.raw, PDF)
        self.assertIn("a.pdf", self.get(response.headers["Location"]).text)
        self.assertIn(self.owner.partner_id, ticket.message_partner_ids)
        # and the managers, where there is no binder that says who works on it
        self.assertIn(
            "test_owner@example.com", ",".join(self.send_mails().mapped("email_to"))
        )

    def test_no_link_submits_one(self):
        """REQ I-3"""
        url = "/submitted/ticket?subject=Forged&description=x"
        self.assertEqual(self.get(url).status_code, 405)
        self.assertFalse(self.env["helpdesk.ticket"].search([("name", "=", "Forged")]))

    def test_malformed_and_foreign_choices_are_refused(self):
        """REQ I-3"""
        self.company.write(
            {
                "helpdesk_mgmt_portal_select_team": True,
                "helpdesk_mgmt_portal_select_category": True,
            }
        )
        hidden = self._create_binder("Hidden", show_in_portal=False)
        category = self.env["helpdesk.ticket.category"].create(
            {"name": "Hidden", "show_in_portal": False}
        )
        before = self.env["helpdesk.ticket"].search_count([])
        for data in (
            {"team": "x"},
            {"team": hidden.id},
            {"team": "2000000000"},
            {"team": 10**20},
            {"category": "x"},
            {"category": category.id},
            {"category": "é"},
            {"subject": ""},
            {"description": ""},
            {"subject": "x" * 300},
        ):
            response = self._submit(**data)
            self.assertEqual(response.status_code, 400, data)
            self.assertIn('role="alert"', response.text)
        response = self._submit(
            team="x", subject="Kept subject", description="Kept text"
        )
        self.assertIn('value="Kept subject"', response.text)
        self.assertIn("Kept text", response.text)
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)
        response = self._submit(team=self.public.id)
        self.assertEqual(response.status_code, 303, response.text)
        self.assertEqual(self._submit([("a.exe", b"MZ")]).status_code, 415)

    def test_visitors_write_no_stages(self):
        """REQ I-3: helpdesk_mgmt lets the public user write them"""
        public = self.env.ref("base.public_user")
        self.assertFalse(self.stage_done.with_user(public).has_access("write"))
        self.assertTrue(self.stage_done.with_user(public).has_access("read"))
