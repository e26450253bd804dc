from odoo import api, fields, models

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
            ("property", "Property of the binder"),
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
