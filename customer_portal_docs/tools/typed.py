"""What people typed into a form or an address: refused with words, and never cut."""

from ..exceptions import InvalidInput
from .filenames import count_typed
from .parsing import parse_day


def get_too_long(env, text, longest):
    """Return words for who typed more than a field takes, or None.

    :param env: whose language the words are in
    :param text: str or None, as it was sent
    :param int longest: characters, as a browser counts them
    """
    if count_typed(text) <= longest:
        return None
    return env._(
        "This text is too long: %(longest)s characters at most.", longest=longest
    )


def check_length(env, text, longest, field):
    """Refuse a text that is longer than its field takes.

    :param str field: name of the form's field
    :raise InvalidInput: too long
    """
    message = get_too_long(env, text, longest)
    if message:
        raise InvalidInput(message, code="too_long", errors={field: message})


def parse_sent_day(env, text, years=None):
    """Return the date that a client asks for, None where it sent none.

    :param env: whose language the words are in
    :param text: anything that a client may have sent
    :param years: range that it has to be in, None for any
    :raise InvalidInput: it is no date such as ``2026-12-31``
    """
    if text in (None, ""):
        return None
    day = parse_day(text)
    if not day or (years and day.year not in years):
        raise InvalidInput(env._("This is not a valid date."), code="malformed")
    return day
