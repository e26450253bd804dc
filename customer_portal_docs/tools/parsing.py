"""Numbers and dates, as clients and settings write them."""

import re
from datetime import date

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_digits(text, most=9):
    """Return the whole number that a text is, None for anything else.

    ``int()`` alone reads signs, spaces, other scripts' digits and numbers that no column holds.

    :param text: str, int or None
    :param int most: digits that it may have; nine always fit an id
    """
    digits = "" if text is None else str(text)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= most
    return int(digits) if is_number else None


def parse_day(text):
    """Return the date of a text such as ``2026-12-31``, None for anything else.

    :param text: anything that a client may have sent
    """
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
