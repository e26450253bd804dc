from odoo import api, models


class IrQwebFieldImage(models.AbstractModel):
    """Images that core loads where a page is saved: by its own code, and by no call of a client's.

    Any client may name an address to :meth:`load_remote_url`, of the own network as well, and has
    what is there.
    """

    _inherit = "ir.qweb.field.image"

    @api.private
    def load_local_url(self, url):
        return super().load_local_url(url)

    @api.private
    def load_remote_url(self, url):
        return super().load_remote_url(url)
