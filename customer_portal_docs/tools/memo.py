"""What is asked for several times while one thing is put together."""


class Memo:
    """Remembers what was found, by a key; it lies in a context.

    No client can send one: what else has its name in a context is none.
    """

    def __init__(self):
        self._known = {}

    def get(self, key, find):
        """Return what ``find`` found for the key; it is called once."""
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]


def remember(records, name, key, find):
    """Return what the memo of this name knows by the key; without a memo, what is found now."""
    memo = records.env.context.get(name)
    return memo.get(key, find) if isinstance(memo, Memo) else find()
