def migrate(cr, version):
    """Note by which link of a share uploads and appointments began, and mark events of customers."""
    for table in ("customer_portal_upload", "customer_portal_appointment"):
        cr.execute(
            f"""UPDATE {table} AS begun SET link_digest = share.token_digest
                  FROM customer_portal_share AS share
                 WHERE share.id = begun.share_id AND begun.link_digest IS NULL"""
        )
    cr.execute(
        """UPDATE calendar_event SET is_portal_appointment = TRUE
            WHERE is_portal_appointment IS NOT TRUE
              AND id IN (SELECT event_id FROM customer_portal_appointment)"""
    )
