"""What can go wrong, each with one sentence for the person at the keyboard."""


class SetupError(Exception):
    """A failure that a person can act upon; ``str(error)`` says what and how."""


class DownloadError(SetupError):
    """Something could not be fetched, or arrived damaged."""


class DatabaseServerError(SetupError):
    """PostgreSQL does not start, does not answer, or refuses us."""


class OdooError(SetupError):
    """Odoo did not start, or did not finish what it was told."""
