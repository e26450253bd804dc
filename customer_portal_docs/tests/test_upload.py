import errno
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.incoming import IncomingFile
from .common import HTML, PDF, PNG, SVG, DocumentHttpCase


@tagged("-at_install", "post_install")
class TestUpload(DocumentHttpCase):
    def setUp(self):
        super().setUp()
        self.login(self.owner)

    def _count(self):
        return (
            self.env["customer.portal.document"]
            .with_context(active_test=False)
            .search_count([])
        )

    def assertRefused(self, response, status, code, words):
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.json()["error"], code)
        message = response.json()["message"]
        self.assertIn(words, message)
        if code in ("empty_file", "file_too_big", "file_type_refused"):
            self.assertIn("try again; contact us if the problem persists", message)

    def test_a_file_becomes_a_document(self):
        """REQ D-2, D-3"""
        document = self.get_uploaded(
            self.upload(
                [("a.pdf", PDF)], name=" My contract ", description="One\r\nTwo"
            )
        )
        self.assertEqual(document.name, "My contract")
        self.assertEqual(document.description, "One\nTwo")
        self.assertEqual(document.attachment_id.raw, PDF)
        self.assertEqual(document.partner_id, self.owner.partner_id)
        self.assertEqual(document.commercial_partner_id, self.brightwater)
        self.assertEqual(document.company_id, self.company)
        self.assertEqual(document.create_uid, self.owner)
        self.assertIn(self.owner.partner_id, document.message_partner_ids)

    def test_the_title_is_the_file_name_where_none_is_given(self):
        """REQ D-2"""
        document = self.get_uploaded(self.upload([("plan.pdf", PDF)]))
        self.assertEqual(document.name, "plan.pdf")

    def test_too_many_files_are_told_with_the_limit(self):
        """REQ D-2: as JSON, and as a page that keeps what was typed"""
        files = [(f"{number}.pdf", PDF) for number in range(199)]
        before = self._count()
        self.assertRefused(self.upload(files), 413, "too_many_files", "150")
        page = self.upload(files, as_json=False, name="Typed title")
        self.assertEqual(page.status_code, 413)
        self.assertIn("At most 150", page.text)
        self.assertIn("Typed title", page.text)
        self.assertEqual(self._count(), before)

    def test_several_files_become_several_documents(self):
        """REQ D-2"""
        documents = self.get_uploaded(
            self.upload(
                [("a.pdf", PDF), ("b.png", PNG)], name="Set", description="Both"
            )
        )
        self.assertEqual(documents.mapped("name"), ["Set – a.pdf", "Set – b.png"])
        self.assertEqual(documents.mapped("attachment_id.raw"), [PDF, PNG])
        self.assertEqual(set(documents.mapped("description")), {"Both"})

    def test_a_long_title_leaves_the_names_of_the_files(self):
        """REQ D-2: the form takes as much as a title holds"""
        page = self.get("/my/documents/upload").text
        self.assertRegex(page, r'name="name"[^>]*maxlength="600"')
        files = [("a.pdf", PDF), ("b.png", PNG)]
        documents = self.get_uploaded(self.upload(files, name="x" * 600))
        end = "x" * 592 + " – "
        self.assertEqual(documents.mapped("name"), [f"{end}a.pdf", f"{end}b.png"])
        [alone] = self.get_uploaded(self.upload(files[:1], name="x" * 600))
        self.assertEqual(alone.name, "x" * 600)

    def test_the_plain_form_confirms_on_the_list(self):
        """REQ D-2, D-6"""
        response = self.upload([("a.pdf", PDF)], as_json=False)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(
            response.headers["Location"].endswith("/my/documents?uploaded=1")
        )
        page = self.get(response.headers["Location"]).text
        self.assertIn("your document has been uploaded", page)

    def test_the_form_shows_the_limits_and_keeps_what_is_in_the_address(self):
        """REQ D-15"""
        self.company.portal_document_types = "pdf, png"
        page = self.get(
            "/my/documents/upload?name=Typed+%3Cb%3E&description=before"
        ).text
        self.assertIn("Up to 1 MB", page)
        self.assertIn("pdf, png", page)
        self.assertIn('accept=".pdf,.png"', page)
        self.assertIn("Typed &lt;b&gt;", page)
        self.assertIn(">before</textarea>", page)

    def test_no_file_is_refused(self):
        """REQ D-6"""
        self.assertRefused(self.upload([]), 400, "no_file", "choose a file")

    def test_an_empty_file_is_refused(self):
        """REQ D-6"""
        count = self._count()
        response = self.upload([("good.pdf", PDF), ("a.pdf", b"")])
        self.assertRefused(response, 400, "empty_file", "“a.pdf” is empty")
        self.assertEqual(self._count(), count)

    def test_a_file_that_is_too_big_is_refused(self):
        """REQ D-15"""
        response = self.upload([("a.txt", b"x" * (1024 * 1024 + 1))])
        self.assertRefused(
            response, 413, "file_too_big", "The largest file accepted is 1 MB"
        )
        self.company.portal_document_max_size = 0
        self.get_uploaded(self.upload([("a.txt", b"x" * (1024 * 1024 + 1))]))

    def test_a_refused_type_is_refused(self):
        """REQ D-15"""
        self.assertRefused(
            self.upload([("a.exe", b"x")]), 415, "file_type_refused", "program"
        )
        self.assertRefused(
            self.upload([("a.pdf", b"MZ\x90")]), 415, "file_type_refused", "program"
        )
        self.company.portal_document_types = "pdf"
        self.assertRefused(
            self.upload([("a.png", PNG)]), 415, "file_type_refused", "Accepted: pdf"
        )
        self.get_uploaded(self.upload([("a.PDF", PDF)]))

    def test_hostile_names_are_made_harmless(self):
        """REQ D-6"""
        for sent, kept in (
            ("../../../etc/passwd", "passwd"),
            ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
            ("a\u202efdp.png", "a fdp.png"),
            ("\u00e9" * 300 + ".pdf", "\u00e9" * 125 + ".pdf"),
        ):
            document = self.get_uploaded(self.upload([(sent, PDF)]))
            self.assertEqual(document.filename, kept)
            self.assertEqual(self.get(f"/my/documents/{document.id}").status_code, 200)
            self.assertEqual(
                self.get(f"/my/documents/{document.id}/content").content, PDF
            )

    def test_texts_that_the_database_refuses_are_cleaned(self):
        """REQ D-6"""
        document = self.get_uploaded(
            self.upload([("a.pdf", PDF)], name="a\x00b\nc", description="d\x00e")
        )
        self.assertEqual((document.name, document.description), ("a b c", "de"))

    def test_texts_that_are_too_long_are_refused(self):
        """REQ D-6"""
        for field, length in (("name", 601), ("description", 10_001)):
            response = self.upload([("a.pdf", PDF)], **{field: "x" * length})
            self.assertEqual(response.status_code, 400, field)
            self.assertIn("too long", response.json()["message"])

    def test_a_scriptable_file_is_kept_as_text_and_known_for_what_it_is(self):
        """REQ D-17"""
        for filename, raw in (("a.svg", SVG), ("a.html", HTML)):
            document = self.get_uploaded(self.upload([(filename, raw)]))
            self.assertEqual(document.attachment_id.mimetype, "text/plain")
            self.assertEqual(document.attachment_id.raw, raw)
            self.assertFalse(document._is_inline())

    def test_a_picture_is_kept_as_it_is(self):
        """REQ D-2: Odoo would make it smaller"""
        self.env["ir.config_parameter"].set_param("base.image_autoresize_max_px", "1x1")
        document = self.get_uploaded(self.upload([("a.png", PNG)]))
        self.assertEqual(document.attachment_id.raw, PNG)

    def test_the_plain_form_comes_back_with_what_was_typed(self):
        """REQ D-6"""
        response = self.upload(
            [("a.exe", b"x")], as_json=False, name="Kept", description="as well"
        )
        self.assertEqual(response.status_code, 415)
        self.assertIn('value="Kept"', response.text)
        self.assertIn(">as well</textarea>", response.text)
        self.assertIn("is a program or script", response.text)

    def test_a_stale_token_loses_nothing(self):
        """REQ D-6"""
        count = self._count()
        for token in ("", "stale", "é"):
            response = self.upload(
                [("a.pdf", PDF)], token=token, as_json=False, name="Kept"
            )
            self.assertEqual(response.status_code, 400)
            self.assertIn('value="Kept"', response.text)
        response = self.upload([("a.pdf", PDF)], token="stale")
        self.assertRefused(response, 400, "session_changed", "upload again")
        self.assertEqual(self._count(), count)

    def test_a_visitor_logs_in_and_finds_what_was_typed(self):
        """REQ D-6"""
        count = self._count()
        self.login(None)
        response = self.upload(
            [("a.pdf", PDF)],
            token="x",
            as_json=False,
            name="Kept",
            description="as well",
        )
        self.assertEqual(response.status_code, 303)
        location = response.headers["Location"]
        self.assertIn("/web/login?redirect=", location)
        self.login(self.owner)
        page = self.get(self.get(location, allow_redirects=True).url)
        self.assertIn('value="Kept"', page.text)
        self.assertIn(">as well</textarea>", page.text)
        self.login(None)
        response = self.upload([("a.pdf", PDF)], token="x")
        self.assertRefused(response, 401, "session_expired", "log in")
        self.assertEqual(self._count(), count)

    def test_a_visitors_file_is_kept_nowhere(self):
        """REQ D-6"""
        kept = []
        keep = IncomingFile._keep

        def _keep(incoming, data):
            kept.append(len(data))
            return keep(incoming, data)

        self.login(None)
        with patch.object(IncomingFile, "_keep", _keep):
            self.upload([("a.pdf", b"x" * 200_000)], token="x")
        self.assertEqual(kept, [])

    def test_a_full_disk_is_told_and_nothing_is_half_written(self):
        """REQ D-6"""
        count = self._count()
        full = OSError(errno.ENOSPC, "No space left on device")
        for broken in ("_keep", "place"):
            side_effect = (
                (lambda incoming, data: incoming._fail(full))
                if broken == "_keep"
                else full
            )
            with (
                mute_logger(
                    "odoo.addons.customer_portal_docs.tools.incoming",
                    "odoo.addons.customer_portal_docs.controllers.form_files",
                ),
                patch.object(
                    IncomingFile, broken, autospec=True, side_effect=side_effect
                ),
            ):
                response = self.upload([("a.pdf", PDF)])
            self.assertRefused(response, 507, "storage_full", "Nothing was saved")
            self.assertEqual(self._count(), count)

    def test_a_folder_opened_to_me_takes_my_files(self):
        """REQ D-9"""
        folder = self.env["customer.portal.folder"].create(
            {"name": "Ours", "partner_ids": [Command.link(self.brightwater.id)]}
        )
        document = self.get_uploaded(self.upload([("a.pdf", PDF)], folder_id=folder.id))
        self.assertEqual(document.folder_id, folder)
        response = self.upload([("a.pdf", PDF)], folder_id=folder.id, as_json=False)
        self.assertIn(f"folder={folder.id}", response.headers["Location"])

    def test_a_folder_closed_to_me_does_not(self):
        """REQ D-9"""
        folder = self.env["customer.portal.folder"].create({"name": "Theirs"})
        for folder_id in (folder.id, "x", "-1", "0", 10**12, "1 OR 1=1"):
            response = self.upload([("a.pdf", PDF)], folder_id=folder_id)
            self.assertRefused(response, 404, "not_found", "does not exist")
        self.assertFalse(folder.document_ids)

    def test_forged_fields_change_nothing(self):
        """REQ D-12"""
        document = self.get_uploaded(
            self.upload(
                [("a.pdf", PDF)],
                partner_id=self.stranger.partner_id.id,
                user_id=self.manager.id,
                visibility="everybody",
                company_id=99,
            )
        )
        self.assertEqual(document.partner_id, self.owner.partner_id)
        self.assertFalse(document.user_id)
        self.assertEqual(document.visibility, "company")

    def test_the_form_with_a_file_in_a_text_field_is_refused_with_words(self):
        """REQ D-6"""
        response = self.opener.post(
            self.base_url() + "/my/documents/upload",
            data={"csrf_token": self.get_token()},
            files={
                "name": ("n", b"x"),
                "description": ("d", b"x"),
                "file": ("a.pdf", PDF),
            },
            headers={"Accept": "application/json"},
            timeout=30,
        )
        self.assertEqual(response.status_code, 400, response.text)
