import re

from lxml import html

from odoo.tests import tagged

from .common import IssueHttpCase

#: Words of Helpdesk that no customer reads (REQ U-8): to them it is an issue, in a binder.
_HELPDESK = re.compile(r"\b(tickets?|teams?|help ?desk|support desk)\b", re.I)
_READ_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "value")


@tagged("-at_install", "post_install")
class TestWords(IssueHttpCase):
    """REQ U-8: one word for one thing, on all pages of customers and in all mails to them"""

    def _get_words(self, page):
        tree = html.fromstring(page)
        for hidden in tree.xpath("//script | //style | //input[@type='hidden']"):
            hidden.drop_tree()
        words = [" ".join(tree.itertext())]
        for name in _READ_ATTRIBUTES:
            words += tree.xpath(f"//@{name}")
        return " ".join(words)

    def _check_words(self, what, text):
        with self.subTest(what=what):
            found = [
                text[max(0, match.start() - 40) : match.end() + 40]
                for match in _HELPDESK.finditer(text)
            ]
            self.assertFalse(found)

    def test_no_page_of_customers_speaks_of_tickets(self):
        document = self._create_document(self.trusted)
        issue = self._create_issue(self.secure, self.trusted)
        issue.message_post(body="Which lamp?", subtype_xmlid="mail.mt_comment")
        self._create_issue(self.public, self.trusted).stage_id = self.stage_done
        form = self.get_form_path()
        self.login(self.trusted)
        for path in (
            "/my",
            "/my/account",
            "/my/documents",
            "/my/documents/upload",
            f"/my/documents/{document.id}",
            "/my/shares",
            "/my/requests",
            "/my/reports",
            "/my/appointments",
            "/my/binders",
            "/my/binders?search=nothing",
            f"/my/binders/{self.secure.id}",
            f"/my/binders/{self.secure.id}/new",
            f"/my/binders/{self.secure.id}?search=nothing",
            f"/my/ticket/{issue.id}",
            "/my/ticket/999999",
            "/my/tickets",
            "/new/ticket",
            form,
            f"{form}?embed=1",
            f"{form}?sent=1",
            "/issues/new/nothing",
        ):
            self._check_words(path, self._get_words(self.get(path).content))

    def test_no_mail_to_customers_speaks_of_tickets(self):
        ids = self.env["ir.model.data"].search(
            [
                ("model", "=", "mail.template"),
                ("module", "like", "customer_portal_%"),
            ]
        )
        templates = self.env["mail.template"].browse(ids.mapped("res_id"))
        self.assertGreater(len(templates), 10)
        for template in templates:
            tree = html.fromstring(str(template.body_html))
            text = f"{template.subject} {' '.join(tree.itertext())}"
            # what QWeb reads of records is no word
            text = re.sub(r"\{\{.*?\}\}", "", text)
            self._check_words(template.name, text)
