"""What a domain asks is asked with the rights of who asks, whatever relations it follows.

Core follows some relations with all rights. A client's domain behind one would tell of anything in
the database, letter by letter. Which relations they are, the registry says.
"""

from contextlib import suppress

from door_case import DoorCase

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

ROLES = ("visitor", "stranger", "owner", "staff", "abroad")
#: No role may read it; each record has somebody who created it, and they have one.
SECRET = "create_uid.portal_session_key"
#: As well, and nothing of the suite's.
SECRET_OF_CORE = "create_uid.partner_id.signup_type"


@tagged("-at_install", "post_install")
class TestDomainDoors(DoorCase):
    """REQ X-1, X-5: nobody finds by what they may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = cls.samples["customer.portal.document"]
        cls.document._portal_ensure_token()
        cls._follow_everything()
        # what all would be found by
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE res_users SET portal_session_key = 'a'")
        cls.env.cr.execute("UPDATE res_partner SET signup_type = 'a'")

    @classmethod
    def _follow_everything(cls):
        """Let each thread have a follower, so that what is behind them is there to be found."""
        for record in (
            *cls.samples.values(),
            cls.staff.partner_id,
            cls.owner.partner_id,
        ):
            if "message_partner_ids" in record._fields:
                record.sudo().message_subscribe(partner_ids=cls.owner.partner_id.ids)

    def _is_there(self, model, path):
        """Tell whether there is anything to be found; not all relations are searched by all."""
        with suppress(TypeError, UserError):
            return bool(model.search_count([(path, "=", "a")], limit=1))
        return False

    def _get_hops(self, model):
        """Return the relations that core may follow with other rights than the user's."""
        for field in model._fields.values():
            is_followed = field.search or getattr(field, "bypass_search_access", False)
            if field.relational and (is_followed or model._name == "ir.attachment"):
                if "create_uid" in self.env[field.comodel_name]._fields:
                    yield field

    def _get_hidden(self, role):
        """Yield fields of the suite that a role may not read, and that are looked up by more than core's
        own reading of columns: by a method, or by the server.
        """
        for name, cls in self.env.registry.items():
            model = self._as(role, self.env[name])
            if cls._abstract or not model.has_access("read"):
                continue
            for field in model._fields.values():
                is_ours = model._is_kept_field(field.base_field)
                if (
                    field.search
                    and is_ours
                    and not model._has_field_access(field, "read")
                ):
                    yield name, field

    def _count(self, role, model, domain):
        """Return how many records a role finds, "" where it is refused."""
        return self._call(role, self.env[model], "search_count", domain=domain)[0]

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_no_relation_leads_to_what_is_hidden(self):
        there = 0
        for role in ROLES:
            for name in self.env.registry:
                model = self.env[name]
                readable = not model._abstract and self._as(role, model).has_access(
                    "read"
                )
                for field in self._get_hops(model) if readable else ():
                    for secret in (SECRET, SECRET_OF_CORE):
                        path = f"{field.name}.{secret}"
                        there += self._is_there(model, path)
                        self._check_hidden(role, name, path)
        self.assertGreater(there, 50)

    def _check_hidden(self, role, model, path):
        for operator, text in (("=like", "a%"), ("not like", "b")):
            with self.subTest(role=role, model=model, path=path):
                found = self._count(role, model, [(path, operator, text)])
                self.assertIn(found, ("", "0"))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_what_is_computed_and_hidden_is_not_found_by(self):
        hidden = 0
        for role in ROLES:
            for name, field in self._get_hidden(role):
                hidden += 1
                domain = [(field.name, "!=", False)]
                with self.subTest(role=role, field=str(field)):
                    self.assertEqual(self._count(role, name, domain), "")
        self.assertGreater(hidden, 20)

    def _find(self, role, model, base, path, text):
        return self._count(role, model, [*base, (path, "ilike", text)])

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_no_path_tells_of_a_document_or_a_note(self):
        project = self._create_project("Rope", self.owner)
        partner = self.owner.partner_id
        for record in (project, partner):
            record.message_post(
                subject="Zahlt nie", body="Zahlt nie", subtype_xmlid="mail.mt_note"
            )
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.stranger.partner_id.id}
        )
        move.line_ids.create(
            {"move_id": move.id, "name": "x", "price_unit": 5, "quantity": 1}
        )
        move.action_post()
        # a task of a project that the member of staff may not see
        hidden = self._create_project("Hidden", self.stranger)
        hidden.privacy_visibility = "followers"
        task = self.env["project.task"].create(
            {
                "name": "Nur intern",
                "project_id": hidden.id,
                "partner_id": self.owner.partner_id.id,
            }
        )
        task.message_post(body="Zahlt nie", subtype_xmlid="mail.mt_note")
        task._portal_ensure_token()
        self.assertFalse(task.with_user(self.staff).has_access("read"))
        tasks = "message_partner_ids.task_ids"
        of_project, of_partner = [("id", "=", project.id)], [("id", "=", partner.id)]
        of_invoice = [("move_id", "=", move.id)]
        documents = "portal_own_document_ids"
        of_all = f"create_uid.company_id.user_ids.partner_id.{documents}"
        account = f"search_account_id.{of_all}"
        name, key = self.document.name, self.document.access_token
        for role, model, base, path, there in (
            (
                "staff",
                "project.project",
                of_project,
                f"message_partner_ids.{documents}.name",
                name,
            ),
            (
                "staff",
                "project.project",
                of_project,
                f"message_partner_ids.{documents}.access_token",
                key,
            ),
            (
                "staff",
                "project.project",
                of_project,
                f"{tasks}.access_token",
                task.access_token,
            ),
            ("staff", "project.project", of_project, f"{tasks}.name", task.name),
            (
                "staff",
                "project.project",
                of_project,
                f"{tasks}.message_ids.body",
                "Zahlt nie",
            ),
            ("staff", "ir.attachment", [], f"{of_all}.name", name),
            ("stranger", "ir.attachment", [], f"{of_all}.name", name),
            ("stranger", "account.move.line", of_invoice, f"{account}.name", name),
            (
                "stranger",
                "account.move.line",
                of_invoice,
                f"{account}.access_token",
                key,
            ),
            ("owner", "project.project", of_project, "message_ids.body", "Zahlt nie"),
            ("owner", "res.partner", of_partner, "message_ids.body", "Zahlt nie"),
        ):
            with self.subTest(role=role, model=model, path=path):
                wrong = self._find(role, model, base, path, "not to be found")
                self.assertEqual(self._find(role, model, base, path, there), wrong)
                # with any, all of it in one condition
                first, _dot, rest = path.partition(".")
                nested = (first, "any", [(rest, "ilike", there)])
                for condition in (nested, ("id", "any", [nested])):
                    found = self._count(role, model, [*base, condition])
                    self.assertEqual(found, wrong)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_no_name_of_a_note_is_told(self):
        project, partner = (
            self._create_project("Rope", self.owner),
            self.owner.partner_id,
        )
        for record in (project, partner):
            record.message_post(
                subject="Zahlt nie", body="x", subtype_xmlid="mail.mt_note"
            )
            base = [("id", "=", record.id)]
            for operator, there, absent in (
                ("ilike", "Zahlt", "not to be found"),
                ("not ilike", "Zahlt", "not to be found"),
                ("=", "Zahlt nie", "not to be found"),
                ("in", ["Zahlt nie"], ["not to be found"]),
            ):
                with self.subTest(model=record._name, operator=operator):
                    found, missed = (
                        self._count(
                            "owner",
                            record._name,
                            [*base, ("message_ids", operator, value)],
                        )
                        for value in (there, absent)
                    )
                    self.assertEqual(found, missed)

    def test_what_one_may_read_is_found_by_as_ever(self):
        project = self._create_project("Rope", self.owner)
        partner, of_project = self.owner.partner_id, [("id", "=", project.id)]
        project.message_post(body="On Monday", subtype_xmlid="mail.mt_comment")
        for role, path, text in (
            ("staff", "message_partner_ids.name", partner.name),
            ("staff", "message_partner_ids.commercial_partner_id.name", "Brightwater"),
            ("staff", "message_ids.body", "On Monday"),
            ("owner", "message_ids.body", "On Monday"),
            (
                "document_user",
                "message_partner_ids.portal_own_document_ids.name",
                self.document.name,
            ),
        ):
            with self.subTest(role=role, path=path):
                found = self._find(role, project._name, of_project, path, text)
                self.assertEqual(found, "1")
                missed = [*of_project, (path, "not ilike", "not to be found")]
                self.assertEqual(self._count(role, project._name, missed), "1")

    def test_archived_records_are_found_by_where_core_finds_them(self):
        """What is related to several is as that is: without those that are archived."""
        issue = self.samples["helpdesk.ticket"]
        issue.team_id.user_ids = self.staff
        of_issue = [("id", "=", issue.id), ("user_ids", "any", [("id", "!=", 0)])]
        self.assertEqual(self._count("manager", issue._name, of_issue), "1")
        self.staff.active = False
        self.assertEqual(self._count("manager", issue._name, of_issue), "0")
