from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

#: Documents whose end is looked at in one transaction.
_BATCH = 100


class CustomerPortalDocument(models.Model):
    """A document that was asked for, and that ends: then the new one is asked for by itself."""

    _inherit = "customer.portal.document"

    request_line_id = fields.Many2one(
        "customer.portal.request.line",
        string="Asked For By",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="customer_portal_docs.group_document_user",
    )
    valid_until = fields.Date(
        tracking=True,
        copy=False,
        help="The last day on which the document is valid, such as a certificate or insurance.",
    )
    reminder_days = fields.Integer(
        "Days Before Its End",
        default=lambda self: self.env.company.portal_document_expiry_days,
        groups="base.group_user",
        help="So many days before the document ends, its customer is asked for the new one.",
    )
    expiring_date = fields.Date(
        "Ends Soon From",
        compute="_compute_expiring_date",
        precompute=True,
        store=True,
    )
    renewal_date = fields.Date(
        "New One Asked For On", readonly=True, copy=False, groups="base.group_user"
    )
    validity = fields.Selection(
        [("valid", "Valid"), ("expiring", "Ends Soon"), ("expired", "Expired")],
        compute="_compute_validity",
        search="_search_validity",
        help="By the date until which the document is valid.",
    )

    _ending_idx = models.Index(
        "(audience_key, expiring_date) WHERE expiring_date IS NOT NULL"
    )
    _renewal_idx = models.Index(
        "(expiring_date, id) WHERE expiring_date IS NOT NULL AND renewal_date IS NULL"
    )

    def _init_column(self, column_name):
        # documents from before have no end; and the setting of the company has no column yet,
        # which is made after this one
        if column_name == "reminder_days":
            return None
        return super()._init_column(column_name)

    @api.depends("valid_until", "reminder_days")
    def _compute_expiring_date(self):
        for document in self:
            document.expiring_date = document.valid_until and (
                document.valid_until - timedelta(days=document.reminder_days)
            )

    @api.depends("valid_until", "expiring_date")
    def _compute_validity(self):
        today = fields.Date.context_today(self)
        for document in self:
            if not document.valid_until:
                document.validity = False
            elif document.valid_until < today:
                document.validity = "expired"
            elif document.expiring_date <= today:
                document.validity = "expiring"
            else:
                document.validity = "valid"

    @api.model
    def _search_validity(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        domains = {
            "valid": Domain("expiring_date", ">", today),
            "expiring": Domain("expiring_date", "<=", today)
            & Domain("valid_until", ">=", today),
            "expired": Domain("valid_until", "<", today),
            False: Domain("valid_until", "=", False),
        }
        return Domain.OR(domains[key] for key in value if key in domains)

    @api.constrains("reminder_days")
    def _check_reminder_days(self):
        if any(not 0 <= document.reminder_days <= 365 for document in self):
            raise ValidationError(
                self.env._(
                    "The days before a document ends are a number from 0 to 365."
                )
            )

    def write(self, vals):
        # sudo: customer.portal.request.line - whoever takes a document away
        lines_sudo = self.sudo().request_line_id if "active" in vals else None
        if "valid_until" in vals:
            # of the new one is asked again, in its time
            vals = {"renewal_date": False, **vals}
        result = super().write(vals)
        if "valid_until" in vals:
            # sudo: ir.attachment - each version keeps its own end
            for document_sudo in self.sudo():
                document_sudo.attachment_id.portal_valid_until = (
                    document_sudo.valid_until
                )
        if lines_sudo:
            lines_sudo._revise_state()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        # sudo: ir.attachment - as above
        for document_sudo in documents.sudo().filtered("valid_until"):
            document_sudo.attachment_id.portal_valid_until = document_sudo.valid_until
        return documents

    @api.ondelete(at_uninstall=False)
    def _unlink_from_request(self):
        # sudo: customer.portal.request.line - as above
        for line_sudo in self.sudo().request_line_id:
            if line_sudo.state == "received" and not (line_sudo.document_ids - self):
                line_sudo.state = "missing"

    @api.model
    def _get_portal_filters(self):
        expiring = {
            "label": self.env._("Ends soon or has ended"),
            "domain": Domain("expiring_date", "<=", fields.Date.context_today(self)),
        }
        return {**super()._get_portal_filters(), "expiring": expiring}

    # -- the new one is asked for by itself

    @api.model
    def _cron_remind_of_end(self):
        """Ask customers for the next version of what ends soon, a batch in each transaction."""
        domain = (
            Domain("expiring_date", "<=", fields.Date.context_today(self))
            & Domain("renewal_date", "=", False)
            & Domain("active", "=", True)
        )
        while documents := self.search(domain, order="id", limit=_BATCH):
            documents._ask_for_renewal()
            remaining = self.search_count(domain, limit=_BATCH)
            if not self.env["ir.cron"]._commit_progress(
                len(documents), remaining=remaining
            ):
                break

    def _ask_for_renewal(self):
        """Ask the contacts for the next version of these documents; staff where there is none."""
        today = fields.Date.context_today(self)
        groups = self.grouped(
            lambda one: (one.partner_id, one.company_id, one._get_renewal_user())
        )
        for (partner, company, user), documents in groups.items():
            if partner.active:
                documents._create_renewal_request(partner, company, user).action_send()
            else:
                documents._tell_staff_of_end(user)
        # (a lock keeps customers from changing a document, and not this note)
        self._note_renewal(today)

    def _note_renewal(self, today):
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE customer_portal_document SET renewal_date = %s WHERE id = ANY(%s)",
            [today, self.ids],
        )
        self.invalidate_recordset(["renewal_date"], flush=False)

    def _get_renewal_user(self):
        self.ensure_one()
        users = (
            self.request_line_id.request_id.user_id
            | self.user_id
            | self.company_id.portal_document_user_id
        )
        return users.filtered("active")[:1]

    def _create_renewal_request(self, partner, company, user):
        """Return a request for the next versions, in the contact's language."""
        env = self.with_context(lang=partner.lang).env
        if len(self) == 1:
            name = env._("New version of: %(name)s", name=self.name)
        else:
            name = env._("New versions of documents that end soon")
        request = env["customer.portal.request"].create(
            {
                "name": name[:600],
                "partner_id": partner.id,
                "company_id": company.id,
                "user_id": user.id,
                "visibility": "company"
                if all(document.visibility == "company" for document in self)
                else "contact",
                "deadline": max(
                    min(self.mapped("valid_until")), partner._get_portal_today()
                ),
                "line_ids": [
                    Command.create(document._prepare_renewal_line())
                    for document in self
                ],
            }
        )
        return request.with_env(self.env)

    def _prepare_renewal_line(self):
        self.ensure_one()
        line = self.request_line_id
        return {
            "name": line.name or self.name,
            "description": line.description,
            "multiple": False,
            "needs_valid_until": True,
            "renewed_document_id": self.id,
            "form_file": line.form_file,
            "form_filename": line.form_filename,
        }

    def _tell_staff_of_end(self, user):
        for document in self:
            document.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("This document ends soon, and nobody can be asked."),
                date_deadline=document.valid_until,
                user_id=user.id or self.env.uid,
            )
