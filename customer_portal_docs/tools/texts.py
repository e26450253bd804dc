"""Texts that come from outside, before anything is done with them."""

import re

#: What PostgreSQL cannot hold: the character NUL, and halves of a pair (RFC 8259, 8.2).
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(value):
    """Tell whether the texts in a value, keys and nested ones included, can be stored.

    :param value: str, list, tuple, dict, or anything else, which can
    """
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if _UNSTORABLE.search(one):
                return False
        elif isinstance(one, dict):
            waiting += one
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
    return True
