import base64
import re
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .common import PNG, DocumentCase, DocumentHttpCase


class TestHome(DocumentCase):
    """What waits, the rooms, what is new (REQ U-6)."""

    def setUp(self):
        super().setUp()
        self.home = self.env["customer.portal.home"].with_user(self.owner)
        self.long_ago = datetime.now() - timedelta(days=9)

    def _get_card(self, url="/my/documents"):
        [card] = [card for card in self.home._get_page()["cards"] if card["url"] == url]
        return card

    def _get_news(self):
        return self.home._get_document_news(self.home._get_since())

    def test_without_anything_it_says_what_to_do_first(self):
        page = self.home._get_page()
        self.assertEqual(page["waiting"], [])
        card = self._get_card()
        self.assertEqual((card["count"], card["new"]), (0, 0))
        self.assertIn("first document", card["text"])

    def test_documents_of_others_are_new_and_own_ones_are_not(self):
        theirs = self._create_document(self.owner, name="From staff")
        self._create_document(self.stranger, name="Of others")
        mine = self._create_document(self.owner, name="Own")
        self.env.cr.execute(
            "UPDATE customer_portal_document SET create_uid = %s WHERE id = %s",
            [self.owner.id, mine.id],
        )
        mine.invalidate_recordset()
        card = self._get_card()
        self.assertEqual((card["count"], card["new"]), (2, 1))
        news = self.home._get_document_news(self.long_ago)
        self.assertEqual([line["title"] for line in news], ["From staff"])
        self.assertEqual(news[0]["url"], f"/my/documents/{theirs.id}")

    def test_what_lies_in_a_place_counts_and_is_news(self):
        """REQ U-6, D-9: what staff put where the customer may look, and that is nobody's"""
        below = self._create_folder(
            "Below", parent_id=self._create_folder("Open", self.brightwater).id
        )
        project = self._create_project("Roof", self.owner)
        task = self.env["project.task"].create(
            {"name": "Tiles", "project_id": project.id}
        )
        task.message_subscribe(partner_ids=self.owner.partner_id.ids)
        on_project = {"res_model": project._name, "res_id": project.id}
        for name, vals in (
            ("Filed", {"folder_id": below.id}),
            ("On a project", on_project),
            ("On a task", {"res_model": task._name, "res_id": task.id}),
            ("In both", {"folder_id": below.id, **on_project}),
            ("For nobody", {"folder_id": below.id, "visibility": "contact"}),
            ("Elsewhere", {"folder_id": self._create_folder("Closed").id}),
        ):
            self._create_document(name=name, **vals)
        self._create_document(self.owner, name="Own", folder_id=below.id)
        names = {"Filed", "On a project", "On a task", "In both", "Own"}
        self.env.flush_all()
        card = self._get_card()
        self.assertEqual((card["count"], card["new"]), (5, 5))
        self.assertNotIn("first document", card["text"])
        news = [line["title"] for line in self._get_news()]
        self.assertEqual((set(news), len(news)), (names, 5))
        self.home = self.home.with_user(self.stranger)
        self.assertEqual(self._get_card()["count"], 0)
        self.assertFalse(self._get_news())
        # as far as they are counted, whatever comes first
        self.patch(type(self.home), "_count_limit", 3)
        self.patch(type(self.home), "_new_limit", 2)
        self.home = self.home.with_user(self.owner)
        card = self._get_card()
        self.assertEqual((card["count"], card["new"]), (3, 2))

    def test_a_new_version_is_news_to_all_but_its_sender(self):
        """REQ U-6, D-11, D-22"""
        contract = self._create_document(self.owner, name="Contract")
        mine = self._create_document(self.owner, name="Mine")
        self._set_created(contract | mine, datetime.now() - timedelta(days=60))
        News = self.env["customer.portal.document.news"]
        for user in (self.owner, self.colleague):
            News.with_user(user)._note_seen(contract | mine)
        self._note_visit(seen=datetime.now() - timedelta(days=2))
        self.assertEqual((self._get_card()["new"], self._get_news()), (0, []))
        Version = self.env["customer.portal.document.version"]
        for document, user in ((contract, self.document_user), (mine, self.owner)):
            Version._make_current(
                document.with_user(user), self._create_attachment("v2.pdf")
            )
        for user, expected in (
            (self.owner, contract),
            (self.colleague, contract | mine),
            (self.stranger, contract.browse()),
        ):
            self.home = self.home.with_user(user)
            found = News.with_user(user)._filter(
                (contract | mine).with_user(user).sudo()
            )
            self.assertEqual(found & expected, expected, user.login)
            if user != self.stranger:
                self.assertEqual(found, expected, user.login)
            self.assertEqual(self._get_card()["new"], len(expected), user.login)
            news = {line["title"]: line["text"] for line in self._get_news()}
            self.assertEqual(
                news, dict.fromkeys(expected.mapped("name"), "New version"), user.login
            )
        News.with_user(self.owner)._note_seen(contract)
        self.home = self.home.with_user(self.owner)
        self.assertEqual(self._get_card()["new"], 0)

    def test_a_version_that_came_by_a_link_is_no_news_to_its_sender(self):
        """REQ D-11, D-18: whoever the document is given to afterwards"""
        document = self._create_document(self.owner)
        self._set_created(document, datetime.now() - timedelta(days=60))
        sender = self.owner.partner_id
        file = self._create_attachment(
            "v2.pdf", portal_sender_name=sender.name, portal_sender_id=sender.id
        )
        self.env["customer.portal.document.version"]._make_current(
            document, file, sender
        )
        for contact in (sender, self.colleague.partner_id):
            document.partner_id = contact
            self.home = self.home.with_user(self.owner)
            self.assertEqual((self._get_card()["new"], self._get_news()), (0, []))
            self.home = self.home.with_user(self.colleague)
            self.assertEqual((self._get_card()["new"], len(self._get_news())), (1, 1))

    def test_what_came_before_the_last_visit_is_not_new(self):
        old = self._create_document(self.owner)
        self._set_created(old, datetime.now() - timedelta(days=3))
        self._note_visit(seen=datetime.now() - timedelta(days=2))
        self._create_document(self.owner, name="Since")
        self.assertEqual(len(self._get_news()), 1)

    def test_it_stays_new_in_the_same_visit(self):
        self._note_visit(seen=datetime.now() - timedelta(days=2))
        self._create_document(self.owner)
        for _time in range(2):
            self.env["customer.portal.last.visit"].with_user(self.owner)._note()
            self.assertEqual(len(self._get_news()), 1)

    def test_a_later_visit_begins_where_this_one_ended(self):
        self._note_visit(seen=datetime.now() - timedelta(days=2))
        document = self._create_document(self.owner)
        self._set_created(document, datetime.now() - timedelta(hours=3))
        self.env["customer.portal.last.visit"].with_user(self.owner)._note()
        self.env.cr.execute(
            "UPDATE customer_portal_last_visit SET seen_date = %s",
            [datetime.now() - timedelta(hours=1)],
        )
        self.env.invalidate_all()
        self.assertEqual(len(self._get_news()), 0)

    def test_the_edge_of_a_visit(self):
        """REQ U-6: what comes in its very second is neither lost nor told twice"""
        page = datetime.now().replace(microsecond=500_000) - timedelta(hours=1)
        self._note_visit(seen=page - timedelta(days=1))
        Visit = self.env["customer.portal.last.visit"].with_user(self.owner)
        # the browser tells what page it was, some time after it was made
        Visit._note(page)
        for name, microseconds in (
            ("Before", -1),
            ("On it", 0),
            ("Behind it", 1),
            ("On the way", 900_000),
        ):
            document = self._create_document(self.owner, name=name)
            self._set_created(document, page + timedelta(microseconds=microseconds))
        expected = ["On the way", "Behind it"]
        self.assertEqual([line["title"] for line in self._get_news()], expected)
        # a tab of before that is opened again shows nothing of it
        Visit._note(page - timedelta(minutes=20))
        self.assertEqual([line["title"] for line in self._get_news()], expected)
        # and nobody was here tomorrow
        Visit._note(datetime.now() + timedelta(days=1))
        self.assertEqual(self.home._get_since(), page)
        row = self.env["customer.portal.last.visit"].search(
            [("user_id", "=", self.owner.id)]
        )
        self.assertLessEqual(row.seen_date, datetime.now())

    def test_a_login_is_a_visit(self):
        self.owner.with_user(self.owner)._update_last_login()
        visit = self.env["customer.portal.last.visit"].search([])
        self.assertIn(self.owner, visit.user_id)

    def test_counts_end_somewhere(self):
        page = self.home._get_page()
        self.assertEqual(page["count_text"](99, 100), "99")
        self.assertEqual(page["count_text"](100, 100), "99+")

    def test_it_takes_few_statements(self):
        for number in range(30):
            self._create_document(self.owner, name=f"No {number}")
        for number in range(3):
            folder = self._create_folder(f"Folder {number}", self.brightwater)
            self._create_document(folder_id=folder.id)
        self._count_statements(12)
        # who may visit what is asked where it matters, however much there is
        for _number in range(3):
            project = self._create_project("Roof", self.owner)
            self._create_document(res_model=project._name, res_id=project.id)
            self._count_statements(19)

    def _count_statements(self, most):
        self.home._get_page()
        self.env.invalidate_all()
        self.env.flush_all()
        # as a request has it
        self.owner.partner_id.fetch(["commercial_partner_id"])
        with self.assertQueryCount(most):
            self.home._get_page()

    def _note_visit(self, seen):
        self.env["customer.portal.last.visit"].create(
            {"user_id": self.owner.id, "seen_date": seen}
        )


