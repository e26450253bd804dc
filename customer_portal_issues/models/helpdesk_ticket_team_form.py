import hashlib
import hmac as stdlib_hmac
import re
import secrets
import time

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, hmac, plaintext2html

from odoo.addons.customer_portal_docs.tools import networks
from odoo.addons.customer_portal_docs.tools.filenames import clean_line

from ..tools.untrusted import get_mailbox_key
from .helpdesk_ticket_team_reading import MAX_LENGTHS, MAX_PROPERTY_LENGTH

#: The shape of the key in a form's address.
FORM_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: Seconds that nobody needs fewer of to fill in a form.
MIN_SECONDS = 3
#: Seconds after which a form has to be sent once more.
MAX_SECONDS = 24 * 3600
#: Forms to be mended that one network address may send, for each report it may.
TRIES_PER_REPORT = 10
#: Characters of a description that make a subject where the form asks for none.
SUBJECT_LENGTH = 80


class HelpdeskTicketTeam(models.Model):
    """What a binder's form asks for, and what comes of it."""

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
        return teams_sudo.search(
            [("portal_form_token", "=", token), ("portal_form", "=", "public")]
        )

    def _get_portal_frame_policy(self):
        """Return the Content-Security-Policy that names who may show the form in a frame."""
        sites = " ".join((self.portal_embed_sites or "").split())
        return f"frame-ancestors 'self' {sites}".strip()

    def _get_portal_company_sudo(self):
        """Return the company that issues of this binder belong to, sudoed."""
        # sudo: res.company - its settings say what files are accepted
        return self.sudo().company_id or self.env.company.sudo()

    # -- the key of one form: when it was given out, and that it was

    def _make_form_key(self):
        """Return a new key for one filled-in form, signed and with its time in it."""
        payload = f"{int(time.time())}.{secrets.token_urlsafe(12)}"
        return f"{payload}.{self._sign_form_key(payload)}"

    def _sign_form_key(self, payload):
        message = (self.id, self.portal_form_token, payload)
        return hmac(self.env(su=True), "customer_portal_issues.form", message)

    def _get_form_key_age(self, key):
        """Return how many seconds ago a form was given out, or None if it was not here."""
        payload, _separator, signature = (key or "").rpartition(".")
        if not payload or not key.isascii():
            return None
        if not stdlib_hmac.compare_digest(signature, self._sign_form_key(payload)):
            return None
        return time.time() - int(payload.split(".")[0])

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

    def _get_portal_form(self, values, errors, is_visitor):
        """Return what the form's template shows, a dict for each field.

        :param dict values: of str, or of list of str for tags, as typed so far
        :param dict errors: messages by the fields' keys
        """
        return [
            {
                "key": row._get_key(),
                "label": row._get_label(),
                "type": self._get_input_type(row),
                "required": row.required,
                "options": self._get_options(row),
                "max_length": MAX_LENGTHS.get(row.kind, MAX_PROPERTY_LENGTH),
                "value": self._get_typed(row, values),
                "time_zone": self._get_form_tz(),
                "error": errors.get(row._get_key()),
            }
            for row in self._get_portal_fields_sudo(is_visitor)
        ]

    def _get_input_type(self, row):
        if row.kind == "property":
            return row._get_definition().get("type") or "char"
        return {
            "description": "text",
            "category": "selection",
            "priority": "selection",
            "attachments": "file",
            "email": "email",
        }.get(row.kind, "char")

    def _get_form_tz(self):
        """Return the name of the time zone that times on the form are in.

        That of who is logged in; a visitor's is not known, so it is that of the company.
        """
        user = self.env.user
        user_tz = False if user._is_public() else user.tz
        return user_tz or self._get_portal_company_sudo().partner_id.tz or "UTC"

    def _get_options(self, row):
        """Return the choices of a field, a list of (str value, label)."""
        if row.kind == "category":
            return [
                (str(category.id), category.complete_name)
                for category in self._get_portal_categories_sudo()
            ]
        if row.kind == "priority":
            field = self.env["helpdesk.ticket"]._fields["priority"]
            return field._description_selection(self.env)
        definition = row._get_definition()
        return [
            (option[0], option[1])
            for option in definition.get(definition.get("type")) or []
        ]

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

    # -- what comes of it

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

    def _is_portal_mail_welcome(self, email):
        """Count one more mail to an address that visitors gave; tell whether it may go."""
        key = f"mail:{get_mailbox_key(email)}"
        Throttle = self.env["customer.portal.issue.throttle"]
        return not Throttle._count({key: self.portal_form_limit_email})

    def _create_visitor_issue(self, vals, files, form_key):
        """Create an issue that a visitor reports.

        :param dict vals: as :meth:`_parse_portal_form` returns them
        :param files: list of (str file name, :class:`IncomingFile`)
        :param str form_key: of the form that was filled in; it is good for one issue
        :return: the issue, sudoed; an empty record where the same form was sent before
        """
        digest = hashlib.sha256(form_key.encode()).hexdigest()
        # sudo: helpdesk.ticket - none, where this form was sent before
        Ticket = self.env["helpdesk.ticket"].sudo()
        if self._is_form_being_sent(digest) or self._is_form_sent(digest):
            return Ticket
        # whoever is logged in reports as a visitor all the same: the form is not protected by
        # their session, and what they report must not be theirs because another site sent it
        public = self.env.user
        if not public._is_public():
            public = self.env.ref("base.public_user")
        team_sudo = self.with_user(public).sudo()
        email = vals.get("partner_email")
        partner_sudo = team_sudo._find_portal_partner_sudo(email)
        try:
            with self.env.cr.savepoint():
                ticket_sudo = team_sudo._create_portal_issue(
                    {**vals, "partner_id": partner_sudo.id, "portal_form_key": digest},
                    files,
                )
        except UniqueViolation:
            return Ticket
        ticket_sudo._create_portal_links(
            vals.get("partner_name"),
            is_told=bool(email) and team_sudo._is_portal_mail_welcome(email),
        )
        return ticket_sudo

    @api.model
    def _is_form_being_sent(self, digest):
        """Tell whether another request works on the same form just now: a double click."""
        lock = int(digest[:15], 16)
        query = SQL("SELECT pg_try_advisory_xact_lock(%s)", lock)
        return not self.env.execute_query(query)[0][0]

    @api.model
    def _is_form_sent(self, digest):
        # in a transaction of its own: what this one sees may be older than the other issue
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL("SELECT 1 FROM helpdesk_ticket WHERE portal_form_key = %s", digest)
            )
            return bool(cr.rowcount)

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
        ticket_sudo = self.sudo()._create_portal_issue({**vals, **reported}, files)
        ticket_sudo.message_subscribe(partner_ids=partner.ids)
        ticket_sudo._create_portal_links()
        return ticket_sudo

    def _create_portal_issue(self, vals, files):
        """Create an issue with its files; the caller has checked who may.

        :return: the issue, in the environment of this record
        """
        self.ensure_one()
        description = vals.get("description") or vals["name"]
        subject = vals.get("name") or clean_line(description)[:SUBJECT_LENGTH]
        channel_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "helpdesk_mgmt.helpdesk_ticket_channel_web"
        )
        # posting that there is a new ticket takes a third of the time, and is for followers
        is_followed = bool(self.message_follower_ids)
        tickets = self.env["helpdesk.ticket"].with_context(
            mail_create_nosubscribe=True, mail_create_nolog=not is_followed
        )
        if self.env.user._is_public():
            # the ticket's number may hold a date: else a visitor, and their contact, are read
            # for a time zone that they do not have
            tickets = tickets.with_context(tz="UTC")
        ticket = tickets.create(
            {
                **vals,
                "name": subject,
                "description": plaintext2html(description),
                "team_id": self.id,
                "company_id": self._get_portal_company_sudo().id,
                "channel_id": channel_id,
                # helpdesk_mgmt would give it to the current user, who is none of the team
                "user_id": False,
            }
        )
        ticket._create_portal_attachments_sudo(files, ticket)
        return ticket
