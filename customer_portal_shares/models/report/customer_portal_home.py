from functools import partial

from odoo import api, models
from odoo.tools import SQL


class CustomerPortalHome(models.AbstractModel):
    """The customer's reports."""

    _inherit = "customer.portal.home"

    @api.model
    def _get_counted(self):
        return {
            **super()._get_counted(),
            "reports": self._get_granted_rows(self._count_limit),
            "new_reports": self._get_granted_rows(self._new_limit, self._get_since()),
        }

    @api.model
    def _get_granted_rows(self, limit, since=None):
        """Return SQL of the ids of the reports that are granted to the current user, up to a limit.

        :param datetime since: of those alone that were granted later; naive, in UTC
        """
        # each grant by itself: PostgreSQL reads those of one in the order of their ids, and looks
        # up nothing for each of them
        Grant = self.env["customer.portal.report.grant"]
        grants = [Grant._get_ticked_reports(since)]
        condition = Grant._get_granting_sql("share")
        if since:
            condition = SQL(
                "%s AND GREATEST(item.create_date,"
                " (share.added_user_dates ->> %s)::timestamp) > %s",
                condition,
                str(self.env.uid),
                since,
            )
        if shared := self._get_shared_rows("customer.portal.report", condition):
            grants.append(Grant._get_shared_reports(shared))
        return SQL("%s LIMIT %s", SQL(" UNION ALL ").join(grants), limit)

    @api.model
    def _get_cards(self):
        count = self._get_count("reports")
        text = (
            self.env._("Your hours, expenses and other numbers")
            if count
            else self.env._("Reports that we share with you will appear here")
        )
        return [
            *super()._get_cards(),
            {
                "title": self.env._("Reports"),
                "url": "/my/reports",
                "text": text,
                "icon": "/customer_portal_shares/static/src/report/portal/reports.svg",
                "count": count,
                "new": self._count_new_reports(),
                "sequence": 40,
            },
        ]

    @api.model
    def _count_new_reports(self):
        """Return how many reports are new: those that open, as far as the news would tell them."""
        count = self._get_count("new_reports")
        if not count:
            return 0
        tried = self.env.execute_query(
            self._get_granted_rows(self._news_limit, self._get_since())
        )
        ids = [id_ for [id_] in tried]
        return count - len(ids) + len(self._filter_open_reports(ids))

    @api.model
    def _filter_open_reports(self, ids):
        """Return the ids of those of some reports that open; each is asked once for the page."""
        shut_warning = self.env["customer.portal.report.grant"]._get_shut_warning
        # together: what is read of one is read of all
        # sudo: customer.portal.report - of those that are granted to the user
        reports_sudo = self.env["customer.portal.report"].sudo().browse(ids)
        return {
            report.id
            for report in reports_sudo
            if not self._remember(("shut", report.id), partial(shut_warning, report))
        }

    @api.model
    def _get_news(self, since):
        news = super()._get_news(since)
        if not self._get_count("new_reports"):
            return news
        # one that a share has brought is told as the share
        newest = self.env["customer.portal.report.grant"]._read_newly_ticked(
            since, self._news_limit
        )
        opening = self._filter_open_reports([row[0] for row in newest])
        return [
            *news,
            *(
                {
                    "title": name,
                    "url": f"/my/reports/{report_id}",
                    "text": self.env._("New report"),
                    "icon": "fa-table",
                    "date": date,
                }
                for report_id, name, date in newest
                if report_id in opening
            ),
        ]
