import base64
import io

from PIL import Image

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.customer_portal_docs.tests.common import HTML, PDF, SVG

from ...tools.addresses import is_safe_address
from ...tools.logos import get_formats
from ..common import ShareCase, ShareHttpCase


def make_picture(kind="PNG", size=(30, 20), color="red"):
    made = io.BytesIO()
    Image.new("RGB", size, color).save(made, kind)
    return base64.b64encode(made.getvalue())


class TestAddresses(ShareCase):
    """Where a link of the navigation and the copyright may lead (REQ U-5)."""

    def test_web_mail_and_path(self):
        for address in (
            "https://example.com",
            "http://example.com:8080/a?b=c#d",
            "HTTPS://EXAMPLE.com/",
            "mailto:help@example.com?subject=Help",
            "/",
            "/my/documents?sortby=name",
        ):
            self.assertTrue(is_safe_address(address), address)

    def test_nothing_else(self):
        for address in (
            "",
            None,
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "\x01javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.com",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "https:/example.com",
            "https:example.com",
            "https://",
            "http://[::1",
            "http://example.com:99999999",
            "mailto:",
            "mailto:nobody",
            "mailto:javascript:alert(1)",
            "example.com",
            "my/documents",
            "#top",
            "https://example.com/<b>",
            'https://example.com/"onclick=',
            "/" + "a" * 3000,
        ):
            self.assertFalse(is_safe_address(address), address)


