"""What people typed into a form: refused with words where it is too long, and never cut."""

from ..exceptions import InvalidInput
from .filenames import count_typed


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
