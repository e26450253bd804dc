from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import PASSWORD, ShareHttpCase


@tagged("-at_install", "post_install")
class TestPortal(ShareHttpCase):
    """ "Shared with me" (REQ S-7)."""

    def test_customers_find_what_is_shared_with_them(self):
        shown = self._create_secured_share(self.document, name="For the owner")
        self._create_secured_share(
            self.document, name="For another", users=self.stranger
        )
        self._create_share(self.document, name="For nobody by name")
        over = self._create_secured_share(
            self.document, name="Over", expiration_date="2020-01-01"
        )
        off = self._create_secured_share(self.document, name="Switched off")
        off.action_deactivate()
        self.login(self.owner)
        page = self.get("/my/shares").text
        self.assertIn("For the owner", page)
        self.assertIn(self.path(shown), page)
        for name in ("For another", "For nobody by name", over.name, off.name):
            self.assertNotIn(name, page)
        answer = self.opener.post(
            self.base_url() + "/my/counters",
            json={"params": {"counters": ["portal_share_count"]}},
        )
        self.assertEqual(answer.json()["result"]["portal_share_count"], 1)

    def test_what_does_not_open_is_not_listed(self):
        """REQ S-7, S-14"""
        gone = self._create_document()
        archived = self._create_document()
        closed = [
            self._create_secured_share(gone, name="Deleted"),
            self._create_secured_share(archived, name="Archived"),
            self._create_share(
                self.document,
                user=self.manager,
                user_ids=self.owner.ids,
                name="Demoted",
            ),
        ]
        half = self._create_secured_share(gone, self.folder, name="Half of it")
        self.assertEqual(self.listed(), {*closed, half})
        gone.unlink()
        archived.active = False
        self.manager.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.listed(), {half})

    def test_a_share_of_an_owner_who_left_the_company_is_not_listed(self):
        """REQ S-7, S-14"""
        share = self._create_secured_share(self.document)
        self.assertEqual(self.listed(), {share})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sharer.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertEqual(self.listed(), set())

    def test_a_share_of_an_archived_owner_is_not_listed(self):
        """REQ S-7, S-14"""
        share = self._create_secured_share(self.document)
        self.assertEqual(self.listed(), {share})
        self.sharer.active = False
        self.assertEqual(self.listed(), set())
        self.sharer.active = True
        self.assertEqual(self.listed(), {share})

    def test_no_client_says_what_was_found(self):
        """REQ S-7: what stands in a context under the name of a memo is none"""
        self._create_secured_share(self.document)
        said = {"counts": {"documents": 99}, "shares": []}
        names = ("portal_home_memo", "portal_share_cache", "portal_compiled_templates")
        home = self.env["customer.portal.home"].with_user(self.owner)
        claimed = home.with_context(**dict.fromkeys(names, said))
        self.assertEqual(claimed._get_my_shares(), home._get_my_shares())
        self.assertNotEqual(claimed._get_count("documents"), 99)
        share = self.env["customer.portal.share"].search([], limit=1)
        claimed = share.with_context(portal_share_cache=said)
        self.assertEqual(claimed._get_header(), share._get_header())

    def listed(self):
        """Return the shares in the owner's portal, where list, home and counter agree."""
        self.login(self.owner)
        shares = self.env["customer.portal.share"].sudo().search([])
        listed, home = (
            {share for share in shares if self.path(share) in self.get(url).text}
            for url in ("/my/shares", "/my/home")
        )
        self.assertEqual(listed, home)
        answer = self.opener.post(
            self.base_url() + "/my/counters",
            json={"params": {"counters": ["portal_share_count"]}},
        )
        self.assertEqual(
            answer.json()["result"]["portal_share_count"], len(listed), "the counter"
        )
        return {share.with_env(self.env) for share in listed}

    def test_who_received_many_finds_the_newest_that_open(self):
        """REQ S-7: looked for in steps, of which some find nothing"""
        shares = [
            self._create_share(
                self.document, user=user, access="secured", user_ids=self.owner.ids
            )
            for user in (self.sharer, self.manager) * 4
        ]
        for share in shares[-3:]:
            share.action_deactivate()
        List = self.env["customer.portal.share.list"].with_user(self.owner)
        for limit in (2, 3, 9):
            self.patch(type(List), "_limit", limit)
            expected = [share.id for share in shares[-4::-1]][:limit]
            self.assertEqual(list(List._find()), expected, limit)

    def test_the_home_tells_the_new_ones(self):
        """REQ U-6: as many as are new, the newest first"""
        shares = [
            self._create_secured_share(self.document, name=f"Plan {number}")
            for number in range(10)
        ]
        self.env.cr.execute(
            "UPDATE customer_portal_share SET create_date = create_date - interval '99 days'"
            " WHERE id = %s",
            [shares[0].id],
        )
        page = self.env["customer.portal.home"].with_user(self.owner)._get_page()
        [card] = [card for card in page["cards"] if card["url"] == "/my/shares"]
        self.assertEqual((card["count"], card["new"]), (10, 9))
        news = [(line["title"], line["url"]) for line in page["news"]]
        newest = [(share.name, self.path(share)) for share in reversed(shares[1:])]
        self.assertEqual([line for line in news if line in newest], newest)

    def test_the_home_tells_what_was_added_to_old_ones(self):
        """REQ U-6: somebody, by Add User, or something to see; not what was taken away"""
        shares = [
            self._create_secured_share(self.document, users=[user], name=name)
            for name, user in (
                *(("User", self.colleague), ("Item", self.owner)),
                *(("Fewer", self.owner), ("Same", self.owner)),
            )
        ]
        shares[2].user_ids += self.stranger
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_portal_share SET added_date = NULL, added_user_dates = NULL,"
            " create_date = create_date - interval '99 days'"
        )
        self.env.invalidate_all()
        home = self.env["customer.portal.home"].with_user(self.owner)
        self.assertFalse(home._get_new_shares(home._get_since())[0])
        shares[0].user_ids += self.owner
        with self.assertRaises(AccessError):
            shares[3].added_date = "2026-01-01"
        self.env["customer.portal.share.item"].with_user(self.sharer).create(
            {"share_id": shares[1].id, "res_model": self.folder._name}
            | {"res_id": self.folder.id}
        )
        shares[2].user_ids -= self.stranger
        shares[3].user_ids = self.owner
        # news for whoever was added, and for nobody else
        shares[3].user_ids += self.stranger
        page = home._get_page()
        [card] = [card for card in page["cards"] if card["url"] == "/my/shares"]
        self.assertEqual(card["new"], 2)
        titles = {line["title"] for line in page["news"]}
        self.assertEqual(titles & {"User", "Item", "Fewer", "Same"}, {"User", "Item"})

    def test_the_number_of_queries_does_not_grow_with_the_list(self):
        counts = []
        List = self.env["customer.portal.share.list"].with_user(self.owner)
        for more in (2, 38):
            for _number in range(more):
                self._create_secured_share(self.document, self.folder)
            List._find()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(List._find())
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.env.invalidate_all()
        self.login(self.owner)
        self.get("/my/shares")
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            self.get("/my/shares")

    def test_a_web_link_with_names_is_listed_too(self):
        self._create_share(self.document, name="By name", user_ids=self.owner.ids)
        self.login(self.owner)
        self.assertIn("By name", self.get("/my/shares").text)
        self.company.portal_share_web_links = False
        self.assertNotIn("By name", self.get("/my/shares").text)

    def test_a_password_is_announced(self):
        self._create_secured_share(self.document, password=PASSWORD)
        self.login(self.owner)
        self.assertIn("Password protected", self.get("/my/shares").text)

    def test_programs_get_json(self):
        share = self._create_secured_share(
            self.document,
            self.folder,
            name="Plans",
            expiration_date="2100-01-31",
            password=PASSWORD,
        )
        self._create_secured_share(self.document, users=self.stranger)
        self.login(self.owner)
        answer = self.get("/my/shares", headers={"Accept": "application/json"})
        self.assertEqual(
            answer.json(),
            {
                "shares": [
                    {
                        "id": share.id,
                        "url": self.path(share),
                        "name": "Plans",
                        "kind": "Document, Folder",
                        "owner": self.sharer.name,
                        "access": "secured",
                        "has_password": True,
                        "expiration_date": "2100-01-31",
                    }
                ],
                "total": 1,
                "total_at_least": False,
                "page": 1,
            },
        )

    def test_the_list_is_filtered_sorted_and_searched(self):
        """REQ S-7: in the words of the other lists; what it does not know is the default"""
        shares = {
            name: self._create_secured_share(*records, name=name, **vals)
            for name, records, vals in (
                ("Plans 100%", [self.document], {"expiration_date": "2100-01-31"}),
                ("All", [self.document, self.folder], {}),
                ("Boxes", [self.folder], {"expiration_date": "2099-01-31"}),
            )
        }
        self._create_secured_share(self.document, name="Theirs", users=self.stranger)
        self.login(self.owner)
        for query, names in (
            ("", ["Boxes", "All", "Plans 100%"]),
            ("?filterby=documents", ["All", "Plans 100%"]),
            ("?filterby=folders&sortby=oldest", ["All", "Boxes"]),
            ("?filterby=reports", []),
            ("?sortby=name", ["All", "Boxes", "Plans 100%"]),
            ("?sortby=until", ["Boxes", "Plans 100%", "All"]),
            ("?search=plan", ["Plans 100%"]),
            ("?search=%25", ["Plans 100%"]),
            ("?search=theirs", []),
            ("?filterby=folders&search=plan", []),
            ("?filterby=zzz&sortby=%C3%A9", ["Boxes", "All", "Plans 100%"]),
            ("?filterby=customer.portal.folder", ["Boxes", "All", "Plans 100%"]),
        ):
            with self.subTest(query=query):
                url = f"/my/shares{query}"
                answer = self.get(url, headers={"Accept": "application/json"}).json()
                self.assertEqual([one["name"] for one in answer["shares"]], names)
                self.assertEqual(answer["total"], len(names))
                page = self.get(url).text
                for name, share in shares.items():
                    self.assertEqual(self.path(share) in page, name in names, name)
        self.assertIn("Show all of it", self.get("/my/shares?search=theirs").text)
        page = self.get("/my/shares?filterby=folders&search=box").text
        self.assertRegex(page, r'href="/my/shares\?[^"]*filterby=documents')

    def test_a_phone_shows_what_is_shared(self):
        """REQ S-7: below the name, where there is no room for a column"""
        self._create_secured_share(self.document, self.folder)
        self.login(self.owner)
        page = html.fromstring(self.get("/my/shares").text)
        [below] = page.xpath("//td//div[contains(@class, 'd-md-none')]")
        self.assertEqual(below.text_content().strip(), "Document, Folder")

    def test_who_is_added_in_the_second_of_a_visit_is_told(self):
        """REQ U-6"""
        share = self._create_secured_share(self.document, users=[self.colleague])
        self.env.cr.execute(
            "UPDATE customer_portal_share SET create_date = create_date - interval '99 days'"
            " WHERE id = %s",
            [share.id],
        )
        home = self.env["customer.portal.home"].with_user(self.owner)
        share.user_ids += self.owner
        self.env.flush_all()
        since = self.env.cr.now() - timedelta(microseconds=1)
        self.assertEqual(home._get_new_shares(since)[0], 1)
        self.assertEqual(home._get_new_shares(self.env.cr.now())[0], 0)

    def test_visitors_log_in_first(self):
        self.login(None)
        answer = self.get("/my/shares")
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_the_home_has_a_card_and_what_was_shared_last(self):
        """REQ U-6"""
        self.login(self.owner)
        page = self.get("/my/home").text
        self.assertIn("/my/shares", page)
        self.assertNotIn("o_customer_portal_latest_shares", page)
        share = self._create_secured_share(self.folder, name="Plans for you")
        self._create_secured_share(self.folder, name="Theirs", users=self.stranger)
        page = self.get("/my/home").text
        self.assertIn("Plans for you", page)
        self.assertIn(self.path(share), page)
        self.assertNotIn("Theirs", page)

    def test_staff_may_look_as_well(self):
        self.login(self.staff)
        self.assertEqual(self.get("/my/shares").status_code, 200)

    def test_pages_beyond_the_last_one_show_the_last_one(self):
        for number in range(41):
            self._create_secured_share(self.document, name=f"Share {number:02}")
        self.login(self.owner)
        self.assertIn("Share 00", self.get("/my/shares/page/2").text)
        for page in (99, 99999999999999999999):
            self.assertEqual(self.get(f"/my/shares/page/{page}").status_code, 200)
        self.assertEqual(self.get("/my/shares/page/0").status_code, 400)
        self.assertEqual(self.get("/my/shares/page/x").status_code, 404)
