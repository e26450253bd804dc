from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Renew the templates that nobody has edited: one mail for all files of a drop."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["mail.template"]._renew_unedited("customer_portal_shares")
