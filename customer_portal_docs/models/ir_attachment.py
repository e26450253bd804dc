import base64
import contextlib
import logging
import os
import shutil
import tempfile

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.filenames import clean_filename
from ..tools.filetypes import get_mimetype, is_active
from ..tools.incoming import IncomingFile

_logger = logging.getLogger(__name__)

#: Of S3: a file is sent in at most 10 000 parts (of at least 5 MB, the last one excepted).
MAX_PARTS = 9_000
#: Also what a process holds of a file at a time, in bytes.
MIN_PART_BYTES = 5 * 1024 * 1024

#: What the content of a file is written by.
_CONTENT_FIELDS = {
    "checksum",
    "datas",
    "db_datas",
    "mimetype",
    "raw",
    "store_fname",
    "type",
    "url",
}
#: Context value of the one change that does not ask for a lock. An object, so that no client
#: can send it.
_CLAIM = object()


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    portal_document_id = fields.Many2one(
        "customer.portal.document",
        string="Version Of",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="customer_portal_docs.group_document_user",
    )
    portal_valid_until = fields.Date(
        "Valid Until",
        copy=False,
        readonly=True,
        groups="customer_portal_docs.group_document_user",
    )
    portal_sender_name = fields.Char(
        "Sent by Link",
        copy=False,
        readonly=True,
        groups="customer_portal_docs.group_document_user",
        help="The contact who sent the file by a personal link, in place of a login.",
    )
    portal_sender_id = fields.Many2one(
        "res.partner",
        string="Sent By",
        copy=False,
        readonly=True,
        ondelete="set null",
        # contacts that are deleted or merged are looked for in it
        index="btree_not_null",
        groups="customer_portal_docs.group_document_user",
        help="The contact whose file it is, whoever restored it.",
    )
    is_portal_current_version = fields.Boolean(
        string="Current", compute="_compute_is_portal_current_version"
    )

    # pictures are kept by the content of files, which core looks for by other columns
    _portal_checksum_idx = models.Index("(checksum) WHERE checksum IS NOT NULL")

    @api.depends("portal_document_id.attachment_id")
    def _compute_is_portal_current_version(self):
        for attachment in self:
            # sudo: customer.portal.document - whose file it is says nothing of the document
            document_sudo = attachment.sudo().portal_document_id
            attachment.is_portal_current_version = (
                document_sudo.attachment_id == attachment.sudo()
            )

    # An IncomingFile as `raw` goes through core's own create(): its checks, its order (row
    # first, so that the filestore's garbage collection waits, then the file), its names.

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_portal_version_vals(
                {**self._get_default_portal_version(), **vals}
            )
        if not self._takes_incoming():
            vals_list = [self._read_incoming(vals) for vals in vals_list]
        return super().create(vals_list)

    @api.model
    def _create_incoming_sudo(self, filename, incoming, sender=None):
        """Store a file that came in, of whatever name, and return it, sudoed.

        :param str filename: as it was sent
        :param incoming: :class:`IncomingFile`
        :param sender: res.partner whose personal link it came by; None: the current user sent it
        """
        filename = clean_filename(filename)
        sender_name = sender._get_portal_name() if sender else False
        # sudo: ir.attachment - portal users have no access of their own to attachments; what
        # core does for them (no scriptable type is stored as such) is asked for by context,
        # and a customer's picture is kept as it is
        return (
            self.sudo()
            .with_context(attachments_mime_plainxml=True, image_no_postprocess=True)
            .create(
                {
                    "name": filename,
                    "mimetype": incoming.get_mimetype(filename),
                    "raw": incoming,
                    "portal_sender_name": sender_name,
                    "portal_sender_id": sender.id if sender else False,
                }
            )
        )

    @api.model
    def _takes_incoming(self):
        # fs_attachment is asked before us until Odoo is next started after its installation
        writer = type(self)._storage_file_write
        return writer.__module__ == __name__

    @api.model
    def _read_incoming(self, vals):
        if isinstance(vals.get("raw"), IncomingFile):
            vals = {**vals, "raw": vals["raw"].read_whole()}
        return vals

    def _compute_mimetype(self, values):
        raw = values.get("raw")
        if isinstance(raw, IncomingFile):
            values = {**values, "raw": raw.head}
        return super()._compute_mimetype(values)

    def _compute_checksum(self, bin_data):
        if isinstance(bin_data, IncomingFile):
            return bin_data.checksum
        return super()._compute_checksum(bin_data)

    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        # core copies the words of a text file of any size into the database
        if isinstance(bin_data, IncomingFile):
            return False
        return super()._index(bin_data, file_type, checksum=checksum)

    def _get_datas_related_values(self, data, mimetype):
        values = super()._get_datas_related_values(data, mimetype)
        if isinstance(values["db_datas"], IncomingFile):
            # the database takes bytes only: memory is its to spend
            values["db_datas"] = data.read_whole()
        return values

    @api.model
    def _get_path(self, bin_data, sha):
        if isinstance(bin_data, IncomingFile):
            # whether the same is there already is seen when it is placed
            fname = f"{sha[:2]}/{sha}"
            return fname, self._full_path(fname)
        return super()._get_path(bin_data, sha)

    @api.model
    def _file_write(self, bin_value, checksum):
        if not isinstance(bin_value, IncomingFile) or self._storage() != "file":
            return super()._file_write(bin_value, checksum)
        fname, path = self._get_path(bin_value, checksum)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # on the list first: a file that stands there with nobody's row is collected
        self._mark_for_gc(fname)
        try:
            bin_value.place(path)
        except FileExistsError as error:
            raise UserError(
                self.env._("The attachment collides with an existing file.")
            ) from error
        return fname

    @api.model
    def _get_incoming_directory(self):
        """Return the directory where uploads are written before they are attachments.

        On the filestore's own file system, so that storing a file moves no bytes.
        """
        directory = self._filestore()
        os.makedirs(directory, exist_ok=True)
        return directory

    def _get_portal_mimetype(self):
        """Return what the file is, or False.

        Odoo keeps scriptable files of outsiders as plain text: their names tell the truth.
        """
        by_name = get_mimetype(self.name or "", b"")
        return by_name if is_active(by_name) else self.mimetype

    @contextlib.contextmanager
    def _open_portal_content(self):
        """Open the content as a file with a descriptor, wherever it is kept.

        :raise FileNotFoundError: it is missing
        """
        self.ensure_one()
        # of thirty columns this one
        self.fetch(["store_fname"])
        # OCA fs_attachment: "<storage>://<path>"
        if self.store_fname and "://" not in self.store_fname:
            with open(self._full_path(self.store_fname), "rb") as file:
                yield file
            return
        with tempfile.TemporaryFile() as file:
            if hasattr(self, "open"):
                with self.open("rb") as content:
                    shutil.copyfileobj(content, file)
            else:
                file.write(self.raw or b"")
            file.seek(0)
            yield file

    # -- searches

    @api.model
    def _search(self, domain, *args, **kwargs):
        # core finds files with all rights, and then asks for each whether it may be read
        domain = self._guard_domain(domain, is_run_by_server=True)
        return super()._search(domain, *args, **kwargs)

    # -- files of discussions

    def _is_opened_by_passing_key(self, access_token):
        """Tell whether a key that opened this file is one of core's answers, and is not stored."""
        self.ensure_one()
        file_sudo = (
            self.sudo()
        )  # sudo: ir.attachment - its key, of which nothing is told
        return not file_sudo.public and file_sudo.access_token != access_token

    def _is_for_staff_alone(self):
        """Tell whether this file is of internal notes, and in no message that people outside read.

        Beside a record that customers discuss, so is a file without a message; its own page may
        show it all the same: a document, what came with an issue.
        """
        self.ensure_one()
        file_sudo = self.sudo()  # sudo: ir.attachment - what it belongs to
        res_model = file_sudo.res_model
        is_thread = isinstance(self.env.get(res_model), self.pool["mail.thread"])
        # members of a channel read all of it
        if not file_sudo.res_id or not is_thread or res_model == "discuss.channel":
            return False
        # sudo: mail.message - which of them are public
        messages_sudo = self.env["mail.message"].sudo()
        found_sudo = messages_sudo.search([("attachment_ids", "in", self.ids)])
        if found_sudo:
            return all(message._is_for_staff() for message in found_sudo)
        return res_model in {
            *messages_sudo._get_portal_discussed_models(),
            *self.env["customer.portal.document"]._get_linkable_models(),
        }

    # -- versions of documents

    @api.model
    def _get_default_portal_version(self):
        names = ("portal_document_id", "portal_sender_id", "portal_sender_name")
        given = ((name, self.env.context.get(f"default_{name}")) for name in names)
        return {name: default for name, default in given if default}

    @api.model
    def _check_portal_version_vals(self, vals):
        if self.env.su:
            return
        # a document takes its files itself, and checks who may
        if "portal_document_id" in vals:
            raise AccessError(
                self.env._("New versions can only be added on the document itself.")
            )
        # who has sent a file is not asked to accept it
        if {"portal_sender_id", "portal_sender_name"} & vals.keys():
            raise AccessError(self.env._("Who sent a file cannot be set."))

    def _get_named(self, values):
        # who knows how a file is called in the store would read it by a form
        place = self.sudo()[:1]  # sudo: ir.attachment - where this file itself is
        for name in ("db_datas", "store_fname"):
            if values.get(name) and values[name] != place[name]:
                raise AccessError(self.env._("Where Odoo stores a file cannot be set."))
        return super()._get_named(values)

    def _get_portal_documents_sudo(self):
        """Return the documents that these are files of, whoever may see them, sudoed."""
        # sudo: customer.portal.document - a file that the user cannot see is protected as well
        current_sudo = (
            self.env["customer.portal.document"]
            .sudo()
            .with_context(active_test=False)
            .search([("attachment_id", "in", self.ids)])
        )
        return current_sudo | self.sudo().portal_document_id.exists()

    def write(self, vals):
        self._check_portal_version_vals(vals)
        if self.env.context.get("portal_document_claim") is not _CLAIM:
            documents_sudo = self._get_portal_documents_sudo()
            if documents_sudo and self._is_same_content(vals):
                # core would make a picture smaller, and guess the type anew
                same = self.with_context(image_no_postprocess=True)
                vals = {**vals, "mimetype": self.mimetype}
                return super(IrAttachment, same).write(vals)
            documents_sudo._check_not_locked()
        if _CONTENT_FIELDS & vals.keys():
            self._check_not_accepted()
        return super().write(vals)

    def _is_same_content(self, vals):
        """Tell whether the bytes that are there are written again, and nothing else.

        So files are moved to another storage, by core's ``force_storage`` and by OCA
        fs_attachment: one file that cannot be written would end the move of all.
        """
        if len(self) != 1 or vals.keys() - {"mimetype"} not in ({"raw"}, {"datas"}):
            return False
        content = (
            vals["raw"] if "raw" in vals else base64.b64decode(vals["datas"] or b"")
        )
        mimetype = vals.get("mimetype") or self.mimetype
        return (
            isinstance(content, bytes)
            # before anything is read; who moves a file has read it
            and len(content) == self.file_size
            # which may be another by the rights of who writes
            and self._check_contents({"mimetype": mimetype})["mimetype"]
            == self.mimetype
            and self.raw == content
        )

    def _migrate(self):
        """Leave out files of documents that cannot be read: core would write them empty.

        What is locked refuses that, which ended the move of all.
        """
        # sudo: ir.attachment - which are files of documents
        lost_sudo = self.sudo().filtered(
            lambda file: file.portal_document_id and not file._is_in_filestore()
        )
        for file_sudo in lost_sudo:
            _logger.error(
                "%s of %s is not moved: its file %s cannot be read",
                file_sudo,
                file_sudo.portal_document_id,
                file_sudo.store_fname,
            )
        return super(IrAttachment, self - lost_sudo)._migrate()

    def _is_in_filestore(self):
        """Tell whether the content can be read, as far as that is for this machine to say."""
        fname = self.store_fname
        # OCA fs_attachment: "<storage>://<path>"
        is_local = fname and "://" not in fname
        return not is_local or os.access(self._full_path(fname), os.R_OK)

    def _check_not_accepted(self):
        """Refuse to put other content where somebody has read and accepted what is there.

        :raise AccessError: somebody has; superuser code may
        """
        # sudo: customer.portal.acknowledgement - whether anybody has
        Acknowledgement_sudo = self.env["customer.portal.acknowledgement"].sudo()
        domain = [("attachment_id", "in", self.ids)]
        if not self.env.su and Acknowledgement_sudo.search_count(domain, limit=1):
            raise AccessError(
                self.env._("What was read and accepted is kept unchanged, for good.")
            )

    def _check_for_portal_documents(self, documents):
        """Refuse files that the user may not give to documents, which show them to others.

        :param documents: customer.portal.document, none where they are still to be made
        :raise AccessError: the user may not read one of the files
        :raise ValidationError: one is no file of the user's, or another document's
        """
        self.check_access("read")
        # sudo: ir.attachment - readable, see above
        for attachment_sudo in self.sudo():
            if attachment_sudo.type != "binary" or attachment_sudo.public:
                raise ValidationError(
                    self.env._("Only a file that you uploaded can become a document.")
                )
            if attachment_sudo.portal_document_id - documents:
                raise ValidationError(
                    self.env._("This file belongs to another document.")
                )

    def _claim_for_portal_document(self, document):
        """Make these files of a document what is not yet another record's or document's.

        The document has checked that it may have them, and that it is not locked.
        """
        for attachment in self:
            vals = {}
            if not attachment.res_id:
                vals.update({"res_model": document._name, "res_id": document.id})
            if not attachment.portal_document_id:
                vals["portal_document_id"] = document.id
                if not attachment.portal_sender_id:
                    vals["portal_sender_id"] = attachment.create_uid.partner_id.id
            if vals:
                attachment.with_context(portal_document_claim=_CLAIM).write(vals)

    def action_restore_portal_version(self):
        """Make this old version the current one of its document."""
        self.ensure_one()
        self.portal_document_id.action_restore_version(self)
        return True

    def action_download_portal_version(self):
        """Download this version."""
        self.ensure_one()
        document = self.portal_document_id
        return {
            "type": "ir.actions.act_url",
            "url": f"{document.access_url}/content?version={self.id}&download=1",
            "target": "download",
        }

    def _copy_portal_version(self, **vals):
        """Return a new attachment with the same content, without reading or storing it again.

        Core's copy() reads a file whole; here the new row names the file that is there. It stays
        the file of who has sent it, whoever restores it.

        :param vals: what is different with the new one
        """
        self.ensure_one()
        # of a contact who is gone it is nobody's, and not of who restores it
        sender = self.portal_sender_id or self.env.ref("base.partner_root")
        copied = self.create(
            {
                "name": self.name,
                "res_model": self.res_model,
                "res_id": self.res_id,
                "mimetype": self.mimetype,
                "portal_sender_id": sender.id,
                **vals,
            }
        )
        content = {name: self[name] for name in self._get_content_fields()}
        # past core's write(), which drops what it computes from bytes
        models.BaseModel.write(copied, content)
        return copied

    @api.model
    def _get_content_fields(self):
        """Return the names of the stored fields that say what and where the content is."""
        names = ("store_fname", "db_datas", "checksum", "file_size", "mimetype")
        return [*names, *({"fs_filename"} & self._fields.keys())]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_portal_document(self):
        documents_sudo = self._get_portal_documents_sudo()
        documents_sudo._check_not_locked()
        for document_sudo in documents_sudo:
            if document_sudo.attachment_id & self.sudo():
                raise UserError(
                    self.env._(
                        "This file is the content of the document “%(name)s”. "
                        "Archive or delete the document instead.",
                        name=document_sudo.name,
                    )
                )

    # -- OCA fs_attachment, where it is installed: it calls these, nobody else does

    @api.model
    def _storage_file_write(self, bin_data):
        """Write a file to a remote storage piece by piece; fs_attachment's takes bytes."""
        if not isinstance(bin_data, IncomingFile):
            return super()._storage_file_write(bin_data)
        code = self.env.context.get("storage_location") or self._storage()
        filesystem = self._get_fs_storage_for_code(code)
        path = self._get_fs_path(code, bin_data)
        if not filesystem.exists(os.path.dirname(path)):
            filesystem.makedirs(os.path.dirname(path))
        fname = f"{code}://{path}"
        # on the list first, as in _file_write
        self._fs_mark_for_gc(fname)
        options = {
            "block_size": max(MIN_PART_BYTES, bin_data.size // MAX_PARTS + 1),
            **self._storage_write_option(filesystem),
        }
        with filesystem.open(path, "wb", **options) as file:
            bin_data.copy_to(file)
        return fname

    def _enforce_meaningful_storage_filename(self):
        # it renames what is stored, which another version may have as its content
        shared = self.filtered(
            lambda file: file.fs_filename and file._is_content_shared()
        )
        others = super(IrAttachment, self - shared)
        return others._enforce_meaningful_storage_filename()

    def _is_content_shared(self):
        self.ensure_one()
        # sudo: ir.attachment - whoever else has the same content
        same = [("store_fname", "=", self.store_fname), ("id", "!=", self.id)]
        hidden_too = self.sudo().with_context(skip_res_field_check=True)
        return bool(self.store_fname and hidden_too.search_count(same, limit=1))
