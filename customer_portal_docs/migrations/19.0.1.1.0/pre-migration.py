"""The search uses PostgreSQL's own trigrams in place of ours."""

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.db import has_trigram


def migrate(cr, version):
    # with the indexes of documents and issues that are built on it
    cr.execute("DROP FUNCTION IF EXISTS customer_portal_parts(text) CASCADE")
    env = api.Environment(cr, SUPERUSER_ID, {})
    try:
        with cr.savepoint(flush=False):
            cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", log_exceptions=False)
    except psycopg2.Error:
        return  # not on this server, or not for this role: the search is slower
    # read when the registry was made, before this; the update creates the new indexes
    env.registry.has_trigram = has_trigram(cr)
