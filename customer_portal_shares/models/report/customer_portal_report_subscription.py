import logging
from datetime import timedelta
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import consteq, format_date, hmac

from odoo.addons.customer_portal_docs.tools.apart import apart
from odoo.addons.customer_portal_docs.tools.parsing import parse_digits

from ...tools.report.window import Window
from .customer_portal_report import LOST

_logger = logging.getLogger(__name__)

#: What the signature of a link that ends a subscription is good for.
_SCOPE = "customer_portal_shares.report_unsubscribe"


class CustomerPortalReportSubscription(models.Model):
    """Who is told by mail that a report has something new: a notice and a link, no numbers."""

    _name = "customer.portal.report.subscription"
    _inherit = ["customer.portal.delivery.mixin"]
    _description = "Report by E-mail"
    _order = "report_id, user_id"
    _rec_name = "report_id"

    report_id = fields.Many2one(
        "customer.portal.report", required=True, ondelete="cascade"
    )
    # whose frame the mail has
    company_id = fields.Many2one(related="report_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', True)]",
    )
    frequency = fields.Selection(
        [("daily", "Every day"), ("weekly", "Every week"), ("monthly", "Every month")],
        required=True,
        default="monthly",
    )
    active = fields.Boolean(default=True)
    next_date = fields.Date(
        string="Next E-mail",
        readonly=True,
        copy=False,
        default=fields.Date.context_today,
    )
    last_date = fields.Datetime(string="Last E-mail", readonly=True, copy=False)

    _once_idx = models.UniqueIndex("(report_id, user_id)")
    _due_idx = models.Index("(next_date) WHERE active")

    # -- the customer's choice

    @api.model
    def _get_frequency(self, report_sudo):
        """Return how often the current user is told of a report, or None."""
        return self._find_sudo(report_sudo).frequency or None

    @api.model
    def _find_sudo(self, report_sudo, active_test=True):
        # sudo: customer.portal.report.subscription - the current user's own
        return (
            self.sudo()
            .with_context(active_test=active_test)
            .search(
                [("report_id", "=", report_sudo.id), ("user_id", "=", self.env.uid)]
            )
        )

    @api.model
    def _choose(self, report_sudo, frequency):
        """Tell the current user of a report from now on, or not any more.

        :param report_sudo: whose gate was passed
        :param frequency: key of :attr:`frequency`, or None
        """
        known_sudo = self._find_sudo(report_sudo, active_test=False)
        if not frequency:
            known_sudo.active = False
        elif known_sudo:
            known_sudo.write({"frequency": frequency, "active": True})
        else:
            known_sudo.create(
                {
                    "report_id": report_sudo.id,
                    "user_id": self.env.uid,
                    "frequency": frequency,
                }
            )

    # -- links that end it

    def _get_key(self):
        """Return what a link that ends this subscription carries."""
        # sudo: ir.config_parameter - the database's secret
        return (
            f"{self.id}-{hmac(self.env(su=True), _SCOPE, (self.id, self.user_id.id))}"
        )

    @api.model
    def _find_by_key_sudo(self, key):
        """Return the subscription that a link ends, sudoed; empty for a link that is none."""
        # (consteq takes ASCII texts only)
        subscription_id = key.isascii() and parse_digits(key.partition("-")[0])
        # sudo: customer.portal.report.subscription - the signature authorises
        found_sudo = self.sudo().with_context(active_test=False)
        found_sudo = found_sudo.browse(subscription_id or []).exists()
        is_right = found_sudo and consteq(found_sudo._get_key(), key)
        return found_sudo if is_right else found_sudo.browse()

    # -- mails

    @api.model
    def _cron_notify(self):
        """Tell those whose day it is. Each once: the next day is set before the mail is made."""
        tomorrow = fields.Date.today() + timedelta(days=1)
        due = self.search([("next_date", "<=", tomorrow)])
        remaining = len(due)
        for subscription in due:
            remaining -= 1
            # it may have ended since: the notices before may have taken long
            subscription.exists().filtered("active")._notify_apart()
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                break

    def _notify_apart(self):
        """Send the notice; what goes wrong with one keeps no other customer waiting."""
        message = "No notice of %s: it is tried again tomorrow"
        for subscription in self:
            with apart(self.env, _logger, message, subscription) as errors:
                subscription._notify()
            if errors:
                subscription.next_date = fields.Date.today() + timedelta(days=1)

    def _notify(self):
        """Send the notice if it is the day where the customer is; end what nobody granted.

        What does not open at present is skipped: a share may be prolonged, a user come back.
        """
        user = self.user_id
        local = self.with_context(lang=user.lang, tz=user.tz or "UTC")
        today = fields.Date.context_today(local)
        if self.next_date > today:
            return
        Grant = local.env["customer.portal.report.grant"].with_user(user)
        report_sudo, _shares = Grant._get_mine_sudo(self.report_id.id)
        is_open = bool(user.active and report_sudo)
        self.write(
            {
                "active": is_open or self._is_granted(),
                "next_date": self._get_next(today),
            }
        )
        if not is_open:
            return
        self.last_date = fields.Datetime.now()
        values = local._prepare_notice(report_sudo, today)
        if values:
            local._send_notice(values)

    def _is_granted(self):
        """Tell whether the report is ticked for the customer, or in a share of theirs, open or not."""
        # sudo: customer.portal.report, customer.portal.share - whoever's they are
        all_sudo = self.sudo().with_context(active_test=False)
        if self.user_id in all_sudo.report_id.user_ids:
            return True
        report = self.report_id
        item = Domain("res_model", "=", report._name) & Domain("res_id", "=", report.id)
        domain = Domain("user_ids", "in", self.user_id.ids)
        domain &= Domain("item_ids", "any", item)
        return bool(all_sudo.env["customer.portal.share"].search_count(domain, limit=1))

    def _get_next(self, today):
        """Return the next day after today: tomorrow, the next Monday, the first of a month."""
        if self.frequency == "daily":
            return today + timedelta(days=1)
        if self.frequency == "weekly":
            return today + timedelta(days=7 - today.weekday())
        return today.replace(day=1) + relativedelta(months=1)

    def _get_days(self, today):
        """Return the first and last day that a notice of today is about."""
        if self.frequency == "daily":
            return today - timedelta(days=1), today - timedelta(days=1)
        if self.frequency == "weekly":
            monday = today - timedelta(days=today.weekday())
            return monday - timedelta(days=7), monday - timedelta(days=1)
        month = today.replace(day=1)
        return month - relativedelta(months=1), month - timedelta(days=1)

    def _prepare_notice(self, report_sudo, today):
        """Return what the mail says; None for a report that does not open at present."""
        first, last = self._get_days(today)
        try:
            window = Window(start=first, stop=last)
            reader = report_sudo._open(self.user_id.partner_id, window)
            with self.env.cr.savepoint():
                reader.count_rows(1)
        except LOST:
            return None
        path = f"/my/reports/{report_sudo.id}"
        if reader.date:
            path += "?" + urlencode({"from": first, "to": last})
        base = self.get_base_url()
        return {
            "first": reader.date and format_date(self.env, first, date_format="long"),
            "last": reader.date and format_date(self.env, last, date_format="long"),
            "url": f"{base}{path}",
            "unsubscribe_url": f"{base}/my/reports/unsubscribe/{self._get_key()}",
        }

    def _note_undelivered(self, emails, reason):
        # staff see it on the customer: nobody looks at who gets which report
        self.sudo().user_id._note_undelivered(emails, reason)  # sudo: whoever sends
        return super()._note_undelivered(emails, reason)

    def _send_notice(self, values):
        template = self.env.ref(
            "customer_portal_shares.mail_template_report_notice",
            raise_if_not_found=False,
        )
        if not template:
            return
        headers = {
            "List-Unsubscribe": f"<{values['unsubscribe_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        template.with_context(notice=values).send_mail(
            self.id,
            email_values={"headers": repr(headers)},
            email_layout_xmlid="customer_portal_shares.mail_layout_portal",
        )