class TestBranding(ShareCase):
    def setUp(self):
        super().setUp()
        self.other = self.env["res.company"].create({"name": "Other Ltd"})
        self.env["res.company"].flush_model()

    def _open(self, user=None):
        Branding = self.env["customer.portal.branding"].with_user(
            user or self.portal_manager
        )
        return Branding.browse(Branding.action_open()["res_id"])

    # -- what is refused, to administrators too

    def test_a_logo_is_made_of_pixels(self):
        for content in (
            SVG,
            b"<?xml version='1.0'?>\n" + SVG,
            b"\xef\xbb\xbf" + SVG,
            HTML,
            PDF,
            b"GIF89a<svg onload=alert(1)>",
            b"",
        ):
            encoded = base64.b64encode(content) or b"="
            for write in (
                lambda encoded=encoded: self.company.write({"portal_logo": encoded}),
                lambda encoded=encoded: self._open().write({"logo": encoded}),
                lambda encoded=encoded: self.env["res.company"].create(
                    {"name": "New", "portal_logo": encoded}
                ),
            ):
                with self.assertRaises(UserError, msg=content), self.cr.savepoint():
                    write()
        self.assertFalse(self.company.portal_logo)

    def test_a_logo_is_scaled_and_bare(self):
        for kind in get_formats():
            self.company.portal_logo = make_picture(kind, (3000, 2000))
            kept = Image.open(io.BytesIO(base64.b64decode(self.company.portal_logo)))
            self.assertIn(kept.format, ("PNG", "JPEG"))
            self.assertEqual(kept.size, (300, 200))

    def test_addresses_are_checked(self):
        Link = self.env["customer.portal.link"]
        for address in ("javascript:alert(1)", "//evil.example", "data:text/html,x"):
            for user in (
                self.env.user,
                self.portal_manager,
                self.env.ref("base.user_admin"),
            ):
                with self.assertRaises(UserError), self.cr.savepoint():
                    Link.with_user(user).create({"name": "Evil", "url": address})
            with self.assertRaises(UserError), self.cr.savepoint():
                self.company.portal_copyright_url = address
            with self.assertRaises(UserError), self.cr.savepoint():
                self.company.portal_link_ids = [
                    Command.create({"name": "Evil", "url": address})
                ]
            link = Link.create({"name": "Good", "url": "/my"})
            with self.assertRaises(UserError), self.cr.savepoint():
                link.url = address

    def test_the_welcome_is_neither_script_nor_template(self):
        self.company.portal_welcome = (
            "<p>Hello {{ object.name }} ${1+1}<t t-out='env.user'/></p>"
            "<script>alert(1)</script><img src=x onerror=alert(1)>"
            "<a href='javascript:alert(1)'>x</a><form action='/x'><input/></form>"
        )
        shown = str(self.company._get_portal_branding()["welcome"])
        self.assertIn("Hello {{ object.name }} ${1+1}", shown)
        for text in ("<script", "onerror", "javascript:", "<form", "t-out"):
            self.assertNotIn(text, shown)

    # -- the manager's screen

    def test_a_manager_brands_their_company(self):
        branding = self._open()
        branding.write(
            {
                "logo": make_picture(),
                "welcome": "<p>Welcome</p>",
                "copyright_text": "© Us",
                "copyright_url": "/legal",
                "link_ids": [
                    Command.create({"name": "Help", "url": "mailto:a@example.com"})
                ],
            }
        )
        self.assertTrue(self.company.portal_logo)
        shown = self.company._get_portal_branding()
        self.assertEqual(shown["links"], [("Help", "mailto:a@example.com")])
        self.assertEqual(
            (shown["copyright"], shown["copyright_url"]), ("© Us", "/legal")
        )
        link = self.company.portal_link_ids
        branding.write({"link_ids": [Command.update(link.id, {"name": "Support"})]})
        self.assertEqual(self.company._get_portal_branding()["links"][0][0], "Support")
        branding.write({"link_ids": [Command.delete(link.id)]})
        self.assertEqual(self.company._get_portal_branding()["links"], [])
        self.assertFalse(self.other._get_portal_branding()["links"])

    def test_they_may_not_change_the_company(self):
        branding = self._open()
        manager = self.portal_manager
        with self.assertRaises(AccessError):
            self.company.with_user(manager).name = "Mine"
        with self.assertRaises(AccessError):
            self.company.with_user(manager).portal_copyright = "Mine"
        for vals in (
            {"company_id": self.other.id},
            {"preview": "x"},
            {"create_uid": 1},
            {"logo": False, "company_id": self.other.id},
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                branding.write(vals)
        self.assertEqual(branding.company_id, self.company)

    def test_other_companies_are_closed_to_them(self):
        Branding = self.env["customer.portal.branding"]
        theirs = Branding.create({"company_id": self.other.id})
        link = self.env["customer.portal.link"].create(
            {"name": "Theirs", "url": "/theirs", "company_id": self.other.id}
        )
        for vals in ({"copyright_text": "Mine"}, {"link_ids": [Command.clear()]}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                theirs.with_user(self.portal_manager).write(vals)
        own = self._open()
        for command in (
            Command.update(link.id, {"name": "Mine"}),
            Command.delete(link.id),
            Command.link(link.id),
            Command.set([link.id]),
            Command.create(
                {"name": "Smuggled", "url": "/x", "company_id": self.other.id}
            ),
        ):
            own.write({"link_ids": [command]})
        self.assertEqual(self.other.portal_link_ids, link)
        self.assertEqual(link.name, "Theirs")
        with self.assertRaises(AccessError):
            link.with_user(self.portal_manager).write({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.env["customer.portal.link"].with_user(self.portal_manager).create(
                {"name": "Mine", "url": "/x", "company_id": self.other.id}
            )

    def test_it_is_in_the_settings_of_the_company(self):
        """REQ U-5: an administrator finds it with all other settings"""
        logo = make_picture()
        Settings = self.env["res.config.settings"].with_user(
            self.env.ref("base.user_admin")
        )
        with Form(Settings) as form:
            form.portal_logo = logo
            form.portal_welcome = "<p>Good to see you</p>"
            form.portal_copyright = "© Quist Ltd"
            form.portal_copyright_url = "/legal"
        form.record.execute()
        company = self.company
        self.assertTrue(company.portal_logo)
        self.assertIn("Good to see you", company.portal_welcome)
        self.assertEqual(company.portal_copyright, "© Quist Ltd")
        self.assertEqual(company.portal_copyright_url, "/legal")
        # saved again, nothing is another one
        before = company.read(["portal_logo", "portal_welcome"])
        with Form(Settings) as form:
            form.portal_copyright = "© Quist"
        form.record.execute()
        after = company.read(["portal_logo", "portal_welcome"])
        self.assertEqual(after, before)
        with self.assertRaises(UserError), self.cr.savepoint(), Form(Settings) as form:
            form.portal_logo = base64.b64encode(SVG)

    def test_who_saves_settings_keeps_the_links_that_others_add(self):
        """REQ U-5: links are shown in the settings, and changed in the branding"""
        self.company.portal_link_ids = [
            Command.create({"name": "Help", "url": "/help"})
        ]
        Settings = self.env["res.config.settings"].with_user(
            self.env.ref("base.user_admin")
        )
        with Form(Settings) as form:
            self.assertEqual(len(form.portal_link_ids), 1)
            form.portal_copyright = "© Quist Ltd"
            self.env["customer.portal.link"].create(
                {"name": "Hours", "url": "/hours", "company_id": self.company.id}
            )
        form.record.execute()
        names = self.company.portal_link_ids.mapped("name")
        self.assertEqual(names, ["Help", "Hours"])
        with self.assertRaisesRegex(AssertionError, "not editable"):
            form.portal_link_ids.remove(0)
        action = self.env.ref("customer_portal_shares.customer_portal_branding_action")
        self.assertIn(f'name="{action.id}"', Settings.get_view()["arch"])

    def test_others_have_no_such_screen(self):
        for user in (self.document_user, self.staff, self.owner, self.manager):
            with self.assertRaises(AccessError):
                self._open(user)

    def test_texts_are_translated(self):
        self.env["res.lang"]._activate_lang("de_DE")
        branding = self._open()
        branding.write({"welcome": "<p>Welcome</p>", "copyright_text": "All ours"})
        branding.update_field_translations(
            "welcome", {"de_DE": {"Welcome": "Willkommen"}}
        )
        branding.update_field_translations("copyright_text", {"de_DE": "Alles unser"})
        german = self.company.with_context(lang="de_DE")._get_portal_branding()
        self.assertIn("Willkommen", german["welcome"])
        self.assertEqual(german["copyright"], "Alles unser")
        english = self.company.with_context(lang="en_US")._get_portal_branding()
        self.assertIn("Welcome", english["welcome"])
        with self.assertRaises(AccessError):
            branding.update_field_translations("preview", {"de_DE": "x"})

    def test_the_preview_shows_what_is_typed(self):
        branding = self._open()
        typed = branding.new(
            {
                "welcome": "<p>Hi</p><script>alert(1)</script>",
                "copyright_text": "<b>Us</b>",
                "logo": make_picture(),
                "link_ids": [
                    Command.create({"name": "Help", "url": "/help"}),
                    Command.create({"name": "Evil", "url": "javascript:alert(1)"}),
                ],
            },
            origin=branding,
        )
        preview = str(typed.preview)
        self.assertIn("<p>Hi</p>", preview)
        self.assertIn("&lt;b&gt;Us&lt;/b&gt;", preview)
        self.assertIn("data:image/png", preview)
        self.assertIn("Help", preview)
        for text in ("<script", "javascript:"):
            self.assertNotIn(text, preview)
        typed.logo = base64.b64encode(SVG)
        self.assertNotIn("svg", str(typed.preview))

    def test_mails_are_branded(self):
        self._open().write(
            {
                "logo": make_picture(),
                "copyright_text": "© Brand",
                "copyright_url": "/legal",
                "link_ids": [Command.create({"name": "Help", "url": "/help"})],
            }
        )
        share = self._create_share(self.document, user_ids=self.owner.ids)
        body = self.env["ir.qweb"]._render(
            "mail.mail_notification_light",
            {
                "company": self.company,
                "record": share,
                "message": self.env["mail.message"].new({"body": "x"}),
            },
        )
        self.assertIn(f"/logo.png?company={self.company.id}", body)
        self.assertIn("© Brand", body)
        self.assertIn(f'href="{share.get_base_url()}/help"', body)

    def test_core_s_mail_of_a_new_password_is_branded(self):
        """Where only the portal has a logo, too"""
        self.company.partner_id.image_1920 = False
        self.assertTrue(self.company.uses_default_logo)
        self.company.write(
            {
                "portal_logo": make_picture(),
                "portal_copyright": "© Brand",
                "portal_link_ids": [Command.create({"name": "Help", "url": "/help"})],
            }
        )
        self.assertFalse(self.company.uses_default_logo)
        body = self.env["ir.qweb"]._render(
            "auth_signup.reset_password_email",
            {"object": self.owner.sudo(), "user": self.env.user},
        )
        for text in (f"/logo.png?company={self.company.id}", "© Brand", "Help"):
            self.assertIn(text, body)
        self.company.portal_logo = False
        self.assertTrue(self.company.uses_default_logo)


@tagged("-at_install", "post_install")
class TestBrandedPages(ShareHttpCase):
    def setUp(self):
        super().setUp()
        self.other = self.env["res.company"].create(
            {
                "name": "Other Ltd",
                "portal_logo": make_picture(color="blue"),
                "portal_copyright": "© Other",
            }
        )
        self.company.write(
            {
                "portal_logo": make_picture(color="green"),
                "portal_welcome": "<p>Good {{ morning }}</p>",
                "portal_copyright": "© First",
                "portal_copyright_url": "https://first.example/legal",
                "portal_link_ids": [
                    Command.create({"name": "Our <Help>", "url": "/help"})
                ],
            }
        )

    def _assert_first(self, page):
        self.assertIn(f"/logo.png?company={self.company.id}&amp;", page)
        self.assertIn("Good {{ morning }}", page)
        self.assertIn("© First", page)
        self.assertIn('href="https://first.example/legal"', page)
        self.assertIn("Our &lt;Help&gt;", page)

    def test_home_login_and_share(self):
        self._assert_first(self.get("/web/login").text)
        self.login(self.owner)
        self._assert_first(self.get("/my").text)
        share = self._create_share(self.document)
        self.login(None)
        self._assert_first(self.get(self.path(share)).text)

    def test_a_share_of_another_company_has_its_logo(self):
        owner = self.document_user
        owner.write({"company_ids": [Command.link(self.other.id)]})
        document = self._create_document(company_id=self.other.id)
        for access in ("public", "secured"):
            share = self._create_share(
                document,
                access=access,
                company_id=self.other.id,
                user_ids=self.owner.ids if access == "secured" else [],
            )
            self.login(None)
            path = self.path(share)
            page = self.get(path).text
            if access == "secured":
                page = self.get(f"/web/login?redirect={path}").text
            with self.subTest(access):
                self.assertIn(f"/logo.png?company={self.other.id}&amp;", page)
                self.assertIn("© Other", page)
                self.assertNotIn(f"/logo.png?company={self.company.id}&amp;", page)
                self.assertNotIn("© First", page)

    def test_the_page_of_an_invitation_has_the_logo_of_who_invited(self):
        """REQ U-5: of a new password as well, and where the link is over"""
        user = self._create_customer("test_of_other", self.northwind)
        user.write(
            {
                "company_ids": [Command.set(self.other.ids)],
                "company_id": self.other.id,
            }
        )
        partner = user.partner_id
        partner.signup_prepare()
        links = [f"/web/signup?token={partner._generate_signup_token()}"]
        links.append(f"/web/signup?token={partner._generate_signup_token(-1)}")
        partner.signup_prepare(signup_type="reset")
        links.append(f"/web/reset_password?token={partner._generate_signup_token()}")
        for link in links:
            page = self.get(link).text
            with self.subTest(link):
                self.assertIn(f"/logo.png?company={self.other.id}&amp;", page)
                self.assertNotIn(f"/logo.png?company={self.company.id}&amp;", page)
        for token in ("x", "%C3%A9", links[0][-40:]):
            page = self.get(f"/web/reset_password?token={token}")
            self.assertEqual(page.status_code, 200)
            self.assertIn(f"/logo.png?company={self.company.id}&amp;", page.text)

    def test_pages_behind_links_have_the_logo_of_whose_they_are(self):
        """REQ U-5: of a request, and that ends a report by e-mail"""
        sender = self.document_user
        sender.company_ids = [Command.link(self.other.id)]
        vals = {"company_id": self.other.id}
        guest = self.env["res.partner"].create(
            {"name": "Gus Berg", "email": "gus@example.com"}
        )
        asked = self.env["customer.portal.request"].with_user(sender)
        asked = asked.with_context(allowed_company_ids=self.other.ids).create(
            {
                "name": "Accounts",
                "partner_id": guest.id,
                "line_ids": [Command.create({"name": "Ledger"})],
                **vals,
            }
        )
        asked.action_send()
        report = self.env["customer.portal.report"].create(
            {
                "name": "Sales",
                "model_id": self.env["ir.model"]._get("res.partner").id,
                "column_ids": [Command.create({"path": "name"})],
                "user_id": sender.id,
                **vals,
            }
        )
        subscription = self.env["customer.portal.report.subscription"].create(
            {"report_id": report.id, "user_id": self.owner.id}
        )
        self.login(None)
        for path in (
            "/my/requests/" + asked._get_customer_url().partition("/my/requests/")[2],
            f"/my/reports/unsubscribe/{subscription._get_key()}",
        ):
            page = self.get(path)
            with self.subTest(path):
                self.assertEqual(page.status_code, 200)
                self.assertIn(f"/logo.png?company={self.other.id}&amp;", page.text)
                self.assertIn("© Other", page.text)
                self.assertNotIn("© First", page.text)

    def test_what_is_not_there_is_of_no_company(self):
        page = self.get("/share/" + "x" * 43).text
        self.assertNotIn("/logo.png", page)
        self.assertNotIn("© First", page)

    def test_a_malformed_redirect_is_no_fault(self):
        for target in (
            "/share/",
            "/share/%C3%A9",
            "//[",
            "/share/x/y",
            "https://x/share/y",
        ):
            answer = self.get("/web/login", params={"redirect": target})
            self.assertEqual(answer.status_code, 200, target)

    def test_the_logo_is_served(self):
        for company, color in ((self.company, (0, 128, 0)), (self.other, (0, 0, 255))):
            for url in ("/logo.png", "/web/binary/company_logo"):
                answer = self.get(f"{url}?company={company.id}")
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.headers["Content-Type"], "image/png")
                pixel = Image.open(io.BytesIO(answer.content)).convert("RGB")
                self.assertEqual(pixel.getpixel((0, 0)), color)
        for company in ("x", "-1", "2000000000", "99999999999999999999", "%C3%A9", "²"):
            self.assertEqual(self.get(f"/logo.png?company={company}").status_code, 200)

    def test_without_branding_pages_are_as_before(self):
        self.company.write(
            {
                "portal_logo": False,
                "portal_welcome": "<p><br></p>",
                "portal_copyright": False,
                "portal_copyright_url": False,
                "portal_link_ids": [Command.clear()],
            }
        )
        self.login(self.owner)
        page = self.get("/my").text
        self.assertNotIn("o_customer_portal_links", page)
        self.assertNotIn("o_customer_portal_welcome", page)
        self.assertIn("o_footer_copyright_name", page)
