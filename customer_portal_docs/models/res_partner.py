from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    portal_own_document_ids = fields.One2many(
        "customer.portal.document",
        "partner_id",
        string="Documents of the Contact",
        groups="customer_portal_docs.group_document_user",
    )
    portal_commercial_document_ids = fields.One2many(
        "customer.portal.document",
        "commercial_partner_id",
        string="Documents of the Company's Contacts",
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_ids = fields.Many2many(
        "customer.portal.document",
        string="Customer Documents",
        compute="_compute_portal_document_ids",
        groups="customer_portal_docs.group_document_user",
        help="The documents of a contact; for a company, those of all its contacts.",
    )
    portal_latest_document_ids = fields.Many2many(
        "customer.portal.document",
        string="Latest Customer Documents",
        compute="_compute_portal_latest_document_ids",
        groups="customer_portal_docs.group_document_user",
    )
    portal_document_count = fields.Integer(
        compute="_compute_portal_document_count",
        groups="customer_portal_docs.group_document_user",
    )

    #: documents listed on the contact form; the button above them opens all
    _portal_latest_document_limit = 40

    def _get_portal_document_domain(self):
        """Return the domain of a contact's documents; a company has those of its contacts."""
        self.ensure_one()
        if self.is_company:
            return [
                "|",
                ("commercial_partner_id", "=", self.id),
                ("partner_id", "=", self.id),
            ]
        return [("partner_id", "=", self.id)]

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_document_ids(self):
        Document = self.env["customer.portal.document"]
        for partner in self:
            domain = partner._get_portal_document_domain()
            partner.portal_document_ids = Document.search(domain)

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_latest_document_ids(self):
        Document = self.env["customer.portal.document"]
        limit = self._portal_latest_document_limit
        for partner in self:
            domain = partner._get_portal_document_domain()
            partner.portal_latest_document_ids = Document.search(domain, limit=limit)

    @api.depends(
        "is_company", "portal_own_document_ids", "portal_commercial_document_ids"
    )
    def _compute_portal_document_count(self):
        Document = self.env["customer.portal.document"]
        contacts = self.filtered(lambda partner: not partner.is_company)
        counts = dict(
            Document._read_group(
                [("partner_id", "in", contacts.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in contacts:
            partner.portal_document_count = counts.get(partner, 0)
        for company in self - contacts:
            domain = company._get_portal_document_domain()
            company.portal_document_count = Document.search_count(domain)

    def action_open_portal_documents(self):
        """Open the documents of this contact, or of all contacts of this company."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "domain": self._get_portal_document_domain(),
            "context": {"default_partner_id": self.id},
        }

    def write(self, vals):
        companies = (
            self._get_portal_companies()
            if {"parent_id", "is_company"} & set(vals)
            else {}
        )
        result = super().write(vals)
        moved = (
            self.browse(
                id_
                for id_, company in self._get_portal_companies().items()
                if companies.get(id_, company) != company
            )
            if companies
            else self.browse()
        )
        moved._update_portal_audience()
        return result

    def _get_portal_companies(self):
        # sudo: res.partner - contacts below, whoever may see them, change company as well
        family_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search([("id", "child_of", self.ids)])
        )
        return {partner.id: partner.commercial_partner_id.id for partner in family_sudo}

    @api.model
    def _get_portal_audience_models(self):
        """Return the names of the models whose records are kept for a contact and their company.

        They have ``partner_id``, ``commercial_partner_id``, ``audience_key`` and
        ``_follow_contact``, as ``customer.portal.document``.
        """
        return ["customer.portal.document"]

    def _update_portal_audience(self):
        """Keep who sees a record right when contacts join a company or are merged.

        A record stays with the company it was made for. One that its contact made before
        belonging to any company joins the company, for the contact's eyes only: what was private
        does not become known to colleagues by itself.
        """
        if not self:
            return
        domain = [
            "|",
            ("partner_id", "in", self.ids),
            ("commercial_partner_id", "in", self.ids),
        ]
        for name in self._get_portal_audience_models():
            # sudo: the records - those that the user cannot see change as well
            records_sudo = (
                self.env[name].sudo().with_context(active_test=False).search(domain)
            )
            for record in records_sudo:
                company = record.commercial_partner_id.commercial_partner_id
                if company != record.commercial_partner_id:
                    record._follow_contact(company)
            self.env.add_to_compute(records_sudo._fields["audience_key"], records_sudo)
