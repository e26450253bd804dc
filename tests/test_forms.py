"""What is the same in all forms and at all links of the three addons: texts, addresses, files."""

import html
import io
import re
import subprocess
import tempfile
import unicodedata
import zipfile
from datetime import timedelta
from pathlib import Path

from everybody import EverybodyCase

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import PDF, PNG

#: A tab, zero-width joiners, a soft hyphen, a decomposed letter.
WORDS = "Name\tQty\nمی\u200cخواهم 👨\u200d👩\u200d👧 so\u00adft u\u0308"
#: As a browser sends it, and with characters that nobody typed.
SENT = WORDS.replace("\n", "\r\n\x07").replace("Qty", "Q\x0bty")
KEPT = unicodedata.normalize("NFC", WORDS)
LINE = KEPT.replace("\t", " ").replace("\n", " ")
SENT_LINE = WORDS.replace("\n", "\u2028")
#: REQ 13.B.1: what Odoo takes for an address, and so do all forms…
ADDRESSES = (
    "sean.o'brien@example.com",
    "a&b@example.com",
    "c!d@example.com",
    "e/f@example.com",
    "jörg@example.com",
    "juergen@bücher.example",
)
#: …and what no server delivers to.
UNREACHABLE = ("name@host.", "name@host", "a@b.example, c@d.example")
#: Titles in the order of people: capitals and accents do not count.
SORTED = [
    "Äpfel",
    "apple",
    "Đakovo",
    "işık",
    "Łódź",
    "ødegård",
    "Übergabe",
    "Zebra",
]
#: Pages of ours that write when they are looked at: each visit of a share and of a report is kept,
#: and pictures of pages are.
WRITING = {
    "/my/documents/<int:document_id>/page/<int:page>",
    "/my/documents/<int:document_id>/thumbnail",
    "/my/reports",
    "/my/reports/<int:report_id>",
    "/my/reports/<int:report_id>/export/<string:kind>",
}
NOBODY = re.compile("OdooBot|Public user")


