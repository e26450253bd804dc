from odoo import SUPERUSER_ID, api

MODELS = ("customer.portal.document", "customer.portal.request")


def migrate(cr, version):
    """Take out of discussions what should never have come in."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["mail.message.reaction"]._remove_refused()
    for name in MODELS:
        env[name]._remove_stored_link_keys()
