def migrate(cr, version):
    """Note who has sent the files of documents: what was restored is of who sent it first.

    By a personal link it is the contact whom the request asks, or the document's, if that is
    certain: otherwise nobody, and everybody is asked to accept it. After ``post-note_senders``.
    """
    cr.execute(
        """WITH first AS (
               SELECT DISTINCT ON (file.portal_document_id, file.checksum)
                      file.portal_document_id, file.checksum,
                      COALESCE(
                          file.portal_sender_id,
                          CASE WHEN file.portal_sender_name IS NULL THEN login.partner_id
                               ELSE COALESCE(asked.id, contact.id) END
                      ) AS sender_id
                 FROM ir_attachment AS file
                 JOIN customer_portal_document AS document
                   ON document.id = file.portal_document_id
                 LEFT JOIN res_users AS login ON login.id = file.create_uid
                 LEFT JOIN customer_portal_request_line AS line
                   ON line.id = document.request_line_id
                 LEFT JOIN customer_portal_request AS request ON request.id = line.request_id
                 LEFT JOIN res_partner AS asked
                   ON asked.id = request.partner_id
                  AND (asked.id = document.partner_id OR asked.name = file.portal_sender_name)
                 LEFT JOIN res_partner AS contact
                   ON contact.id = document.partner_id AND contact.name = file.portal_sender_name
                ORDER BY file.portal_document_id, file.checksum, file.id
           )
           UPDATE ir_attachment AS file SET portal_sender_id = first.sender_id
             FROM first
            WHERE file.portal_document_id = first.portal_document_id
              AND file.checksum = first.checksum
              AND file.portal_sender_id IS NULL AND first.sender_id IS NOT NULL"""
    )
