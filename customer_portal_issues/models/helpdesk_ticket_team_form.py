import hmac as stdlib_hmac
import re
import secrets
import time

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import hmac

from .helpdesk_ticket_team_reading import MAX_LENGTHS, MAX_PROPERTY_LENGTH

#: The shape of the key in a form's address.
FORM_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: Seconds that nobody needs fewer of to fill in a form.
MIN_SECONDS = 3
#: Seconds after which a form has to be sent once more.
MAX_SECONDS = 24 * 3600


class HelpdeskTicketTeam(models.Model):
    """What a binder's form asks for."""

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
        return teams_sudo.search_fetch(
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
