"""Whom an answer to a mail of ours is addressed to."""

from odoo.tools import formataddr

#: Of the whole value, so that it is not folded, which some servers' signatures do not survive:
#: see core's ``_notify_get_reply_to_formatted_email``.
MAX_LENGTH = 68


def format_reply_to(names, address):
    """Return an address with the first of some names that fits.

    :param names: list of str or False
    :param str address: the address alone
    """
    for name in filter(None, names):
        formatted = formataddr((name, address))
        if len(formatted) <= MAX_LENGTH:
            return formatted
    return address
