def migrate(cr, version):
    """Note since when documents have had their files, before Odoo would say since today."""
    cr.execute(
        "ALTER TABLE customer_portal_document ADD COLUMN IF NOT EXISTS file_date timestamp"
    )
    # a file may have waited in the backend before it became a document
    cr.execute(
        """UPDATE customer_portal_document AS one
              SET file_date = GREATEST(one.create_date, file.create_date)
             FROM customer_portal_document AS document
             LEFT JOIN ir_attachment AS file ON file.id = document.attachment_id
            WHERE document.id = one.id AND one.file_date IS NULL"""
    )
