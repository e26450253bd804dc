from odoo import models

from odoo.addons.customer_portal_docs.tools.filesizes import format_size

#: Documents read at a time when a ZIP is made.
_BATCH = 1000


class CustomerPortalFolder(models.Model):
    _name = "customer.portal.folder"
    _inherit = ["customer.portal.folder", "customer.portal.shareable.mixin"]

    _share_template = "customer_portal_shares.share_folders"
    _share_icon = "fa-folder-o"
    _share_fields = ("name", "parent_id", "parent_path")
    _share_has_files = True
    _share_is_container = True
    #: documents on a page of a shared folder
    _share_documents_per_page = 80

    def _get_share_kind(self):
        return self.env._("Folder")

    def _prepare_share_values(self, share_sudo, page=1):
        values = super()._prepare_share_values(share_sudo, page)
        if len(share_sudo._get_item_keys()) == 1:
            # what is in the one folder is what was shared
            return {**values, **self._prepare_share_folder_values(share_sudo, page)}
        return {**values, "folders": self}

    def _prepare_share_folder_values(self, share_sudo, page=1):
        """Return what the page of one folder of a share shows.

        :param int page: from 1; beyond the last one shows the last one
        """
        self.ensure_one()
        documents = self.env["customer.portal.document"]
        domain = share_sudo._get_folder_content_domain(self)
        domain &= share_sudo._get_company_domain(documents)
        folders = share_sudo._get_folders()
        return {
            **documents._get_share_page(domain, page, self._share_documents_per_page),
            "share": share_sudo,
            "folder": self,
            "folder_path": self._get_portal_parents(folders),
            "folders": folders.filtered(lambda folder: folder.parent_id == self),
            "format_size": format_size,
        }

    def _get_share_archive(self, share_sudo):
        for folder in self:
            yield from folder._get_share_archive_of_one(share_sudo)

    def _get_share_archive_of_one(self, share_sudo):
        below = share_sudo._get_folders_below(self)
        paths = {
            folder.id: tuple(folder._get_portal_parents(below).mapped("name"))
            for folder in below
        }
        documents = self.env["customer.portal.document"]
        domain = share_sudo._get_folder_content_domain(below)
        domain &= share_sudo._get_company_domain(documents)
        ids = documents.search(domain, order="folder_id, name, id").ids
        for start in range(0, len(ids), _BATCH):
            batch = documents.browse(ids[start : start + _BATCH])
            batch.fetch(["name", "folder_id", "attachment_id"])
            # sudo: ir.attachment - the owner may read the documents, and so their files
            attachments_sudo = batch.sudo().attachment_id
            attachments_sudo.fetch(["name", "store_fname", "file_size"])
            # one record at a time takes an environment for each
            for document_sudo in batch.sudo():
                folders = paths[document_sudo.folder_id.id]
                yield folders, document_sudo.name, document_sudo.attachment_id
            # ten thousand documents are not kept in memory
            batch.invalidate_recordset()
            attachments_sudo.invalidate_recordset()
