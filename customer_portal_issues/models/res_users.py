from odoo import fields, models
from odoo.fields import Command


class ResUsers(models.Model):
    _inherit = "res.users"

    portal_issue_count = fields.Integer(
        string="Issues",
        compute="_compute_portal_issue_count",
        groups="customer_portal_shares.group_portal_manager",
    )

    def _compute_portal_issue_count(self):
        # sudo: helpdesk.ticket - how many, in the companies that are chosen
        counts = dict(
            self.env["helpdesk.ticket"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", [False, *self.env.companies.ids]),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for user in self:
            user.portal_issue_count = counts.get(user.partner_id, 0)

    def write(self, vals):
        result = super().write(vals)
        # see the team's
        if "helpdesk_team_ids" in vals:
            self.env.registry.clear_cache()
        return result

    def _get_portal_access(self):
        binders_sudo = self._get_trusting_binders_sudo()
        label = self.env._("Helpdesk Teams that trust them")
        return [*super()._get_portal_access(), (label, binders_sudo)]

    def _end_portal_access(self):
        self._get_trusting_binders_sudo().write(
            {"portal_user_ids": [Command.unlink(user.id) for user in self]}
        )
        # those that ended with a former address as well: they are not to be replaced
        partners = self.partner_id.with_context(active_test=False)
        partners._get_issue_links_sudo()._revoke_link()
        return super()._end_portal_access()

    def _get_trusting_binders_sudo(self):
        # sudo: helpdesk.ticket.team - whoever's they are: the callers decide about the users
        teams_sudo = self.env["helpdesk.ticket.team"].sudo()
        return teams_sudo.with_context(active_test=False).search(
            [("portal_user_ids", "in", self.ids)]
        )

    def _get_portal_kept(self):
        # sudo: helpdesk.ticket - how many, of those whom the caller may run
        tickets_sudo = (
            self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        )
        count = tickets_sudo.search_count([("partner_id", "in", self.partner_id.ids)])
        return [*super()._get_portal_kept(), (self.env._("Issues"), count)]
