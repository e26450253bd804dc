import re

from lxml import html

from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

from .common import IssueCase, IssueHttpCase


@tagged("-at_install", "post_install")
class TestBinder(IssueHttpCase):
    """What trusted users see and do in a binder, and that nobody else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"/my/binders/{cls.secure.id}"
        cls.of_owner = cls._create_issue(cls.secure, cls.owner, "Lamp is dark")
        cls.of_trusted = cls._create_issue(cls.secure, cls.trusted, "Ladder is loose")
        cls.elsewhere = cls._create_issue(cls.public, cls.owner, "Elsewhere")

    def _get_names(self, query="", page=""):
        response = self.get_json(f"{self.url}{page}?{query}")
        self.assertEqual(response.status_code, 200, response.text)
        return [issue["name"] for issue in response.json()["issues"]]

    def _create_many(self, count, **vals):
        issues = self.env["helpdesk.ticket"]
        for number in range(count):
            issues |= self._create_issue(self.secure, name=f"Issue {number:03}", **vals)
        self.env.flush_all()
        for number, issue in enumerate(issues):
            self.env.cr.execute(
                "UPDATE helpdesk_ticket SET create_date = %s::timestamp + %s * "
                "interval '1 minute' WHERE id = %s",
                ["2026-01-01", number, issue.id],
            )
        self.env.invalidate_all()
        return issues

    # -- who

    def test_trusted_users_see_all_issues_of_their_binder(self):
        """REQ I-3"""
        for user in (self.trusted, self.partner):
            self.login(user)
            self.assertEqual(
                set(self._get_names()), {"Lamp is dark", "Ladder is loose"}
            )
            page = self.get("/my/binders").text
            self.assertIn("Harbour lights", page)
            self.assertNotIn("Feedback", page)
            page = self.get(self.url).text
            self.assertIn("Lamp is dark", page)
            self.assertNotIn("Elsewhere", page)

    def test_nobody_else_does(self):
        """REQ I-3"""
        for user in (self.owner, self.stranger, self.private, self.staff, self.agent):
            self.login(user)
            for url in (self.url, f"{self.url}/page/2", f"{self.url}/new"):
                self.assertEqual(self.get(url).status_code, 404, user.login)
            self.assertNotIn("Harbour lights", self.get("/my/binders").text)
            answers = {
                self.get_words(url) for url in (self.url, "/my/binders/2000000000")
            }
            self.assertEqual(len(answers), 1)
        self.login(None)
        for url in ("/my/binders", self.url, f"{self.url}/new"):
            self.assertIn("/web/login", self.get(url).headers["Location"])

    def test_trust_ends_at_once(self):
        """REQ I-3"""
        self.login(self.trusted)
        self.assertEqual(self.get(self.url).status_code, 200)
        self.secure.portal_user_ids = [Command.clear()]
        self.assertEqual(self.get(self.url).status_code, 404)
        self.assertEqual(self.get(f"/my/ticket/{self.of_owner.id}").status_code, 404)
        self.login(self.partner)
        self.partner.partner_id.parent_id = self.northwind
        self.assertEqual(self.get(self.url).status_code, 404)
        self.partner.partner_id.parent_id = self.harbour
        self.assertEqual(self.get(self.url).status_code, 200)
        self.secure.active = False
        self.assertEqual(self.get(self.url).status_code, 404)

    def test_a_binder_of_another_company(self):
        """REQ I-3"""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(ValidationError):
            self.secure.company_id = elsewhere
        with self.assertRaises(ValidationError):
            self.secure.portal_user_ids = [Command.link(self.agent.id)]
        binder = self._create_binder(
            "Theirs",
            company_id=elsewhere.id,
            portal_partner_ids=[Command.link(self.harbour.id)],
        )
        self.login(self.partner)
        self.assertEqual(self.get(f"/my/binders/{binder.id}").status_code, 404)

    def test_the_others_see_their_own_as_before(self):
        """REQ I-3"""
        self.login(self.owner)
        page = self.get("/my/binders").text
        self.assertIn("Lamp is dark", page)
        self.assertNotIn("Ladder is loose", page)
        self.login(self.partner)
        self.assertNotIn("Lamp is dark", self.get("/my/binders").text)

    def test_the_home_shows_it_to_whom_a_binder_was_opened(self):
        """REQ U-6"""
        for user, count in ((self.trusted, 1), (self.partner, 1), (self.owner, 0)):
            self.login(user)
            self.assertIn('href="/my/binders"', self.get("/my").text)
            counters = self.make_jsonrpc_request(
                "/my/counters", {"counters": ["portal_binder_count"]}
            )
            self.assertEqual(counters, {"portal_binder_count": count})

    # -- the list

    def test_it_sorts_filters_and_searches(self):
        """REQ I-9"""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = create_date - interval '1 day', "
            "last_stage_update = '2030-01-01' WHERE id = %s",
            [self.of_owner.id],
        )
        self.env.invalidate_all()
        self.login(self.trusted)
        newest = ["Ladder is loose", "Lamp is dark"]
        for query, names in (
            ("", newest),
            ("sortby=oldest", newest[::-1]),
            ("sortby=updated", newest[::-1]),
            ("sortby=name", newest),
            ("filterby=mine", ["Ladder is loose"]),
            ("search=lamp", ["Lamp is dark"]),
            ("search=AMP+since", ["Lamp is dark"]),
            (f"search={self.of_owner.number}", ["Lamp is dark"]),
            ("search=nothing", []),
            ("search=%25", []),
            (f"status={self.stage_new.id}", newest),
            (f"status={self.stage_done.id}", []),
        ):
            self.assertEqual(self._get_names(query), names, query)

    def test_open_issues_are_what_the_binder_counts(self):
        """REQ I-9"""
        self.stage_rejected.active = False
        stages = (self.stage_done, self.stage_rejected, self.stage_in_progress)
        for stage in stages:
            self._create_issue(self.secure, self.trusted, stage.name, stage_id=stage.id)
        self._create_issue(self.secure, self.trusted, "Nowhere").stage_id = False
        self.login(self.trusted)
        query = "filterby=open&sortby=name"
        of_trusted = ["In Progress", "Ladder is loose", "Nowhere"]
        self.assertEqual(self._get_names(query), sorted([*of_trusted, "Lamp is dark"]))
        answer = self.get_json(f"/my/binders?{query}").json()
        self.assertEqual([issue["name"] for issue in answer["issues"]], of_trusted)
        self.assertEqual(answer["binders"][0]["open"], 4)
        page = self.get("/my/binders").text
        self.assertIn(f'href="{self.url}?filterby=open"', page)
        for stage, names in (
            # the menu of filters keeps a status that was chosen before
            (self.stage_done, of_trusted),
            (self.stage_in_progress, ["In Progress"]),
        ):
            query = f"filterby=open&sortby=name&status={stage.id}"
            self.assertLessEqual(set(names), set(self._get_names(query)))
            answer = self.get_json(f"/my/binders?{query}").json()
            self.assertEqual([issue["name"] for issue in answer["issues"]], names)

    def test_the_days_stay_with_another_status_and_another_search(self):
        """REQ I-9"""
        self.login(self.owner)
        days = "date_begin=2020-01-01&date_end=2099-01-02"
        url = f"/my/binders?{days}"
        for link, _count in self._get_status_links(url).values():
            self.assertIn(days, link)
        form = html.fromstring(self.get(url).text).xpath("//form[@role='search']")[0]
        self.assertEqual(form.fields["date_begin"], "2020-01-01")
        self.assertEqual(form.fields["date_end"], "2099-01-02")

    def test_open_issues_lead_to_all_and_to_the_closed_ones(self):
        """REQ I-9: a status that ends an issue is not said to have none."""
        self.of_trusted.stage_id = self.stage_done
        self._create_issue(self.secure, self.trusted)
        self.login(self.trusted)
        done = f"status={self.stage_done.id}"
        for url in (self.url, "/my/binders"):
            links = self._get_status_links(f"{url}?filterby=open&sortby=name")
            everything = [f"{url}?filterby=all&sortby=name"]
            self.assertEqual(links["All statuses"][0], everything[0])
            self.assertEqual(links["Done"][0], f"{everything[0]}&{done}")
            self.assertIn("filterby=open", links["In Progress"][0])
            self.assertEqual(links["Done"][1], "")
        links = self._get_status_links(f"{self.url}?filterby=open")
        self.assertEqual(links["In Progress"][1], "0")
        links = self._get_status_links(f"{self.url}?filterby=mine")
        self.assertIn("filterby=mine", links["Done"][0])
        self.assertEqual(links["Done"][1], "1")
        self.assertEqual(self._get_names(f"filterby=all&{done}"), ["Ladder is loose"])

    def _get_status_links(self, url):
        """Return the address, its query sorted, and the count of each status by its name."""
        page = html.fromstring(self.get(url).text)
        links = {}
        for link in page.xpath("//nav[@aria-label='Status']//a"):
            name, *count = filter(None, map(str.strip, link.itertext()))
            path, _, query = link.get("href").partition("?")
            ordered = "&".join(sorted(query.split("&")))
            links[name] = (f"{path}?{ordered}", "".join(count))
        return links

    def test_a_new_answer_is_marked_for_the_customer_alone(self):
        """REQ U-6"""
        for issue in (self.of_trusted, self.of_owner):
            issue.with_user(self.agent).message_post(
                body="Which?", subtype_xmlid="mail.mt_comment", message_type="comment"
            )
        name = self.of_trusted.name
        self.login(self.trusted)
        for url in (self.url, "/my/binders"):
            self.assertEqual(len(self._get_badges(url)), 1, url)
            answer = self.get_json(f"{url}?filterby=answered").json()
            self.assertEqual([issue["name"] for issue in answer["issues"]], [name])
        self.assertIn('href="/my/binders?filterby=answered"', self.get("/my").text)
        self.of_trusted.stage_id = self.stage_done
        for url in (self.url, "/my/binders"):
            self.assertFalse(self._get_badges(url), url)
            answer = self.get_json(f"{url}?filterby=answered").json()
            self.assertEqual(answer["issues"], [])

    def test_the_mark_and_the_filter_of_new_answers_have_the_same_issues(self):
        """REQ U-6: of an archived status or none; of who has changed company, and is trusted"""
        issue, contact = self.of_trusted, self.trusted.partner_id
        issue.with_user(self.agent).message_post(
            body="Which?", subtype_xmlid="mail.mt_comment", message_type="comment"
        )
        self.stage_in_progress.active = False
        self.login(self.trusted)
        for stage in (self.stage_in_progress, self.stage_in_progress.browse()):
            issue.stage_id = stage
            for url in (self.url, "/my/binders"):
                self._check_marked(url)
        contact.parent_id = self.harbour
        self.assertFalse(issue.with_user(self.trusted).has_access("read"))
        self._check_marked(self.url)

    def _check_marked(self, url):
        self.assertEqual(len(self._get_badges(url)), 1, url)
        for query in ("filterby=answered", f"status={self.stage_done.id}"):
            answer = self.get_json(f"{url}?filterby=answered&{query}").json()
            self.assertEqual(len(answer["issues"]), 1, url)

    def _get_badges(self, url):
        return re.findall(r'class="badge[^"]*">New answer<', self.get(url).text)

    def test_what_it_does_not_know_is_the_default(self):
        """REQ I-9"""
        self.login(self.trusted)
        for query in (
            "sortby=zzz&filterby=zzz&status=zzz&search=%00%01",
            "status=99999999999999999999&sortby=%C3%A9",
            "status=-1&search=%C3%A9%27%22%5C",
        ):
            self.assertEqual(self.get(f"{self.url}?{query}").status_code, 200, query)
        self.assertEqual(len(self._get_names("sortby=z&filterby=z&status=z")), 2)
        self.assertEqual(self.get(f"{self.url}?page=z").status_code, 400)
        for page, status in (("0", 400), ("9" * 30, 200), ("x", 404), ("-1", 400)):
            self.assertEqual(self.get(f"{self.url}/page/{page}").status_code, status)
        for id_ in ("0", "x", "99999999999999999999", "%C3%A9", "%00"):
            self.assertEqual(self.get(f"/my/binders/{id_}").status_code, 404, id_)
            self.assertEqual(self.get(f"/my/binders/{id_}/new").status_code, 404, id_)

    def test_it_counts_each_status(self):
        """REQ I-9"""
        self._create_many(3, stage_id=self.stage_in_progress.id)
        self.of_trusted.stage_id = self.stage_done
        self.login(self.trusted)

        def counts(query=""):
            found = self.get_json(f"{self.url}?{query}").json()["counts"]
            stages = (self.stage_new, self.stage_in_progress, self.stage_done)
            return [found[str(stage.id)] for stage in stages]

        self.assertEqual(counts(), [1, 3, 1])
        self.assertEqual(counts(f"status={self.stage_done.id}"), [1, 3, 1])
        self.assertEqual(counts("search=issue"), [0, 3, 0])
        self.assertEqual(counts("filterby=mine"), [0, 0, 1])
        answer = self.get_json(self.url).json()
        self.assertEqual(answer["counts_at_least"], [])
        self.assertIs(answer["total_at_least"], False)
        self.patch(type(self.of_owner), "_portal_narrowed_count_limit", 2)
        self.assertEqual(counts(), [1, 2, 1])
        self.assertEqual(self._get_pluses(self.url), ["2+"])
        answer = self.get_json(self.url).json()
        self.assertEqual(answer["counts_at_least"], [str(self.stage_in_progress.id)])
        # a search counts what it finds first: there may be more of any status
        answer = self.get_json(f"{self.url}?search=i").json()
        self.assertEqual(set(answer["counts_at_least"]), set(answer["counts"]))
        self.assertIs(answer["total_at_least"], True)

    def _get_pluses(self, url):
        return re.findall(r"[0-9,]+\+", "".join(self.get(url).text.split()))

    def test_the_binders_tell_how_many_are_open(self):
        """REQ I-9"""
        self.login(self.trusted)
        self._create_many(1, stage_id=self.stage_in_progress.id)
        self._create_many(2, stage_id=self.stage_done.id)

        def get_binder():
            [binder] = self.get_json("/my/binders").json()["binders"]
            return binder["open"], binder["open_at_least"]

        self.assertEqual(get_binder(), (3, False))
        self.assertEqual(self._get_pluses("/my/binders"), [])
        # one limit for all its statuses together, and a plus where it was reached
        self.patch(type(self.of_owner), "_portal_narrowed_count_limit", 2)
        self.assertEqual(get_binder(), (2, True))
        self.assertEqual(self._get_pluses("/my/binders"), ["2+"])
        issue, limit = self.of_owner, 1000
        self.patch(type(issue), "_portal_narrowed_count_limit", limit)
        self.env.cr.execute(
            """INSERT INTO helpdesk_ticket (team_id, stage_id, number, name, company_id, active,
                                             description)
               SELECT %s, %s, 'N' || n, 'Many', %s, true, '' FROM generate_series(1, %s) n""",
            [self.secure.id, self.stage_new.id, self.company.id, limit],
        )
        self.assertEqual(get_binder(), (limit, True))
        self.assertEqual(self._get_pluses("/my/binders"), ["1,000+"])

    def test_the_total_is_that_of_the_list(self):
        """REQ I-9"""
        self._create_many(5, stage_id=self.stage_in_progress.id)
        self.login(self.trusted)
        statuses = ("", self.stage_new.id, self.stage_in_progress.id)
        for limit in (3, 1000):
            self.patch(type(self.of_owner), "_portal_narrowed_count_limit", limit)
            for search, in_status in (("", (7, 2, 5)), ("issue", (5, 0, 5))):
                for status, count in zip(statuses, in_status, strict=True):
                    with self.subTest(limit=limit, search=search, status=status):
                        query = f"search={search}&status={status}"
                        answer = self.get_json(f"{self.url}?{query}").json()
                        narrowed = search or status
                        expected = min(count, limit) if narrowed else count
                        self.assertEqual(answer["total"], expected)

    def test_counting_binders_is_one_query(self):
        """REQ I-9"""
        Team = self.env["helpdesk.ticket.team"].with_user(self.trusted)
        self._create_binder("One", portal_user_ids=[Command.link(self.trusted.id)])
        binders = Team._get_portal_binders_sudo()
        self.assertEqual(len(binders), 2)
        with self.assertQueryCount(2):
            self.assertEqual(set(binders._count_portal_open_issues().values()), {0, 2})
        self.assertEqual(binders.browse()._count_portal_open_issues(), {})

    def test_it_pages(self):
        """REQ I-9"""
        (self.of_owner | self.of_trusted).active = False
        self._create_many(85)
        self.login(self.trusted)
        pages = [self._get_names(page=f"/page/{page}") for page in (1, 2, 3)]
        self.assertEqual([len(page) for page in pages], [40, 40, 5])
        self.assertEqual(pages[0][0], "Issue 084")
        self.assertEqual(pages[2][-1], "Issue 000")

    def test_the_number_of_queries_does_not_grow(self):
        """REQ I-9"""
        self.login(self.trusted)
        self.get(self.url)
        few = self._count_queries()
        self._create_many(45)
        self.assertEqual(self._count_queries(), few)
        self.assertLessEqual(few, 20)

    def _count_queries(self):
        self.env.flush_all()
        self.cr.precommit.run()  # what creating left to do
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertEqual(self.get(self.url).status_code, 200)
        return self.cr.sql_log_count - before

    # -- a new issue

    def test_programs_read_what_a_new_issue_asks_for(self):
        """REQ I-3"""
        self.login(self.partner)
        headers = {"Accept": "application/json"}
        form = self.get(f"{self.url}/new", headers=headers).json()
        self.assertIn("name", [field["key"] for field in form["fields"]])
        response = self._report_as_customer(token=form["csrf_token"], as_json=True)
        self.assertEqual(response.status_code, 201)

    def _report_as_customer(self, token=None, files=(), as_json=False, **typed):
        values = {"name": "Bulb is missing", "description": "At pier 4", **typed}
        values["csrf_token"] = token or self.get_csrf_token(f"{self.url}/new")
        files = [("attachments", file) for file in files]
        return self.post(f"{self.url}/new", values, files, as_json)

    def test_a_trusted_user_reports(self):
        """REQ I-3"""
        self.login(self.partner)
        response = self._report_as_customer(files=[("a.pdf", PDF)])
        self.assertEqual(response.status_code, 303, response.text)
        issue = self.env["helpdesk.ticket"].search([("name", "=", "Bulb is missing")])
        self.assertEqual(issue.team_id, self.secure)
        self.assertEqual(issue.partner_id, self.partner.partner_id)
        self.assertEqual(issue.create_uid, self.partner)
        self.assertEqual(issue.attachment_ids.raw, PDF)
        self.assertIn(self.partner.partner_id, issue.message_partner_ids)
        page = self.get(response.headers["Location"]).text
        self.assertIn("issue has been reported", page)
        # a reload does not say it again
        self.assertIn('data-notice="created"', page)
        mail = self.send_mails()
        self.assertIn("test_partner@example.com", mail.email_to)
        response = self._report_as_customer(as_json=True)
        self.assertEqual(response.status_code, 201)
        self.assertEqual(response.json()["issue"]["name"], "Bulb is missing")

    def test_what_is_wrong_is_told_and_nothing_typed_is_lost(self):
        """REQ I-3"""
        self.login(self.partner)
        before = self.env["helpdesk.ticket"].search_count([])
        for typed, words in (
            ({"name": ""}, "Please fill this in"),
            ({"token": "stale"}, "logged in again"),
            ({"files": [("a.exe", b"MZ")]}, "program or script"),
            ({"name": "x" * 256}, "too long"),
        ):
            response = self._report_as_customer(**typed)
            self.assertIn(response.status_code, (400, 415), typed)
            self.assertIn(words, response.text)
            self.assertIn("At pier 4", response.text)
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)
        self.login(None)
        response = self._report_as_customer(token="x")
        self.assertIn("/web/login", response.headers["Location"])
        self.login(self.stranger)
        token = self.get_csrf_token("/my/binders/new")
        self.assertEqual(self._report_as_customer(token=token).status_code, 404)
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)

    def test_a_binder_that_asks_visitors_for_an_address_only_still_asks_customers(self):
        """REQ I-3"""
        self.show(self.secure, "email")
        self.login(self.partner)
        page = self.get(f"{self.url}/new").text
        self.assertIn('name="name"', page)
        self.assertIn('name="description"', page)
        self.assertNotIn('name="email"', page)
        self.assertEqual(self._report_as_customer().status_code, 303)

    # -- status

    def _set_status(self, stage, issue=None, token=None, **kwargs):
        issue = issue or self.of_owner
        value = stage.id if hasattr(stage, "id") else stage
        token = token or self.get_csrf_token("/my/binders/new")
        data = {"stage_id": value, "csrf_token": token}
        return self.post(f"/my/ticket/{issue.id}/status", data, **kwargs)

    def test_a_trusted_user_sets_the_statuses_that_are_allowed(self):
        """REQ I-3"""
        self.login(self.trusted)
        page = self.get(f"/my/ticket/{self.of_owner.id}").text
        self.assertIn("In Progress", page)
        self.assertNotIn("Rejected", page)
        response = self._set_status(self.stage_in_progress)
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.of_owner.stage_id, self.stage_in_progress)
        self.assertEqual(self.of_owner.write_uid, self.trusted)
        response = self._set_status(self.stage_done, as_json=True)
        self.assertEqual(response.json()["status"]["name"], "Done")
        # sent twice, or from a page that is old
        response = self._set_status(self.stage_done, as_json=True)
        self.assertEqual(response.json()["status"]["name"], "Done")
        self.assertTrue(self.of_owner.closed_date)
        self.assertIn("Closed on", self.get(f"/my/ticket/{self.of_owner.id}").text)
        self._set_status(self.stage_in_progress)
        self.assertFalse(self.of_owner.closed_date)
        self.assertNotIn("Closed on", self.get(f"/my/ticket/{self.of_owner.id}").text)

    def test_the_list_of_one_s_own_offers_statuses_of_one_s_own(self):
        """REQ I-3: not those of other companies, nor of teams where one has no issue."""
        Stage = self.env["helpdesk.ticket.stage"]
        other = self.env["res.company"].create({"name": "Other House"})
        here, elsewhere, foreign = Stage.create(
            [
                {"name": "Asked back", "team_ids": self.secure.ids},
                {
                    "name": "Escalated inside",
                    "team_ids": self._create_binder("Inside").ids,
                },
                {"name": "Of another company", "company_id": other.id},
            ]
        )
        self.of_owner.write({"team_id": self.secure.id, "stage_id": here.id})
        self.login(self.owner)
        page = self.get("/my/binders").text
        self.assertIn(here.name, page)
        self.assertNotIn(elsewhere.name, page)
        self.assertNotIn(foreign.name, page)

    def test_a_status_of_another_site_or_session_is_refused(self):
        """REQ I-3"""
        self.login(self.trusted)
        for token in ("x", " ", "é"):
            response = self._set_status(self.stage_done, token=token)
            self.assertEqual(response.status_code, 400)
            self.assertIn("You have logged in again", response.text)
            self.assertIn('id="portal_issue_stage"', response.text)
            response = self._set_status(self.stage_done, token=token, as_json=True)
            self.assertEqual(response.status_code, 400)
            self.assertEqual(response.json()["error"], "session_changed")
        response = self._set_status("x")
        self.assertIn("choose one of the statuses", response.text)
        self.assertIn('id="portal_issue_stage"', response.text)
        self.login(None)
        response = self._set_status(self.stage_done, token="x")
        self.assertEqual(response.status_code, 303)
        login, _separator, back = response.headers["Location"].partition("?")
        self.assertTrue(login.endswith("/web/login"))
        self.assertIn(str(self.of_owner.id), back)
        self.assertNotIn(
            "status", back, "the page, which can be gone to after the login"
        )
        response = self._set_status(self.stage_done, token="x", as_json=True)
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json()["error"], "session_expired")
        self.assertEqual(self.of_owner.stage_id, self.stage_new)

    def test_no_other_status_and_nobody_else(self):
        """REQ I-3"""
        self.login(self.trusted)
        foreign = self._create_binder("Other")
        stage = self.env["helpdesk.ticket.stage"].create(
            {"name": "Theirs", "team_ids": [Command.link(foreign.id)]}
        )
        self.secure.portal_stage_ids = [Command.link(stage.id)]
        for value in (
            self.stage_rejected,
            stage,
            "x",
            "",
            -1,
            10**12,
            "é",
            2_000_000_000,
        ):
            response = self._set_status(value)
            self.assertEqual(response.status_code, 400, value)
        response = self._set_status(self.stage_in_progress, self.elsewhere)
        self.assertEqual(response.status_code, 404)
        for user, status in (
            (self.owner, 403),
            (self.stranger, 404),
            (self.staff, 404),
        ):
            self.login(user)
            self.assertEqual(self._set_status(self.stage_done).status_code, status)
        self.assertEqual(self.of_owner.stage_id, self.stage_new)
        self.assertEqual(self.elsewhere.stage_id, self.stage_new)
        self.assertEqual(
            self.get(f"/my/ticket/{self.of_owner.id}/status").status_code, 404
        )


@tagged("-at_install", "post_install")
class TestSeveral(IssueCase):
    """What is done to several binders and issues at once, or again."""

    def test_each_of_several_issues_goes_to_who_the_binder_says(self):
        """REQ I-7"""
        worker = self.public.portal_assignee_id = self.agent
        tickets = self.env["helpdesk.ticket"].create(
            [
                {"name": name, "description": name, "team_id": self.public.id}
                for name in ("One", "Two", "Three")
            ]
        )
        self.assertEqual(tickets.mapped("user_id"), worker)
        self.assertTrue(all(ticket.user_id for ticket in tickets))

    def test_pages_of_titles_show_each_issue_once(self):
        """REQ I-9: capitals and accents do not count, on no page"""
        names = ["Ångström", "apple", "Banana", "cherry", "Éclair", "elm", "Zoo"]
        for name in reversed(names):
            self._create_issue(self.public, self.owner, name=name)
        List = self.env["customer.portal.issue.list"].with_user(self.owner)
        found = []
        for offset in range(0, len(names), 2):
            page = List._search_mine(Domain.TRUE, sortby="name", limit=2, offset=offset)
            found += page.mapped("name")
        self.assertEqual(found, names)

    def test_a_copy_of_a_binder_has_its_form_which_is_off(self):
        """REQ I-1"""
        rows = self.public.portal_field_ids
        rows.filtered(lambda row: row.kind == "priority").write(
            {"shown": True, "required": True, "label": "How bad?"}
        )
        self.public.portal_form_title = "Tell us"
        copy = self.public.copy()
        self.assertEqual(copy.portal_form, "off")
        self.assertFalse(copy.portal_form_url)
        self.assertEqual(copy.portal_form_title, "Tell us")
        fields = ["kind", "shown", "required", "label", "sequence"]
        values = [
            sorted(tuple(row[name] for name in fields) for row in team.portal_field_ids)
            for team in (self.public, copy)
        ]
        self.assertEqual(*map(str, values))
