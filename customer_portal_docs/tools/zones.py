"""Time zones by their names."""

import contextlib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo._monkeypatches.pytz import _tz_mapping as _NEW_NAMES

from odoo.addons.base.models.res_partner import _tzs

#: Those that Odoo lets people choose, or once did, and no file that somebody names.
_NAMES = _NEW_NAMES.keys() | {name for name, _label in _tzs}


def find_zone(*names):
    """Return the first time zone of these that there is, UTC where there is none.

    Some systems have no old names, such as US/Eastern, which are in Odoo's records: for those
    the new ones are taken, by the table with which Odoo's core patches pytz.

    :param names: str or None, of which anybody may have sent some
    :rtype: :class:`zoneinfo.ZoneInfo`
    """
    for name in names:
        if not (name and isinstance(name, str) and name in _NAMES):
            continue
        for known in {name: None, _NEW_NAMES.get(name, name): None}:
            with contextlib.suppress(ZoneInfoNotFoundError):
                return ZoneInfo(known)
    return ZoneInfo("UTC")
