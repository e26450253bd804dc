"""Values of reports: what the database has becomes what people and programs get."""

from datetime import UTC, date, datetime

from odoo.tools import format_amount, html2plaintext
from odoo.tools.float_utils import float_round
from odoo.tools.misc import format_date, formatLang, get_lang
from odoo.tools.misc import format_datetime as odoo_format_datetime

from odoo.addons.customer_portal_docs.tools.zones import find_zone

#: Names of records that are kept while all rows are read.
_MAX_NAMES = 5000


class Values:
    """Converts the values of a report's columns.

    :param env: of the report's owner, in the language and time zone of the viewer
    :param columns: list of :class:`.reader.Column`
    :param group: :class:`.reader.Group` or None
    """

    def __init__(self, env, columns, group):
        self.env = env
        self.columns = columns
        self.group = group
        self._names = {}
        self._selections = {}
        self._currencies = {}
        self._digits = {}
        self._words = {}
        self.zone = find_zone(env.context.get("tz"))

    # -- what things are called

    def get_selection(self, path):
        """Return the names of a selection field's values in the language of the viewer."""
        if path not in self._selections:
            field, model = path.field, path.model
            self._selections[path] = {
                value: label or ""
                for value, label in field._description_selection(model.env)
            }
        return self._selections[path]

    def get_names(self, model, ids):
        """Return the names of records, of those that the owner may read."""
        known = self._names.setdefault(model._name, {})
        if len(known) > _MAX_NAMES:
            known.clear()
        missing = {id_ for id_ in ids if id_} - known.keys()
        if missing:
            known.update(dict.fromkeys(missing))
            for record in self._search(model, missing):
                known[record.id] = record.display_name
        return known

    def _search(self, model, ids):
        if not model.has_access("read"):
            return model
        return model.with_context(active_test=False).search([("id", "in", list(ids))])

    def get_currency(self, currency_id):
        """Return a currency; its code and digits are no secret."""
        if currency_id not in self._currencies:
            # sudo: res.currency - of an amount that may be read
            currency = self.env["res.currency"].sudo().browse(currency_id)
            self._currencies[currency_id] = currency
        return self._currencies[currency_id]

    def get_digits(self, column, currency_id=None):
        """Return how many digits a number has behind its point."""
        key = (column.key, currency_id)
        if key not in self._digits:
            if column.kind == "money":
                currency = self.get_currency(currency_id) if currency_id else None
                self._digits[key] = currency.decimal_places if currency else 2
            else:
                digits = column.path.field.get_digits(self.env)
                self._digits[key] = digits[1] if digits else 6
        return self._digits[key]

    # -- rows

    def convert(self, rows, start, money, written=()):
        """Return the values of rows, column by column: a list of lists.

        Text, numbers, dates (datetimes in UTC without a zone), None for nothing; an amount is a
        tuple of number and currency id.

        :param rows: of the database: the id first, and the columns from ``start``
        :param money: list of the keys of the columns whose currencies follow them
        :param written: kinds that the database gave as text, which they stay
        """
        # to ask each value what it is takes longer than all else
        raw = list(zip(*rows, strict=True))
        place, result = start, []
        currency_place = start + sum(column.path.in_sql for column in self.columns)
        records = None
        for column in self.columns:
            if not column.path.in_sql:
                if records is None:
                    records = self._browse(raw[0])
                result.append(self._read(column, records))
                continue
            values = raw[place]
            place += 1
            if column.key in money:
                position = currency_place + money.index(column.key)
                result.append(self._convert_money(column, values, raw[position]))
            elif column.kind in written:
                result.append(values)
            else:
                result.append(self._convert(column, values))
        return result

    def _convert(self, column, values):
        kind = column.kind
        if kind == "record":
            names = self.get_names(
                column.path.model.env[column.path.field.comodel_name], values
            )
            return [names.get(value) for value in values]
        if kind == "selection":
            labels = self.get_selection(column.path)
            return [labels.get(value) if value else None for value in values]
        if kind == "html":
            return [html2plaintext(value) if value else None for value in values]
        if kind == "number":
            digits = self.get_digits(column)
            return [
                None
                if value is None
                else float_round(float(value), precision_digits=digits)
                for value in values
            ]
        if kind == "boolean":
            return [bool(value) for value in values]
        if kind == "text":
            return [value or None for value in values]
        return values

    def _convert_money(self, column, values, currencies):
        return [
            None if value is None else (float(value), currency)
            for value, currency in zip(values, currencies, strict=True)
        ]

    def _browse(self, ids):
        return self.columns[0].path.hops[0][0].browse(ids)

    def _read(self, column, records):
        """Return what the database does not have, of records one by one."""
        return [self._read_of(column, record) for record in records]

    def _read_of(self, column, record):
        records = record
        for _model, field in column.path.hops[:-1]:
            records = records[field.name]._filtered_access("read")
        name, kind = column.path.field.name, column.kind
        if kind in ("record", "records"):
            found = records[name]._filtered_access("read")
            return ", ".join(found.mapped("display_name")) or None
        values = [self._plain(column, each) for each in records]
        if len(values) == 1:
            return values[0]
        if kind in ("text", "html", "selection"):
            return ", ".join(value for value in values if value) or None
        return values[0] if values else None

    def _plain(self, column, record):
        value = record[column.path.field.name]
        kind = column.kind
        if kind == "money":
            name = column.path.field.get_currency_field(record)
            # sudo: res.currency - of an amount that may be read
            currency = record.sudo()[name]
            return (value, currency.id or self.env.company.currency_id.id)
        if kind == "boolean" or kind in ("integer", "number"):
            return value
        [converted] = self._convert(column, [value or None])
        return converted

    # -- groups

    def sort_groups(self, values):
        """Return (value, key, label) of the values of groups, as they are shown.

        Records that the owner may not read are as if there were none: they come last, together.
        """
        kind, nothing = self.group.path.kind, self.env._("None")
        if kind == "record":
            comodel = self.env[self.group.path.field.comodel_name]
            found = self._search(comodel, {value for value in values if value})
            order = {record.id: record.display_name for record in found}
            ordered = [value for value in order if value in set(values)]
            hidden = [value for value in values if value not in order]
            return [(v, str(v), order[v]) for v in ordered] + [
                (v, "", nothing) for v in hidden
            ]
        empty = [value for value in values if value is None or value == ""]
        full = [value for value in values if value is not None and value != ""]
        if kind == "selection":
            labels = self.get_selection(self.group.path)
            places = {name: place for place, name in enumerate(labels)}
            full.sort(key=lambda value: places.get(value, len(places)))
            ordered = [(v, v, labels.get(v, nothing)) for v in full]
        elif kind in ("date", "datetime"):
            ordered = [(v, str(v)[:10], self.format_interval(v)) for v in sorted(full)]
        elif kind == "boolean":
            names = {True: self.env._("Yes"), False: self.env._("No")}
            ordered = [(v, str(int(v)), names[v]) for v in sorted(full)]
        elif kind == "integer":
            ordered = [(v, str(v), self.format_number(v, 0)) for v in sorted(full)]
        else:
            full.sort(key=lambda value: value.casefold())
            ordered = [(v, v, v) for v in full]
        return ordered + [(v, "", nothing) for v in empty]

    def format_interval(self, value):
        """Return what people call the day, week, month, quarter or year that a date begins."""
        interval = self.group.interval
        if isinstance(value, datetime):
            value = value.date()
        language = get_lang(self.env).code
        if interval == "year":
            return str(value.year)
        if interval == "quarter":
            return self.env._(
                "Q%(quarter)s %(year)s",
                quarter=(value.month + 2) // 3,
                year=value.year,
            )
        if interval == "month":
            return format_date(
                self.env, value, lang_code=language, date_format="LLLL yyyy"
            )
        day = format_date(self.env, value, lang_code=language)
        if interval == "week":
            return self.env._("Week of %(day)s", day=day)
        return day

    # -- for people

    def format(self, column, value):
        """Return a value as people read it, in the language of the viewer."""
        key = (column.key, value)
        if key not in self._words:
            # a page repeats its days and numbers, and Odoo takes its time for each
            self._words[key] = self._format(column, value)
        return self._words[key]

    def _format(self, column, value):
        if value is None or value is False and column.kind != "boolean":
            return ""
        kind = column.kind
        if kind == "money":
            return self.format_money(*value)
        if kind == "number":
            digits = column.path.field.get_digits(self.env)
            return self.format_number(value, digits[1] if digits else 2)
        if kind == "integer":
            is_whole = isinstance(value, int) or float(value).is_integer()
            return self.format_number(value, 0 if is_whole else 2)
        if kind == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if kind == "date":
            return format_date(self.env, value)
        if kind == "datetime":
            return odoo_format_datetime(self.env, value, dt_format="short")
        return str(value)

    def format_number(self, value, digits):
        return formatLang(self.env, value, digits=digits)

    def format_money(self, amount, currency_id):
        return format_amount(self.env, amount, self.get_currency(currency_id))

    def format_total(self, column, total):
        """Return the lines of a total, one for each currency."""
        if column.kind != "money":
            return [self.format(column, value) for value in total.values()]
        return [
            self.format_money(value, currency) if value is not None else ""
            for currency, value in sorted(
                total.items(), key=lambda item: self.get_currency(item[0]).name or ""
            )
            if currency
        ]

    # -- for programs

    def get_json(self, column, value):
        if isinstance(value, tuple):
            return value[0]
        if isinstance(value, datetime):
            return f"{value.isoformat(timespec='seconds')}Z"
        if isinstance(value, date):
            return value.isoformat()
        return value

    def get_json_total(self, column, total):
        """Return a number, or a dict by currency code where there are several currencies."""
        if not total:
            return 0 if column.total == "sum" else None
        values = {
            currency: self.get_json(column, value) for currency, value in total.items()
        }
        if len(values) == 1:
            return next(iter(values.values()))
        return {
            self.get_currency(currency).name: value
            for currency, value in values.items()
        }

    def to_local(self, value):
        """Return a datetime of UTC as the viewer's clock shows it."""
        return value.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)
