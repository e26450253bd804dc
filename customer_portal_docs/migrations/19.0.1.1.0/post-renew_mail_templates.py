from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file

_NAMES = (
    "mail_template_document_uploaded",
    "mail_template_document_shared",
    "mail_template_document_receipt",
)


def migrate(cr, version):
    """Renew the templates that nobody has changed: one mail for all documents of an upload."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    data = env["ir.model.data"].search(
        [("module", "=", "customer_portal_docs"), ("name", "in", _NAMES)]
    )
    templates = env["mail.template"].browse(data.mapped("res_id")).exists()
    unchanged = templates.filtered(lambda template: template.write_uid._is_superuser())
    ours = data.filtered(lambda one: one.res_id in unchanged.ids)
    ours.noupdate = False
    convert_file(
        env,
        "customer_portal_docs",
        "data/mail_template_data.xml",
        {},
        mode="update",
        noupdate=True,
    )
    ours.noupdate = True
