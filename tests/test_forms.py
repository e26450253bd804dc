"""What is the same in all forms of the three addons: texts, addresses, and what is sent twice."""

import html
import re
import unicodedata

from forms import FormCase

from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF

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


def html2text(text):
    """Return what was typed, of the HTML that was made of it: tabs and joiners as they are."""
    text = re.sub(r"<br\s*/?>", "\n", str(text or ""))
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@tagged("-at_install", "post_install")
class TestForms(FormCase):
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
        own = self._create_document(self.owner)
        own.sudo().create_uid = self.owner
        issue, document, appointment = (
            "helpdesk.ticket",
            "customer.portal.document",
            "customer.portal.appointment",
        )
        for form, (send, typed, stored) in {
            "issue": (self._report, "name", (issue, "name")),
            "reporter": (self._report, "partner_name", (issue, "partner_name")),
            "issue of a binder": (self._report_in_binder, "name", (issue, "name")),
            "document": (self._upload, "name", (document, "name")),
            "appointment": (self._ask_visitor, "subject", (appointment, "subject")),
            "visitor": (
                self._ask_visitor,
                "visitor_name",
                (appointment, "visitor_name"),
            ),
            "sender": (self._drop, "name", (document, "share_visitor")),
            "colleague": (self._invite_colleague, "name", ("res.users", "name")),
            "property": (self._report, "property_line", ("property", "line")),
        }.items():
            with self.subTest(form):
                answer = send(**{typed: SENT_LINE})
                self.assertLess(answer.status_code, 300, answer.text)
                self.env.invalidate_all()
                self.assertEqual(self._get_line(*stored), LINE)

    def _get_line(self, model, name):
        """Return what is stored of a line that was sent last."""
        if model == "property":
            return self._get_property(name)
        # who sends files is kept with the address
        return self._last(model)[name].partition(" <")[0]

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

    # -- twice

    def test_a_form_that_is_sent_twice_is_done_once(self):
        """REQ 13.A.10: those that tests/issues/test_twice.py does not send"""
        Once = self.env["customer.portal.once"]
        document = self._create_document(self.owner)
        Version = self.env["customer.portal.document.version"]
        file = self._create_attachment("second.pdf", PDF + b"2")
        Version._make_current(document, file)
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
