import re
import secrets
import time

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, hash_sign, plaintext2html, verify_hash_signed

from odoo.addons.customer_portal_docs.tools import networks
from odoo.addons.customer_portal_docs.tools.emails import get_mailbox
from odoo.addons.customer_portal_docs.tools.filenames import clean_line, count_typed
from odoo.addons.customer_portal_docs.tools.tokens import digest
from odoo.addons.customer_portal_docs.tools.transactions import own_transaction

from .helpdesk_ticket import TOLD
from .helpdesk_ticket_team import MAX_MAILS

#: Forms to be mended that one network address may send, for each issue it may.
TRIES_PER_ISSUE = 10
#: Characters of a description that make a subject where the form asks for none.
SUBJECT_LENGTH = 80
#: The shape of the key in a form's address.
FORM_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: Seconds that nobody needs fewer of to fill in a form.
MIN_SECONDS = 3
#: Seconds after which a form has to be sent once more.
MAX_SECONDS = 24 * 3600


class HelpdeskTicketTeam(models.Model):
    """A binder's form: what it asks for, how it is read, and what comes of it."""

    _inherit = "helpdesk.ticket.team"

    # -- gates

    @api.model
    def _get_portal_form_sudo(self, token):
        """Return the binder whose public form has this key, sudoed, or an empty record.

        :param str token: anything that a client may have sent
        """
        # sudo: helpdesk.ticket.team - the form is for everybody who has its address
        teams_sudo = self.sudo()
        if not FORM_TOKEN.fullmatch(token):
            return teams_sudo
        # no staff would see what is reported to an archived company of ours
        return teams_sudo.search_fetch(
            Domain("portal_form_token", "=", token)
            & Domain("portal_form", "=", "public")
            & (
                Domain("company_id", "=", False)
                | Domain("company_id.active", "=", True)
            )
        )

    def _get_portal_frame_policy(self):
        """Return the Content-Security-Policy that names who may show the form in a frame."""
        sites = " ".join((self.portal_embed_sites or "").split())
        return f"frame-ancestors 'self' {sites}".strip()

    # -- the key of one form: when it was given out, and that it was

    def _make_form_key(self):
        """Return a new key for one filled-in form, signed and with its time in it."""
        return self._sign("form", [int(time.time()), secrets.token_urlsafe(12)])

    def _get_form_key_age(self, key):
        """Return how many seconds ago a form was given out, or None if it was not here."""
        values = self._get_signed("form", key)
        # Odoo passes over what is not base64: in other letters it would be good once more
        if not values or self._sign("form", values) != key:
            return None
        return time.time() - values[0]

    def _sign(self, scope, values):
        """Return values with the proof that they are of this form, as text for an address.

        :param str scope: what they are for
        :param values: anything that JSON holds; whoever has the text can read them
        """
        return hash_sign(*self._get_signing(scope), values)

    def _get_signed(self, scope, text):
        """Return the values of :meth:`_sign`, or None if they are not of this form.

        :param text: anything that a client may have sent
        """
        if not isinstance(text, str):
            return None
        try:
            return verify_hash_signed(*self._get_signing(scope), text)
        except ValueError:  # nothing of that shape
            return None

    def _get_signing(self, scope):
        """Return the environment and the scope that texts of this form are signed in."""
        scope = f"customer_portal_issues.{scope}:{self.id}:{self.portal_form_token}"
        # sudo: ir.config_parameter - the secret that signs
        return self.env(su=True), scope

    # -- what it asks for

    def _get_portal_fields_sudo(self, is_visitor):
        """Return the fields of the form, sudoed; a customer who is logged in has a name already.

        :param bool is_visitor: whether the form is the public one
        """
        # sudo: customer.portal.issue.field - what everybody sees on the form
        rows_sudo = self.sudo().portal_field_ids.filtered("shown")
        if is_visitor:
            return rows_sudo
        rows_sudo = rows_sudo.filtered(
            lambda row: row.kind not in ("partner_name", "email")
        )
        if {"name", "description"} & set(rows_sudo.mapped("kind")):
            return rows_sudo
        return rows_sudo | self.sudo().portal_field_ids.filtered(
            lambda row: row.kind in ("name", "description")
        )

    def _get_property_names(self):
        """Return the names of the binder's properties that have a value."""
        definitions = self.sudo().ticket_properties or []
        return [
            definition["name"]
            for definition in definitions
            if definition.get("type") != "separator"
        ]

    def _get_portal_form_defaults(self, is_visitor):
        """Return what stands in a form that nobody has typed into, by the fields' keys."""
        defaults = {
            row._get_key(): row._get_default()
            for row in self._get_portal_fields_sudo(is_visitor)
        }
        return {key: default for key, default in defaults.items() if default}

    def _get_portal_form(self, values, errors, is_visitor):
        """Return what the form's template shows, a dict for each field.

        :param dict values: of str, or of list of str for tags, as typed so far
        :param dict errors: messages by the fields' keys
        """
        return [
            {
                "key": row._get_key(),
                "label": row._get_label(),
                "type": row._get_input_type(),
                "required": row.required,
                "options": row._get_options(),
                "max_length": row._get_max_length(),
                "value": row._get_typed(values),
                "time_zone": self._get_form_tz(),
                "error": errors.get(row._get_key()),
            }
            for row in self._get_portal_fields_sudo(is_visitor)
        ]

    def _get_form_tz(self):
        """Return the name of the time zone that times on the form are in.

        That of who is logged in; a visitor's is not known, so it is that of the company.
        """
        zone = self.env.user._get_portal_tz()
        return zone or self._get_portal_company_sudo()._get_portal_tz()

    def _get_portal_categories_sudo(self):
        """Return the categories to choose from: the binder's own, else its company's."""
        # sudo: helpdesk.ticket.category - those that are shown in the portal
        company_ids = [False, *self.company_id.ids]
        domain = Domain(
            [("show_in_portal", "=", True), ("company_id", "in", company_ids)]
        )
        if self.category_ids:
            domain &= Domain("id", "in", self.category_ids.ids)
        return self.env["helpdesk.ticket.category"].sudo().search(domain)

    # -- how it is read

    def _get_portal_list_keys(self, is_visitor):
        """Return the keys of the fields that may be sent several times, with a value each."""
        rows_sudo = self._get_portal_fields_sudo(is_visitor)
        return [row._get_key() for row in rows_sudo if row._get_input_type() == "tags"]

    def _parse_portal_form(self, values, has_files, is_visitor):
        """Read a form as it was sent.

        :param dict values: of str, or of list of str for tags
        :param bool has_files: whether files came with it
        :param bool is_visitor: whether the form is the public one
        :return: dict of values of an issue, and dict of messages by the fields' keys
        """
        vals, errors = {}, {}
        # what was not sent is not set: Odoo would take the defaults of what nobody saw
        properties = dict.fromkeys(self._get_property_names(), False)
        for row in self._get_portal_fields_sudo(is_visitor):
            key = row._get_key()
            typed = row._get_typed(values)
            max_length = row._get_max_length()
            # before anything reads it
            length = sum(map(count_typed, [typed] if isinstance(typed, str) else typed))
            if length > max_length:
                errors[key] = row._get_too_long_message()
                continue
            is_empty = not clean_line("".join(typed))
            if row.kind == "attachments":
                missing = row.required and not has_files
            else:
                missing = row.required and is_empty
            if missing:
                errors[key] = row._get_missing_message()
                continue
            if is_empty:
                continue
            try:
                if row.kind == "property":
                    properties[row.property_name] = row._parse_property(typed)
                else:
                    vals.update(getattr(row, f"_parse_{row.kind}")(typed))
            except ValueError as error:
                errors[key] = str(error)
        if not errors and not {"name", "description"} & vals.keys():
            errors["name"] = errors["description"] = self.env._(
                "Please tell us what it is about."
            )
        return {**vals, **({"properties": properties} if properties else {})}, errors

    # -- what comes of it

    def _get_portal_form_limits(self, address, email):
        """Return what an issue counts for, as uses of the throttle."""
        self.ensure_one()
        network = networks.get_network(address)
        key = f"{self.id}:{network}"
        limits = [("form_network", key, self.portal_form_limit_address)]
        if email:
            # of this network: nobody can use up what somebody else may report
            key = f"{network}:{get_mailbox(email)}"
            limits.append(("form_email", key, self.portal_form_limit_email))
        return limits

    def _get_portal_form_tries(self, address):
        """Return what each form to be mended counts for, as a use of the throttle."""
        network = networks.get_network(address)
        limit = TRIES_PER_ISSUE * self.portal_form_limit_address
        return ("form_tries", f"{self.id}:{network}", limit)

    def _get_portal_mail_limit(self, email):
        """Return what each mail to an address counts for that people outside gave, as uses.

        Of an issue without a binder as well.
        """
        if not email:
            return []
        limit = self.portal_form_limit_email if self else MAX_MAILS
        return [("form_mail", get_mailbox(email), limit)]

    def _admit_issue(self, address, email, form_key, is_told=None):
        """Count one more issue, and tell what may come of it.

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
        form_digest = digest(form_key)
        # before anything is looked up: nobody else can send the form from now on
        self._lock_form(form_digest)
        with own_transaction(self.env) as env:
            Throttle = env["customer.portal.throttle"]
            if self._is_form_sent(env.cr, form_digest):
                # no issue: who clicks twice has not used up what may be reported
                return 0, False, False
            if is_told is not None:
                return 0, True, is_told
            limits = self._get_portal_form_limits(address, email)
            if seconds := Throttle._count_here(*limits):
                return seconds, False, False
            limits = self._get_portal_mail_limit(email)
            return 0, True, not Throttle._count_here(*limits)

    @api.model
    def _lock_form(self, form_digest):
        """Keep a form from others until this transaction ends.

        A double click waits for the first one, the answer to which no browser shows any more: who
        is thanked for an issue that then fails would not send it again.
        """
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s)", int(form_digest[:15], 16))
        )

    @api.model
    def _is_form_sent(self, cr, form_digest):
        cr.execute(
            SQL("SELECT 1 FROM helpdesk_ticket WHERE portal_form_key = %s", form_digest)
        )
        return bool(cr.rowcount)

    @api.model
    def _get_form_answer(self, form_key):
        """Return the number of the issue that a form became, and whether an address was typed.

        None if there is none. It may be there since the current transaction began, which does not see it.
        """
        query = SQL(
            """
            SELECT number, COALESCE(partner_email, '') != ''
            FROM helpdesk_ticket
            WHERE portal_form_key = %s
            """,
            digest(form_key),
        )
        with own_transaction(self.env) as env:
            return next(iter(env.execute_query(query)), None)

    def _create_visitor_issue(self, vals, files, form_key, is_told=True):
        """Create an issue that a visitor reports; the caller has it from :meth:`_admit_issue`.

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
        # sudo: helpdesk.ticket.team - the form is open to anybody, and this issue was admitted
        team_sudo = self.with_user(public).sudo()
        partner_sudo = team_sudo._find_portal_partner_sudo(vals.get("partner_email"))
        reported = {
            "partner_id": partner_sudo.id,
            "portal_form_key": digest(form_key),
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
            Domain("email_normalized", "=", email)
            & Domain("company_id", "in", [False, *self.company_id.ids])
            & partners_sudo._get_confirmed_address_domain(email),
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
        Key = self.env["customer.portal.link.key"]
        description = Key._remove(vals.get("description") or vals["name"])
        channel_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "helpdesk_mgmt.helpdesk_ticket_channel_web"
        )
        company_sudo = self._get_portal_company_sudo()
        ticket = self._get_new_tickets(company_sudo).create(
            {
                **vals,
                **self._prepare_stored_values(vals["partner_id"]),
                "name": Key._remove(vals.get("name"))
                or clean_line(description)[:SUBJECT_LENGTH],
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
            mail_create_nosubscribe=True,
            portal_issue_told=TOLD,
            **self._get_unfollowed_context(),
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
