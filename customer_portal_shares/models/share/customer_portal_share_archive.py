from functools import partial

from odoo import SUPERUSER_ID, api, models

from ...exceptions import ShareRefused
from ...tools.archive import Archive

#: Of a file that is read piece by piece, in bytes.
_PIECE_BYTES = 256 * 1024


class CustomerPortalShare(models.Model):
    """All files of a share in one ZIP."""

    _inherit = "customer.portal.share"

    def _get_models_with_files(self):
        names = self._get_shared_models()
        return [name for name in names if self.env[name]._share_has_files]

    def _has_files(self):
        return bool(self._get_models_with_files())

    def _has_archive(self):
        """Tell whether there is more than one file to download, or there may be."""
        names = self._get_models_with_files()
        return (
            any(self.env[name]._share_is_container for name in names)
            or sum(len(self._get_shared_ids(name)) for name in names) > 1
        )

    def _make_archive(self, records=None):
        """Return the ZIP of what visitors may see at this moment.

        :param records: shared records, as the owner; None for all items
        :rtype: :class:`Archive`
        :raise ShareRefused: there is nothing in it, or a file is missing on our side
        """
        archive = Archive()
        groups = (
            [records]
            if records is not None
            else map(self._get_shared_records, self._get_shared_models())
        )
        for group in groups:
            for folders, name, file in group._get_share_archive(self):
                if file:
                    self._add_to_archive(archive, folders, name, file)
                else:
                    archive.add_folder(folders)
        if not archive.count:
            message = self.env._("There is nothing to download here yet.")
            raise ShareRefused(404, "nothing_to_download", message, share=self)
        return archive

    def _add_to_archive(self, archive, folders, name, file):
        try:
            source = self._get_archive_source(file)
            archive.add(folders, name, file.name, source, file.size)
        except FileNotFoundError:
            message = self.env._(
                "The file of “%(name)s” is missing. Please contact us.", name=name
            )
            raise ShareRefused(404, "content_missing", message, share=self) from None

    def _get_archive_source(self, file):
        """Return the path of a file, or an iterator of what is stored elsewhere."""
        # OCA fs_attachment: "<storage>://<path>"
        if file.store_fname and "://" not in file.store_fname:
            return self.env["ir.attachment"]._full_path(file.store_fname)
        return _Content(partial(_read_content, self.env.registry, file.attachment_id))


class _Content:
    """An iterable that opens what it reads only when it is its turn."""

    def __init__(self, read):
        self._read = read

    def __iter__(self):
        return self._read()


def _read_content(registry, attachment_id):
    """Yield a file that is not in the filestore; the request's own cursor is closed by then."""
    with registry.cursor(readonly=True) as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        attachment_sudo = env["ir.attachment"].browse(attachment_id)
        if not hasattr(attachment_sudo, "open"):
            yield attachment_sudo.raw or b""
            return
        with attachment_sudo.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
