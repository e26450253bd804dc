from odoo import api, models

from odoo.addons.customer_portal_docs.tools.archive import make_archive


class CustomerPortalShareArchive(models.AbstractModel):
    """The ZIP of what is in a share, for visitors who have passed its gate.

    It keeps nothing. What is in it, each kind of shared records says, as the owner.
    """

    _name = "customer.portal.share.archive"
    _description = "ZIP of a Share"

    @api.model
    def _get_size(self, share_sudo, records=None):
        """Return the size of what the ZIP holds, in bytes; 0 where no ZIP is offered.

        None is offered of a single file, or of more files than may still be fetched.

        :param records: shared records, as the owner; None for all items
        """
        left = share_sudo._get_downloads_left()
        if (
            not share_sudo.allow_download
            or left == 0
            or not self._is_of_several(share_sudo)
        ):
            return 0
        names = self._get_models_with_files(share_sudo)
        groups = map(share_sudo._get_shared_records, names)
        measured = [
            group._measure_share_archive(share_sudo)
            for group in ([records] if records is not None else groups)
        ]
        count, size = map(sum, zip(*measured, strict=True))
        return size if count and (left is None or count <= left) else 0

    @api.model
    def _is_of_several(self, share_sudo):
        """Tell whether there is more than one file to download, or there may be."""
        names = self._get_models_with_files(share_sudo)
        return (
            any(self.env[name]._share_is_container for name in names)
            or sum(len(share_sudo._get_shared_ids(name)) for name in names) > 1
        )

    @api.model
    def _get_models_with_files(self, share_sudo):
        names = share_sudo._get_shared_models()
        return [name for name in names if self.env[name]._share_has_files]

    @api.model
    def _make(self, share_sudo, records=None):
        """Return the ZIP of what visitors may see at this moment.

        :param records: shared records, as the owner; None for all items
        :rtype: :class:`Archive`
        :raise NotFound: there is nothing in it, or a file is missing on our side
        """
        groups = map(share_sudo._get_shared_records, share_sudo._get_shared_models())
        entries = (
            entry
            for group in ([records] if records is not None else groups)
            for entry in group._get_share_archive(share_sudo)
        )
        return make_archive(share_sudo.env, entries)
