"""What the address of a portal list says: how it is sorted and filtered, and which page."""

from odoo.addons.portal.controllers.portal import pager

from ..exceptions import InvalidInput
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
#: Beyond the last page of any list, and no number that a sum of ours overflows with.
_LAST_PAGE = 9_999_999
#: Longest number of a page that is read, in digits.
_MAX_DIGITS = 100


def pick(key, choices):
    """Return the key of one of the choices, the first one for any that is none.

    :param key: as a client sent it
    :param dict choices: in order
    """
    known = isinstance(key, str) and key in choices
    return key if known else next(iter(choices))


def pick_page(text):
    """Return the number of a page, the first one for what is none; see :func:`parse_page`."""
    return min(parse_digits(text, _MAX_DIGITS) or 1, _LAST_PAGE)


def parse_page(env, text):
    """Return the number of a page that a client asks for, the first one where it sent none.

    :param env: whose language the words are in
    :param text: str, int or None
    :raise InvalidInput: it is no number from one
    """
    if text in (None, ""):
        return 1
    if not parse_digits(text, _MAX_DIGITS):
        raise InvalidInput(env._("This is not a valid page number."), code="malformed")
    return pick_page(text)


def get_pages(env, total, page, step, **more):
    """Return the numbers of pages below a list, and where its page begins.

    :param page: number of the page, as it was sent; beyond the last one is the last one
    :param int step: rows on a page
    :param more: as core's :func:`pager` takes them
    :return: dict, int
    :raise InvalidInput: there can be no such page
    """
    pages = pager(total=total, page=parse_page(env, page), step=step, **more)
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
