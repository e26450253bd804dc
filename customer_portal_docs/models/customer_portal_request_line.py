from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..exceptions import Gone, InvalidInput
from ..tools.filenames import clean_filename, clean_text
from ..tools.typed import check_length
from .customer_portal_request_portal import MAX_WORDS_LENGTH
from .customer_portal_title_mixin import join_title

#: Most files on one line.
MAX_FILES = 200


class CustomerPortalRequestLine(models.Model):
    """One document that a request asks for, and what has come of it."""

    _name = "customer.portal.request.line"
    _description = "Line of a Document Request"
    _portal_texts = ("description",)
    _inherit = ["customer.portal.title.mixin"]
    _order = "request_id, sequence, id"
    _portal_relations = frozenset({"document_ids", "request_id"})
    #: what only the methods of a line write
    _kept_fields = frozenset(
        {
            "customer_note",
            "is_not_applicable",
            "reason",
            "received_date",
            "rejection_mail_id",
            "renewed_document_id",
            "state",
        }
    )

    request_id = fields.Many2one(
        "customer.portal.request", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="request_id.partner_id", string="Contact", groups="base.group_user"
    )
    deadline = fields.Date(related="request_id.deadline", groups="base.group_user")
    sequence = fields.Integer(default=10)
    name = fields.Char("Document", required=True)
    description = fields.Text("Instructions")
    required = fields.Boolean(default=True)
    multiple = fields.Boolean(
        "Several Files",
        default=True,
        help="Otherwise a new file is a new version of the one that is there.",
    )
    needs_valid_until = fields.Boolean(
        "Ask for Expiry Date",
        help="The customer says until when the document is valid.",
    )
    folder_id = fields.Many2one(
        "customer.portal.folder",
        ondelete="restrict",
        groups="base.group_user",
        help="Where the documents go.",
    )
    record = fields.Reference(
        selection=lambda self: self.env[
            "customer.portal.request"
        ]._get_record_selection(),
        string="File On",
        groups="base.group_user",
        help="The project, task or issue that the documents go to; if empty, what the request is "
        "about.",
    )
    form_file = fields.Binary("File to Fill In", attachment=True)
    form_filename = fields.Char("Name of the File to Fill In")
    document_ids = fields.One2many(
        "customer.portal.document", "request_line_id", string="Documents", readonly=True
    )
    document_count = fields.Integer("Files", compute="_compute_document_count")
    state = fields.Selection(
        [
            ("missing", "Missing"),
            ("received", "Received"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
        ],
        string="Status",
        required=True,
        default="missing",
        readonly=True,
        copy=False,
        index=True,
    )
    is_to_review = fields.Boolean(
        compute="_compute_is_to_review",
        groups="base.group_user",
        help="Received, and neither accepted nor rejected yet.",
    )
    reason = fields.Text(
        "Why It Was Rejected",
        readonly=True,
        copy=False,
        help="Told to the customer.",
    )
    is_not_applicable = fields.Boolean("Not Applicable", readonly=True, copy=False)
    customer_note = fields.Text("Customer's Message", readonly=True, copy=False)
    received_date = fields.Datetime("Received On", readonly=True, copy=False)
    rejection_mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
    renewed_document_id = fields.Many2one(
        "customer.portal.document",
        string="Renews",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The document whose next version is asked for.",
    )

    # -- computed fields

    @api.depends("document_ids")
    def _compute_document_count(self):
        for line in self:
            line.document_count = len(line.document_ids)

    @api.depends("state", "request_id.state", "request_id.active")
    def _compute_is_to_review(self):
        for line in self:
            line.is_to_review = line._is_to_review()

    # -- constraints

    @api.constrains("folder_id")
    def _check_folder_company(self):
        # sudo: customer.portal.folder - only whose it is
        for line_sudo in self.sudo():
            company = line_sudo.folder_id.company_id
            if company and company != line_sudo.request_id.company_id:
                raise ValidationError(
                    self.env._(
                        "A request must belong to the same company as its folders."
                    )
                )

    # -- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept_fields(vals, new=True)
        lines = super().create(vals_list)
        lines.request_id._update_state()
        return lines

    def write(self, vals):
        """Change the lines, in this order.

        1. What methods alone write is refused to others, and so is another request.
        2. The values.
        3. Their request is done once nothing is missing, and open until then.

        :raise AccessError: the user may not
        """
        self._check_kept_fields(vals)
        if (
            "request_id" in vals
            and not self.env.su
            and self.request_id.ids != [vals["request_id"]]
        ):
            raise AccessError(self.env._("A line cannot be moved to another request."))
        result = super().write(vals)
        if {"state", "required"} & vals.keys():
            self.request_id._update_state()
        return result

    @api.model
    def _check_kept_fields(self, vals, new=False):
        """Refuse what only the methods write, which a client can name all the same.

        :raise AccessError: it was named
        """
        named = self._kept_fields & vals.keys()
        if new:
            named = {name for name in named if vals[name] not in (False, "missing")}
        if named and not self.env.su:
            raise AccessError(
                self.env._("Use the buttons to accept or reject what was received.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_received(self):
        # sudo: customer.portal.document - whether there are any, archived and hidden ones too
        if any(line.sudo().document_ids for line in self):
            raise UserError(
                self.env._(
                    "Something was received for this line: it cannot be deleted."
                )
            )

    def unlink(self):
        requests = self.request_id
        result = super().unlink()
        requests.exists()._update_state()
        return result

    # -- what staff do

    def _is_missing(self):
        return self.state in ("missing", "rejected")

    def _is_to_review(self):
        """Tell whether this line, if any, waits for staff to accept or reject what came in."""
        request = self.request_id
        return (
            self.state == "received"
            and request.state in ("open", "done")
            and request.active
        )

    def action_accept(self):
        """Accept what has come in.

        :raise UserError: the request is not sent yet, or cancelled
        """
        self._check_answerable()
        # sudo: customer.portal.request.line - only methods write these
        lines_sudo = self.sudo().filtered(lambda line: line.state != "accepted")
        self.env["customer.portal.request.mail"]._forget_rejection(lines_sudo)
        lines_sudo.write({"state": "accepted", "reason": False})
        return True

    def action_reject(self, reason=None):
        """Ask the customer for it once more, and say why; lines of the same minute in one mail.

        :param str reason: told to the customer
        :raise UserError: without a reason, nothing was sent for a line, or the request is not
            sent yet, cancelled or archived
        """
        self._check_rejectable()
        reason = clean_text(reason or "")
        if not reason:
            raise UserError(
                self.env._("Please give a reason: the customer needs to know.")
            )
        # sudo: customer.portal.request.line - as above
        lines_sudo = self.sudo()
        lines_sudo.write(
            {"state": "rejected", "reason": reason, "is_not_applicable": False}
        )
        self.env["customer.portal.request.mail"]._send_rejection(lines_sudo)
        return True

    def action_open_rejection(self):
        """Ask for the reason to reject with."""
        self._check_rejectable()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_request_reject_action"
            ),
            "context": {"default_line_ids": self.ids},
        }

    def action_open_documents(self):
        """Open what has come in: one document itself, several as a list.

        Of a line without any, the request is opened.
        """
        documents = self.document_ids
        if len(documents) == 1:
            return documents.get_formview_action()
        if len(self) == 1 and not documents:
            return self.action_open_request()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "customer_portal_docs.customer_portal_document_action"
            ),
            "name": self.name if len(self) == 1 else self.env._("Received"),
            "domain": [("request_line_id", "in", self.ids)],
            "context": {},
        }

    def action_open_portal(self):
        """Show the line as the customer sees it, where staff may upload for them."""
        self.ensure_one()
        url = f"{self.request_id.access_url}#line_{self.id}"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def action_open_request(self):
        """Open the request that the line is of."""
        self.ensure_one()
        return self.request_id.get_formview_action()

    def _check_answerable(self):
        self.check_access("write")
        self.request_id.check_access("write")
        for request in self.request_id:
            if request.state == "draft":
                raise UserError(
                    self.env._(
                        "“%(name)s” has not been sent yet: there is nothing to answer.",
                        name=request.name,
                    )
                )
            if request.state == "cancelled":
                raise UserError(
                    self.env._(
                        "“%(name)s” is cancelled: send it again before you accept or reject.",
                        name=request.name,
                    )
                )

    def _check_rejectable(self):
        self._check_answerable()
        for request in self.request_id:
            if not request.active:
                raise UserError(
                    self.env._(
                        "“%(name)s” is archived: unarchive it first, so that the customer can "
                        "send the document again.",
                        name=request.name,
                    )
                )
        for line in self:
            if line.state == "missing":
                raise UserError(
                    self.env._(
                        "Nothing was sent for “%(name)s” yet: there is nothing to reject.",
                        name=line.name,
                    )
                )

    # -- what customers do; of lines whose gate was passed, sudoed

    def _check_open(self, filenames=()):
        """Refuse what a customer cannot do with this line now.

        :param filenames: names of the files that they would add
        :raise Gone: the request is closed, or the line accepted
        :raise InvalidInput: more files than it takes
        """
        self.request_id._check_open()
        if self.state == "accepted":
            raise Gone(
                self.env._(
                    "“%(name)s” has already been accepted. Thank you.", name=self.name
                ),
                code="line_closed",
            )
        if len(filenames) > 1 and not self.multiple:
            raise InvalidInput(
                self.env._("Please choose one file only."), code="too_many_files"
            )
        if self.document_count + len(filenames) > MAX_FILES:
            raise InvalidInput(
                self.env._("There are too many files already."), code="too_many_files"
            )

    def _parse_valid_until(self, text):
        """Return the end that the customer says the document has, False for none.

        :param text: str or None, an ISO date
        :raise InvalidInput: missing where it is asked for, or no date
        """
        return self.env["customer.portal.document.incoming"]._parse_valid_until(
            text, self.request_id._get_customers_today(), self.needs_valid_until
        )

    def _receive(self, files, valid_until=None, by_link=False):
        """Take files in for this line.

        :param files: list of (str file name, :class:`IncomingFile`), each checked
        :param valid_until: str or None, what the customer says
        :param bool by_link: whether the contact's personal link was used
        :return: the documents, sudoed
        :raise Gone: the request is closed, or the line accepted
        :raise InvalidInput: more files than it takes, or no end
        """
        self.ensure_one()
        self._check_open([name for name, _incoming in files])
        date = self._parse_valid_until(valid_until)
        by_link = by_link or self.env.user._is_public()
        env = self.env
        if by_link:
            # what comes by the link is the contact's, and no visitor's
            env = self.with_user(SUPERUSER_ID).env
        # sudo: customer.portal.request.line - behind the gate of the request, which is open
        line_sudo = self.with_env(env).sudo()
        sender = line_sudo.request_id.partner_id if by_link else None
        replaced_sudo = line_sudo._get_replaced()
        if replaced_sudo:
            [(filename, incoming)] = files
            # as it is: not what was rejected, and not the new file
            Receipt = self.env["customer.portal.document.receipt"]
            Receipt._send_to_others(replaced_sudo, sender or self.env.user.partner_id)
            # it waits no more: what is valid again would be noted here twice
            line_sudo.state = "received"
            Version = self.env["customer.portal.document.version"]
            Version._add(replaced_sudo, filename, incoming, date, sender)
            replaced_sudo.request_line_id = line_sudo
            documents_sudo = replaced_sudo
        else:
            documents_sudo = line_sudo._create_documents(files, date, sender)
        line_sudo._plan_receipt(documents_sudo, sender)
        line_sudo._note_received(documents_sudo, self._get_sender_name(by_link))
        return documents_sudo

    def _get_replaced(self):
        """Return the document that a new file is a new version of, or an empty record."""
        renewed_sudo = self.renewed_document_id
        if renewed_sudo.active and self._is_replaceable(renewed_sudo):
            return renewed_sudo
        documents_sudo = self._get_customer_documents().filtered(self._is_replaceable)
        return documents_sudo.browse() if self.multiple else documents_sudo[:1]

    def _is_replaceable(self, document_sudo):
        """Tell whether what customers send may be a new version of a document.

        What staff have locked stays as it is, and so does their text that readers accept.
        """
        return (
            not document_sudo.locked_by_id
            and not document_sudo._is_text_of_staff()
            and self._is_of_customer(document_sudo)
        )

    def _get_customer_documents(self):
        """Return what came in, without what staff have given to another customer since."""
        return self.document_ids.filtered(self._is_of_customer)

    def _is_of_customer(self, document_sudo):
        """Tell whether a document is for all whom the request is for."""
        request = self.request_id
        # the contact may have moved to another company since, with what is theirs alone
        if "contact" in (document_sudo.visibility, request.visibility):
            return document_sudo.partner_id == request.partner_id
        return document_sudo.commercial_partner_id == request.commercial_partner_id

    def _is_received_of_customer(self, document_sudo):
        """Tell whether a document is still what came in for a line, and was not rejected."""
        return (
            bool(self)
            and self.state != "rejected"
            and self._is_of_customer(document_sudo)
        )

    def _create_documents(self, files, valid_until, sender=None):
        request = self.request_id
        user = self.env.user
        partner = request.partner_id
        if not sender and user._is_portal():
            partner = user.partner_id
        record = self._get_filing_record()
        company = request.company_id
        Incoming = self.env["customer.portal.document.incoming"]
        return Incoming._create_documents(
            files,
            {
                "name": self._get_document_title(files),
                "partner_id": partner.id,
                "visibility": request.visibility,
                "company_id": company.id,
                "user_id": request.user_id.id or company.portal_document_user_id.id,
                "folder_id": self.folder_id.id,
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
                "request_line_id": self.id,
                "valid_until": valid_until,
            },
            sender,
        )

    def _plan_receipt(self, documents_sudo, sender=None):
        """Confirm to the customer who sent files that they are there, if the setting says so."""
        user = self.env.user
        if not sender and user._is_portal():
            sender = user.partner_id
        if sender and self.request_id.company_id.portal_document_receipt:
            Receipt = self.env["customer.portal.document.receipt"]
            Receipt._plan(documents_sudo, sender)

    def _get_filing_record(self):
        """Return the record that what comes in is filed on, or None."""
        linkable = self.env["customer.portal.document"]._get_linkable_models()
        for record in (self.record, self.request_id.record):
            # of an addon that was uninstalled, perhaps
            if record and record._name in linkable and record.exists():
                return record
        return None

    def _get_document_title(self, files):
        """Return the title for what comes in; several files are told apart by their names."""
        if len(files) > 1 or not self.multiple:
            return self.name
        [(filename, _incoming)] = files
        return join_title(self.name, clean_filename(filename))

    def _get_sender_name(self, by_link):
        user = self.env.user
        if by_link or user._is_public():
            return self.request_id.partner_id._get_portal_name()
        return user.name

    def _note_received(self, documents_sudo, who):
        self.env["customer.portal.request.mail"]._forget_rejection(self)
        self.write(
            {
                "state": "received",
                "received_date": fields.Datetime.now(),
                "is_not_applicable": False,
                "customer_note": False,
            }
        )
        env = self.request_id._for_staff().env
        self.request_id._tell_staff(
            env._(
                "%(who)s sent “%(line)s”: %(files)s",
                who=who,
                line=self.name,
                files=", ".join(documents_sudo.mapped("filename")),
            )
        )

    def _decline(self, words, by_link=False):
        """Note that the customer says that there is no such document.

        :param str words: why
        :raise InvalidInput: without words
        """
        self._check_open()
        check_length(self.env, words, MAX_WORDS_LENGTH, "reason")
        words = clean_text(words)
        if not words:
            raise InvalidInput(
                self.env._("Please tell us why this does not apply to you."),
                code="no_reason",
            )
        self.env["customer.portal.request.mail"]._forget_rejection(self)
        self.write(
            {
                "state": "received",
                "received_date": fields.Datetime.now(),
                "is_not_applicable": True,
                "customer_note": words,
            }
        )
        env = self.request_id._for_staff().env
        self.request_id._tell_staff(
            env._(
                "%(who)s says that “%(line)s” does not apply: %(words)s",
                who=self._get_sender_name(by_link),
                line=self.name,
                words=words,
            )
        )

    def _take_back(self, document_id=None, by_link=False):
        """Take back what the customer sent, or said.

        :param document_id: id of one of the documents; None for the words
        :return: whether there was such a thing
        :raise DocumentLockedError: staff have locked it
        """
        self._check_open()
        document_sudo = self._get_customer_documents().filtered(
            lambda one: one.id == document_id
        )
        if document_id and not document_sudo:
            return False
        # the versions before it are not of this line
        if document_sudo and document_sudo == self.renewed_document_id:
            raise Gone(
                self.env._("Please send the right file instead."), code="is_renewal"
            )
        document_sudo.write({"active": False})
        self.write({"is_not_applicable": False, "customer_note": False})
        self._revise_state()
        self._tell_taken_back(by_link)
        return True

    def _tell_taken_back(self, by_link=False):
        env = self.request_id._for_staff().env
        self.request_id._tell_staff(
            env._(
                "%(who)s took back what they sent for “%(line)s”.",
                who=self._get_sender_name(by_link),
                line=self.name,
            )
        )

    # what customers do on the page of a document, after which staff look again

    def _note_exchanged(self, document_sudo):
        """Note that a document that was already answered has a new file from the customer."""
        for line_sudo in self._filter_answered(document_sudo, "accepted", "rejected"):
            line_sudo._note_received(document_sudo, self.env.user.name)

    def _note_withdrawn(self, document_sudo):
        """Note that the customer has withdrawn a document of a line that staff have accepted."""
        for line_sudo in self._filter_answered(document_sudo, "accepted"):
            is_empty = line_sudo._is_empty()
            line_sudo.state = line_sudo._get_empty_state() if is_empty else "received"
            line_sudo._tell_taken_back()

    def _filter_answered(self, document_sudo, *states):
        """Return those in some states, of requests that are neither cancelled nor archived."""
        return self.filtered(
            lambda line: (
                line.state in states
                and line.request_id.active
                and line.request_id.state in ("open", "done")
                and line._is_of_customer(document_sudo)
            )
        )

    def _revise_state(self):
        """Have lines whose documents are gone be missing again."""
        for line_sudo in self.sudo():  # sudo: customer.portal.request.line - as above
            if line_sudo.state == "received" and line_sudo._is_empty():
                line_sudo.state = line_sudo._get_empty_state()

    def _get_empty_state(self):
        """Return the state without a document: what was rejected is still to be sent again."""
        return "rejected" if self.reason else "missing"

    def _is_empty(self):
        self.invalidate_recordset(["document_ids"])
        return not self._get_customer_documents() and not self.is_not_applicable

    # -- in the portal

    def _get_portal_status(self):
        """Return what the page says of the line: (str Bootstrap color, str label)."""
        self.ensure_one()
        labels = {
            "accepted": ("success", self.env._("Accepted")),
            "received": ("info", self.env._("Received")),
            "rejected": ("danger", self.env._("Please send it again")),
            "missing": ("warning", self.env._("Missing")),
        }
        if self.state == "missing" and not self.required:
            return "secondary", self.env._("Optional")
        return labels[self.state]

    def _is_changeable(self):
        """Tell whether the customer may still send, replace or take back."""
        return self.request_id.state == "open" and self.state != "accepted"

    def _get_portal_json(self):
        return {
            "id": self.id,
            "name": self.name,
            "required": self.required,
            "state": self.state,
            "reason": self.reason or None,
        }

    def _get_form_attachment_sudo(self):
        """Return the file to fill in as an attachment, sudoed, or an empty record."""
        # sudo: ir.attachment - of a line whose gate was passed
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", "form_file"),
                ],
                limit=1,
            )
        )
