"""E-mail addresses that people type."""

from odoo.tools.mail import email_normalize, single_email_re


def parse_email(text):
    """Return one e-mail address in its usual spelling, or None for what is none.

    Odoo's own function takes ``@example.com`` for one.

    :param text: str or None
    """
    email = email_normalize((text or "").strip())
    return email if email and single_email_re.fullmatch(email) else None
