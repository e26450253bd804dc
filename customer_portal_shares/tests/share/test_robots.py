"""Previews, prefetches and scanners; links as people paste them; passwords; policies."""

import unicodedata

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import PASSWORD, ShareHttpCase

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@tagged("-at_install", "post_install")
class TestRobots(ShareHttpCase):
    ROBOTS = (
        {"User-Agent": "WhatsApp/2.23.20.0"},
        {"User-Agent": "TelegramBot (like TwitterBot)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) SkypeUriPreview Preview/0.5"},
        {"User-Agent": f"{CHROME} (compatible; Discordbot/2.0)"},
        {"User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender"},
        {"User-Agent": CHROME, "Purpose": "prefetch"},
        {"User-Agent": CHROME, "X-Moz": "prefetch"},
    )

    def test_robots_get_a_title_and_count_for_nothing(self):
        """REQ S-9"""
        share = self._create_share(
            self.document, notify_first_access=True, download_limit=1, note="Secret"
        )
        before = self.env["mail.mail"].search_count([])
        urls = [
            self.path(share),
            self.path(share, f"/document/{self.document.id}"),
            self.path(share, f"/document/{self.document.id}?download=1"),
            self.path(share, "/zip"),
        ]
        for headers in self.ROBOTS:
            for url in urls:
                answer = self.get(url, headers=headers)
                self.assertEqual(answer.status_code, 200, headers)
                self.assertIn("<title>Offer</title>", answer.text)
                self.assertNotIn("Secret", answer.text)
                self.assertNotIn("contract", answer.text.lower())
                self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        self.env.invalidate_all()
        self.assertFalse(share.first_access_date)
        self.assertFalse(share.access_ids)
        self.assertEqual(share.sudo().download_count, 0)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(self.get(urls[2]).status_code, 200)
        self.assertEqual(self.get(urls[2]).status_code, 410)
        self.assertTrue(share.access_ids)

    def test_people_are_no_robots(self):
        """In the browsers of chats, on phones of curious names, and in browsers that are tested"""
        path = self.path(self._create_share(self.document))
        for agent in (
            CHROME,
            "Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/140.0 Mobile Safari/537.36",
            f"{CHROME} Telegram-Android/10.1",
            f"{CHROME} KAKAOTALK 9.0",
            f"{CHROME} [Pinterest/Android]",
            CHROME.replace("Chrome", "HeadlessChrome"),
            "python-requests/2.32",
            "curl/8.0",
        ):
            answer = self.get(path, headers={"User-Agent": agent})
            self.assertIn("contract", answer.text.lower(), agent)

    def test_robots_are_told_nothing_of_what_is_shut(self):
        secured = self._create_secured_share(self.document)
        locked = self._create_share(self.document, password=PASSWORD)
        for share in (secured, locked):
            text = self.get(self.path(share), headers=self.ROBOTS[0]).text
            self.assertNotIn("Offer", text)
        answer = self.get("/share/" + "x" * 43, headers=self.ROBOTS[0])
        self.assertEqual(answer.status_code, 404)

    def test_a_scanner_that_says_it_is_a_browser_spends_no_limit(self):
        """REQ S-9: browsers of people say how they come to ask, where that is secure"""
        share = self._create_share(self.document, download_limit=1)
        url = self.path(share, f"/document/{self.document.id}?download=1")
        secure = {"Host": "localhost"}
        scanned = self.get(url, headers={"User-Agent": CHROME, **secure})
        self.assertIn('name="person"', scanned.text)
        self.assertEqual(share.sudo().download_count, 0)
        person = {"User-Agent": CHROME, "Sec-Fetch-Mode": "navigate", **secure}
        answer = self.get(url, headers=person)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.env.invalidate_all()
        self.assertEqual(share.sudo().download_count, 1)
        # without HTTPS browsers do not say it either, and each fetch counts
        plain = self._create_share(self.document, download_limit=1)
        url = self.path(plain, f"/document/{self.document.id}?download=1")
        answer = self.get(url, headers={"User-Agent": CHROME, "Host": "portal.example"})
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.env.invalidate_all()
        self.assertEqual(plain.sudo().download_count, 1)
        # without a limit nobody is asked
        free = self._create_share(self.document)
        url = self.path(free, f"/document/{self.document.id}?download=1")
        answer = self.get(url, headers={"User-Agent": CHROME, **secure})
        self.assertIn("attachment", answer.headers["Content-Disposition"])


