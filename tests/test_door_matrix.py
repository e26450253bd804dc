"""Nobody reaches by Odoo's generic doors what our pages keep shut: every model, door and role.

The models and their public methods come from Odoo's registry. A model of ours without a row in
:data:`door_rows.RIGHTS` fails the build, and so does a public method of ours without one in
:data:`door_rows.METHODS`: who adds one says here who may do what. Each method, Odoo's own ones
included, is then called as each role. Who may not read a record must not get a word of it; who
may not change it must have written nothing.
"""

import inspect

import door_rows
from door_case import DoorCase
from door_samples import FOREIGN, MARK

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("-at_install", "post_install")
class TestDoorMatrix(DoorCase):
    def test_every_model_of_ours_has_a_row(self):
        rows = set(door_rows.RIGHTS)
        self.assertEqual(set(self._get_our_models()) - rows, set())
        self.assertEqual(rows - set(self.samples), set())

    def test_every_public_method_of_ours_has_a_row(self):
        rows = {
            (name, method)
            for name, methods in door_rows.METHODS.items()
            for method in methods
        }
        ours = {
            (name, method)
            for name in self.env.registry
            if not self.env[name]._abstract
            for method, is_ours in self._get_public_methods(self.env[name]).items()
            if is_ours
            and method not in door_rows.EVERYWHERE
            # of all discussions: tried as Odoo's own doors are
            and not method.startswith("message_")
        }
        self.assertEqual(ours, rows)

    def test_every_abstract_model_of_ours_has_a_row(self):
        """A new mixin is a new door of each model that inherits it."""
        found = {
            name: tuple(
                method
                for method, is_ours in self._get_public_methods(self.env[name]).items()
                if is_ours
                and method not in door_rows.EVERYWHERE
                and not method.startswith("message_")
            )
            for name in self._get_our_abstract_models()
        }
        self.assertEqual(found, door_rows.ABSTRACT)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def test_no_abstract_model_tells_or_writes(self):
        """Core asks for no right to a model without records."""
        for name, methods in door_rows.ABSTRACT.items():
            for method in methods:
                # the other members of staff may open such dialogs
                for role in (*door_rows.CUSTOMERS, "staff"):
                    with self.subTest(model=name, method=method, role=role):
                        record = self.env[name].browse()
                        text, wrote = self._call(role, record, method)
                        self.assertFalse(wrote)
                        self.assertNotIn(MARK, text)

    def test_each_role_has_the_rights_in_the_table(self):
        for name, row in door_rows.RIGHTS.items():
            letters = row.split()
            self.assertEqual(len(letters), len(self.roles), name)
            for role, expected in zip(self.roles, letters, strict=True):
                with self.subTest(model=name, role=role):
                    record = self._as(role, self.samples[name])
                    self.env.invalidate_all()
                    rights = "".join(
                        letter
                        for letter, operation in OPERATIONS.items()
                        if record.has_access(operation)
                    )
                    self.assertEqual(rights or "-", expected)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def test_no_public_method_gives_more_than_the_rights(self):
        # no subtests: reporting 20 000 of them takes longer than the calls
        faults = []
        for name, row in door_rows.RIGHTS.items():
            rights = dict(zip(self.roles, row.split(), strict=True))
            record = self.samples[name]
            for method in self._get_public_methods(self.env[name]):
                if method not in door_rows.SKIPPED:
                    for role, letters in rights.items():
                        fault = self._get_fault(record, method, role, letters)
                        if fault:
                            faults.append(f"{name}.{method} as {role}: {fault}")
        self.assertFalse(faults, "\n".join(faults))

    def _get_fault(self, record, method, role, letters):
        """Return what is wrong with what a role can do by a method, or None."""
        args, kwargs = self._get_arguments(role, record, method)
        text, wrote = self._call(role, record, method, *args, **kwargs)
        if role in door_rows.CUSTOMERS and FOREIGN in text:
            return f"names another customer: {text[:500]}"
        if "r" not in letters and MARK in text:
            return f"tells: {text[:500]}"
        if not wrote or method == "load" and '"ids": false' in text:
            return None
        if self._as(role, record.browse()).has_access("create"):
            letters += "c"
        if not door_rows.may_write(role, record._name, method, letters):
            return f"writes: {text[:500]}"
        return None

    def _get_arguments(self, role, record, method):
        """Return what to call a method with: something of use for each name of a parameter."""
        function = getattr(type(record), method)
        parameters = list(inspect.signature(function).parameters.values())[1:]
        known = door_rows.get_arguments(self.partner_ids[role], record, method)
        args, kwargs = [], {}
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if parameter.name in known:
                kwargs[parameter.name] = known[parameter.name]
            elif parameter.default is parameter.empty:
                kwargs[parameter.name] = None
        return args, kwargs

    # -- fields that are hidden

    def test_customers_read_no_field_of_ours_on_models_of_others_without_a_row(self):
        """REQ 11.7: what customers may read of a model, they read of each field without groups."""
        found = {}
        for role in door_rows.CUSTOMERS:
            for name in set(self.env.registry) - set(self._get_our_models()):
                model = self._as(role, self.env[name].browse())
                if model._abstract or not model.has_access("read"):
                    continue
                for field in model._fields.values():
                    is_ours = field._modules and all(
                        module.startswith("customer_portal_")
                        for module in field._modules
                    )
                    if is_ours and model._has_field_access(field, "read"):
                        found.setdefault(name, set()).add(field.name)
        self.assertEqual(found, door_rows.OPEN_FIELDS)

    def _get_hidden_fields(self, role, record):
        """Yield the stored fields that a role must not know of."""
        record = self._as(role, record)
        for field in record._fields.values():
            if field.store and not record._has_field_access(field, "read"):
                yield field

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def test_hidden_fields_are_refused_in_grouping_sorting_searching_and_export(self):
        for name, record in self.samples.items():
            if not door_rows.RIGHTS[name].split()[3].startswith("r"):
                continue
            for field in self._get_hidden_fields("owner", record):
                if field.type in ("properties", "properties_definition"):
                    continue
                path = field.name
                if field.type in ("date", "datetime"):
                    path += ":month"
                for method, kwargs in {
                    "read_group": {
                        "domain": [],
                        "fields": [],
                        "groupby": [path],
                    },
                    "formatted_read_group": {"domain": [], "groupby": [path]},
                    "web_read_group": {"domain": [], "groupby": [path]},
                    "search_read": {"domain": [], "order": field.name},
                    "search": {"domain": [(field.name, "!=", False)]},
                    "read": {"fields": [field.name]},
                    "web_read": {"specification": {field.name: {}}},
                    "web_search_read": {
                        "domain": [],
                        "specification": {field.name: {}},
                    },
                    "export_data": {"fields_to_export": [field.name]},
                }.items():
                    if not hasattr(type(record), method):
                        continue
                    if method == "search_read" and field.type in (
                        "one2many",
                        "many2many",
                    ):
                        continue
                    with self.subTest(model=name, field=field.name, method=method):
                        text, _wrote = self._call("owner", record, method, **kwargs)
                        self.assertIn(text, ("", "[]", '{"datas": [[""]]}'))

    # -- names that are told

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def test_no_relation_tells_a_customer_a_name_of_others(self):
        for name, record in self.samples.items():
            for field in record._fields.values():
                if not field.relational and field.type != "reference":
                    continue
                spec = {field.name: {"fields": {"display_name": {}}}}
                doors = {
                    "read": {"fields": [field.name]},
                    "web_read": {"specification": spec},
                    "web_search_read": {"domain": [], "specification": spec},
                    "search_read": {"domain": [], "fields": [field.name]},
                    "formatted_read_group": {"domain": [], "groupby": [field.name]},
                    "export_data": {"fields_to_export": [field.name]},
                }
                for method, kwargs in doors.items():
                    with self.subTest(model=name, field=field.name, method=method):
                        text, _wrote = self._call("owner", record, method, **kwargs)
                        self.assertNotIn(FOREIGN, text)

    # -- values that the server keeps

    def _get_kept_fields(self, readonly=True):
        """Yield the stored fields that are computed and not for editing, ours on others' models too.

        :param bool readonly: False for those that people may write over
        """
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract:
                continue
            ours = name in self._get_our_models() or name in door_rows.KEPT_WHOLE
            for field in model._fields.values():
                is_ours = ours or (field._module or "").startswith("customer_portal_")
                if is_ours and field.store and field.compute:
                    if bool(field.readonly) == readonly:
                        yield field

    def test_the_server_s_values_are_written_by_no_client(self):
        """REQ 11.7: rules and lists rely on what is computed and stored."""
        found = 0
        for field in self._get_kept_fields():
            found += 1
            record = self.samples[field.model_name]
            for role in self.roles:
                for vals in ({field.name: 1}, {field.name: False}):
                    record_as = self._as(role, record)
                    with self.subTest(field=str(field), role=role), self._undone():
                        for attempt in (
                            lambda r=record_as, v=vals: r.write(v),
                            lambda r=record_as, v=vals: r.create([v]),
                            lambda r=record_as, v=vals: r.web_save(v, {}),
                            lambda r=record_as, v=vals: r.browse().web_save(v, {}),
                        ):
                            with self.assertRaises(AccessError):
                                attempt()
        self.assertGreater(found, 8, "the introspection finds them")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_computed_values_for_editing_are_written_by_who_may(self):
        """REQ 11.7"""
        found = 0
        for field in self._get_kept_fields(readonly=False):
            letters = door_rows.RIGHTS[field.model_name].split()
            record = self.samples[field.model_name]
            for role, rights in zip(self.roles, letters, strict=True):
                if "w" in rights:
                    continue
                found += 1
                for value in (1, False):
                    record_as = self._as(role, record)
                    with self.subTest(field=str(field), role=role), self._undone():
                        with self.assertRaises(AccessError):
                            record_as.write({field.name: value})
                        with self.assertRaises(AccessError):
                            record_as.web_save({field.name: value}, {})
        self.assertGreater(found, 8, "the introspection finds them")

    def test_no_record_is_moved_to_a_company_of_others(self):
        foreign = self.roles["abroad"].company_id
        moved = 0
        for name in [*self._get_our_models(), *door_rows.KEPT_WHOLE]:
            field = self.env[name]._fields.get("company_id")
            if not field or not field.store or field.compute:
                continue
            record = self._as("manager", self.samples[name])
            if not record.has_access("write"):
                continue
            moved += 1
            with self.subTest(model=name), self._undone():
                with self.assertRaises(AccessError):
                    record.write({"company_id": foreign.id})
        self.assertGreater(moved, 2)

    # -- dialogs

    def test_a_dialog_is_its_creator_s(self):
        """REQ 11.7: no colleague changes what another is about to send."""
        names = [name for name in self._get_our_models() if self.env[name]._transient]
        self.assertGreater(len(names), 2)
        for name in names:
            with self.subTest(model=name):
                creator, other = "document_user", "manager"
                if name in door_rows.OF_MANAGERS:
                    creator, other = other, creator
                record = self._as(other, self.samples[name])
                if other == "manager":
                    self.assertFalse(record.search([("id", "in", record.ids)]))
                for operation in OPERATIONS.values():
                    if operation != "create":
                        self.assertFalse(record.has_access(operation))
                own = self._as(creator, self.samples[name])
                self.assertTrue(own.has_access("write"))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_dialogs_of_others_that_let_customers_in_are_their_creator_s(self):
        """REQ 11.7"""
        ticket = self.samples["helpdesk.ticket"]
        project, task = self.samples["project.project"], self.samples["project.task"]
        partner_ids = [Command.link(self.roles["owner"].partner_id.id)]
        wizard = self.env["portal.wizard"].create({})
        records = [
            wizard,
            self.env["portal.wizard.user"].create(
                {
                    "wizard_id": wizard.id,
                    "partner_id": self.roles["owner"].partner_id.id,
                }
            ),
            self.env["helpdesk.ticket.duplicate.wizard"].create(
                {"ticket_id": ticket.id, "duplicate_of_id": ticket.duplicate_id.id}
            ),
            self.env["mail.followers.edit"].create(
                {"res_model": project._name, "partner_ids": partner_ids}
            ),
            *(
                self.env[name]
                .with_context(active_model=record._name, active_id=record.id)
                .create(
                    {
                        "res_model": record._name,
                        "res_id": record.id,
                        "partner_ids": partner_ids,
                    }
                )
                for name, record in (
                    ("portal.share", task),
                    ("project.share.wizard", project),
                    ("task.share.wizard", task),
                )
            ),
        ]
        creator, other = (
            self._create_staff(
                f"test_{name}",
                "base.group_partner_manager",
                "project.group_project_manager",
                "helpdesk_mgmt.group_helpdesk_manager",
            )
            for name in ("creator", "other")
        )
        for record in records:
            self.env.flush_all()
            self.env.cr.execute(
                f"UPDATE {record._table} SET create_uid = %s WHERE id = %s",
                [creator.id, record.id],
            )
            self.env.invalidate_all()
            for operation in ("read", "write"):
                with self.subTest(model=record._name, operation=operation):
                    self.assertTrue(record.with_user(creator).has_access(operation))
                    self.assertFalse(record.with_user(other).has_access(operation))
