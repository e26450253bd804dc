"""E-mail addresses that people type, as Odoo takes them, and as mail servers do."""

import re
import unicodedata

import idna

from odoo.tools.mail import email_normalize

#: The longest address there is. https://www.rfc-editor.org/errata/eid1690
MAX_LENGTH = 254
#: The longest part before the sign, in bytes. https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
MAX_LOCAL_BYTES = 64
#: Of what a server says of a mail that it does not deliver, in characters.
MAX_REASON_LENGTH = 500
#: One bare address: what has brackets, quotes or comments takes Python's parser apart.
BARE = re.compile(r"""[^\s@()<>\[\],;:"\\]+@[^\s@()<>\[\],;:"\\]+""")
#: The name of a host that mail can be sent to: two labels at least.
HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])",
    re.I,
)


def parse_email(text):
    """Return one e-mail address in its usual spelling, or None for what is none.

    What Odoo takes and can send to, in any script: ``o'brien@…``, ``jörg@…``, ``…@bücher.example``.
    Odoo's own function takes ``@example.com`` and ``name@host.`` as well, which no server does.

    :param text: str or None, of any length
    """
    # clients send what they like
    text = text[: 2 * MAX_LENGTH].strip() if isinstance(text, str) else ""
    text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_LENGTH or not BARE.fullmatch(text):
        return None
    email = email_normalize(text) or ""
    local, _separator, host = email.rpartition("@")
    if not 0 < len(local.encode()) <= MAX_LOCAL_BYTES:
        return None
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    host = encode_host(host)
    return email if host and HOST.fullmatch(host) else None


def encode_host(host):
    """Return the name of a host as servers write it, or None where there is no such host.

    https://www.rfc-editor.org/rfc/rfc5891

    :param str host: of any script
    """
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None


def encode_email(email):
    """Return an address with its host as servers write it; what cannot be is left alone.

    :param str email: an address without a name
    """
    local, separator, host = email.rpartition("@")
    return f"{local}{separator}{encode_host(host) or host}"


def get_mailbox(email):
    """Return what the spellings of an address that reach one mailbox have in common.

    :param str email: of :func:`parse_email`
    """
    local, _separator, host = encode_email(email.lower()).rpartition("@")
    local = local.strip('"')
    return f"{local.partition('+')[0] or local}@{host.rstrip('.')}"


def shorten_reason(reason):
    """Return why a mail did not arrive on one line, False where nobody said.

    :param reason: str in the words of a mail server, or None
    """
    return " ".join((reason or "").split())[:MAX_REASON_LENGTH] or False
