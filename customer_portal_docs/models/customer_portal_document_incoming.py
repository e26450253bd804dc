import logging

from odoo import api, fields, models

from ..exceptions import InvalidInput
from ..tools.apart import apart
from ..tools.filenames import clean_filename, clean_line, clean_text
from ..tools.parsing import parse_day
from .customer_portal_title_mixin import join_title

_logger = logging.getLogger(__name__)

#: When an upload of several files counts as left, after its last one.
UPLOAD_END_MINUTES = 10


class CustomerPortalDocumentIncoming(models.AbstractModel):
    """How files become documents: those of customers, of staff, of requests and of shares.

    It keeps nothing. Who may send what is for the callers to ask.
    """

    _name = "customer.portal.document.incoming"
    _description = "Files That Become Documents"

    @api.model
    def _create_documents(self, files, vals, sender=None, is_of_several=False):
        """Create one document for each file, all of them or none.

        The caller has checked that the files are acceptable and that the current user may
        upload for this contact, into this folder and on this record.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param vals: dict of values that the documents share; ``name`` may be empty
        :param sender: res.partner whose personal link they came by; None: the current user sent them
        :param bool is_of_several: whether others of that title come by requests of their own
        :return: the documents, sudoed
        """
        title = clean_line(vals.pop("name", ""))
        is_of_several = is_of_several or len(files) > 1
        Attachment = self.env["ir.attachment"]
        # sudo: customer.portal.document - customers create documents here and nowhere else
        Document_sudo = (
            self.env["customer.portal.document"]
            .sudo()
            .with_context(
                mail_create_nosubscribe=True,
                mail_create_nolog=True,
                mail_auto_subscribe_no_notify=True,
            )
        )
        documents_sudo = Document_sudo.create(
            [
                {
                    **vals,
                    "name": self._get_title(
                        title, clean_filename(filename), is_of_several
                    ),
                    "description": clean_text(vals.get("description")),
                    "attachment_id": Attachment._create_incoming_sudo(
                        filename, incoming, sender
                    ).id,
                }
                for filename, incoming in files
            ]
        )
        if sender:
            # whoever records them
            documents_sudo.is_from_staff = False
        self._subscribe_contact(documents_sudo)
        return documents_sudo

    @api.model
    def _get_title(self, title, filename, is_of_several):
        if title and not is_of_several:
            return title
        return join_title(title, filename)

    @api.model
    def _subscribe_contact(self, documents_sudo):
        # nobody follows a new document yet: nothing to look up before
        # but who is assigned to it, who may be the contact as well
        followed = documents_sudo.filtered(
            lambda document: (
                document.partner_id.active
                and document.partner_id != document.user_id.partner_id
            )
        )
        for partner, documents in followed.grouped("partner_id").items():
            documents_sudo.env["mail.followers"]._insert_followers(
                documents._name,
                documents.ids,
                partner.ids,
                customer_ids=partner.filtered("partner_share").ids,
                check_existing=False,
            )

    # -- what customers send by themselves

    @api.model
    def _create_own_documents(self, files, vals):
        """Create documents that the current portal user uploads, and tell who must know.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param vals: dict of ``name``, ``description``, ``folder_id``, ``res_model``, ``res_id``,
            ``valid_until`` and ``upload_key``, which is the same for all files that come in together: who must
            know is told once, when :meth:`_end_upload` is called
        :return: the documents, sudoed
        """
        partner = self.env.user.partner_id
        # what is asked for below, and not eighty columns
        partner.fetch(
            ["active", "commercial_partner_id", "company_id", "name", "partner_share"]
        )
        record = (
            self.env[vals["res_model"]].browse(vals["res_id"])
            if vals.get("res_id")
            else None
        )
        folder = self.env["customer.portal.folder"].browse(vals.get("folder_id"))
        company_sudo = self._get_own_company_sudo(record, folder)
        documents_sudo = self._create_documents(
            files,
            {
                "visibility": company_sudo.portal_document_visibility,
                **vals,
                "partner_id": partner.id,
                "company_id": company_sudo.id,
                "user_id": company_sudo.portal_document_user_id.id,
            },
        )
        if not vals.get("upload_key"):
            self._tell_of_upload(documents_sudo)
        return documents_sudo

    @api.model
    def _get_own_company_sudo(self, record, folder):
        """Return which of our companies own documents are with that come to a place, sudoed.

        That of the record, of the folder, or else of the current user.

        :param record: that they are uploaded on, or None
        :param folder: customer.portal.folder, may be empty
        """
        Document = self.env["customer.portal.document"]
        company_sudo = Document._get_company_of_user_sudo()
        # sudo: the record, customer.portal.folder - only whose they are
        return (
            Document.with_company(company_sudo)
            ._find_company(None, record and record.sudo(), folder.sudo())
            .sudo()
        )

    @api.model
    def _parse_valid_until(self, text, today, is_asked=False):
        """Return the end that a customer says a document has, False for none.

        :param text: anything that a client may have sent; an ISO date
        :param today: date, where the customer is
        :param bool is_asked: whether it has to be said
        :raise InvalidInput: missing, no date, or over already
        """
        text = text.strip() if isinstance(text, str) else ""
        if not text and not is_asked:
            return False
        date = parse_day(text)
        if not date:
            raise InvalidInput(
                self.env._("Please say until when the document is valid."),
                code="bad_valid_until",
            )
        if date < today:
            raise InvalidInput(
                self.env._(
                    "This document is no longer valid. Please send the new one."
                ),
                code="bad_valid_until",
            )
        return date

    # -- who is told, once for all that came in together

    @api.model
    def _end_upload(self, upload_key):
        """Tell who must know of the documents that the current user has uploaded together."""
        self._tell_of_upload(self._find_upload_sudo(self.env.user, upload_key))

    @api.model
    def _find_upload_sudo(self, user, upload_key):
        """Return the documents that a user has uploaded together, sudoed."""
        # sudo: customer.portal.document - the key is hidden from all users
        return (
            self.env["customer.portal.document"]
            .sudo()
            .search(
                [("upload_key", "=", upload_key), ("create_uid", "=", user.id)],
                order="id",
            )
        )

    @api.model
    def _tell_of_left_uploads(self):
        """Tell of uploads that were left before their end: with the page, or the connection.

        :return: bool, whether there was time for all of them
        """
        since = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=UPLOAD_END_MINUTES
        )
        # sudo: customer.portal.document - as above
        left = (
            self.env["customer.portal.document"]
            .sudo()
            ._read_group(
                [("upload_key", "!=", False)],
                ["create_uid", "upload_key"],
                having=[("create_date:max", "<", since)],
            )
        )
        for number, (user, upload_key) in enumerate(left, 1):
            message = "No e-mail about upload %s of %s: it is tried again the next time"
            with apart(self.env, _logger, message, upload_key, user):
                self._tell_of_left_upload(user, upload_key)
            remaining = len(left) - number
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return not remaining
        return True

    @api.model
    def _tell_of_left_upload(self, user, upload_key):
        # asked again: the page may have ended the upload meanwhile, or gone on with it
        documents_sudo = self._find_upload_sudo(user, upload_key)
        # sudo: customer.portal.upload - whether a file is on its way
        Upload_sudo = self.env["customer.portal.upload"].sudo()
        is_free = documents_sudo.try_lock_for_update() == documents_sudo
        if is_free and not Upload_sudo._is_any_going_on(user, upload_key):
            self._tell_of_upload(documents_sudo)

    @api.model
    def _tell_of_upload(self, documents_sudo):
        documents_sudo.filtered("upload_key").upload_key = False
        documents_sudo._notify_assigned_user()
        received_sudo = documents_sudo.filtered("company_id.portal_document_receipt")
        self.env["customer.portal.document.receipt"]._send(received_sudo)
