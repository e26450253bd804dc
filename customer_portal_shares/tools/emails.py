"""E-mail addresses that people type."""

import re

from odoo.tools.mail import email_normalize, single_email_re

#: The longest address there is. https://www.rfc-editor.org/errata/eid1690
MAX_LENGTH = 254
#: One bare address: what has brackets, quotes or comments takes Python's parser apart.
BARE = re.compile(r"""[^\s@()<>\[\],;:"\\]+@[^\s@()<>\[\],;:"\\]+""")


def normalize_email(text):
    """Return one e-mail address of any script in its usual spelling, or None for what is none.

    :param text: str or None, of any length
    """
    text = (text or "")[: 2 * MAX_LENGTH].strip()
    if len(text) > MAX_LENGTH or not BARE.fullmatch(text):
        return None
    return email_normalize(text) or None


def parse_email(text):
    """Return one e-mail address in its usual spelling, or None for what is none.

    Odoo's own function takes ``@example.com`` for one.

    :param text: str or None, of any length
    """
    email = normalize_email(text)
    return email if email and single_email_re.fullmatch(email) else None
