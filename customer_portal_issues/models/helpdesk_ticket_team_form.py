import hashlib
import hmac as stdlib_hmac
import re
import secrets
import time

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.fields import Date, Domain
from odoo.tools import SQL, email_normalize, hmac, plaintext2html

from odoo.addons.customer_portal_docs.tools.filenames import clean_line, clean_text

#: The shape of the key in a form's address.
FORM_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: Seconds that nobody needs fewer of to fill in a form.
MIN_SECONDS = 3
#: Seconds after which a form has to be sent once more.
MAX_SECONDS = 24 * 3600
MAX_LENGTHS = {"partner_name": 255, "email": 254, "name": 255, "description": 10_000}
MAX_PROPERTY_LENGTH = 2_000
#: Characters of a description that make a subject where the form asks for none.
SUBJECT_LENGTH = 80


class HelpdeskTicketTeam(models.Model):
    """What a binder's form asks for, how it is read, and what comes of it."""

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

        :param dict values: of str, as typed so far
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
                "value": values.get(row._get_key()) or "",
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

    # -- how it is read

    def _parse_portal_form(self, values, has_files, is_visitor):
        """Read a form as it was sent.

        :param dict values: of str
        :param bool has_files: whether files came with it
        :param bool is_visitor: whether the form is the public one
        :return: dict of values of an issue, and dict of messages by the fields' keys
        """
        vals, errors, properties = {}, {}, {}
        for row in self._get_portal_fields_sudo(is_visitor):
            key = row._get_key()
            typed = values.get(key) or ""
            is_empty = not clean_line(typed)
            if row.kind == "attachments":
                missing = row.required and not has_files
            else:
                missing = row.required and is_empty
            if missing:
                errors[key] = self._get_missing_message(row)
                continue
            if is_empty:
                continue
            try:
                if row.kind == "property":
                    properties[row.property_name] = self._parse_property(row, typed)
                else:
                    vals.update(getattr(self, f"_parse_{row.kind}")(typed))
            except ValueError as error:
                errors[key] = str(error)
        if not errors and not {"name", "description"} & vals.keys():
            errors["name"] = errors["description"] = self.env._(
                "Please tell us what it is about."
            )
        return {**vals, **({"properties": properties} if properties else {})}, errors

    def _get_missing_message(self, row):
        if row.kind == "attachments":
            return self.env._("Please choose a file.")
        if self._get_input_type(row) in ("selection", "tags"):
            return self.env._("Please choose one.")
        return self.env._("Please fill this in.")

    def _check_length(self, text, length):
        if len(text) > length:
            raise ValueError(
                self.env._(
                    "This is too long: at most %(count)s characters.", count=length
                )
            )
        return text

    def _parse_partner_name(self, text):
        name = self._check_length(clean_line(text), MAX_LENGTHS["partner_name"])
        return {"partner_name": name}

    def _parse_email(self, text):
        address = clean_line(text)
        normalized = email_normalize(address)
        host = (normalized or "").rpartition("@")[2]
        if not normalized or "." not in host or len(normalized) > MAX_LENGTHS["email"]:
            raise ValueError(
                self.env._(
                    "This is not an e-mail address. It should look like name@example.com."
                )
            )
        return {"partner_email": normalized}

    def _parse_name(self, text):
        return {"name": self._check_length(clean_line(text), MAX_LENGTHS["name"])}

    def _parse_description(self, text):
        text = self._check_length(clean_text(text), MAX_LENGTHS["description"])
        return {"description": text}

    def _parse_category(self, text):
        categories = {str(id_) for id_ in self._get_portal_categories_sudo().ids}
        if text not in categories:
            raise ValueError(self.env._("Please choose one from the list."))
        return {"category_id": int(text)}

    def _parse_priority(self, text):
        if text not in dict(self.env["helpdesk.ticket"]._fields["priority"].selection):
            raise ValueError(self.env._("Please choose one from the list."))
        return {"priority": text}

    def _parse_attachments(self, text):
        return {}

    def _parse_property(self, row, text):
        kind = row._get_definition().get("type")
        parse = getattr(self, f"_parse_property_{kind}", self._parse_property_text)
        return parse(row, text)

    def _parse_property_text(self, row, text):
        return self._check_length(clean_text(text), MAX_PROPERTY_LENGTH)

    def _parse_property_char(self, row, text):
        return self._check_length(clean_line(text), MAX_PROPERTY_LENGTH)

    def _parse_property_boolean(self, row, text):
        return True

    def _parse_property_integer(self, row, text):
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            raise ValueError(self.env._("Please write a whole number."))
        return int(text)

    def _parse_property_float(self, row, text):
        if not re.fullmatch(r"[+-]?[0-9]{1,12}([.,][0-9]{1,9})?", text):
            raise ValueError(self.env._("Please write a number."))
        return float(text.replace(",", "."))

    def _parse_property_date(self, row, text):
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError(text)
            return Date.to_string(Date.to_date(text))
        except ValueError as error:
            message = self.env._("Please write a date, such as 2026-12-31.")
            raise ValueError(message) from error

    def _parse_property_selection(self, row, text):
        if text not in dict(self._get_options(row)):
            raise ValueError(self.env._("Please choose one from the list."))
        return text

    def _parse_property_tags(self, row, text):
        return [self._parse_property_selection(row, text)]

    # -- what comes of it

    def _get_portal_form_limits(self, address, email):
        """Return the limits that a report counts for, see :meth:`_count` of the throttle."""
        self.ensure_one()
        limits = {f"address:{self.id}:{address}": self.portal_form_limit_address}
        if email:
            limits[f"email:{self.id}:{email}"] = self.portal_form_limit_email
        return limits

    def _create_visitor_issue(self, vals, files, form_key):
        """Create an issue that a visitor reports.

        :param dict vals: as :meth:`_parse_portal_form` returns them
        :param files: list of (str file name, :class:`IncomingFile`)
        :param str form_key: of the form that was filled in; it is good for one issue
        :return: the issue, sudoed; an empty record where the same form was sent before
        """
        digest = hashlib.sha256(form_key.encode()).hexdigest()
        # sudo: helpdesk.ticket - was this form sent before
        Ticket = self.env["helpdesk.ticket"].sudo()
        if self._is_form_being_sent(digest) or Ticket.search_count(
            [("portal_form_key", "=", digest)], limit=1
        ):
            return Ticket
        # whoever is logged in reports as a visitor all the same: the form is not protected by
        # their session, and what they report must not be theirs because another site sent it
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
        ticket_sudo._create_portal_links(vals.get("partner_name"))
        return ticket_sudo

    @api.model
    def _is_form_being_sent(self, digest):
        """Tell whether another request works on the same form just now: a double click."""
        lock = int(digest[:15], 16)
        query = SQL("SELECT pg_try_advisory_xact_lock(%s)", lock)
        return not self.env.execute_query(query)[0][0]

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
        channel = self.env.ref(
            "helpdesk_mgmt.helpdesk_ticket_channel_web", raise_if_not_found=False
        )
        # posting that there is a new ticket takes a third of the time, and is for followers
        is_followed = bool(self.message_follower_ids)
        tickets = self.env["helpdesk.ticket"].with_context(
            mail_create_nosubscribe=True, mail_create_nolog=not is_followed
        )
        ticket = tickets.create(
            {
                **vals,
                "name": subject,
                "description": plaintext2html(description),
                "team_id": self.id,
                "company_id": self._get_portal_company_sudo().id,
                "channel_id": channel.id if channel else False,
                # helpdesk_mgmt would give it to the current user, who is none of the team
                "user_id": False,
            }
        )
        ticket._create_portal_attachments_sudo(files, ticket)
        return ticket
