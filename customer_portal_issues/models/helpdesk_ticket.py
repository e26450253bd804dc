from odoo import api, fields, models
from odoo.tools import email_normalize, html2plaintext

from odoo.addons.customer_portal_docs.tools.searching import fold

#: Characters of a description that the portal's search knows.
SEARCHED_LENGTH = 2_000


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = [
        "customer.portal.thread.mixin",
        "helpdesk.ticket",
        "customer.portal.document.mixin",
        "customer.portal.title.mixin",
        "customer.portal.link.mixin",
    ]
    _is_kept_in_portal = True
    # not of other issues (`duplicate_id`), nor who else works in the binder
    _portal_relations = frozenset(
        {
            "category_id",
            "channel_id",
            "commercial_partner_id",
            "company_id",
            "message_ids",
            "partner_id",
            "stage_id",
            "tag_ids",
            "team_id",
            "user_id",
            "website_message_ids",
        }
    )

    # nobody outside reads the key of a link by RPC
    access_token = fields.Char(groups="base.group_user")
    # nor the address of who reported: a follower's whole company may read the issue
    partner_email = fields.Char(groups="base.group_user")
    # nor what staff keep in them, or ask on a form
    properties = fields.Properties(groups="base.group_user")

    partner_id = fields.Many2one(index="btree_not_null")
    # helpdesk_mgmt takes it from the contact again whenever the contact moves
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related=False,
        compute="_compute_commercial_partner_id",
        precompute=True,
        store=True,
        index="btree_not_null",
        help="The contact's company when the issue was reported.",
    )
    portal_only_contact = fields.Boolean(
        readonly=True,
        groups="base.group_user",
        help="The contact reported the issue before belonging to the company: "
        "the company's other contacts do not see it.",
    )
    audience_key = fields.Integer(
        compute="_compute_audience_key",
        precompute=True,
        store=True,
        help="Who sees the issue in the portal: minus the company's id, "
        "or the contact's id when only the contact does.",
    )
    portal_search_text = fields.Text(
        string="Searched Text",
        compute="_compute_portal_search_text",
        precompute=True,
        store=True,
        index="trigram",
        groups="base.group_user",
        help="Number, title and description, without capitals and accents.",
    )
    portal_link_ids = fields.One2many(
        "customer.portal.issue.link",
        "ticket_id",
        string="Personal Links",
        context={"active_test": False},
        groups="helpdesk_mgmt.group_helpdesk_user_own",
    )
    portal_is_unconfirmed = fields.Boolean(
        compute="_compute_portal_is_unconfirmed",
        compute_sudo=True,
        groups="helpdesk_mgmt.group_helpdesk_user_own",
        help="A visitor reported the issue with an address that need not be theirs.",
    )
    portal_form_key = fields.Char(
        copy=False,
        groups=fields.NO_ACCESS,
        help="Digest of the web form's key that the issue came with: once each.",
    )

    _portal_form_key_uniq = models.UniqueIndex(
        "(portal_form_key) WHERE portal_form_key IS NOT NULL"
    )
    _portal_audience_idx = models.Index(
        "(audience_key, create_date DESC, id DESC) WHERE audience_key <> 0"
    )
    # one index for each order and filter of a binder's list
    _portal_newest_idx = models.Index(
        "(team_id, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_updated_idx = models.Index(
        "(team_id, last_stage_update DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_title_idx = models.Index("(team_id, name, id) WHERE active IS TRUE")
    _portal_stage_idx = models.Index(
        "(team_id, stage_id, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_mine_idx = models.Index(
        "(team_id, partner_id, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    # counting own issues by status reads nothing but this
    _portal_mine_stage_idx = models.Index(
        "(team_id, partner_id, stage_id) WHERE active IS TRUE"
    )

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        # not of the partner's company: a contact who moves on leaves the company its issues
        for ticket in self:
            ticket.commercial_partner_id = ticket.partner_id.commercial_partner_id

    @api.depends("partner_id", "commercial_partner_id", "portal_only_contact")
    def _compute_audience_key(self):
        for ticket in self:
            if ticket.portal_only_contact:
                ticket.audience_key = ticket.partner_id.id
            else:
                ticket.audience_key = -ticket.commercial_partner_id.id

    @api.depends("number", "name", "description")
    def _compute_portal_search_text(self):
        for ticket in self:
            description = (ticket.description or "")[: SEARCHED_LENGTH * 4]
            ticket.portal_search_text = fold(
                ticket.number,
                ticket.name,
                html2plaintext(description)[:SEARCHED_LENGTH],
            )

    @api.depends(
        "portal_form_key", "portal_link_ids.active", "portal_link_ids.confirmed"
    )
    def _compute_portal_is_unconfirmed(self):
        for ticket in self:
            links = ticket.portal_link_ids.filtered("active")
            ticket.portal_is_unconfirmed = bool(
                ticket.portal_form_key and links and not any(links.mapped("confirmed"))
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not any(map(self._assign_in_portal_binder, vals_list)):
            tickets = super().create(vals_list)
            if not self.env.user._is_internal():
                tickets._tell_portal_assignees(leaders_only=True)
            return tickets
        # each of them is told by a mail of ours
        quiet = self.with_context(mail_auto_subscribe_no_notify=True)
        tickets = super(HelpdeskTicket, quiet).create(vals_list).with_env(self.env)
        tickets._tell_portal_assignees()
        return tickets

    @api.model
    def _assign_in_portal_binder(self, vals):
        """Give a new issue that nobody has to whom the binder says; tell whether it did."""
        # sudo: helpdesk.ticket.team - whoever reports, the binder decides who works on it
        team_sudo = self.env["helpdesk.ticket.team"].sudo().browse(vals.get("team_id"))
        if not team_sudo.portal_assignee_id or vals.get("user_id"):
            return False
        vals["user_id"] = team_sudo.portal_assignee_id.id
        return True

    def _tell_portal_assignees(self, leaders_only=False):
        """Tell by mail who works on these new issues; the binder's leader where nobody does."""
        mails = []
        for (
            ticket_sudo
        ) in self.sudo():  # sudo: helpdesk.ticket.team - who leads the binder
            user_sudo = ticket_sudo.user_id or ticket_sudo.team_id.user_id
            told = ticket_sudo.user_id and leaders_only
            if user_sudo and user_sudo != self.env.user and not told:
                mails.append(
                    {
                        "kind": "assigned",
                        "ticket_id": ticket_sudo.id,
                        "user_id": user_sudo.id,
                    }
                )
        self.env["customer.portal.issue.mail"]._queue(mails)

    def write(self, vals):
        stages = (
            {ticket.id: ticket.stage_id for ticket in self}
            if "stage_id" in vals
            else {}
        )
        if "partner_id" in vals and "portal_only_contact" not in vals:
            vals = {**vals, "portal_only_contact": False}
        result = super().write(vals)
        if {"partner_id", "commercial_partner_id", "portal_only_contact"} & vals.keys():
            self._remove_outsiders()
        if stages:
            self.filtered(
                lambda ticket: ticket.stage_id != stages[ticket.id]
            )._notify_portal_status()
        if {"partner_id", "partner_email"} & vals.keys():
            self._revise_portal_links()
        if "active" in vals:
            self._revoke_shared_link()
        return result

    def _get_portal_email(self):
        """Return the normalized address of who reported the issue, or False."""
        self.ensure_one()
        # sudo: helpdesk.ticket, res.partner - the address alone, hidden from customers
        ticket_sudo = self.sudo()
        return ticket_sudo.partner_id.email_normalized or email_normalize(
            ticket_sudo.partner_email or "", strict=False
        )

    def action_open_portal(self):
        """Show the issue as its customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "new"}
