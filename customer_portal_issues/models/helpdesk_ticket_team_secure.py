from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class HelpdeskTicketTeam(models.Model):
    """The binder as a place of trusted customers, who see and steer all its issues."""

    _inherit = "helpdesk.ticket.team"
    _is_kept_in_portal = True
    # not who works in it, nor which binders are near it
    _portal_relations = frozenset(
        {"category_ids", "company_id", "message_ids", "website_message_ids"}
    )

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

    portal_is_open = fields.Boolean(
        compute="_compute_portal_is_open",
        search="_search_portal_is_open",
        groups="base.group_user",
        help="The current user is a customer whom a page tells of the binder.",
    )

    @api.depends("portal_user_ids", "portal_partner_ids", "show_in_portal", "active")
    @api.depends_context("uid")
    def _compute_portal_is_open(self):
        # sudo: helpdesk.ticket.team - only whether
        teams_sudo = self.sudo().with_context(active_test=False)
        opened = teams_sudo.search(
            self._get_open_domain() & Domain("id", "in", self.ids)
        )
        for team in self:
            team.portal_is_open = team._origin.id in opened.ids

    @api.model
    def _search_portal_is_open(self, operator, value):
        # asked when a query runs: what the user's company is today, and who is trusted
        if operator != "in":
            return NotImplemented
        return self._get_open_domain() if True in value else ~self._get_open_domain()

    @api.model
    def _get_open_domain(self):
        """Return the domain of the binders that pages tell the current user of.

        Those that trust them, and those that the form of helpdesk_mgmt offers to all customers:
        a binder that trusts some is not for the others, unless its web form is for anybody.
        """
        user_sudo = self.env.user.sudo()  # sudo: res.company - one's own, its settings
        trusting = Domain(self._get_trusting_domain(user_sudo))
        if not user_sudo.company_id.helpdesk_mgmt_portal_select_team:
            return trusting
        return trusting | Domain(
            [
                ("active", "=", True),
                ("show_in_portal", "=", True),
                "|",
                ("portal_form", "=", "public"),
                "&",
                ("portal_user_ids", "=", False),
                ("portal_partner_ids", "=", False),
            ]
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

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        # helpdesk_mgmt's rules ask for the teams of a user, and Odoo keeps what they are told
        if {"user_ids", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _trusts(self, user):
        """Tell whether a user is one of the trusted users of this binder.

        :param user: res.users
        """
        # sudo: helpdesk.ticket.team - only whether
        return bool(self) and bool(
            self.sudo().filtered_domain(self._get_trusting_domain(user))
        )

    def _is_for(self, partner):
        # of its discussion, and of each new issue: what the form lets anybody send is no reason
        return any(self._trusts(user) for user in partner.user_ids)

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
