"""What the address of a portal list says: how it is sorted and filtered, and which page."""

#: What the address of a page says was done just now.
NOTICES = (
    "accepted",
    "uploaded",
    "versioned",
    "restored",
    "renamed",
    "changed",
    "moved",
    "withdrawn",
)
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


def get_notice(params):
    """Return what was done just now: (str what, int how many), or None.

    :param dict params: of the address, as a client sent it
    """
    for name in NOTICES:
        text = str(params.get(name) or "")
        if text.isascii() and text.isdigit() and 0 < int(text[:4]) < 1_000:
            return name, int(text[:4])
    return None
