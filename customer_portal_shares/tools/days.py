"""Days, as people read them."""

from functools import cache

import pytz

from odoo.tools import format_date


def make_day_formatter(env, zone):
    """Return a function from a UTC datetime to its day, as the user of ``env`` reads it.

    For lists: each day is written once.

    :param zone: name of the time zone, UTC where it is None
    """
    zone = pytz.timezone(zone or "UTC")
    write = cache(lambda day: format_date(env, day))
    return lambda moment: write(pytz.utc.localize(moment).astimezone(zone).date())
