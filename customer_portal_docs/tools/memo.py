"""What is asked for several times while one thing is put together."""


class Memo:
    """Remembers what was found, by a key. A type that no client can send in a context."""

    def __init__(self):
        self._known = {}

    def get(self, key, find):
        """Return what ``find`` found for the key; it is called once."""
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]
