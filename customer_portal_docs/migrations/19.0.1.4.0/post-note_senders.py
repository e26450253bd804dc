def migrate(cr, version):
    """Note whose documents those are that came by a personal link and were recorded as ours.

    The superuser recorded them for a line of a request; what was renewed is on a line as well,
    whoever put it there.
    """
    cr.execute(
        """UPDATE customer_portal_document AS document
              SET is_from_staff = false, origin_name = left(partner.name, 600)
             FROM res_partner AS partner
            WHERE partner.id = document.partner_id
              AND document.create_uid = 1 AND document.is_from_staff IS TRUE
              AND document.request_line_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM customer_portal_request_line AS line
                               WHERE line.renewed_document_id = document.id)
        RETURNING document.attachment_id"""
    )
    file_ids = [id_ for (id_,) in cr.fetchall()]
    cr.execute(
        """UPDATE ir_attachment AS file SET portal_sender_name = document.origin_name
             FROM customer_portal_document AS document
            WHERE document.attachment_id = file.id
              AND file.id = ANY(%s) AND file.create_uid = 1""",
        [file_ids],
    )
