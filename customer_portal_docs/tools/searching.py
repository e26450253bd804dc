"""Text as the portal's search compares it."""

import unicodedata

from odoo.fields import Domain
from odoo.tools import SQL, escape_psql

from .filenames import clean_line

#: Letters of a part of a word that the index knows.
PART_LENGTH = 3


#: Letters that Unicode does not take apart, and signs that keyboards have not, as people search.
_PLAIN_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ĸ": "k",
        "ŋ": "n",
        **dict.fromkeys("’‘ʼ′`´", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
    }
)


def fold(*texts):
    """Return texts as one, in lower case, without accents, with single spaces.

    :param texts: str or None each
    :rtype: str
    """
    decomposed = unicodedata.normalize("NFKD", " ".join(filter(None, texts)))
    plain = "".join(
        char
        for char in decomposed
        if not unicodedata.combining(char) and unicodedata.category(char) != "Cf"
    )
    return " ".join(plain.casefold().translate(_PLAIN_LETTERS).split())


def get_parts(word):
    """Return the trigrams of a word: what any text that holds it holds as well.

    :param str word: folded
    :rtype: list of str, empty for a shorter word
    """
    starts = range(len(word) - PART_LENGTH + 1)
    return sorted({word[start : start + PART_LENGTH] for start in starts})


def get_search_domain(field_name, search, is_common=False):
    """Return the domain of the records that hold all words, or parts of words.

    :param str field_name: a stored field with folded text, which has an index
        ``USING gin (customer_portal_parts(<field>))``
    :param search: str or None, as typed
    :param bool is_common: whether so many hold them that the first page is found sooner
        by reading the list until it is full
    """
    words = fold(clean_line(search)).split()[:8]
    holds = Domain.AND(Domain(field_name, "like", escape_psql(word)) for word in words)
    parts = sorted({part for word in words for part in get_parts(word)})
    if not parts or is_common:
        return holds

    def holds_parts(model, alias, query):
        column = SQL.identifier(alias, field_name)
        return SQL("customer_portal_parts(%s) @> %s::text[]", column, parts)

    # the index finds the candidates, and the text decides
    return Domain.custom(to_sql=holds_parts) & holds
