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

    def _set_created(self, record, moment):
        self.env.cr.execute(
            f"UPDATE {record._table} SET create_date = %s WHERE id IN %s",
            [moment, tuple(record.ids)],
        )
        record.invalidate_recordset()

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
        self.home._get_page()
        self.env.invalidate_all()
        self.env.flush_all()
        # as a request has it
        self.owner.partner_id.fetch(["commercial_partner_id"])
        with self.assertQueryCount(12):
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
