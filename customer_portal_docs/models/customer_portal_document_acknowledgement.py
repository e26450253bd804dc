from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import Conflict, Forbidden, InvalidInput
from ..tools.reminders import is_due, parse_plan

#: Days that readers have, where nobody says something else.
DAYS_TO_ACCEPT = 7


class CustomerPortalDocument(models.Model):
    """A document whose readers are asked to confirm that they have read and accept it."""

    _inherit = "customer.portal.document"

    acknowledgement = fields.Boolean(
        "Ask Readers to Accept",
        tracking=True,
        help="The customers who may see the document are asked to confirm that they have read and "
        "accept it. A new version asks anew.",
    )
    acknowledgement_ids = fields.One2many(
        "customer.portal.acknowledgement",
        "document_id",
        string="Read and Accepted",
        readonly=True,
        copy=False,
        groups="customer_portal_docs.group_document_user",
    )
    acknowledgement_date = fields.Date(
        "Asked On", readonly=True, copy=False, groups="base.group_user"
    )
    acknowledgement_deadline = fields.Date(
        "To Be Accepted By", copy=False, groups="base.group_user"
    )
    acknowledgement_missing_ids = fields.Many2many(
        "res.partner",
        string="Not Accepted Yet",
        compute="_compute_acknowledgement_missing_ids",
        groups="customer_portal_docs.group_document_user",
        help="Customers with a login who may see the document, and have not accepted this version.",
    )

    _acknowledgement_idx = models.Index(
        "(audience_key, create_date DESC) WHERE acknowledgement IS TRUE AND active IS TRUE"
    )
    _acknowledgement_folder_idx = models.Index(
        "(folder_id) WHERE acknowledgement IS TRUE AND active IS TRUE"
    )

    @api.depends(
        "acknowledgement",
        "acknowledgement_ids",
        "attachment_id",
        "folder_id",
        "partner_id",
        "visibility",
    )
    def _compute_acknowledgement_missing_ids(self):
        for document in self:
            document.acknowledgement_missing_ids = (
                document._get_missing_readers() if document.acknowledgement else False
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._date_acknowledgement(vals) for vals in vals_list])

    def write(self, vals):
        if vals.get("acknowledgement") or "attachment_id" in vals:
            # each of them is asked anew
            asked = self.filtered(
                lambda document: vals.get("acknowledgement", document.acknowledgement)
            )
            if self - asked:
                super(CustomerPortalDocument, self - asked).write(vals)
            if not asked:
                return True
            vals = self._date_acknowledgement({**vals, "acknowledgement": True})
            return super(CustomerPortalDocument, asked).write(vals)
        return super().write(vals)

    @api.model
    def _date_acknowledgement(self, vals):
        if not vals.get("acknowledgement"):
            return vals
        today = fields.Date.context_today(self)
        deadline = vals.get("acknowledgement_deadline")
        return {
            **vals,
            "acknowledgement_date": today,
            "acknowledgement_deadline": deadline
            or today + timedelta(days=DAYS_TO_ACCEPT),
        }

    # -- who reads it

    def _get_readers(self):
        """Return the customers with a login who may see the document, by themselves or a folder."""
        self.ensure_one()
        document_sudo = self.sudo()  # sudo: the document, res.users - who may see it
        if document_sudo.visibility == "contact":
            domain = Domain("partner_id", "=", document_sudo.partner_id.id)
        else:
            partners_sudo = document_sudo.commercial_partner_id
            folders_sudo = document_sudo.folder_id
            path = [
                int(id_) for id_ in (folders_sudo.parent_path or "").split("/") if id_
            ]
            partners_sudo |= folders_sudo.browse(path).partner_ids
            domain = Domain("partner_id", "in", partners_sudo.ids) | Domain(
                "partner_id.commercial_partner_id", "in", partners_sudo.ids
            )
        # sudo: res.users - who may read it; the caller shows them to staff who read the document
        portal = self.env.ref("base.group_portal")
        users_sudo = (
            self.env["res.users"]
            .sudo()
            .search(domain & Domain("group_ids", "in", portal.ids))
        )
        return users_sudo.partner_id.with_env(self.env)

    def _get_missing_readers(self):
        # sudo: customer.portal.acknowledgement - who has accepted
        accepted_sudo = self.sudo().acknowledgement_ids.filtered(
            lambda one: one.attachment_id == self.sudo().attachment_id
        )
        return self._get_readers() - accepted_sudo.partner_id.with_env(self.env)

    @api.model
    def _get_unaccepted_domain(self, partner):
        """Return the domain of what asks to be accepted and was not, by one contact."""
        return Domain("acknowledgement", "=", True) & Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """NOT EXISTS (
                    SELECT FROM customer_portal_acknowledgement AS accepted
                     WHERE accepted.attachment_id = %s AND accepted.partner_id = %s)""",
                SQL.identifier(alias, "attachment_id"),
                partner.id,
            )
        )

    @api.model
    def _find_to_accept_sudo(self, limit=None, names=()):
        """Return what waits for the current user to read and accept, sudoed, the newest first.

        :param names: of the fields that are read with them
        """
        # sudo: customer.portal.document - found by the user's own keys and folders
        documents_sudo = self.sudo()
        if not self.env.user._is_portal():
            return documents_sudo.browse()
        partner = self.env.user.partner_id
        # sudo: customer.portal.folder - those that are opened to the user
        Folder_sudo = self.env["customer.portal.folder"].sudo()
        folders = Folder_sudo._search(Folder_sudo._get_portal_folders_domain())
        seen = Domain("audience_key", "in", self._get_portal_audience_keys())
        seen |= Domain("folder_id", "in", folders) & Domain(
            "visibility", "=", "company"
        )
        companies = Domain("company_id", "in", self.env.user._get_company_ids())
        return documents_sudo.search_fetch(
            seen & companies & self._get_unaccepted_domain(partner),
            names,
            order="create_date DESC, id DESC",
            limit=limit,
        )

    @api.model
    def _get_portal_filters(self):
        to_accept = {
            "label": self.env._("To read and accept"),
            "domain": self._get_unaccepted_domain(self.env.user.partner_id),
        }
        return {**super()._get_portal_filters(), "accept": to_accept}

    # -- to accept

    def _get_own_acknowledgements_sudo(self):
        """Return what the current user has accepted of this document, sudoed, the newest first."""
        # sudo: customer.portal.acknowledgement - one's own
        return self.sudo().acknowledgement_ids.filtered(
            lambda one: one.partner_id == self.env.user.partner_id
        )

    def _get_portal_acknowledgement(self):
        """Return what the page shows the current user, None for nothing.

        :return: dict with ``current`` (what says that this version is accepted, or an empty
            record) and ``earlier`` (the same of older versions)
        """
        self.ensure_one()
        if not self.env.user._is_portal():
            return None
        own_sudo = self._get_own_acknowledgements_sudo()
        # sudo: customer.portal.document - what the page is about; its gate was passed
        document_sudo = self.sudo()
        if not document_sudo.acknowledgement and not own_sudo:
            return None
        current_sudo = own_sudo.filtered(
            lambda one: one.attachment_id == document_sudo.attachment_id
        )
        return {
            "is_asked": document_sudo.acknowledgement and not current_sudo,
            "current": current_sudo,
            "earlier": own_sudo - current_sudo,
        }

    def _acknowledge(self, version_id, address):
        """Keep that the current user, who may see the document, has read and accepts it.

        :param version_id: id of the version that was shown, None for the current one
        :param str address: where from
        :raise Forbidden: one of the staff, whom nobody asks
        :raise InvalidInput: nobody is asked
        :raise Conflict: there is a new version meanwhile
        """
        self.ensure_one()
        if not self.env.user._is_portal():
            raise Forbidden(self.env._("Only customers are asked to accept documents."))
        # sudo: customer.portal.document, customer.portal.acknowledgement - made here alone
        document_sudo = self.sudo()
        # who presses twice waits, and is called once more
        document_sudo.lock_for_update(allow_referencing=True)
        attachment_sudo = document_sudo.attachment_id
        if not document_sudo.acknowledgement or not attachment_sudo:
            raise InvalidInput(
                self.env._("This document does not ask to be accepted."),
                code="not_asked",
            )
        if version_id and version_id != attachment_sudo.id:
            raise Conflict(
                self.env._(
                    "There is a new version of this document. Please read it, and accept it then."
                ),
                code="changed",
            )
        # sudo: res.partner - the current user's own
        partner_sudo = self.env.user.partner_id.sudo()
        own_sudo = self._get_own_acknowledgements_sudo()
        if attachment_sudo in own_sudo.attachment_id:
            return
        document_sudo.env["customer.portal.acknowledgement"].create(
            {
                "document_id": document_sudo.id,
                "attachment_id": attachment_sudo.id,
                "filename": attachment_sudo.name,
                "checksum": attachment_sudo.checksum,
                "partner_id": partner_sudo.id,
                "person": partner_sudo.name,
                "email": partner_sudo.email,
                "address": address,
            }
        )

    def _is_due_for_acceptance(self, today, last):
        """Tell whether a reader is to be reminded today, by the company's plan."""
        # sudo: customer.portal.document - when it was asked for, for the reminder
        document_sudo = self.sudo()
        since = document_sudo.acknowledgement_date
        if not since:
            return False
        plan = parse_plan(document_sudo.company_id.portal_request_reminder_days)
        due = document_sudo.acknowledgement_deadline or since + timedelta(
            days=DAYS_TO_ACCEPT
        )
        return is_due(plan, due, today, since, last)

    # -- the proof

    def action_print_acknowledgements(self):
        """Print who has accepted which version, and who is missing: as PDF where that works."""
        self.ensure_one()
        self.check_access("read")
        name = "customer_portal_docs.report_acknowledgement"
        # sudo: ir.actions.report - whether a PDF can be made
        state = self.env["ir.actions.report"].sudo().get_wkhtmltopdf_state()
        if state in ("ok", "upgrade"):
            action = self.env.ref("customer_portal_docs.acknowledgement_report_action")
            return action.report_action(self)
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/html/{name}/{self.id}",
            "target": "new",
        }

    def action_export_acknowledgements(self):
        """Download the same as a table (CSV)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_portal_docs/acknowledgements/{self.id}.csv",
            "target": "download",
        }

    def _get_acknowledgement_rows(self):
        """Return the proof as a table: a head, what was accepted, and who is missing."""
        self.ensure_one()
        env = self.env
        rows = [
            [
                env._("Document"),
                env._("File"),
                "SHA-1",
                env._("Name"),
                env._("E-mail"),
                env._("Accepted on (UTC)"),
                env._("IP address"),
            ]
        ]
        rows += [
            [
                self.name,
                one.filename,
                one.checksum,
                one.person,
                one.email or "",
                fields.Datetime.to_string(one.date),
                one.address or "",
            ]
            for one in self.acknowledgement_ids
        ]
        rows += [
            [
                self.name,
                self.filename,
                self.checksum,
                partner.name,
                partner.email or "",
                "",
                "",
            ]
            for partner in self.acknowledgement_missing_ids
        ]
        return rows
