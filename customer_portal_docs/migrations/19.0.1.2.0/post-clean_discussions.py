from odoo import SUPERUSER_ID, api

MODELS = ("customer.portal.document", "customer.portal.request")
#: Of Odoo's own, that customers write to.
OTHERS = ("project.project", "project.task", "res.partner")


def migrate(cr, version):
    """Take out of discussions what should never have come in."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    env["mail.message.reaction"]._remove_refused()
    for name in MODELS:
        env[name]._remove_stored_link_keys()
    env["customer.portal.thread.mixin"]._remove_stored_link_keys_of(OTHERS)
