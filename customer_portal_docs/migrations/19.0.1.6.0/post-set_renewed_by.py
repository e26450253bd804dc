"""Customers are asked for the new version of what came from them, whoever recorded it.

The update has computed the field already, before the step that says what came by a personal link.
"""


def migrate(cr, version):
    cr.execute(
        """UPDATE customer_portal_document SET renewed_by = 'customer'
            WHERE renewed_by != 'customer'
              AND (is_from_staff IS NOT TRUE OR request_line_id IS NOT NULL)"""
    )
