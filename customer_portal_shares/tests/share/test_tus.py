import base64
import os
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF
from odoo.addons.mail.tests.common import MockEmail

from ..common import PASSWORD, ShareHttpCase

SIZE = len(PDF)
PATH = "/my/documents/tus"
SENDER = {"name": "Vera Visitor", "email": "vera@example.com"}


@tagged("-at_install", "post_install")
class TestShareTus(MockEmail, ShareHttpCase):
    """Issue 17, section 2: files go into a share as resumably as into the portal (REQ S-10)"""

    def setUp(self):
        super().setUp()
        self.login(None)
        self.drop = self._create_share(
            self.folder, name="Drop", allow_download=False, allow_upload=True
        )
        self.addCleanup(self._remove_files)

    def _remove_files(self):
        directory = self.env["customer.portal.upload"]._get_directory()
        for folder, _folders, names in os.walk(directory):
            for name in names:
                os.unlink(os.path.join(folder, name))

    def begin(self, share, length=SIZE, filename="scan.pdf", **values):
        values = {"share_token": share.sudo().token, **SENDER, **values}
        metadata = ",".join(
            f"{name} {base64.b64encode(str(value).encode()).decode()}"
            for name, value in {"filename": filename, **values}.items()
            if value
        )
        return self.send_tus(
            "POST", Upload_Length=str(length), Upload_Metadata=metadata
        )

    def append(self, url, offset, data):
        return self.send_tus(
            "PATCH",
            url,
            data,
            Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream",
        )

    def received(self, share=None):
        share = share or self.drop
        return self.env["customer.portal.document"].search(
            [("share_id", "=", share.id)], order="id"
        )

    def send(self, share=None, **values):
        share = share or self.drop
        begun = self.begin(share, **values)
        self.assertEqual(begun.status_code, 201, begun.text)
        answer = self.append(begun.headers["Location"], 0, PDF)
        self.assertEqual(answer.status_code, 204, answer.text)
        return answer

    def test_a_visitor_sends_a_file_in_pieces(self):
        begun = self.begin(self.drop)
        self.assertEqual(begun.status_code, 201, begun.text)
        url = begun.headers["Location"]
        self.assertEqual(self.append(url, 0, PDF[:10]).status_code, 204)
        head = self.send_tus("HEAD", url)
        self.assertEqual((head.status_code, head.headers["Upload-Offset"]), (200, "10"))
        answer = self.append(url, 10, PDF[10:])
        self.assertEqual(answer.status_code, 204, answer.text)
        self.assertEqual(
            answer.headers["Content-Location"], f"/share/{self.drop.sudo().token}"
        )
        document = self.received()
        self.assertEqual(document.attachment_id.raw, PDF)
        self.assertEqual(document.name, "scan.pdf")
        self.assertEqual(document.folder_id, self.folder)
        self.assertEqual(document.user_id, self.sharer)
        self.assertEqual(document.visibility, "contact")
        self.assertEqual(document.share_visitor, "Vera Visitor <vera@example.com>")
        log = self.drop.sudo().access_ids.filtered(lambda line: line.action == "upload")
        self.assertEqual(log.mapped("item"), ["scan.pdf"])

    def test_the_last_piece_sent_twice_makes_one_document(self):
        url = self.begin(self.drop).headers["Location"]
        self.append(url, 0, PDF)
        answer = self.append(url, len(PDF), b"")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(len(self.received()), 1)

    def test_what_is_done_already_is_not_done_again(self):
        """Whoever waits behind a piece that ends the upload finds it ended"""
        # without a quota nothing has to be counted in a transaction of its own
        self.company.portal_share_upload_quota = 0
        url = self.begin(self.drop).headers["Location"]
        self.append(url, 0, PDF)
        upload_sudo = self.env["customer.portal.upload"].search(
            [("share_id", "=", self.drop.id)]
        )
        self.assertTrue(upload_sudo.is_done)
        again = self.env["customer.portal.document"]._receive_from_share(
            self.drop.sudo(),
            [],
            None,
            {"partner_id": False, "visitor": "V"},
            upload_sudo=upload_sudo,
        )
        self.assertEqual(again, self.received())

    def test_the_token_of_a_share_is_not_kept_beside_the_upload(self):
        self.begin(self.drop)
        upload = self.env["customer.portal.upload"].search(
            [("share_id", "=", self.drop.id)]
        )
        self.assertEqual(upload.form_values, SENDER)

    def test_visitors_say_who_they_are(self):
        for field, code in (("name", "name_missing"), ("email", "email_missing")):
            answer = self.begin(self.drop, **{field: ""})
            self.assertEqual(
                (answer.status_code, answer.json()["error"]), (400, code), field
            )
        self.assertEqual(self.begin(self.drop, email="x").status_code, 400)

    def test_what_is_refused_is_refused_at_the_beginning(self):
        """REQ D-15: by the settings of the share's company"""
        for status, length, filename in (
            (413, 1024**2 + 1, "big.pdf"),
            (413, 10**30, "big.pdf"),
            (413, "9" * 5000, "big.pdf"),
            (415, 10, "a.exe"),
            (400, 0, "empty.pdf"),
        ):
            answer = self.begin(self.drop, length, filename)
            self.assertEqual(answer.status_code, status, answer.text)
        self.company.portal_share_upload_quota = 1
        half = 600 * 1024
        document = self._create_document(filename="a.pdf", raw=PDF + b"x" * half)
        document.sudo().share_id = self.drop
        answer = self.begin(self.drop, half)
        self.assertEqual(
            (answer.status_code, answer.json()["error"]), (413, "share_full")
        )

    def test_what_is_on_its_way_counts_as_received(self):
        """REQ S-10: uploads that are never finished are no way around the company's limit"""
        self.company.portal_share_upload_quota = 1
        size = 600 * 1024
        begun = self.begin(self.drop, size)
        self.assertEqual(begun.status_code, 201, begun.text)
        form = [("file", ("b.pdf", PDF + b"x" * size))]
        for answer in (
            self.begin(self.drop, size),
            self.post(self.path(self.drop, "/upload"), SENDER, form, as_json=True),
        ):
            self.assertEqual(
                (answer.status_code, answer.json()["error"]), (413, "share_full")
            )
        url = begun.headers["Location"]
        whole = PDF + b"x" * (size - SIZE)
        self.assertEqual(self.append(url, 0, whole).status_code, 204)
        self.assertEqual(len(self.received()), 1)
        self.assertEqual(self.begin(self.drop, size).status_code, 413)
        url = self.begin(self.drop, size // 2).headers["Location"]
        self.assertEqual(self.begin(self.drop, size // 2).status_code, 413)
        self.send_tus("DELETE", url)
        self.assertEqual(self.begin(self.drop, size // 2).status_code, 201)
        # what stays away takes no room, nor what cannot go on
        self.assertEqual(self.begin(self.drop, size // 2).status_code, 413)
        Upload = self.registry["customer.portal.upload"]
        with patch.object(Upload, "_stalled_minutes", -1):
            self.assertEqual(self.begin(self.drop, size // 2).status_code, 201)
        self.assertEqual(self.begin(self.drop, size // 2).status_code, 413)
        self.drop.action_renew_link()
        self.env.flush_all()
        self.assertEqual(self.begin(self.drop, size // 2).status_code, 201)

    def test_a_share_that_is_shut_meanwhile_takes_no_more(self):
        url = self.begin(self.drop).headers["Location"]
        self.drop.active = False
        for answer in (self.send_tus("HEAD", url), self.append(url, 0, PDF)):
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.received())
        self.drop.write({"active": True, "allow_upload": False})
        self.assertEqual(self.append(url, 0, PDF).status_code, 403)

    def test_a_renewed_link_ends_what_began_with_the_old_one(self):
        """REQ S-12: nor is the new token told to who had the old one"""
        url = self.begin(self.drop).headers["Location"]
        self.append(url, 0, PDF[:10])
        self.drop.action_renew_link()
        self.env.flush_all()
        for answer in (
            self.send_tus("HEAD", url),
            self.append(url, 10, PDF[10:]),
            self.send_tus("DELETE", url),
        ):
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn(self.drop.sudo().token, str(answer.headers) + answer.text)
        self.assertFalse(self.received())
        self.send()

    def test_the_gate_is_that_of_the_share(self):
        for answer in (
            self.begin(self.drop, share_token="x" * 43),
            self.begin(self.drop, share_token="é"),
        ):
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.begin(self.drop, share_token="").status_code, 401)
        reading = self._create_share(self.folder)
        self.assertEqual(self.begin(reading).status_code, 403)
        closed = self._create_share(
            self.folder, allow_download=False, allow_upload=True, password=PASSWORD
        )
        self.assertEqual(self.begin(closed).status_code, 401)
        self.unlock(closed)
        self.assertEqual(self.begin(closed).status_code, 201)
        secured = self._create_secured_share(self.folder, allow_upload=True)
        self.assertEqual(self.begin(secured).status_code, 401)
        self.login(self.stranger)
        self.assertEqual(self.begin(secured).status_code, 404)
        self.login(self.owner)
        self.send(secured, name="", email="")
        self.assertEqual(self.received(secured).partner_id, self.owner.partner_id)

    def test_folders_of_the_share_alone(self):
        share = self._create_share(self.folder, allow_upload=True)
        self.send(share, folder_id=self.subfolder.id)
        self.assertEqual(self.received(share).folder_id, self.subfolder)
        foreign = self.env["customer.portal.folder"].create({"name": "Foreign"})
        for folder_id in (foreign.id, "x", "99999999999999999999"):
            answer = self.begin(share, folder_id=folder_id)
            self.assertEqual(answer.status_code, 404)

    def test_what_is_sent_later_changes_nothing(self):
        """Neither into the portal, nor under another name"""
        url = self.begin(self.drop).headers["Location"]
        document = self._create_document(self.owner)
        metadata = f"filename c2Nhbi5wZGY=,document_id {base64.b64encode(str(document.id).encode()).decode()}"
        answer = self.send_tus(
            "PATCH",
            url,
            PDF,
            Upload_Offset="0",
            Upload_Metadata=metadata,
            Content_Type="application/offset+octet-stream",
        )
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(len(document.version_ids), 1)
        self.assertEqual(len(self.received()), 1)

    def test_a_visitor_may_cancel(self):
        url = self.begin(self.drop).headers["Location"]
        self.append(url, 0, PDF[:10])
        self.assertEqual(self.send_tus("DELETE", url).status_code, 204)
        self.assertEqual(self.send_tus("HEAD", url).status_code, 401)
        self.assertFalse(self.received())

    def test_who_sends_too_often_has_to_wait(self):
        self._set_limit("share_upload_address", 2)
        statuses = [self.begin(self.drop).status_code for _number in range(3)]
        self.assertEqual(statuses, [201, 201, 429])

    def test_one_share_takes_so_many_files_in_an_hour(self):
        """REQ 11.8"""
        self._set_limit("share_upload", 2)
        statuses = [self.begin(self.drop).status_code for _number in range(3)]
        self.assertEqual(statuses, [201, 201, 429])

    # -- thanks

    def tell(self, seconds=60):
        later = fields.Datetime.now() + timedelta(seconds=seconds)
        Receipt = self.env["customer.portal.share.receipt"]
        with (
            freeze_time(later),
            self.mock_mail_gateway(),
            patch.object(self.registry["ir.cron"], "_commit_progress"),
        ):
            Receipt._cron_notify()
        return [mail for mail in self._mails if "vera@" in str(mail["email_to"])]

    def test_who_wishes_is_thanked_once_for_all(self):
        for name in ("a.pdf", "b.pdf"):
            self.send(filename=name, wants_thanks="1")
        self.send(filename="c.pdf")
        [mail] = self.tell()
        self.assertEqual(mail["subject"], "We have received your files: Drop")
        self.assertIn("a.pdf", mail["body"])
        self.assertIn("b.pdf", mail["body"])
        self.assertNotIn("c.pdf", mail["body"])
        self.assertFalse(self.tell())

    def test_a_language_that_was_switched_off_keeps_nobody_from_thanks(self):
        French = self.env["res.lang"]._activate_lang("fr_FR")
        self.send(wants_thanks="1")
        self.env["customer.portal.share.receipt"].search([]).lang = "fr_FR"
        French.active = False
        self.assertEqual(len(self.tell()), 1)

    def test_a_share_whose_mail_fails_keeps_no_other_waiting(self):
        template = self.env.ref("customer_portal_shares.mail_template_share_thanks")
        template.subject = "{{ 1 // (object.name != 'Broken') }}"
        broken = self._create_share(self.folder, name="Broken", allow_upload=True)
        for share in (self.drop, broken):
            self.send(share, wants_thanks="1")
        with mute_logger(
            "odoo.addons.customer_portal_shares.models.share.customer_portal_share_receipt",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            self.assertEqual(len(self.tell()), 1)
        [left] = self.env["customer.portal.share.receipt"].search([])
        self.assertEqual((left.share_id, left.thanks_email), (broken, SENDER["email"]))

    def test_who_does_not_wish_is_not(self):
        self.send()
        self.assertFalse(self.tell())

    def test_a_typed_address_is_not_flooded(self):
        """Nobody has checked whose it is"""
        mails = []
        for number in range(5):
            self.send(filename=f"{number}.pdf", wants_thanks="1")
            mails += self.tell(seconds=61)
        self.assertEqual(len(mails), 3)
        # the owner hears of all of them
        self.assertFalse(self.env["customer.portal.share.receipt"].search([]))

    def test_a_plain_form_thanks_as_well_and_names_what_was_sent(self):
        answer = self.post(
            f"/share/{self.drop.sudo().token}/upload",
            {**SENDER, "wants_thanks": "1"},
            [("file", ("plan & rig.pdf", PDF)), ("file", ("keel.pdf", PDF))],
        )
        self.assertEqual(answer.status_code, 303)
        page = self.get(answer.headers["Location"]).text
        self.assertIn("plan &amp; rig.pdf", page)
        self.assertIn("keel.pdf", page)
        # what was not sent is not said to have been
        page = self.get(self.path(self.drop, "?received=7")).text
        self.assertNotIn("keel.pdf", page)
        [mail] = self.tell()
        self.assertIn("keel.pdf", mail["body"])

    def test_refused_types_are_told_before(self):
        page = self.get(self.path(self.drop)).text
        self.assertRegex(page, r'data-refused="[^"]*\bexe\b')