def html2text(text):
    """Return what was typed, of the HTML that was made of it: tabs and joiners as they are."""
    text = re.sub(r"<br\s*/?>", "\n", str(text or ""))
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@tagged("-at_install", "post_install")
class TestForms(EverybodyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.portal_is_administrator = True
        cls.issue = cls._create_issue(cls.public, partner_email="ada@example.org")
        cls.link = cls.issue._create_portal_links(is_told=False)
        cls.request = cls._make_request()
        cls.key = cls.request._get_customer_url().partition("access_token=")[2]
        for binder in (cls.public, cls.secure):
            binder.ticket_properties = [
                {"name": "line", "type": "char", "string": "Line"},
                {"name": "more", "type": "text", "string": "More"},
            ]
            for row in binder.portal_field_ids:
                row.shown = row.shown or bool(row.property_name)

    @classmethod
    def _make_request(cls):
        request = cls.env["customer.portal.request"].create(
            {
                "name": "Annual accounts",
                "partner_id": cls.guest.id,
                "user_id": cls.document_user.id,
                "line_ids": [Command.create({"name": "Passport"})],
            }
        )
        request.action_send()
        return request

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["mail.mail"]), "send_after_commit", lambda mails: None)
        # forms are sent many times here
        limits = self.env["customer.portal.throttle"]._get_limits()
        for name, limit in limits.items():
            limits[name] = limit._replace(most=10_000)
        Throttle = type(self.env["customer.portal.throttle"])
        self.patch(Throttle, "_get_limits", lambda self: limits)
        self.public.write({"portal_form_limit_email": 1000})

    # -- the forms

    def _log_in(self, user):
        self.login(user)
        return {"csrf_token": Request.csrf_token(self)}

    def _answer_link(self, as_json=True, files=(), **data):
        self.login(None)
        path = self.link._get_url().removeprefix(self.issue.get_base_url())
        path = path.replace("?", "/messages?")
        return self.post(path, data, [("file", file) for file in files], as_json)

    def _change_request(self, as_json=True, files=(), **data):
        self.login(None)
        path = f"/my/requests/{self.request.id}?access_token={self.key}"
        return self.post(path, data, [("file", file) for file in files], as_json)

    def _report(self, as_json=True, files=(), **data):
        self.login(None)
        return self.report(files, as_json=as_json, **data)

    def _report_in_binder(self, as_json=True, files=(), **data):
        token = self._log_in(self.trusted)
        files = [("attachments", file) for file in files]
        values = {"name": "In a binder", "description": "x", **data, **token}
        url = f"/my/binders/{self.secure.id}/new"
        return self.post(url, values, files, as_json)

    def _upload(self, as_json=True, files=(("a.pdf", PDF),), **data):
        token = self._log_in(self.owner)
        files = [("file", file) for file in files]
        return self.post("/my/documents/upload", {**data, **token}, files, as_json)

    def _ask_visitor(self, **data):
        self.calendar.appointment_ids.unlink()
        self.login(None)
        return self.ask_for_appointment(**data)

    def _drop(self, **data):
        self.login(None)
        return self.receive(self.drop, **data)

    def _invite_colleague(self, **data):
        token = self._log_in(self.owner)
        values = {"name": "Cleo", "email": "cleo@example.com", **data, **token}
        return self.post("/my/colleagues/invite", values, as_json=True)

    def _last(self, model):
        return self.env[model].search([], order="id desc", limit=1)

    def _get_property(self, name):
        issue = self._last("helpdesk.ticket")
        return {
            row["name"]: row.get("value")
            for row in issue.read(["properties"])[0]["properties"]
        }[name]

    # -- texts

    def _get_texts(self):
        """Return forms with texts of several lines: how to send one, and what is stored of it."""
        last = self._last
        return {
            "issue": (
                lambda text, **more: self._report(description=text, **more),
                lambda: html2text(last("helpdesk.ticket").description),
            ),
            "issue of a binder": (
                lambda text, **more: self._report_in_binder(description=text, **more),
                lambda: html2text(last("helpdesk.ticket").description),
            ),
            "property": (
                lambda text, **more: self._report(property_more=text, **more),
                lambda: self._get_property("more"),
            ),
            "answer": (
                lambda text, **more: self._answer_link(answer=text, **more),
                lambda: html2text(self.issue.message_ids[0].body),
            ),
            "description": (
                lambda text, **more: self._upload(description=text, **more),
                lambda: last("customer.portal.document").description,
            ),
            "question": (
                lambda text, **more: self._change_request(
                    action="message", body=text, **more
                ),
                lambda: html2text(self.request.message_ids[0].body),
            ),
            "more time": (
                lambda text, **more: self._change_request(
                    action="promise", until="2030-02-01", reason=text, **more
                ),
                lambda: self.request.promised_words,
            ),
            "does not apply": (
                lambda text, **more: self._change_request(
                    action="decline",
                    request_line_id=self.request.line_ids.id,
                    reason=text,
                    **more,
                ),
                lambda: self.request.line_ids.customer_note,
            ),
            "appointment": (
                lambda text, **more: self._ask_visitor(note=text),
                lambda: last("customer.portal.appointment").note,
            ),
        }

    def test_texts_of_several_lines(self):
        """REQ 13.A.7: stored as typed, without control characters"""
        for form, (send, get_stored) in self._get_texts().items():
            with self.subTest(form):
                answer = send(SENT)
                self.assertLess(answer.status_code, 300, answer.text)
                self.env.invalidate_all()
                self.assertEqual(get_stored(), KEPT)

    def test_a_line_end_is_one_character(self):
        """REQ 13.A.7: what a browser takes is taken, and what is refused comes back whole"""
        longest = {
            "property": 2_000,
            "more time": 2_000,
            "does not apply": 2_000,
            "appointment": 5_000,
        }
        for form, (send, get_stored) in self._get_texts().items():
            most = longest.get(form, 10_000)
            rows = ["r" * 48] * (most // 49 - 2)
            text = "\n".join([*rows, ""])
            text += "z" * (most - len(text))
            with self.subTest(form):
                answer = send(text.replace("\n", "\r\n"))
                self.assertLess(answer.status_code, 300, answer.text)
                self.env.invalidate_all()
                self.assertEqual(get_stored(), text)
                long = f"{text}\nlast row".replace("\n", "\r\n")
                self.assertEqual(send(long).status_code, 400)
                if form in ("issue", "issue of a binder", "answer", "question"):
                    page = send(long, as_json=False)
                    self.assertEqual(page.status_code, 400)
                    self.assertIn("last row</textarea>", page.text)

    def test_texts_of_one_line(self):
        """REQ 13.A.7"""
        last = self._last
        own = self._create_document(self.owner)
        own.sudo().create_uid = self.owner
        for form, (send, get_stored) in {
            "issue": (
                lambda text: self._report(name=text),
                lambda: last("helpdesk.ticket").name,
            ),
            "reporter": (
                lambda text: self._report(partner_name=text),
                lambda: last("helpdesk.ticket").partner_name,
            ),
            "property": (
                lambda text: self._report(property_line=text),
                lambda: self._get_property("line"),
            ),
            "issue of a binder": (
                lambda text: self._report_in_binder(name=text),
                lambda: last("helpdesk.ticket").name,
            ),
            "document": (
                lambda text: self._upload(name=text),
                lambda: last("customer.portal.document").name,
            ),
            "appointment": (
                lambda text: self._ask_visitor(subject=text),
                lambda: last("customer.portal.appointment").subject,
            ),
            "visitor": (
                lambda text: self._ask_visitor(visitor_name=text),
                lambda: last("customer.portal.appointment").visitor_name,
            ),
            "sender": (
                lambda text: self._drop(name=text),
                lambda: last("customer.portal.document").share_visitor.partition(" <")[
                    0
                ],
            ),
            "colleague": (
                lambda text: self._invite_colleague(name=text),
                lambda: last("res.users").name,
            ),
        }.items():
            with self.subTest(form):
                answer = send(SENT_LINE)
                self.assertLess(answer.status_code, 300, answer.text)
                self.env.invalidate_all()
                self.assertEqual(get_stored(), LINE)

    def test_texts_of_staff(self):
        """REQ 13.A.7: of what staff type, and programs write"""
        share = self._create_share(self.document)
        template = self.env["customer.portal.request.template"].create({"name": "x"})
        for record, name in (
            (share, "note"),
            (self.document, "description"),
            (self.request, "note"),
            (self.request.line_ids, "description"),
            (template, "note"),
        ):
            record.write({name: SENT})
            self.assertEqual(record[name], KEPT, record._name)

    def test_titles_of_staff(self):
        """REQ 13.B.2: one line, and words where it is too long, of all that has a title"""
        mixin = self.env.registry["customer.portal.title.mixin"]
        names = [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract and not model._transient
        ]
        records = {
            "customer.portal.document": self.document,
            "customer.portal.folder": self.folder,
            "customer.portal.request": self.request,
            "customer.portal.request.line": self.request.line_ids,
            "customer.portal.share": self.drop,
            "helpdesk.ticket": self.issue,
        }
        template = self.env["customer.portal.request.template"].create(
            {"name": "x", "line_ids": [Command.create({"name": "y"})]}
        )
        records["customer.portal.request.template"] = template
        records["customer.portal.request.template.line"] = template.line_ids
        records["customer.portal.request.reason"] = self.env[
            "customer.portal.request.reason"
        ].create({"name": "x"})
        self.assertEqual(set(names), set(records))
        for name, record in records.items():
            with self.subTest(model=name):
                with self.assertRaisesRegex(ValidationError, "too long"):
                    record.name = "x" * 3_000
                record.invalidate_recordset()
                record.name = " Offer\r\nof\tMay "
                self.assertEqual(record.name, "Offer of May")

    # -- addresses

    def test_addresses(self):
        """REQ 13.A.3, 13.B.1: one rule for all forms, and words at the field"""
        forms = {
            "issue": (lambda email: self._report(email=email), "email"),
            "drop": (lambda email: self._drop(email=email), "email"),
            "appointment": (
                lambda email: self._ask_visitor(visitor_email=email),
                "visitor_email",
            ),
            "colleague": (lambda email: self._invite_colleague(email=email), "email"),
        }
        for form, (send, field) in forms.items():
            for email in UNREACHABLE:
                with self.subTest(form, email=email):
                    answer = send(email)
                    self.assertEqual(answer.status_code, 400, answer.text)
                    self.assertIn("mail address", answer.json()["fields"][field])
            for number, email in enumerate(ADDRESSES):
                with self.subTest(form, email=email):
                    answer = send(f"{form.split()[0]}{number}{email}")
                    self.assertLess(answer.status_code, 300, answer.text)

    def test_addresses_in_the_dialogs_of_staff(self):
        """REQ 13.A.3, 13.B.1: a new user, many at once, and a new address of one"""
        env = self.env(user=self.portal_manager)
        Wizard = env["customer.portal.user.wizard"]
        Import = env["customer.portal.user.import"]
        for email in UNREACHABLE:
            with self.subTest(email=email):
                with self.assertRaisesRegex(Exception, "is not an e-mail address"):
                    Wizard.create({"name": "X", "email": email}).action_create()
                run = Import.create({"text": f'name,email\nX,"{email}"\n'})
                run.action_check()
                self.assertIn("is not an e-mail address", run.line_ids.message)
                with self.assertRaisesRegex(Exception, "e-mail address"):
                    self.owner.with_user(self.portal_manager).email = email
        for email in ADDRESSES:
            with self.subTest(email=email):
                Wizard.create({"name": "X", "email": f"w{email}"}).action_create()
                run = Import.create({"text": f"name,email\nX,i{email}\n"})
                run.action_check()
                run.action_import()
                self.assertEqual(run.line_ids.message, "Invited.")
                self.owner.with_user(self.portal_manager).email = f"o{email}"
        # in the dialog of a share contacts are chosen, who may have any address
        share = self._create_share(self.document)
        Dialog = env["customer.portal.share.wizard"].with_user(self.sharer)
        self.guest.email = "name@host."
        dialog = Dialog.create({"share_id": share.id, "step": "link"})
        dialog.other_ids = self.guest
        with self.assertRaisesRegex(Exception, r"Gus Berg.*name@host\."):
            dialog.action_send()

    # -- files

    def test_199_files_in_one_form(self):
        """REQ 13.B.4: words with the limit, as JSON and as a page that keeps what was typed"""
        files = [(f"{number}.txt", b"x") for number in range(199)]
        line = {"request_line_id": self.request.line_ids.id}
        forms = {
            "drop": lambda as_json: self.post(
                self.path(self.drop, "/upload"),
                {"name": "Typed words", "email": "vera@example.com"},
                [("file", file) for file in files],
                as_json,
            ),
            "issue": lambda as_json: self._report(
                as_json, files, description="Typed words"
            ),
            "issue of a binder": lambda as_json: self._report_in_binder(
                as_json, files, description="Typed words"
            ),
            "answer": lambda as_json: self._answer_link(
                as_json, files, answer="Typed words"
            ),
            "request": lambda as_json: self._change_request(as_json, files, **line),
            "question": lambda as_json: self._change_request(
                as_json, files, action="message", body="Typed words"
            ),
        }
        before = self.env["ir.attachment"].search_count([])
        for form, send in forms.items():
            with self.subTest(form):
                self.login(None)
                answer = send(True)
                self.assertEqual(answer.status_code, 413, answer.text)
                self.assertEqual(answer.json()["error"], "too_many_files")
                self.assertIn("At most 150", answer.json()["message"])
                page = send(False)
                self.assertEqual(page.status_code, 413)
                self.assertIn("At most 150", page.text)
                if form != "request":
                    self.assertIn("Typed words", page.text)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_names_of_files_that_are_no_utf8(self):
        """REQ 13.B.2: the form answers about the file, and keeps its name as far as it can be read"""
        self.login(None)
        boundary = "BOUNDARY"
        for path, field in (
            (self.path(self.drop, "/upload"), "file"),
            (
                f"/my/requests/{self.request.id}?access_token={self.key}",
                "file",
            ),
        ):
            body = b""
            for name, value in {
                "name": "Vera",
                "email": "vera@example.com",
                "request_line_id": str(self.request.line_ids.id),
            }.items():
                body += (
                    f"--{boundary}\r\nContent-Disposition: form-data; "
                    f'name="{name}"\r\n\r\n{value}\r\n'
                ).encode()
            body += (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
                f'filename="Gr\xfc\xdfe.pdf"\r\n\r\n'
            ).encode("latin-1")
            body += PDF + f"\r\n--{boundary}--\r\n".encode()
            answer = self.opener.post(
                self.base_url() + path,
                data=body,
                headers={
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    "Accept": "application/json",
                },
                timeout=30,
            )
            self.assertLess(answer.status_code, 300, answer.text)
            document = self._last("customer.portal.document")
            self.assertIn(".pdf", document.attachment_id.name)
            self.assertIn("Gr", document.attachment_id.name)

    def test_zips_are_unpacked_everywhere(self):
        """REQ 13.B.2, 13.B.3: a share's and the documents' own, over HTTP, by unzip and Python"""
        Folder = self.env["customer.portal.folder"]
        top = Folder.create({"name": "Top"})
        names = [
            *["Я" * 200] * 3,
            "Gr\u00fcn",
            "gru\u0308n",
            "100%25 sure",
            "a/b",
            "a%2Fb",
            "Plan",
            "plan",
        ]
        for number, name in enumerate(names):
            self._create_document(
                self.owner,
                name=name,
                filename=f"{number}.pdf",
                raw=PDF + bytes([number]),
                folder_id=top.id,
            )
        for name in ("Plan.pdf", "PLAN.pdf", "Empty"):
            Folder.create({"name": name, "parent_id": top.id})
        share = self._create_share(top)
        self.login(None)
        self._unpack(self.get(self.path(share, "/zip")).content, len(names))
        documents = self.env["customer.portal.document"].search(
            [("folder_id", "=", top.id)]
        )
        self.login(self.owner)
        ids = ",".join(map(str, documents.ids))
        self._unpack(self.get(f"/my/documents/zip?ids={ids}").content, len(names))

    def _unpack(self, content, count):
        with (
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(io.BytesIO(content)) as archive,
        ):
            path = Path(folder, "all.zip")
            path.write_bytes(content)
            for name in ("unzip", "python"):
                Path(folder, name).mkdir()
            archive.extractall(Path(folder, "python"))
            subprocess.run(
                ["unzip", "-q", path, "-d", Path(folder, "unzip")],
                check=True,
                env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            )
            for name in ("unzip", "python"):
                files = [p for p in Path(folder, name).rglob("*") if p.is_file()]
                self.assertEqual(len(files), count, name)
                self.assertEqual(
                    {p.read_bytes() for p in files},
                    {PDF + bytes([number]) for number in range(count)},
                )
            folded = [
                unicodedata.normalize("NFC", name).casefold().rstrip("/")
                for name in archive.namelist()
            ]
            self.assertEqual(len(folded), len(set(folded)))

    def test_names_of_downloads(self):
        """REQ 13.B.2: a percent sign is a percent sign, in a share and at home"""
        for name in ("100%25 sure", "a%2Fb", "50% off"):
            document = self._create_document(
                self.owner, name=name, filename=f"{name}.pdf"
            )
            share = self._create_share(document)
            self.login(None)
            for url, user in (
                (self.path(share, f"/document/{document.id}?download=1"), None),
                (f"/my/documents/{document.id}/content?download=1", self.owner),
            ):
                self.login(user)
                header = self.get(url).headers["Content-Disposition"]
                quoted = name.replace("%", "%25").replace(" ", "%20")
                self.assertIn(f"filename*=UTF-8''{quoted}.pdf", header)
            # and as the name of a file that is uploaded
            self.assertEqual(
                self._upload(files=[(f"{name}.pdf", PDF)]).status_code, 201
            )
            uploaded = self._last("customer.portal.document")
            self.assertEqual(uploaded.attachment_id.name, f"{name}.pdf")

    # -- twice

    def test_a_form_that_is_sent_twice_is_done_once(self):
        """REQ 13.A.10: those that tests/issues/test_twice.py does not send"""
        Once = self.env["customer.portal.once"]
        document = self._create_document(self.owner)
        document._set_version(self._create_attachment("second.pdf", PDF + b"2"))
        old = document.version_ids - document.attachment_id
        restore = f"/my/documents/{document.id}/versions/{old.id}/restore"
        # the forms of one page have one token; then those by a link, without a login
        csrf = self._log_in(self.owner)
        for form, send, count in (
            (
                "colleague",
                lambda key: self.post(
                    "/my/colleagues/invite",
                    {
                        "name": "Cleo",
                        "email": "cleo@example.com",
                        "form_once": key,
                        **csrf,
                    },
                    as_json=True,
                ),
                lambda: self.env["res.users"].search_count(
                    [("login", "=", "cleo@example.com")]
                ),
            ),
            (
                "restored version",
                lambda key: self.post(
                    restore, {"form_once": key, **csrf}, as_json=True
                ),
                lambda: len(document.version_ids),
            ),
            (
                "question",
                lambda key: self._change_request(
                    action="message", body="Which?", form_once=key
                ),
                lambda: len(self.request.message_ids),
            ),
            (
                "more time",
                lambda key: self._change_request(
                    action="promise", until="2030-02-01", reason="x", form_once=key
                ),
                lambda: len(self.request.message_ids),
            ),
            (
                "does not apply",
                lambda key: self._change_request(
                    action="decline",
                    request_line_id=self.request.line_ids.id,
                    reason="x",
                    form_once=key,
                ),
                lambda: len(self.request.message_ids),
            ),
        ):
            with self.subTest(form):
                key = Once._make_key()
                before = count()
                answers = [send(key) for _time in range(2)]
                self.env.invalidate_all()
                self.assertEqual(
                    {answer.status_code for answer in answers},
                    {answers[0].status_code},
                    answers[1].text,
                )
                self.assertLess(answers[0].status_code, 300, answers[0].text)
                self.assertEqual(count() - before, 1)

    # -- keys of pictures

    def test_the_old_address_of_a_picture_shows_nothing(self):
        """REQ 13.A.14: however the links end"""
        for end in ("revoke", "renew", "address", "archive", "expiry"):
            issue = self._create_issue(
                self.public, partner_email="ada@example.org", name=end
            )
            link = issue._create_portal_links(is_told=False)
            picture = self._create_attachment(
                "lamp.png", PNG, res_model=issue._name, res_id=issue.id
            )
            key = picture.generate_access_token()[0]
            src = f"/web/image/{picture.id}?access_token={key}"
            message = issue.message_post(
                body="See", subtype_xmlid="mail.mt_comment", attachment_ids=picture.ids
            )
            message.body = f'<p><img src="{src}"/></p>'
            self.env.flush_all()
            self.login(None)
            with self.subTest(end):
                self.assertEqual(self.get(src).content, PNG)
                if end == "revoke":
                    link.action_revoke()
                elif end == "renew":
                    link.action_renew()
                elif end == "address":
                    issue.partner_email = "bo@example.org"
                elif end == "archive":
                    issue.active = False
                else:
                    days = self.company.portal_link_days + 1
                    link.portal_link_date -= timedelta(days=days)
                    link._gc_portal_link_dates()
                self.env.flush_all()
                self.assertNotEqual(self.get(src).content, PNG)

    # -- a replica

    def test_pages_that_only_read_are_for_a_replica(self):
        """REQ Q-4, 13.A.14: all of them, and Odoo has nothing to say of how routes are declared"""
        Http = self.env["ir.http"]
        modules = sorted(self.env.registry._init_modules)
        with self.assertNoLogs("odoo.http", "WARNING"):
            rules = list(Http._generate_routing_rules(modules, Http._get_converters()))
        writing = set()
        for url, endpoint in rules:
            routing = endpoint.routing
            is_ours = endpoint.func.__func__.__module__.startswith(
                "odoo.addons.customer_portal_"
            )
            is_ours = is_ours and url.startswith(("/my", "/issues", "/calendar"))
            if is_ours and "GET" in (routing.get("methods") or ("GET",)):
                readonly = routing["readonly"]
                if not (
                    readonly(endpoint.func.__self__, None, None)
                    if callable(readonly)
                    else readonly
                ):
                    writing.add(url)
        self.assertEqual(writing, WRITING)

    # -- titles

    def test_titles_are_sorted_and_found_as_people_expect(self):
        """REQ 13.B.9: issues, shares and requests as documents"""
        self.env["res.lang"]._activate_lang("sv_SE")
        shuffled = sorted(SORTED, key=lambda title: title[::-1])
        issues = self.env["helpdesk.ticket"]
        for title in shuffled:
            issues |= self._create_issue(self.secure, self.trusted, name=title)
            self._create_share(self.document, name=title)
            self._open(self.owner).name = title
        for name in (
            "helpdesk.ticket",
            "customer.portal.share",
            "customer.portal.request",
        ):
            for lang in ("en_US", "sv_SE"):
                Model = self.env[name].with_context(lang=lang)
                found = Model.search([("name", "in", SORTED)], order="name, id")
                if lang == "en_US":
                    self.assertEqual(found.mapped("name"), SORTED, name)
                self.assertEqual(len(found), len(SORTED))
            for words in ("übergabe", "ÜBERGABE", "łódź"):
                self.assertTrue(Model.search([("name", "ilike", words)]), (name, words))
        self.login(self.trusted)
        url = f"/my/binders/{self.secure.id}"
        rows = self.get_json(f"{url}?sortby=name").json()["issues"]
        names = [row["name"] for row in rows if row["name"] in SORTED]
        self.assertEqual(names, SORTED)
        for words in ("übergabe", "ubergabe", "lodz", "odegard", "dakovo", "isik"):
            rows = self.get_json(f"{url}?search={words}").json()["issues"]
            self.assertEqual(len(rows), 1, words)

    def test_a_real_collation_sorts_as_its_language(self):
        """REQ 13.B.9: where PostgreSQL has ICU; by the plain letters where it has none"""
        order = ["apa", "Åre", "Ärta", "Öl", "Zebra"]
        if self.env["res.lang"]._get_portal_collation("sv_SE"):
            order = ["apa", "Zebra", "Åre", "Ärta", "Öl"]
        self.env["res.lang"]._activate_lang("sv_SE")
        for title in ("Öl", "Zebra", "apa", "Ärta", "Åre"):
            self._create_share(self.document, name=f"sv {title}")
        Share = self.env["customer.portal.share"].with_context(lang="sv_SE")
        found = Share.search([("name", "=like", "sv %")], order="name, id")
        self.assertEqual(found.mapped("name"), [f"sv {title}" for title in order])

    # -- languages

    def test_priorities_are_in_the_language_of_the_page(self):
        """REQ 13.A.12: asked for when the page is made, not when Odoo starts"""
        self.env["res.lang"]._activate_lang("de_DE")
        self.show(self.public, "name", "email", "priority")
        labels = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "helpdesk.ticket"),
                ("field_id.name", "=", "priority"),
            ]
        )
        high = labels.filtered(lambda label: label.value == "2")
        self.login(None)
        path = self.get_form_path()
        english = high.name
        for word in ("Hoch", "Sehr hoch"):
            high.with_context(lang="de_DE").name = word
            self.env.flush_all()
            page = self.get(f"/de{path}", allow_redirects=True).text
            self.assertRegex(page, rf">\s*{word}\s*<")
            page = self.get(f"/en{path}", allow_redirects=True).text
            self.assertRegex(page, rf">\s*{english}\s*<")

    # -- links

    def test_what_is_pasted_after_any_link_is_dropped(self):
        """REQ 13.B.7: forms, personal links, and pages below a share"""
        share = self._create_share(self.document, self.folder)
        issue_url = self.link._get_url().removeprefix(self.issue.get_base_url())
        self.login(None)
        for path in (
            self.get_form_path(),
            issue_url,
            f"/my/requests/{self.request.id}?access_token={self.key}",
            self.path(share, f"/document/{self.document.id}"),
            self.path(share, f"/folder/{self.folder.id}"),
            self.path(share, "/zip"),
            self.calendar_path(self.calendar_share),
        ):
            self.assertEqual(self.get(path).status_code, 200, path)
            for rest in (".", ",", ")", ">", ";", "%20", "%0A", "%E2%80%8B", ").", "!"):
                with self.subTest(path=path, rest=rest):
                    answer = self.get(path + rest)
                    self.assertIn(answer.status_code, (301, 302, 303))
                    location = answer.headers["Location"]
                    self.assertEqual(location.removeprefix(self.base_url()), path)
        for path in ("/my/nothing.", "/share/x.", "/my/documents/x."):
            self.assertIn(self.get(path).status_code, (303, 404), path)
        self.login(self.owner)
        answer = self.get(f"/my/documents/{self.document.id}.")
        self.assertTrue(answer.headers["Location"].endswith(str(self.document.id)))

    def test_previews_at_all_other_links(self):
        """REQ 13.B.6: what a chat's preview fetches counts for nothing"""
        self.login(None)
        robot = {"headers": {"User-Agent": "WhatsApp/2.23.20.0"}}
        self.calendar_share.notify_first_access = True
        before = self.env["mail.mail"].search_count([])
        issue_url = self.link._get_url().removeprefix(self.issue.get_base_url())
        for path in (
            self.get_form_path(),
            issue_url,
            f"/my/requests/{self.request.id}?access_token={self.key}",
            self.calendar_path(self.calendar_share),
            self.calendar_path(self.calendar_share, "/slots"),
        ):
            self.assertLess(self.get(path, **robot).status_code, 400, path)
        self.env.invalidate_all()
        self.assertFalse(self.calendar_share.first_access_date)
        self.assertFalse(self.calendar_share.access_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.link.sudo().ticket_id.stage_id, self.stage_new)

    # -- times

    def test_times_on_pages_of_visitors(self):
        """REQ 13.A.13: in the company's zone, which the page names"""
        self.company.partner_id.tz = "Asia/Kolkata"
        document = self._create_document(self.owner)
        token = document._portal_ensure_token()
        for record, url in (
            (document, f"/my/documents/{document.id}?access_token={token}"),
            (
                self.request,
                f"/my/requests/{self.request.id}?access_token={self.key}",
            ),
            (self.issue, self.link._get_url().removeprefix(self.issue.get_base_url())),
        ):
            message = record.sudo().message_post(
                body="Yes", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            message.date = "2026-01-01 20:15:00"
            self.login(None)
            page = self.get(url).text
            with self.subTest(record=record._name):
                self.assertIn("Asia/Kolkata", page)
                self.assertNotRegex(page, NOBODY)
                if record != document:  # whose discussion comes by script
                    self.assertRegex(page, r"\b0?1:45")

    # -- several ranges of a share's file

    def test_several_ranges_of_a_shared_file(self):
        """REQ 13.B.12: one whole download, as RFC 9110 allows"""
        share = self._create_share(self.document)
        self.login(None)
        path = self.path(share, f"/document/{self.document.id}?download=1")
        answer = self.get(path, headers={"Range": "bytes=0-1,4-5"})
        self.assertEqual((answer.status_code, answer.content), (200, PDF))
        with mute_logger("odoo.http"):
            answer = self.get(path, headers={"Range": "bytes=99999-"})
        self.assertEqual(answer.status_code, 416)
