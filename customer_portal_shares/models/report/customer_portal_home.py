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
        """Return SQL of the ids of the reports that are granted to the current user.

        :param int limit: how many of them, None for all
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
                "new": self._get_new_reports()[0],
                "sequence": 40,
            },
        ]

    @api.model
    def _get_new_reports(self):
        """Return how many reports are new, and what the news tell of the latest.

        Those that open: as many are asked as the news would tell, once for the page.

        :return: (int, list of :meth:`customer.portal.report.grant._read_newest`)
        """
        return self._remember("new_reports", self._read_new_reports)

    @api.model
    def _read_new_reports(self):
        count = self._get_count("new_reports")
        if not count:
            return 0, []
        Grant = self.env["customer.portal.report.grant"]
        granted = self._get_granted_rows(None, self._get_since())
        rows = Grant._read_newest(granted, self._news_limit)
        # together: what is read of one is read of all
        # sudo: customer.portal.report - of those that are granted to the user
        Report_sudo = self.env["customer.portal.report"].sudo()
        reports_sudo = Report_sudo.browse(row[0] for row in rows)
        opening = [
            row
            for row, report_sudo in zip(rows, reports_sudo, strict=True)
            if not Grant._get_shut_warning(report_sudo)
        ]
        return count - len(rows) + len(opening), opening

    @api.model
    def _get_news(self, since):
        news = super()._get_news(since)
        # one that a share has brought is told as the share
        ticked = [row for row in self._get_new_reports()[1] if row[-1]]
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
                for report_id, name, date in ticked
            ),
        ]
