import hashlib

from odoo import api, models
from odoo.tools import SQL, plaintext2html

from odoo.addons.customer_portal_docs.tools import networks
from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.link_keys import remove_keys

from ..tools.untrusted import get_mailbox_key

#: Forms to be mended that one network address may send, for each report it may.
TRIES_PER_REPORT = 10
#: Characters of a description that make a subject where the form asks for none.
SUBJECT_LENGTH = 80


class HelpdeskTicketTeam(models.Model):
    """What comes of a binder's form that was filled in."""

    _inherit = "helpdesk.ticket.team"

    def _get_portal_form_limits(self, address, email):
        """Return the limits that a report counts for, see :meth:`_count` of the throttle."""
        self.ensure_one()
        network = networks.get_network(address)
        limits = {f"address:{self.id}:{network}": self.portal_form_limit_address}
        if email:
            # of this network: nobody can use up what somebody else may report
            key = f"email:{network}:{get_mailbox_key(email)}"
            limits[key] = self.portal_form_limit_email
        return limits

    def _get_portal_form_tries(self, address):
        """Return the limit that each form to be mended counts for."""
        network = networks.get_network(address)
        limit = TRIES_PER_REPORT * self.portal_form_limit_address
        return {f"tries:{self.id}:{network}": limit}

    def _get_portal_mail_limit(self, email):
        """Return the limit that each mail to an address counts for that visitors gave."""
        if not email:
            return {}
        return {f"mail:{get_mailbox_key(email)}": self.portal_form_limit_email}

    def _admit_report(self, address, email, form_key, is_told=None):
        """Count one more report, and tell what may come of it.

        In a transaction beside the request's, which may be too old to see what others have just
        committed, and whose end the counts do not depend on.

        :param str address: of the network
        :param email: str or None, as the visitor gave it
        :param str form_key: of the form that was filled in; it is good for one issue
        :param is_told: the last of what this returned, where Odoo tries a request again that
            PostgreSQL could not finish beside others: it counts once
        :return: int seconds to wait where a limit is passed, else 0; bool whether the form was
            not sent before; bool whether a mail may go to the visitor
        """
        digest = self._get_form_digest(form_key)
        # before anything is looked up: nobody else can send the form from now on
        self._lock_form(digest)
        Throttle = self.env["customer.portal.issue.throttle"]
        with self.env.registry.cursor() as cr:
            Throttle._begin(cr)
            if self._is_form_sent(cr, digest):
                # no report: who clicks twice has not used up what may be reported
                return 0, False, False
            if is_told is not None:
                return 0, True, is_told
            limits = self._get_portal_form_limits(address, email)
            if seconds := Throttle._count_in(cr, limits):
                return seconds, False, False
            limits = self._get_portal_mail_limit(email)
            return 0, True, not Throttle._count_in(cr, limits)

    @api.model
    def _get_form_digest(self, form_key):
        return hashlib.sha256(form_key.encode()).hexdigest()

    @api.model
    def _lock_form(self, digest):
        """Keep a form from others until this transaction ends.

        A double click waits for the first one, the answer to which no browser shows any more: who
        is thanked for a report that then fails would not send it again.
        """
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s)", int(digest[:15], 16))
        )

    @api.model
    def _is_form_sent(self, cr, digest):
        cr.execute(
            SQL("SELECT 1 FROM helpdesk_ticket WHERE portal_form_key = %s", digest)
        )
        return bool(cr.rowcount)

    def _create_visitor_issue(self, vals, files, form_key, is_told=True):
        """Create an issue that a visitor reports; the caller has it from :meth:`_admit_report`.

        :param dict vals: as :meth:`_parse_portal_form` returns them
        :param files: list of (str file name, :class:`IncomingFile`)
        :param str form_key: of the form that was filled in
        :param bool is_told: whether a mail may go to the visitor
        :return: the issue, sudoed
        """
        # whoever is logged in reports as a visitor all the same: the form is not protected by
        # their session, and what they report must not be theirs because another site sent it
        public = self.env.user
        if not public._is_public():
            public = self.env.ref("base.public_user")
        # sudo: helpdesk.ticket.team - the form is open to anybody, and this report was admitted
        team_sudo = self.with_user(public).sudo()
        partner_sudo = team_sudo._find_portal_partner_sudo(vals.get("partner_email"))
        reported = {
            "partner_id": partner_sudo.id,
            "portal_form_key": self._get_form_digest(form_key),
        }
        ticket_sudo = team_sudo._create_portal_issue({**vals, **reported}, files)
        ticket_sudo._create_portal_links(vals.get("partner_name"), is_told=is_told)
        return ticket_sudo

    def _find_portal_partner_sudo(self, email):
        """Return the contact with an address, sudoed, or an empty record; people first."""
        # sudo: res.partner - the visitor is not told whether there is one
        partners_sudo = self.env["res.partner"].sudo()
        if not email:
            return partners_sudo
        return partners_sudo.search(
            [
                ("email_normalized", "=", email),
                ("company_id", "in", [False, *self.company_id.ids]),
            ],
            order="is_company, id",
            limit=1,
        )

    def _create_customer_issue(self, vals, files):
        """Create an issue that the current user, whom the binder trusts, reports.

        :return: the issue, sudoed
        """
        partner = self.env.user.partner_id
        reported = {
            "partner_id": partner.id,
            "partner_name": partner.name,
            "partner_email": partner.email,
        }
        # sudo: helpdesk.ticket - customers have no right to create; the binder trusts this one
        ticket_sudo = self.sudo()._create_portal_issue({**vals, **reported}, files)
        ticket_sudo.message_subscribe(partner_ids=partner.ids)
        ticket_sudo._create_portal_links()
        return ticket_sudo

    def _create_portal_issue(self, vals, files):
        """Create an issue with its files; the caller has checked who may.

        :return: the issue, in the environment of this record
        """
        self.ensure_one()
        description = remove_keys(
            vals.get("description") or vals["name"], self._is_link_key
        )
        channel_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "helpdesk_mgmt.helpdesk_ticket_channel_web"
        )
        company_sudo = self._get_portal_company_sudo()
        ticket = self._get_new_tickets(company_sudo).create(
            {
                **vals,
                **self._prepare_stored_values(vals["partner_id"]),
                "name": vals.get("name") or clean_line(description)[:SUBJECT_LENGTH],
                "description": plaintext2html(description),
                "team_id": self.id,
                "company_id": company_sudo.id,
                "channel_id": channel_id,
                # helpdesk_mgmt would give it to the current user, who is none of the team
                "user_id": False,
            }
        )
        ticket._create_portal_attachments_sudo(files, ticket)
        return ticket

    def _get_new_tickets(self, company_sudo):
        """Return an empty record to create an issue with, for as little work as it takes."""
        tickets = self.env["helpdesk.ticket"].with_context(
            mail_create_nosubscribe=True, **self._get_unfollowed_context()
        )
        if self.env.user._is_public():
            # the ticket's number may hold a date: else a visitor, and their contact, are read
            # for a time zone that they do not have
            tickets = tickets.with_context(tz="UTC")
        # else the user is read to ask for their company
        return tickets.with_company(company_sudo)

    def _get_unfollowed_context(self):
        """Return a context that creates tickets without what is for followers, if there are none.

        Posting that there is a new ticket takes a third of the time.
        """
        if self.message_follower_ids:
            return {}
        return {"mail_create_nolog": True, "portal_unfollowed_team_id": self.id}

    def _prepare_stored_values(self, partner_id):
        """Return what Odoo else computes of a new ticket, and writes into its row once more."""
        stage = self._get_applicable_stages()[:1]
        partner = self.env["res.partner"].browse(partner_id)
        return {
            "stage_id": stage.id,
            "unattended": stage.unattended,
            "commercial_partner_id": partner.commercial_partner_id.id,
        }
