from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import format_date


class ResUsers(models.Model):
    _inherit = "res.users"

    portal_report_ids = fields.Many2many(
        "customer.portal.report",
        "customer_portal_report_user_rel",
        "user_id",
        "report_id",
        string="Portal Reports",
        copy=False,
        groups="customer_portal_shares.group_portal_manager",
        help="Reports that the portal user finds in the portal, without an end.",
    )
    portal_report_count = fields.Integer(
        string="Reports",
        compute="_compute_portal_report_grants",
        groups="customer_portal_shares.group_portal_manager",
        help="Reports that are open to the portal user: ticked, or in a share.",
    )
    portal_report_grants = fields.Text(
        string="Reports Open to Them",
        compute="_compute_portal_report_grants",
        groups="customer_portal_shares.group_portal_manager",
        help="How each report is open to the portal user, and until when.",
    )

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_portal_report_grants(self):
        """Tell each report that is ticked, without an end, and each that a share opens."""
        shared = self.env["customer.portal.report.grant"]._get_shares_of(self._origin)
        for user in self:
            ticked = user.portal_report_ids.filtered("active")
            lines = [
                (report, self.env._("%(report)s: ticked, no end", report=report.name))
                for report in ticked
            ]
            lines += [
                (report, self._get_grant_words(report, share))
                for report, share in shared.get(user._origin.id, ())
            ]
            user.portal_report_count = len({report for report, _words in lines})
            user.portal_report_grants = "\n".join(words for _report, words in lines)

    def _get_grant_words(self, report, share):
        names = {"report": report.name, "share": share.name}
        if not share.expiration_date:
            return self.env._("%(report)s: in the share “%(share)s”, no end", **names)
        day = format_date(self.env, share.expiration_date)
        return self.env._(
            "%(report)s: in the share “%(share)s”, until %(day)s", **names, day=day
        )

    def write(self, vals):
        """Let portal managers tick reports for customers, and nothing else of anybody by that."""
        if vals.keys() != {"portal_report_ids"} or self.env.su:
            return super().write(vals)
        if not self.env.user.has_group("customer_portal_shares.group_portal_manager"):
            return super().write(vals)
        self.check_access("read")
        self._check_report_commands(vals["portal_report_ids"])
        # sudo: res.users - whether they are customers
        if not all(user._is_portal() for user in self.sudo()):
            if self.has_access("write"):
                return super().write(vals)
            raise AccessError(self.env._("Reports can only be ticked for customers."))
        before = {user: user.portal_report_ids for user in self}
        # sudo: res.users - portal managers do not write users; this field of customers they do
        result = super(ResUsers, self.sudo()).write(vals)
        for user, reports in before.items():
            added = user.portal_report_ids - reports
            added.sudo(False).check_access("read")
        return result

    def _check_report_commands(self, commands):
        """Refuse commands that do more than tick: they would write reports with all rights.

        :raise AccessError: one that makes, changes or deletes a report
        """
        ticks = (Command.LINK, Command.UNLINK, Command.CLEAR, Command.SET)
        for command in commands or ():
            if not isinstance(command, list | tuple) or command[0] not in ticks:
                raise AccessError(
                    self.env._("Reports can be ticked here, not changed.")
                )

    def _get_portal_access(self):
        reports_sudo, subscriptions_sudo = self._get_portal_reports_sudo()
        return [
            *super()._get_portal_access(),
            (self.env._("Reports"), reports_sudo),
            (self.env._("Reports by e-mail"), subscriptions_sudo),
        ]

    def _end_portal_access(self):
        _reports_sudo, subscriptions_sudo = self._get_portal_reports_sudo()
        subscriptions_sudo.unlink()
        # sudo: res.users - the caller has asked who may
        self.sudo().portal_report_ids = [Command.clear()]
        return super()._end_portal_access()

    def _get_portal_reports_sudo(self):
        # sudo: res.users, the subscriptions - whoever's they are: the caller decides
        users_sudo = self.sudo().with_context(active_test=False)
        subscriptions_sudo = users_sudo.env["customer.portal.report.subscription"]
        return users_sudo.portal_report_ids, subscriptions_sudo.search(
            [("user_id", "in", self.ids)]
        )
