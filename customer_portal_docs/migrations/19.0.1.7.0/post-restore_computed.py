from odoo import SUPERUSER_ID, api

#: Documents that do not have what is computed of them.
_WRONG = """
    SELECT document.id FROM customer_portal_document AS document
      LEFT JOIN ir_attachment AS file ON file.id = document.attachment_id
     WHERE document.audience_key IS DISTINCT FROM
           CASE document.visibility WHEN 'company' THEN -COALESCE(commercial_partner_id, 0)
                ELSE COALESCE(document.partner_id, 0) END
        OR document.mimetype IS DISTINCT FROM file.mimetype
        OR document.file_size IS DISTINCT FROM file.file_size
"""


def migrate(cr, version):
    """Compute again who sees a document and what its file is: clients could write both."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    cr.execute(_WRONG)
    documents = env["customer.portal.document"].browse(
        [id_ for (id_,) in cr.fetchall()]
    )
    names = ["audience_key", "mimetype", "file_size"]
    for name in names:
        env.add_to_compute(documents._fields[name], documents)
    documents.flush_recordset(names)