@tagged("-at_install", "post_install")
class TestHomePage(DocumentHttpCase):
    def test_it_shows_counts_and_news(self):
        self._create_document(self.owner, name="Lease <b>2026</b>")
        self.login(self.owner)
        page = self.get("/my").text
        self.assertIn("Lease &lt;b&gt;2026&lt;/b&gt;", page)
        self.assertIn("o_customer_portal_new", page)
        self.assertNotIn("Waiting for you", page)
        [moment] = re.findall(r'data-moment="([^"]+)"', page)
        visits = self.env["customer.portal.last.visit"]
        # the page of a test is as old as its transaction, and its login is not
        visits.search([("user_id", "=", self.owner.id)]).unlink()
        token = self.get_token()
        for sent, status in (
            *((text, 400) for text in ("x", "é", "0001-01-01", f"{moment}+01:00")),
            (moment, 204),
        ):
            answer = self.post(
                "/my/home/seen", {"moment": sent, "csrf_token": token}, as_json=True
            )
            self.assertEqual(answer.status_code, status, sent)
            if status == 400:
                self.assertEqual(answer.json()["error"], "malformed")
        visit = visits.search([("user_id", "=", self.owner.id)])
        self.assertEqual(visit.seen_date, datetime.fromisoformat(moment))

    def test_who_has_an_open_folder_alone_finds_what_is_new(self):
        """REQ U-6, D-9, D-22: on the home, in the news, by the filters and on the folder"""
        folder = self._create_folder("Site plans", self.brightwater)
        self._create_folder("Empty", self.brightwater)
        below = self._create_folder("Roof", parent_id=folder.id)
        document = self._create_document(
            name="Roof plan", folder_id=below.id, valid_until="2020-01-01"
        )
        self.env.flush_all()
        self.login(self.owner)
        page = self.get("/my").text
        self.assertIn("Roof plan", page)
        self.assertIn("o_customer_portal_new", page)
        self.assertNotIn("send us your first document", page)

        def get_names(url):
            self.env.invalidate_all()
            return [one["name"] for one in self.get_json(url).json()["documents"]]

        for filterby in ("new", "staff", "expiring", "unlinked"):
            url = f"/my/documents?filterby={filterby}"
            self.assertEqual(get_names(url), ["Roof plan"], filterby)
        for query in ("", "?filterby=mine", "?filterby=project", "?filterby=zzz"):
            self.assertEqual(get_names(f"/my/documents{query}"), [], query)
        for url, mark_count in (
            ("/my/documents", 1),
            (f"/my/documents?folder={folder.id}", 1),
            # the document itself
            (f"/my/documents?folder={below.id}", 1),
        ):
            self.env.invalidate_all()
            self.assertEqual(self.get(url).text.count(">New</span>"), mark_count, url)
        self.post(
            f"{document.access_url}/seen", {"csrf_token": self.get_token()}
        ).raise_for_status()
        self.assertEqual(get_names("/my/documents?filterby=new"), [])
        self.assertNotIn(">New</span>", self.get("/my/documents").text)
        self.login(self.stranger)
        self.assertEqual(get_names("/my/documents?filterby=staff"), [])

    def test_it_shows_pictures_as_core_does(self):
        """REQ U-6: of who has one, and of who has none"""

        def get_pictures():
            self.env.invalidate_all()
            return re.findall(r'src="(data:image[^"]+)"', self.get("/my/home").text)

        self.login(self.owner)
        Partner, seen = type(self.env["res.partner"]), []
        for picture in (False, base64.b64encode(PNG)):
            self.owner.partner_id.image_1920 = picture
            ours = get_pictures()
            with patch.object(Partner, "_read_portal_pictures", lambda self: None):
                self.assertEqual(ours, get_pictures())
            seen.append(ours)
        self.assertTrue(all(seen))
        self.assertNotEqual(*seen)

    def test_staff_have_one_too(self):
        for user in (self.staff, self.document_user, self.manager):
            self.login(user)
            self.assertEqual(self.get("/my/home").status_code, 200)

    def test_what_waits_is_shown_first(self):
        def get_waiting(_home):
            line = {"title": "Permit", "url": "/my/x", "text": "", "date": None}
            return [
                {
                    "title": "Requests",
                    "url": "/my/requests",
                    "count": 1,
                    "sequence": 1,
                    "lines": [line],
                }
            ]

        self.patch(type(self.env["customer.portal.home"]), "_get_waiting", get_waiting)
        self.login(self.owner)
        page = self.get("/my").text
        self.assertLess(
            page.index("Waiting for you"), page.index("o_portal_index_card")
        )
        self.assertIn("Permit", page)
