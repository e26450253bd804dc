def migrate(cr, version):
    """Have current files keep until when they are valid: it was kept with an end that changed only.

    Which end earlier files had is not known any more.
    """
    cr.execute(
        """UPDATE ir_attachment AS file SET portal_valid_until = document.valid_until
             FROM customer_portal_document AS document
            WHERE file.id = document.attachment_id
              AND file.portal_valid_until IS NULL AND document.valid_until IS NOT NULL"""
    )
