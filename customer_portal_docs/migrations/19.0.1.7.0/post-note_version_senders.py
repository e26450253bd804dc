def migrate(cr, version):
    """Note that who sent a new version knows it: it is new to all others who have not opened it."""
    cr.execute(
        """INSERT INTO customer_portal_document_seen (document_id, user_id)
           SELECT document.id, file.create_uid
             FROM customer_portal_document AS document
             JOIN ir_attachment AS file ON file.id = document.attachment_id
             JOIN res_users AS sender ON sender.id = file.create_uid AND sender.share
            WHERE document.file_date > document.create_date
               ON CONFLICT DO NOTHING"""
    )
