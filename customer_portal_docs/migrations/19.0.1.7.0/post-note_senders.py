#: The contact whom a request asks, of a document on one of its lines that is still theirs.
ASKED = """
    JOIN customer_portal_request_line AS line ON line.id = document.request_line_id
    JOIN customer_portal_request AS request ON request.id = line.request_id
    JOIN res_partner AS partner
      ON partner.id = request.partner_id AND partner.id = document.partner_id
"""
#: The superuser recorded it for a line; what was renewed is on a line as well, whoever put it there.
CAME_BY_LINK = """
    document.create_uid = 1
    AND NOT EXISTS (SELECT 1 FROM customer_portal_request_line AS renewing
                     WHERE renewing.renewed_document_id = document.id)
"""


def migrate(cr, version):
    """Note whose documents and versions those are that came by a personal link."""
    cr.execute(
        f"""UPDATE customer_portal_document AS came
               SET is_from_staff = false, origin_name = left(partner.name, 600)
              FROM customer_portal_document AS document {ASKED}
             WHERE document.id = came.id
               AND document.is_from_staff IS TRUE AND {CAME_BY_LINK}"""
    )
    # a document that somebody else began has versions that came by a link, too
    cr.execute(
        f"""UPDATE ir_attachment AS file SET portal_sender_name = partner.name
              FROM customer_portal_document AS document {ASKED}
             WHERE file.portal_document_id = document.id
               AND file.create_uid = 1 AND file.portal_sender_name IS NULL
               AND (document.create_uid != 1 OR {CAME_BY_LINK})"""
    )
