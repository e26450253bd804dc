import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.customer_portal_docs.tools.tables import write_table

from ...tools.people import MAX_LINES, read_people

#: The largest file, in bytes.
MAX_BYTES = 1_000_000


class CustomerPortalUserImport(models.TransientModel):
    """Invite many: a dry run says of each line what will happen, then it happens."""

    _name = "customer.portal.user.import"
    _description = "Invite Many Portal Users"

    text = fields.Text(string="People")
    file = fields.Binary(string="CSV File", attachment=False)
    file_name = fields.Char()
    step = fields.Selection(
        [("input", "People"), ("check", "Dry Run"), ("done", "Result")],
        default="input",
        required=True,
        readonly=True,
    )
    line_ids = fields.One2many(
        "customer.portal.user.import.line", "import_id", readonly=True
    )
    good_count = fields.Integer(compute="_compute_counts")
    bad_count = fields.Integer(compute="_compute_counts")
    result = fields.Binary(compute="_compute_result")
    result_name = fields.Char(compute="_compute_result")

    def _compute_counts(self):
        for run in self:
            bad = run.line_ids.filtered("is_fault")
            run.bad_count = len(bad)
            run.good_count = len(run.line_ids - bad)

    @api.depends_context("lang")
    def _compute_result(self):
        for run in self:
            rows = [line._get_row() for line in run.line_ids]
            header = [
                self.env._("Line"),
                self.env._("Name"),
                self.env._("E-mail"),
                self.env._("Company"),
                self.env._("Result"),
            ]
            # a few lines of text, made here: nothing of this is a customer's file
            run.result = base64.b64encode(write_table([header, *rows]))
            run.result_name = "portal-users.csv"

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invite Many"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_check(self):
        """Say of each line what will happen, and do nothing."""
        self._check_is_open()
        people = self._read()
        if not people:
            raise UserError(self.env._("The list is empty: enter at least one person."))
        self.line_ids = [
            Command.clear(),
            *(Command.create({"number": n, **person}) for n, person in people),
        ]
        self.line_ids._check()
        self.step = "check"
        return self._reopen()

    def action_import(self):
        """Invite those whose lines are right."""
        self._check_is_open()
        if self.step != "check":
            raise UserError(self.env._("Please look at the dry run first."))
        self.line_ids._invite()
        self.write({"step": "done", "file": False, "text": False})
        return self._reopen()

    def action_back(self):
        """Change what was typed."""
        self._check_is_open()
        self.step = "input"
        return self._reopen()

    def _check_is_open(self):
        self.ensure_one()
        self.check_access("write")
        self.env["res.users"]._check_portal_manager()
        if self.step == "done":
            raise UserError(self.env._("These people were invited already."))

    def _read(self):
        """Return the people as list of tuple (int line, dict).

        :raise UserError: it cannot be read, or there are too many
        """
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        except binascii.Error as error:
            raise UserError(self.env._("The file cannot be read.")) from error
        if len(content) > MAX_BYTES or len(self.text or "") > MAX_BYTES:
            raise UserError(self.env._("This is too long: at most 1 MB."))
        if content and (self.text or "").strip():
            raise UserError(
                self.env._(
                    "Enter the people or choose a file, not both: clear one of the two."
                )
            )
        people = read_people(content or (self.text or "").encode())
        if len(people) > MAX_LINES:
            raise UserError(
                self.env._(
                    "These are too many at once: at most %(count)s lines.",
                    count=MAX_LINES,
                )
            )
        return people
