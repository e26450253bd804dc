import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.http import request
from odoo.tools import SQL

from .customer_portal_issue_field import PROPERTY_TYPES, STANDARD_FIELDS

#: A site as the policy ``frame-ancestors`` wants it: a scheme and a host, maybe all its
#: subdomains, maybe a port. https://www.w3.org/TR/CSP3/#directive-frame-ancestors
SITE = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
SNIPPET = (
    '<iframe src="{url}?embed=1" title="{title}" width="100%" height="900" '
    'style="border: 0" loading="lazy"></iframe>'
)


#: Mails in an hour to an address that somebody outside has typed, where no binder says it.
MAX_MAILS = 5
#: Issues of one binder that a share shows, the newest ones.
SHOWN_ISSUES = 50


class HelpdeskTicketTeam(models.Model):
    """A binder: the settings of its web form, and whom it trusts."""

    _name = "helpdesk.ticket.team"
    _inherit = [
        "customer.portal.thread.mixin",
        "customer.portal.shareable.mixin",
        "helpdesk.ticket.team",
    ]
    _share_template = "customer_portal_issues.share_binders"
    _share_filter = "binders"

    portal_form = fields.Selection(
        [("off", "Off"), ("public", "Anybody on the web")],
        string="Web Form",
        default="off",
        required=True,
        # a copy is not public before somebody has looked at it
        copy=False,
        help="Who may report issues in this team without logging in.",
    )
    # no secret: it stands on the pages of every site that shows the form
    portal_form_token = fields.Char(
        copy=False, readonly=True, groups="base.group_user", string="Web Form Key"
    )
    portal_form_url = fields.Char(
        string="Address of the Form",
        compute="_compute_portal_form_url",
        groups="base.group_user",
    )
    portal_form_snippet = fields.Text(
        string="Embed Code",
        compute="_compute_portal_form_url",
        groups="base.group_user",
        help="Paste this into a page of a site named above to show the form there.",
    )
    portal_form_title = fields.Char(string="Title of the Form", translate=True)
    portal_form_text = fields.Text(string="Text Above the Form", translate=True)
    portal_form_thanks = fields.Text(string="Text After Sending", translate=True)
    portal_embed_sites = fields.Text(
        string="Sites Allowed to Embed the Form",
        groups="base.group_user",
        help="One site per line, such as https://www.example.com. "
        "No other site can show the form inside its pages.",
    )
    portal_field_ids = fields.One2many(
        "customer.portal.issue.field",
        "team_id",
        string="Fields of the Form",
        default=lambda self: self._prepare_portal_fields(),
        copy=True,
        groups="base.group_user",
    )
    portal_assignee_id = fields.Many2one(
        "res.users",
        string="Assign New Issues To",
        domain="[('share', '=', False), ('id', 'in', user_ids)]",
        groups="base.group_user",
        help="Is assigned each new issue of this team, and notified by e-mail. If nobody is "
        "chosen, the team leader is notified of issues from the portal.",
    )
    portal_told_user_ids = fields.Many2many(
        "res.users",
        "customer_portal_binder_told_user_rel",
        "team_id",
        "user_id",
        string="Notified of Answers",
        domain="[('share', '=', False), ('id', 'in', user_ids)]",
        groups="base.group_user",
        help="Who is notified of a customer's answer when nobody is assigned to the issue and "
        "the team has no leader. All members if nobody is chosen.",
    )
    portal_form_limit_address = fields.Integer(
        string="Issues per Hour per IP Address",
        default=20,
        groups="base.group_user",
        help="Any more from one IP address are refused for a while. 0 for no limit.",
    )
    portal_form_limit_email = fields.Integer(
        string="Issues per Hour per E-mail Address",
        default=MAX_MAILS,
        groups="base.group_user",
        help="Any more with one e-mail address are refused for a while. 0 for no limit.",
    )

    _portal_form_token_uniq = models.UniqueIndex(
        "(portal_form_token) WHERE portal_form_token IS NOT NULL"
    )

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
        help="They see all issues of this team in the portal, report new ones, answer, and set "
        "the statuses below.",
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
        help="All portal users of these companies are trusted, including those added later.",
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
        help="Whether the current user is a customer who is shown this team.",
    )

    @api.depends("portal_form", "portal_form_token", "portal_form_title", "name")
    @api.depends_context("lang")
    def _compute_portal_form_url(self):
        for team in self:
            url = snippet = False
            if team.portal_form == "public" and team.portal_form_token:
                url = f"{team.get_base_url()}/issues/new/{team.portal_form_token}"
                title = (team.portal_form_title or team.name or "").replace('"', "'")
                title = re.sub(r"[<>&]", " ", title)
                snippet = SNIPPET.format(url=url, title=title)
            team.portal_form_url, team.portal_form_snippet = url, snippet

    def _get_portal_sender_names(self):
        name = self.name if len(self) == 1 else False
        return [name, *super()._get_portal_sender_names()]

    # -- constraints

    @api.constrains("portal_embed_sites")
    def _check_portal_embed_sites(self):
        for team in self:
            for site in (team.portal_embed_sites or "").split():
                if not SITE.fullmatch(site):
                    raise ValidationError(
                        self.env._(
                            "“%(site)s” is not the address of a site. Enter it without a path, "
                            "such as https://www.example.com, one per line.",
                            site=site,
                        )
                    )

    @api.constrains("portal_form", "portal_field_ids")
    def _check_portal_fields(self):
        for team in self.filtered(lambda team: team.portal_form == "public"):
            shown = team.portal_field_ids.filtered("shown").mapped("kind")
            if not {"name", "description"} & set(shown):
                raise ValidationError(
                    self.env._("The form must ask for a subject or a description.")
                )

    @api.constrains("portal_assignee_id", "user_ids")
    def _check_portal_assignee_id(self):
        for team in self:
            if team.portal_assignee_id - team.user_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s is not a member of the team, so new issues cannot be "
                        "assigned to them.",
                        user=team.portal_assignee_id.name,
                    )
                )

    @api.constrains("portal_form_limit_address", "portal_form_limit_email")
    def _check_portal_form_limits(self):
        for team in self:
            if min(team.portal_form_limit_address, team.portal_form_limit_email) < 0:
                raise ValidationError(self.env._("A limit cannot be negative."))

    # -- CRUD

    def _auto_init(self):
        result = super()._auto_init()
        # those binders that were there before us ask for the same as new ones
        self.env.cr.execute(
            SQL(
                "UPDATE helpdesk_ticket_team SET portal_form = 'off' WHERE portal_form IS NULL"
            )
        )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # fields first: the form is checked against them
        rows = self._prepare_portal_fields()
        teams = super().create(
            [
                {
                    **self._with_form_token(vals),
                    "portal_field_ids": vals.get("portal_field_ids") or rows,
                }
                for vals in vals_list
            ]
        )
        teams._revise_portal_fields()
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        """Change the binders: a new form gets its fields and its key before the values.

        The fields of new properties come after them.
        """
        if vals.get("portal_form") == "public":
            self._revise_portal_fields()
            for team in self.filtered(lambda team: not team.portal_form_token):
                team.portal_form_token = secrets.token_urlsafe(32)
        result = super().write(vals)
        if "ticket_properties" in vals:
            self._revise_portal_fields()
        # helpdesk_mgmt's rules ask for the teams of a user, and Odoo keeps what they are told
        if {"user_ids", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    @api.model
    def _with_form_token(self, vals):
        if vals.get("portal_form") != "public":
            return vals
        return {"portal_form_token": secrets.token_urlsafe(32), **vals}

    @api.model
    def _prepare_portal_fields(self):
        return [
            Command.create({"kind": kind, "sequence": 10 * number, **vals})
            for number, (kind, vals) in enumerate(STANDARD_FIELDS.items())
        ]

    def _revise_portal_fields(self):
        """Have one row for each field that the form could ask for.

        A new property is not asked for until somebody says so: it may be for staff alone.
        """
        for (
            team_sudo
        ) in self.sudo():  # sudo: customer.portal.issue.field - rows of the binder
            rows = team_sudo.portal_field_ids
            if not rows:
                team_sudo.portal_field_ids = self._prepare_portal_fields()
            names = {
                definition["name"]
                for definition in team_sudo.ticket_properties or []
                if definition.get("type") in PROPERTY_TYPES
            }
            of_properties = rows.filtered("property_name")
            known = set(of_properties.mapped("property_name"))
            of_properties.filtered_domain(
                [("property_name", "in", known - names)]
            ).unlink()
            team_sudo.portal_field_ids = [
                Command.create({"kind": "property", "property_name": name})
                for name in sorted(names - known)
            ]

    # -- whom it trusts

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
                    self.env._("Only portal users can be trusted users of a team.")
                )
            lost = team.portal_user_ids - team._filter_trustable(team.portal_user_ids)
            if lost:
                raise ValidationError(
                    self.env._(
                        "%(user)s has no access to %(company)s, the company that this team "
                        "belongs to.",
                        user=lost[0].name,
                        company=team.company_id.name,
                    )
                )

    def _filter_trustable(self, users):
        """Return those of these users who can be trusted customers of the team."""
        company = self.company_id
        return users.filtered(
            lambda user: user.share and (not company or company in user.company_ids)
        )

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
            ("company_id", "in", [False, *user._get_company_ids()]),
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
        # sudo: helpdesk.ticket - of binders whose gate was passed
        Ticket = self.env["helpdesk.ticket"].sudo()
        opened = Ticket._get_portal_open_domain()
        queries = [
            SQL(
                "(SELECT %s, count(*) FROM (%s) AS issue)",
                team.id,
                Ticket._search(
                    Domain("team_id", "=", team.id) & opened,
                    limit=Ticket._portal_narrowed_count_limit,
                ).select(SQL("1")),
            )
            for team in self
        ]
        return dict(self.env.execute_query(SQL(" UNION ALL ").join(queries)))

    # -- a binder that is shared

    @api.model
    def _get_share_kind(self):
        # staff know it by Helpdesk's own name, but pages are the customers'
        if self.env.user.share or (request and getattr(request, "is_frontend", False)):
            return self.env._("Binder")
        return self.env._("Helpdesk Team")

    def _get_share_name(self):
        # where it lies may name other customers
        return self.portal_form_title or self.name

    def _prepare_share_values(self, share_sudo, page=1):
        viewer = share_sudo.env.user
        issues = {team.id: team._get_shared_issues() for team in self}
        return {
            **super()._prepare_share_values(share_sudo, page),
            "binder_issues": issues,
            "trusting_binders": self.filtered(lambda team: team._trusts(viewer)),
            "linked_issues": self.env["helpdesk.ticket"].union(
                *(team._filter_open_to(viewer, issues[team.id]) for team in self)
            ),
        }

    def _prepare_share_json(self, share_sudo):
        viewer = share_sudo.env.user
        return [team._prepare_shared_json(viewer) for team in self]

    def _prepare_shared_json(self, viewer):
        issues = self._get_shared_issues()
        linked = self._filter_open_to(viewer, issues)
        return {
            "id": self.id,
            "name": self._get_share_name(),
            "form": self.portal_form_url or "",
            "url": f"/my/binders/{self.id}" if self._trusts(viewer) else "",
            "issues": [
                {
                    "number": issue.number,
                    "name": issue.name,
                    "status": issue.stage_id.name,
                    "url": issue.access_url if issue in linked else "",
                }
                for issue in issues
            ],
        }

    def _filter_open_to(self, viewer, issues):
        """Return those issues of this binder whose pages are for a viewer of its share.

        All for a trusted user, their own and the company's for other customers.

        :param viewer: res.users, maybe the public one, in an environment of their own
        """
        if self._trusts(viewer):
            return issues
        if not viewer._is_portal():
            return issues.browse()
        # not the companies that the share's owner is confined to: to ask for those of others is
        # an error
        return issues.with_env(viewer.env(su=False))._filtered_access("read")

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

    # -- actions

    def action_open_portal_form(self):
        """Show the web form as a visitor sees it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self.portal_form_url,
            "target": "new",
        }

    def action_renew_portal_form(self):
        """Give the form a new address; the old one, and what shows it, ends."""
        self.check_access("write")
        for team in self:
            team.portal_form_token = secrets.token_urlsafe(32)
        return True
