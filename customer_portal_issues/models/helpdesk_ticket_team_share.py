from odoo import models
from odoo.fields import Domain

#: Issues of one binder that a share shows, the newest ones.
SHOWN_ISSUES = 50


class HelpdeskTicketTeam(models.Model):
    """A support desk is one more kind of share: its form, and how its current issues stand."""

    _name = "helpdesk.ticket.team"
    _inherit = ["helpdesk.ticket.team", "customer.portal.shareable.mixin"]

    _share_template = "customer_portal_issues.share_binders"
    _share_icon = "fa-life-ring"

    def _get_share_kind(self):
        return self.env._("Support Desk")

    def _prepare_share_values(self, share_sudo, page=1):
        return {
            **super()._prepare_share_values(share_sudo, page),
            "binder_issues": {team.id: team._get_shared_issues() for team in self},
        }

    def _prepare_share_json(self, share_sudo):
        return [
            {
                "id": team.id,
                "name": team.name,
                "form": team.portal_form_url or "",
                "issues": [
                    {
                        "number": issue.number,
                        "name": issue.name,
                        "status": issue.stage_id.name,
                    }
                    for issue in team._get_shared_issues()
                ],
            }
            for team in self
        ]

    def _get_shared_issues(self):
        """Return the newest issues that are not closed and the share's owner may read.

        Number, subject and status are shown, and nothing that was written about them.
        """
        tickets = self.env["helpdesk.ticket"]
        if not tickets.has_access("read"):
            return tickets
        domain = Domain("team_id", "=", self.id) & Domain("closed", "=", False)
        return tickets.search(
            domain, order="create_date desc, id desc", limit=SHOWN_ISSUES
        )
