"""Where a mail that comes in is from: a machine or a person, and whether it is proved who.

https://www.rfc-editor.org/rfc/rfc3834 and https://www.rfc-editor.org/rfc/rfc8601
"""

import re

from odoo.tools.mail import email_normalize, email_split

#: What automatic replies say in ``Precedence``, mailing lists too.
_PRECEDENCES = frozenset({"auto_reply", "bulk", "junk", "list"})
#: Headers that machines alone write.
_MACHINE_HEADERS = (
    "List-Id",
    "List-Unsubscribe",
    "X-Auto-Response-Suppress",
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
)
#: Headers of what answers a mail by itself.
_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")
_DOMAIN = re.compile(r"[^@\s]+\.[^@\s]+")


class MailOrigin:
    """What the headers of a mail say of its origin.

    :param message: :class:`email.message.EmailMessage`
    :param authserv_ids: names of mail servers whose results are believed, lower case
    """

    def __init__(self, message, authserv_ids=()):
        self._message = message
        self._authserv_ids = authserv_ids
        #: whether it becomes a note, where customers read along
        self.is_note = False

    @property
    def is_automatic(self):
        """Whether no person wrote the mail just now to whom it went."""
        submitted = self._get("Auto-Submitted").partition(";")[0].strip()
        return (
            submitted not in ("", "no")
            or self._get("Precedence") in _PRECEDENCES
            or any(self._message.get(name) for name in _MACHINE_HEADERS)
            or self._has_empty_return_path()
        )

    @property
    def is_automatic_reply(self):
        """Whether a machine answers: a note of absence, a receipt."""
        return (
            self._get("Auto-Submitted").startswith("auto-replied")
            or self._get("Precedence") == "auto_reply"
            or any(self._message.get(name) for name in _REPLY_HEADERS)
            or self._has_empty_return_path()
        )

    def _has_empty_return_path(self):
        path = self._message.get("Return-Path")
        return path is not None and str(path).strip() in ("", "<>")

    def _get(self, name):
        return str(self._message.get(name) or "").strip().lower()

    @property
    def is_proved(self):
        """Whether a server that is believed says that it comes from whom it names.

        The topmost results alone are of the server that took the mail in: whatever is below may
        have been written by anybody.
        """
        domain = self._get_sender_domain()
        headers = self._message.get_all("Authentication-Results") or []
        if not domain or not headers or not self._authserv_ids:
            return False
        authserv_id, results = parse_results(str(headers[0]))
        if authserv_id not in self._authserv_ids:
            return False
        return _proves(results, domain)

    def _get_sender_domain(self):
        senders = self._message.get_all("From") or []
        addresses = [
            address for sender in senders for address in email_split(str(sender))
        ]
        if len(senders) != 1 or len(addresses) != 1:
            return ""
        normalized = email_normalize(addresses[0]) or ""
        return normalized.rpartition("@")[2].lower()


def _proves(results, domain):
    def passed(method, *properties):
        return any(
            result["result"] == "pass"
            and any(_is_aligned(result.get(name, ""), domain) for name in properties)
            for result in results
            if result["method"] == method
        )

    if any(each["method"] == "dmarc" and each["result"] == "fail" for each in results):
        return False
    return passed("dkim", "header.d", "header.i") or (
        passed("spf", "smtp.mailfrom") and passed("dmarc", "header.from")
    )


def _is_aligned(value, domain):
    """Tell whether what was proved is of the sender's domain, or of one above or below it."""
    proved = value.rpartition("@")[2].lower().rstrip(".")
    if not _DOMAIN.fullmatch(proved):
        return False
    return (
        proved == domain
        or domain.endswith(f".{proved}")
        or proved.endswith(f".{domain}")
    )


def parse_results(header):
    """Return who says what in a header ``Authentication-Results``.

    :param str header: its value
    :return: the authserv-id in lower case, and a list of dict with ``method``, ``result`` and
        the properties
    """
    parts = _split(header)
    authserv_id = parts[0][0].lower() if parts and parts[0] else ""
    results = []
    for words in parts[1:]:
        pairs = [word.partition("=")[::2] for word in words if "=" in word]
        if not pairs:
            continue
        (method, result), *properties = pairs
        results.append(
            {
                **{name.lower(): value for name, value in reversed(properties)},
                "method": method.lower().partition("/")[0],
                "result": result.lower(),
            }
        )
    return authserv_id, results


def _split(header):
    """Return the words of each part between semicolons; comments are none, strings are whole."""
    parts, word, depth, quoted = [[]], "", 0, False
    characters = iter(header)
    for character in characters:
        if character == "\\" and (quoted or depth):
            escaped = next(characters, "")
            word += escaped if quoted else ""
        elif quoted:
            quoted = character != '"'
            word += character if quoted else ""
        elif depth or character == "(":
            depth += {"(": 1, ")": -1}.get(character, 0)
        elif character == '"':
            quoted = True
        elif character == ";" or character.isspace():
            if word:
                parts[-1].append(word)
            word = ""
            if character == ";":
                parts.append([])
        else:
            word += character
    if word:
        parts[-1].append(word)
    return parts
