def migrate(cr, version):
    """Note by which link of a request an unfinished upload began, so that it may go on."""
    cr.execute(
        """UPDATE customer_portal_upload AS upload SET link_digest = link.key_digest
             FROM customer_portal_request_link AS link
            WHERE link.id = upload.request_link_id AND upload.link_digest IS NULL"""
    )
