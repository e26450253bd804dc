from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerPortalFolder(models.Model):
    _name = "customer.portal.folder"
    _inherit = ["customer.portal.folder", "customer.portal.shareable.mixin"]

    _share_template = "customer_portal_shares.share_folders"
    _share_filter = "folders"
    _share_fields = ("name", "parent_id", "parent_path")
    _share_has_files = True
    _share_is_container = True
    #: documents on a page of a shared folder
    _share_documents_per_page = 80

    def _get_share_kind(self):
        return self.env._("Folder")

    def _get_share_name(self):
        # where it lies may name other customers
        return self.name

    @api.model
    def _get_share_records(self, share):
        # with all below them: whoever opens a shared folder wants to see what is in it
        tree = self._get_share_tree(share)
        ids = [id_ for id_ in share._get_shared_ids(self._name) if id_ in tree._ids]
        return tree.browse(ids)

    @api.model
    def _find_in_share(self, share, record_id):
        tree = self._get_share_tree(share)
        return tree.browse(record_id if record_id in tree._ids else [])

    @api.model
    def _get_share_tree(self, share):
        """Return the folders that visitors may browse, as the owner: the items and all below."""
        return share._cached("folder tree", lambda: self._read_share_tree(share))

    @api.model
    def _read_share_tree(self, share):
        ids = share._get_shared_ids(self._name)
        if not ids or not share._may_owner_read(self):
            return self.browse()
        return self._search_share_tree(ids, share._get_company_domain(self))

    @api.model
    def _search_share_tree(self, ids, domain):
        """Return folders and all below them that a domain finds and the user may read.

        Not what lies under a folder that is archived or not to be read.

        :param ids: of the folders on top
        """

        def is_in_tree(model, alias, query):
            # along the index of the parent, where `child_of` would ask for the path first; an
            # array is planned sooner than a subquery
            return SQL(
                """
                %(id)s = ANY(ARRAY(
                    WITH RECURSIVE tree AS (
                        SELECT unnest(%(ids)s) AS id
                        UNION
                        SELECT below.id FROM customer_portal_folder below
                          JOIN tree ON below.parent_id = tree.id
                    )
                    SELECT id FROM tree
                ))
                """,
                id=SQL.identifier(alias, "id"),
                ids=list(ids),
            )

        domain &= Domain.custom(to_sql=is_in_tree)
        return self.search_fetch(domain, self._share_fields)._filter_share_tree(ids)

    def _filter_share_tree(self, ids):
        """Return those of these folders that lie in one of ``ids``, with nothing missing between."""
        # what is shared may be gone itself
        kept = set(ids) & set(self._ids)
        # parents come before their children
        for folder in self.sorted("parent_path"):
            if folder.parent_id.id in kept:
                kept.add(folder.id)
        return self.filtered(lambda folder: folder.id in kept)

    def _get_share_content_domain(self):
        """Return the domain of the documents that a share shows of these folders.

        A document that is only for its contact stays so, as when the folder itself is opened
        to customers; it can be shared by name.
        """

        def is_in_folders(model, alias, query):
            return SQL(
                "(%(document)s.folder_id IN %(ids)s AND %(document)s.visibility <> 'contact')",
                document=SQL.identifier(alias),
                ids=self._ids or (None,),
                to_flush=(model._fields["folder_id"], model._fields["visibility"]),
            )

        # in SQL: each page waits for it, and the ORM thinks about each condition
        return Domain.custom(to_sql=is_in_folders)

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
        Document = self.env["customer.portal.document"]
        values = self._get_share_folder_page(share_sudo, page)
        folders = self._get_share_tree(share_sudo)
        return {
            **values,
            "rows": Document._prepare_share_rows_of(share_sudo, values["documents"]),
            "share": share_sudo,
            "folder": self,
            "folder_path": self._get_portal_parents(folders),
            "folders": folders.filtered(lambda folder: folder.parent_id == self),
        }

    def _get_share_folder_page(self, share_sudo, page):
        """Return one page of the documents of one folder, see :meth:`_get_share_page`."""
        Document = self.env["customer.portal.document"]
        domain = self._get_share_content_domain()
        domain &= share_sudo._get_company_domain(Document)
        step = self._share_documents_per_page
        return share_sudo._cached(
            ("folder page", self.id, page),
            lambda: Document._get_share_page(domain, page, step),
        )

    def _measure_share_archive(self, share_sudo):
        count = size = 0
        Document = self.env["customer.portal.document"]
        for folder in self:
            below = self._get_share_tree(share_sudo)._filter_share_tree(folder.ids)
            if below == folder:
                # the page of the folder shows these as well
                found = folder._get_share_folder_page(share_sudo, 1)
                if found["pages"] == 1:
                    files = [
                        document["file_size"] or 0
                        for document in found["documents"]
                        if document["attachment_id"]
                    ]
                    count, size = count + len(files), size + sum(files)
                    continue
            domain = below._get_share_content_domain()
            domain &= share_sudo._get_company_domain(Document)
            more_files, more_bytes = Document._measure_share_domain(domain)
            count, size = count + more_files, size + more_bytes
        return count, size

    def _get_share_archive(self, share_sudo):
        for folder in self:
            yield from folder._get_share_archive_of_one(share_sudo)

    def _get_share_archive_of_one(self, share_sudo):
        below = self._get_share_tree(share_sudo)._filter_share_tree(self.ids)
        paths = {
            folder.id: tuple(folder._get_portal_parents(below).mapped("name"))
            for folder in below
        }
        documents = self.env["customer.portal.document"]
        domain = below._get_share_content_domain()
        domain &= share_sudo._get_company_domain(documents)
        for folder_id, name, file in documents._read_stored_files(domain):
            yield paths[folder_id], name, file
        # the innermost first: it makes those around it
        for path in sorted(paths.values(), key=len, reverse=True):
            yield path, None, None
