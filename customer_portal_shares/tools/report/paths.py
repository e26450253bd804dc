"""Dotted paths from the rows of a report to what it shows, with the rights of its owner."""

from dataclasses import dataclass

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

#: Fields that a path may have: a column of a column of a column.
MAX_HOPS = 3

#: What values of a field type are shown as.
KINDS = {
    "char": "text",
    "text": "text",
    "html": "html",
    "integer": "integer",
    "float": "number",
    "monetary": "money",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "selection": "selection",
    "many2one": "record",
    "one2many": "records",
    "many2many": "records",
}


@dataclass(frozen=True)
class Path:
    """A path that its owner may follow.

    :ivar str text: as it was written
    :ivar tuple hops: (model in the owner's environment, field), one for each name
    """

    text: str
    hops: tuple

    @property
    def model(self):
        return self.hops[-1][0]

    @property
    def field(self):
        return self.hops[-1][1]

    @property
    def kind(self):
        return KINDS.get(self.field.type)

    @property
    def label(self):
        return self.field._description_string(self.model.env)

    @property
    def in_sql(self):
        """Whether the database has it, and so can sort, group and total by it."""
        return all(
            field.type == "many2one" for _model, field in self.hops[:-1]
        ) and all(_is_in_sql(model, field) for model, field in self.hops)


def _is_in_sql(model, field):
    if field.store:
        return bool(field.column_type)
    if not field.related or not (field.compute_sudo or field.inherited):
        return False
    for name in field.related.split("."):
        step = model._fields[name]
        if name != field.related.split(".")[-1] and step.type != "many2one":
            return False
        if not (_is_in_sql(model, step)):
            return False
        if step.type == "many2one":
            model = model.env[step.comodel_name]
    return True


def resolve(model, text):
    """Return the :class:`Path` that starts at a model.

    :param model: in the environment of who follows it
    :raise ValidationError: there is no such path
    :raise AccessError: not for this user
    """
    names = (text or "").split(".")
    if len(names) > MAX_HOPS:
        raise ValidationError(
            model.env._(
                "“%(path)s” has more than %(count)s fields.",
                path=text,
                count=MAX_HOPS,
            )
        )
    hops = []
    for position, name in enumerate(names):
        model.browse().check_access("read")
        field = model._fields.get(name)
        if field is None or (position + 1 < len(names) and not field.relational):
            raise ValidationError(
                model.env._(
                    "“%(path)s” is not a field of %(model)s.",
                    path=text,
                    model=model._description,
                )
            )
        _check_field(model, field)
        hops.append((model, field))
        if field.relational:
            model = model.env[field.comodel_name]
    return Path(text, tuple(hops))


def _check_field(model, field):
    if not model._has_field_access(field, "read"):
        raise AccessError(
            model.env._(
                "%(user)s may not read the field “%(field)s” of %(model)s.",
                user=model.env.user.name,
                field=field.name,
                model=model._description,
            )
        )


class Joins:
    """The tables that the paths of a report need beside its own, as far as the owner reads them.

    A record that the owner may not read is as if it were not there: neither its name nor what it
    holds is shown, sorted by or counted.
    """

    def __init__(self, model, query):
        self.model = model
        self.query = query

    def reach(self, hops):
        """Return the (model, alias) that a path's last field is read from."""
        alias = self.model._table
        model = self.model
        for model, field in hops[:-1]:
            alias = self.join(model, alias, field)
        return hops[-1][0] if hops else model, alias

    def join(self, model, alias, field):
        """Return the alias of what a many2one field points at."""
        comodel = model.env[field.comodel_name]
        joined = self.query.make_alias(alias, f"{field.name}__report")
        if joined in self.query._joins:
            return joined
        condition = SQL(
            "%s = %s",
            model._field_to_sql(alias, field.name, self.query),
            SQL.identifier(joined, "id"),
        )
        table = comodel._table_sql
        if not comodel.has_access("read"):
            condition = SQL("FALSE")
        else:
            rows = comodel.with_context(active_test=False)._search([])
            if rows.is_empty():
                condition = SQL("FALSE")
            elif rows.where_clause:
                table = rows.subselect(SQL("%s.*", SQL.identifier(comodel._table)))
        self.query.add_join("LEFT JOIN", joined, table, condition)
        return joined

    def to_sql(self, path):
        """Return the value of a path."""
        model, alias = self.reach(path.hops)
        return model._field_to_sql(alias, path.field.name, self.query)

    def name_to_sql(self, path):
        """Return the name of the record that a path of many2one fields ends at.

        As far as the database knows it: for sorting, not for showing.
        """
        model, alias = self.reach(path.hops)
        joined = self.join(model, alias, path.field)
        comodel = model.env[path.field.comodel_name]
        name = comodel._rec_name
        field = comodel._fields.get(name) if name else None
        if field is None or not _is_in_sql(comodel, field):
            return SQL.identifier(joined, "id")
        if not comodel._has_field_access(field, "read"):
            return SQL.identifier(joined, "id")
        return comodel._field_to_sql(joined, name, self.query)
