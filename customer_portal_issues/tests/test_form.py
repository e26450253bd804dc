import errno
import re
import time
from unittest.mock import patch

from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import hmac

from odoo.addons.customer_portal_docs.tests.common import PDF, SVG
from odoo.addons.customer_portal_docs.tools.incoming import IncomingFile

from ..controllers import form as form_controller
from .common import IssueHttpCase, mute_logger


@tagged("-at_install", "post_install")
class TestForm(IssueHttpCase):
    def test_it_is_branded_on_its_own_and_in_a_frame(self):
        """REQ U-5: logo, welcome, links and copyright, of the company of the binder"""
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
            "awAAAABJRU5ErkJggg=="
        )
        company = self.public.company_id
        company.write(
            {
                "portal_logo": pixel,
                "portal_welcome": "<p>Good to see you</p>",
                "portal_copyright": "All ours",
                "portal_copyright_url": "https://example.com/legal",
                "portal_link_ids": [Command.create({"name": "Hours", "url": "/hours"})],
            }
        )
        path = self.get_form_path()
        for url in (path, f"{path}?embed=1"):
            page = self.get(url).text
            for shown in (
                f"/logo.png?company={company.id}",
                "Good to see you",
                "All ours",
                'href="https://example.com/legal"',
                'href="/hours"',
            ):
                with self.subTest(url=url, shown=shown):
                    self.assertIn(shown, page)
        # in a frame of another site links would open pages that refuse frames
        self.assertIn('target="_blank"', page)
        thanks = self.get(self.report(query="?embed=1").headers["Location"]).text
        self.assertIn(f"/logo.png?company={company.id}", thanks)
        self.assertIn("All ours", thanks)

    def test_a_visitor_reports_an_issue(self):
        """REQ I-1"""
        response = self.report()
        self.assertEqual(response.status_code, 303, response.text)
        location = response.headers["Location"]
        self.assertIn("?sent=1", location)
        page = self.get(location)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Thank you", page.text)
        issue = self.find_reported()
        self.assertIn(f"<strong>{issue.number}</strong>", page.text)
        other = self._create_binder("Other", portal_form="public")
        for forged in (
            "Call+0900",
            "%C3%A9",
            "a",
            "",
            self.get_form_key(),
            other._sign("sent", [issue.number, True]),
        ):
            page = self.get(f"{location.partition('number=')[0]}number={forged}").text
            self.assertIn("Thank you", page)
            self.assertNotIn("Its number", page)
        self.assertEqual(issue.partner_name, "Ada Berg")
        self.assertEqual(issue.partner_email, "ada@example.org")
        self.assertFalse(issue.partner_id)
        self.assertIn("On the first page", issue.description)
        self.assertEqual(issue.stage_id, self.stage_new)
        self.assertEqual(
            issue.channel_id, self.env.ref("helpdesk_mgmt.helpdesk_ticket_channel_web")
        )
        self.assertEqual(issue.create_uid, self.env.ref("base.public_user"))

    def test_a_mail_is_promised_to_who_gets_one(self):
        """REQ I-1, I-2"""
        promise = "An e-mail with a link is on its way"
        sent = self.report()
        self.assertIn(promise, self.get(sent.headers["Location"]).text)
        for row in self.public.portal_field_ids:
            row.required = row.required and row.kind != "email"
        key = self.get_form_key()
        # sent twice: the browser shows the second answer
        for _attempt in range(2):
            sent = self.report(email="", name="Nameless", form_key=key)
            page = self.get(sent.headers["Location"]).text
            number = self.find_reported("Nameless").number
            self.assertIn(f"<strong>{number}</strong>", page)
            self.assertNotIn(promise, page)

    def test_no_mail_is_promised_where_there_were_too_many(self):
        """REQ I-1, I-2: to one address, by whom nobody knows"""
        limits = self.public._get_portal_mail_limit("ada@example.org")
        Throttle = self.env["customer.portal.throttle"]
        while not Throttle._count(*limits):
            pass
        sent = self.report()
        self.assertTrue(self.find_reported())
        self.assertNotIn("on its way", self.get(sent.headers["Location"]).text)

    def test_it_is_there_only_when_it_is_on(self):
        """REQ I-1"""
        path = self.get_form_path()
        self.assertEqual(self.get(path).status_code, 200)
        key = self.get_form_key()
        self.public.portal_form = "off"
        absent = "/issues/new/" + "x" * 43
        answers = {self.get_words(url) for url in (path, absent)}
        self.assertEqual(len(answers), 1)
        for url in (
            path,
            absent,
            "/issues/new/%C3%A9",
            "/issues/new/%00",
            "/issues/new/x",
        ):
            self.assertEqual(self.get(url).status_code, 404, url)
            response = self.post(url, {"form_key": key, "name": "x"})
            self.assertEqual(response.status_code, 404, url)

    def test_a_new_binder_has_its_form_at_once(self):
        """REQ I-1: what the form asks for is there to be changed before anything is saved"""
        Team = self.env["helpdesk.ticket.team"].with_user(self.helpdesk_manager)
        with Form(Team) as form:
            form.name, form.portal_form = "Ideas", "public"
            kinds = [row["kind"] for row in form.portal_field_ids._records]
            with form.portal_field_ids.edit(kinds.index("priority")) as row:
                row.shown = True
        binder = form.record
        rows = binder.portal_field_ids
        self.assertEqual(rows.mapped("kind"), kinds)
        self.assertTrue(rows.filtered(lambda row: row.kind == "priority").shown)
        self.assertEqual(self.get(self.get_form_path(binder)).status_code, 200)
        # a client that knows nothing of the rows names an empty list
        other = Team.create(
            {"name": "Praise", "portal_form": "public", "portal_field_ids": []}
        )
        self.assertEqual(other.portal_field_ids.mapped("kind"), kinds)

    def test_a_new_address_ends_the_old_one(self):
        """REQ I-1"""
        old = self.get_form_path()
        self.public.with_user(self.helpdesk_manager).action_renew_portal_form()
        self.assertEqual(self.get(old).status_code, 404)
        self.assertEqual(self.get(self.get_form_path()).status_code, 200)

    def test_a_new_address_is_offered_to_who_may_give_it(self):
        """REQ I-1: others of staff may look at a team"""
        for user, is_offered in ((self.agent, False), (self.helpdesk_manager, True)):
            team = self.public.with_user(user)
            arch = team.get_view(view_type="form")["arch"]
            self.assertIn("action_open_portal_form", arch)
            self.assertEqual("action_renew_portal_form" in arch, is_offered)

    def test_it_asks_for_what_the_administrator_chose(self):
        """REQ I-1"""
        self.public.write(
            {
                "portal_form_title": "Tell us <b>",
                "portal_form_text": "We answer within a day.",
                "portal_form_thanks": "Cheers!",
            }
        )
        self.show(self.public, "description")
        page = self.get(self.get_form_path()).text
        self.assertIn("Tell us &lt;b&gt;", page)
        self.assertIn("We answer within a day.", page)
        self.assertIn('name="description"', page)
        for key in ("name", "email", "partner_name", "attachments", "priority"):
            self.assertNotIn(f'name="{key}"', page)
        response = self.report(email="ada@example.org", priority="3")
        self.assertIn("Cheers!", self.get(response.headers["Location"]).text)
        issue = self.find_reported("On the first page")
        self.assertFalse(issue.partner_email, "a field that was not asked for")
        self.assertEqual(issue.priority, "1")

    def test_it_takes_category_and_priority(self):
        """REQ I-1"""
        Category = self.env["helpdesk.ticket.category"]
        ours = Category.create({"name": "Ours", "company_id": self.company.id})
        theirs = Category.create({"name": "Hidden", "show_in_portal": False})
        self.show(self.public, "name", "category", "priority", required=["category"])
        self.report(category=str(ours.id), priority="3")
        issue = self.find_reported()
        self.assertEqual((issue.category_id, issue.priority), (ours, "3"))
        for category in (theirs.id, "x", "", 10**12, "é"):
            response = self.report(category=str(category))
            self.assertEqual(response.status_code, 400, category)
        self.assertEqual(
            self.report(category=str(ours.id), priority="9").status_code, 400
        )

    def test_it_asks_for_the_binders_own_properties(self):
        """REQ I-1"""
        self.public.ticket_properties = [
            {"name": "aaaa", "type": "char", "string": "Browser"},
            {"name": "bbbb", "type": "integer", "string": "Times"},
            {
                "name": "cccc",
                "type": "selection",
                "string": "Where",
                "selection": [["a", "At home"], ["b", "At work"]],
            },
            {"name": "dddd", "type": "boolean", "string": "Urgent"},
            {"name": "eeee", "type": "date", "string": "Since"},
            {
                "name": "ffff",
                "type": "tags",
                "string": "Kind",
                "tags": [["x", "Bug", 1], ["y", "Idea", 2]],
            },
            {"name": "gggg", "type": "float", "string": "Price"},
            {"name": "hhhh", "type": "char", "string": "For staff"},
        ]
        rows = self.public.portal_field_ids.filtered("property_name")
        self.assertEqual(len(rows), 8)
        self.assertFalse(any(rows.mapped("shown")))
        names = [f"property_{letter * 4}" for letter in "abcdefg"]
        self.show(self.public, "name", *names, required=["property_aaaa"])
        page = self.get(self.get_form_path()).text
        for label in (
            "Browser",
            "Times",
            "At home",
            "Urgent",
            "Since",
            "Idea",
            "Price",
        ):
            self.assertIn(label, page)
        self.assertNotIn("For staff", page)
        response = self.report(
            property_aaaa="Firefox",
            property_bbbb="3",
            property_cccc="b",
            property_dddd="1",
            property_eeee="2026-11-02",
            property_ffff="y",
            property_gggg="1,5",
            property_hhhh="forged",
        )
        self.assertEqual(response.status_code, 303, response.text)
        values = dict(self.find_reported().properties)
        self.assertEqual(values["aaaa"], "Firefox")
        self.assertEqual(values["bbbb"], 3)
        self.assertEqual(values["cccc"], "At work")
        self.assertEqual(values["dddd"], True)
        self.assertEqual(str(values["eeee"]), "2026-11-02")
        self.assertEqual(values["ffff"], "Idea")
        self.assertEqual(values["gggg"], 1.5)
        self.assertFalse(values.get("hhhh"))
        for wrong in (
            {"property_aaaa": ""},
            {"property_bbbb": "three"},
            {"property_bbbb": "9" * 30},
            {"property_cccc": "z"},
            {"property_eeee": "2026-99-99"},
            {"property_eeee": "yesterday"},
            {"property_ffff": "z"},
            {"property_gggg": "1e400"},
        ):
            response = self.report(**{"property_aaaa": "x", **wrong})
            self.assertEqual(response.status_code, 400, wrong)
            self.assertIn("invalid-feedback", response.text)
        self.public.ticket_properties = []
        self.assertFalse(self.public.portal_field_ids.filtered("property_name"))

    def test_what_is_wrong_is_told_beside_the_field_and_nothing_typed_is_lost(self):
        """REQ I-1"""
        response = self.report(
            email="not an address",
            name="",
            description="Typed <i> before",
            partner_name="Kept",
        )
        self.assertEqual(response.status_code, 400)
        self.assertIn('id="issue_email_error"', response.text)
        self.assertIn("This is not an e-mail address", response.text)
        self.assertIn('id="issue_name_error"', response.text)
        self.assertIn('aria-describedby="issue_email_error"', response.text)
        self.assertIn('value="not an address"', response.text)
        self.assertIn('value="Kept"', response.text)
        self.assertIn("Typed &lt;i&gt; before", response.text)
        self.assertFalse(self.find_reported())
        response = self.report(as_json=True, email="x", name="")
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.json()["error"], "invalid")
        self.assertEqual(set(response.json()["fields"]), {"email", "name"})

    def test_texts_that_are_too_long_or_hostile(self):
        """REQ I-1"""
        for wrong in (
            {"name": "x" * 256},
            {"description": "x" * 10_001},
            {"partner_name": "x" * 256},
            {"email": "x" * 250 + "@example.org"},
            {"email": "a@example.org, b@example.org"},
            {"email": "a@localhost"},
        ):
            self.assertEqual(self.report(**wrong).status_code, 400, wrong)
        response = self.report(
            name="a\x00b\nc",
            description="<script>alert(1)</script>\x00",
            email="Ada@EXAMPLE.org",
        )
        self.assertEqual(response.status_code, 303)
        issue = self.env["helpdesk.ticket"].search([("name", "=", "a b c")])
        self.assertNotIn("<script>", issue.description)
        self.assertIn("alert(1)", issue.description)
        self.assertEqual(issue.partner_email, "ada@example.org")

    def test_text_is_counted_and_kept_as_typed(self):
        """REQ I-1: a line end counts as one, and nothing is cut from what is given back"""
        description = "\r\n".join(["x" * 49] * 200)[:9_999]
        self.assertEqual(self.report(description=description).status_code, 303)
        description = "\tfirst\r\n" + "x" * 10_000 + "\r\nlast"
        response = self.report(description=description, name="Table")
        self.assertEqual(response.status_code, 400)
        self.assertIn("last</textarea>", response.text)
        self.report(name="Table", description="Name\tQty\r\nBolt\t2")
        issue = self.env["helpdesk.ticket"].search([("name", "=", "Table")])
        self.assertIn("Name\tQty<br", issue.description)

    def test_files_become_the_issues_own(self):
        """REQ I-1, I-5"""
        self.report([("plan.pdf", PDF), ("../../a.svg", SVG)])
        files = self.find_reported().attachment_ids
        self.assertEqual(set(files.mapped("name")), {"plan.pdf", "a.svg"})
        self.assertEqual(files.filtered(lambda f: f.name == "plan.pdf").raw, PDF)
        self.assertEqual(
            files.filtered(lambda f: f.name == "a.svg").mimetype, "text/plain"
        )
        self.assertFalse(any(files.mapped("public")))

    def test_files_that_are_not_accepted(self):
        """REQ I-1"""
        for files, status in (
            ([("a.exe", b"MZ")], 415),
            ([("a.pdf", b"")], 400),
            ([("a.txt", b"x" * (1024 * 1024 + 1))], 413),
        ):
            response = self.report(files)
            self.assertEqual(response.status_code, status, files[0][0])
            self.assertIn('id="issue_attachments_error"', response.text)
            self.assertIn("On the first page", response.text)
        self.assertFalse(self.find_reported())
        self.show(self.public, "name", "description")
        self.assertEqual(self.report([("a.pdf", PDF)]).status_code, 400)

    def test_a_known_address_is_linked_and_the_answer_is_the_same(self):
        """REQ I-1"""
        known = self.report(email=" TEST_OWNER@example.com ")
        unknown = self.report(name="Other", email="nobody@example.org")
        self.assertEqual(known.status_code, unknown.status_code)
        known, unknown = (
            answer.headers["Location"].partition("&")[0] for answer in (known, unknown)
        )
        self.assertEqual(known, unknown)
        self.assertEqual(self.find_reported().partner_id, self.owner.partner_id)
        self.assertFalse(self.find_reported("Other").partner_id)

    def test_who_is_logged_in_reports_as_a_visitor(self):
        """REQ I-1: another site could send the form with their cookie, were it not for Lax"""
        self.login(self.owner)
        self.assertIn("test_owner@example.com", self.get(self.get_form_path()).text)
        self.report(email="somebody@example.org")
        issue = self.find_reported()
        self.assertEqual(issue.create_uid, self.env.ref("base.public_user"))
        self.assertFalse(issue.partner_id)

    def test_all_that_is_wrong_is_told_and_files_are_kept(self):
        """REQ I-1: a file that was fine is not chosen once more"""
        wrong = self.report(email="nobody", files=[("a.exe", b"MZ")])
        self.assertEqual(wrong.status_code, 415)
        self.assertEqual(wrong.text.count("is-invalid"), 2)
        wrong = self.report(email="nobody", files=[("a.pdf", PDF)])
        self.assertEqual(wrong.status_code, 400)
        keys = re.findall(r'name="kept"[^>]*value="([^"]+)"', wrong.text)
        self.assertEqual(len(keys), 1)
        self.assertNotIn("choose the files again", wrong.text)
        self.assertEqual(self.report(kept=keys).status_code, 303)
        self.assertEqual(self.find_reported().attachment_ids.mapped("name"), ["a.pdf"])
        mixed = self.report(files=[("b.pdf", PDF + b"b"), ("a.exe", b"MZ")])
        self.assertEqual(mixed.status_code, 415)
        self.assertEqual(len(re.findall(r'name="kept"', mixed.text)), 1)
        self.assertIn("b.pdf", mixed.text)

    def test_a_file_that_cannot_be_stored_leaves_no_issue_without_it(self):
        """REQ I-1: and the second try has it"""
        place, form_key = IncomingFile.place, self.get_form_key()
        failures = [OSError(errno.ENOSPC, "No space left on device")]

        def fail_once(incoming, path):
            if failures:
                raise failures.pop()
            return place(incoming, path)

        self.patch(IncomingFile, "place", fail_once)
        with mute_logger("odoo.addons.customer_portal_docs.controllers.form_files"):
            failed = self.report([("a.pdf", PDF)], form_key=form_key)
        self.assertEqual(failed.status_code, 507)
        self.assertFalse(self.find_reported())
        keys = re.findall(r'name="kept"[^>]*value="([^"]+)"', failed.text)
        self.assertEqual(len(keys), 1)
        again = self.report(form_key=form_key, kept=keys)
        self.assertEqual(again.status_code, 303)
        [issue] = self.find_reported()
        self.assertEqual(issue.attachment_ids.mapped("name"), ["a.pdf"])

    # -- spam

    def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(self):
        """REQ I-1"""
        response = self.report(**{form_controller.HONEYPOT: "https://spam.example"})
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("?sent=1"))
        self.assertFalse(self.find_reported())

    def test_it_takes_nobody_less_than_some_seconds(self):
        """REQ I-1"""
        self.patch(form_controller, "MIN_SECONDS", 3)
        key = self.get_form_key()
        response = self.report(form_key=key)
        self.assertEqual(response.status_code, 400)
        self.assertIn("That was very quick", response.text)
        self.assertIn("On the first page", response.text)
        # the same key again: who mends a field need not wait once more
        self.assertIn(key, response.text)
        self.patch(form_controller, "MIN_SECONDS", 0)
        self.assertEqual(self.report(form_key=key).status_code, 303)

    def test_programs_read_what_it_asks_for(self):
        """REQ I-1"""
        response = self.get(
            self.get_form_path(), headers={"Accept": "application/json"}
        )
        form = response.json()
        self.assertEqual(
            [field["key"] for field in form["fields"]],
            [row._get_key() for row in self.public._get_portal_fields_sudo(True)],
        )
        [subject] = [field for field in form["fields"] if field["key"] == "name"]
        self.assertEqual((subject["required"], subject["options"]), (True, []))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(form["send_after_seconds"], form_controller.MIN_SECONDS)
        self.assertEqual(self.report(form_key=form["form_key"]).status_code, 303)

    def test_the_forms_key_is_ours_current_and_of_this_binder(self):
        """REQ I-1"""
        other = self._create_binder("Other", portal_form="public")
        now = self.get_form_key()
        # as keys were made before Odoo's own way: who has such a form open sends it once more
        payload = f"{int(time.time())}.abcdefghijklmnop"
        message = (self.public.id, self.public.portal_form_token, payload)
        old = hmac(self.env(su=True), "customer_portal_issues.form", message)
        for key in (
            "",
            "é",
            "a",
            "." * 9,
            "AQ",
            f"{payload}.{old}",
            f"{now[:60]}{'A' if now[60] != 'A' else 'B'}{now[61:]}",
            # other letters for the same bytes: nobody has been given these
            f"{now}=",
            f"{now[:60]}.{now[60:]}",
            self.public._sign("sent", ["1", True]),
            self.get_form_key(other),
        ):
            response = self.report(form_key=key or " ")
            self.assertEqual(response.status_code, 400, key)
            self.assertIn("open for too long", response.text)
            self.assertIn("On the first page", response.text)
        self.patch(form_controller, "MAX_SECONDS", -1)
        self.assertEqual(self.report(form_key=now).status_code, 400)
        self.assertFalse(self.find_reported())

    def test_a_form_that_is_sent_twice_is_one_issue(self):
        """REQ I-1"""
        key = self.get_form_key()
        for _time in range(2):
            response = self.report(form_key=key)
            self.assertEqual(response.status_code, 303)
        self.assertEqual(len(self.find_reported()), 1)

    def test_a_captcha_is_asked_where_a_provider_is_installed(self):
        """REQ I-1"""
        asked = []

        def refuse(model, action):
            asked.append(action)
            raise UserError(model.env._("Suspicious activity"))

        self.assertIn(
            'data-captcha="portal_issue_form"', self.get(self.get_form_path()).text
        )
        self.patch(self.registry["ir.http"], "_verify_request_recaptcha_token", refuse)
        response = self.report()
        self.assertEqual(response.status_code, 400)
        self.assertIn("Suspicious activity", response.text)
        self.assertIn("On the first page", response.text)
        self.assertEqual(asked, ["portal_issue_form"])
        self.assertFalse(self.find_reported())

    def test_a_captcha_is_asked_once_of_a_report_that_odoo_tries_again(self):
        """REQ I-1: a provider takes a token once"""
        asked, failures = [], [ConcurrencyError()]
        Team = self.registry["helpdesk.ticket.team"]
        create = Team._create_visitor_issue

        def fail_once(*args, **kwargs):
            if failures:
                raise failures.pop()
            return create(*args, **kwargs)

        self.patch(Team, "_create_visitor_issue", fail_once)
        self.patch(
            self.registry["ir.http"],
            "_verify_request_recaptcha_token",
            lambda model, action: asked.append(action),
        )
        # Odoo waits before it tries again
        with patch("odoo.service.model.random.uniform", return_value=0):
            response = self.report()
        self.assertEqual(response.status_code, 303)
        self.assertEqual(asked, ["portal_issue_form"])
        self.assertEqual(len(self.find_reported()), 1)

    def test_limits_for_a_network_address(self):
        """REQ I-1"""
        self.public.portal_form_limit_address = 2
        for number in range(2):
            email = f"somebody{number}@example.org"
            self.assertEqual(self.report(email=email).status_code, 303)
        response = self.report(email="else@example.org", name="Too many")
        self.assertEqual(response.status_code, 429)
        self.assertTrue(0 < int(response.headers["Retry-After"]) <= 3600)
        self.assertIn("Please try again later", response.text)
        self.assertIn('value="Too many"', response.text)
        self.assertFalse(self.find_reported("Too many"))
        other = self._create_binder("Other", portal_form="public")
        self.assertEqual(self.report(binder=other).status_code, 303)
        self._end_windows()
        self.assertEqual(self.report(name="Too many").status_code, 303)

    def test_limits_for_an_email_address(self):
        """REQ I-1"""
        self.public.portal_form_limit_email = 1
        self.assertEqual(self.report().status_code, 303)
        self.assertEqual(self.report(email="ADA@example.org").status_code, 429)
        self.assertEqual(self.report(email="else@example.org").status_code, 303)
        self.public.portal_form_limit_email = 0
        self.assertEqual(self.report().status_code, 303)

    def test_what_has_to_be_mended_does_not_count(self):
        """REQ I-1"""
        self.public.portal_form_limit_address = 1
        for _time in range(3):
            self.assertEqual(self.report(name="").status_code, 400)
        self.assertEqual(self.report().status_code, 303)

    def test_the_limits_tell_nobody_who_reported(self):
        """REQ I-1"""
        self.report()
        self.env.cr.execute("SELECT key_digest FROM customer_portal_throttle")
        digests = [digest for (digest,) in self.env.cr.fetchall()]
        self.assertTrue(digests)
        for digest in digests:
            self.assertRegex(digest, r"\A[0-9a-f]{64}\Z")
        self.env["customer.portal.throttle"]._gc_windows()
        self._end_windows()
        self.env["customer.portal.throttle"]._gc_windows()
        self.env.cr.execute("SELECT count(*) FROM customer_portal_throttle")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_who_has_sent_too_much_fills_no_disk(self):
        """REQ I-1"""
        kept = []
        keep = IncomingFile._keep

        def _keep(incoming, data):
            kept.append(len(data))
            return keep(incoming, data)

        self.patch(IncomingFile, "_keep", _keep)
        self.report([("a.txt", b"x" * 200_000)])
        self.assertTrue(kept)
        kept.clear()
        self.public.portal_form_limit_address = 1
        self.report([("a.txt", b"x" * 200_000)], name="Too many")
        self.assertEqual(kept, [])

    def _end_windows(self):
        self.env.cr.execute(
            "UPDATE customer_portal_throttle SET window_end = window_end - interval '2 hours'"
        )

    # -- frames

    def test_only_the_allowed_sites_show_it_in_a_frame(self):
        """REQ I-4"""
        path = self.get_form_path() + "?embed=1"
        self.assertEqual(
            self.get(path).headers["Content-Security-Policy"], "frame-ancestors 'self'"
        )
        self.public.portal_embed_sites = (
            "https://www.example.com\nhttp://localhost:8000"
        )
        policy = "frame-ancestors 'self' https://www.example.com http://localhost:8000"
        refused = self.report(query="?embed=1", name="")
        sent = self.report(query="?embed=1")
        thanks = self.get(sent.headers["Location"])
        self.assertIn("embed=1", sent.headers["Location"])
        for response in (self.get(path), refused, thanks):
            self.assertEqual(response.headers["Content-Security-Policy"], policy)
            self.assertNotIn("X-Frame-Options", response.headers)
        self.assertNotIn('id="top_menu"', self.get(path).text)
        self.assertIn('id="top_menu"', self.get(self.get_form_path()).text)

    def test_a_frame_shows_the_form_and_nothing_beside_it(self):
        """REQ I-4"""
        path = self.get_form_path() + "?embed=1"
        for url in (path, f"{path}&sent=1"):
            page = self.get(url).text
            self.assertTrue(page.startswith("<!DOCTYPE html>"), page[:100])
            self.assertNotIn("DOCTYPE", page[15:])

    def test_it_asks_for_files_again_where_there_were_some(self):
        """REQ I-1"""
        again = "choose the files again"
        self.assertNotIn(again, self.report(name="").text)
        # where there is no room to keep them
        self.patch(type(self.env["customer.portal.upload"]), "_max_kept", 0)
        self.assertIn(again, self.report([("a.pdf", PDF)], name="").text)

    def test_it_needs_no_cookie(self):
        """REQ I-4: in another site's page the browser sends none"""
        response = self.get(self.get_form_path() + "?embed=1")
        self.assertNotIn("session_id", response.headers.get("Set-Cookie", ""))
        key = self.get_form_key()
        self.opener.cookies.clear()
        self.assertEqual(self.report(form_key=key, query="?embed=1").status_code, 303)

    def test_the_snippet_shows_the_form(self):
        """REQ I-4"""
        self.public.portal_form_title = 'Say "hello" <now>'
        snippet = self.public.portal_form_snippet
        self.assertIn(f'src="{self.public.portal_form_url}?embed=1"', snippet)
        self.assertEqual(snippet.count('"') % 2, 0)
        self.assertEqual(snippet.count("<"), 2)
        self.public.portal_form = "off"
        self.assertFalse(self.public.portal_form_snippet)

    def test_a_form_that_shows_nothing_cannot_be_switched_on(self):
        """REQ I-1"""
        with self.assertRaises(ValidationError):
            self.public.portal_field_ids.filtered(
                lambda row: row.kind in ("name", "description")
            ).shown = False
        for site in (
            "example.com",
            "https://a.com; script-src *",
            "https://a.com/x",
            "*",
            "javascript:x",
        ):
            with self.assertRaises(ValidationError, msg=site):
                self.public.portal_embed_sites = site
        self.public.portal_embed_sites = "https://*.example.com"

    def test_a_binder_that_was_there_before_has_its_fields(self):
        """REQ I-1"""
        self.secure.portal_field_ids.unlink()
        self.secure.portal_form = "public"
        self.assertTrue(self.secure.portal_field_ids.filtered("shown"))
        self.assertTrue(self.secure.portal_form_token)
        self.secure.user_ids = [Command.link(self.agent.id)]
