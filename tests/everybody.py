"""All personas of the three addons at once, for what is the same in all of them."""

from odoo.addons.customer_portal_docs.tests.request_case import RequestMixin
from odoo.addons.customer_portal_issues.tests.common import IssueHttpCase
from odoo.addons.customer_portal_shares.tests.calendar.common import CalendarHttpCase


class EverybodyCase(RequestMixin, CalendarHttpCase, IssueHttpCase):
    """A public drop, a shared calendar that visitors ask, binders, and a request to a guest."""

    @classmethod
    def _set_up_personas(cls):
        # the addons' cases make them each by itself
        if "owner" not in vars(cls):
            super()._set_up_personas()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls.env["res.partner"].create(
            {"name": "Gus Berg", "email": "gus@example.com"}
        )
        cls.drop = cls._create_share(
            cls.folder, name="Drop", allow_download=False, allow_upload=True
        )
        cls.calendar.allow_visitor_requests = True
        cls.calendar_share = cls._create_share(cls.calendar)

    def receive(self, share, *files, **data):
        """Put files into a drop, as a visitor."""
        return self.post(
            self.path(share, "/upload"),
            {"name": "Vera", "email": "vera@example.com", **data},
            [("file", file) for file in files or [("scan.pdf", b"%PDF-1.4 x")]],
            as_json=True,
        )

    def ask_for_appointment(self, hours=3, **data):
        """Ask for an appointment in the shared calendar; visitors say who they are."""
        start = self.start.replace(hour=self.start.hour + hours)
        values = {
            "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "subject": "Lamps",
            "visitor_name": "Vera",
            "visitor_email": "vera@example.com",
            **data,
        }
        url = self.calendar_path(self.calendar_share, "/appointments")
        return self.post(url, values, as_json=True)
