"""What a reaction may be: one emoji."""

import unicodedata

#: The longest ones, families and flags of regions, have about ten code points.
MAX_EMOJI_LENGTH = 16
#: Emoji that Unicode has among letters, digits and signs: https://unicode.org/reports/tr51/
_OTHERS = frozenset("ℹ〰‼⁉#*0123456789")
_CATEGORIES = frozenset({"So", "Sm", "Sk", "Mn", "Me", "Cf"})


def is_emoji(text):
    """Tell whether a text that a client sent is an emoji, and no words."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= MAX_EMOJI_LENGTH
        and any(_is_sign(character) for character in text)
        and all(
            character in _OTHERS or unicodedata.category(character) in _CATEGORIES
            for character in text
        )
    )


def _is_sign(character):
    # a mark alone, or an invisible character, shows nothing
    return not character.isascii() and (
        character in _OTHERS or unicodedata.category(character) in ("So", "Sm", "Me")
    )
