import re

from odoo import fields
from odoo.tests import tagged

from ..models.customer_portal_request_portal import MAX_WORDS_LENGTH
from .common import PDF, PNG
from .request_case import RequestPageCase


@tagged("-at_install", "post_install")
class TestRequestPage(RequestPageCase):
    def test_a_question_comes_back_after_the_login(self):
        """REQ D-18: where the session has ended"""
        request = self._open()
        self.login(None)
        response = self._post(
            request, as_json=False, csrf="x", action="message", body="Which <one>?"
        )
        self.assertEqual(response.status_code, 303)
        self.assertNotIn("Which", response.headers["Location"])
        self.login(self.owner)
        page = self.get(response.headers["Location"], allow_redirects=True).text
        self.assertIn("nothing was sent", page)

    def test_the_customer_sees_what_is_missing(self):
        """REQ D-18"""
        request = self._open(note="For the tax office", deadline="2030-12-31")
        request.line_ids[0].description = "Both sides"
        self._give_form(request.line_ids[0])
        self._open(self.stranger).name = "Not theirs"
        self.login(self.owner)
        page = self.get("/my/requests").text
        self.assertIn("Annual accounts", page)
        # below the title where a phone has no room for the column
        self.assertRegex(page, r"d-md-none[^>]*>2 of 2 missing<")
        self.assertNotIn("Not theirs", page)
        page = self.get(f"/my/requests/{request.id}").text
        for words in ("For the tax office", "Both sides", "Missing"):
            self.assertIn(words, page)
        ids = re.findall(r'name="request_line_id"\s+value="(\d+)"', page)
        self.assertEqual(set(map(int, ids)), set(request.line_ids.ids))
        form = self.get(
            f"/my/requests/{request.id}/lines/{request.line_ids[0].id}/form"
        )
        self.assertEqual(form.content, PDF)
        self.assertIn("attachment", form.headers["Content-Disposition"])
        answer = self.get_json(f"/my/requests/{request.id}").json()
        self.assertEqual([line["state"] for line in answer["lines"]], ["missing"] * 2)
        answer = self.get_json("/my/requests?filterby=zzz&sortby=zzz&search=%25").json()
        self.assertEqual(answer["requests"][0]["id"], request.id)
        home = self.env["customer.portal.home"].with_user(self.owner)
        [section] = home._get_waiting()
        self.assertEqual(section["count"], 1)
        self.assertEqual(section["lines"][0]["url"], f"/my/requests/{request.id}")
        self.assertIn("What we need from you", self.get("/my/home").text)
        request.line_ids.action_accept()
        self.assertEqual(home._get_waiting(), [])

    def test_the_due_date_is_red_while_something_is_missing(self):
        """REQ D-18: whoever has sent everything is not late"""
        request = self._open(lines=("Passport",), deadline="2020-01-01")
        self.login(self.owner)
        late = re.compile(r'<strong\s+class="text-danger"')
        self.assertRegex(self.get(f"/my/requests/{request.id}").text, late)
        self._put_in(request.line_ids)
        self.env.flush_all()
        self.assertNotRegex(self.get(f"/my/requests/{request.id}").text, late)

    def test_drafts_and_requests_of_others_are_not_there(self):
        """REQ D-18"""
        draft, other = self._ask(), self._open(self.stranger)
        private = self._open(visibility="contact")
        self.env.flush_all()
        self.login(self.colleague)
        for request in (draft, other, private):
            self.assertEqual(self.get(f"/my/requests/{request.id}").status_code, 404)
            response = self._post(request, [("a.pdf", PDF)], request_line_id="1")
            self.assertEqual(response.status_code, 404)
        self.login(None)
        response = self.get(f"/my/requests/{other.id}")
        self.assertIn("/web/login", response.headers["Location"])

    # -- uploads

    def test_a_file_for_a_line(self):
        """REQ D-18: filed where the line says"""
        folder = self.env["customer.portal.folder"].create({"name": "Accounts"})
        project = self._create_project("Roof")
        task = self.env["project.task"].create(
            {"name": "Gutter", "project_id": project.id}
        )
        request = self._open(record=f"project.project,{project.id}")
        request.user_ids = self.manager
        line = request.line_ids[0]
        line.folder_id = folder
        request.line_ids[1].record = task
        self.env.flush_all()
        self.login(self.owner)
        document = self.get_uploaded(
            self._post(request, [("a.pdf", PDF)], request_line_id=line.id)
        )
        self.assertEqual(document, line.document_ids)
        self.assertEqual(document.attachment_id.raw, PDF)
        self.assertEqual(document.partner_id, self.owner.partner_id)
        self.assertEqual(document.folder_id, folder)
        self.assertEqual(
            (document.res_model, document.res_id), (project._name, project.id)
        )
        self.assertEqual(document.user_id, self.document_user)
        self.assertEqual(line.state, "received")
        response = self._post(
            request,
            [("b.pdf", PDF), ("c.png", PNG)],
            as_json=False,
            request_line_id=line.id,
        )
        self.assertEqual(response.status_code, 303)
        self.assertIn("received=2", response.headers["Location"])
        self.assertEqual(line.document_count, 3)
        # any address that takes files takes a line
        document = self.get_uploaded(
            self.upload([("d.pdf", PDF)], request_line_id=request.line_ids[1].id)
        )
        self.assertEqual(document, request.line_ids[1].document_ids)
        self.assertEqual((document.res_model, document.res_id), (task._name, task.id))
        # all is there: who asks knows it, and who else shall
        told = request.activity_ids.mapped("user_id")
        self.assertEqual(told, self.document_user | self.manager)
        notices = self.env["mail.message"].search(
            [
                ("model", "=", request._name),
                ("res_id", "=", request.id),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", told.partner_id.ids),
            ]
        )
        self.assertEqual(
            notices.author_id, self.env.ref("base.partner_root"), "not the customer"
        )
        self.assertEqual(self.owner.partner_id.portal_request_ids.missing_count, 0)

    def test_a_file_for_what_is_gone(self):
        """REQ D-18: about a record of a kind that documents are no longer filed on"""
        project = self._create_project("Roof", self.owner)
        request = self._open(record=f"project.project,{project.id}")
        self.env.flush_all()
        Document = self.registry["customer.portal.document"]
        self.patch(Document, "_get_linkable_models", lambda self: ["project.task"])
        self.login(self.owner)
        line = request.line_ids[0]
        response = self._post(request, [("a.pdf", PDF)], request_line_id=line.id)
        self.assertFalse(self.get_uploaded(response).res_model)

    def test_a_line_of_one_file_keeps_versions(self):
        """REQ D-18: the customer may replace and take back until it is accepted"""
        request = self._open()
        line = request.line_ids[0]
        line.multiple = False
        self.env.flush_all()
        self.login(self.owner)
        self._post(request, [("a.pdf", PDF)], request_line_id=line.id)
        response = self._post(
            request, [("b.pdf", PDF), ("c.pdf", PDF)], request_line_id=line.id
        )
        self.assertEqual(response.status_code, 400)
        document = self.get_uploaded(
            self._post(request, [("b.png", PNG)], request_line_id=line.id)
        )
        self.assertEqual(document.version_count, 2)
        self.assertEqual(line.document_ids, document)
        values = {"request_line_id": line.id, "document_id": document.id}
        response = self._post(request, action="take_back", **values)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual((line.state, document.active), ("missing", False))
        response = self._post(request, action="take_back", **values)
        self.assertEqual(response.status_code, 404)
        document = self.get_uploaded(
            self._post(request, [("d.png", PNG)], request_line_id=line.id)
        )
        line.action_accept()
        self.env.flush_all()
        for data in (
            {"files": [("e.png", PNG)]},
            {"action": "take_back", "document_id": document.id},
            {"action": "decline", "reason": "No"},
        ):
            response = self._post(request, request_line_id=line.id, **data)
            self.assertEqual(response.status_code, 410, response.text)
        self.assertEqual(line.document_ids, document)

    def test_what_was_rejected_may_be_taken_back(self):
        """REQ D-18: it is asked for again all the same"""
        request = self._open()
        line = request.line_ids[0]
        wrong, right = (
            self._put_in(line, filename=name) for name in ("wrong.pdf", "right.pdf")
        )
        line.action_reject("The first is of last year")
        self.env.flush_all()
        self.login(self.owner)
        page = self.get(request.access_url).text
        self.assertIn("Take back wrong.pdf", page)
        self.assertRegex(page, r"<label[^>]*>\s*Send it again")
        values = {"action": "take_back", "document_id": wrong.id}
        response = self._post(request, request_line_id=line.id, **values)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(line.document_ids, right)
        self.assertEqual((line.state, request.missing_count), ("rejected", 2))

    def test_a_renewal_is_not_taken_back(self):
        """REQ D-18, D-20: the versions before it are not of this line"""
        request = self._open(lines=("Passport",))
        document = self._put_in(request.line_ids, filename="passport.pdf")
        request.line_ids.sudo().renewed_document_id = document
        self.env.flush_all()
        self.login(self.owner)
        page = self.get(request.access_url).text
        self.assertIn("passport.pdf", page)
        self.assertNotIn("Take back", page)

    def _open_accepted(self):
        """Have staff accept what the owner has uploaded; return the request and the document."""
        request = self._open(lines=("Passport",))
        self.env.flush_all()
        self.login(self.owner)
        response = self._post(
            request, [("a.pdf", PDF)], request_line_id=request.line_ids.id
        )
        document = self.get_uploaded(response)
        self.env.invalidate_all()
        request.line_ids.action_accept()
        self.assertEqual(request.state, "done")
        self.env.flush_all()
        return request, document

    def test_what_is_exchanged_is_looked_at_again(self):
        """REQ D-18: by a new version, and by an older one"""
        request, document = self._open_accepted()
        url = f"{document.access_url}/versions"
        self.get_uploaded(self.upload([("b.png", PNG)], url=url))
        self.env.invalidate_all()
        self.assertEqual((request.state, request.line_ids.state), ("open", "received"))
        self.assertEqual(request.activity_ids.user_id, self.document_user)
        self.assertIn("b.png", " ".join(request.message_ids.mapped("body")))
        request.line_ids.action_accept()
        oldest = document.version_ids[-1]
        self.env.flush_all()
        self.post(f"{url}/{oldest.id}/restore", {"csrf_token": self.get_token()})
        self.env.invalidate_all()
        self.assertEqual(document.attachment_id.raw, PDF)
        self.assertEqual((request.state, request.line_ids.state), ("open", "received"))
        # to restore the current one changes nothing
        request.line_ids.action_accept()
        current = document.attachment_id
        self.env.flush_all()
        self.post(f"{url}/{current.id}/restore", {"csrf_token": self.get_token()})
        self.env.invalidate_all()
        self.assertEqual((request.state, request.line_ids.state), ("done", "accepted"))
        # what was rejected is sent again so as well
        request.line_ids.action_reject("Blurred")
        self.env.flush_all()
        self.get_uploaded(self.upload([("c.png", PNG)], url=url))
        self.env.invalidate_all()
        self.assertEqual(request.line_ids.state, "received")
        request.action_cancel()
        self.env.flush_all()
        self.get_uploaded(self.upload([("d.png", PNG)], url=url))
        self.env.invalidate_all()
        self.assertEqual(request.state, "cancelled")

    def test_what_staff_exchange_stays_accepted(self):
        """REQ D-18"""
        request, document = self._open_accepted()
        self.login(self.document_user)
        url = f"{document.access_url}/versions"
        self.get_uploaded(self.upload([("b.png", PNG)], url=url))
        document.active = False
        self.env.invalidate_all()
        self.assertEqual((request.state, request.line_ids.state), ("done", "accepted"))

    def test_what_is_withdrawn_is_missing_again(self):
        """REQ D-18: accepted or not"""
        request, document = self._open_accepted()
        data = {"csrf_token": self.get_token()}
        self.post(f"{document.access_url}/withdraw", data)
        self.env.invalidate_all()
        self.assertFalse(document.active)
        self.assertEqual((request.state, request.line_ids.state), ("open", "missing"))
        self.assertIn("took back", " ".join(request.message_ids.mapped("body")))

    def test_what_is_private_stays_with_who_moves(self):
        """REQ D-18: what they send from their new company is of the same line"""
        request = self._open(visibility="contact")
        line = request.line_ids[0]
        line.multiple = False
        document = self._put_in(line, filename="first.pdf")
        self.owner.partner_id.parent_id = self.stranger.partner_id.commercial_partner_id
        self.env.flush_all()
        self.login(self.owner)
        response = self._post(request, [("b.png", PNG)], request_line_id=line.id)
        self.assertEqual(self.get_uploaded(response), document)

    def test_what_staff_gave_to_another_customer_is_theirs(self):
        """REQ D-18: it is neither shown, nor replaced, nor taken back, and answers nothing"""
        request = self._open(lines=("Passport", "Lease"))
        line, renewing = request.line_ids
        line.multiple = False
        kept = self._create_document(self.owner, filename="kept.pdf")
        moved = self._put_in(line, filename="moved.pdf")
        renewing.sudo().renewed_document_id = kept
        (kept | moved).partner_id = self.stranger.partner_id
        self.env.flush_all()
        self.login(self.owner)
        self.assertNotIn("moved.pdf", self.get(request.access_url).text)
        data = {"action": "take_back", "document_id": moved.id}
        response = self._post(request, request_line_id=line.id, **data)
        self.assertEqual(response.status_code, 404)
        for one in (line, renewing):
            response = self._post(request, [("b.png", PNG)], request_line_id=one.id)
            document = self.get_uploaded(response)
            self.assertEqual(document.partner_id, self.owner.partner_id)
            self.assertNotIn(document, kept | moved)
        self.env.invalidate_all()
        self.assertEqual((kept | moved).attachment_id.mapped("raw"), [PDF, PDF])
        request.line_ids.action_accept()
        self.env.flush_all()
        self.login(self.stranger)
        url = f"{moved.access_url}/versions"
        self.get_uploaded(self.upload([("c.png", PNG)], url=url))
        self.env.invalidate_all()
        self.assertEqual(moved.attachment_id.raw, PNG)
        self.assertEqual(request.state, "done")

    def test_what_is_private_is_not_shown_to_colleagues(self):
        """REQ D-18: on the page of a request that they see"""
        request = self._open(lines=("Passport",))
        document = self._put_in(request.line_ids, filename="private.pdf")
        document.visibility = "contact"
        document.partner_id = self.colleague.partner_id
        self.env.flush_all()
        self.login(self.owner)
        self.assertNotIn("private.pdf", self.get(request.access_url).text)
        document.visibility = "company"
        self.env.flush_all()
        self.assertIn("private.pdf", self.get(request.access_url).text)

    def test_what_is_refused(self):
        """REQ D-18: files as everywhere, lines of others, no token, unknown things"""
        request, other = self._open(), self._open(self.stranger)
        line = request.line_ids[0]
        long = "x" * (MAX_WORDS_LENGTH + 1)
        self.login(self.owner)
        for status, files, data in (
            (400, [], {"request_line_id": line.id}),
            (400, [("a.pdf", b"")], {"request_line_id": line.id}),
            (415, [("a.exe", b"MZ")], {"request_line_id": line.id}),
            (413, [("a.txt", b"x" * 1024**2 + b"x")], {"request_line_id": line.id}),
            (404, [("a.pdf", PDF)], {"request_line_id": other.line_ids[0].id}),
            (404, [("a.pdf", PDF)], {"request_line_id": "x"}),
            (400, [("a.pdf", PDF)], {"request_line_id": line.id, "csrf": "x"}),
            (400, [("a.pdf", PDF)], {"request_line_id": line.id, "action": "accept"}),
            (400, [], {"action": "promise", "until": "31.12."}),
            (400, [], {"action": "promise", "until": "2001-01-01"}),
            # as long as the form takes, and never cut
            (400, [], {"action": "promise", "until": "2030-02-01", "reason": long}),
            (
                400,
                [],
                {"request_line_id": line.id, "action": "decline", "reason": long},
            ),
            (400, [], {"action": "message", "body": " "}),
            (400, [], {"action": "decline", "request_line_id": line.id}),
        ):
            response = self._post(request, files, **data)
            self.assertEqual(response.status_code, status, (data, response.text))
        response = self.upload([("a.pdf", PDF)], request_line_id=other.line_ids[0].id)
        self.assertEqual(response.status_code, 404)
        response = self._start(9, request_line_id=other.line_ids[0].id)
        self.assertEqual(response.status_code, 404)
        self.assertFalse((request | other).line_ids.document_ids)
        response = self._post(
            request, [("a.exe", b"MZ")], as_json=False, request_line_id=line.id
        )
        self.assertEqual(response.status_code, 415)
        self.assertIn("program or script", response.text)
        self.assertIn('role="alert"', response.text)

    def test_it_does_not_apply(self):
        """REQ D-18"""
        request = self._open()
        line = request.line_ids[0]
        self.login(self.owner)
        response = self._post(
            request, action="decline", request_line_id=line.id, reason="I have <none>"
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual((line.state, line.is_not_applicable), ("received", True))
        self.assertEqual(line.customer_note, "I have <none>")
        self.assertIn("I have &lt;none&gt;", request.message_ids[0].body)
        self._post(request, action="take_back", request_line_id=line.id)
        self.assertEqual(line.state, "missing")

    def test_more_time_and_questions(self):
        """REQ D-18"""
        request = self._open(deadline="2030-01-01")
        self.login(self.owner)
        self._post(request, action="promise", until="2030-02-01", reason="On holiday")
        self.assertEqual(fields.Date.to_string(request.promised_date), "2030-02-01")
        self._post(request, action="message", body="Which <b>year</b>?")
        message = request.message_ids[0]
        self.assertEqual(message.author_id, self.owner.partner_id)
        self.assertIn("&lt;b&gt;", message.body)
        page = self.get(f"/my/requests/{request.id}").text
        self.assertIn("Which", page)
        self.assertNotIn("On holiday", page.partition("Questions")[2])
        request.action_accept_promise()
        self.assertEqual(fields.Date.to_string(request.deadline), "2030-02-01")
        self.assertFalse(request.promised_date)

    def test_questions_may_have_files(self):
        """REQ D-5, D-18: with a login and by the link, checked as uploads, for the readers alone"""
        request, token = self._ask_guest()
        own = self._open()
        self.env.flush_all()
        for one, user, key in ((own, self.owner, None), (request, None, token)):
            self.login(user)
            csrf = "" if key else None
            response = self._post(
                one,
                [("is it this.png", PNG), ("or this.pdf", PDF)],
                token=key,
                csrf=csrf,
                action="message",
                body="Which one?",
            )
            self.assertEqual(response.status_code, 200, response.text)
            message = one.message_ids[0]
            self.assertEqual(message.author_id, one.partner_id)
            self.assertEqual(set(message.attachment_ids.mapped("raw")), {PNG, PDF})
            self.assertFalse(one.line_ids.document_ids)
            query = f"?access_token={key}" if key else ""
            page = self.get(f"/my/requests/{one.id}{query}").text
            for file in message.attachment_ids:
                path = f"/my/requests/{one.id}/attachments/{file.id}{query}"
                self.assertIn(path, page)
                answer = self.get(path)
                self.assertEqual(answer.content, file.raw)
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            response = self._post(
                one,
                [("a.exe", b"MZ")],
                token=key,
                csrf=csrf,
                action="message",
                body="x",
            )
            self.assertEqual(response.status_code, 415, response.text)
            # a file alone says enough
            response = self._post(
                one, [("a.png", PNG)], token=key, csrf=csrf, action="message", body=""
            )
            self.assertEqual(response.status_code, 200, response.text)
        response = self._post(
            request,
            [("a.exe", b"MZ")],
            as_json=False,
            token=token,
            csrf="",
            action="message",
            body="What I have typed",
        )
        self.assertIn("What I have typed", response.text)
        internal = self._create_attachment("internal.pdf")
        request.sudo().message_post(body="Note", attachment_ids=internal.ids)
        self.env.flush_all()
        foreign = own.message_ids.attachment_ids[0]
        for file in (internal, foreign):
            path = f"/my/requests/{request.id}/attachments/{file.id}"
            response = self.get(f"{path}?access_token={token}")
            self.assertEqual(response.status_code, 404, file.name)
        request.action_cancel()
        self.env.flush_all()
        response = self._post(
            request, [("a.png", PNG)], token=token, csrf="", action="message", body="x"
        )
        self.assertEqual(response.status_code, 404)

    def test_what_staff_are_told_of_is_limited(self):
        """REQ 11.8"""
        self._set_limit("request_change", 2)
        request, token = self._ask_guest(deadline="2030-01-01")
        line = request.line_ids[:1]
        changes = [
            {"action": "promise", "until": "2030-02-01"},
            {"action": "decline", "request_line_id": line.id, "reason": "No"},
            {"action": "take_back", "request_line_id": line.id},
        ]
        codes = [
            self._post(request, token=token, csrf="", **change).status_code
            for change in changes
        ]
        self.assertEqual(codes, [200, 200, 429])
        # other requests, and files, are counted by themselves
        answer = self._post(
            request, [("a.pdf", PDF)], token=token, csrf="", request_line_id=line.id
        )
        self.assertIn(answer.status_code, (200, 201))

    def test_the_end_of_a_document_is_asked_for(self):
        """REQ D-20"""
        request = self._open()
        line = request.line_ids[0]
        line.needs_valid_until = True
        self.env.flush_all()
        self.login(self.owner)
        for date in ("", "x", "2001-01-01"):
            response = self._post(
                request, [("a.pdf", PDF)], request_line_id=line.id, valid_until=date
            )
            self.assertEqual(response.status_code, 400, response.text)
        document = self.get_uploaded(
            self._post(
                request,
                [("a.pdf", PDF)],
                request_line_id=line.id,
                valid_until="2031-05-01",
            )
        )
        self.assertEqual(fields.Date.to_string(document.valid_until), "2031-05-01")

    def test_a_locked_file_is_not_replaced(self):
        """REQ D-10, D-18: what is sent in its place is a document beside it"""
        request = self._open(lines=("Passport",))
        line = request.line_ids
        line.multiple = False
        locked = self._put_in(line)
        locked.with_user(self.document_user).action_lock()
        line.action_reject("Blurred")
        self.env.flush_all()
        self.login(self.owner)
        page = self.get(f"/my/requests/{request.id}").text
        self.assertNotIn("Replace the file", page)
        sent = [
            self.get_uploaded(
                self._post(request, [("a.png", PNG)], request_line_id=line.id)
            )
            for _turn in range(2)
        ]
        self.assertEqual(sent[0], sent[1])
        self.assertNotEqual(sent[0], locked)
        self.assertEqual(locked.attachment_id.raw, PDF)
        self.assertEqual(line.state, "received")

    # -- resumable

    def test_a_line_takes_resumable_uploads(self):
        """REQ D-16, D-18"""
        request = self._open()
        line = request.line_ids[0]
        self.login(self.owner)
        answer = self._start(len(PDF), request_line_id=line.id)
        self.assertEqual(answer.status_code, 201, answer.text)
        self.assertEqual(self._patch(answer.headers["Location"]).status_code, 204)
        self.assertEqual(line.document_ids.attachment_id.raw, PDF)
        self.assertEqual(line.document_ids.partner_id, self.owner.partner_id)
        answer = self._start(len(PDF), request_line_id=line.id)
        line.action_accept()
        self.env.flush_all()
        self.assertEqual(self._patch(answer.headers["Location"]).status_code, 410)
        self.assertEqual(self._start(9, request_line_id=line.id).status_code, 410)
        self.assertEqual(self._start(9, request_line_id="x").status_code, 404)

    def test_the_list_takes_as_many_statements_for_many(self):
        """REQ 11.5"""
        self._open()
        self.login(self.owner)
        self.get("/my/requests")
        few = self._count_statements()
        for number in range(12):
            self._open(lines=(f"Line {number}",), deadline="2030-01-01")
        self.env.flush_all()
        self.assertLessEqual(self._count_statements(), few + 1)

    def _count_statements(self):
        self.env.invalidate_all()
        before = self.cr.sql_log_count if hasattr(self.cr, "sql_log_count") else 0
        self.get("/my/requests")
        return self.cr.sql_log_count - before
