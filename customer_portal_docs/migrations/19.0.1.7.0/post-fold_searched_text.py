from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

MODEL = "customer.portal.document"


def migrate(cr, version):
    """Fold the searched text anew: letters such as ł and ø are found as l and o."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    field = env[MODEL]._fields["search_text"]
    for ids in split_every(5_000, env[MODEL].search([], order="id").ids):
        records = env[MODEL].browse(ids)
        env.add_to_compute(field, records)
        records.flush_recordset(["search_text"])
        records.invalidate_recordset()
