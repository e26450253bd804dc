"""Titles in the order in which people look them up: capitals and accents do not count."""

import unicodedata

from odoo.tools import SQL

from .searching import fold

#: Languages that have letters of their own in the Latin alphabet, at other places than ours.
OWN_LETTERS = frozenset(
    "az bs cs cy da es et fi fo hr hu is lt lv mt nb nn no pl ro sk sl sq sr sv tr vi".split()
)
#: Latin letters beyond ASCII.
_LATIN = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]


def _get_plain_letters():
    pairs = {}
    for code in _LATIN:
        char = chr(code)
        plain = fold(char)
        if unicodedata.category(char)[0] == "L" and "a" <= plain[:1] <= "z":
            pairs[char] = plain[0]
    return pairs


_PLAIN = _get_plain_letters()
_FROM, _TO = "".join(_PLAIN), "".join(_PLAIN.values())
#: What an index on a title is made on, and what lists are sorted by, to the letter.
SORT_EXPRESSION = f"translate(lower(%s), '{_FROM}', '{_TO}')"


def sort_title(column, collation=None):
    """Return SQL that sorts titles.

    :param SQL column: of texts
    :param collation: str, name of one of PostgreSQL's that follows the language, or None
    """
    if collation:
        return SQL("%s COLLATE %s", column, SQL.identifier(collation))
    return SQL("translate(lower(%s), %s, %s)", column, _FROM, _TO)
