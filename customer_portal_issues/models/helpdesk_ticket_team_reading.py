import re
from datetime import datetime

import pytz

from odoo import models
from odoo.fields import Date, Datetime

from odoo.addons.customer_portal_docs.tools.filenames import (
    clean_line,
    clean_text,
    count_typed,
)
from odoo.addons.customer_portal_shares.tools.emails import normalize_email

MAX_LENGTHS = {"partner_name": 255, "email": 254, "name": 255, "description": 10_000}
MAX_PROPERTY_LENGTH = 2_000


class HelpdeskTicketTeam(models.Model):
    """How a binder's form is read."""

    _inherit = "helpdesk.ticket.team"

    def _get_portal_list_keys(self, is_visitor):
        """Return the keys of the fields that may be sent several times, with a value each."""
        rows_sudo = self._get_portal_fields_sudo(is_visitor)
        return [
            row._get_key() for row in rows_sudo if self._get_input_type(row) == "tags"
        ]

    def _get_typed(self, row, values):
        """Return what was typed into a field: a list of str for tags, else a str."""
        typed = values.get(row._get_key()) or ""
        if self._get_input_type(row) != "tags":
            return typed
        return [typed] if isinstance(typed, str) else typed

    def _parse_portal_form(self, values, has_files, is_visitor):
        """Read a form as it was sent.

        :param dict values: of str, or of list of str for tags
        :param bool has_files: whether files came with it
        :param bool is_visitor: whether the form is the public one
        :return: dict of values of an issue, and dict of messages by the fields' keys
        """
        vals, errors, properties = {}, {}, {}
        for row in self._get_portal_fields_sudo(is_visitor):
            key = row._get_key()
            typed = self._get_typed(row, values)
            max_length = MAX_LENGTHS.get(row.kind, MAX_PROPERTY_LENGTH)
            # before anything reads it
            length = sum(map(count_typed, [typed] if isinstance(typed, str) else typed))
            if length > max_length:
                errors[key] = self._get_too_long_message(max_length)
                continue
            is_empty = not clean_line("".join(typed))
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
        if count_typed(text) > length:
            raise ValueError(self._get_too_long_message(length))
        return text

    def _get_too_long_message(self, length):
        return self.env._(
            "This is too long: at most %(count)s characters.", count=length
        )

    def _parse_partner_name(self, text):
        name = self._check_length(clean_line(text), MAX_LENGTHS["partner_name"])
        return {"partner_name": name}

    def _parse_email(self, text):
        normalized = normalize_email(clean_line(text))
        host = (normalized or "").rpartition("@")[2]
        if not normalized or "." not in host:
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

    def _parse_property_datetime(self, row, text):
        try:
            if not re.fullmatch(
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", text
            ):
                raise ValueError(text)
            local = datetime.fromisoformat(text)
            utc = (
                pytz.timezone(self._get_form_tz()).localize(local).astimezone(pytz.utc)
            )
            return Datetime.to_string(utc.replace(tzinfo=None))
        except (ValueError, OverflowError) as error:
            message = self.env._(
                "Please write a date and a time, such as 2026-12-31 09:30."
            )
            raise ValueError(message) from error

    def _parse_property_tags(self, row, texts):
        for text in filter(None, texts):
            self._parse_property_selection(row, text)
        return [value for value, _label in self._get_options(row) if value in texts]
