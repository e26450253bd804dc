from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.searching import fold, get_search_domain

#: As PostgreSQL's pg_trgm does, which is not on every server: the trigrams of each word.
PARTS_FUNCTION = """
CREATE OR REPLACE FUNCTION customer_portal_parts(text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT substr(word, start, 3))
    FROM unnest(string_to_array($1, ' ')) word, generate_series(1, length(word) - 2) start
$$
"""


class CustomerPortalDocument(models.Model):
    """How the portal finds documents by parts of words, quickly among 100 000."""

    _inherit = "customer.portal.document"

    search_text = fields.Text(
        string="Searched Text",
        compute="_compute_search_text",
        precompute=True,
        store=True,
        help="Title, description and file name, without capitals and accents.",
    )

    _search_parts_idx = models.Index("USING gin (customer_portal_parts(search_text))")

    def _auto_init(self):
        self.env.cr.execute(SQL(PARTS_FUNCTION))
        return super()._auto_init()

    @api.depends("name", "description", "attachment_id.name")
    def _compute_search_text(self):
        for document in self:
            document.search_text = fold(
                document.name, document.description, document.attachment_id.name
            )

    @api.model
    def _get_portal_search_domain(self, search, is_common=False):
        """Return the domain of the documents that hold all words, or parts of words.

        :param search: str or None, as typed
        :param bool is_common: whether so many hold them that the first page is found sooner
            by reading the list until it is full
        """
        return get_search_domain("search_text", search, is_common)
