from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.filetypes import get_mimetype, is_active, is_inline


class CustomerPortalDocument(models.Model):
    _name = "customer.portal.document"
    _description = "Customer Document"
    _inherit = [
        "customer.portal.thread.mixin",
        "portal.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "customer.portal.title.mixin",
        "customer.portal.link.mixin",
    ]
    _order = "create_date desc, id desc"
    # customers discuss the documents they may read
    _mail_post_access = "read"
    _portal_key_opens_discussion = True
    # whom and what the portal's pages name anyway
    _portal_relations = frozenset(
        {
            "attachment_id",
            "commercial_partner_id",
            "company_id",
            "locked_by_id",
            "message_ids",
            "partner_id",
            "user_id",
            "website_message_ids",
        }
    )

    name = fields.Char("Title", required=True, tracking=True)
    description = fields.Text()
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", copy=False, index=True, ondelete="restrict"
    )
    filename = fields.Char(related="attachment_id.name", string="File Name")
    mimetype = fields.Char(
        string="Media Type",
        compute="_compute_mimetype",
        precompute=True,
        store=True,
        help="What the file really is; the portal shows only types that cannot run anything.",
    )
    file_size = fields.Integer(
        related="attachment_id.file_size",
        precompute=True,
        store=True,
        string="Size",
        help="In bytes.",
    )
    checksum = fields.Char(related="attachment_id.checksum", string="SHA-1")
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The customer who uploaded the document, or for whom staff uploaded it.",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Company of the Contact",
        compute="_compute_commercial_partner_id",
        precompute=True,
        store=True,
        index=True,
        ondelete="restrict",
        help="The contact's company at the time of the upload.",
    )
    user_id = fields.Many2one(
        "res.users", string="Assigned To", index=True, tracking=True
    )
    folder_id = fields.Many2one(
        "customer.portal.folder",
        ondelete="restrict",
        tracking=True,
        groups="base.group_user",
        help="Customers who may browse the folder see the document there, "
        "unless only the contact may see it.",
    )
    res_model = fields.Char(string="Linked Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Linked Record ID", model_field="res_model", readonly=True
    )
    res_name = fields.Char(string="Linked To", compute="_compute_res_name")
    visibility = fields.Selection(
        [
            ("contact", "Only the contact"),
            ("company", "Everyone of the contact's company"),
        ],
        required=True,
        default=lambda self: self.env.company.portal_document_visibility or "company",
        tracking=True,
    )
    audience_key = fields.Integer(
        compute="_compute_audience_key",
        precompute=True,
        store=True,
        help="Who sees the document in the portal: the contact's id, "
        "or minus the company's id when all its contacts do.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    # nobody reads the key of a link by RPC
    access_token = fields.Char(groups="base.group_system")
    has_portal_link = fields.Boolean(
        compute="_compute_has_portal_link",
        compute_sudo=True,
        groups="base.group_user",
        help="A link that opens the document without a login was sent by e-mail.",
    )

    # with the company, which the access rule asks for: PostgreSQL finds the last page and
    # counts the list without visiting the 10 000 rows before
    _portal_newest_idx = models.Index(
        "(audience_key, create_date DESC, id DESC) INCLUDE (company_id) WHERE active IS TRUE"
    )
    _portal_name_idx = models.Index("(audience_key, name, id) WHERE active IS TRUE")
    # without these two, a filter that finds little reads all that the customer may see
    _portal_mine_idx = models.Index(
        "(audience_key, partner_id, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_linked_idx = models.Index(
        "(audience_key, res_model, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _folder_idx = models.Index(
        "(folder_id, create_date DESC, id DESC) WHERE folder_id IS NOT NULL"
    )
    _linked_idx = models.Index(
        "(res_model, res_id, create_date DESC, id DESC) WHERE res_id IS NOT NULL"
    )

    # -- computed fields

    @api.depends("attachment_id.mimetype", "attachment_id.name")
    def _compute_mimetype(self):
        for document in self:
            document.mimetype = self._get_mimetype(document.attachment_id)

    @api.model
    def _get_mimetype(self, attachment):
        """Return what a file is, or False.

        Odoo keeps scriptable files of outsiders as plain text: their names tell the truth.
        """
        by_name = get_mimetype(attachment.name or "", b"")
        return by_name if is_active(by_name) else attachment.mimetype

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        # not of the partner's company: a contact who moves on leaves the company its documents
        for document in self:
            document.commercial_partner_id = document.partner_id.commercial_partner_id

    @api.depends("partner_id", "commercial_partner_id", "visibility")
    def _compute_audience_key(self):
        for document in self:
            if document.visibility == "company":
                document.audience_key = -document.commercial_partner_id.id
            else:
                document.audience_key = document.partner_id.id

    @api.depends("access_token")
    def _compute_has_portal_link(self):
        for document in self:
            document.has_portal_link = bool(document.access_token)

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_res_name(self):
        names = {
            (record._name, record.id): record.display_name
            for records in self._get_linked_records().values()
            for record in records._filtered_access("read")
        }
        for document in self:
            document.res_name = names.get((document.res_model, document.res_id), False)

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for document in self:
            document.access_url = f"/my/documents/{document.id}"
        return result

    # -- constraints

    @api.constrains("company_id", "folder_id")
    def _check_folder_company(self):
        for document in self:
            company = document.folder_id.company_id
            if company and company != document.company_id:
                raise ValidationError(
                    self.env._("A document belongs to the same company as its folder.")
                )

    @api.constrains("res_model", "res_id")
    def _check_res_model(self):
        for document in self.filtered("res_model"):
            if document.res_model not in self._get_linkable_models():
                raise ValidationError(
                    self.env._("Documents cannot be linked to records of this kind.")
                )

    # -- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self._check_attachments(vals_list)
        self._check_links(vals_list)
        for vals in vals_list:
            if vals.get("partner_id") and "company_id" not in vals:
                # sudo: res.partner - only which of our companies the contact belongs to
                company = (
                    self.env["res.partner"].browse(vals["partner_id"]).sudo().company_id
                )
                vals.update({"company_id": company.id} if company else {})
            # here, and not by the update after it, which then has nothing to do
            vals.setdefault("message_main_attachment_id", vals.get("attachment_id"))
        documents = super().create(vals_list)
        documents._claim_attachments()
        return documents

    def write(self, vals):
        self._check_attachments([vals])
        self._check_links([vals])
        result = super().write(vals)
        if "attachment_id" in vals:
            self._claim_attachments()
        return result

    def _check_attachments(self, vals_list):
        # a document shows its file to others: who names a file must be able to read it
        attachment_ids = [
            vals["attachment_id"] for vals in vals_list if vals.get("attachment_id")
        ]
        attachments = self.env["ir.attachment"].browse(attachment_ids)
        attachments.check_access("read")
        # sudo: ir.attachment - readable, see above
        for attachment_sudo in attachments.sudo():
            if attachment_sudo.type != "binary" or attachment_sudo.public:
                raise ValidationError(
                    self.env._("Only a file of your own can be a document.")
                )

    def _check_links(self, vals_list):
        # a document shows what it is about: who links it must be able to read that
        for vals in vals_list:
            res_model = vals.get("res_model") or self[:1].res_model
            if vals.get("res_id") and res_model in self._get_linkable_models():
                self.env[res_model].browse(vals["res_id"]).check_access("read")

    def _claim_attachments(self):
        for document in self:
            # sudo: ir.attachment - rights were checked above; a free file becomes the document's
            attachment_sudo = document.sudo().attachment_id
            attachment_sudo._claim_for_portal_document(document)
            if document.sudo().message_main_attachment_id != attachment_sudo:
                document.sudo()._message_set_main_attachment_id(
                    attachment_sudo, force=True
                )

    # -- what a document is about

    @api.model
    def _get_linkable_models(self):
        """Return the names of the models whose records documents can be uploaded on."""
        return ["project.project", "project.task"]

    def _get_linked_records(self):
        """Return the records that these documents were uploaded on, by name of their model."""
        ids_by_model = self.grouped("res_model")
        return {
            model: self.env[model].browse(documents.mapped("res_id")).exists()
            for model, documents in ids_by_model.items()
            if model in self._get_linkable_models()
        }

    def _get_linked_record(self):
        """Return the record that the document was uploaded on, if it is still there."""
        self.ensure_one()
        if not self.res_id or self.res_model not in self._get_linkable_models():
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    def _is_inline(self):
        """Tell whether the portal may show the file instead of offering it as a download."""
        self.ensure_one()
        return bool(self.attachment_id) and is_inline(self.mimetype)

    # -- actions

    def action_open_file(self):
        """Download the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"{self.access_url}/content?download=1",
            "target": "download",
        }

    def action_open_portal(self):
        """Show the document as the customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "new"}

    def action_open_linked_record(self):
        """Open the record that the document was uploaded on."""
        self.ensure_one()
        record = self._get_linked_record()
        if not record:
            return False
        return record.get_formview_action()
