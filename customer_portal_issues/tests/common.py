"""Binders, issues and people that the tests of this addon share."""

import re

from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import mute_logger

from odoo.addons.customer_portal_docs.tests.common import (
    INTERNAL,
    PORTAL,
    PersonasMixin,
    PortalHttpCase,
)

from ..controllers import form

__all__ = ["IssueCase", "IssueHttpCase", "mute_logger"]


class IssuesMixin(PersonasMixin):
    """A public binder, and a secure one that trusts one person and one company.

    Beside the personas of the documents: ``trusted`` (one by one), ``partner`` (by her company),
    and ``agent``, who works on tickets.
    """

    @classmethod
    def _set_up_issues(cls):
        cls._set_up_personas()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.env["ir.config_parameter"].set_param("mail.default.from", "us@example.com")
        cls.company.email = "us@example.com"
        cls.harbour = cls._create_company("Harbour Office")
        nobody = cls.env["res.partner"]
        cls.trusted, cls.partner, cls.agent, cls.helpdesk_manager = cls._create_users(
            ("test_trusted", [PORTAL], cls.northwind),
            ("test_partner", [PORTAL], cls.harbour),
            ("test_agent", [INTERNAL, "helpdesk_mgmt.group_helpdesk_user"], nobody),
            (
                "test_helpdesk_manager",
                [INTERNAL, "helpdesk_mgmt.group_helpdesk_manager"],
                nobody,
            ),
        )
        stages = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_new").browse()
        for name in ("new", "in_progress", "done", "rejected"):
            stage = cls.env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}")
            setattr(cls, f"stage_{name}", stage)
            stages |= stage
        cls.public = cls._create_binder("Feedback", portal_form="public")
        cls.secure = cls._create_binder(
            "Harbour lights",
            portal_user_ids=[Command.link(cls.trusted.id)],
            portal_partner_ids=[Command.link(cls.harbour.id)],
            portal_stage_ids=[
                Command.set((cls.stage_in_progress | cls.stage_done).ids)
            ],
        )

    @classmethod
    def _create_binder(cls, name, **vals):
        return cls.env["helpdesk.ticket.team"].create(
            {"name": name, "user_ids": [Command.link(cls.agent.id)], **vals}
        )

    @classmethod
    def _create_issue(cls, binder, user=None, name="Lamp is dark", **vals):
        partner = user.partner_id if user else cls.env["res.partner"]
        return cls.env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": "<p>Since Monday</p>",
                "team_id": binder.id,
                "partner_id": partner.id,
                "partner_name": partner.name,
                "partner_email": partner.email,
                **vals,
            }
        )

    def show(self, binder, *kinds, required=()):
        """Have a binder's form ask for these fields, and no others."""
        for row in binder.portal_field_ids:
            names = {row.kind, row._get_key()}
            row.shown = bool(names & set(kinds))
            row.required = bool(names & set(required))

    def send_mails(self):
        """Write the mails that wait; return those that Odoo would send, the oldest first."""
        before = self.env["mail.mail"].sudo().search([])
        rows = self.env["customer.portal.issue.mail"].sudo().search([])
        rows._write_mails()
        rows.unlink()
        return (self.env["mail.mail"].sudo().search([]) - before).sorted("id")

    def get_link_url(self, mail):
        """Return the path of the personal link in a mail."""
        return re.search(r"/my/ticket/\d+\?access_token=[0-9a-f]{64}", mail.body_html)[
            0
        ]


class IssueCase(IssuesMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_issues()

    def setUp(self):
        super().setUp()
        # what counts beside this transaction is forgotten with it
        self.registry_enter_test_mode()


class IssueHttpCase(IssuesMixin, PortalHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_issues()

    def setUp(self):
        super().setUp()
        self.patch(form, "MIN_SECONDS", 0)

    def get_csrf_token(self, url):
        page = self.get(url).text
        return re.search(r'name="csrf_token"\s+value="([^"]+)"', page)[1]

    def get_words(self, url):
        """Return a page without what differs from request to request."""
        text = self.get(url).text.replace(url, "")
        return re.sub(r'csrf_token: "[^"]*"|[0-9a-f]{40}o\d+', "", text)

    # -- the public form

    def get_form_path(self, binder=None):
        return f"/issues/new/{(binder or self.public).portal_form_token}"

    def get_form_key(self, binder=None):
        page = self.get(self.get_form_path(binder)).text
        return re.search(r'name="form_key"\s+value="([^"]+)"', page)[1]

    def report(self, files=(), binder=None, as_json=False, query="", **typed):
        """Fill in the public form and send it."""
        values = {
            "partner_name": "Ada Berg",
            "email": "ada@example.org",
            "name": "Broken link",
            "description": "On the first page",
            "form_key": typed.pop("form_key", None) or self.get_form_key(binder),
            **typed,
        }
        return self.post(
            self.get_form_path(binder) + query,
            {key: value for key, value in values.items() if value is not None},
            [("attachments", file) for file in files],
            as_json,
        )

    def find_reported(self, name="Broken link"):
        return self.env["helpdesk.ticket"].search(
            [("name", "=", name), ("team_id", "=", self.public.id)]
        )
