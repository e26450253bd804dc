from odoo import api, fields, models


class CustomerPortalDocumentUploadWizard(models.TransientModel):
    """What staff say of files before they choose them."""

    _name = "customer.portal.document.upload.wizard"
    _description = "Upload Customer Documents"

    document_id = fields.Many2one(
        "customer.portal.document", help="The document that gets a new version."
    )
    document_valid_until = fields.Date("Current End", related="document_id.valid_until")
    valid_until = fields.Date(
        help="The last day on which the documents are valid, such as a price list or certificate."
    )
    renewed_by = fields.Selection(
        [("customer", "The customer"), ("us", "Us")],
        string="New Version Comes From",
        default="us",
        required=True,
        help="The customer is asked for the new version before the documents expire, or our staff "
        "are told.",
    )
    acknowledgement = fields.Boolean(
        "Ask Readers to Accept",
        help="The customers who may see the documents are asked to confirm that they have read and "
        "accept them.",
    )
    acknowledgement_notify = fields.Boolean(
        "Notify Readers by E-mail",
        default=True,
        help="Readers get one e-mail for all of the documents some minutes after the upload.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        help="Who finds the documents in the portal. Leave empty to show them only to those who "
        "may browse the folder or record.",
    )
    folder_id = fields.Many2one(
        "customer.portal.folder",
        domain="['|', ('company_id', '=', False), ('company_id', '=?', folder_company_id)]",
    )
    folder_company_id = fields.Many2one(
        "res.company",
        compute="_compute_folder_company_id",
        help="The company of ours that the folder belongs to; any where the folder decides.",
    )
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")
    uploaded_ids = fields.Many2many(
        "customer.portal.document",
        "customer_portal_document_upload_wizard_rel",
        "wizard_id",
        "document_id",
        readonly=True,
        help="What was uploaded and the customer was not notified of yet.",
    )
    res_name = fields.Char(string="Linked To", compute="_compute_res_name")
    # kept: a request with files does not say which company is active
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        precompute=True,
        store=True,
        help="The company of ours that the documents are kept in.",
    )
    name = fields.Char(string="Title", help="Leave empty to use the file's name.")
    description = fields.Text()
    visibility = fields.Selection(
        [
            ("contact", "Only the contact, and our staff"),
            ("company", "Everyone of the contact's company, and our staff"),
        ],
        compute="_compute_visibility",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
    )
    visibility_company_id = fields.Many2one(
        "res.company",
        compute="_compute_visibility",
        precompute=True,
        store=True,
        help="The company whose setting said last who sees the documents.",
    )
    notify = fields.Boolean(
        string="Notify the customer by e-mail",
        help="The customer gets a link to each document.",
    )
    reader_count = fields.Integer(
        "Customers Who Are Notified",
        compute="_compute_reader_count",
        help="Those with access to the portal who may browse the folder or record.",
    )
    notify_warning = fields.Char(compute="_compute_notify_warning")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_res_name(self):
        for wizard in self:
            record = wizard._get_record()
            wizard.res_name = record.display_name if record else False

    @api.depends("partner_id", "folder_id", "res_model", "res_id")
    def _compute_company_id(self):
        Document = self.env["customer.portal.document"]
        for wizard in self:
            wizard.company_id = Document._find_company(
                wizard.partner_id, wizard._get_record(), wizard.folder_id
            )

    @api.depends("partner_id", "res_model", "res_id")
    def _compute_folder_company_id(self):
        Document = self.env["customer.portal.document"]
        for wizard in self:
            wizard.folder_company_id = Document._find_company_of(
                wizard.partner_id, wizard._get_record()
            )

    @api.depends("company_id")
    def _compute_visibility(self):
        for wizard in self:
            company = wizard.company_id
            # what was chosen stays for what else is of that company
            asked = wizard.visibility_company_id or company
            if not wizard.visibility or company != asked:
                # sudo: res.company - a setting of that company
                setting = company.sudo().portal_document_visibility
                wizard.visibility = setting or "company"
                asked = company
            wizard.visibility_company_id = asked

    def _get_record(self):
        """Return the record that the documents are filed on, or None.

        None as well of what the user may not read: stored fields are computed with all rights, and
        what those have read is then told without asking.
        """
        linkable = self.env["customer.portal.document"]._get_linkable_models()
        if not self.res_id or self.res_model not in linkable:
            return None
        record = self.env[self.res_model].browse(self.res_id).exists()
        return record if record.sudo(False).has_access("read") else None

    def _prepare_place_values(self):
        """Return the values of a document that say who sees it."""
        return {
            "partner_id": self.partner_id._origin.id,
            "folder_id": self.folder_id._origin.id,
            "res_model": self.res_model if self.res_id else False,
            "res_id": self.res_id,
            # nobody would see what is for a contact alone and has none
            "visibility": self.visibility if self.partner_id else "company",
            "company_id": self.company_id.id,
        }

    def _get_place_document(self):
        """Return a document as it is to be, not stored, in a place that the user may read."""
        if self.res_id and not self._get_record():
            return None
        if not self.folder_id._origin.has_access("read"):
            return None
        return self.env["customer.portal.document"].new(self._prepare_place_values())

    @api.depends(
        "company_id", "folder_id", "notify", "partner_id", "res_id", "res_model"
    )
    def _compute_reader_count(self):
        Mail = self.env["customer.portal.document.mail"]
        for wizard in self:
            asks = wizard.notify and not wizard.partner_id
            document = wizard._get_place_document() if asks else None
            wizard.reader_count = document and len(Mail._find_readers(document))

    @api.depends("company_id", "notify", "partner_id", "reader_count", "visibility")
    @api.depends_context("lang")
    def _compute_notify_warning(self):
        Mail = self.env["customer.portal.document.mail"]
        for wizard in self:
            problem = None
            if wizard.notify and wizard.partner_id:
                problem = Mail._get_contact_problem(
                    wizard.partner_id._origin, wizard.company_id, wizard.visibility
                )
            elif wizard.notify:
                problem = Mail._get_reader_problem(wizard, wizard.reader_count)
            wizard.notify_warning = problem

    def _create_documents(self, files, is_of_several=False):
        """Create the documents, with the current user's rights to customer and record.

        With ``document_id`` the files become its versions instead.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param bool is_of_several: whether others of the dialog come by requests of their own
        :return: the documents
        :raise AccessError: the user may not upload for this customer or on this record
        """
        self.ensure_one()
        if self.document_id:
            return self._add_versions(files)
        Document = self.env["customer.portal.document"]
        Document.check_access("create")
        self.partner_id.check_access("read")
        self.folder_id.check_access("read")
        if self.res_id:
            self.env[self.res_model].browse(self.res_id).check_access("read")
        Incoming = self.env["customer.portal.document.incoming"]
        documents_sudo = Incoming._create_documents(
            files,
            {
                "name": self.name,
                "description": self.description,
                "user_id": self.env.uid,
                "valid_until": self.valid_until,
                "renewed_by": self.renewed_by,
                "acknowledgement": self.acknowledgement,
                "acknowledgement_notify": self.acknowledgement_notify,
                **self._prepare_place_values(),
            },
            is_of_several=is_of_several,
        )
        documents = documents_sudo.sudo(False)
        self.uploaded_ids += documents
        return documents

    def action_upload(self):
        """End the dialog, whose files are sent: tell the customer of all of them, once.

        :raise AccessError: one of the documents is not the current user's to read
        """
        self.ensure_one()
        # in the order in which they were sent
        documents, self.uploaded_ids = self.uploaded_ids.sorted("id"), False
        documents.check_access("read")
        if self.notify:
            # sudo: customer.portal.document - as read above; mails are written by the server
            documents.sudo()._notify_contact()
        return {"type": "ir.actions.act_window_close"}

    def _add_versions(self, files):
        self.document_id.check_access("write")
        Version = self.env["customer.portal.document.version"]
        for filename, incoming in files:
            Version._add(self.document_id, filename, incoming, self.valid_until)
        return self.document_id
