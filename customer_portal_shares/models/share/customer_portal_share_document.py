import contextlib

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_portal_docs.tools.filenames import clean_line
from odoo.addons.customer_portal_docs.tools.filesizes import format_size

from ...exceptions import ShareRefused
from ...tools.days import make_day_formatter

#: Most documents that one share receives where what it receives is limited at all.
MAX_RECEIVED = 10_000


class CustomerPortalShare(models.Model):
    """Documents and folders of a share: what its visitors find there, and put there."""

    _inherit = "customer.portal.share"

    received_document_ids = fields.One2many(
        "customer.portal.document",
        "share_id",
        string="Received Documents",
        readonly=True,
    )
    received_count = fields.Integer(
        string="Received", compute="_compute_received_count"
    )

    @api.depends("received_document_ids")
    def _compute_received_count(self):
        counts = dict(
            self.env["customer.portal.document"]._read_group(
                [("share_id", "in", self.ids)], ["share_id"], ["__count"]
            )
        )
        for share in self:
            share.received_count = counts.get(share, 0)

    def action_open_received(self):
        """Open the documents that visitors have put into the share."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_portal_docs.customer_portal_document_action"
        )
        return {**action, "domain": [("share_id", "=", self.id)], "context": {}}

    # -- what is in the share

    def _get_formatters(self):
        """Return the functions by which templates write sizes and days for the visitor.

        Where a visitor who is not logged in is, nobody knows: days are the owner's.
        """
        user = self.env.user
        zone = self._get_sender()["tz"] if user._is_public() else user.tz
        return {
            "format_size": format_size,
            "format_day": make_day_formatter(self.env, zone),
        }

    def _read_shared_records(self, res_model):
        if res_model != "customer.portal.folder":
            return super()._read_shared_records(res_model)
        # with all below them: whoever opens a shared folder wants to see what is in it
        tree = self._get_folder_tree()
        ids = [id_ for id_ in self._get_shared_ids(res_model) if id_ in tree._ids]
        return tree.browse(ids)

    def _get_folder_tree(self):
        """Return the folders that visitors may browse, as the owner: the items and all below."""
        return self._remember("folder tree", self._read_folder_tree)

    def _read_folder_tree(self):
        folders = self._as_owner("customer.portal.folder")
        ids = self._get_shared_ids(folders._name)
        if not ids or not self._may_owner_read(folders):
            return folders
        return folders._search_share_tree(ids, self._get_company_domain(folders))

    def _find_folder(self, folder_id):
        """Return a folder that visitors may browse, as the owner, or an empty record."""
        return self._get_folder_tree().filtered(lambda folder: folder.id == folder_id)

    def _find_document(self, document_id):
        """Return a document of the share or of its folders, as the owner, or an empty record."""
        documents = self._get_shared_records("customer.portal.document")
        if document_id in documents._ids:
            return documents.browse(document_id)
        folders = self._get_folder_tree()
        if not folders or not self._may_owner_read(documents):
            return documents.browse()
        domain = Domain("id", "=", document_id) & self._get_company_domain(documents)
        domain &= self._get_folder_content_domain(folders)
        return documents.search_fetch(domain, documents._share_fields)

    @api.model
    def _get_folder_content_domain(self, folders):
        """Return the domain of what a share shows of folders.

        A document that is only for its contact stays so, as when the folder itself is opened
        to customers; it can be shared by name.
        """

        def is_in_folders(model, alias, query):
            return SQL(
                "(%(document)s.folder_id IN %(ids)s AND %(document)s.visibility <> 'contact')",
                document=SQL.identifier(alias),
                ids=folders._ids or (None,),
                to_flush=(model._fields["folder_id"], model._fields["visibility"]),
            )

        # in SQL: each page waits for it, and the ORM thinks about each condition
        return Domain.custom(to_sql=is_in_folders)

    # -- what visitors send

    def _receive_files(self, files, folder_id, visitor):
        """Make documents of the files that a visitor sent, and tell the owner.

        :param files: list of (str file name, :class:`IncomingFile`), each checked
        :param int folder_id: the folder that the visitor looks at, or None
        :param dict visitor: ``partner_id`` and ``visitor``, how visitors called themselves
        :return: the documents, sudoed
        :raise ShareRefused: 413, the share has received as much as it may
        """
        self.ensure_one()
        with self._receiving(files):
            documents_sudo = self._create_received(files, folder_id, visitor)
            self.env["customer.portal.share.receipt"]._queue(documents_sudo)
        return documents_sudo

    @contextlib.contextmanager
    def _receiving(self, files):
        """Let what is received be no more than the company allows, whoever sends at once."""
        company = self.company_id
        max_bytes = company.portal_share_upload_quota * 1024**2
        if not max_bytes:
            yield
            return
        with self._counting():
            self._check_quota(files, max_bytes)
            yield

    def _check_quota(self, files, max_bytes):
        # sudo: customer.portal.document - of the share, whoever may read them
        [(count, size)] = (
            self.env["customer.portal.document"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("share_id", "=", self.id)], aggregates=["__count", "file_size:sum"]
            )
        )
        count += len(files)
        size = (size or 0) + sum(file.size for _name, file in files)
        if size > max_bytes or count > MAX_RECEIVED:
            message = self.env._(
                "This share takes no more files: it has received as much as it may. Please tell "
                "who sent you the link."
            )
            raise ShareRefused(413, "share_full", message, share=self)

    def _create_received(self, files, folder_id, visitor):
        # who sees nothing has no folder to choose
        is_chosen = folder_id and not self._is_drop()
        folder = self._find_folder(folder_id) if is_chosen else self._get_drop_folder()
        # a name that was typed proves nothing, and staff are no customers
        is_customer = self.env.user._is_portal()
        return self.env["customer.portal.document"]._create_from_files(
            files,
            {
                "partner_id": visitor["partner_id"] if is_customer else False,
                "folder_id": folder.id,
                # what came in by a file drop is seen by staff first
                "visibility": "contact" if self._is_drop() else "company",
                "user_id": self.user_id.id,
                "company_id": self.company_id.id,
                "share_id": self.id,
                "share_visitor": clean_line(visitor["visitor"]),
            },
        )

    def _get_drop_folder(self):
        """Return the folder that files go to: the first one shared, or none."""
        return self._get_shared_records("customer.portal.folder")[:1]

    def _notify_received(self, documents_sudo):
        template = self.env.ref(
            "customer_portal_shares.mail_template_share_received",
            raise_if_not_found=False,
        )
        self._mail_owner(template, received_documents=documents_sudo)

    def _note_first_access(self):
        """Remember when somebody else than the owner first came, and tell the owner, once."""
        if self.first_access_date or self.env.user == self.user_id:
            return
        # counted as the rest is: many may be the first, and none shall be asked to come again
        with self._counting():
            is_first = not self.first_access_date
            if is_first:
                self.first_access_date = fields.Datetime.now()
        if is_first and self.notify_first_access:
            template = self.env.ref(
                "customer_portal_shares.mail_template_share_first_access",
                raise_if_not_found=False,
            )
            self._mail_owner(template)

    def _mail_owner(self, template, **context):
        owner = self.user_id
        if not template or not owner.email_normalized:
            return
        # sudo: mail.template, mail.mail - visitors neither read the one nor queue the other, and
        # are not told the name that the mail begins with
        mail_id = (
            template.with_user(SUPERUSER_ID)
            .with_context(lang=owner.lang, **context)
            .send_mail(self.id, email_layout_xmlid="mail.mail_notification_light")
        )
        self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()
