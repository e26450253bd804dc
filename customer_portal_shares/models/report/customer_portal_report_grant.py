from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerPortalReportGrant(models.AbstractModel):
    """Who is granted a report: those it is ticked for, and those it is shared with."""

    _name = "customer.portal.report.grant"
    _description = "Reports Granted to Customers"

    # -- to the current user

    @api.model
    def _search_mine_sudo(self):
        """Return the reports of the current user that open, sudoed."""
        # sudo: customer.portal.report - the two grants are the rule
        Report_sudo = self.env["customer.portal.report"].sudo()
        ticked_sudo = Report_sudo.search([("user_ids", "in", self.env.user.ids)])
        shared_ids = [
            report_id
            for ids in self._get_my_shares_sudo().values()
            for report_id in ids
        ]
        reports_sudo = ticked_sudo | Report_sudo.browse(shared_ids)
        return reports_sudo.filtered(
            lambda report: not self._get_shut_warning(report)
        ).sorted()

    @api.model
    def _get_mine_sudo(self, report_id):
        """Return a report that the current user may see, and the shares that it is in, sudoed.

        :return: (report, shares); the report is empty where there is none for this user, the
            shares where it is ticked
        """
        # sudo: customer.portal.report - the two grants are the rule
        Report_sudo = self.env["customer.portal.report"].sudo()
        report_sudo = Report_sudo.search([("id", "=", report_id)])
        shares_sudo = self.env["customer.portal.share"].sudo()
        if not report_sudo or self.env.user in report_sudo.user_ids:
            return report_sudo, shares_sudo
        for share_sudo, ids in self._get_my_shares_sudo(report_id).items():
            if report_id in ids:
                shares_sudo |= share_sudo
        return report_sudo if shares_sudo else report_sudo.browse(), shares_sudo

    @api.model
    def _get_my_shares_sudo(self, report_id=None):
        """Return the shares that open reports to the current user: share to ids of reports.

        :param report_id: int, of the one that is asked for
        """
        Share = self.env["customer.portal.share"]
        item = Domain("res_model", "=", "customer.portal.report")
        if report_id:
            item &= Domain("res_id", "=", report_id)
        domain = Share._get_open_domain()
        domain &= Domain.custom(
            to_sql=lambda _model, alias, _query: self._get_granting_sql(alias)
        )
        domain &= Domain("user_ids", "in", self.env.user.ids)
        domain &= Domain("item_ids", "any", item)
        # sudo: customer.portal.share - the domain is the rule
        shares_sudo = Share.sudo().search(domain)
        return {
            share: share._get_shared_records("customer.portal.report").ids
            for share in shares_sudo
        }

    @api.model
    def _get_granting_sql(self, alias):
        """Return the condition that a share opens reports outside of its own page.

        Neither a password nor a web link does, nor where files are only sent.

        :param str alias: of the share's table
        """
        share = SQL.identifier(alias)
        return SQL(
            "(%s.access = 'secured' AND %s.password_hash IS NULL AND %s)",
            share,
            share,
            self.env["customer.portal.share"]._get_no_drop_sql(alias),
        )

    # -- to the current user, as SQL that counts them

    @api.model
    def _get_ticked_reports(self, since=None):
        """Return SQL of the ids of the reports that are ticked for the current user.

        :param datetime since: of those alone that were ticked later; naive, in UTC
        """
        return SQL(
            """
            SELECT report.id FROM customer_portal_report_user_rel ticked
              JOIN customer_portal_report report ON report.id = ticked.report_id
             WHERE ticked.user_id = %s AND %s AND %s
            """,
            self.env.uid,
            SQL("ticked.granted_date > %s", since) if since else SQL("TRUE"),
            self._get_open_report_sql(),
        )

    @api.model
    def _read_newest(self, granted, limit):
        """Return what the news tell of reports, those that were ticked last first.

        :param SQL granted: of their ids
        :param int limit: of those that are read
        :return: list of (int id, str name, datetime), the last is None of those that are shared
        """
        # sudo: customer.portal.report - the names of those that are granted to the user
        Report_sudo = self.env["customer.portal.report"].sudo()
        return self.env.execute_query(
            SQL(
                """
                SELECT report.id, %s, ticked.granted_date FROM (%s) AS granted
                  JOIN customer_portal_report report ON report.id = granted.id
                  LEFT JOIN customer_portal_report_user_rel ticked
                    ON ticked.report_id = report.id AND ticked.user_id = %s
                 ORDER BY ticked.granted_date DESC NULLS LAST, report.id DESC LIMIT %s
                """,
                Report_sudo._field_to_sql("report", "name"),
                granted,
                self.env.uid,
                limit,
            )
        )

    @api.model
    def _get_shared_reports(self, shared):
        """Return SQL of the ids of the reports that are shared, and not ticked as well.

        :param SQL shared: of those of all that are shared, as ``res_id``
        """
        return SQL(
            """
            SELECT report.id FROM (%s) AS shared
              JOIN customer_portal_report report ON report.id = shared.res_id
             WHERE NOT EXISTS (SELECT FROM customer_portal_report_user_rel
                                WHERE user_id = %s AND report_id = report.id)
               AND %s
            """,
            shared,
            self.env.uid,
            self._get_open_report_sql(),
        )

    # -- whether a report opens: in words, and as SQL

    # Both ask for an owner who is not archived, and a column. The words know more: that the owner
    # has lost a right, or that an app has gone, takes the owner's environment and some
    # milliseconds, so the home may count a report that does not open; of what is new there, it
    # asks for each of the first ones. And the SQL has to ask whether the report is archived,
    # which searches do by themselves.

    @api.model
    def _get_shut_warning(self, report):
        """Return in words why no customer can open a report, or None."""
        # sudo: customer.portal.report - its owner
        if not report.sudo().user_id.active:
            return self.env._("The owner is archived: choose another one.")
        if not report.column_ids:
            return self.env._("Choose what is shown: there is no column yet.")
        return report._get_definition_problem()

    @api.model
    def _get_open_report_sql(self):
        """Return the condition that a report, which is called ``report`` there, opens."""
        return SQL(
            """
            report.active
            AND EXISTS (SELECT FROM res_users WHERE id = report.user_id AND active)
            AND EXISTS (SELECT FROM customer_portal_report_column
                         WHERE report_id = report.id)
            """
        )

    # -- to customers, as staff see it

    @api.model
    def _get_shares_of(self, users):
        """Return which reports which shares open to customers, of those the current user may read.

        Those with a password as well, which open their own page.

        :return: dict of the id of the user to a list of tuple (report, share)
        """
        active = self.with_context(active_test=True)
        Report = active.env["customer.portal.report"]
        shares = active.env["customer.portal.share"].search(
            [
                ("state", "=", "active"),
                ("access", "=", "secured"),
                ("user_ids", "in", users.ids),
                ("item_ids.res_model", "=", Report._name),
            ]
        )
        shares = shares.filtered(lambda share: not share._is_drop())
        items = shares.item_ids.filtered(lambda item: item.res_model == Report._name)
        readable = Report.search([("id", "in", items.mapped("res_id"))])
        found = {}
        for share, in_it in items.grouped("share_id").items():
            reports = readable & Report.browse(in_it.mapped("res_id"))
            for user in share.user_ids & users:
                found.setdefault(user.id, []).extend((one, share) for one in reports)
        return found
