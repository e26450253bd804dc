"""Days, as people read them."""

from datetime import UTC
from functools import lru_cache

import babel.dates

from odoo.tools.misc import babel_locale_parse, get_lang, posix_to_ldml

from odoo.addons.customer_portal_docs.tools.zones import find_zone


def make_day_formatter(env, zone):
    """Return a function from a UTC datetime to its day, as the user of ``env`` reads it.

    :param zone: name of the time zone, UTC where it is None
    """
    zone, lang = find_zone(zone), get_lang(env)

    def write(moment):
        day = moment.replace(tzinfo=UTC).astimezone(zone).date()
        return _write_day(day, lang.code, lang.date_format)

    return write


# as odoo.tools.format_date, of which one call takes longer than a whole list of days here
@lru_cache(maxsize=1024)
def _write_day(day, lang_code, date_format):
    locale = babel_locale_parse(lang_code)
    date_format = posix_to_ldml(date_format, locale=locale)
    return babel.dates.format_date(day, date_format, locale)
