import re
from datetime import datetime

import pytz

from odoo import api, fields, models

from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.filenames import (
    clean_line,
    clean_text,
    count_typed,
)
from odoo.addons.customer_portal_docs.tools.parsing import parse_day

#: The longest texts, by kind of the field, as a browser counts.
MAX_LENGTHS = {"partner_name": 255, "email": 254, "name": 255, "description": 10_000}
#: The longest text of a property.
MAX_PROPERTY_LENGTH = 2_000

STANDARD_FIELDS = {
    "partner_name": {"shown": True},
    "email": {"shown": True, "required": True},
    "name": {"shown": True, "required": True},
    "category": {},
    "priority": {},
    "description": {"shown": True, "required": True},
    "attachments": {"shown": True},
}
#: Types of a binder's own properties that a form can ask for. Of the others, many2one and
#: many2many would show the names of internal records to outsiders, html takes an editor, and a
#: monetary one the currency of a record that is not there yet.
PROPERTY_TYPES = (
    "char",
    "text",
    "integer",
    "float",
    "boolean",
    "date",
    "datetime",
    "selection",
    "tags",
)


class CustomerPortalIssueField(models.Model):
    """One field that a binder's form asks for, or could ask for.

    Each binder has a row for each field that there is: the administrator ticks and orders them.
    """

    _name = "customer.portal.issue.field"
    _description = "Field of an Issue Form"
    _order = "team_id, sequence, id"

    team_id = fields.Many2one(
        "helpdesk.ticket.team", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=100)
    kind = fields.Selection(
        [
            ("partner_name", "Name of the visitor"),
            ("email", "E-mail address of the visitor"),
            ("name", "Subject"),
            ("category", "Category"),
            ("priority", "Priority"),
            ("description", "Description"),
            ("attachments", "Files"),
            ("property", "Property of the team"),
        ],
        required=True,
        readonly=True,
    )
    property_name = fields.Char(readonly=True)
    field_name = fields.Char(string="Field", compute="_compute_field_name")
    label = fields.Char(translate=True, help="Shown instead of the field's own name.")
    shown = fields.Boolean()
    required = fields.Boolean()

    _kind_uniq = models.UniqueIndex("(team_id, kind, COALESCE(property_name, ''))")

    @api.depends("kind", "property_name", "team_id.ticket_properties")
    @api.depends_context("lang")
    def _compute_field_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for field in self:
            definition = field._get_definition()
            field.field_name = definition.get("string") or kinds.get(field.kind)

    @api.constrains("shown")
    def _check_shown(self):
        self.team_id._check_portal_fields()

    def _get_definition(self):
        """Return the definition of the property, an empty dict for other fields."""
        for definition in self.team_id.ticket_properties or []:
            if self.property_name and definition["name"] == self.property_name:
                return definition
        return {}

    def _get_label(self):
        """Return what the form calls the field."""
        labels = {
            "partner_name": self.env._("Your name"),
            "email": self.env._("Your e-mail address"),
            "name": self.env._("Subject"),
            "category": self.env._("Category"),
            "priority": self.env._("Priority"),
            "description": self.env._("Description"),
            "attachments": self.env._("Files"),
        }
        return (
            self.label or labels.get(self.kind) or self._get_definition().get("string")
        )

    def _get_key(self):
        """Return the name of the field in the form."""
        return f"property_{self.property_name}" if self.property_name else self.kind

    def _get_max_length(self):
        """Return how long a text may be, see :func:`count_typed`."""
        return MAX_LENGTHS.get(self.kind, MAX_PROPERTY_LENGTH)

    # -- how it is shown and read

    def _get_input_type(self):
        if self.kind == "property":
            return self._get_definition().get("type") or "char"
        return {
            "description": "text",
            "category": "selection",
            "priority": "selection",
            "attachments": "file",
            "email": "email",
        }.get(self.kind, "char")

    def _get_options(self):
        """Return the choices of a field, a list of (str value, label)."""
        if self.kind == "category":
            return [
                (str(category.id), category.complete_name)
                for category in self.team_id._get_portal_categories_sudo()
            ]
        if self.kind == "priority":
            field = self.env["helpdesk.ticket"]._fields["priority"]
            return field._description_selection(self.env)
        definition = self._get_definition()
        return [
            (option[0], option[1])
            for option in definition.get(definition.get("type")) or []
        ]

    def _get_default(self):
        """Return what stands in the field before anybody types, as a form sends it."""
        default = self._get_definition().get("default")
        kind = self._get_input_type()
        if not default or self.kind != "property":
            return None
        if kind == "tags":
            return [str(value) for value in default]
        if kind == "boolean":
            return "1"
        if kind == "datetime":
            zone = pytz.timezone(self.team_id._get_form_tz())
            moment = pytz.utc.localize(fields.Datetime.to_datetime(default))
            return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        return str(default)

    def _get_typed(self, values):
        """Return what was typed into a field: a list of str for tags, else a str."""
        typed = values.get(self._get_key()) or ""
        if self._get_input_type() != "tags":
            return typed
        return [typed] if isinstance(typed, str) else typed

    def _get_missing_message(self):
        if self.kind == "attachments":
            return self.env._("Please choose a file.")
        if self._get_input_type() in ("selection", "tags"):
            return self.env._("Please choose one.")
        return self.env._("Please fill this in.")

    def _check_length(self, text):
        if count_typed(text) > self._get_max_length():
            raise ValueError(self._get_too_long_message())
        return text

    def _get_too_long_message(self):
        return self.env._(
            "This is too long: at most %(count)s characters.",
            count=self._get_max_length(),
        )

    def _parse_partner_name(self, text):
        name = self._check_length(clean_line(text))
        return {"partner_name": name}

    def _parse_email(self, text):
        normalized = parse_email(clean_line(text))
        if not normalized:
            raise ValueError(
                self.env._(
                    "This is not an e-mail address. It should look like name@example.com."
                )
            )
        return {"partner_email": normalized}

    def _parse_name(self, text):
        return {"name": self._check_length(clean_line(text))}

    def _parse_description(self, text):
        text = self._check_length(clean_text(text))
        return {"description": text}

    def _parse_category(self, text):
        categories = {
            str(id_) for id_ in self.team_id._get_portal_categories_sudo().ids
        }
        if text not in categories:
            raise ValueError(self.env._("Please choose one from the list."))
        return {"category_id": int(text)}

    def _parse_priority(self, text):
        if text not in dict(self.env["helpdesk.ticket"]._fields["priority"].selection):
            raise ValueError(self.env._("Please choose one from the list."))
        return {"priority": text}

    def _parse_attachments(self, text):
        return {}

    def _parse_property(self, text):
        kind = self._get_definition().get("type")
        parse = getattr(self, f"_parse_property_{kind}", self._parse_property_text)
        return parse(text)

    def _parse_property_text(self, text):
        return self._check_length(clean_text(text))

    def _parse_property_char(self, text):
        return self._check_length(clean_line(text))

    def _parse_property_boolean(self, text):
        return True

    def _parse_property_integer(self, text):
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            raise ValueError(self.env._("Please write a whole number."))
        return int(text)

    def _parse_property_float(self, text):
        if not re.fullmatch(r"[+-]?[0-9]{1,12}([.,][0-9]{1,9})?", text):
            raise ValueError(self.env._("Please write a number."))
        return float(text.replace(",", "."))

    def _parse_property_date(self, text):
        day = parse_day(text)
        if not day:
            raise ValueError(self.env._("Please write a date, such as 2026-12-31."))
        return fields.Date.to_string(day)

    def _parse_property_selection(self, text):
        if text not in dict(self._get_options()):
            raise ValueError(self.env._("Please choose one from the list."))
        return text

    def _parse_property_datetime(self, text):
        try:
            if not re.fullmatch(
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", text
            ):
                raise ValueError(text)
            local = datetime.fromisoformat(text)
            utc = (
                pytz.timezone(self.team_id._get_form_tz())
                .localize(local)
                .astimezone(pytz.utc)
            )
            return fields.Datetime.to_string(utc.replace(tzinfo=None))
        except (ValueError, OverflowError) as error:
            message = self.env._(
                "Please write a date and a time, such as 2026-12-31 09:30."
            )
            raise ValueError(message) from error

    def _parse_property_tags(self, texts):
        for text in filter(None, texts):
            self._parse_property_selection(text)
        return [value for value, _label in self._get_options() if value in texts]
