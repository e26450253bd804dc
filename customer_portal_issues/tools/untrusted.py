"""Texts that anybody may have typed, in mails to whoever they said they are."""

import re

#: Of what mail programs make links of: the places where such a word can be taken apart.
_JOINTS = re.compile(r"(?<=\w\.)(?=[^\W\d_])|(?<=:)(?=//)|(?<=\w@)(?=\w)")


def defuse(text, max_length):
    """Return the beginning of a text, in which mail programs find no link.

    An invisible space that has no width stands where an address would go on.

    :param text: str or None
    :param int max_length: in characters, the invisible ones not counted
    :rtype: str
    """
    text = text or ""
    if len(text) > max_length:
        text = text[: max_length - 1].rstrip() + "…"
    return _JOINTS.sub("\u200b", text)
