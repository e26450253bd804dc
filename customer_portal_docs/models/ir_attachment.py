import os

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.incoming import IncomingFile


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    portal_document_id = fields.Many2one(
        "customer.portal.document",
        string="Version Of",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
    )
    is_portal_current_version = fields.Boolean(
        string="Current", compute="_compute_is_portal_current_version"
    )

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
        if self._storage() != "file":
            vals_list = [self._read_incoming(vals) for vals in vals_list]
        return super().create(vals_list)

    @api.model
    def _read_incoming(self, vals):
        # other storages take bytes only: memory is theirs to spend
        if isinstance(vals.get("raw"), IncomingFile):
            vals["raw"].seek(0)
            vals = {**vals, "raw": vals["raw"].read()}
        return vals

    def _compute_mimetype(self, values):
        raw = values.get("raw")
        if isinstance(raw, IncomingFile):
            values = {**values, "raw": raw.head}
        return super()._compute_mimetype(values)

    def _get_datas_related_values(self, data, mimetype):
        if not isinstance(data, IncomingFile):
            return super()._get_datas_related_values(data, mimetype)
        checksum = data.checksum
        return {
            "file_size": data.size,
            "checksum": checksum,
            # core copies the words of a text file of any size into the database
            "index_content": False,
            "store_fname": f"{checksum[:2]}/{checksum}",
            "db_datas": False,
        }

    @api.model
    def _file_write(self, bin_value, checksum):
        if not isinstance(bin_value, IncomingFile):
            return super()._file_write(bin_value, checksum)
        fname = f"{checksum[:2]}/{checksum}"
        path = self._full_path(fname)
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

    # -- versions of documents

    def write(self, vals):
        # sudo: ir.attachment - which document's file it is
        self.sudo().portal_document_id._check_not_locked()
        return super().write(vals)

    def action_restore_portal_version(self):
        """Make this old version the current one of its document."""
        self.ensure_one()
        self.portal_document_id.action_restore_version(self)

    def action_download_portal_version(self):
        """Download this version."""
        self.ensure_one()
        document = self.portal_document_id
        return {
            "type": "ir.actions.act_url",
            "url": f"{document.access_url}/content?version={self.id}&download=1",
            "target": "download",
        }

    def _copy_portal_version(self):
        """Return a new attachment with the same content, without reading or storing it again.

        Core's copy() reads a file whole; here the new row names the file that is there.
        """
        self.ensure_one()
        copied = self.create(
            {
                "name": self.name,
                "res_model": self.res_model,
                "res_id": self.res_id,
                "mimetype": self.mimetype,
            }
        )
        content = {
            name: self[name]
            for name in ("store_fname", "db_datas", "checksum", "file_size", "mimetype")
        }
        # past core's write(), which drops what it computes from bytes
        models.BaseModel.write(copied, content)
        return copied

    @api.ondelete(at_uninstall=False)
    def _unlink_except_portal_document(self):
        # sudo: ir.attachment - as below
        self.sudo().portal_document_id.exists()._check_not_locked()
        # sudo: customer.portal.document - a file that the user cannot see is protected as well
        documents_sudo = (
            self.env["customer.portal.document"]
            .sudo()
            .with_context(active_test=False)
            .search([("attachment_id", "in", self.ids)], limit=1)
        )
        if documents_sudo:
            raise UserError(
                self.env._(
                    "This file is the content of the document “%(name)s”. "
                    "Archive or delete the document instead.",
                    name=documents_sudo.name,
                )
            )
