"""What the address of a portal list says: how it is sorted and filtered, and which page."""

from odoo.addons.portal.controllers.portal import pager

from .parsing import parse_digits

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
#: What the address of a page says that a form of ours has led to.
DONE = frozenset(
    {*NOTICES, "answered", "created", "done", "received", "sent", "updated"}
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
    return parse_digits(text, _MAX_DIGITS) or 1


def get_pages(total, page, step, **more):
    """Return the numbers of pages below a list, and where its page begins.

    :param page: number of the page, as it was sent; beyond the last one is the last one
    :param int step: rows on a page
    :param more: as core's :func:`pager` takes them
    :return: dict, int
    """
    pages = pager(total=total, page=parse_page(page), step=step, **more)
    return pages, max(pages["offset"], 0)


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
        if count := parse_digits(params.get(name), 3):
            return name, count
    return None
