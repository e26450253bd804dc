from odoo import SUPERUSER_ID, api

MODELS = ("helpdesk.ticket", "helpdesk.ticket.team")


def migrate(cr, version):
    """Take keys of links, which mails quoted, out of issues and their discussions."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["customer.portal.link.key"]._remove_stored(MODELS)
