"""The search uses PostgreSQL's own trigrams in place of ours."""

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.db import has_trigram


def migrate(cr, version):
    # the function that took words apart, with the indexes of documents and issues on it
    cr.execute(
        """SELECT oid::regprocedure::text FROM pg_proc
            WHERE starts_with(proname, 'customer_portal_')
              AND prorettype = 'text[]'::regtype"""
    )
    for (function,) in cr.fetchall():
        cr.execute(f"DROP FUNCTION {function} CASCADE")  # pylint: disable=sql-injection
    env = api.Environment(cr, SUPERUSER_ID, {})
    try:
        with cr.savepoint(flush=False):
            cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", log_exceptions=False)
    except psycopg2.Error:
        return  # not on this server, or not for this role: the search is slower
    # read when the registry was made, before this; the update creates the new indexes
    env.registry.has_trigram = has_trigram(cr)
