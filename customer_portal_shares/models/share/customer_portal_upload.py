from odoo import api, fields, models
from odoo.fields import Domain


class CustomerPortalUpload(models.Model):
    _inherit = "customer.portal.upload"

    share_id = fields.Many2one(
        "customer.portal.share",
        index="btree_not_null",
        ondelete="cascade",
        help="The share that the file goes into.",
    )
    share_address = fields.Char(help="The network that the file comes from.")

    @api.model
    def _get_share_domain(self, share_sudo, network):
        """Return the domain of the uploads into a share from a network."""
        return Domain(
            [("share_id", "=", share_sudo.id), ("share_address", "=", network)]
        )
