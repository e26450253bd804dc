from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, html2plaintext
from odoo.tools.mail import email_split_tuples

from odoo.addons.customer_portal_docs.models.customer_portal_title_mixin import (
    MAX_TITLE_LENGTH,
)
from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.searching import fold
from odoo.addons.customer_portal_docs.tools.sorting import SORT_EXPRESSION

#: Context value with which people are told although records are only taken over. An object, so
#: that no client can send it.
TOLD = object()
#: Characters of a description that the portal's search knows.
SEARCHED_LENGTH = 2_000


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = [
        "customer.portal.thread.mixin",
        "customer.portal.shared.link.mixin",
        "helpdesk.ticket",
        "customer.portal.document.mixin",
        "customer.portal.title.mixin",
        "customer.portal.list.mixin",
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
    portal_answered_date = fields.Datetime(
        string="Unread Answer Since",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="When staff answered; empty once the customer has seen it or written again.",
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
    portal_has_link = fields.Boolean(
        compute="_compute_portal_has_link",
        compute_sudo=True,
        groups="helpdesk_mgmt.group_helpdesk_user_own",
        help="A link to the address that the reporter has today is valid.",
    )
    portal_is_unconfirmed = fields.Boolean(
        compute="_compute_portal_is_unconfirmed",
        compute_sudo=True,
        groups="helpdesk_mgmt.group_helpdesk_user_own",
        help="A visitor reported the issue with an address that may not be theirs.",
    )
    portal_form_key = fields.Char(
        copy=False,
        groups=fields.NO_ACCESS,
        help="Digest of the web form's key that the issue came with; each key is used once.",
    )

    _portal_form_key_uniq = models.UniqueIndex(
        "(portal_form_key) WHERE portal_form_key IS NOT NULL"
    )
    _portal_audience_idx = models.Index(
        "(audience_key, create_date DESC, id DESC) WHERE audience_key <> 0"
    )
    _portal_answered_idx = models.Index(
        "(partner_id, portal_answered_date) WHERE portal_answered_date IS NOT NULL"
    )
    # the news of statuses, which those that stay as they were reported are not among
    _portal_mine_updated_idx = models.Index(
        "(partner_id, last_stage_update DESC) WHERE active IS TRUE "
        "AND last_stage_update > create_date + interval '2 seconds'"
    )
    # one index for each order and filter of a binder's list
    _portal_newest_idx = models.Index(
        "(team_id, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_updated_idx = models.Index(
        "(team_id, last_stage_update DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_title_idx = models.Index(
        f"(team_id, ({SORT_EXPRESSION % 'name'}), id) WHERE active IS TRUE"
    )
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

    @api.depends("portal_link_ids.active", "portal_link_ids.is_current")
    def _compute_portal_has_link(self):
        for ticket in self:
            ticket.portal_has_link = any(
                link.active and link.is_current for link in ticket.portal_link_ids
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
        # each of them: any() of a generator would stop at the first
        assigned = [self._assign_in_portal_binder(vals) for vals in vals_list]
        if not any(assigned):
            tickets = super().create(vals_list)
            # by mail as by form
            if not self.env.user._is_internal() or self._get_mail_origin():
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
        assignee_sudo = team_sudo.portal_assignee_id._filter_staff(team_sudo.company_id)
        if not assignee_sudo or vals.get("user_id"):
            return False
        vals["user_id"] = assignee_sudo.id
        return True

    @api.model
    def _is_silent(self):
        return (
            self.env.context.get("portal_issue_told") is not TOLD
            and super()._is_silent()
        )

    def _tell_portal_assignees(self, leaders_only=False):
        """Tell by mail who works on these new issues; the binder's leader where nobody does."""
        if self._is_silent():
            return
        # sudo: helpdesk.ticket.team, res.users - who works for the binder
        self.env["customer.portal.issue.mail"]._queue(
            [
                {"kind": "assigned", "ticket_id": ticket_sudo.id, "user_id": user.id}
                for ticket_sudo in self.sudo()
                if not (
                    leaders_only
                    and ticket_sudo.user_id._filter_staff(ticket_sudo.company_id)
                )
                for user in ticket_sudo._get_told_of_new() - self.env.user
            ]
        )

    def _get_told_of_new(self):
        """Return who is told of this new issue: nobody where the binder names nobody.

        Where those whom it names have left, or there is no binder, who would hear of an answer.
        """
        named = self.user_id | self.team_id.portal_assignee_id | self.team_id.user_id
        if self.team_id and not named:
            return named
        return self._get_first_responsible_sudo()

    def write(self, vals):
        """Change the issues, in this order.

        1. The statuses are remembered; another contact's issue is their company's again, and
           one that is open again is closed no more.
        2. The values.
        3. Followers who may see it no more end.
        4. Personal links go with the contact, and end with the address that they were sent to.
        5. Its customer is told of another status, also at an address that is new since it
           was closed, or just now: by a link that is made now.
        6. The shared link ends for whoever had it before.
        """
        stages = (
            {ticket.id: ticket.stage_id for ticket in self}
            if "stage_id" in vals
            else {}
        )
        if "partner_id" in vals and "portal_only_contact" not in vals:
            vals = {**vals, "portal_only_contact": False}
        stage = self.env["helpdesk.ticket.stage"].browse(vals.get("stage_id"))
        if stage and not stage.closed:
            # helpdesk_mgmt keeps the date of an issue that is open again
            vals = {"closed_date": False, **vals}
        result = super().write(vals)
        if {"partner_id", "commercial_partner_id", "portal_only_contact"} & vals.keys():
            self._remove_outsiders()
        if {"partner_id", "partner_email"} & vals.keys():
            self._revise_portal_links()
        if stages:
            changed = self.filtered(lambda ticket: ticket.stage_id != stages[ticket.id])
            changed._replace_ended_links()
            self.env["customer.portal.issue.mail"]._queue_status(self, stages)
        owners = {"commercial_partner_id", "partner_email", "partner_id"}
        if (owners | {"active", "portal_only_contact"}) & vals.keys():
            # whoever had it had it of the customer before, or of those who see it no more
            self._revoke_shared_link()
        return result

    def _get_portal_email(self):
        """Return the normalized address of who reported the issue, or False.

        What was typed stays when the contact is another one: an address that another contact has
        a personal link at is theirs.
        """
        self.ensure_one()
        # sudo: helpdesk.ticket, res.partner, customer.portal.issue.link - the address alone,
        # hidden from customers
        ticket_sudo = self.sudo()
        contact_sudo = ticket_sudo.partner_id
        if contact_sudo.email_normalized:
            return contact_sudo.email_normalized
        email = email_normalize(ticket_sudo.partner_email or "", strict=False)
        owner_sudo = ticket_sudo.portal_link_ids.filtered(
            lambda link: link.email == email
        ).partner_id
        is_theirs = not contact_sudo or not owner_sudo or owner_sudo == contact_sudo
        return is_theirs and email

    def action_open_portal(self):
        """Show the issue as its customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "new"}

    @api.autovacuum
    def _gc_portal_links(self):
        """Delete the keys of links that are over."""
        return self._revoke_old_shared_links()

    # -- a mail comes in

    # helpdesk_mgmt has all whom a mail is addressed to follow the ticket: our own address would
    # get each answer, and who reads its mailbox in turn

    @api.model
    def message_new(self, msg, custom_values=None):
        self._check_mail_values(msg, custom_values)
        # a subject may have any length; a mail is not lost for it
        subject = clean_line(msg.get("subject"))[:MAX_TITLE_LENGTH]
        msg = {**msg, "subject": subject}
        [(name, email), *_others] = email_split_tuples(msg.get("from") or "") or [
            ("", "")
        ]
        reporter = {
            "partner_name": clean_line(name),
            "partner_email": parse_email(email),
        }
        ticket = super(
            HelpdeskTicket, self.with_context(portal_issue_told=TOLD)
        ).message_new(
            msg,
            custom_values={
                # helpdesk_mgmt would give it to the current user, which is the gateway
                "user_id": False,
                **{key: value for key, value in reporter.items() if value},
                **(custom_values or {}),
            },
        )
        ticket.message_unsubscribe(ticket.company_id.partner_id.ids)
        ticket._acknowledge_mail()
        return ticket

    @api.model
    def _get_mail_company_sudo(self, thread_id, values):
        # sudo: helpdesk.ticket.team - the binder that the mail goes to
        team_sudo = (
            self.env["helpdesk.ticket.team"].sudo().browse(values.get("team_id"))
        )
        return team_sudo.company_id or super()._get_mail_company_sudo(thread_id, values)

    def _acknowledge_mail(self):
        """Send who reported by mail a personal link, as who fills in a form gets one."""
        # sudo: res.partner - whether one of the staff
        if not all(self.sudo().partner_id.user_ids.mapped("share")):
            return
        limits = self.team_id._get_portal_mail_limit(self._get_portal_email())
        Throttle = self.env["customer.portal.throttle"]
        self._create_portal_links(is_told=not Throttle._count(*limits))

    def message_update(self, msg, update_vals=None):
        followed = {ticket.id: ticket.message_partner_ids for ticket in self}
        result = super().message_update(msg, update_vals=update_vals)
        for ticket in self:
            # nor does a copy bring back whose link or trust has ended: a follower's whole
            # company may read the ticket. Who follows or has a link is told all the same
            # sudo: res.partner - whoever the mail is from
            added_sudo = ticket.sudo().message_partner_ids - followed[ticket.id]
            unwanted_sudo = added_sudo.filtered("partner_share")
            unwanted_sudo |= added_sudo & ticket.sudo().company_id.partner_id
            ticket.message_unsubscribe(unwanted_sudo.ids)
        return result

    def _message_compute_author(self, author_id=None, email_from=None):
        author_id, email_from = super()._message_compute_author(author_id, email_from)
        if not email_from and self.env.user._is_public():
            # a visitor reports as the public user, who has no address: what followers are told
            # of it could not be sent
            # sudo: res.company - its public address
            company_sudo = self.sudo().company_id[:1] or self.env.company.sudo()
            email_from = company_sudo.email_formatted
        return author_id, email_from

    def _get_model_description(self, model_name):
        # what people outside know it as
        if model_name == self._name:
            return self.env._("Issue")
        return super()._get_model_description(model_name)

    # -- a new issue

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        # core asks who follows the binder; who creates the issue may know that nobody does
        team_id = updated_values.get("team_id")
        if team_id and team_id == self.env.context.get("portal_unfollowed_team_id"):
            updated_values = {**updated_values, "team_id": False}
        return super()._message_auto_subscribe(
            updated_values, followers_existing_policy=followers_existing_policy
        )

    # -- a new status

    def _track_template(self, tracking):
        result = super()._track_template(tracking)
        # it is for the contact, who may have moved on
        ticket_sudo = self[0].sudo()  # sudo: res.partner - whoever sets the status
        if ticket_sudo.partner_id and not ticket_sudo._is_for(ticket_sudo.partner_id):
            result.pop("stage_id", None)
        # nor is it for who has a link no more: the address may be one that a stranger typed
        # sudo: customer.portal.issue.link - only whether there are some
        if "stage_id" in result and self[0].sudo().portal_link_ids:
            Mail = self.env["customer.portal.issue.mail"]
            if result["stage_id"][0] in Mail._get_shipped_templates():
                del result["stage_id"]
        return result

    # -- a mail that did not arrive

    def _note_undelivered(self, emails, reason):
        result = super()._note_undelivered(emails, reason)
        # sudo: customer.portal.issue.link - whose mail it is
        for link_sudo in self.sudo().portal_link_ids._filter_sent_to(emails):
            link_sudo._note_undelivered([link_sudo.email], reason)
        return result

    def _note_delivered(self, emails):
        # sudo: customer.portal.issue.link - as above
        links_sudo = self.sudo().portal_link_ids._filter_sent_to(emails)
        links_sudo._note_delivered(emails)
        return super()._note_delivered(emails)

    # -- a public message

    def _get_customer_information(self):
        """Name the contact that is made of a visitor whom staff answer as the visitor did."""
        information = super()._get_customer_information()
        for ticket in self:
            email = email_normalize(ticket.partner_email)
            if email and ticket.partner_name and not ticket.partner_id:
                information.setdefault(email, {})["name"] = ticket.partner_name
        return information

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(
            message, msg_vals=msg_vals, **kwargs
        )
        if self and self._is_public_message(message, msg_vals or {}):
            # one that was closed when the address moved has none yet
            self._replace_ended_links()
            # sudo: customer.portal.issue.link - who is to be told, whoever writes
            links_sudo = self.sudo().portal_link_ids
            recipients += links_sudo._get_recipients(
                message, msg_vals or {}, recipients
            )
            recipients += self._get_trusted_recipients(message, recipients)
        return recipients

    def _get_responsible_users_sudo(self):
        # sudo: res.users, helpdesk.ticket.team - who is told, whoever writes
        ticket_sudo = self.sudo()
        team_sudo = ticket_sudo.team_id
        return [
            ticket_sudo.user_id,
            team_sudo.user_id,
            team_sudo.portal_told_user_ids & team_sudo.user_ids,
            team_sudo.user_ids,
            self.env["res.users"] if team_sudo else self._get_helpdesk_managers_sudo(),
        ]

    def _get_helpdesk_managers_sudo(self):
        """Return the managers of the helpdesk in the issue's company, sudoed."""
        group = self.env.ref("helpdesk_mgmt.group_helpdesk_manager")
        # sudo: res.groups, res.users - who is told, whoever writes
        users_sudo = group.sudo().all_user_ids
        company = self.sudo().company_id
        return users_sudo.filtered(
            lambda user: not company or company in user.company_ids
        )

    def _get_trusted_recipients(self, message, recipients):
        """Return the trusted users who took part in the discussion and do not follow it."""
        # sudo: helpdesk.ticket.team - whom the binder trusts
        team_sudo = self.sudo().team_id
        if not team_sudo.portal_user_ids and not team_sudo.portal_partner_ids:
            return []
        told = {data["id"] for data in recipients} | {message.sudo().author_id.id}
        # sudo: mail.message, res.users - who took part
        authors_sudo = (
            self.env["mail.message"]
            .sudo()
            .search(
                self._get_public_message_domain()
                & Domain("author_id.user_ids.share", "=", True)
            )
            .author_id
        )
        Link = self.env["customer.portal.issue.link"]
        return [
            Link._prepare_recipient(
                partner, partner.name, partner.email_normalized, partner.lang
            )
            for partner in authors_sudo
            if partner.id not in told
            and partner.email_normalized
            and any(team_sudo._trusts(user) for user in partner.user_ids)
        ]

    def _get_portal_sender_names(self):
        # sudo: helpdesk.ticket.team - its name, which customers know it by
        team_sudo = self.sudo().team_id
        name = team_sudo.name if len(team_sudo) == 1 else False
        return [name, *super()._get_portal_sender_names()]

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give each owner of a personal link that link, and nobody else's."""
        # core's link for the customer opens the issue to whom the mail is passed on, and
        # cannot be revoked for one person: not even its key is made
        groups = super(
            HelpdeskTicket, self.with_context(portal_without_customer=True)
        )._notify_get_recipients_groups(message, model_description, msg_vals=msg_vals)
        if not self:
            return groups
        for group in groups:
            if group[0] == "portal":
                group[2]["active"] = group[2]["has_button_access"] = True
                url = f"{self.get_base_url()}{self.access_url}"
                group[2]["button_access"] = {"url": url}
        # sudo: customer.portal.issue.link - each gets an own link
        links_sudo = self.sudo().portal_link_ids._filter_alive()
        return [link._prepare_recipients_group() for link in links_sudo] + groups

    def _mail_get_partners(self, introspect_fields=False):
        partners = super()._mail_get_partners(introspect_fields=introspect_fields)
        if self.env.context.get("portal_without_customer"):
            return {id_: partner.browse() for id_, partner in partners.items()}
        return partners
