"""The dialog by which staff upload has another name, and Odoo leaves the tables of the old one."""


def migrate(cr, version):
    cr.execute("DROP TABLE IF EXISTS customer_portal_document_upload_rel")
    cr.execute("DROP TABLE IF EXISTS customer_portal_document_upload")
