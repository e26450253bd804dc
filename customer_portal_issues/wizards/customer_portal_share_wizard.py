from odoo import api, fields, models
from odoo.fields import Command


class CustomerPortalShareWizard(models.TransientModel):
    """The link of a team shows its issues; who is to work with them is trusted by the team."""

    _inherit = "customer.portal.share.wizard"

    trusts_users = fields.Boolean(string="Also make them trusted customers")
    has_teams = fields.Boolean(compute="_compute_teams")
    can_trust = fields.Boolean(compute="_compute_teams")

    @api.depends("item_ids.record")
    @api.depends_context("uid")
    def _compute_teams(self):
        for wizard in self:
            teams = wizard._get_teams()
            wizard.has_teams = bool(teams)
            wizard.can_trust = bool(teams) and teams.has_access("write")

    def _get_teams(self):
        teams = self.env["helpdesk.ticket.team"].sudo(False)
        records = [item.record for item in self.item_ids if item.record]
        return teams.browse(one.id for one in records if one._name == teams._name)

    def action_create_share(self):
        action = super().action_create_share()
        # what was ticked for other records than those that were chosen in the end counts no more
        if self.trusts_users and self.can_trust and self.access == "secured":
            self._get_teams().portal_user_ids = list(
                map(Command.link, self.user_ids.ids)
            )
        return action
