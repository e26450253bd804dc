def migrate(cr, version):
    """Let links speak the language of their contacts: they kept the one of the day they were made."""
    cr.execute(
        """
        UPDATE customer_portal_issue_link link
        SET lang = partner.lang
        FROM res_partner partner
        WHERE partner.id = link.partner_id
            AND partner.lang IS NOT NULL
            AND link.lang IS DISTINCT FROM partner.lang
        """
    )
