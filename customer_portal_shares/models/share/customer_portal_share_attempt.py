from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.customer_portal_docs.tools.networks import get_network

#: Wrong passwords for one share from one address, and the window in seconds.
ADDRESS_LIMIT = (5, 15 * 60)
#: Wrong passwords for one share from everywhere, and the window in seconds.
SHARE_LIMIT = (50, 60 * 60)


class CustomerPortalShareAttempt(models.Model):
    """Passwords that were tried: written before the password is looked at."""

    _name = "customer.portal.share.attempt"
    _description = "Tried Password of a Share"
    _log_access = False

    share_id = fields.Many2one(
        "customer.portal.share", required=True, ondelete="cascade"
    )
    address = fields.Char(required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    _share_idx = models.Index("(share_id, date)")

    @api.model
    def _get_wait_seconds(self, share_sudo, address):
        """Return after how many seconds the next password may be tried, 0 for now.

        The caller lets nobody else count meanwhile.
        """
        here = [("address", "=", get_network(address))]
        return max(
            self._get_wait_of_limit(share_sudo, here, *ADDRESS_LIMIT),
            self._get_wait_of_limit(share_sudo, [], *SHARE_LIMIT),
        )

    def _get_wait_of_limit(self, share_sudo, domain, limit, window_seconds):
        now = fields.Datetime.now()
        window = timedelta(seconds=window_seconds)
        # sudo: customer.portal.share.attempt - counted by the gate alone
        newest = self.sudo().search(
            [("share_id", "=", share_sudo.id), ("date", ">", now - window), *domain],
            order="date desc, id desc",
            limit=limit,
        )
        if len(newest) < limit:
            return 0
        return max(1, int((newest[-1].date + window - now).total_seconds()))

    @api.model
    def _add(self, share_sudo, address):
        vals = {"share_id": share_sudo.id, "address": get_network(address)}
        # sudo: customer.portal.share.attempt - as above
        self.sudo().create(vals)

    @api.model
    def _forget(self, share_sudo, address):
        """Forget the attempts from an address that has found the password."""
        # sudo: customer.portal.share.attempt - as above
        self.sudo().search(
            [
                ("share_id", "=", share_sudo.id),
                ("address", "=", get_network(address)),
            ]
        ).unlink()

    @api.autovacuum
    def _gc_attempts(self):
        longest = timedelta(seconds=max(ADDRESS_LIMIT[1], SHARE_LIMIT[1]))
        self.sudo().search([("date", "<", fields.Datetime.now() - longest)]).unlink()
