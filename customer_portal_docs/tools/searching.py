"""Text as the portal's search compares it."""

import unicodedata

#: Letters of a part of a word that the index knows.
PART_LENGTH = 3


def fold(*texts):
    """Return texts as one, in lower case, without accents, with single spaces.

    :param texts: str or None each
    :rtype: str
    """
    decomposed = unicodedata.normalize("NFKD", " ".join(filter(None, texts)))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.casefold().split())


def get_parts(word):
    """Return the trigrams of a word: what any text that holds it holds as well.

    :param str word: folded
    :rtype: list of str, empty for a shorter word
    """
    starts = range(len(word) - PART_LENGTH + 1)
    return sorted({word[start : start + PART_LENGTH] for start in starts})
