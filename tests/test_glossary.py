"""One word for one thing: customers read of issues and binders, and roles tell of what one has."""

import ast
import re

from lxml import etree, html

from odoo.tests import TransactionCase, tagged

from portal_setup.paths import REPOSITORY

ADDONS = ("customer_portal_docs", "customer_portal_issues", "customer_portal_shares")
#: Staff's words in Helpdesk, which customers never read.
OF_STAFF = re.compile(r"\b(tickets?|teams?|support desk|help ?desk)\b", re.IGNORECASE)
#: Attributes that people read, or hear.
READ = ("title", "placeholder", "aria-label", "alt", "data-bs-title")
SILENT = ("script", "style", "template")


def iter_read(root):
    """Yield each text of a page or a template that people read."""
    for node in root.iter():
        yield node.tail or ""
        if not isinstance(node.tag, str) or node.tag in SILENT:
            continue
        # of a view that changes another one
        is_code = node.tag == "attribute" and node.get("name") not in READ
        yield "" if is_code else node.text or ""
        for name in READ:
            yield node.get(name) or node.get(f"t-attf-{name}") or ""


def find_words_of_staff(root):
    """Return what customers would read of staff's words: a list of the texts that have one."""
    return [text.strip() for text in iter_read(root) if OF_STAFF.search(text)]


def find_words_in_page(text):
    return find_words_of_staff(html.fromstring(text))


@tagged("-at_install", "post_install")
class TestGlossary(TransactionCase):
    """REQ U-8"""

    def _find_ours(self, model):
        data = self.env["ir.model.data"].search(
            [("model", "=", model), ("module", "in", ADDONS)]
        )
        return self.env[model].browse(data.mapped("res_id")).exists()

    def test_pages_say_issue_and_binder(self):
        views = self._find_ours("ir.ui.view").filtered(lambda v: v.type == "qweb")
        self.assertGreater(len(views), 100)
        for view in views:
            with self.subTest(view=view.key or view.name):
                root = etree.fromstring(view.with_context(lang=None).arch_db)
                self.assertEqual(find_words_of_staff(root), [])

    def test_mails_say_issue_and_binder(self):
        templates = self._find_ours("mail.template").with_context(lang=None)
        self.assertGreater(len(templates), 20)
        for template in templates:
            with self.subTest(template=template.name):
                self.assertEqual(find_words_in_page(template.body_html), [])
                # what is between braces is computed
                subject = re.sub(r"{{.*?}}", "", template.subject)
                self.assertIsNone(OF_STAFF.search(subject))

    def test_answers_say_issue_and_binder(self):
        seen = 0
        for path in sorted(REPOSITORY.glob("customer_portal_*/controllers/**/*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _is_translation(node.func):
                    text = ast.literal_eval(node.args[0])
                    with self.subTest(path=path.name, text=text):
                        # what is inserted has a name of ours
                        words = re.sub(r"%\(\w+\)s", "", text)
                        self.assertIsNone(OF_STAFF.search(words))
                    seen += 1
        self.assertGreater(seen, 30)

    def test_it_finds_them(self):
        for text in (
            "<p>Your <b>ticket</b></p>",
            '<p><i/> of the Team<a title="x"/></p>',
            '<a title="Support desk"/>',
            '<a t-attf-aria-label="Ticket {{ number }}"/>',
            '<xpath><attribute name="title">Our team</attribute></xpath>',
        ):
            self.assertTrue(find_words_of_staff(etree.fromstring(text)), text)
        for text in (
            '<p t-if="ticket">Issue</p>',
            '<xpath><attribute name="t-if">ticket</attribute></xpath>',
            "<p>Our steamteam</p>",
        ):
            self.assertFalse(find_words_of_staff(etree.fromstring(text)), text)

    def test_no_role_says_no_to_somebody_who_sees_the_app(self):
        """REQ U-8: whichever role it is that they see it by"""
        app = self.env.ref("customer_portal_docs.menu_root")
        privileges = self._find_ours("res.groups.privilege")
        self.assertEqual(len(privileges), 2)
        desk = self.env.ref("helpdesk_mgmt.group_helpdesk_user").privilege_id
        roles = (privileges | desk).group_ids
        self.assertGreater(len(roles), 4)
        base, seen = self.env.ref("base.group_user"), self.env["res.groups"]
        for role in base | roles:
            user = (
                self.env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    {
                        "name": role.name,
                        "login": f"role {role.id}",
                        "group_ids": (base | role).ids,
                    }
                )
            )
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            for privilege in privileges:
                held = user.all_group_ids & privilege.group_ids
                says_no = not held and privilege.placeholder.startswith("No")
                with self.subTest(role=role.full_name, privilege=privilege.name):
                    self.assertFalse(says_no and app.id in menus)
            if app.id in menus:
                seen |= role
        self.assertLessEqual(privileges.group_ids, seen)
        self.assertNotIn(base, seen)


def _is_translation(function):
    name = getattr(function, "attr", None) or getattr(function, "id", None)
    return name in ("_", "_lt", "_t")
