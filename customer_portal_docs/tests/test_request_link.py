import re

from odoo.tests import tagged

from .common import PDF, PORTAL
from .request_case import RequestPageCase


@tagged("-at_install", "post_install")
class TestRequestLink(RequestPageCase):
    def test_a_personal_link_opens_one_page(self):
        """REQ D-18: uploads by it are the contact's"""
        request, token = self._ask_guest()
        other, other_token = self._ask_guest()
        self._give_form((request | other).line_ids[:3])
        self.login(None)
        page = self.get(f"/my/requests/{request.id}?access_token={token}")
        self.assertEqual(page.status_code, 200)
        # with the form to fill in, of this request alone
        paths = re.findall(r'"(/my/requests/\d+/lines/\d+/form[^"]*)"', page.text)
        self.assertEqual(
            paths,
            [
                f"/my/requests/{request.id}/lines/{line.id}/form?access_token={token}"
                for line in request.line_ids
            ],
        )
        form = self.get(paths[0])
        self.assertEqual(form.content, PDF)
        self.assertIn("form.pdf", form.headers["Content-Disposition"])
        for path in (
            paths[0].partition("?")[0],
            paths[0].replace(token, other_token),
            paths[0].replace(
                f"/lines/{request.line_ids[0].id}/",
                f"/lines/{other.line_ids[0].id}/",
            ),
        ):
            self.assertIn(self.get(path).status_code, (303, 404), path)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn(f"access_token={token}", page.text)
        self.assertNotIn(token, request.sudo().link_ids.key_digest)
        for path in (
            f"/my/requests/{other.id}?access_token={token}",
            f"/my/requests/{request.id}?access_token={'0' * 64}",
            f"/my/requests/{request.id}?access_token=%C3%A9",
        ):
            self.assertEqual(self.get(path).status_code, 404, path)
        line = request.line_ids[0]
        response = self._post(
            request, [("a.pdf", PDF)], token=token, csrf="", request_line_id=line.id
        )
        document = self.get_uploaded(response)
        self.assertEqual(document.partner_id, self.guest)
        self.assertFalse(document.create_uid.share)
        self.assertFalse(document.is_from_staff, "whoever records it")
        self.assertEqual(document.origin_name, "Gus Berg")
        self.assertEqual(line.state, "received")
        self.assertNotIn(f"/my/documents/{document.id}", response.text)
        url = f"/my/documents/{document.id}/content?access_token={token}"
        self.assertEqual(self.get(url).status_code, 404)
        foreign = {"csrf": "", "request_line_id": other.line_ids[0].id}
        response = self._post(request, [("a.pdf", PDF)], token=token, **foreign)
        self.assertEqual(response.status_code, 404)
        self._post(request, token=token, csrf="", action="message", body="Hello")
        self.assertEqual(request.message_ids[0].author_id, self.guest)

    def test_what_a_link_brings_is_the_contacts(self):
        """REQ D-11, D-18, D-22: not ours, as they find once they have a login"""
        request, token = self._ask_guest()
        line = request.line_ids[0]
        line.multiple = False
        self.env.flush_all()
        # whoever is logged in beside it
        for user, name in ((None, "a.pdf"), (self.manager, "b.pdf")):
            self.login(user)
            response = self._post(
                request, [(name, PDF)], token=token, csrf="", request_line_id=line.id
            )
            document = self.get_uploaded(response)
        self.assertEqual(
            document.version_ids.mapped("portal_sender_name"), ["Gus Berg"] * 2
        )
        self.assertEqual(document.version_ids.portal_sender_id, self.guest)
        [message] = document.message_ids.filtered(lambda one: "b.pdf" in one.body)
        self.assertEqual(message.author_id, self.guest)
        found = self.env["customer.portal.document"].with_user(self.document_user)
        self.assertIn(document.id, found.search([("is_from_staff", "=", False)]).ids)
        user = self.env["res.users"].create(
            {
                "login": "gus",
                "password": "gus-berg-1",
                "partner_id": self.guest.id,
                "group_ids": self.env.ref(PORTAL).ids,
            }
        )
        News = self.env["customer.portal.document.news"].with_user(user)
        self.assertFalse(News._filter(document.with_user(user)))
        self.assertTrue(document.with_user(user)._is_own_in_portal())
        home = self.env["customer.portal.home"].with_user(user)
        self.assertFalse(home._read_new_documents(document.create_date.min))
        self.authenticate("gus", "gus-berg-1")
        page = self.get(document.access_url).text
        self.assertNotIn("OdooBot", page)

    def test_what_an_address_without_a_name_sends_is_theirs(self):
        """REQ D-11, D-19"""
        self.guest.write(
            {"type": "other", "parent_id": self.northwind.id, "name": False}
        )
        request, token = self._ask_guest()
        self.login(None)
        line = request.line_ids[0]
        response = self._post(
            request, [("a.pdf", PDF)], token=token, csrf="", request_line_id=line.id
        )
        file = self.get_uploaded(response).attachment_id
        self.assertEqual(file.portal_sender_id, self.guest)
        self.assertEqual(file.portal_sender_name, self.guest._get_portal_name())

    def test_a_link_ends(self):
        """REQ D-18: when it is revoked, with the request, with the contact and their address"""
        ends = (
            lambda request: request.action_revoke_link(),
            lambda request: request.action_cancel(),
            lambda request: request.line_ids.action_accept(),
            lambda request: request.sudo().write(
                {"partner_id": self.owner.partner_id.id}
            ),
            lambda request: self.guest.write({"email": "new@example.com"}),
            lambda request: self.guest.write({"active": False}),
        )
        self.login(None)
        for end in ends:
            request, token = self._ask_guest()
            line_id = request.line_ids[0].id
            self._give_form(request.line_ids[0])
            path = f"/my/requests/{request.id}?access_token={token}"
            form_path = path.replace("?", f"/lines/{line_id}/form?")
            for one in (path, form_path):
                self.assertEqual(self.get(one).status_code, 200)
            end(request)
            self.env.flush_all()
            for one in (path, form_path):
                self.assertEqual(self.get(one).status_code, 404)
            response = self._post(
                request, [("a.pdf", PDF)], token=token, csrf="", request_line_id=line_id
            )
            self.assertEqual(response.status_code, 404)
            response = self._start(9, request_line_id=line_id, access_token=token)
            self.assertEqual(response.status_code, 401)

    def test_a_link_takes_resumable_uploads(self):
        """REQ D-16, D-18: its key is kept nowhere, and its end is the upload's"""
        request, token = self._ask_guest()
        line = request.line_ids[0]
        self.login(None)
        values = {"request_line_id": line.id, "access_token": token}
        answer = self._start(len(PDF), **values)
        self.assertEqual(answer.status_code, 201, answer.text)
        url = answer.headers["Location"]
        upload = self.env["customer.portal.upload"].search([], order="id desc", limit=1)
        self.assertNotIn(token, str(upload.form_values))
        self.assertEqual(self.send_tus("HEAD", url).status_code, 200)
        self.assertEqual(self._patch(url).status_code, 204)
        self.assertEqual(line.document_ids.partner_id, self.guest)
        answer = self._start(len(PDF), **values)
        request.action_revoke_link()
        self.env.flush_all()
        url = answer.headers["Location"]
        self.assertEqual(self._patch(url).status_code, 401)
        self.assertEqual(line.document_count, 1)
        for more in (
            {"access_token": token},
            {"request_line_id": line.id},
            {},
        ):
            self.assertEqual(self._start(9, **more).status_code, 401)

    def test_a_new_link_goes_on_with_nothing_of_the_old_one(self):
        """REQ D-18: the next mail makes the revoked link valid again, with another key"""
        request, token = self._ask_guest()
        line = request.line_ids[0]
        self.login(None)
        begun = self._start(len(PDF), request_line_id=line.id, access_token=token)
        request.action_revoke_link()
        self.assertNotIn(token, request._get_customer_url())
        self.env.flush_all()
        self.assertEqual(self._patch(begun.headers["Location"]).status_code, 401)
        self.assertFalse(line.document_ids)

    def test_in_a_neutralized_copy_links_that_were_mailed_open_nothing(self):
        """REQ D-18: staff may send new ones there"""
        request, token = self._ask_guest()
        document = self._create_document(self.owner)
        urls = (
            f"/my/requests/{request.id}?access_token={token}",
            f"/my/documents/{document.id}?access_token={document._portal_ensure_token()}",
        )
        pictures = self.env["ir.attachment"].create(
            [
                {
                    "name": "lamp.png",
                    "raw": b"x",
                    "res_model": one._name,
                    "res_id": one.id,
                }
                for one in (request, document)
            ]
        )
        pictures.generate_access_token()
        self.env.flush_all()
        self.login(None)
        for url in urls:
            self.assertEqual(self.get(url).status_code, 200, url)
        self._neutralize("customer_portal_docs")
        self.assertFalse(any(pictures.mapped("access_token")))
        for url in urls:
            self.assertIn(self.get(url).status_code, (303, 404), url)
        self.login(None)
        sent = request._get_customer_url()
        self.assertNotIn(token, sent)
        self.env.flush_all()
        self.assertEqual(self.get(sent[sent.index("/my/") :]).status_code, 200)
        self.assertTrue(document._portal_ensure_token())
