from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, formataddr, plaintext2html

from odoo.addons.customer_portal_docs.tools.audience import get_audience_keys
from odoo.addons.customer_portal_docs.tools.filenames import clean_text
from odoo.addons.customer_portal_docs.tools.notifications import (
    RELOAD,
    make_notification,
)
from odoo.addons.customer_portal_docs.tools.searching import get_search_domain

from .customer_portal_issue_list import InBinder


class HelpdeskTicket(models.Model):
    """Who may see and steer an issue in the portal, what it shows, and what comes in."""

    _inherit = "helpdesk.ticket"

    # -- who may see what

    def _is_open_in_portal(self, access_token=None):
        """Tell whether the current user may see this issue in the portal.

        By the access rules, as a trusted user of its binder, or with a link.

        :param access_token: str or None, the key of a personal or a shared link
        """
        self.ensure_one()
        return (
            self.has_access("read")
            or self._is_trusted_in_portal()
            or bool(self._get_portal_link_sudo(access_token))
            or self._is_shared_token(access_token)
        )

    def _is_for(self, partner):
        # by the rule of the portal, for any contact; or as one whom the binder trusts
        return self.audience_key in get_audience_keys(partner) or any(
            self.team_id._trusts(user) for user in partner.user_ids
        )

    def _follow_contact(self, company):
        """Move issues with their contact to another company, for the contact's eyes only."""
        self.write({"commercial_partner_id": company.id, "portal_only_contact": True})

    def _is_trusted_in_portal(self):
        """Tell whether the current user is one of those who steer the issue's binder."""
        # sudo: helpdesk.ticket, helpdesk.ticket.team - whom the binder trusts
        ticket_sudo = self.sudo()
        return ticket_sudo.active and ticket_sudo.team_id._trusts(self.env.user)

    def _get_portal_link_sudo(self, access_token):
        return self.env["customer.portal.issue.link"]._find_link_sudo(
            access_token, [("ticket_id", "=", self.id)]
        )

    def _shows_portal_documents(self):
        return super()._shows_portal_documents() or self._is_trusted_in_portal()

    def _get_portal_customers_sudo(self):
        # sudo: helpdesk.ticket, helpdesk.ticket.team - whose it is, and whom its binder trusts
        ticket_sudo = self.sudo()
        team_sudo = ticket_sudo.team_id
        return (
            super()._get_portal_customers_sudo()
            | ticket_sudo.partner_id
            | ticket_sudo.commercial_partner_id
            | team_sudo.portal_user_ids.partner_id
            | team_sudo.portal_partner_ids
        )

    @api.model
    def _search_portal_places(self):
        own = super()._search_portal_places()
        # sudo: helpdesk.ticket, helpdesk.ticket.team - of the binders that trust the user
        tickets_sudo = self.sudo().with_context(active_test=False)
        Team = tickets_sudo.env["helpdesk.ticket.team"].with_context(active_test=True)
        teams_sudo = Team.search(Team._get_trusting_domain(self.env.user))
        if not teams_sudo:
            return own
        trusted = tickets_sudo._search(
            Domain("team_id", "in", teams_sudo.ids) & Domain("active", "=", True)
        )
        if own is None:
            return trusted
        either = SQL("(%s UNION %s)", own.select(), trusted.select())
        return tickets_sudo._search(Domain("id", "any", either))

    @api.model
    def _get_portal_possible_sql(self):
        # sudo: helpdesk.ticket.team - those that trust the user
        Team_sudo = self.env["helpdesk.ticket.team"].sudo()
        trusting = Team_sudo._search(
            Domain(Team_sudo._get_trusting_domain(self.env.user))
        )
        # sudo: helpdesk.ticket - as above
        trusted = self.sudo()._search(Domain("team_id", "in", trusting))
        possible = super()._get_portal_possible_sql()
        own = [self._search(Domain.TRUE)] if self.has_access("read") else []
        return SQL(" UNION ").join(
            [possible, *(SQL("(%s)", one.select()) for one in (*own, trusted))]
        )

    # -- what may be done

    def _may_answer_in_portal(self, access_token=None):
        """Tell whether the current user may answer this issue, and add files to it.

        Whoever may see it while it goes on, but for who has no more than a shared link.

        :param access_token: str or None, the key of a personal link
        """
        self.ensure_one()
        # sudo: helpdesk.ticket - whether it is archived
        if not self.sudo().active:
            return False
        is_customer = not self.env.user._is_public() and (
            self.has_access("read") or self._is_trusted_in_portal()
        )
        return is_customer or bool(self._get_portal_link_sudo(access_token))

    def _get_portal_stages_sudo(self):
        """Return the statuses that the current user may set as the binder allows it, sudoed.

        None but for trusted users; see :meth:`_get_portal_closing_stages_sudo` for customers.
        """
        self.ensure_one()
        # sudo: helpdesk.ticket.stage - the choices shown to who may see the issue
        ticket_sudo = self.sudo()
        stages_sudo = ticket_sudo.stage_id.browse()
        if self._is_trusted_in_portal():
            stages_sudo = ticket_sudo.team_id._get_portal_stages_sudo()
        return stages_sudo

    def _get_portal_closing_stages_sudo(self):
        """Return the statuses that end an issue and that its own customers may set, sudoed."""
        self.ensure_one()
        # sudo: helpdesk.ticket.stage - as above
        ticket_sudo = self.sudo()
        if ticket_sudo.closed or not ticket_sudo.active or not self.has_access("read"):
            return ticket_sudo.stage_id.browse()
        # the binder says which ones they set
        if self._is_trusted_in_portal():
            return ticket_sudo.stage_id.browse()
        company_sudo = ticket_sudo.team_id.company_id or ticket_sudo.company_id
        return (
            ticket_sudo.team_id.with_company(company_sudo)
            ._get_applicable_stages()
            .filtered("close_from_portal")
        )

    @api.model
    def _check_portal_status_limit(self):
        """Count one more change of a status by the current user: each is a mail to somebody.

        :raise Throttled: too many
        """
        message = self.env._(
            "You have made too many changes in a short time. Please wait a while and try again."
        )
        self.env["customer.portal.throttle"]._check(
            message, ("issue_status", self.env.uid)
        )

    def _set_portal_stage(self, stage_sudo):
        """Set the status as the current user, who may; the caller has asked whether.

        One that it has already is fine: the form came twice, or from a page that is old.

        :raise Throttled: too many
        """
        # sudo: helpdesk.ticket - portal users change nothing else of an issue
        ticket_sudo = self.sudo()
        if stage_sudo == ticket_sudo.stage_id:
            return
        self._check_portal_status_limit()
        ticket_sudo.stage_id = stage_sudo
        ticket_sudo._tell_staff_of_status()

    def _tell_staff_of_status(self):
        """Tell who works on the issue that the current user, a customer, has set its status."""
        user = self.env.user
        if not user.share:
            return
        # sudo: res.users - who is told
        staff_sudo = self._get_first_responsible_sudo()
        for lang, users_sudo in staff_sudo.grouped("lang").items():
            ticket = self.with_context(lang=lang)
            text = ticket.env._(
                "%(customer)s has set the status to “%(status)s”.",
                customer=user.name,
                status=ticket.stage_id.name,
            )
            ticket.message_notify(
                partner_ids=users_sudo.partner_id.ids,
                subject=f"{ticket.number}: {ticket.stage_id.name}",
                body=text,
            )

    # -- lists

    @api.model
    def _get_portal_sortings(self):
        """Return the orders of a binder's list by key; an index serves each of them."""
        return {
            **super()._get_portal_sortings(),
            "updated": {
                "label": self.env._("Last change of status"),
                "order": "last_stage_update DESC, id DESC",
            },
            "name": {"label": self.env._("Title"), "order": "name ASC, id ASC"},
        }

    @api.model
    def _get_portal_filters(self):
        partner_id = self.env.user.partner_id.id
        List = self.env["customer.portal.issue.list"]
        return {
            **super()._get_portal_filters(),
            "open": {
                "label": self.env._("Open"),
                "domain": self._get_portal_open_domain(),
            },
            "answered": {
                "label": self.env._("New answer"),
                "domain": List._get_answered_domain(),
            },
            "mine": {
                "label": self.env._("Only mine"),
                "domain": Domain("partner_id", "=", partner_id),
            },
        }

    @api.model
    def _get_portal_open_domain(self):
        """Return the domain of open issues: those without a status are, too."""
        # sudo: helpdesk.ticket.stage - which ones end an issue; their ids, as PostgreSQL knows
        # how many issues have each, and reads none for a status that is not among them
        stages_sudo = self.env["helpdesk.ticket.stage"].sudo()
        opened_sudo = stages_sudo.with_context(active_test=False).search(
            [("closed", "=", False)]
        )
        return Domain("stage_id", "in", [False, *opened_sudo.ids])

    @api.model
    def _get_portal_search_domain(self, search, is_common=False):
        return get_search_domain("portal_search_text", search, is_common)

    @api.model
    def _find_portal_page(self, narrowing, search, *, scope, **page):
        if not isinstance(scope, InBinder):
            return super()._find_portal_page(narrowing, search, scope=scope, **page)
        List = self.env["customer.portal.issue.list"]
        return List._find_in_binder(scope, narrowing, search, **page)

    @api.model
    def _count_portal_list(self, scope, domain, limit, in_order):
        List = self.env["customer.portal.issue.list"]
        scoped = self._get_portal_scope_domain(scope) & domain
        return List._count_mine(scoped, limit, in_order)

    @api.model
    def _search_portal_list(self, scope, domain, **page):
        List = self.env["customer.portal.issue.list"]
        return List._search_mine(self._get_portal_scope_domain(scope) & domain, **page)

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if self._is_public_message(message, msg_vals):
            self._note_portal_answer(message)
        return result

    def _note_portal_answer(self, message):
        """Remember that an answer waits for the customer, or that there is none any more.

        What colleagues and trusted users write leaves it as it was.
        """
        # sudo: mail.message, res.partner, helpdesk.ticket - who wrote; whoever may write this
        ticket_sudo, message_sudo = self.sudo(), message.sudo()
        author_sudo = message_sudo.author_id
        if ticket_sudo._is_of_reporter(message_sudo):
            ticket_sudo.portal_answered_date = False
        elif author_sudo and not author_sudo.partner_share:
            ticket_sudo.portal_answered_date = fields.Datetime.now()

    def _is_of_reporter(self, message_sudo):
        """Tell whether who reported the issue wrote a message: in the portal, by link or mail."""
        author_sudo = message_sudo.author_id
        if author_sudo and author_sudo == self.partner_id:
            return True
        # a mail may be taken for one of another contact with that address, and who answers by a
        # link for the contact that the issue had before it had none
        is_mail = message_sudo.message_type == "email"
        by_address = is_mail or not author_sudo or not self.partner_id
        email = email_normalize(message_sudo.email_from or "", strict=False)
        return bool(by_address and email and email == self._get_portal_email())

    def _note_answer_seen(self):
        """Remember that the customer has seen the answer; others may look without."""
        self.ensure_one()
        # sudo: helpdesk.ticket - the caller has passed the gate; nothing else is written
        ticket_sudo = self.sudo()
        if ticket_sudo.partner_id == self.env.user.partner_id:
            ticket_sudo.portal_answered_date = False

    def _get_portal_reporter(self):
        """Return the name of who reported the issue, as they gave it."""
        self.ensure_one()
        # sudo: res.partner - a name, to who may see the issue
        ticket_sudo = self.sudo()
        if ticket_sudo.partner_name:
            return ticket_sudo.partner_name
        # whose address a visitor gave, who may not have been them, is for staff to know
        if ticket_sudo.portal_form_key:
            return self.env._("Visitor")
        return ticket_sudo.partner_id.name or ""

    def _get_portal_json(self):
        """Return what programs are told of an issue."""
        self.ensure_one()
        return {
            "id": self.id,
            "url": self.access_url,
            "number": self.number,
            "name": self.name,
            "status": {"id": self.stage_id.id, "name": self.stage_id.name},
            "created": fields.Datetime.to_string(self.create_date),
        }

    #: messages of one page of a discussion
    _portal_messages_per_page = 50

    # -- what the portal shows

    def _get_portal_messages_sudo(self, before=None):
        """Return one page of the public discussion, sudoed, the oldest message first.

        :param before: int or None, id of the message that the page ends before
        :return: the messages, and whether there are earlier ones
        """
        limit = self._portal_messages_per_page
        messages_sudo = self._search_public_comments_sudo(limit + 1, before)
        return messages_sudo[:limit].sorted("id"), len(messages_sudo) > limit

    def _get_portal_attachments_sudo(self):
        """Return the files of the issue that customers may see, sudoed.

        Those of public messages, and those that came with the report from outside. A file of an
        internal note is never one, nor is one that staff put on the issue by itself.
        """
        self.ensure_one()
        # sudo: ir.attachment, mail.message - of an issue whose gate was passed
        messages_sudo = self.env["mail.message"].sudo()
        on_issue_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id)])
        )
        public_sudo = self._get_public_files_sudo()
        internal_sudo = (
            messages_sudo.search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("attachment_ids", "in", on_issue_sudo.ids),
                ]
            ).attachment_ids
            - public_sudo
        )
        reported_sudo = on_issue_sudo.filtered("create_uid.share") - internal_sudo
        return public_sudo | reported_sudo

    def _get_portal_attachment_sudo(self, attachment_id):
        """Return one file that customers may see, sudoed, or an empty record."""
        return self._get_portal_attachments_sudo().filtered(
            lambda attachment: attachment.id == attachment_id
        )

    # -- what comes in

    def _post_portal_answer(self, text, files, link_sudo=None):
        """Post a public message of the current user, or of the owner of a link.

        :param str text: as typed; may be empty with files
        :param files: list of (str file name, :class:`IncomingFile`)
        :param link_sudo: the personal link that a visitor came with
        :return: the message, sudoed
        """
        self.ensure_one()
        attachments_sudo = self._create_portal_attachments_sudo(files)
        if link_sudo and not link_sudo.confirmed:
            link_sudo.confirmed = True
        body = plaintext2html(clean_text(text)) if text else ""
        message = self._post_for_outsider(
            body, attachments_sudo, **self._get_portal_author(link_sudo)
        )
        return message.sudo()  # sudo: mail.message - the caller's own

    @api.model
    def _count_outsider_post(self, writer):
        # the same limit as for answers on the page
        Throttle = self.env["customer.portal.throttle"]
        return Throttle._count(("issue_answer", self.env.uid))

    def _get_portal_author(self, link_sudo):
        if not link_sudo or not self.env.user._is_public():
            return {"author_id": self.env.user.partner_id.id}
        if link_sudo.partner_id:
            return {"author_id": link_sudo.partner_id.id}
        address = formataddr((link_sudo.name or "", link_sudo.email))
        return {"author_id": False, "email_from": address}

    def _get_texts_with_keys(self, messages):
        described = self.with_context(active_test=False).search(
            [("id", "in", self.ids), ("description", "like", "access_token=")]
        )
        return [
            *super()._get_texts_with_keys(messages),
            *((ticket, "description") for ticket in described),
        ]

    # -- links

    def _create_portal_links(self, name=None, is_told=True):
        """Give who reported each issue a personal link, and have it sent.

        :param name: str or None, as the visitor typed it
        :param bool is_told: whether it is sent; staff may send it later
        :return: the links, sudoed
        """
        origin = self._get_mail_origin()
        # sudo: customer.portal.issue.link - made for who reports, and for nobody else
        Link = self.env["customer.portal.issue.link"].sudo()
        links_sudo = Link.create(
            [
                {
                    "ticket_id": ticket.id,
                    **Link._prepare_values(
                        ticket.sudo().partner_id,
                        # the name on the issue may be of who was its contact before
                        name or ticket.sudo().partner_id.name or ticket.partner_name,
                        email,
                        ticket._get_reported_lang(),
                    ),
                }
                for ticket in self
                if (email := ticket._get_portal_email())
            ]
        )
        if is_told and not (origin and origin.is_automatic):
            links_sudo._queue_mail("received")
        return links_sudo

    def _get_reported_lang(self):
        """Return the language that the issue was reported in, False where nobody knows."""
        # sudo: customer.portal.issue.link - the language alone
        former_sudo = self.sudo().portal_link_ids[-1:]
        if former_sudo:
            # whoever acts may be somebody else by now
            return former_sudo.lang
        # staff's own, and the gateway's, is not the one of who reported
        return not self.env.user._is_internal() and self.env.lang

    def _revise_portal_links(self):
        """Let links go with the issue's contact, and open it no more to a former address."""
        # sudo: customer.portal.issue.link - whoever changes the issue
        links_sudo = self.sudo().portal_link_ids
        links_sudo._follow_contact()
        strangers_sudo = links_sudo.filtered(
            lambda link: link.active and not link.is_current
        )
        strangers_sudo.write({"active": False, "is_moved": True})
        # a closed one gets its new link once there is something to tell
        opened_sudo = strangers_sudo.ticket_id.filtered(
            lambda ticket: not ticket.closed
        )
        links_sudo = opened_sudo._replace_ended_links()
        if not self._is_silent():
            links_sudo._tell_moved()

    def _replace_ended_links(self):
        """Give who has only links that ended with a former address a new one.

        One that staff revoked stays so, also where the reporter comes back to its address.

        :return: the links, sudoed
        """
        # sudo: customer.portal.issue.link - whoever changes the issue
        ended_sudo = self.sudo().filtered(
            lambda ticket: (
                any(link.is_moved for link in ticket.portal_link_ids)
                and not any(link.active for link in ticket.portal_link_ids)
            )
        )
        return ended_sudo._give_portal_links()

    def _give_portal_links(self, is_asked_for=False):
        """Give each reporter a link: the one of today's address anew, or else a first one.

        :param bool is_asked_for: whether staff ask for it, who may have revoked it before
        :return: the links, sudoed
        """
        # sudo: customer.portal.issue.link - the callers decide
        former_sudo = self.sudo().portal_link_ids.filtered("is_current")
        renewed_sudo = former_sudo if is_asked_for else former_sudo.filtered("is_moved")
        renewed_sudo._follow_contact()
        renewed_sudo._renew_link()
        without = self - former_sudo.ticket_id
        return renewed_sudo | without._create_portal_links(is_told=False)

    def _revoke_shared_link(self):
        # sudo: helpdesk.ticket - whoever changes the issue
        self.sudo().filtered("access_token").access_token = False
        # who had a personal link has seen them as well
        self._renew_picture_keys()

    def action_send_portal_link(self):
        """Send the reporters a personal link, as they get one who report in the portal.

        :raise UserError: somebody has no e-mail address, or has a link already, or may not see
            the issue
        """
        self.check_access("write")
        for ticket in self:
            if not ticket._get_portal_email():
                message = self.env._("The reporter of %s has no e-mail address.")
                raise UserError(message % ticket.number)
            # sudo: customer.portal.issue.link - only whether there is one
            if ticket.sudo().portal_has_link:
                message = self.env._("%s has a link already: renew it in the list.")
                raise UserError(message % ticket.number)
        # sudo: customer.portal.issue.link - who may change the issue decides on its links
        had_link = self.filtered(lambda ticket: ticket.sudo().portal_link_ids)
        had_link._give_portal_links(is_asked_for=True)._send("link")
        (self - had_link)._create_portal_links(is_told=False)._send("received")
        return make_notification(self.env._("The link is on its way."), next=RELOAD)

    def action_revoke_portal_links(self):
        """Let no link open the issue any more, personal or shared."""
        self.check_access("write")
        # sudo: customer.portal.issue.link - who may change the issue decides on its links
        self.sudo().portal_link_ids._revoke_link()
        self._revoke_shared_link()
        return True
