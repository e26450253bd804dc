from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Take out of discussions what should never have come in."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["mail.message.reaction"]._remove_refused()
    env["customer.portal.document"]._remove_stored_link_keys()
