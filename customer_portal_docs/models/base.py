import contextlib
from collections import defaultdict

from odoo import api, models
from odoo.fields import Command
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import SQL, OrderedSet

from ..tools.sorting import sort_title

#: Fields that name one record.
_NAMING_TYPES = frozenset({"many2one", "reference"})
#: Fields by which records are looked up.
_TITLES = frozenset({"complete_name", "name", "origin_name"})
_RELATIONAL_TYPES = _NAMING_TYPES | {"one2many", "many2many"}


class Base(models.AbstractModel):
    """What clients may say of the suite's records and learn from them, by whatever door.

    Odoo's generic methods (``write``, ``web_save``, ``onchange``, grouping ...) are doors to each
    model. Here and not in each model: a new model, or a new field on a model of others, is kept
    from its first day. Nothing changes for models and fields that are not the suite's.
    """

    _inherit = "base"

    #: set on a model of others whose own fields are kept as those of the suite's
    _is_kept_in_portal = False
    #: names of the relations that customers may follow, None for all: each tells names
    _portal_relations = None

    # -- fields

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su:
            return True
        if operation == "write":
            return not self._is_kept_value(field)
        return not self._is_hidden_relation(field)

    def _is_kept_value(self, field):
        """Tell whether a field holds only what the server computes: rules and lists rely on it."""
        return bool(
            field.store
            and field.compute
            and field.readonly
            and self._is_kept_field(field)
        )

    def _is_kept_field(self, field):
        """Tell whether a field is the suite's, or of a model that is kept like its own."""
        return (
            self._is_kept_in_portal
            or self._is_of_portal_suite()
            or (field._module or "").startswith("customer_portal_")
        )

    @api.model
    def _is_of_portal_suite(self):
        return (self._original_module or "").startswith("customer_portal_")

    def _is_hidden_relation(self, field):
        """Tell whether the field would tell a customer names that need not be for them."""
        return (
            self._portal_relations is not None
            and field.type in _RELATIONAL_TYPES
            and field.name not in self._portal_relations
            and not self.env.user._is_internal()
        )

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        # core asks this of all fields but many2many ones
        field = self._fields.get(groupby_spec.partition(":")[0].partition(".")[0])
        if field:
            self._check_field_access(field, "read")
        return super()._read_group_groupby(alias, groupby_spec, query)

    # -- titles in the order of who reads them

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        result = super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        if not self._is_sorted_title(field_name):
            return result
        column = self._field_to_sql(alias, field_name, query)
        return SQL("%s %s %s", self._sort_title(column), direction, nulls)

    @api.model
    def _sort_columns(self, order):
        """Return SQL of an order by columns that a query gives, as the model itself sorts.

        :param str order: as :meth:`search` takes it
        """
        terms = []
        for term in order.split(", "):
            name, *direction = term.split()
            column = SQL.identifier(name)
            if self._is_sorted_title(name):
                column = self._sort_title(column)
            terms.append(SQL("%s %s", column, SQL(" ".join(direction))))
        return SQL(", ").join(terms)

    @api.model
    def _is_sorted_title(self, name):
        return (
            name in _TITLES
            and (self._is_of_portal_suite() or self._is_kept_in_portal)
            and self._fields[name].type == "char"
        )

    @api.model
    def _sort_title(self, column):
        collation = self.env["res.lang"]._get_portal_collation(self.env.lang)
        return sort_title(column, collation)

    # -- records that are named: Odoo tells the name of each to who has written its id

    def _validate_fields(self, field_names, excluded_names=()):
        field_names = list(field_names)
        # before the constraints, whose words may name what is not for this user
        if not self.env.su:
            self._check_named_records(field_names)
        return super()._validate_fields(field_names, excluded_names)

    def _check_named_records(self, field_names):
        """Refuse values by which a user would name what they may not read.

        :raise AccessError: one of the records is not the current user's to know, or this record
            would no longer be theirs
        """
        named = [
            self._fields[name]
            for name in field_names
            if name in self._fields and self._is_naming_field(self._fields[name])
        ]
        for field in named:
            named_ids = defaultdict(OrderedSet)
            # sudo: any model - the ids alone; they are asked for as the user
            for record_sudo in self.sudo():
                if value_sudo := record_sudo[field.name]:
                    named_ids[value_sudo._name].update(value_sudo.ids)
            # all at once: one by one, the time grows with the square of their number
            for res_model, ids in named_ids.items():
                self.env[res_model].browse(ids).check_access("read")
        # rules have judged the old company only; of a new record they are asked by core
        if any(field.name == "company_id" for field in named):
            self.check_access("read")

    def _is_naming_field(self, field):
        return (
            field.type in _NAMING_TYPES
            and field.store
            and not field.compute
            and field.name not in LOG_ACCESS_COLUMNS
            and self._is_kept_field(field)
        )

    def onchange(self, values, field_names, fields_spec):
        if not self.env.su and (self._is_of_portal_suite() or self._is_kept_in_portal):
            self._check_named_values({**self._get_default_names(), **values})
        return super().onchange(values, field_names, fields_spec)

    def _get_default_names(self):
        return {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }

    def _check_named_values(self, values):
        """Refuse values of an unsaved form by which a user would name what they may not read.

        :param dict values: as clients send them; what is malformed is left to core
        :raise AccessError: one of the records is not the current user's to know
        """
        for name, value in values.items():
            field = self._fields.get(name)
            if not field or not value:
                continue
            if field.type == "reference":
                res_model, _separator, res_id = str(value).partition(",")
                if res_model in self.env:
                    self._check_named_ids(res_model, [res_id])
            elif field.type == "many2one":
                is_pair = isinstance(value, (list, tuple))
                self._check_named(field.comodel_name, value[:1] if is_pair else [value])
            elif field.type in ("one2many", "many2many"):
                is_list = isinstance(value, (list, tuple))
                self._check_named(field.comodel_name, value if is_list else [value])

        for name, field in self._fields.items():
            if field.type == "many2one_reference" and (
                {name, field.model_field} & values.keys()
            ):
                # what is not sent stays
                res_model = values.get(field.model_field, self[:1][field.model_field])
                if isinstance(res_model, str) and res_model in self.env:
                    res_id = values.get(name, self[:1][name])
                    self._check_named_ids(res_model, [res_id])

    def _check_named(self, res_model, named):
        """Check what names records of a model: ids, values of new records, or commands."""
        for each in named:
            if isinstance(each, dict):
                self._check_named_ids(res_model, [each.get("id")])
                self.env[res_model]._check_named_values(each)
            elif isinstance(each, (list, tuple)):
                self._check_named_command(res_model, *[*each, None, None, None][:3])
            else:
                self._check_named_ids(res_model, [each])

    def _check_named_command(self, res_model, code, record_id, value):
        if code in (Command.LINK, Command.UPDATE):
            self._check_named_ids(res_model, [record_id])
        if code == Command.SET and isinstance(value, (list, tuple)):
            self._check_named_ids(res_model, value)
        if code in (Command.CREATE, Command.UPDATE) and isinstance(value, dict):
            self.env[res_model]._check_named_values(value)

    def _check_named_ids(self, res_model, ids):
        """Check ids as core and PostgreSQL read them, who take ``+7`` and ``"7"`` for 7."""
        numbers = []
        for id_ in filter(None, ids):
            with contextlib.suppress(OverflowError, TypeError, ValueError):
                numbers.append(int(id_))
        self.env[res_model].browse(numbers).exists().check_access("read")
