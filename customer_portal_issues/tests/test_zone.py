"""Times on pages of who has no time zone, and which routes only read."""

from odoo.tests import tagged

from .common import IssueHttpCase


@tagged("-at_install", "post_install")
class TestZone(IssueHttpCase):
    def test_a_visitors_page_shows_the_companys_zone_and_names_it(self):
        """REQ I-2"""
        self.company.partner_id.tz = "Asia/Kolkata"
        issue = self._create_issue(self.public, partner_email="ada@example.org")
        link = issue._create_portal_links(is_told=False)
        message = issue.message_post(body="Yes", subtype_xmlid="mail.mt_comment")
        message.date = "2026-01-01 20:15:00"
        page = self.get(link._get_url().replace(issue.get_base_url(), "")).text
        self.assertIn("Asia/Kolkata", page)
        self.assertRegex(page, r"1:45|01:45")
        # a customer who has a zone sees their own
        self.trusted.tz = "Europe/Berlin"
        issue.team_id = self.secure
        self.login(self.trusted)
        page = self.get(issue.access_url).text
        self.assertRegex(page, r"9:15|21:15")
        self.assertNotIn("Asia/Kolkata", page)

    def test_pages_that_only_read_say_so_to_odoo(self):
        """REQ Q-4: a replica serves them; core ignores a plain True where its own page had none"""
        found = {}
        Http = self.env["ir.http"]
        for url, endpoint in Http._generate_routing_rules(
            sorted(self.env.registry._init_modules), Http._get_converters()
        ):
            if "GET" in (endpoint.routing.get("methods") or ("GET",)):
                found[url] = endpoint.routing["readonly"]
        for path in ("/my/ticket/<int:ticket_id>", "/my/tickets", "/my"):
            readonly = found[path]
            self.assertTrue(
                readonly(None, None, None) if callable(readonly) else readonly, path
            )
