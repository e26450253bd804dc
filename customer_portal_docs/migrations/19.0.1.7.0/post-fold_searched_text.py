from odoo.addons.customer_portal_docs.tools.searching import fold_again


def migrate(cr, version):
    """Fold the searched text anew: letters such as ł and ø are found as l and o."""
    fold_again(cr, "customer.portal.document", "search_text")
