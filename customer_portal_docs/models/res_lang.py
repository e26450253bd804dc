from odoo import api, models, tools
from odoo.tools import SQL

from ..tools.sorting import OWN_LETTERS


class ResLang(models.Model):
    _inherit = "res.lang"

    @api.model
    @tools.ormcache("code")
    def _get_portal_collation(self, code):
        """Return the collation that sorts titles as a language does, or None.

        None where the alphabet is enough, which an index serves, and where PostgreSQL was built
        without ICU.

        :param str code: of the language, such as ``sv_SE``
        """
        language = (code or "").partition("_")[0].partition("@")[0]
        if language not in OWN_LETTERS:
            return None
        query = SQL(
            "SELECT collname FROM pg_collation WHERE collprovider = 'i' AND collname = %s",
            f"{language}-x-icu",
        )
        return next((name for (name,) in self.env.execute_query(query)), None)
