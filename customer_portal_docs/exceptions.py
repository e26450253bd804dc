from odoo.exceptions import UserError


class DocumentLockedError(UserError):
    """A locked document would have been changed."""

    http_status = 423
