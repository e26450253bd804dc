from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Compute again until when a share is open: clients could write it."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    shares = env["customer.portal.share"].search([])
    env.add_to_compute(shares._fields["expires_at"], shares)
    shares.flush_recordset(["expires_at"])
