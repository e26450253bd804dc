from odoo import models


class CustomerPortalFolder(models.Model):
    _name = "customer.portal.folder"
    _inherit = ["customer.portal.folder", "customer.portal.shareable.mixin"]

    _share_template = "customer_portal_shares.share_folders"
    _share_icon = "fa-folder-o"
    _share_fields = ("name", "parent_id", "parent_path")
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
            **share_sudo._get_formatters(),
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
        for folder_id, name, file in documents._read_share_files(domain):
            yield paths[folder_id], name, file
