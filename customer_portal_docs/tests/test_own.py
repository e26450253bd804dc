import io
import zipfile
from unittest.mock import patch
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.http import Request, request
from odoo.tests import tagged

from odoo.addons.mail.models.mail_thread import MailThread

from .common import PDF, PORTAL, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestOwn(DocumentHttpCase):
    """What customers do with their own documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.env["customer.portal.folder"].create(
            {"name": "Contracts", "partner_ids": [Command.link(cls.brightwater.id)]}
        )
        cls.document = cls._put(cls.owner, name="Lease")

    @classmethod
    def _put(cls, user, **vals):
        """Create a document as if the customer had uploaded it."""
        attachment = cls._create_attachment()
        return cls.env["customer.portal.document"].browse(
            cls.env["customer.portal.document"]
            .with_user(user)
            .sudo()
            .create(
                {
                    "name": "Document",
                    "partner_id": user.partner_id.id,
                    "attachment_id": attachment.id,
                    **vals,
                }
            )
            .id
        )

    def _post(self, path, as_json=True, **data):
        return self.opener.post(
            f"{self.base_url()}/my/documents/{path}",
            data={"csrf_token": Request.csrf_token(self), **data},
            headers={"Accept": "application/json"} if as_json else {},
            allow_redirects=False,
            timeout=30,
        )

    def _get_told(self, document=None):
        messages = (document or self.document).message_ids
        return [(m.author_id.name, m.preview) for m in messages if m.body]

    def test_it_is_renamed_and_the_discussion_says_so(self):
        """REQ D-21"""
        self.login(self.owner)
        answer = self._post(f"{self.document.id}/rename", name="  Lease 2026 ")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["name"], "Lease 2026")
        self.assertEqual(self.document.name, "Lease 2026")
        self.assertEqual(
            self._get_told(),
            [("Test Owner", "Renamed from “Lease” to “Lease 2026”")],
        )

    def test_the_page_that_a_form_leads_to_is_read_where_it_was_written(self):
        """REQ Q-4: a replica may not have it yet"""
        self.login(self.owner)
        readonly = []
        answer = self._post(f"{self.document.id}/rename", as_json=False, name="New")
        found, Http = answer.headers["Location"], self.registry["ir.http"]
        render = Http._post_dispatch
        with patch.object(
            Http,
            "_post_dispatch",
            lambda response: (
                readonly.append(request.env.cr.readonly) or render(response)
            ),
        ):
            for url in (found, self.document.access_url):
                self.assertIn("New", self.get(url).text)
        self.assertEqual(readonly, [False, True])

    def test_a_title_is_asked_for(self):
        """REQ D-21"""
        self.login(self.owner)
        for name in ("", " \u200b ", "x" * 601):
            answer = self._post(f"{self.document.id}/rename", name=name)
            self.assertEqual(answer.status_code, 400, name)
        self.assertEqual(self.document.name, "Lease")

    def test_all_of_it_is_changed_at_once(self):
        """REQ D-21: described, moved, and who sees it, each told"""
        self.login(self.owner)
        answer = self._post(
            f"{self.document.id}/details",
            name="Lease",
            description="Signed <b>",
            folder_id=self.folder.id,
            visibility="contact",
        )
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.document.description, "Signed <b>")
        self.assertEqual(self.document.folder_id, self.folder)
        self.assertEqual(self.document.visibility, "contact")
        [(author, told)] = self._get_told()
        self.assertEqual(author, "Test Owner")
        for words in (
            "Changed the description",
            "Moved to “Contracts”",
            "Visible to: Only Test Owner, and our staff",
        ):
            self.assertIn(words, told)
        self.login(self.colleague)
        self.assertEqual(self.get(f"/my/documents/{self.document.id}").status_code, 404)

    def test_what_stays_the_same_is_not_told(self):
        """REQ D-21"""
        self.login(self.owner)
        for _turn in range(2):
            self._post(f"{self.document.id}/details", name="Lease", description="")
        self.assertFalse(self._get_told())

    def test_bad_values_change_nothing(self):
        """REQ D-21"""
        closed = self.folder.create({"name": "Closed"})
        self.login(self.owner)
        for values, status in (
            ({"visibility": "public"}, 400),
            ({"folder_id": closed.id}, 404),
            ({"folder_id": "x"}, 404),
            ({"description": "x" * 10_001}, 400),
        ):
            answer = self._post(f"{self.document.id}/details", name="Bad", **values)
            self.assertEqual(answer.status_code, status, values)
        self.assertEqual(self.document.name, "Lease")
        self.assertFalse(self.document.folder_id)

    def test_a_folder_that_is_closed_meanwhile_stays(self):
        """REQ D-21"""
        self.document.folder_id = self.folder.create({"name": "Archive of staff"})
        self.login(self.owner)
        answer = self._post(f"{self.document.id}/details", name="New")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.document.folder_id.name, "Archive of staff")

    def test_a_folder_of_staff_is_not_named(self):
        """REQ D-9, D-21: what customers may browse is"""
        hidden = self.folder.create({"name": "Bad payers"})
        self.login(self.owner)
        for folder, told in (
            (hidden, "Moved out of its folder"),
            (self.folder, "Moved out of “Contracts”"),
        ):
            self.document.folder_id = folder
            answer = self._post(f"{self.document.id}/details", folder_id="")
            self.assertEqual(answer.status_code, 200)
            self.assertFalse(self.document.folder_id)
            self.assertEqual(self._get_told()[0], ("Test Owner", told))

    def test_nothing_is_moved_into_a_folder_of_staff(self):
        """REQ D-9, D-22: whether or not one of the documents lies there already"""
        hidden = self.folder.create({"name": "Bad payers"})
        inside = self._put(self.owner, folder_id=hidden.id)
        self.login(self.owner)
        ids = f"{inside.id},{self.document.id}"
        answer = self._post("move", ids=ids, folder_id=hidden.id)
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.document.folder_id)

    def test_it_is_withdrawn_and_staff_keep_it(self):
        """REQ D-21"""
        self.login(self.owner)
        answer = self._post(f"{self.document.id}/withdraw", as_json=False)
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(
            answer.headers["Location"].endswith("/my/documents?withdrawn=1")
        )
        self.assertFalse(self.document.active)
        self.assertTrue(self.document.attachment_id)
        self.assertEqual(
            self._get_told(), [("Test Owner", "Withdrawn by the customer")]
        )
        self.assertEqual(self.get(f"/my/documents/{self.document.id}").status_code, 404)
        self.assertEqual(self._post(f"{self.document.id}/withdraw").status_code, 404)

    def test_nobody_changes_what_others_put_there(self):
        """REQ D-21: a colleague, a stranger, staff; and what staff put there for the owner"""
        from_staff = self._create_document(self.owner, name="Invoice")
        for user, document in (
            (self.colleague, self.document),
            (self.stranger, self.document),
            (self.document_user, self.document),
            (self.manager, self.document),
            (self.owner, from_staff),
        ):
            self.login(user)
            for action in ("rename", "details", "withdraw"):
                answer = self._post(f"{document.id}/{action}", name="X")
                self.assertEqual(answer.status_code, 404, (user.login, action))
            for action in ("move", "withdraw"):
                answer = self._post(action, ids=document.id)
                self.assertEqual(answer.status_code, 404, (user.login, action))
        self.assertEqual(self.document.name, "Lease")
        self.assertTrue(self.document.active and from_staff.active)

    def test_a_lock_keeps_it(self):
        """REQ D-21, D-10"""
        other = self._put(self.owner, name="Plan")
        self.document.with_user(self.document_user).action_lock()
        self.login(self.owner)
        for action in ("rename", "details", "withdraw"):
            answer = self._post(f"{self.document.id}/{action}", name="X")
            self.assertEqual(answer.status_code, 423, action)
        for action in ("move", "withdraw"):
            answer = self._post(
                action, ids=f"{other.id},{self.document.id}", folder_id=self.folder.id
            )
            self.assertEqual(answer.status_code, 423, action)
        self.assertEqual(self.document.name, "Lease")
        self.assertTrue(other.active)
        self.assertFalse(other.folder_id)
        page = self.get(f"/my/documents/{self.document.id}").text
        self.assertNotIn("/withdraw", page)

    def test_a_form_of_another_site_changes_nothing(self):
        """REQ D-21"""
        self.login(self.owner)
        for action in ("rename", "details", "withdraw", "seen"):
            answer = self.opener.post(
                f"{self.base_url()}/my/documents/{self.document.id}/{action}",
                data={"name": "X"},
                allow_redirects=False,
                timeout=30,
            )
            self.assertEqual(answer.status_code, 400, action)
        self.assertEqual(self.document.name, "Lease")

    def test_several_are_moved_and_withdrawn(self):
        """REQ D-22"""
        documents = self.document + self._put(self.owner, name="Plan")
        ids = ",".join(map(str, documents.ids))
        self.login(self.owner)
        self.assertEqual(
            self._post("move", ids=ids, folder_id=self.folder.id).status_code, 200
        )
        self.assertEqual(documents.folder_id, self.folder)
        answer = self._post("withdraw", ids=documents.ids, as_json=False)
        self.assertEqual(answer.status_code, 303)
        self.assertFalse(any(documents.mapped("active")))

    # -- ZIP

    def _get_zip_names(self, answer):
        self.assertEqual(answer.status_code, 200, answer.text[:200])
        with ZipFile(io.BytesIO(answer.content)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(
                {info.compress_type for info in archive.infolist()},
                {zipfile.ZIP_STORED},
            )
            return sorted(archive.namelist())

    def test_several_are_downloaded_as_one_zip(self):
        """REQ D-22: what the reader may see, from wherever; the same title twice is two files"""
        in_folder = self._create_document(name="Lease", folder_id=self.folder.id)
        hers = self._put(self.colleague, name="Über/Plan")
        ids = ",".join(map(str, (self.document + in_folder + hers).ids))
        self.login(self.owner)
        answer = self.get(f"/my/documents/zip?ids={ids}")
        self.assertEqual(
            self._get_zip_names(answer), ["Lease (2).pdf", "Lease.pdf", "Über-Plan.pdf"]
        )
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.content))
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        with ZipFile(io.BytesIO(answer.content)) as archive:
            self.assertEqual(archive.read("Lease.pdf"), PDF)

    def test_a_form_without_javascript_sends_them_one_by_one(self):
        """REQ D-22"""
        other = self._put(self.owner, name="Plan")
        self.login(self.owner)
        answer = self.get(f"/my/documents/zip?ids={self.document.id}&ids={other.id}")
        self.assertEqual(len(self._get_zip_names(answer)), 2)

    def test_one_that_is_not_mine_spoils_the_zip(self):
        """REQ D-22"""
        foreign = self._put(self.stranger)
        private = self._put(self.colleague, visibility="contact")
        gone = self._put(self.owner, active=False)
        self.login(self.owner)
        for other in (foreign.id, private.id, gone.id, 2_000_000_000, 10**10 - 1, 0):
            answer = self.get(f"/my/documents/zip?ids={self.document.id},{other}")
            self.assertEqual(answer.status_code, 404, other)

    def test_malformed_ids_are_refused(self):
        """REQ D-22"""
        self.login(self.owner)
        own = str(self.document.id)
        for ids in ("", ",", f"{own},", f",{own}", "x", "1.5", "-1", "1 2", "é", "%00"):
            answer = self.get(f"/my/documents/zip?ids={ids}")
            self.assertEqual(answer.status_code, 400, ids)
        many = ",".join([own, *map(str, range(1, 1_001))])
        self.assertEqual(self.get(f"/my/documents/zip?ids={many}").status_code, 400)

    def _get_zip_title(self, answer):
        disposition = answer.headers["Content-Disposition"]
        return unquote(disposition.partition("UTF-8''")[2])

    def test_staff_download_several_as_one_zip(self):
        """REQ D-22: with a folder for each contact, archived ones as well"""
        namesake = self._create_user("test_namesake", [PORTAL])
        namesake.partner_id.name = self.private.name
        for_all = self._create_document(name="Terms", folder_id=self.folder.id)
        hers = self._put(self.private, name="Plan", active=False)
        documents = self.document + hers + self._put(namesake, name="Plan") + for_all
        self.env.flush_all()
        action = documents.with_user(self.document_user).action_download()
        self.login(self.document_user)
        answer = self.get(action["url"])
        self.assertEqual(
            self._get_zip_names(answer),
            sorted(
                [
                    "Brightwater, Test Owner/Lease.pdf",
                    f"Test Private ({self.private.partner_id.id})/Plan.pdf",
                    f"Test Private ({namesake.partner_id.id})/Plan.pdf",
                    "Terms.pdf",
                ]
            ),
        )
        self.assertEqual(self._get_zip_title(answer), "Documents.zip")
        # by itself, it is no ZIP
        action = hers.with_user(self.document_user).action_download()
        self.assertIn(f"/my/documents/{hers.id}/content", action["url"])

    def test_a_zip_is_named_after_what_is_common(self):
        """REQ D-22: customers read no request's name that they may not see"""
        asked = self.env["customer.portal.request"].create(
            {
                "name": "Year end",
                "partner_id": self.owner.partner_id.id,
                "visibility": "contact",
                "line_ids": [Command.create({"name": "Lease"})],
            }
        )
        asked.action_send()
        own = self.document + self._put(self.owner, name="Plan")
        hers = self._put(self.colleague, name="Hers")
        titles = {}
        for is_requested in (False, True):
            if is_requested:
                own.request_line_id = asked.line_ids
            self.env.flush_all()
            for user in (self.document_user, self.owner, self.colleague):
                self.login(user)
                for documents in (own, own + hers):
                    ids = ",".join(map(str, documents.ids))
                    answer = self.get(f"/my/documents/zip?ids={ids}")
                    key = (is_requested, user.login, len(documents))
                    titles[key] = self._get_zip_title(answer)
        self.assertEqual(
            titles,
            {
                (False, "test_document_user", 2): "Brightwater, Test Owner.zip",
                (False, "test_document_user", 3): "Brightwater.zip",
                (False, "test_owner", 2): "Documents.zip",
                (False, "test_owner", 3): "Documents.zip",
                (False, "test_colleague", 2): "Documents.zip",
                (False, "test_colleague", 3): "Documents.zip",
                (True, "test_document_user", 2): "Year end.zip",
                (True, "test_document_user", 3): "Brightwater.zip",
                (True, "test_owner", 2): "Year end.zip",
                (True, "test_owner", 3): "Documents.zip",
                (True, "test_colleague", 2): "Documents.zip",
                (True, "test_colleague", 3): "Documents.zip",
            },
        )

    def test_staff_download_no_more_than_a_zip_takes(self):
        """REQ D-22: as the route says"""
        Document = self.env["customer.portal.document"].with_user(self.document_user)
        self.assertIn("1000", Document.browse(range(1, 1_001)).action_download()["url"])
        with self.assertRaisesRegex(UserError, "1000"):
            Document.browse(range(1, 1_002)).action_download()
        for view_type in ("list", "kanban"):
            arch = etree.fromstring(Document.get_view(view_type=view_type)["arch"])
            self.assertTrue(arch.xpath("header/button[@name='action_download']"))

    # -- from whom, and what is new

    def test_it_says_who_put_it_there(self):
        """REQ D-22: what staff put there for a customer is from staff"""
        from_staff = self._create_document(self.owner)
        by_name = self.env["customer.portal.document"].browse(
            self.env["customer.portal.document"]
            .with_user(self.manager)
            .create({"name": "Offer", "partner_id": self.owner.partner_id.id})
            .id
        )
        self.assertFalse(self.document.is_from_staff)
        self.assertEqual(self.document.origin_name, "Test Owner")
        self.assertTrue(by_name.is_from_staff)
        self.assertEqual(by_name.origin_name, "Test Manager")
        self.assertEqual(from_staff.origin_name, self.company.name)
        company_name = self.company.name
        self.company.name = "Renamed"
        self.manager.name = "Married"
        self.env.invalidate_all()
        self.assertEqual(by_name.origin_name, "Test Manager")
        self.assertEqual(from_staff.origin_name, company_name)
        self.company.name = company_name
        self.login(self.owner)
        names = [
            document["name"]
            for document in self.get_json("/my/documents?filterby=staff").json()[
                "documents"
            ]
        ]
        self.assertEqual(sorted(names), ["Contract", "Offer"])

    def _get_new_count(self):
        self.env.invalidate_all()
        return self.get_json("/my/documents?filterby=new").json()["total"]

    def test_what_others_put_there_is_new_until_it_is_opened(self):
        """REQ D-22"""
        news = self._create_document(self.owner) + self._put(self.colleague)
        old = self._create_document(self.owner, name="Old")
        self._set_created(old, "2020-01-01")
        News = self.env["customer.portal.document.news"].with_user(self.owner)
        Document = self.env["customer.portal.document"].with_user(self.owner)
        listed = Document.browse((news + old + self.document).ids)
        self.assertEqual(News._filter(listed).ids, news.ids)
        self.login(self.owner)
        self.assertEqual(self._get_new_count(), 2)
        page = self.get(f"/my/documents/{news[0].id}").text
        self.assertIn(f'data-seen-url="/my/documents/{news[0].id}/seen"', page)
        self.assertEqual(self._get_new_count(), 2, "to look changes nothing")
        for _turn in range(2):
            self._post(f"{news[0].id}/seen")
        self.assertEqual(self._get_new_count(), 1)
        self.assertEqual(self.get("/my/documents").text.count(">New</span>"), 1)
        self._post("seen")
        self.assertEqual(self._get_new_count(), 0)

    def test_it_is_told_to_who_follows(self):
        """REQ D-21"""
        self.login(self.owner)
        with patch.object(
            MailThread, "_notify_thread", autospec=True, return_value=[]
        ) as notify:
            self._post(f"{self.document.id}/rename", name="Other")
        self.assertTrue(notify.called)
