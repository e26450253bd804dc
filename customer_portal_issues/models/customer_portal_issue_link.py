from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formataddr
from odoo.tools.mail import email_normalize_all

from odoo.addons.customer_portal_docs.models.mail_render_mixin import is_for_reader
from odoo.addons.customer_portal_docs.tools.emails import encode_email
from odoo.addons.customer_portal_docs.tools.notifications import (
    RELOAD,
    make_notification,
)

from ..tools.untrusted import defuse

#: Characters of a reporter's name, and of an issue's title, in mails to owners of links.
MAX_MAIL_NAME = 50
MAX_MAIL_TITLE = 70
#: Issues that one mail gives the links of.
MAX_MOVED = 100


class CustomerPortalIssueLink(models.Model):
    """The link by which one person follows one issue without logging in."""

    _name = "customer.portal.issue.link"
    _inherit = [
        "customer.portal.personal.link.mixin",
        "customer.portal.delivery.mixin",
    ]
    _description = "Personal Link to an Issue"
    _rec_name = "email"
    _order = "id"
    # links that were mailed before the mixin was there stay as they are
    _link_scope = "customer_portal_issues.link"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="set null", readonly=True
    )
    name = fields.Char(readonly=True)
    email = fields.Char(required=True, readonly=True)
    lang = fields.Char(
        compute="_compute_lang",
        precompute=True,
        store=True,
        readonly=False,
        help="The contact's language, or the one that the issue was reported in.",
    )
    active = fields.Boolean(
        help="A link that is not valid opens nothing, and its owner gets no more e-mails.",
    )
    confirmed = fields.Boolean(
        string="Address Confirmed",
        readonly=True,
        help="Somebody has answered through the link, so the address is really theirs.",
    )
    is_moved = fields.Boolean(
        readonly=True,
        help="The link ended with its address: the reporter's new one gets another link. "
        "One that staff revoked is not replaced.",
    )
    is_current = fields.Boolean(
        compute="_compute_is_current",
        compute_sudo=True,
        help="The link was sent to the address that the reporter has today.",
    )

    _ticket_email_uniq = models.UniqueIndex("(ticket_id, email)")

    @api.depends("partner_id.lang")
    def _compute_lang(self):
        for link in self:
            link.lang = link.partner_id.lang or link.lang

    @api.depends(
        "email",
        "partner_id",
        "ticket_id.partner_id.email_normalized",
        "ticket_id.partner_email",
    )
    def _compute_is_current(self):
        for link in self:
            link.is_current = link.email == link.ticket_id._get_portal_email()

    def _get_lang(self):
        """Return the first language for the owner that is still installed, None for none."""
        # sudo: helpdesk.ticket, res.company - the language alone
        company_sudo = self.sudo().ticket_id.company_id
        codes = (self.lang, company_sudo.partner_id.lang)
        installed = (self.env["res.lang"]._get_code(code or "") for code in codes)
        return next(filter(None, installed), None)

    def _has_reason(self):
        """It ends with the issue, and when its owner is not to read that any more.

        It opens nothing while our company is archived: no staff would see what comes by it.
        """
        company = self.ticket_id.company_id
        is_open = self.ticket_id.active and (not company or company.active)
        return bool(is_open and self._filter_alive())

    def _filter_alive(self):
        """Return those of these links whose owners are still to read their issue.

        A visitor is who has the address; a contact, who may see the issue today.
        """
        return self.filtered(lambda link: link.active and link._is_for_owner())

    def _is_for_owner(self):
        ticket, partner = self.ticket_id, self.partner_id
        return not partner or (
            partner.active and (not ticket.partner_id or ticket._is_for(partner))
        )

    def _follow_contact(self):
        """Let links to the reporter's address be whose the issue is now.

        Another contact may have the address as well, or a visitor may have become one. Without a
        contact of the issue it stays whose it was: the next one may be somebody else.
        """
        for link in self.filtered("is_current"):
            contact = link.ticket_id.partner_id
            if contact and link.partner_id != contact:
                name = contact.name or link.ticket_id.partner_name
                link.write(self._prepare_values(contact, name, link.email, link.lang))

    def _get_portal_link_company_sudo(self):
        # sudo: helpdesk.ticket, res.company - only the setting
        return self.sudo().ticket_id._get_portal_link_company_sudo()

    @api.autovacuum
    def _gc_portal_link_dates(self):
        """Start the year of links from before links had an end."""
        # sudo: customer.portal.issue.link, helpdesk.ticket - nobody's own
        self.sudo().search([("portal_link_date", "=", False)])._note_portal_link_use()
        # pictures end with the links by which they were seen; a mail may bring those back
        for days in set(
            self.env["res.company"]
            .sudo()
            .with_context(active_test=False)
            .search(Domain.TRUE)
            .mapped("portal_link_days")
        ):
            last = self._get_today() - timedelta(days=days + 1)
            first = last - timedelta(days=2)
            # sudo: customer.portal.issue.link - the job looks at all of them
            over_sudo = self.sudo().search(
                [("portal_link_date", ">=", first), ("portal_link_date", "<=", last)]
            )
            over_sudo = over_sudo.filtered(lambda link: link._is_portal_link_over())
            over_sudo.ticket_id._renew_picture_keys()

    def write(self, vals):
        """Change the links: the values first, then the keys of pictures of those that end."""
        result = super().write(vals)
        if vals.get("active") is False:
            # who had the link has seen the pictures' addresses
            self.ticket_id._renew_picture_keys()
        return result

    def _revoke_link(self):
        """Let the links open nothing, and give nobody another one for their issues."""
        # sudo: customer.portal.issue.link - as above
        self.sudo().ticket_id.portal_link_ids.is_moved = False
        return super()._revoke_link()

    def _renew_link(self):
        result = super()._renew_link()
        links_sudo = self.sudo()  # sudo: customer.portal.issue.link - as above
        links_sudo.is_moved = False
        if links_sudo:
            # as for links that end, and once for all of them
            links_sudo.ticket_id._renew_picture_keys()
        return result

    def _get_url(self):
        """Return the whole address of the issue for the owner of this link.

        It goes into a mail to them, so that it lives on from today.
        """
        self.ensure_one()
        ticket_sudo = self.sudo().ticket_id  # sudo: helpdesk.ticket - the link's own
        url = f"{ticket_sudo.get_base_url()}{ticket_sudo.access_url}"
        if is_for_reader(self.env):
            return url
        self._note_portal_link_use()
        return f"{url}?access_token={self._get_token()}"

    def _get_address(self):
        """Return whom a mail for the owner of this link goes to, as mail headers want it."""
        return formataddr((self._get_mail_name(), self.email))

    def _filter_sent_to(self, emails):
        """Return those of these links that were sent to these addresses."""
        wanted = {encode_email(email) for email in emails}
        return self.filtered(lambda link: encode_email(link.email) in wanted)

    # -- who is told of a public message

    def _get_recipients(self, message, msg_vals, recipients):
        """Return the owners of these links who would not be told otherwise."""
        message_sudo = message.sudo()  # sudo: mail.message - who wrote it
        told = {data["id"] for data in recipients} | {message_sudo.author_id.id}
        written_by_or_to = ", ".join(
            filter(
                None,
                (
                    message_sudo.email_from,
                    msg_vals.get("incoming_email_to", message_sudo.incoming_email_to),
                    msg_vals.get("incoming_email_cc", message_sudo.incoming_email_cc),
                ),
            )
        )
        emails = {data["email_normalized"] for data in recipients}
        emails |= set(email_normalize_all(written_by_or_to))
        return [
            self._prepare_recipient(
                link.partner_id, link.name, link.email, link._get_lang()
            )
            for link in self._filter_alive()
            if link.email not in emails and (link.partner_id.id or -1) not in told
        ]

    @api.model
    def _prepare_recipient(self, partner_sudo, name, email, lang):
        """Return what core's notifications know of somebody who follows nothing."""
        return {
            "active": True,
            "email_normalized": email,
            "id": partner_sudo.id,
            "is_follower": False,
            "name": name or email,
            "lang": lang,
            "groups": [],
            "notif": "email",
            "share": True,
            "type": "portal" if partner_sudo.user_ids else "customer",
            "uid": partner_sudo.user_ids[:1].id,
            "ushare": bool(partner_sudo.user_ids),
        }

    def _prepare_recipients_group(self):
        """Return the group of core's notifications whose mails have this link."""
        self.ensure_one()
        return [
            f"portal_link_{self.id}",
            self._is_of_recipient,
            {
                "active": True,
                "has_button_access": True,
                "button_access": {"url": self._get_url()},
            },
        ]

    def _is_of_recipient(self, data):
        """Tell whether this is the link of who gets a mail.

        :param dict data: of one recipient, as core's notifications know them
        """
        if data["id"] and data["id"] == self.partner_id.id:
            return data["type"] != "user"
        if data["email_normalized"] != self.email:
            return False
        if not data["id"]:
            return True
        # a visitor, for whom staff may have made a contact when they answered
        is_known = self.partner_id or data["type"] == "user"
        # sudo: res.partner - the mail goes to all addresses of the contact
        email = self.env["res.partner"].sudo().browse(data["id"]).email
        return not is_known and email_normalize_all(email) == [self.email]

    # -- several issues that come to somebody at once

    def _tell_moved(self):
        """Send each owner of these new links one mail about all of them.

        Customers change their addresses as often as they like: those mails count as all do that
        go to an address which somebody outside has typed, and for who causes them as well.
        """
        owners = self.grouped(lambda link: (link.email, link.partner_id))
        for links in owners.values():
            if not links[0]._is_told_too_often():
                links[0]._queue_mail("link" if len(links) == 1 else "moved")

    def _is_told_too_often(self):
        """Count one more mail to the owner where a customer causes it; tell if there are too many."""
        if self.env.user._is_internal():
            return False
        return bool(self.env["customer.portal.throttle"]._count(*self._get_move_uses()))

    def _get_move_uses(self):
        """Return what one more mail to the owner counts for, whose address a customer changes."""
        # sudo: helpdesk.ticket, helpdesk.ticket.team - the limit of the issue's binder
        team_sudo = self.sudo().ticket_id.team_id
        # whoever that address belongs to: nobody has confirmed it
        return [
            ("issue_moved", self.env.uid),
            *team_sudo._get_portal_mail_limit(self.email),
        ]

    def _queue_mail(self, kind):
        """Have each owner written to.

        :param str kind: of the mail, see ``customer.portal.issue.mail``
        """
        self.env["customer.portal.issue.mail"]._queue(
            [
                {"kind": kind, "ticket_id": link.ticket_id.id, "link_id": link.id}
                for link in self
            ]
        )

    def _get_open_links(self):
        """Return the links of the owner of this one to open issues, the newest first."""
        links = self.search(
            [("email", "=", self.email), ("partner_id", "=", self.partner_id.id)],
            order="id desc",
            limit=MAX_MOVED,
        )
        return links._filter_alive().filtered(lambda link: not link.ticket_id.closed)

    # anybody may have typed these, and this address: a mail of ours is not theirs to fill

    def _get_mail_name(self):
        """Return how a mail addresses the owner of this link."""
        return defuse(self.name, MAX_MAIL_NAME)

    def _get_mail_title(self):
        """Return how a mail names the issue."""
        # sudo: helpdesk.ticket - the link's own
        return defuse(self.sudo().ticket_id.name, MAX_MAIL_TITLE)

    # -- what staff may do

    def action_revoke(self):
        """Let the links open nothing any more, and their owners get no more mail."""
        self.ticket_id.check_access("write")
        self._revoke_link()
        return True

    def action_renew(self):
        """Send each owner a new link; the old one opens nothing any more.

        :raise UserError: the reporter has another address today, or may not see the issue
        """
        self.ticket_id.check_access("write")
        # sudo: customer.portal.issue.link - who may change the issue decides on its links
        links_sudo = self.sudo()
        for link_sudo in links_sudo:
            if not link_sudo.is_current:
                message = self.env._(
                    "%s is not the reporter's address any more: send a link to the new one."
                )
                raise UserError(message % link_sudo.email)
        links_sudo._renew_link()
        links_sudo._send("link")
        message = self.env._("A new link is on its way.")
        return make_notification(message, next=RELOAD)

    def _send(self, kind):
        """Have each owner written to as staff ask for it.

        :param str kind: as of :meth:`_queue_mail`
        :raise UserError: somebody may not see the issue any more, so that no mail would go
        """
        for link in self - self._filter_alive():
            message = self.env._("%s may not see the issue any more.")
            raise UserError(message % link.email)
        self._queue_mail(kind)

    @api.model
    def _prepare_values(self, partner, name, email, lang):
        """Return the values of a link for one person.

        :param partner: res.partner, may be empty
        :param name: str or None
        :param str email: normalized address
        :param lang: str or None, code of the language of the mails
        """
        return {
            "partner_id": partner.id,
            "name": name or partner.name,
            "email": email,
            "lang": partner.lang or lang,
        }
