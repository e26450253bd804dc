from odoo import SUPERUSER_ID, api

MODELS = ("helpdesk.ticket", "helpdesk.ticket.team")


def migrate(cr, version):
    """Renew the keys of files that are for staff alone: pages of before told those as well."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    for name in MODELS:
        env[name]._renew_keys_of_notes()
