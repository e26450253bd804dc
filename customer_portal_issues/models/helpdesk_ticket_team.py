import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from .customer_portal_issue_field import PROPERTY_TYPES, STANDARD_FIELDS

#: A site as the policy ``frame-ancestors`` wants it: a scheme and a host, maybe all its
#: subdomains, maybe a port. https://www.w3.org/TR/CSP3/#directive-frame-ancestors
SITE = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
SNIPPET = (
    '<iframe src="{url}?embed=1" title="{title}" width="100%" height="900" '
    'style="border: 0" loading="lazy"></iframe>'
)


class HelpdeskTicketTeam(models.Model):
    """The settings of a binder's web form."""

    _name = "helpdesk.ticket.team"
    _inherit = ["customer.portal.thread.mixin", "helpdesk.ticket.team"]

    portal_form = fields.Selection(
        [("off", "Off"), ("public", "Anybody on the web")],
        string="Web Form",
        default="off",
        required=True,
        help="Who may report issues in this binder without logging in.",
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
        string="Code for a Site",
        compute="_compute_portal_form_url",
        groups="base.group_user",
        help="Put this into a page of a site named above, and the form shows there.",
    )
    portal_form_title = fields.Char(string="Title of the Form", translate=True)
    portal_form_text = fields.Text(string="Text Above the Form", translate=True)
    portal_form_thanks = fields.Text(string="Text After Sending", translate=True)
    portal_embed_sites = fields.Text(
        string="Sites That May Show the Form",
        groups="base.group_user",
        help="One site in each line, such as https://www.example.com. "
        "No other site can show the form inside its pages.",
    )
    portal_field_ids = fields.One2many(
        "customer.portal.issue.field",
        "team_id",
        string="Fields of the Form",
        default=lambda self: self._prepare_portal_fields(),
        groups="base.group_user",
    )
    portal_assignee_id = fields.Many2one(
        "res.users",
        string="Assign New Issues To",
        domain="[('share', '=', False), ('id', 'in', user_ids)]",
        groups="base.group_user",
        help="Gets each new issue of this binder, and is told of it by e-mail. "
        "Where nobody is chosen, the team leader is told of what comes from the portal.",
    )
    portal_form_limit_address = fields.Integer(
        string="Reports per Hour and Network Address",
        default=20,
        groups="base.group_user",
        help="More than that from one network address are refused for a while. 0 for no limit.",
    )
    portal_form_limit_email = fields.Integer(
        string="Reports per Hour and E-Mail Address",
        default=5,
        groups="base.group_user",
        help="More than that with one e-mail address are refused for a while. 0 for no limit.",
    )

    _portal_form_token_uniq = models.UniqueIndex(
        "(portal_form_token) WHERE portal_form_token IS NOT NULL"
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
                            "“%(site)s” is not a site's address. Write the beginning of its "
                            "pages' addresses up to the first slash, such as "
                            "https://www.example.com, each in a line of its own.",
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
        return teams

    def write(self, vals):
        if vals.get("portal_form") == "public":
            self._revise_portal_fields()
            for team in self.filtered(lambda team: not team.portal_form_token):
                team.portal_form_token = secrets.token_urlsafe(32)
        result = super().write(vals)
        if "ticket_properties" in vals:
            self._revise_portal_fields()
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
