import contextlib
from collections import defaultdict

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tools import SQL, OrderedSet

from ..tools.sorting import sort_title

#: Fields that name one record.
_NAMING_TYPES = frozenset({"many2one", "reference"})
#: Fields by which records are looked up.
_TITLES = frozenset({"complete_name", "name", "origin_name"})
#: What core gives people outside a form of: tasks of projects that are shared with them.
_EDITED_BY_OUTSIDERS = frozenset({"project.task"})
_RELATIONAL_TYPES = _NAMING_TYPES | {"one2many", "many2many"}


def _read_ids(values):
    """Return numbers as core and PostgreSQL read ids, who take ``+7`` and ``"7"`` for 7."""
    numbers = OrderedSet()
    for value in filter(None, values):
        with contextlib.suppress(OverflowError, TypeError, ValueError):
            numbers.add(int(value))
    return numbers


class Base(models.AbstractModel):
    """What clients may say of the suite's records and learn from them, by whatever door.

    Odoo's generic methods (``write``, ``web_save``, ``onchange``, grouping ...) are doors to each
    model. Here and not in each model: a new model, or a new field on a model of others, is kept
    from its first day. Nothing changes for models and fields that are not the suite's, but that a
    search looks behind all relations with the rights of who asks.
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

    @api.model
    def _is_kept(self):
        """Tell whether the model is the suite's, or is kept like its own."""
        return self._is_kept_in_portal or self._is_of_portal_suite()

    def _is_kept_field(self, field):
        """Tell whether a field is the suite's, or of a model that is kept like its own."""
        return self._is_kept() or (field._module or "").startswith("customer_portal_")

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
        return name in _TITLES and self._is_kept() and self._fields[name].type == "char"

    @api.model
    def _sort_title(self, column):
        collation = self.env["res.lang"]._get_portal_collation(self.env.lang)
        return sort_title(column, collation)

    # -- records that are named: Odoo tells the name of each to who has written its id

    def _validate_fields(self, field_names, excluded_names=()):
        # core names each once for each new record
        field_names = list(dict.fromkeys(field_names))
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
            and not (field.compute and field.readonly)
            and field.name not in LOG_ACCESS_COLUMNS
            and self._is_kept_field(field)
        )

    def onchange(self, values, field_names, fields_spec):
        if not self.env.su:
            self._check_named_values({**self._get_context_defaults(), **values})
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if self.env.su or not defaults:
            return defaults
        said = self._get_context_defaults()
        if asked := {name: defaults[name] for name in said if name in defaults}:
            self._check_named_values(asked)
        # what somebody keeps for oneself may be theirs to know no more
        for name in self.env["ir.default"]._get_model_defaults(self._name):
            if name in defaults and name not in said:
                named = self._get_named({name: defaults[name]})
                if not all(records.has_access("read") for records in named):
                    del defaults[name]
        return defaults

    def _get_context_defaults(self):
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
        for records in self._get_named(values):
            records.check_access("read")

    def _get_named(self, values):
        """Return what must be the user's to read for these values to be taken.

        :param dict values: of an unsaved form, as clients send them
        :return: list of recordsets, without what these records name already
        """
        named = []
        for name, value in values.items():
            field = self._fields.get(name)
            if not field or not value:
                continue
            if field.type == "reference":
                res_model, _separator, res_id = str(value).partition(",")
                if res_model in self.env:
                    named += self._get_named_by_ids(res_model, [res_id], name)
            elif field.type == "many2one":
                is_pair = isinstance(value, (list, tuple))
                value = value[:1] if is_pair else [value]
                named += self._get_named_by(field, value)
            elif field.type in ("one2many", "many2many"):
                is_list = isinstance(value, (list, tuple))
                named += self._get_named_by(field, value if is_list else [value])
        for field in self._fields.values():
            if field.type == "many2one_reference":
                named += self._get_named_by_pair(field, values)
        return named

    def _get_named_by_pair(self, field, values):
        """Return what the fields of a model and of an id name together."""
        model_field = self._fields[field.model_field]
        # activities know the model by its record
        root = (model_field.related or "").partition(".")[0]
        if not {field.name, model_field.name, root} & values.keys():
            return []
        record_sudo = self.sudo()[:1]  # sudo: any model - what is not sent stays
        if root in values:
            # sudo: any model - which model a value stands for; nothing is saved
            res_model = self.sudo().new({root: values[root]})[model_field.name]
        elif model_field.name in values:
            res_model = values[model_field.name]
        elif record_sudo:
            res_model = record_sudo[model_field.name]
        else:
            # sudo: any model - the name of a model alone
            defaults = self.sudo().default_get([model_field.name])
            res_model = defaults.get(model_field.name)
        if not isinstance(res_model, str) or res_model not in self.env:
            return []
        res_id = values.get(field.name, record_sudo[field.name])
        if record_sudo and res_model != record_sudo[model_field.name]:
            record_sudo = record_sudo.browse()
        return self.browse(record_sudo.ids)._get_named_by_ids(
            res_model, [res_id], field.name
        )

    def _get_named_by(self, field, value):
        """Return what names records in a relation: ids, values of new records, or commands."""
        named, Comodel = [], self.env[field.comodel_name]
        for each in value:
            code, res_id, vals = Command.LINK, each, None
            if isinstance(each, dict):
                code, res_id, vals = Command.UPDATE, each.get("id"), each
            elif isinstance(each, (list, tuple)):
                code, res_id, vals = [*each, None, None, None][:3]
            ids = [res_id] if code in (Command.LINK, Command.UPDATE) else []
            if code == Command.SET and isinstance(vals, (list, tuple)):
                ids = vals
            named += self._get_named_by_ids(Comodel._name, ids, field.name)
            if code in (Command.CREATE, Command.UPDATE) and isinstance(vals, dict):
                named += Comodel.browse(_read_ids(ids))._get_named(vals)
        return named

    def _get_named_by_ids(self, res_model, ids, name):
        """Return records of these ids.

        :param str name: of the field; what it holds in these records already is nothing new
        """
        if not self._is_asked_before_naming(res_model):
            return []
        records = self.env[res_model].browse(_read_ids(ids))
        if self and records and not self._is_kept():
            records = records.browse(
                set(records.ids) - self._get_held_ids(res_model, name)
            )
        records = records.exists()
        return [records] if records else []

    def _get_held_ids(self, res_model, name):
        """Return the ids of a model that a field of these records holds, if they are to be read."""
        if not self.has_access("read"):
            return set()
        held = self.sudo().mapped(name)  # sudo: any model - the ids alone
        if isinstance(held, models.BaseModel):
            return set(held.ids if held._name == res_model else ())
        return set(held)

    def _is_asked_before_naming(self, res_model):
        """Tell whether one must be able to read records of a model to name them in a form of this.

        Staff in the suite's models, and the suite's records in others'. People outside name
        nothing they may not read: core lets them make messages, filters and dialogs of their own.
        """
        return (
            res_model == "mail.message"
            or self._is_kept()
            or self.env[res_model]._is_kept()
            or (self.env.user.share and self._name not in _EDITED_BY_OUTSIDERS)
        )

    # -- searches: what is behind a relation is looked up with the rights of who asks

    @api.model
    def _search(self, domain, *args, **kwargs):
        return super()._search(self._guard_domain(domain), *args, **kwargs)

    @api.model
    def _guard_domain(self, domain, is_run_by_server=False):
        """Return a domain that finds the same, and tells nothing that its user may not read.

        Behind some relations core looks with all rights, whatever the path asks: one that is
        searched by a method, as followers are, or any of a file. Letter by letter, a client's domain
        would tell the key of a document. Such a path is cut: what is behind is looked up before.

        :param domain: as :meth:`search` takes it
        :param bool is_run_by_server: whether core runs all of it with all rights
        :return: :class:`odoo.fields.Domain`
        :raise AccessError: it asks for a field that is not the user's to read
        """
        domain = Domain(domain)
        if self.env.su:
            return domain

        def guard(condition):
            return self._guard_condition(condition, is_run_by_server)

        # as it is, unless a path is cut: core keeps what it has made of it
        guarded = domain.map_conditions(guard)
        return domain if guarded == domain else guarded

    def _guard_condition(self, condition, is_run_by_server):
        name, operator = condition.field_expr.partition(".")[0], condition.operator
        field = self._fields.get(name)
        if name == "id" and operator in ("any", "not any"):
            if not isinstance(condition.value, (Domain, list, tuple)):
                return condition
            # of the same records
            domain = self._guard_domain(condition.value, is_run_by_server)
            return domain if operator == "any" else ~domain
        if not field:
            return condition
        # core asks this of what it looks up in a column as the user
        if (field.search or is_run_by_server) and self._is_kept_field(field.base_field):
            self._check_field_access(field, "read")
        if not field.relational:
            return condition

        def cut(part):
            return self._cut_path(part, is_run_by_server)

        # as core reads it: paths and names are what is behind a relation
        asked = condition.optimize(self)
        guarded = asked.map_conditions(cut)
        return condition if guarded == asked else guarded

    def _cut_path(self, condition, is_run_by_server):
        operator, behind = condition.operator, condition.value
        if operator not in ("any", "not any") or not isinstance(behind, Domain):
            return condition
        field = self._fields[condition.field_expr]
        Comodel = self.env[field.comodel_name]
        guarded = Comodel._guard_domain(behind)
        if not (is_run_by_server or self._is_followed_by_server(field)):
            return (
                condition
                if guarded == behind
                else Domain(field.name, operator, guarded)
            )
        # archived ones as core would
        end = field.base_field
        while end.related:
            end = end.related_field.base_field
        is_active = end.type != "many2one" and end.store
        found = Comodel.with_context(**field.context)._search(
            guarded, active_test=is_active
        )
        operator = "in" if operator == "any" else "not in"
        return Domain(field.name, operator, found.get_result_ids())

    def _is_followed_by_server(self, field):
        """Tell whether core looks with all rights for what is behind a relation."""
        if field.base_field.search:
            return True
        # who may read a message is asked in its own search alone, which core passes by
        return field.comodel_name == "mail.message" and self.env.user.share

    # -- definitions of properties

    def get_property_definition(self, full_name):
        # core asks for the model alone
        if field := self._fields.get(str(full_name).partition(".")[0]):
            self._check_field_access(field, "read")
        return super().get_property_definition(full_name)