@tagged("-at_install", "post_install")
class TestPasted(ShareHttpCase):
    def test_what_people_paste_after_a_link_is_dropped(self):
        """REQ S-2"""
        share = self._create_share(self.document)
        path = self.path(share)
        for rest in (
            ".",
            ",",
            ")",
            ">",
            ";",
            "%20",
            "%0A",
            "%E2%80%8B",
            "&amp;utm_source=x",
            "%C2%A0",
            "!",
            "'",
            "%22",
            ").",
            ">.%20Best",
            "…",
        ):
            answer = self.get(path + rest)
            self.assertIn(answer.status_code, (301, 302, 303), rest)
            self.assertEqual(
                answer.headers["Location"].removeprefix(self.base_url()), path
            )
        for rest in ("x", "-", "_"):
            self.assertEqual(self.get(path + rest).status_code, 404)
        self.assertEqual(self.get(path[:-1] + ".").status_code, 404)

    def test_the_rest_of_the_address_stays(self):
        share = self._create_share(self.document)
        answer = self.get(self.path(share) + ".?page=2")
        self.assertTrue(
            answer.headers["Location"].endswith(f"{share.sudo().token}?page=2")
        )


@tagged("-at_install", "post_install")
class TestSharePassword(ShareHttpCase):
    def test_one_password_in_all_its_spellings(self):
        """REQ S-4"""
        text = "Grüße aus Zürich ﬁn"
        composed, decomposed = (
            unicodedata.normalize(form, text) for form in ("NFC", "NFD")
        )
        for kept, typed in ((composed, decomposed), (decomposed, composed)):
            share = self._create_share(self.document, password=kept).sudo()
            self.assertTrue(share._is_password(typed))
            self.assertTrue(share._is_password(kept))
            self.assertFalse(share._is_password("Grusse aus Zurich fin"))

    def test_a_password_from_before_still_opens(self):
        share = self._create_share(self.document, password=PASSWORD).sudo()
        long = "é" * 500
        share.password = long
        self.assertTrue(share._is_password(unicodedata.normalize("NFD", long)))
        self.assertFalse(share._is_password(long + "é" * 13))
        # one character that stands for eighteen
        self.assertFalse(share._is_password("\ufdfa" * 500))
        old = unicodedata.normalize("NFD", "Grüße aus Zürich")
        share.password_hash = share._get_crypt_context().hash(old)
        self.assertTrue(share._is_password(old))
        self.assertTrue(share._is_password(unicodedata.normalize("NFC", old)))

    def test_only_spaces_is_none(self):
        for password in (" " * 10, "\u00a0" * 10, "\u3000" * 10, "\t" * 10):
            with self.assertRaises(ValidationError):
                self._create_share(self.document, password=password)


@tagged("-at_install", "post_install")
class TestPoliciesOfChanges(ShareHttpCase):
    def test_what_shows_or_takes_more_is_checked(self):
        """REQ S-6: an old share without a password, and then the policy"""
        other = self._create_staff(
            "test_other_sharer", "customer_portal_docs.group_document_user"
        )
        share = self._create_secured_share(
            self.document, users=[self.owner, self.colleague], download_limit=5
        )
        self.company.portal_share_password_required = True
        manager = share.sudo()
        for vals in (
            {"allow_upload": True},
            {"allow_download": True},
            {"user_id": other.id},
            {"user_ids": [Command.link(self.stranger.id)]},
            {
                "item_ids": [
                    Command.create(
                        {"res_model": self.folder._name, "res_id": self.folder.id}
                    )
                ]
            },
            {"download_limit": 0},
            {"download_limit": 6},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                manager.write(vals)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.env["customer.portal.share.item"].create(
                {
                    "share_id": share.id,
                    "res_model": self.folder._name,
                    "res_id": self.folder.id,
                }
            )
        self.company.portal_share_password_required = False
        # and so with the other policies
        for policy, words in (
            ({"portal_share_expiration_required": True}, "needs an expiry date"),
            ({"portal_share_expiration_max_days": 7}, "needs an expiry date"),
        ):
            self.company.write(policy)
            with self.assertRaisesRegex(ValidationError, words):
                manager.allow_upload = True
        manager.expiration_date = manager._get_last_day(7)
        with self.assertRaisesRegex(ValidationError, "may last 7 days at most"):
            manager.expiration_date = manager._get_last_day(8)
        manager.invalidate_recordset()
        self.company.portal_share_web_links = False
        with self.assertRaisesRegex(ValidationError, "Web links are switched off"):
            manager.access = "public"
        manager.invalidate_recordset()
        self.company.write(
            {
                "portal_share_web_links": True,
                "portal_share_expiration_required": False,
                "portal_share_expiration_max_days": 0,
                "portal_share_password_required": True,
            }
        )
        # what shows less is not
        manager.write({"allow_download": False, "download_limit": 2, "name": "Less"})
        manager.user_ids = [Command.unlink(self.colleague.id)]
        # nor what mends it at the same time
        manager.write({"allow_upload": True, "password": PASSWORD})
        self.assertTrue(manager.allow_upload)
