from odoo import api, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, email_normalize_all

from odoo.addons.customer_portal_docs.models.customer_portal_title_mixin import (
    MAX_TITLE_LENGTH,
)
from odoo.addons.customer_portal_docs.tools.filenames import clean_line

#: Templates that helpdesk_mgmt ships for a change of stage: ours says the same with a link.
SHIPPED_TEMPLATES = (
    "helpdesk_mgmt.closed_ticket_template",
    "helpdesk_mgmt.changed_stage_template",
)


class HelpdeskTicket(models.Model):
    """Who outside is told of what happens to an issue."""

    _inherit = "helpdesk.ticket"

    # -- a mail comes in

    # helpdesk_mgmt has all whom a mail is addressed to follow the ticket: our own address would
    # get each answer, and who reads its mailbox in turn

    @api.model
    def message_new(self, msg, custom_values=None):
        # a subject may have any length; a mail is not lost for it
        subject = clean_line(msg.get("subject"))[:MAX_TITLE_LENGTH]
        msg = {**msg, "subject": subject}
        ticket = super().message_new(msg, custom_values=custom_values)
        ticket.message_unsubscribe(ticket.company_id.partner_id.ids)
        return ticket

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

    def _notify_portal_status(self):
        """Tell the owners of personal links of a new status, but for who set it."""
        author_sudo = self.env.user.partner_id.sudo()  # sudo: res.partner - one's own
        mails = [
            {"kind": "status", "ticket_id": ticket.id, "link_id": link.id}
            for ticket in self.sudo()  # sudo: customer.portal.issue.link - to be told
            if ticket.active and not ticket._has_own_stage_template()
            for link in ticket.portal_link_ids._filter_alive()
            if link.partner_id != author_sudo or not author_sudo
        ]
        self.env["customer.portal.issue.mail"]._queue(mails)

    def _has_own_stage_template(self):
        """Tell whether the stage has a mail that the administrator chose for it."""
        template = self.stage_id.mail_template_id
        return bool(template - self._get_shipped_templates())

    def _get_shipped_templates(self):
        Template = self.env["mail.template"]
        return Template.union(
            *(
                self.env.ref(xmlid, raise_if_not_found=False) or Template
                for xmlid in SHIPPED_TEMPLATES
            )
        )

    def _track_template(self, tracking):
        result = super()._track_template(tracking)
        # it is for the contact, who may have moved on
        ticket_sudo = self[0].sudo()  # sudo: res.partner - whoever sets the status
        if ticket_sudo.partner_id and not ticket_sudo._is_for(ticket_sudo.partner_id):
            result.pop("stage_id", None)
        # nor is it for who has a link no more: the address may be one that a stranger typed
        # sudo: customer.portal.issue.link - only whether there are some
        if "stage_id" in result and self[0].sudo().portal_link_ids:
            template = result["stage_id"][0]
            if template in self._get_shipped_templates():
                del result["stage_id"]
        return result

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
            recipients += self._get_link_recipients(message, msg_vals or {}, recipients)
            recipients += self._get_trusted_recipients(message, recipients)
        return recipients

    def _get_link_recipients(self, message, msg_vals, recipients):
        """Return the owners of personal links who would not be told otherwise."""
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
        # sudo: customer.portal.issue.link - who is to be told, whoever writes
        links_sudo = self.sudo().portal_link_ids._filter_alive()
        return [
            self._prepare_recipient(link.partner_id, link.name, link.email, link.lang)
            for link in links_sudo
            if link.email not in emails and (link.partner_id.id or -1) not in told
        ]

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
        return [
            self._prepare_recipient(
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

    def _prepare_recipient(self, partner_sudo, name, email, lang):
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
        return [self._prepare_link_group(link) for link in links_sudo] + groups

    def _mail_get_partners(self, introspect_fields=False):
        partners = super()._mail_get_partners(introspect_fields=introspect_fields)
        if self.env.context.get("portal_without_customer"):
            return {id_: partner.browse() for id_, partner in partners.items()}
        return partners

    def _prepare_link_group(self, link_sudo):
        def owns_link(data):
            if data["id"] and data["id"] == link_sudo.partner_id.id:
                return data["type"] != "user"
            if data["email_normalized"] != link_sudo.email:
                return False
            if not data["id"]:
                return True
            # a visitor, for whom staff may have made a contact when they answered
            is_known = link_sudo.partner_id or data["type"] == "user"
            # sudo: res.partner - the mail goes to all addresses of the contact
            email = self.env["res.partner"].sudo().browse(data["id"]).email
            return not is_known and email_normalize_all(email) == [link_sudo.email]

        return [
            f"portal_link_{link_sudo.id}",
            owns_link,
            {
                "active": True,
                "has_button_access": True,
                "button_access": {"url": link_sudo._get_url()},
            },
        ]
