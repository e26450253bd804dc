"""What the address of a portal list says: how it is sorted and filtered, and which page."""

#: Longest number of a page that is read, in digits.
_MAX_DIGITS = 7


def pick(key, choices):
    """Return the key of one of the choices, the first one for any that is none.

    :param key: as a client sent it
    :param dict choices: in order
    """
    known = isinstance(key, str) and key in choices
    return key if known else next(iter(choices))


def parse_page(text):
    """Return the number of a page, the first one for what is none.

    :param text: str, int or None
    """
    digits = str(text or "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS
    return max(1, int(digits)) if is_number else 1


def get_url_args(**values):
    """Return the parameters of an address: those that say something."""
    return {name: value for name, value in values.items() if value}


def make_count_text(count, limit):
    """Return a number as it is shown that was counted up to a limit: ``99+`` beyond it."""
    return f"{limit - 1}+" if count >= limit else str(count)
