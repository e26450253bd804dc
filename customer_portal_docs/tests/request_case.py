"""What the tests of requests share."""

import base64
from ast import literal_eval

from lxml import etree

from odoo.fields import Command

from .common import PDF, DocumentCase, DocumentHttpCase


class RequestMixin:
    """A request to the owner, by a member of staff."""

    @classmethod
    def _ask(cls, customer=None, lines=("Passport", "Bank statements"), **vals):
        partner = customer.partner_id if customer else cls.owner.partner_id
        return (
            cls.env["customer.portal.request"]
            .with_user(cls.document_user)
            .create(
                {
                    "name": "Annual accounts",
                    "partner_id": partner.id,
                    "line_ids": [Command.create({"name": name}) for name in lines],
                    **vals,
                }
            )
        )

    @classmethod
    def _open(cls, *args, **vals):
        request = cls._ask(*args, **vals)
        request.action_send()
        return request

    def _put_in(self, line, **vals):
        """Have a document be there for a line, as an upload makes it."""
        document = self._create_document(self.owner, request_line_id=line.id, **vals)
        line.sudo()._note_received(document, "Owner")
        return document

    def _get_mails(self, partner=None):
        mails = self.env["mail.mail"].search([], order="id")
        if partner:
            mails = mails.filtered(lambda mail: partner in mail.recipient_ids)
        return mails


class RequestCase(RequestMixin, DocumentCase):
    """Requests as staff have them, and their mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # mails are looked at as they wait in the queue
        cls.classPatch(
            cls.registry["mail.mail"], "send_after_commit", lambda self: None
        )
        cls.env["mail.mail"].search([]).unlink()

    def _search_filter(self, xmlid, name, domain=()):
        """Return what staff find with a filter of a search view."""
        view = self.env.ref(f"customer_portal_docs.{xmlid}")
        [node] = etree.fromstring(view.arch).xpath(f"//filter[@name='{name}']")
        records = self.env[view.model].with_user(self.document_user)
        return records.search([*domain, *literal_eval(node.get("domain"))])


class RequestPageCase(RequestMixin, DocumentHttpCase):
    """The pages of requests, for customers with and without a login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls.env["res.partner"].create(
            {"name": "Gus Berg", "email": "gus@example.com"}
        )

    def _ask_guest(self, **vals):
        """Send a request to a contact without a login; return it and its personal link."""
        request = self._open(partner_id=self.guest.id, **vals)
        url = request._get_customer_url()
        self.assertRegex(url, r"/my/requests/\d+\?access_token=[0-9a-f]{64}$")
        self.env.flush_all()
        return request, url.partition("?access_token=")[2]

    def _give_form(self, lines):
        """Give the customer a file to fill in with each of some lines."""
        lines.write({"form_file": base64.b64encode(PDF), "form_filename": "form.pdf"})
        self.env.flush_all()

    def _post(self, request, files=(), as_json=True, token=None, csrf=None, **data):
        query = f"?access_token={token}" if token else ""
        return self.opener.post(
            f"{self.base_url()}/my/requests/{request.id}{query}",
            data={"csrf_token": self.get_token() if csrf is None else csrf, **data},
            files=[("file", file) for file in files],
            headers={"Accept": "application/json"} if as_json else {},
            allow_redirects=False,
            timeout=30,
        )

    def _start(self, length, **values):
        values = {"filename": "scan.pdf", **values}
        return self.send_tus(
            "POST",
            Upload_Length=str(length),
            Upload_Metadata=",".join(
                f"{name} {base64.b64encode(str(value).encode()).decode()}"
                for name, value in values.items()
            ),
        )

    def _patch(self, url, data=PDF):
        return self.send_tus(
            "PATCH",
            url,
            data,
            Upload_Offset="0",
            Content_Type="application/offset+octet-stream",
        )
