from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import PDF, SVG, count_writes
from odoo.addons.customer_portal_docs.tools.incoming import IncomingFile

from .common import IssueHttpCase

PUBLIC, NOTE = "mail.mt_comment", "mail.mt_note"


@tagged("-at_install", "post_install")
class TestIssue(IssueHttpCase):
    """The page of an issue: who sees it, what of it, and answers."""

    def setUp(self):
        super().setUp()
        self.issue = self._create_issue(self.secure, self.owner)
        self.url = f"/my/ticket/{self.issue.id}"

    def _post_as_staff(self, body, subtype=PUBLIC, files=()):
        attachments = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create(
                [
                    {"name": name, "raw": raw, "res_model": "mail.compose.message"}
                    for name, raw in files
                ]
            )
        )
        return self.issue.with_user(self.agent).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid=subtype,
            attachment_ids=attachments.ids,
        )

    def _make_link(self, email="ada@example.org", partner=None):
        return self.env["customer.portal.issue.link"].create(
            {
                "ticket_id": self.issue.id,
                "name": "Ada Berg",
                "email": email,
                "partner_id": partner.id if partner else False,
            }
        )

    def _link_url(self, link):
        return f"{self.url}?access_token={link._get_token()}"

    def test_who_sees_it(self):
        """REQ I-3"""
        for user, status in (
            (self.owner, 200),
            (self.colleague, 200),
            (self.trusted, 200),
            (self.partner, 200),
            (self.stranger, 404),
            (self.private, 404),
            (self.staff, 404),
            (self.agent, 200),
        ):
            self.login(user)
            self.assertEqual(self.get(self.url).status_code, status, user.login)
        self.login(None)
        self.assertIn("/web/login", self.get(self.url).headers["Location"])

    def test_it_has_one_word_for_a_status(self):
        """REQ I-2: as the mails do"""
        self.login(self.owner)
        page = self.get(self.url).text
        for words in ("Status:", "Reported on:", "Status since:"):
            self.assertIn(words, page)
        self.assertNotIn("Stage:", page)
        self.assertNotIn("Last Stage Update", page)

    def test_forbidden_and_absent_read_the_same(self):
        """REQ I-3"""
        self.login(self.stranger)
        answers = {self.get_words(url) for url in (self.url, "/my/ticket/2000000000")}
        self.assertEqual(len(answers), 1)
        for url in ("/my/ticket/0", "/my/ticket/99999999999999999999"):
            self.assertEqual(self.get(url).status_code, 404)

    def test_looking_writes_nothing(self):
        """REQ I-3: helpdesk_mgmt makes a key for each file"""
        self._post_as_staff("Look", files=[("plan.pdf", PDF)])
        link = self._make_link()
        self.env.flush_all()
        for user, url in ((self.owner, self.url), (None, self._link_url(link))):
            self.login(user)
            before = count_writes(self.env.cr)
            self.assertEqual(self.get(url).status_code, 200)
            self.assertEqual(count_writes(self.env.cr), before)
        self.assertFalse(any(self.issue.attachment_ids.mapped("access_token")))

    def test_internal_notes_and_their_files_reach_nobody_outside(self):
        """REQ I-8"""
        public = self._post_as_staff("We come tomorrow", files=[("plan.pdf", PDF)])
        note = self._post_as_staff("He never pays", NOTE, files=[("secret.pdf", PDF)])
        loose = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create(
                {
                    "name": "loose.pdf",
                    "raw": PDF,
                    "res_model": "helpdesk.ticket",
                    "res_id": self.issue.id,
                }
            )
        )
        hidden = self._post_as_staff("Was public", files=[("was.pdf", PDF)])
        hidden.is_internal = True
        link = self._make_link()
        secrets = note.attachment_ids | loose | hidden.attachment_ids
        for user, url in (
            (self.owner, self.url),
            (self.trusted, self.url),
            (None, self._link_url(link)),
        ):
            self.login(user)
            page = self.get(url).text
            self.assertIn("We come tomorrow", page)
            self.assertIn("plan.pdf", page)
            for words in (
                "never pays",
                "secret.pdf",
                "loose.pdf",
                "Was public",
                "was.pdf",
            ):
                self.assertNotIn(words, page)
            query = url.partition("?")[2]
            path = f"{self.url}/attachments/"
            self.assertEqual(
                self.get(f"{path}{public.attachment_ids.id}?{query}").content, PDF
            )
            for attachment in secrets:
                for address in (
                    f"{path}{attachment.id}?{query}",
                    f"/web/content/{attachment.id}",
                ):
                    response = self.get(address, allow_redirects=True)
                    self.assertNotIn(PDF, response.content, address)

    def test_nobody_searches_in_internal_notes(self):
        """REQ I-8"""
        self._post_as_staff("He never pays", NOTE)
        self._post_as_staff("We come tomorrow")
        Ticket = self.env["helpdesk.ticket"].with_user(self.owner)
        domain = [("id", "=", self.issue.id)]
        self.assertTrue(
            Ticket.search([*domain, ("message_ids.body", "like", "tomorrow")])
        )
        self.assertFalse(
            Ticket.search([*domain, ("message_ids.body", "like", "never")])
        )

    def test_customers_cannot_read_keys_and_settings_by_rpc(self):
        """REQ I-8"""
        issue, binder = (
            self.issue.with_user(self.owner),
            self.secure.with_user(self.owner),
        )
        for record, names in (
            (
                issue,
                (
                    "access_token",
                    "portal_link_ids",
                    "portal_search_text",
                    "portal_form_key",
                ),
            ),
            (
                binder,
                (
                    "portal_form_token",
                    "portal_user_ids",
                    "portal_partner_ids",
                    "portal_embed_sites",
                ),
            ),
        ):
            for name in names:
                with self.assertRaises(AccessError, msg=name):
                    record.read([name])

    def test_files_of_the_report_are_shown(self):
        """REQ I-5"""
        self.report([("plan.pdf", PDF), ("a.svg", SVG)])
        issue, mail = self.find_reported(), self.send_mails()
        url = self.get_link_url(mail)
        page = self.get(url).text
        self.assertIn("plan.pdf", page)
        token = url.rpartition("=")[2]
        for attachment in issue.attachment_ids:
            path = f"/my/ticket/{issue.id}/attachments/{attachment.id}"
            response = self.get(f"{path}?access_token={token}")
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
            inline = attachment.name == "plan.pdf"
            self.assertEqual(
                response.headers["Content-Disposition"].startswith("inline"), inline
            )
            self.assertIn("/web/login", self.get(path).headers["Location"])
            self.login(self.stranger)
            self.assertEqual(self.get(path).status_code, 404)
            self.login(None)
        other = self.issue.id
        path = f"/my/ticket/{other}/attachments/{issue.attachment_ids[:1].id}"
        self.login(self.owner)
        for url in (
            path,
            f"/my/ticket/{other}/attachments/0",
            f"{self.url}/attachments/x",
        ):
            self.assertEqual(self.get(url).status_code, 404)

    def test_the_owner_of_a_link_sees_no_addresses(self):
        """REQ I-2"""
        self.issue.user_id = self.agent
        self.secure.user_ids = [Command.link(self.agent.id)]
        page = self.get(self._link_url(self._make_link())).text
        for words in ("test_agent@example.com", "test_owner@example.com"):
            self.assertNotIn(words, page)
        self.login(self.owner)
        self.assertIn("test_agent@example.com", self.get(self.url).text)

    # -- answers

    def _answer(
        self, url, text="It is the red one", files=(), token=None, as_json=False
    ):
        path, _separator, query = url.partition("?")
        data = {"answer": text}
        if token is not False:
            data["csrf_token"] = token or self.get_csrf_token(url)
        return self.post(
            f"{path}/messages?{query}",
            data,
            [("file", file) for file in files],
            as_json,
        )

    def _last_message(self):
        return self.issue.message_ids.sorted("id")[-1:]

    def test_a_visitor_answers_by_the_link(self):
        """REQ I-2"""
        self._follow_as_agent()
        link = self._make_link()
        response = self._answer(
            self._link_url(link), files=[("photo.pdf", PDF)], token=False
        )
        self.assertEqual(response.status_code, 303, response.text)
        message = self._last_message()
        self.assertEqual(message.email_from, '"Ada Berg" <ada@example.org>')
        self.assertFalse(message.author_id)
        self.assertEqual(message.subtype_id, self.env.ref(PUBLIC))
        self.assertIn("the red one", message.body)
        self.assertEqual(message.attachment_ids.raw, PDF)
        page = self.get(response.headers["Location"]).text
        self.assertIn("answer has been sent", page)
        # a reload does not say it again
        self.assertIn('data-notice="answered"', page)
        self.assertIn("Ada Berg", page)
        self.assertIn("photo.pdf", page)
        self.assertNotIn("ada@example.org", page)
        self.assertIn(self.agent.partner_id, message.notified_partner_ids)

    def _follow_as_agent(self):
        self.issue.message_subscribe(partner_ids=self.agent.partner_id.ids)

    def test_a_known_contact_answers_in_their_name(self):
        """REQ I-2"""
        link = self._make_link("test_owner@example.com", self.owner.partner_id)
        self._answer(self._link_url(link), token=False)
        self.assertEqual(self._last_message().author_id, self.owner.partner_id)

    def test_customers_and_trusted_users_answer(self):
        """REQ I-3"""
        for user in (self.owner, self.colleague, self.trusted, self.partner):
            self.login(user)
            response = self._answer(self.url, files=[("a.pdf", PDF)])
            self.assertEqual(response.status_code, 303, user.login)
            message = self._last_message()
            self.assertEqual(message.author_id, user.partner_id)
            self.assertEqual(message.attachment_ids.raw, PDF)
        self.assertNotIn(
            self.trusted.partner_id,
            self.issue.message_partner_ids,
            "a follower's company may read the issue for ever",
        )

    def test_an_answer_comes_back_after_the_login(self):
        """REQ I-3: where the session has ended"""
        self.login(None)
        response = self._answer(self.url, "It is <red>\n& mine", token="x")
        self.assertEqual(response.status_code, 303)
        # the browser keeps it, and no log
        self.assertNotIn("mine", response.headers["Location"])
        self.login(self.owner)
        page = self.get(response.headers["Location"], allow_redirects=True).text
        self.assertIn("nothing was sent", page)
        self.assertNotIn("nothing was sent", self.get(self.url).text)

    def test_others_do_not_answer(self):
        """REQ I-3"""
        count = len(self.issue.message_ids)
        link = self._make_link()
        self.login(self.stranger)
        token = self.get_csrf_token("/my/binders/new")
        self.assertEqual(self._answer(self.url, token=token).status_code, 404)
        self.login(None)
        self.assertIn(
            "/web/login", self._answer(self.url, token=False).headers["Location"]
        )
        link.active = False
        response = self._answer(self._link_url(link), token=False)
        self.assertEqual(response.status_code, 404)
        # the link of the Share action shows the issue to whoever has it, and says not who that is
        shared = self.issue._portal_ensure_token()
        url = f"{self.url}?access_token={shared}"
        self.assertEqual(self.get(url).status_code, 200)
        self.assertNotIn("Your answer", self.get(url).text)
        self.assertEqual(self._answer(url, token=False).status_code, 403)
        self.assertEqual(len(self.issue.message_ids), count)

    def test_an_answer_of_another_site_is_refused_and_nothing_typed_is_lost(self):
        """REQ I-3"""
        self.login(self.owner)
        count = len(self.issue.message_ids)
        for token in ("", "stale", "é"):
            response = self._answer(self.url, token=token or " ")
            self.assertEqual(response.status_code, 400)
            self.assertIn("It is the red one", response.text)
        response = self._answer(self.url, text=" ")
        self.assertEqual(response.status_code, 400)
        self.assertIn("Please write something", response.text)
        response = self._answer(self.url, text="x" * 10_001)
        self.assertEqual(response.status_code, 400)
        self.assertIn("too long: 10000 characters", response.text)
        response = self._answer(self.url, files=[("a.exe", b"MZ")])
        self.assertEqual(response.status_code, 415)
        self.assertIn("It is the red one", response.text)
        response = self._answer(self.url, text="", as_json=True)
        self.assertEqual(response.json()["error"], "empty")
        self.assertEqual(len(self.issue.message_ids), count)
        response = self._answer(self.url, text="", files=[("a.pdf", PDF)])
        self.assertEqual(response.status_code, 303, "a file says enough")

    def test_a_file_where_a_text_belongs_is_refused(self):
        """REQ I-2, I-3"""
        url = self._link_url(self._make_link())
        path = url.replace("?", "/messages?")
        for field in ("answer", "csrf_token", "x"):
            response = self.post(path, {}, [(field, ("a.txt", b"text"))])
            self.assertEqual(response.status_code, 400, field)
        self.login(self.owner)
        for path in ("messages", "status"):
            token = [("csrf_token", ("a.txt", b"text"))]
            response = self.post(f"{self.url}/{path}", {}, token)
            self.assertEqual(response.status_code, 400, path)

    def test_answers_have_a_limit(self):
        """REQ I-2"""
        self._set_limit("issue_answer", 2)
        url = self._link_url(self._make_link())
        statuses = [self._answer(url, token=False).status_code for _time in range(3)]
        self.assertEqual(statuses, [303, 303, 429])
        for as_json in (False, True):
            response = self._answer(url, token=False, as_json=as_json)
            self.assertEqual(response.status_code, 429)
            self.assertTrue(0 < int(response.headers["Retry-After"]) <= 3600)
            self.assertIn("Please wait a while", response.text)
        self.assertEqual(response.json()["error"], "throttled")

    def test_files_of_who_may_not_answer_are_kept_nowhere(self):
        """REQ I-2: a stranger's, and those for an archived issue"""
        kept = []
        keep = IncomingFile._keep

        def _keep(incoming, data):
            kept.append(len(data))
            return keep(incoming, data)

        self.patch(IncomingFile, "_keep", _keep)
        big = [("a.txt", b"x" * 200_000)]
        self._answer(f"{self.url}?access_token=" + "0" * 64, files=big, token=False)
        self.assertEqual(kept, [])
        self._answer(self._link_url(self._make_link()), files=big, token=False)
        self.assertTrue(kept)
        kept.clear()
        self.issue.active = False
        self.login(self.owner)
        token = self.get_csrf_token("/my/binders/new")
        answer = self._answer(self.url, files=big, token=token)
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(kept, [])

    def test_a_long_discussion_has_pages(self):
        """REQ I-2"""
        self.patch(type(self.issue), "_portal_messages_per_page", 3)
        messages = [self._post_as_staff(f"Message {number}!") for number in range(5)]
        self.login(self.owner)
        page = self.get(self.url).text
        self.assertIn("Message 4!", page)
        self.assertIn("Message 2!", page)
        self.assertNotIn("Message 1!", page)
        self.assertIn(f"before={messages[2].id}", page)
        page = self.get(f"{self.url}?before={messages[2].id}").text
        self.assertIn("Message 0!", page)
        self.assertNotIn("Message 2!", page)
        for before in ("x", "é", "-1", "9" * 40, "1.5", "%00"):
            self.assertEqual(self.get(f"{self.url}?before={before}").status_code, 404)

    def test_hostile_text_is_harmless(self):
        """REQ I-2"""
        url = self._link_url(self._make_link())
        self._answer(url, text="<script>alert(1)</script> <b>x</b>\x00", token=False)
        page = self.get(url).text
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("&lt;script&gt;alert(1)", page)

    # -- who is told of a message

    def _mails_of(self, message):
        return (
            self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        )

    def test_the_owner_of_a_link_is_told_of_public_messages_only(self):
        """REQ I-2, I-8"""
        link = self._make_link()
        other = self._make_link("bo@example.org")
        mails = self._mails_of(self._post_as_staff("We come tomorrow"))
        for owner in (link, other):
            mail = mails.filtered(lambda m, owner=owner: m.email_to == owner.email)
            self.assertEqual(len(mail), 1)
            self.assertIn("We come tomorrow", mail.body_html)
            self.assertIn(
                self.get_link_url(mail).rpartition("=")[2], owner._get_token()
            )
        self.assertFalse(self._mails_of(self._post_as_staff("He never pays", NOTE)))

    def test_a_contact_with_a_link_is_told_once(self):
        """REQ I-2"""
        link = self._make_link("test_owner@example.com", self.owner.partner_id)
        self.issue.message_subscribe(partner_ids=self.owner.partner_id.ids)
        mails = self._mails_of(self._post_as_staff("We come tomorrow"))
        self.assertEqual(mails.recipient_ids, self.owner.partner_id)
        self.assertEqual(len(mails), 1)
        self.assertIn(link._get_token(), mails.body_html)

    def test_a_contact_made_for_the_answer_gets_the_link_of_the_visitor(self):
        """REQ I-2: staff press Send message, and the visitor is proposed as a recipient"""
        self.issue.write(
            {
                "partner_id": False,
                "partner_name": "Ada Berg",
                "partner_email": "ada@example.org",
            }
        )
        link = self._make_link()
        issue = self.issue.with_user(self.agent)
        [proposed] = issue._message_get_suggested_recipients()
        self.assertEqual(proposed["name"], "Ada Berg")
        contact = self.env["res.partner"].create(
            {"name": proposed["name"], "email": proposed["email"]}
        )
        message = issue.message_post(
            body="We come tomorrow",
            message_type="comment",
            subtype_xmlid=PUBLIC,
            partner_ids=contact.ids,
        )
        [mail] = self._mails_of(message)
        self.assertEqual(mail.recipient_ids, contact)
        self.assertIn(link._get_token(), mail.body_html)

    def test_who_writes_is_not_told(self):
        """REQ I-2"""
        link = self._make_link()
        self._follow_as_agent()
        self._answer(self._link_url(link), token=False)
        mails = self._mails_of(self._last_message())
        self.assertEqual(mails.recipient_ids, self.agent.partner_id)
        self.assertFalse(mails.filtered("email_to"))
        self.assertNotIn(link._get_token(), mails.body_html)

    def test_a_trusted_user_who_took_part_is_told_while_trusted(self):
        """REQ I-3"""
        self.login(self.trusted)
        self._answer(self.url)
        mails = self._mails_of(self._post_as_staff("We come tomorrow"))
        self.assertEqual(mails.recipient_ids, self.trusted.partner_id)
        self.assertIn(self.url, mails.body_html)
        self.assertNotIn("access_token", mails.body_html)
        self.secure.portal_user_ids = [Command.clear()]
        self.assertFalse(self._mails_of(self._post_as_staff("And the day after")))

    # -- documents

    def test_documents_on_an_issue(self):
        """REQ D-5, I-5"""
        self.login(self.trusted)
        page = self.get(self.url).text
        self.assertIn(f"res_model=helpdesk.ticket&amp;res_id={self.issue.id}", page)
        for user, status in (
            (self.owner, 303),
            (self.trusted, 303),
            (self.stranger, 404),
        ):
            self.login(user)
            response = self.post(
                "/my/documents/upload",
                {
                    "csrf_token": self.get_csrf_token("/my/documents/upload"),
                    "res_model": "helpdesk.ticket",
                    "res_id": self.issue.id,
                    "name": f"Of {user.login}",
                },
                [("file", ("a.pdf", PDF))],
            )
            self.assertEqual(response.status_code, status, user.login)
        self.assertEqual(self.issue.portal_document_count, 2)
        self.login(self.partner)
        page = self.get(self.url).text
        self.assertIn("Of test_owner", page)
        self.assertIn("Of test_trusted", page)
        document = self.issue.portal_document_ids[:1]
        page = self.get(f"/my/documents/{document.id}")
        self.assertEqual(page.status_code, 200)
        # D-23: where it lies, also for whom the binder trusts
        self.assertIn(f'href="{self.issue.access_url}', page.text)
        self.secure.portal_partner_ids = [Command.clear()]
        self.assertEqual(self.get(f"/my/documents/{document.id}").status_code, 404)
        self.assertNotIn(
            "documents",
            self.get(self._link_url(self._make_link()))
            .text.split("card_body")[1]
            .lower()
            .split("discussion")[0],
        )
        self.assertEqual(
            self.owner.partner_id.with_user(self.document_user).portal_document_count, 1
        )
