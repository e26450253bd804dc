from odoo import SUPERUSER_ID, api

#: Ours, and those of Odoo's own that customers write to.
MODELS = (
    "customer.portal.document",
    "customer.portal.request",
    "project.project",
    "project.task",
    "res.partner",
)


def migrate(cr, version):
    """Take out of discussions what should never have come in."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["mail.message.reaction"]._remove_refused()
    env["customer.portal.link.key"]._remove_stored(MODELS)
