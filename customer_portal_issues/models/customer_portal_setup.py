from odoo import api, models


class CustomerPortalSetup(models.AbstractModel):
    """A form on which anybody reports an issue."""

    _inherit = "customer.portal.setup"

    @api.model
    def _get_steps(self):
        steps = super()._get_steps()
        Team = self.env["helpdesk.ticket.team"]
        if Team.has_access("write"):
            steps.append(
                {
                    "title": self.env._("Publish a form"),
                    "text": self.env._(
                        "Visitors report issues on the web form of a team"
                    ),
                    "is_done": bool(
                        Team.search_count([("portal_form", "=", "public")], limit=1)
                    ),
                    "action": "helpdesk_mgmt.helpdesk_ticket_team_action",
                }
            )
        return steps
