from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep whole by what calendar programs know the appointments that were mailed before."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    Mail = env["customer.portal.appointment.mail"]
    for appointment in env["customer.portal.appointment"].search(
        [("uid", "!=", False), ("uid", "not like", "@")]
    ):
        Mail._get_file_uid(appointment)
