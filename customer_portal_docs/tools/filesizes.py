"""Sizes of files, as people read them."""

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import format_unit

from odoo.http import request

_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")


def format_size(size, lang=None):
    """Return a size as text: ``71 bytes``, ``1.4 kB``, ``100 MB``.

    :param size: int, in bytes
    :param lang: str, code of the language; that of the page which is asked for if None
    """
    value, exponent = float(size or 0), 0
    while value >= (999.5 if exponent else 1024) and exponent < len(_UNITS) - 1:
        value, exponent = value / 1024, exponent + 1
    is_round = value >= 10 or value.is_integer()
    number = f"{value:.0f}" if is_round else f"{value:.1f}"
    lang = lang or (request and request.env.lang) or "en_US"
    pattern, point = _get_pattern(lang, exponent, number == "1" and not exponent)
    return pattern.replace("#", number.replace(".", point))


def _get_locale(lang):
    code, _separator, modifier = lang.partition("@")
    try:
        locale = Locale.parse(code)
        return Locale(locale.language, script="Latn") if modifier == "latin" else locale
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_US")


@cache
def _get_pattern(lang, exponent, is_one):
    """Return how a language writes a unit, "#" in place of the number, and its decimal point."""
    locale, digit = _get_locale(lang), "1" if is_one else "5"
    text = format_unit(
        int(digit),
        f"digital-{_UNITS[exponent]}",
        length="short" if exponent else "long",
        locale=locale,
    )
    if "digital" in text:  # no word for it is known
        text = f"{digit} {_UNITS[exponent]}s"
    point = locale.number_symbols.get("latn", {}).get("decimal", ".")
    # a script with digits of its own
    pattern = text.replace(digit, "#") if digit in text else f"# {text}"
    return pattern, point
