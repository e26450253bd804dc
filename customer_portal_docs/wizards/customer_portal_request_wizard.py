from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.filenames import clean_line


class CustomerPortalRequestWizard(models.TransientModel):
    """Ask one or many contacts for the same documents: each gets a request of their own."""

    _name = "customer.portal.request.wizard"
    _description = "Request Documents"

    partner_ids = fields.Many2many(
        "res.partner", string="Contacts", default=lambda self: self._default_partners()
    )
    name = fields.Char(
        "Title", compute="_compute_from_template", store=True, readonly=False
    )
    template_id = fields.Many2one(
        "customer.portal.request.template", string="Checklist"
    )
    documents = fields.Text(
        help="One on each line, beside those of the checklist.",
    )
    folder_id = fields.Many2one(
        "customer.portal.folder",
        help="What is received goes there, unless the contact's request belongs to another "
        "company of ours than the folder.",
    )
    record = fields.Reference(
        selection=lambda self: self.env[
            "customer.portal.request"
        ]._get_record_selection(),
        string="About",
        default=lambda self: self._default_record(),
    )
    deadline = fields.Date(
        "Due Date",
        help="Reminders count from this day; without it, none are sent automatically.",
    )
    reminder_days = fields.Char("Reminders")
    note = fields.Text(
        "Message to the Customer",
        compute="_compute_from_template",
        store=True,
        readonly=False,
    )
    visibility = fields.Selection(
        [
            ("contact", "Only the contact, and our staff"),
            ("company", "Everyone of the contact's company, and our staff"),
        ],
        required=True,
        default=lambda self: self._default_visibility(),
    )

    @api.model
    def _default_partners(self):
        active_model = self.env.context.get("active_model")
        active_ids = self.env.context.get("active_ids") or []
        if active_model == "res.partner":
            return self.env["res.partner"].browse(active_ids).exists()
        if active_model in ("customer.portal.document", *self._get_record_models()):
            records = self.env[active_model].browse(active_ids).exists()
            return records.partner_id
        return self.env["res.partner"]

    @api.model
    def _default_record(self):
        record = self._get_active_record()
        return f"{record._name},{record.id}" if record else False

    @api.model
    def _default_visibility(self):
        company = self.env["customer.portal.request"]._find_company(
            None, self._get_active_record(), None
        )
        return self._default_partners().with_company(company)._get_portal_visibility()

    @api.model
    def _get_active_record(self):
        """Return the record whose form the dialog was opened from, or None."""
        active_model = self.env.context.get("active_model")
        active_ids = self.env.context.get("active_ids") or []
        if active_model in self._get_record_models() and len(active_ids) == 1:
            return self.env[active_model].browse(active_ids).exists()
        return None

    @api.model
    def _get_record_models(self):
        return self.env["customer.portal.document"]._get_linkable_models()

    @api.depends("template_id")
    def _compute_from_template(self):
        for wizard in self:
            wizard.name = wizard.name or wizard.template_id.name
            wizard.note = wizard.note or wizard.template_id.note

    def action_create_requests(self):
        """Make a request for each contact, to be looked at before it is sent."""
        return self._open(self._create_requests())

    def action_send_requests(self):
        """Make a request for each contact, and send it."""
        requests = self._create_requests()
        requests.action_send()
        return self._open(requests)

    def _create_requests(self):
        self.ensure_one()
        if not self.partner_ids:
            raise UserError(self.env._("Please choose the contacts to ask."))
        if not self.template_id.line_ids and not self._prepare_own_lines():
            raise UserError(
                self.env._(
                    "Please choose a checklist, or write which documents you need."
                )
            )
        return self.env["customer.portal.request"].create(
            [self._prepare_request(partner) for partner in self.partner_ids]
        )

    def _prepare_lines(self, template, company):
        return [
            *template.line_ids._prepare_request_lines(company),
            *self._prepare_own_lines(),
        ]

    def _prepare_own_lines(self):
        names = map(clean_line, (self.documents or "").splitlines())
        return [
            {"name": name, "folder_id": False, "sequence": 100 + number}
            for number, name in enumerate(filter(None, names))
        ]

    def _prepare_request(self, partner):
        company = self.env["customer.portal.request"]._find_company(
            partner, self.record, self.folder_id
        )
        folder = self.folder_id._filter_for(company)
        template = self.template_id._for_contact(partner)
        # what staff have edited stays as it is
        translations = template._get_translations()
        return {
            "name": translations.get(self.name, self.name)
            or template.env._("Documents"),
            "partner_id": partner.id,
            "company_id": company.id,
            "template_id": self.template_id.id,
            "record": self.record and f"{self.record._name},{self.record.id}",
            "deadline": self.deadline,
            "reminder_days": self.reminder_days,
            "note": translations.get(self.note, self.note),
            "visibility": self.visibility,
            "line_ids": [
                Command.create({**vals, "folder_id": vals["folder_id"] or folder.id})
                for vals in self._prepare_lines(template, company)
            ],
        }

    def _open(self, requests):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_docs.customer_portal_request_action"
        )
        if len(requests) == 1:
            return {
                **action,
                "views": [(False, "form")],
                "view_mode": "form",
                "res_id": requests.id,
            }
        return {**action, "domain": [("id", "in", requests.ids)], "context": {}}
