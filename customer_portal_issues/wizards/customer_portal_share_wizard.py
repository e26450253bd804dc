from odoo import api, fields, models
from odoo.fields import Command


class CustomerPortalShareWizard(models.TransientModel):
    """The link of a team shows its issues; who is to work with them is trusted by the team."""

    _inherit = "customer.portal.share.wizard"

    trusts_users = fields.Boolean(string="Also make them trusted customers")
    has_teams = fields.Boolean(compute="_compute_teams")
    can_trust = fields.Boolean(compute="_compute_teams")
    trust_hint = fields.Char(compute="_compute_teams", string="What They See")

    @api.depends("item_ids.record", "share_id.item_ids", "step", "user_ids")
    @api.depends_context("uid", "lang")
    def _compute_teams(self):
        for wizard in self:
            teams = wizard._get_teams()
            wizard.has_teams = bool(teams)
            wizard.can_trust = bool(teams) and teams.has_access("write")
            wizard.trust_hint = wizard._get_trust_hint(teams)

    def _get_trust_hint(self, teams):
        """Return what the people of a share see of its teams, and who of them is trusted."""
        if not self.can_trust:
            return self.env._(
                "They see number, subject and status of the newest open issues. To open, "
                "report and answer issues, they have to be trusted customers: a helpdesk "
                "manager adds them on the team, under Trusted Customers."
            )
        hint = self.env._(
            "Trusted customers see all issues of the team in the portal, whoever reported "
            "them, report new ones, answer, and set the statuses that the team allows. "
            "Others see only number, subject and status here. They stay trusted when the "
            "share ends: see Trusted Customers on the team."
        )
        users = self._get_users_to_trust()
        if self.is_existing and users:
            names = ", ".join(users.mapped("name"))
            hint += " " + self.env._("The share is for: %(names)s.", names=names)
        if teams.company_id:
            hint += " " + self.env._(
                "Users without access to the company of the team are not trusted there."
            )
        return hint

    def _get_users_to_trust(self):
        """Return whom the tick is about; who is only being added is not there yet."""
        if not self.is_existing:
            return self.user_ids
        return self.share_id.user_ids if self.step == "what" else self.user_ids.browse()

    def _get_teams(self):
        """Return the teams that this step shares, or that the users of this step are added to."""
        teams = self.env["helpdesk.ticket.team"].sudo(False)
        if self.is_existing and self.step != "what":
            # a client may name any share
            share = self.share_id.sudo(False)._filtered_access("read")
            items = share.item_ids.filtered(lambda item: item.res_model == teams._name)
            return teams.browse(items.mapped("res_id")).exists()
        records = [item.record for item in self.item_ids if item.record]
        return teams.browse(one.id for one in records if one._name == teams._name)

    def _trust(self, users):
        """Make users trusted customers of the teams, where that is ticked and they can be."""
        # what was ticked for other records than those that were chosen in the end counts no more
        if self.trusts_users and self.can_trust and self.access == "secured":
            for team in self._get_teams():
                able = team._filter_trustable(users)
                team.portal_user_ids = list(map(Command.link, able.ids))

    def action_create_share(self):
        action = super().action_create_share()
        self._trust(self.user_ids)
        return action

    def action_add_items(self):
        action = super().action_add_items()
        self._trust(self.share_id.user_ids)
        return action

    def _add_user(self, user):
        result = super()._add_user(user)
        # those of a new share are trusted once it is there
        if self.is_existing:
            self._trust(user)
        return result
