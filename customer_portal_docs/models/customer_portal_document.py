from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.audience import get_audience_keys
from ..tools.filetypes import is_inline
from ..tools.searching import fold, get_search_domain
from ..tools.sorting import SORT_EXPRESSION
from ..tools.validity import get_expiring_date, get_validity, get_validity_domain
from .customer_portal_renewal import RENEWAL


class CustomerPortalDocument(models.Model):
    _name = "customer.portal.document"
    _description = "Customer Document"
    _portal_texts = ("description",)
    _inherit = [
        "customer.portal.thread.mixin",
        "customer.portal.shared.link.mixin",
        "mail.thread.main.attachment",
        "mail.activity.mixin",
        "customer.portal.title.mixin",
        "customer.portal.list.mixin",
        "customer.portal.customer.mixin",
    ]
    _order = "create_date desc, id desc"
    # customers discuss the documents they may read
    _mail_post_access = "read"
    _portal_key_opens_discussion = True
    _company_defaults = ("visibility", "reminder_days")
    #: what decides whether staff are reminded to put in the next version
    _renewal_fields = frozenset(
        {
            "acknowledgement",
            "active",
            "partner_id",
            "reminder_days",
            "renewed_by",
            "valid_until",
        }
    )
    #: what decides who of the staff is reminded; the company may be that of a new contact
    _reminded_fields = frozenset({"company_id", "partner_id", "user_id"})
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
    file_date = fields.Datetime(
        "File Since",
        compute="_compute_file_date",
        precompute=True,
        store=True,
        help="Since when the current file has been the document's: it is news then.",
    )
    partner_id = fields.Many2one(
        help="The customer who uploaded the document, or for whom staff uploaded it.",
    )
    commercial_partner_id = fields.Many2one(
        help="The contact's company at the time of the upload."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
    )
    folder_id = fields.Many2one(
        "customer.portal.folder",
        ondelete="restrict",
        domain="[('company_id', 'in', [company_id, False])]",
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
    contact_name = fields.Char(related="partner_id.name", string="Name of the Contact")
    place_name = fields.Char(
        string="Where",
        compute="_compute_place_name",
        groups="base.group_user",
        help="The record that the document is about, or its folder.",
    )
    search_text = fields.Text(
        string="Searched Text",
        compute="_compute_search_text",
        precompute=True,
        store=True,
        index="trigram",
        help="Title, description and file name, without capitals and accents.",
    )
    words = fields.Char(
        store=False,
        search="_search_words",
        exportable=False,
        groups="base.group_user",
        help="Finds documents as the portal's search does, by an index; nothing to read.",
    )
    version_ids = fields.One2many(
        "ir.attachment",
        "portal_document_id",
        string="Versions",
        readonly=True,
        copy=False,
        groups="customer_portal_docs.group_document_user",
        help="All files the document has had, newest first.",
    )
    version_count = fields.Integer(compute="_compute_version_count")
    locked_by_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="restrict",
        tracking=True,
        help="Until this user or a manager unlocks the document, nobody can change, replace, "
        "move, archive or delete it.",
    )
    locked_date = fields.Datetime(string="Locked On", copy=False, readonly=True)
    can_unlock = fields.Boolean(compute="_compute_can_unlock")
    active = fields.Boolean(default=True)
    # nobody reads the key of a link by RPC
    access_token = fields.Char(groups="base.group_system")
    has_portal_link = fields.Boolean(
        compute="_compute_has_portal_link",
        compute_sudo=True,
        groups="base.group_user",
        help="A link that opens the document without a login was sent by e-mail.",
    )

    request_line_id = fields.Many2one(
        "customer.portal.request.line",
        string="Requested By",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="customer_portal_docs.group_document_user",
    )
    request_id = fields.Many2one(
        related="request_line_id.request_id",
        groups="customer_portal_docs.group_document_user",
    )
    is_to_review = fields.Boolean(
        compute="_compute_is_to_review",
        compute_sudo=True,
        groups="customer_portal_docs.group_document_user",
        help="Received for a request, and neither accepted nor rejected yet.",
    )
    valid_until = fields.Date(
        tracking=True,
        copy=False,
        help="The last day on which the document is valid, such as a certificate or insurance.",
    )
    reminder_days = fields.Integer(
        "Ask for New One (Days Before)",
        default=lambda self: self.env.company.portal_document_expiry_days,
        groups="base.group_user",
        help="This many days before the document expires, its customer is asked for a new one, or "
        "our staff are told, by who the new version comes from.",
    )
    # not required: Odoo answers whether a required field has a value without asking who may know
    renewed_by = fields.Selection(
        [("customer", "The customer"), ("us", "Us")],
        string="New Version Comes From",
        compute="_compute_renewed_by",
        precompute=True,
        store=True,
        readonly=False,
        groups="base.group_user",
        help="The customer: they are asked for the new version before the document expires. "
        "Us: staff get an activity instead.",
    )
    expiring_date = fields.Date(
        "Expires Soon From",
        compute="_compute_expiring_date",
        precompute=True,
        store=True,
    )
    renewal_date = fields.Date(
        "New Version Requested On", readonly=True, copy=False, groups="base.group_user"
    )
    validity = fields.Selection(
        [("valid", "Valid"), ("expiring", "Expires Soon"), ("expired", "Expired")],
        compute="_compute_validity",
        search="_search_validity",
        help="By the date until which the document is valid.",
    )
    acknowledgement = fields.Boolean(
        "Ask Readers to Accept",
        tracking=True,
        help="The customers who may see the document are asked to confirm that they have read and "
        "accept it. A new version asks again.",
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
        "Requested On", readonly=True, copy=False, groups="base.group_user"
    )
    acknowledgement_deadline = fields.Date(
        "To Be Accepted By", copy=False, groups="base.group_user"
    )
    acknowledgement_notify = fields.Boolean(
        "Notify Readers by E-mail",
        default=True,
        groups="base.group_user",
        help="Readers get an e-mail some minutes after they are asked to accept the document or a "
        "new version of it.",
    )
    acknowledgement_missing_ids = fields.Many2many(
        "res.partner",
        string="Not Accepted Yet",
        compute="_compute_acknowledgement_missing_ids",
        groups="customer_portal_docs.group_document_user",
        help="Customers with a login who may see the document, and have not accepted this version.",
    )
    acknowledgement_missing_count = fields.Integer(
        "Readers Who Have Not Accepted",
        compute="_compute_acknowledgement_missing_count",
        groups="customer_portal_docs.group_document_user",
    )

    # with the company, which the access rule asks for: PostgreSQL finds the last page and
    # counts the list without visiting the 10 000 rows before
    _portal_newest_idx = models.Index(
        "(audience_key, create_date DESC, id DESC) INCLUDE (company_id) WHERE active IS TRUE"
    )
    _portal_name_idx = models.Index(
        f"(audience_key, ({SORT_EXPRESSION % 'name'}), id) WHERE active IS TRUE"
    )
    _portal_size_idx = models.Index(
        "(audience_key, file_size, id) WHERE active IS TRUE"
    )
    # without these two, a filter that finds little reads all that the customer may see
    _portal_mine_idx = models.Index(
        "(audience_key, partner_id, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    _portal_linked_idx = models.Index(
        "(audience_key, res_model, create_date DESC, id DESC) WHERE active IS TRUE"
    )
    # what is new, among all that a customer finds in one place
    _portal_news_idx = models.Index(
        "(audience_key, file_date DESC, id DESC) INCLUDE (company_id) WHERE active IS TRUE"
    )
    _news_folder_idx = models.Index(
        "(folder_id, file_date DESC, id DESC) WHERE folder_id IS NOT NULL"
    )
    _news_linked_idx = models.Index(
        "(res_model, file_date DESC, id DESC) WHERE res_id IS NOT NULL"
    )
    # the list of staff
    _newest_idx = models.Index("(create_date DESC, id DESC) WHERE active IS TRUE")
    _folder_idx = models.Index(
        "(folder_id, create_date DESC, id DESC) WHERE folder_id IS NOT NULL"
    )
    _linked_idx = models.Index(
        "(res_model, res_id, create_date DESC, id DESC) WHERE res_id IS NOT NULL"
    )
    _ending_idx = models.Index(
        "(audience_key, expiring_date) WHERE expiring_date IS NOT NULL"
    )
    _renewal_idx = models.Index(
        "(expiring_date, id) WHERE expiring_date IS NOT NULL AND renewal_date IS NULL"
    )
    _acknowledgement_idx = models.Index(
        "(audience_key, create_date DESC) WHERE acknowledgement IS TRUE AND active IS TRUE"
    )
    _acknowledgement_folder_idx = models.Index(
        "(folder_id) WHERE acknowledgement IS TRUE AND active IS TRUE"
    )
    _acknowledgement_linked_idx = models.Index(
        "(res_model, res_id) WHERE acknowledgement IS TRUE AND active IS TRUE"
    )

    def _init_column(self, column_name):
        # documents from before have no end; and the setting of the company has no column yet,
        # which is made after this one
        if column_name == "reminder_days":
            return None
        return super()._init_column(column_name)

    # -- computed fields

    @api.depends("attachment_id.mimetype", "attachment_id.name")
    def _compute_mimetype(self):
        for document in self:
            document.mimetype = document.attachment_id._get_portal_mimetype()

    @api.depends("attachment_id")
    def _compute_file_date(self):
        # to the microsecond, and the same as create_date of the first file
        now = self.env.cr.now()
        # data of addons may say when a document was put here: not today
        is_loading = not self.env.registry.ready
        for document in self:
            document.file_date = (is_loading and document.create_date) or now

    @api.depends("access_token")
    def _compute_has_portal_link(self):
        for document in self:
            document.has_portal_link = bool(document.access_token)

    @api.depends(
        "request_line_id.state",
        "request_line_id.request_id.state",
        "request_line_id.request_id.active",
    )
    def _compute_is_to_review(self):
        for document in self:
            document.is_to_review = document.request_line_id._is_to_review()

    @api.depends("res_model", "res_id")
    @api.depends_context("lang", "uid")
    def _compute_res_name(self):
        Record = self.env["customer.portal.document.record"]
        names = {
            (record._name, record.id): record.display_name
            for records in Record._get_all_of(self).values()
            for record in records._filtered_access("read")
        }
        for document in self:
            document.res_name = names.get((document.res_model, document.res_id), False)

    @api.depends("res_name", "folder_id.display_name")
    @api.depends_context("lang")
    def _compute_place_name(self):
        for document in self:
            folder = document.folder_id
            document.place_name = document.res_name or folder.display_name or False

    @api.depends("valid_until", "reminder_days")
    def _compute_expiring_date(self):
        for document in self:
            document.expiring_date = get_expiring_date(
                document.valid_until, document.reminder_days
            )

    # not on the line, which a document also gets later: what staff chose stays
    @api.depends("is_from_staff")
    def _compute_renewed_by(self):
        for document in self:
            is_ours = document.is_from_staff and not document.request_line_id
            document.renewed_by = "us" if is_ours else "customer"

    @api.depends("valid_until", "expiring_date")
    def _compute_validity(self):
        today = fields.Date.context_today(self)
        for document in self:
            document.validity = get_validity(
                document.valid_until, document.expiring_date, today
            )

    @api.model
    def _search_validity(self, operator, value):
        if operator != "in":
            return NotImplemented
        return get_validity_domain(value, fields.Date.context_today(self))

    @api.depends(
        "acknowledgement",
        "acknowledgement_ids",
        "attachment_id",
        "folder_id",
        "partner_id",
        "visibility",
    )
    def _compute_acknowledgement_missing_ids(self):
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        for document in self:
            document.acknowledgement_missing_ids = (
                Acknowledgement._get_missing_readers(document)
                if document.acknowledgement
                else False
            )

    @api.depends("acknowledgement_missing_ids")
    def _compute_acknowledgement_missing_count(self):
        for document in self:
            missing = document.acknowledgement_missing_ids
            document.acknowledgement_missing_count = len(missing)

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
                    self.env._(
                        "A document must belong to the same company as its folder."
                    )
                )

    @api.constrains("res_model", "res_id")
    def _check_res_model(self):
        for document in self.filtered("res_model"):
            if document.res_model not in self._get_linkable_models():
                raise ValidationError(
                    self.env._("Documents cannot be linked to records of this kind.")
                )

    @api.constrains("reminder_days")
    def _check_reminder_days(self):
        if any(not 0 <= document.reminder_days <= 365 for document in self):
            raise ValidationError(
                self.env._(
                    "The days before a document expires are a number from 0 to 365."
                )
            )

    # -- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Create documents, in this order.

        1. What the user may name, as in :meth:`write`.
        2. What follows of it: the company, and until when readers are asked to accept.
        3. The values; then the file is the document's own, and keeps its end.
        4. Readers are told soon that they are asked.
        """
        self._check_attachments(vals_list)
        self.env["customer.portal.document.record"]._check_values(self, vals_list)
        Lock = self.env["customer.portal.document.lock"]
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        for vals in vals_list:
            if vals.get("locked_by_id"):
                Lock._check_change(self.browse(), vals)
            self._add_company_of_contact(vals)
            if vals.get("acknowledgement"):
                vals.update(Acknowledgement._prepare_dates(vals))
            # here, and not by the update after it, which then has nothing to do
            vals.setdefault("message_main_attachment_id", vals.get("attachment_id"))
        documents = super().create(vals_list)
        Version = self.env["customer.portal.document.version"]
        Version._claim(documents)
        Version._keep_end(documents.filtered("valid_until"))
        asking = documents.filtered("acknowledgement")
        self.env["customer.portal.reader.mail"]._queue(asking, "acknowledgement")
        return documents

    def write(self, vals):
        """Change the documents, in this order.

        1. What the user may change: no lock of another one's, no file or record that they
           may not read.
        2. The file that is there becomes a version before another takes its place. The same one
           once more is none.
        3. The values, with the company of a new contact; then the new file is the document's
           own, and keeps its end.
        4. Another file is new to all but who sent it, and readers of what asks to be accepted
           are asked anew, and told soon. Where that is switched off before, staff learn it.
        5. Followers and links of those who may see it no more end.
        6. What a request has got is missing there once it is archived, and what is valid again
           is received where its next version was requested.
        7. Staff are reminded no more to renew what they need not, and others where it is theirs.

        :raise DocumentLockedError: one of them is locked
        """
        self.env["customer.portal.document.lock"]._check_values(self, vals)
        self._check_attachments([vals])
        self.env["customer.portal.document.record"]._check_values(self, [vals])
        Version = self.env["customer.portal.document.version"]
        replaced = self.browse()
        if "attachment_id" in vals:
            if same := self._filter_with_file(vals["attachment_id"]):
                rest = {name: vals[name] for name in vals if name != "attachment_id"}
                others = self - same
                return same.write(rest) and (not others or others.write(vals))
            Version._claim(self)
            replaced = self
        if {"renewed_by", "valid_until"} & vals.keys():
            # of the new one is asked again, in its time, or somebody else
            vals = {"renewal_date": False, **vals}
        is_asking = vals.get("acknowledgement") or "attachment_id" in vals
        asked_before = is_asking and self.filtered("acknowledgement")
        Acknowledgement = self.env["customer.portal.acknowledgement"]
        switches = ("acknowledgement", "acknowledgement_notify")
        is_switched_off = not all(vals.get(name, True) for name in switches)
        untold = is_switched_off and Acknowledgement._filter_untold(self)
        result = super().write(vals)
        if untold:
            Acknowledgement._note_switched_off(untold)
        if "attachment_id" in vals:
            Version._claim(self)
        if {"attachment_id", "valid_until"} & vals.keys():
            Version._keep_end(self)
        self.env["customer.portal.document.news"]._note_replaced(replaced)
        if is_asking:
            asked = self.filtered("acknowledgement")
            dates = Acknowledgement._prepare_dates(vals)
            super(CustomerPortalDocument, asked).write(dates)
            anew = asked - (asked_before - replaced)
            self.env["customer.portal.reader.mail"]._queue(anew, "acknowledgement")
        if self._audience_fields & vals.keys():
            self._revise_followers()
        if (self._audience_fields | {"active"}) & vals.keys():
            self._revoke_shared_link()
        if "active" in vals:
            # sudo: customer.portal.request.line - whoever takes a document away
            self.sudo().request_line_id._revise_state()
        Renewal = self.env["customer.portal.renewal"]
        if {"attachment_id", "valid_until"} & vals.keys():
            Renewal._note_valid(self)
        if self._renewal_fields & vals.keys():
            Renewal._end_activities(self)
        if self._reminded_fields & vals.keys():
            planned = self._get_planned(RENEWAL)
            self.browse(planned.mapped("res_id"))._hand_over_activities()
        return result

    def _hand_over_activities(self):
        """Give what is planned on these documents to who answers for them now."""
        self.env["customer.portal.renewal"]._hand_over(self)

    def _filter_with_file(self, attachment_id):
        """Return those of these documents that have this file, or none, already.

        :param attachment_id: id of an attachment; False for none
        """
        return self.filtered(
            lambda document: document.attachment_id.id == (attachment_id or False)
        )

    def copy(self, default=None):
        """Duplicate documents with their current files; locks, links and versions are their own."""
        copies = super().copy(default)
        for document, copied in zip(self, copies, strict=True):
            if "name" not in (default or {}):
                name = self.env._("%(name)s (copy)", name=document.name)
                copied.with_context(tracking_disable=True).name = name
            # sudo: ir.attachment - of a document that the user has read
            file_sudo = document.sudo().attachment_id
            if file_sudo and not copied.attachment_id:
                copied.sudo().attachment_id = file_sudo._copy_portal_version(
                    res_model=copied._name, res_id=copied.id
                )
        return copies

    def _check_attachments(self, vals_list):
        attachment_ids = [
            vals["attachment_id"] for vals in vals_list if vals.get("attachment_id")
        ]
        attachments = self.env["ir.attachment"].browse(attachment_ids)
        attachments._check_for_portal_documents(self)

    # -- what a document is about

    @api.model
    def _get_linkable_models(self):
        """Return the names of the models whose records documents can be uploaded on."""
        return ["project.project", "project.task"]

    def _is_inline(self):
        """Tell whether the portal may show the file instead of offering it as a download."""
        self.ensure_one()
        return bool(self.attachment_id) and is_inline(self.mimetype)

    # -- who it is for: the discussion and links follow when that changes

    def _get_model_description(self, model_name):
        # in the mails of the discussion: it is no customer's word for it
        if model_name == self._name:
            return self.env._("Document")
        return super()._get_model_description(model_name)

    def action_revoke_link(self):
        """Let the link that was sent by e-mail open the document no more; the next mail has a new one.

        :raise AccessError: the current user may not change the document
        """
        self.check_access("write")
        for document in self.filtered("has_portal_link"):
            document._revoke_shared_link()
            document.message_post(
                body=self.env._(
                    "The link that was sent by e-mail was revoked and no longer opens the document."
                )
            )
        return True

    @api.autovacuum
    def _gc_portal_links(self):
        """Delete the keys of links that are over."""
        return self._revoke_old_shared_links()

    def _revise_followers(self):
        self._remove_outsiders()
        # sudo: res.partner - the contact follows its documents, whoever writes
        for partner_sudo, together_sudo in self.sudo().grouped("partner_id").items():
            together_sudo.message_subscribe(partner_ids=partner_sudo.ids)

    def _is_for(self, partner):
        # by the rule of the portal; or in an open folder, on a record that they may read
        return self.audience_key in get_audience_keys(partner) or any(
            # not the companies that are active for who asks
            self.with_user(user)
            .with_context(allowed_company_ids=[])
            ._is_open_through_other()
            for user in partner.user_ids
        )

    @api.model
    def _get_thread_with_access(self, thread_id, *, pid=None, **kwargs):
        thread = super()._get_thread_with_access(thread_id, pid=pid, **kwargs)
        if not thread.env.su or self.env.su:
            return thread
        # with a key, which core signs for one contact
        recipient = thread.partner_id.browse(int(pid)) if pid else thread.partner_id
        is_alive = thread._is_link_alive() and (
            not recipient or thread._is_for(recipient)
        )
        return thread if is_alive else self.browse()

    # -- the lock: what is locked stays as it is, for everyone, by whatever way

    @api.depends("locked_by_id")
    @api.depends_context("uid")
    def _compute_can_unlock(self):
        Lock = self.env["customer.portal.document.lock"]
        for document in self:
            document.can_unlock = bool(document.locked_by_id) and (
                Lock._is_unlockable(document)
            )

    def action_lock(self):
        """Keep everyone from changing the documents, until they are unlocked.

        :raise DocumentLockedError: somebody else has locked one of them
        """
        self._check_not_locked(except_by=self.env.user)
        self.filtered(lambda document: not document.locked_by_id).write(
            {"locked_by_id": self.env.uid, "locked_date": fields.Datetime.now()}
        )
        return True

    def action_unlock(self):
        """Let the documents be changed again.

        :raise AccessError: the current user neither locked them nor is a manager
        """
        self.filtered("locked_by_id").write(
            {"locked_by_id": False, "locked_date": False}
        )
        return True

    def _check_not_locked(self, except_by=None):
        """Refuse to go on if one of these documents is locked.

        :param except_by: a user whose own locks do not count
        :raise DocumentLockedError: says who locked it
        """
        self.env["customer.portal.document.lock"]._check_none(self, except_by)

    def _check_portal_attachment(self):
        # beside a message, a file is part of the document's page as well
        result = super()._check_portal_attachment()
        self._check_not_locked()
        return result

    def _message_set_main_attachment_id(self, *args, **kwargs):
        # the file that the preview shows is part of what is locked
        unlocked = self.filtered(lambda document: not document.locked_by_id)
        return super(CustomerPortalDocument, unlocked)._message_set_main_attachment_id(
            *args, **kwargs
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._check_not_locked()

    @api.ondelete(at_uninstall=False)
    def _unlink_from_request(self):
        # sudo: customer.portal.request.line - whoever takes a document away
        for line_sudo in self.sudo().request_line_id:
            if line_sudo.state == "received" and not (line_sudo.document_ids - self):
                line_sudo.state = line_sudo._get_empty_state()

    def _follow_contact(self, company):
        """Move documents with their contact to another company, locked ones as well.

        Their contact would lose sight of them otherwise.
        """
        follows = self.env["customer.portal.document.lock"]._let_follow(self)
        return super(CustomerPortalDocument, follows)._follow_contact(company)

    def _follow_to_company(self, company):
        """Move documents with their contact to another company of ours, locked ones as well."""
        follows = self.env["customer.portal.document.lock"]._let_follow(self)
        return super(CustomerPortalDocument, follows)._follow_to_company(company)

    def _filter_movable(self, company):
        found = self.env["customer.portal.document.record"]._get_all_of(self)
        records = {(name, one.id): one for name, all_ in found.items() for one in all_}
        return self.filtered(
            lambda one: self._is_free_for(
                company, one.folder_id, records.get((one.res_model, one.res_id))
            )
        )

    # -- versions: a new file keeps the old ones

    @api.depends("version_ids")
    def _compute_version_count(self):
        # sudo: ir.attachment - who sees a document may know how many versions it has
        counts = dict(
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [("portal_document_id", "in", self.ids)],
                ["portal_document_id"],
                ["__count"],
            )
        )
        for document in self:
            # sudo: the document - the key under which the groups above have it
            document.version_count = counts.get(document.sudo(), 0)

    def action_restore_version(self, attachment):
        """Make an old version the current one, as a new version.

        :param attachment: one of ``version_ids``, as a record or its id
        :raise DocumentLockedError: the document is locked
        :raise ValidationError: not a version of this document
        """
        self.ensure_one()
        self.check_access("write")
        attachment_id = attachment if isinstance(attachment, int) else attachment.id
        self.env["customer.portal.document.version"]._restore(self, attachment_id)
        return True

    # -- search

    @api.depends("name", "description", "attachment_id.name")
    def _compute_search_text(self):
        for document in self:
            document.search_text = fold(
                document.name, document.description, document.attachment_id.name
            )

    @api.model
    def _get_portal_search_domain(self, search, is_common=False):
        """Return the domain of the documents that hold all words, or parts of words.

        :param search: str or None, as typed
        :param bool is_common: whether so many hold them that the first page is found sooner
            by reading the list until it is full
        """
        return get_search_domain("search_text", search, is_common)

    @api.model
    def _search_words(self, operator, value):
        if operator == "in":
            return Domain.OR(
                self._get_portal_search_domain(word or "") for word in value
            )
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator != "ilike":
            raise UserError(
                self.env._("Documents are searched by the words that they contain.")
            )
        return self._get_portal_search_domain(value)

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
        record = self.env["customer.portal.document.record"]._get_of(self)
        if not record:
            return False
        return record.get_formview_action()

    def action_accept_received(self):
        """Accept what was received for the lines of requests that the documents are for.

        :raise UserError: a request is cancelled
        """
        return self.request_line_id.action_accept()

    def action_open_rejection(self):
        """Ask for the reason to reject those lines with."""
        return self.request_line_id.action_open_rejection()

    def action_open_missing_readers(self):
        """List the contacts who have not accepted this version."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not Accepted Yet"),
            "res_model": "res.partner",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.acknowledgement_missing_ids.ids)],
            "context": {"create": False},
        }

    def action_print_acknowledgements(self):
        """Print who has accepted which version, and who is missing: as PDF where that works."""
        self.ensure_one()
        self.check_access("read")
        return self.env["customer.portal.acknowledgement"]._print(self)

    def action_export_acknowledgements(self):
        """Download the same as a table (CSV)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_portal_docs/acknowledgements/{self.id}.csv",
            "target": "download",
        }

    @api.model
    def _cron_remind_of_end(self):
        """Ask customers for the next version of what ends soon."""
        self.env["customer.portal.renewal"]._ask_for_all()
