from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_portal_docs.tests.common import HTML, PDF, SVG

from ..common import PASSWORD, ShareHttpCase


@tagged("-at_install", "post_install")
class TestGate(ShareHttpCase):
    """Who gets into a share, and what the others are told."""

    def setUp(self):
        super().setUp()
        self.login(None)

    def paths(self, share, document=None, folder=None):
        """Return the path of each page of a share."""
        document, folder = document or self.folder_document, folder or self.folder
        return [
            self.path(share),
            self.path(share, f"/document/{document.id}"),
            self.path(share, f"/document/{document.id}?download=1"),
            self.path(share, f"/document/{document.id}/preview"),
            self.path(share, f"/folder/{folder.id}"),
            self.path(share, "/zip"),
        ]

    def assertClosed(self, share):
        """Everything of the share answers as if it had never been."""
        for path in self.paths(share):
            unknown = path.replace(share.sudo().token, "x" * 43)
            with self.subTest(path):
                self.assertSameAnswer(self.get(path), self.get(unknown))
        path = self.path(share)
        for rest, data in {
            "": {"password": PASSWORD},
            "/upload": {"name": "A"},
        }.items():
            with self.subTest(f"POST {rest}"):
                answer = self.post(path + rest, data)
                unknown = self.post(f"/share/{'x' * 43}{rest}", data)
                self.assertSameAnswer(answer, unknown)

    def assertSameAnswer(self, answer, unknown):
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(answer.text, unknown.text)
        headers = [dict(response.headers) for response in (answer, unknown)]
        for header in headers:
            header.pop("Date")
            header.pop("Set-Cookie", None)
        self.assertEqual(*headers)

    # -- web links

    def test_a_web_link_opens_for_everyone(self):
        """REQ S-2"""
        share = self._create_share(self.document, self.folder)
        for user in (None, self.owner, self.stranger, self.staff):
            self.login(user)
            with self.subTest(user and user.login):
                for path in self.paths(share):
                    self.assertEqual(self.get(path).status_code, 200, path)
                self.assertIn("Contract", self.get(self.path(share)).text)

    def test_the_page_is_kept_nowhere_and_tells_nobody_where_it_was(self):
        share = self._create_share(self.document, self.folder)
        for path in [*self.paths(share), "/share/unknown"]:
            with self.subTest(path):
                headers = self.get(path).headers
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertIn("noindex", headers["X-Robots-Tag"])
                self.assertIn("private", headers["Cache-Control"])
                self.assertTrue(headers["Content-Security-Policy"])

    def test_malformed_links_are_not_found(self):
        share = self._create_share(self.document)
        token = share.sudo().token
        for bad in (
            "x",
            token[:-1],
            token + "x",
            token.swapcase(),
            "%00",
            "%C3%A9" * 43,
            "%2e%2e",
            "' OR 1=1 --",
            "x" * 5000,
        ):
            with self.subTest(bad[:60]):
                self.assertEqual(self.get(f"/share/{bad}").status_code, 404)
                self.assertEqual(self.post(f"/share/{bad}").status_code, 404)

    def test_malformed_ids_are_not_found(self):
        share = self._create_share(self.document, self.folder)
        for rest in ("document", "folder"):
            for bad in ("0", "-1", "x", "99999999999999999999", "%00", "1.5"):
                with self.subTest(f"{rest}/{bad}"):
                    answer = self.get(self.path(share, f"/{rest}/{bad}"))
                    self.assertEqual(answer.status_code, 404)
        for bad in ("x", "-1", "0", "99999999999999999999", "%C2%B2"):
            with self.subTest(bad):
                answer = self.get(self.path(share, f"/zip?folder={bad}"))
                self.assertEqual(answer.status_code, 404)
                page = self.path(share, f"/folder/{self.folder.id}?page={bad}")
                # a page beyond the last one shows the last one
                expected = 200 if bad.isascii() and bad.isdigit() and int(bad) else 400
                self.assertEqual(self.get(page).status_code, expected)

    def test_other_methods_are_refused(self):
        share = self._create_share(self.document)
        for method in ("PUT", "DELETE", "PATCH"):
            answer = self.opener.request(method, self.base_url() + self.path(share))
            self.assertEqual(answer.status_code, 405)

    # -- the same answer for all that is closed (REQ S-8)

    def test_an_inactive_share_is_not_found(self):
        share = self._create_share(self.folder)
        share.action_deactivate()
        self.assertClosed(share)

    def test_an_expired_share_is_not_found(self):
        share = self._create_share(self.folder, expiration_date="2020-01-01")
        self.assertClosed(share)

    def test_all_that_is_closed_costs_the_same(self):
        """REQ S-8: no query more or less tells that there is something"""
        inactive = self._create_share(self.folder, active=False)
        expired = self._create_share(self.folder, expiration_date="2020-01-01")
        paths = {
            "unknown": f"/share/{'x' * 43}",
            "inactive": self.path(inactive),
            "expired": self.path(expired),
            "not a recipient": self.path(
                self._create_secured_share(self.folder, users=self.owner)
            ),
        }
        self.login(self.stranger)
        self.get(paths["unknown"])
        for rest in ("", f"/document/{self.folder_document.id}", "/zip"):
            # the first time is written down, those that follow are not
            for _time in range(2):
                counts = {}
                for name, path in paths.items():
                    self.env.invalidate_all()
                    before = self.env.cr.sql_log_count
                    self.assertEqual(self.get(path + rest).status_code, 404)
                    counts[name] = self.env.cr.sql_log_count - before
                with self.subTest(rest):
                    self.assertEqual(len(set(counts.values())), 1, counts)
                    self.assertTrue(counts["unknown"])

    def test_a_deleted_share_is_not_found(self):
        share = self._create_share(self.folder)
        path = self.path(share)
        share.unlink()
        self.assertEqual(self.get(path).status_code, 404)

    def test_an_old_link_is_not_found(self):
        """REQ S-12"""
        share = self._create_share(self.folder)
        old = self.path(share)
        share.action_renew_link()
        self.assertEqual(self.get(old).status_code, 404)
        self.assertEqual(self.get(self.path(share)).status_code, 200)

    def test_web_links_that_are_switched_off_are_not_found(self):
        """REQ S-13"""
        share = self._create_share(self.folder)
        secured = self._create_secured_share(self.folder)
        self.company.portal_share_web_links = False
        self.assertClosed(share)
        self.login(self.owner)
        self.assertEqual(self.get(self.path(secured)).status_code, 200)

    def test_a_share_whose_owner_is_archived_is_not_found(self):
        """REQ S-14"""
        share = self._create_share(self.folder)
        self.assertEqual(self.get(self.path(share)).status_code, 200)
        self.sharer.active = False
        self.assertClosed(share)

    def test_a_share_whose_owner_may_read_nothing_of_it_is_not_found(self):
        """REQ S-14"""
        share = self._create_share(self.folder)
        self.sharer.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertClosed(share)

    def test_a_share_whose_owner_left_the_company_is_not_found(self):
        """REQ S-14"""
        share = self._create_share(self.folder)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sharer.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertClosed(share)

    def test_a_secured_share_is_not_found_by_others(self):
        """REQ S-3"""
        share = self._create_secured_share(self.folder, users=self.owner)
        for user in (self.colleague, self.stranger, self.staff, self.manager):
            self.login(user)
            with self.subTest(user.login):
                self.assertClosed(share)

    # -- secured links

    def test_a_secured_share_asks_a_visitor_to_log_in(self):
        """REQ S-3"""
        share = self._create_secured_share(self.folder)
        for path in self.paths(share):
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual(answer.status_code, 303)
                self.assertIn("/web/login?redirect=", answer.headers["Location"])
                answer = self.get_json(path)
                self.assertEqual(answer.status_code, 401)
                self.assertEqual(answer.json()["error"], "session_expired")
                self.assertTrue(answer.json()["message"])

    def test_an_expired_secured_share_does_not_ask_to_log_in(self):
        share = self._create_secured_share(self.folder, expiration_date="2020-01-01")
        self.assertClosed(share)

    def test_a_secured_share_opens_for_its_recipients_and_its_owner(self):
        """REQ S-3"""
        share = self._create_secured_share(self.document, self.folder)
        for user in (self.owner, self.sharer):
            self.login(user)
            for path in self.paths(share):
                with self.subTest(f"{user.login} {path}"):
                    self.assertEqual(self.get(path).status_code, 200)

    def test_who_is_removed_while_it_is_open_sees_no_more(self):
        share = self._create_secured_share(self.folder)
        self.login(self.owner)
        self.assertEqual(self.get(self.path(share)).status_code, 200)
        share.user_ids = [Command.unlink(self.owner.id)]
        self.assertClosed(share)

    # -- passwords

    def test_a_password_is_asked_for_everywhere_and_nothing_is_shown_before(self):
        """REQ S-2, S-8"""
        share = self._create_share(self.document, self.folder, password=PASSWORD)
        for path in self.paths(share, self.document):
            with self.subTest(path):
                answer = self.get(path)
                self.assertEqual(answer.status_code, 401)
                for secret in ("Contract", "Plans", "Offer", "%PDF"):
                    self.assertNotIn(secret, answer.text)
                self.assertIn('name="password"', answer.text)
                self.assertEqual(self.head(path).status_code, 401)

    def test_the_right_password_opens_the_share_for_this_session(self):
        share = self._create_share(self.document, self.folder, password=PASSWORD)
        answer = self.unlock(share)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"], self.path(share))
        for path in self.paths(share):
            self.assertEqual(self.get(path).status_code, 200, path)
        self.login(None)
        self.assertEqual(self.get(self.path(share)).status_code, 401)

    def test_a_wrong_password_is_told_and_nothing_is_shown(self):
        """REQ S-8"""
        share = self._create_share(self.document, password=PASSWORD)
        for wrong in ("wrong", "", PASSWORD + " ", PASSWORD.upper(), "\0", "é" * 600):
            with self.subTest(wrong[:9]):
                self.env["customer.portal.throttle"].search([]).unlink()
                answer = self.unlock(share, wrong)
                self.assertEqual(answer.status_code, 401)
                self.assertIn("not right", answer.text)
                self.assertEqual(self.get(self.path(share)).status_code, 401)

    def test_the_password_of_one_share_opens_no_other(self):
        share = self._create_share(self.document, password=PASSWORD)
        other = self._create_share(self.folder, password=PASSWORD)
        self.unlock(share)
        self.assertEqual(self.get(self.path(other)).status_code, 401)

    def test_sessions_that_are_open_feel_a_new_password_at_once(self):
        """REQ S-12"""
        share = self._create_share(self.document, self.folder, password=PASSWORD)
        self.unlock(share)
        share.password = "a new password"
        for path in self.paths(share):
            self.assertEqual(self.get(path).status_code, 401, path)
        self.unlock(share, "a new password")
        share.password = (
            PASSWORD  # the same as at first, which is another one all the same
        )
        self.assertEqual(self.get(self.path(share)).status_code, 401)

    def test_a_renewed_link_asks_for_the_password_again(self):
        share = self._create_share(self.document, password=PASSWORD)
        self.unlock(share)
        share.action_renew_link()
        self.assertEqual(self.get(self.path(share)).status_code, 401)

    def test_a_secured_share_may_have_a_password_too(self):
        """REQ S-3"""
        share = self._create_secured_share(self.document, password=PASSWORD)
        self.assertEqual(self.unlock(share).status_code, 303)
        self.login(self.owner)
        self.assertEqual(self.get(self.path(share)).status_code, 401)
        self.unlock(share)
        self.assertEqual(self.get(self.path(share)).status_code, 200)
        self.login(self.stranger)
        self.assertEqual(self.unlock(share).status_code, 404)

    def test_too_many_wrong_passwords_have_to_wait(self):
        """REQ S-8"""
        share = self._create_share(self.document, password=PASSWORD)
        for _attempt in range(5):
            self.assertEqual(self.unlock(share, "wrong").status_code, 401)
        answer = self.unlock(share)  # even the right one
        self.assertEqual(answer.status_code, 429)
        self.assertIn(int(answer.headers["Retry-After"]), range(1, 15 * 60 + 1))
        self.assertEqual(self.get(self.path(share)).status_code, 401)
        other = self._create_share(self.document, password=PASSWORD)
        self.assertEqual(self.unlock(other).status_code, 303)

    def try_password(self, share, address):
        """Count one try from an address; return how many seconds it has to wait."""
        Throttle, uses = share._get_password_throttle(address)
        return Throttle._count(*uses)

    def test_waiting_helps(self):
        share = self._create_share(self.document, password=PASSWORD)
        with freeze_time("2026-01-01 12:00:00"):
            for _attempt in range(5):
                self.assertEqual(self.try_password(share, "192.0.2.1"), 0)
            self.assertEqual(self.try_password(share, "192.0.2.1"), 15 * 60)
            self.assertEqual(self.try_password(share, "192.0.2.2"), 0)
        with freeze_time("2026-01-01 12:15:01"):
            self.assertEqual(self.try_password(share, "192.0.2.1"), 0)

    def test_many_addresses_do_not_help_to_guess(self):
        share = self._create_share(self.document, password=PASSWORD)
        for number in range(50):
            self.assertEqual(self.try_password(share, f"192.0.2.{number}"), 0)
        self.assertGreater(self.try_password(share, "198.51.100.1"), 0)

    def test_who_is_stopped_does_not_stop_others(self):
        """REQ S-8"""
        share = self._create_share(self.document, password=PASSWORD)
        for _attempt in range(60):
            self.try_password(share, "192.0.2.1")
        self.assertEqual(self.try_password(share, "198.51.100.1"), 0)

    def test_a_household_of_ipv6_counts_as_one_address(self):
        share = self._create_share(self.document, password=PASSWORD)
        for number in range(5):
            self.try_password(share, f"2001:db8:1:2::{number}")
        for address, waits in (
            ("2001:db8:1:2:ffff::9%eth0", True),
            ("2001:db8:1:3::1", False),
        ):
            wait = self.try_password(share, address)
            self.assertEqual(bool(wait), waits, address)

    def test_the_right_password_forgives_the_wrong_ones(self):
        share = self._create_share(self.document, password=PASSWORD)
        for _round in range(3):
            for _attempt in range(4):
                self.assertEqual(self.unlock(share, "wrong").status_code, 401)
            self.assertEqual(self.unlock(share).status_code, 303)

    # -- what is in the share, and what is not

    def test_a_foreign_id_under_a_valid_link_is_not_found(self):
        share = self._create_share(self.document)
        archived = self._create_document(active=False)
        for document in (self.other_document, self.folder_document, archived):
            for rest in ("", "?download=1", "/preview"):
                with self.subTest(f"{document.id}{rest}"):
                    answer = self.content(share, document, rest)
                    self.assertEqual(answer.status_code, 404)
        answer = self.get(self.path(share, f"/folder/{self.folder.id}"))
        self.assertEqual(answer.status_code, 404)
        answer = self.get(self.path(share, f"/zip?folder={self.folder.id}"))
        self.assertEqual(answer.status_code, 404)

    def test_a_folder_shows_what_lies_in_it_and_below(self):
        share = self._create_share(self.folder)
        page = self.get(self.path(share, f"/folder/{self.folder.id}")).text
        self.assertIn("Plan", page)
        self.assertIn("Old", page)
        page = self.get(self.path(share, f"/folder/{self.subfolder.id}")).text
        self.assertIn("Old plan", page)
        # one folder is shown as what it holds, without a click
        page = self.get(self.path(share)).text
        self.assertIn("Plan", page)
        self.assertIn(f"/folder/{self.subfolder.id}", page)
        self.assertEqual(self.content(share, self.deep_document).status_code, 200)

    def test_a_subfolder_does_not_open_what_is_above(self):
        share = self._create_share(self.subfolder)
        answer = self.get(self.path(share, f"/folder/{self.folder.id}"))
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.content(share, self.folder_document).status_code, 404)

    def test_what_leaves_the_folder_leaves_the_share(self):
        share = self._create_share(self.folder)
        self.assertEqual(self.content(share, self.folder_document).status_code, 200)
        self.folder_document.folder_id = False
        self.assertEqual(self.content(share, self.folder_document).status_code, 404)

    def test_what_is_only_for_its_contact_is_not_in_a_shared_folder(self):
        private = self._create_document(
            self.owner, name="Salary", folder_id=self.folder.id, visibility="contact"
        )
        share = self._create_share(self.folder)
        page = self.get(self.path(share, f"/folder/{self.folder.id}")).text
        self.assertNotIn("Salary", page)
        self.assertEqual(self.content(share, private).status_code, 404)
        named = self._create_share(private)
        self.assertEqual(self.content(named, private).status_code, 200)

    def test_a_document_that_goes_while_it_is_open_is_gone(self):
        share = self._create_share(self.document, self.other_document)
        self.document.active = False
        self.assertEqual(self.content(share, self.document).status_code, 404)
        self.assertNotIn("Contract", self.get(self.path(share)).text)
        self.other_document.unlink()
        self.assertClosed(share)

    def test_what_the_owner_may_no_longer_read_is_gone(self):
        """REQ S-14"""
        partner = self.env["res.partner"].create({"name": "Moves on"})
        theirs = self._create_document(partner_id=partner.id)
        share = self._create_share(self.document, theirs)
        self.assertEqual(self.content(share, theirs).status_code, 200)
        partner.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(self.content(share, theirs).status_code, 404)
        self.assertEqual(self.content(share, self.document).status_code, 200)

    # -- content

    def test_content_is_whole_and_safe(self):
        """REQ D-17"""
        share = self._create_share(self.document)
        answer = self.content(share, self.document)
        self.assertEqual(answer.content, PDF)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertNotIn("attachment", answer.headers.get("Content-Disposition", ""))
        answer = self.content(share, self.document, "?download=1")
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_what_can_run_is_only_ever_downloaded(self):
        """REQ D-17"""
        for name, raw in {"a.svg": SVG, "a.html": HTML}.items():
            document = self._create_document(filename=name, raw=raw)
            share = self._create_share(document)
            with self.subTest(name):
                answer = self.content(share, document)
                self.assertIn("attachment", answer.headers["Content-Disposition"])
                self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    def test_range_head_and_conditional_requests_pass_the_gate(self):
        share = self._create_share(self.document, password=PASSWORD)
        path = self.path(share, f"/document/{self.document.id}")
        headers = {"Range": "bytes=0-3"}
        self.assertEqual(self.get(path, headers=headers).status_code, 401)
        self.unlock(share)
        answer = self.get(path, headers=headers)
        self.assertEqual((answer.status_code, answer.content), (206, PDF[:4]))
        etag = answer.headers["ETag"]
        answer = self.get(path, headers={"If-None-Match": etag})
        self.assertEqual(answer.status_code, 304)
        answer = self.head(path)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(int(answer.headers["Content-Length"]), len(PDF))
        share.action_deactivate()
        answer = self.get(path, headers={"If-None-Match": etag})
        self.assertEqual(answer.status_code, 404)

    def test_a_lost_file_is_told(self):
        share = self._create_share(self.document)
        # past core, which lets nobody do this
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'aa/aa' WHERE id = %s",
            [self.document.attachment_id.id],
        )
        self.env.invalidate_all()
        for path in self.paths(share, self.document)[1:3] + [self.path(share, "/zip")]:
            self.assertEqual(self.get(path).status_code, 404)

    # -- JSON

    def test_programs_get_json(self):
        share = self._create_share(self.document, self.folder)
        accept = {"headers": {"Accept": "application/json"}}
        answer = self.get(self.path(share), **accept).json()
        [document] = answer["items"]["customer.portal.document"]
        self.assertEqual(document["name"], "Contract")
        [folder] = answer["items"]["customer.portal.folder"]
        path = self.path(share, f"/folder/{folder['id']}")
        self.assertEqual(
            self.get(path, **accept).json()["documents"][0]["name"], "Plan"
        )
        share.password = PASSWORD
        answer = self.get(self.path(share), **accept)
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(answer.json()["error"], "password_required")
        answer = self.get("/share/unknown", **accept)
        self.assertEqual(
            (answer.status_code, answer.json()["error"]), (404, "not_found")
        )
        answer = self.post(self.path(share), {"password": PASSWORD}, as_json=True)
        self.assertEqual(answer.json()["url"], self.path(share))

    # -- queries

    def test_the_number_of_queries_does_not_grow_with_the_share(self):
        few = self._create_share(*[self._create_document() for _ in range(2)])
        many = self._create_share(*[self._create_document() for _ in range(60)])
        counts = []
        for share in (few, many):
            self.get(self.path(share))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.get(self.path(share))
            counts.append(self.env.cr.sql_log_count - before)
        # the gate of many asks for some of them
        self.assertEqual(counts[0] + 1, counts[1])
        self.assertLessEqual(counts[1], 25)
