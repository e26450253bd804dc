"""Nobody learns what a record is called by naming it in a form, however the form is made to name it.

Odoo tells the name of a record to whoever has put its id into a form, if unsaved: as a value, as a
default in a context, as one that people keep for themselves, in a line, as a model and an id. The
models, their fields and their lines come from Odoo's registry, those of others' models included.
"""

import door_rows
from door_case import DoorCase
from door_samples import FOREIGN, MARK

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

NAME = {"fields": {"display_name": {}}}
#: All that a client may ask to be told with the name of a contact.
DETAILS = {
    "partner_show_db_id": 1,
    "show_address": 1,
    "show_email": 1,
    "show_vat": 1,
}
#: People outside are given forms of these by core (REQ 11.7: customers of a shared project).
EDITED_BY_OUTSIDERS = ("project.task",)
STREET = "Hidden Street"


@tagged("-at_install", "post_install")
class TestNameDoors(DoorCase):
    """REQ 11.7: what is not theirs to read cannot be named, so Odoo does not tell its name."""

    def setUp(self):
        super().setUp()
        loggers = ("odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
        self.enterContext(mute_logger(*loggers))
        self.kept = [*self._get_our_models(), *door_rows.KEPT_WHOLE]

    def _get_refused(self, field):
        """Return the sample that a field may name, and the roles that may not read it."""
        target = self.samples.get(field.comodel_name)
        if not target or field.comodel_name not in (*self.kept, "mail.message"):
            return None, []
        roles = ("abroad", "document_user", "staff", "stranger", "owner")
        refused = [role for role in roles if not self._may_read(role, target)]
        return target, refused

    def _may_read(self, role, record):
        return self._as(role, record).has_access("read")

    def _may_create(self, role, model):
        return self._as(role, self.env[model]).has_access("create")

    def _get_relations(self, *types):
        """Yield the relations of all models that have forms."""
        for model in self.env.registry.values():
            if not model._abstract:
                for field in self.env[model._name]._fields.values():
                    if field.type in types and field.name not in ("id", "create_uid"):
                        yield field

    def _assert_untold(self, role, model, *args, mark=MARK, **kwargs):
        text, _wrote = self._call(role, self.env[model], "onchange", *args, **kwargs)
        self.assertNotIn(mark, text, (role, model, args, kwargs))

    def test_by_a_value_or_a_default(self):
        found = 0
        for field in self._get_relations("many2one"):
            model, spec = field.model_name, {field.name: NAME}
            target, roles = self._get_refused(field)
            for role in roles:
                if not self._may_create(role, model):
                    continue
                found += 1
                said = {field.name: target.id}
                with self.subTest(field=str(field), role=role):
                    self._assert_untold(role, model, said, [], spec)
                    self._assert_untold(role, model, said, [field.name], spec)
                    context = {f"default_{field.name}": target.id}
                    self._assert_untold(role, model, {}, [], spec, context=context)
        self.assertGreater(found, 40, "the introspection finds them")

    def test_by_saving(self):
        for name in self.kept:
            sample = self.samples[name]
            for field in sample._fields.values():
                if field.type != "many2one" or not field.store:
                    continue
                target, roles = self._get_refused(field)
                for role in ("manager", *roles) if target else ():
                    if self._may_read(role, target):
                        continue
                    for record in (sample, sample.browse()):
                        with self.subTest(field=str(field), role=role):
                            said = {field.name: target.id}
                            text, _wrote = self._call(
                                role, record, "web_save", said, {field.name: NAME}
                            )
                            self.assertNotIn(MARK, text)

    def test_a_ticket_is_moved_into_no_binder_that_is_not_read(self):
        """REQ I-1: what is computed and may be edited names a record as well"""
        team = self.samples["helpdesk.ticket.team"].copy({"name": f"Other {MARK}"})
        team.company_id = self.roles["abroad"].company_id
        ticket = self.samples["helpdesk.ticket"]
        said = {"team_id": team.id}
        text, _wrote = self._call(
            "manager", ticket, "web_save", said, {"team_id": NAME}
        )
        self.assertEqual(text, "", "refused")

    def test_by_a_default_of_a_line(self):
        """The lines of a form ask for their defaults themselves, as deep as they are."""
        found = 0
        for lines in self._get_relations("one2many", "many2many"):
            Line = self.env[lines.comodel_name]
            for field in Line._fields.values():
                if field.type != "many2one" or Line._abstract:
                    continue
                target, roles = self._get_refused(field)
                for role in roles:
                    if not self._may_create(role, lines.model_name):
                        continue
                    found += 1
                    values = {lines.name: [[Command.CREATE, "virtual_1", {}]]}
                    context = {f"default_{field.name}": target.id}
                    for outer, inner in ((context, {}), ({}, context)):
                        spec = {"fields": {field.name: NAME}, "context": inner}
                        with self.subTest(
                            lines=str(lines), field=str(field), role=role
                        ):
                            self._assert_untold(
                                role,
                                lines.model_name,
                                dict(values),
                                [],
                                {lines.name: spec},
                                context=outer,
                            )
        self.assertGreater(found, 40, "the introspection finds them")

    def test_by_a_default_that_one_keeps(self):
        found = 0
        for name in self.kept:
            for field in self.env[name]._fields.values():
                if field.type != "many2one" or not field.store:
                    continue
                target, roles = self._get_refused(field)
                for role in roles:
                    user = self.roles[role]
                    if not user._is_internal() or not self._may_create(role, name):
                        continue
                    found += 1
                    default = self.env["ir.default"].create(
                        {
                            "field_id": self.env["ir.model.fields"]
                            ._get(name, field.name)
                            .id,
                            "user_id": user.id,
                            "json_value": str(target.id),
                        }
                    )
                    with self.subTest(field=str(field), role=role):
                        self._assert_untold(role, name, {}, [], {field.name: NAME})
                    default.unlink()
        self.assertGreater(found, 5, "the introspection finds them")

    def test_a_default_of_what_one_may_read_stays(self):
        folder = self.env["customer.portal.folder"].create({"name": "Contracts"})
        Document = self.env["customer.portal.document"].with_user(self.document_user)
        model, name = Document._name, "folder_id"
        Default = self.env["ir.default"].with_user(self.document_user)
        Default.set(model, name, folder.id, user_id=True)
        self.assertEqual(Document.default_get([name]), {name: folder.id})
        folder.company_id = self.roles["abroad"].company_id
        self.env.flush_all()
        self.assertEqual(Document.default_get([name]), {}, "it is not today")

    def test_by_a_model_and_an_id(self):
        """Core tells the name of what messages, activities and ratings are about."""
        found = 0
        for pair in self._get_relations("many2one_reference"):
            model = pair.model_name
            Model = self.env[model]
            model_field = Model._fields[pair.model_field]
            texts = ("char", "text", "html")
            spec = {f.name: {} for f in Model._fields.values() if f.type in texts}
            for name in self.kept:
                target = self.samples[name]
                said = {pair.name: target.id, model_field.name: name}
                if model_field.related:
                    root = model_field.related.partition(".")[0]
                    said = {
                        pair.name: target.id,
                        root: self.env["ir.model"]._get_id(name),
                    }
                defaults = {f"default_{key}": value for key, value in said.items()}
                for role in ("abroad", "staff", "stranger", "owner"):
                    if self._may_read(role, target) or not self._may_create(
                        role, model
                    ):
                        continue
                    found += 1
                    with self.subTest(field=str(pair), role=role, target=name):
                        self._assert_untold(role, model, dict(said), [], spec)
                        self._assert_untold(role, model, dict(said), [pair.name], spec)
                        self._assert_untold(role, model, {}, [], spec, context=defaults)
        self.assertGreater(found, 40, "the introspection finds them")

    def test_people_outside_name_nobody(self):
        """Core lets them make messages, filters and dialogs of their own."""
        partner = self.private.partner_id
        partner.write({"street": STREET, "email": "hidden@example.com"})
        found = 0
        for field in self._get_relations("many2one"):
            model = field.model_name
            targets = {
                "res.company": self.roles["abroad"].company_id,
                "res.partner": partner,
                "res.users": self.private,
            }
            target = targets.get(field.comodel_name)
            if not target or model in EDITED_BY_OUTSIDERS:
                continue
            for role in ("stranger", "owner"):
                if not self._may_create(role, model):
                    continue
                found += 1
                with self.subTest(field=str(field), role=role):
                    said, spec = {field.name: target.id}, {field.name: NAME}
                    for context in ({}, DETAILS):
                        self._assert_untold(
                            role, model, said, [], spec, mark=FOREIGN, context=context
                        )
        self.assertGreater(found, 5, "the introspection finds them")
        # core lets all people write their own user
        said = {"company_id": self.roles["abroad"].company_id.id}
        text, _wrote = self._call(
            "owner", self.owner, "onchange", said, [], {"company_id": NAME}
        )
        self.assertNotIn(FOREIGN, text)

    def test_a_name_is_all_that_people_outside_are_told_of_others(self):
        """REQ 11.7: what a client's context asks for with it is not for them"""
        author = self.roles["staff"].partner_id
        author.write({"street": STREET, "email": "hidden@example.com"})
        document = self.samples["customer.portal.document"]
        message = document.message_post(
            body="Public",
            author_id=author.id,
            subtype_xmlid="mail.mt_comment",
            message_type="comment",
        )
        doors = {
            "read": {"fields": ["author_id"]},
            "web_read": {"specification": {"author_id": {**NAME, "context": DETAILS}}},
            "search_read": {
                "domain": [("id", "=", message.id)],
                "fields": ["author_id"],
            },
            "formatted_read_group": {
                "domain": [("id", "=", message.id)],
                "groupby": ["author_id"],
            },
            "export_data": {"fields_to_export": ["author_id"]},
        }
        for method, kwargs in doors.items():
            with self.subTest(method=method):
                text, _wrote = self._call(
                    "owner", message, method, context=DETAILS, **kwargs
                )
                self.assertNotIn(STREET, text)
                self.assertNotIn("hidden@example.com", text)
                self.assertNotIn(f"({author.id})", text)
        text, _wrote = self._call("owner", message, "read", **doors["read"])
        self.assertIn(author.name, text, "they are told who wrote it")

    def test_pages_and_staff_name_addresses(self):
        partner = self.private.partner_id
        partner.write({"street": STREET, "email": "hidden@example.com"})
        widget = self.env["ir.qweb.field.contact"].with_user(self.owner)
        shown = widget.value_to_html(
            partner.with_user(self.owner), {"fields": ["name", "address"]}
        )
        self.assertIn(STREET, shown)
        own = self.owner.partner_id.with_user(self.owner).with_context(show_email=1)
        own.sudo().email = "own@example.com"  # sudo: customers do not write contacts
        self.assertIn("own@example.com", own.display_name)
        of_staff = partner.with_user(self.roles["staff"]).with_context(show_email=1)
        self.assertIn("hidden@example.com", of_staff.display_name)
        of_outsider = partner.with_user(self.owner).sudo().with_context(show_email=1)
        self.assertNotIn("hidden@example.com", of_outsider.display_name)

    def test_a_file_is_not_read_by_where_it_is_kept(self):
        """REQ 11.7: who once saw its checksum would keep it for ever"""
        attachment = self.samples["ir.attachment"].sudo()
        attachment.raw = MARK.encode()
        self.assertTrue(attachment.store_fname)
        for role in ("abroad", "staff", "document_user"):
            for name in ("store_fname", "db_datas"):
                said = {"type": "binary", name: attachment.store_fname}
                with self.subTest(role=role, name=name):
                    text, _wrote = self._call(
                        role,
                        attachment.browse(),
                        "onchange",
                        said,
                        [],
                        {"raw": {}, "datas": {}},
                    )
                    self.assertEqual(text, "", "refused")

    def test_definitions_of_properties_are_told_with_the_properties(self):
        team = self.samples["helpdesk.ticket.team"]
        field = self.env["helpdesk.ticket"]._fields.get("properties")
        definition = {"name": "abc123", "type": "char", "string": MARK}
        team[field.definition_record_field] = [definition]
        ticket = self.samples["helpdesk.ticket"]
        name = "properties.abc123"
        text, _wrote = self._call("owner", ticket, "get_property_definition", name)
        self.assertNotIn(MARK, text)
        text, _wrote = self._call("manager", ticket, "get_property_definition", name)
        self.assertIn(MARK, text)
