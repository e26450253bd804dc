from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class HelpdeskTicketTeam(models.Model):
    """The binder as a place of trusted customers, who see and steer all its issues."""

    _inherit = "helpdesk.ticket.team"

    ticket_properties = fields.PropertiesDefinition(groups="base.group_user")

    portal_user_ids = fields.Many2many(
        "res.users",
        "customer_portal_binder_user_rel",
        "team_id",
        "user_id",
        string="Trusted Portal Users",
        domain=[("share", "=", True)],
        copy=False,
        groups="base.group_user",
        help="They see all issues of this binder in the portal, report new ones, answer, and "
        "set the statuses below.",
    )
    portal_partner_ids = fields.Many2many(
        "res.partner",
        "customer_portal_binder_partner_rel",
        "team_id",
        "partner_id",
        string="Trusted Companies",
        domain=[("is_company", "=", True)],
        copy=False,
        groups="base.group_user",
        help="All portal users of these companies are trusted, those of tomorrow included.",
    )
    portal_stage_ids = fields.Many2many(
        "helpdesk.ticket.stage",
        "customer_portal_binder_stage_rel",
        "team_id",
        "stage_id",
        string="Statuses They May Set",
        groups="base.group_user",
    )

    @api.constrains("portal_user_ids", "company_id")
    def _check_portal_user_ids(self):
        for team in self:
            if not all(team.portal_user_ids.mapped("share")):
                raise ValidationError(
                    self.env._("Only portal users can be trusted users of a binder.")
                )
            for user in team.portal_user_ids:
                if team.company_id and team.company_id not in user.company_ids:
                    raise ValidationError(
                        self.env._(
                            "%(user)s may not work in the company %(company)s, which the "
                            "binder belongs to.",
                            user=user.name,
                            company=team.company_id.name,
                        )
                    )

    def _trusts(self, user):
        """Tell whether a user is one of the trusted users of this binder.

        :param user: res.users
        """
        # sudo: helpdesk.ticket.team - only whether
        return bool(self) and bool(
            self.sudo().filtered_domain(self._get_trusting_domain(user))
        )

    @api.model
    def _get_trusting_domain(self, user):
        """Return the domain of the binders that trust a portal user."""
        if not user.active or not user._is_portal():
            return [(0, "=", 1)]
        return [
            ("active", "=", True),
            ("company_id", "in", [False, *user.company_ids.ids]),
            "|",
            ("portal_user_ids", "in", user.ids),
            ("portal_partner_ids", "in", user.partner_id.commercial_partner_id.ids),
        ]

    @api.model
    def _get_portal_binders_sudo(self):
        """Return the binders that trust the current user, sudoed."""
        # sudo: helpdesk.ticket.team - those that trust the user
        return self.sudo().search(self._get_trusting_domain(self.env.user))

    @api.model
    def _get_portal_binder_sudo(self, team_id):
        """Return one binder that trusts the current user, sudoed, or an empty record."""
        # sudo: helpdesk.ticket.team - as above
        domain = [("id", "=", team_id), *self._get_trusting_domain(self.env.user)]
        return self.sudo().search(domain)

    def _get_portal_stages_sudo(self):
        """Return the statuses that trusted users may set in this binder, sudoed."""
        self.ensure_one()
        # sudo: helpdesk.ticket.stage - a binder's own
        team_sudo = self.sudo()
        return team_sudo._get_applicable_stages() & team_sudo.portal_stage_ids

    def _count_portal_open_issues(self):
        """Return how many open issues each binder has; where it is the limit, there may be more.

        :return: dict of binder id to int, at most ``_portal_narrowed_count_limit`` of an issue
        """
        if not self:
            return {}
        # sudo: helpdesk.ticket, helpdesk.ticket.stage - of binders whose gate was passed
        Ticket = self.env["helpdesk.ticket"].sudo()
        stages_sudo = (
            self.env["helpdesk.ticket.stage"]
            .sudo()
            .search(Domain("closed", "=", False))
        )
        queries = [
            SQL(
                "(SELECT %s, count(*) FROM (%s) AS issue)",
                team.id,
                Ticket._search(
                    Domain("team_id", "=", team.id)
                    & Domain("stage_id", "in", stages_sudo.ids),
                    limit=Ticket._portal_narrowed_count_limit,
                ).select(SQL("1")),
            )
            for team in self
        ]
        return dict(self.env.execute_query(SQL(" UNION ALL ").join(queries)))
