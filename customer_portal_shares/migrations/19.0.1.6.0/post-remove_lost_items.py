from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Remove the items of shares whose records are gone."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT DISTINCT res_model FROM customer_portal_share_item")
    for (name,) in cr.fetchall():
        # of an addon that is not installed now: it may come back with its records
        if name in env and env[name]._auto:
            cr.execute(
                SQL(
                    """DELETE FROM customer_portal_share_item AS item
                        WHERE res_model = %s
                          AND NOT EXISTS (SELECT 1 FROM %s WHERE id = item.res_id)""",
                    name,
                    SQL.identifier(env[name]._table),
                )
            )
