"""The forms of the three addons, and how one is sent."""

from everybody import EverybodyCase

from odoo.fields import Command
from odoo.http import Request

from odoo.addons.customer_portal_docs.tests.common import PDF


class FormCase(EverybodyCase):
    """A personal link to an issue, a guest's link to a request, and properties on the web forms."""

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
