from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.filetypes import get_extension, parse_extensions
from ..tools.programs import PROGRAM_EXTENSIONS
from ..tools.reminders import parse_plan

#: Odoo keeps the size of a file in a column that ends here.
MAX_BYTES = 2**31 - 1


class ResCompany(models.Model):
    _inherit = "res.company"

    portal_document_user_id = fields.Many2one(
        "res.users",
        string="Portal Document Assignee",
        domain="[('share', '=', False)]",
        help="Documents that customers upload in the portal are assigned to this user, "
        "who is notified of each upload by e-mail.",
        groups="base.group_user",
    )
    portal_document_notification_text = fields.Text(
        translate=True,
        help="Added to the e-mail that notifies the assigned user of a new document.",
        groups="base.group_user",
    )
    portal_document_visibility = fields.Selection(
        [
            ("contact", "Only the contact who uploaded them, and our staff"),
            ("company", "Everyone of the contact's company, and our staff"),
        ],
        default="company",
        required=True,
        help="Who sees a new document in the portal, unless something else is chosen for it.",
        groups="base.group_user",
    )
    portal_document_max_size = fields.Integer(
        string="Portal Document Maximum Size (MB)",
        default=100,
        help="Maximum size of a file that customers may upload, in megabytes. 0 for no limit.",
        groups="base.group_user",
    )
    portal_document_types = fields.Char(
        help="File extensions that customers may upload, such as: pdf, docx, png. "
        "Leave empty to accept everything but scripts and programs.",
        groups="base.group_user",
    )
    portal_document_receipt = fields.Boolean(
        help="Customers get an e-mail that confirms each document they upload.",
        groups="base.group_user",
    )

    portal_setup_dismissed = fields.Boolean(
        help="The app's first page no longer shows what is left to do.",
        groups="base.group_user",
    )

    portal_link_days = fields.Integer(
        string="Personal Links Expire After (Days)",
        default=365,
        help="A link that was sent by e-mail and opens a document or an issue without a login "
        "expires this many days after it was last used or sent. 0 for never.",
        groups="base.group_user",
    )

    portal_request_reminder_days = fields.Char(
        string="Reminders of Requests",
        default="-3,0,3,7",
        help="Days from the due date on which customers are reminded: “-3,0,3,7” is three days "
        "before, on the day, and three and seven days after. Empty for no reminders.",
        groups="base.group_user",
    )
    portal_document_expiry_days = fields.Integer(
        string="Days Before a Document Expires",
        default=30,
        help="This many days before a document expires, its customer is asked for a new one.",
        groups="base.group_user",
    )

    @api.constrains("portal_request_reminder_days")
    def _check_portal_request_reminder_days(self):
        for company in self:
            self._parse_portal_reminders(company.portal_request_reminder_days)

    @api.constrains("portal_document_expiry_days")
    def _check_portal_document_expiry_days(self):
        if any(not 0 <= company.portal_document_expiry_days <= 365 for company in self):
            raise ValidationError(
                self.env._(
                    "The days before a document expires are a number from 0 to 365."
                )
            )

    @api.model
    def _parse_portal_reminders(self, text):
        """Return the days of a plan of reminders, see :func:`parse_plan`.

        :raise ValidationError: it is none
        """
        try:
            return parse_plan(text)
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "“%(plan)s” is not a valid reminder plan. Enter days from the due date, such "
                    "as -3,0,3,7.",
                    plan=text,
                )
            ) from error

    @api.constrains("portal_link_days")
    def _check_portal_link_days(self):
        if any(not 0 <= company.portal_link_days <= 36_500 for company in self):
            raise ValidationError(
                self.env._(
                    "The days after which personal links expire are a number from 0 to 36500."
                )
            )

    @api.constrains("portal_document_max_size")
    def _check_portal_document_max_size(self):
        if any(company.portal_document_max_size < 0 for company in self):
            raise ValidationError(
                self.env._("The maximum size of a document cannot be negative.")
            )

    @api.constrains("portal_document_user_id")
    def _check_portal_document_user_id(self):
        for company in self:
            if company.portal_document_user_id.share:
                raise ValidationError(
                    self.env._(
                        "Portal documents can only be assigned to an internal user."
                    )
                )

    def _get_portal_document_managers_sudo(self):
        """Return the managers of portal documents who work in the company, sudoed."""
        managers = self.env.ref("customer_portal_docs.group_document_manager")
        # sudo: res.groups, res.users - who is told, whoever writes
        return managers.sudo().all_user_ids.filtered(
            lambda user: self in user.company_ids and not user.share
        )

    def _get_portal_tz(self):
        """Return the name of the time zone that the company is in."""
        return self.partner_id.tz or self.resource_calendar_id.tz or "UTC"

    def _fetch_portal_settings(self):
        """Read the settings of the portal, and not the sixty other columns.

        Neither what is in other tables, such as a logo: each would be a statement of its own.
        """
        fields_ = self._fields.items()
        self.fetch(
            [
                name
                for name, field in fields_
                if name.startswith("portal_") and field.store and field.column_type
            ]
        )

    def _get_portal_document_max_bytes(self):
        """Return the size of the largest file that may be uploaded, in bytes."""
        self._fetch_portal_settings()
        return min(self.portal_document_max_size * 1024**2 or MAX_BYTES, MAX_BYTES)

    @api.model
    def _get_portal_largest_max_bytes(self):
        """Return the size of the largest file that some company takes, in bytes."""
        # sudo: res.company - the settings of all companies
        return max(
            company_sudo._get_portal_document_max_bytes()
            for company_sudo in self.sudo().search([])
        )

    def _get_portal_document_extensions(self):
        """Return the sorted list of allowed extensions, empty when only programs are refused."""
        return sorted(parse_extensions(self.portal_document_types))

    def _get_portal_document_refusals(self):
        """Return the sorted list of refused extensions, empty where the allowed ones are named."""
        return [] if self.portal_document_types else sorted(PROGRAM_EXTENSIONS)

    def _accepts_portal_document(self, filename, *, is_program):
        """Tell whether a file may be uploaded, by its name and what it is.

        :param str filename: its name
        :param bool is_program: whether its content is that of a program or script
        """
        extension = get_extension(filename)
        allowed = self._get_portal_document_extensions()
        if allowed:
            return extension in allowed and (
                not is_program or extension in PROGRAM_EXTENSIONS
            )
        return extension not in PROGRAM_EXTENSIONS and not is_program
