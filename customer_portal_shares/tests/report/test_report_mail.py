"""REQ R-6: a notice by mail, never the numbers."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.http import Request
from odoo.tests import tagged

from .common import JSON, ReportHttpCase


@tagged("-at_install", "post_install")
class TestReportMail(ReportHttpCase):
    def setUp(self):
        super().setUp()
        self.Subscription = self.env["customer.portal.report.subscription"]
        self._tick(self.owner)
        self.login(self.owner)

    def _subscribe(self, frequency="monthly", user=None):
        return self.Subscription.create(
            {
                "report_id": self.report.id,
                "user_id": (user or self.owner).id,
                "frequency": frequency,
            }
        )

    def _send(self):
        before = self.env["mail.mail"].search([])
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.Subscription._cron_notify()
        return self.env["mail.mail"].search([]) - before

    def _post(self, frequency, report=None):
        data = {"csrf_token": Request.csrf_token(self), "frequency": frequency}
        return self.post(self.url("/subscription", report), data)

    def test_customers_choose_it_on_the_page(self):
        self.assertIn("Notify me by e-mail", self.get(self.url()).text)
        self.assertEqual(self._post("weekly").status_code, 303)
        subscription = self.report.subscription_ids
        self.assertEqual(
            (subscription.user_id, subscription.frequency), (self.owner, "weekly")
        )
        self.assertEqual(self._post("daily").status_code, 303)
        self.assertEqual(self.report.subscription_ids.frequency, "daily")
        self.assertEqual(self._post("").status_code, 303)
        self.assertFalse(self.report.subscription_ids)
        self.assertEqual(self._post("hourly").status_code, 400)
        self.login(self.stranger)
        self.assertEqual(self._post("daily").status_code, 404)

    @freeze_time("2024-03-15 08:00:00")
    def test_the_mail_names_the_period_and_no_numbers(self):
        """REQ R-6: not even how many rows there are"""
        self._subscribe()
        mail = self._send()
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        self.assertIn("is ready.", mail.body_html)
        self.assertNotIn("Rows", mail.body_html)
        self.assertIn("February 1, 2024", mail.body_html)
        self.assertIn(
            f"/my/reports/{self.report.id}?from=2024-02-01&amp;to=2024-02-29",
            mail.body_html,
        )
        for secret in ("Chair", "Crane", "5.0"):
            self.assertNotIn(secret, mail.body_html)
        self.assertIn("List-Unsubscribe-Post", mail.headers)
        self.assertIn("auto-generated", mail.headers)

    def test_one_that_ends_while_others_are_sent_is_not_sent(self):
        """REQ R-6: nor one that is deleted"""
        users = self.owner | self.colleague | self.stranger
        self._tick(self.colleague)
        self._tick(self.stranger)
        for user in users:
            self._subscribe("daily", user).next_date = "2024-03-15"
        sent = self.env["mail.mail"].search([])

        def end_others(*args, **kwargs):
            if others := self.Subscription.search([])[1:]:
                others[0].active = False
                others[1:].unlink()
            return 60

        with (
            freeze_time("2024-03-15 08:00:00"),
            patch.object(self.registry["ir.cron"], "_commit_progress", end_others),
        ):
            self.Subscription._cron_notify()
        mails = self.env["mail.mail"].search([]) - sent
        self.assertEqual(len(mails), 1)

    def test_notices_go_on_with_the_next_run_where_time_is_up(self):
        """REQ R-6"""
        self._tick(self.colleague)
        subscriptions = self._subscribe("weekly") | self._subscribe(
            "weekly", self.colleague
        )
        subscriptions.next_date = "2024-03-15"
        for count in (1, 2):
            with (
                freeze_time("2024-03-15 08:00:00"),
                patch.object(
                    self.registry["ir.cron"], "_commit_progress", return_value=0
                ),
            ):
                self.Subscription._cron_notify()
            told = subscriptions.filtered("last_date")
            self.assertEqual(len(told), count)

    def test_it_comes_once_and_then_again(self):
        """REQ R-6: the next day, on Monday, on the first; each about what is over by then"""
        for frequency, days in {
            "daily": {
                "2024-03-13": ("March 12, 2024", "March 12, 2024"),
                "2024-03-14": ("March 13, 2024", "March 13, 2024"),
                "2024-03-31": ("March 30, 2024", "March 30, 2024"),
            },
            "weekly": {
                "2024-03-13": ("March 4, 2024", "March 10, 2024"),
                "2024-03-14": None,
                "2024-03-17": None,
                "2024-03-18": ("March 11, 2024", "March 17, 2024"),
                "2024-03-24": None,
                "2024-04-30": ("April 22, 2024", "April 28, 2024"),
            },
            "monthly": {
                "2024-02-29": ("January 1, 2024", "January 31, 2024"),
                "2024-03-01": ("February 1, 2024", "February 29, 2024"),
                "2024-03-31": None,
                "2024-04-02": ("March 1, 2024", "March 31, 2024"),
                "2024-12-31": ("November 1, 2024", "November 30, 2024"),
                "2025-01-01": ("December 1, 2024", "December 31, 2024"),
            },
        }.items():
            subscription = self._subscribe(frequency)
            subscription.next_date = next(iter(days))
            for day, period in days.items():
                # twice a day: once is enough
                for hour, told in ((12, period), (18, None)):
                    with (
                        self.subTest(frequency=frequency, day=day, hour=hour),
                        freeze_time(f"{day} {hour}:00:00"),
                    ):
                        mail = self._send()
                        self.assertEqual(len(mail), 1 if told else 0)
                        for date in told or ():
                            self.assertIn(date, mail.body_html)
            subscription.unlink()

    @freeze_time("2024-03-15 08:00:00")
    def test_the_mail_has_the_frame_of_the_company(self):
        """REQ U-5: of the report's, whoever sends the mails"""
        other = self.env["res.company"].create(
            {"name": "Other Ltd", "portal_copyright": "© Other"}
        )
        self.company.portal_copyright = "© First"
        self.sharer.sudo().company_ids = [Command.link(other.id)]
        self.report.sudo().company_id = other
        self._subscribe()
        body = self._send().body_html
        self.assertIn("© Other", body)
        self.assertNotIn("© First", body)
        self.assertIn("Customer Portal", body)

    @freeze_time("2024-03-15 08:00:00")
    def test_it_stops_with_the_grant(self):
        subscription = self._subscribe()
        self.report.user_ids = False
        self.assertFalse(self._send())
        self.assertFalse(subscription.active)

    def test_it_goes_on_after_a_while_without(self):
        """REQ R-6: a share that is over, a user or a report that is archived for a day"""
        self.report.user_ids = False
        share = self._create_secured_share(self.report)
        subscription = self._subscribe("daily")
        lapses = (
            (share, {"expiration_date": "2024-03-14"}, {"expiration_date": False}),
            (share, {"active": False}, {"active": True}),
            (self.owner, {"active": False}, {"active": True}),
            (self.report, {"active": False}, {"active": True}),
        )
        for day, (record, ends, back) in enumerate(lapses, 15):
            subscription.next_date = f"2024-03-{day}"
            with self.subTest(ends=ends), freeze_time(f"2024-03-{day} 08:00:00"):
                record.sudo().write(ends)
                self.assertFalse(self._send())
                self.assertTrue(subscription.active)
            with self.subTest(back=back), freeze_time(f"2024-03-{day + 1} 08:00:00"):
                record.sudo().write(back)
                self.assertEqual(len(self._send()), 1)
        share.user_ids = self.colleague
        with freeze_time("2024-04-01 08:00:00"):
            self.assertFalse(self._send())
            self.assertFalse(subscription.active)

    @freeze_time("2024-03-15 08:00:00")
    def test_a_report_that_does_not_open_is_not_mailed(self):
        self._subscribe()
        self.report.sudo().column_ids.unlink()
        self.assertFalse(self._send())

    def test_one_click_ends_it_and_a_look_does_not(self):
        subscription = self._subscribe()
        self.login(None)
        url = f"/my/reports/unsubscribe/{subscription._get_key()}"
        self.assertEqual(self.get(url).status_code, 200)
        self.assertTrue(subscription.active)
        answer = self.post(url, {"List-Unsubscribe": "One-Click"})
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(subscription.active)
        other = self._subscribe(user=self.colleague)
        forged = f"{other.id}-{subscription._get_key().partition('-')[2]}"
        for key in (forged, "x", f"{other.id}", f"{other.id}-", "999999999-ab"):
            answer = self.post(f"/my/reports/unsubscribe/{key}", as_json=True)
            self.assertEqual(answer.status_code, 404, key)
        self.assertTrue(other.active)
        self.assertTrue(self.get(url, headers=JSON).json()["active"] is False)
