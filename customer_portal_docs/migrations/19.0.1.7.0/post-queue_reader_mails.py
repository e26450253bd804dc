from odoo.tools.sql import column_exists

#: After how many minutes readers are told of what waits since then.
WAITS = {"acknowledgement": 5, "shared": 0}


def migrate(cr, version):
    """Queue the readers who wait to be told: documents themselves said so, before Odoo drops it."""
    for kind, minutes in WAITS.items():
        if not column_exists(cr, "customer_portal_document", f"{kind}_untold_date"):
            continue
        cr.execute(
            f"""INSERT INTO customer_portal_reader_mail (document_id, kind, due_date, told_id)
                SELECT id, %s, {kind}_untold_date + %s * interval '1 minute',
                       COALESCE({kind}_told_id, 0)
                  FROM customer_portal_document
                 WHERE {kind}_untold_date IS NOT NULL
                ON CONFLICT DO NOTHING""",
            [kind, minutes],
        )
