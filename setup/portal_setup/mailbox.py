"""A mail server for try-outs and tests: takes every mail, sends none. Needs the virtual environment."""

import email
import email.policy
import itertools
import logging
import re
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

# Each command of each mail, otherwise.
logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived.

    :param path: the ``.eml`` file
    """

    sender: str
    recipients: tuple
    message: EmailMessage
    path: Path

    @property
    def subject(self):
        return str(self.message["subject"] or "")

    @property
    def html(self):
        return self._part("html")

    @property
    def text(self):
        return self._part("plain")

    def _part(self, kind):
        part = self.message.get_body(preferencelist=(kind,))
        return part.get_content() if part else ""


@dataclass
class Mailbox:
    """An SMTP server on a free port of 127.0.0.1 that keeps mails as ``.eml`` files.

    A context manager: listens inside the block.

    :param folder: where the mails go
    :param on_mail: called with each :class:`Mail`, in the server's thread
    """

    folder: Path
    on_mail: object = None
    mails: list = field(default_factory=list)
    port: int = 0

    def __post_init__(self):
        self._numbers = itertools.count(1)

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=0, ready_timeout=30
        )
        self._controller.start()
        self.port = self._controller.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_exception):
        self._controller.stop()

    def wait_for(self, count=1, seconds=20):
        """Return all mails once at least ``count`` arrived.

        :raise TimeoutError: if they do not, within ``seconds``
        """
        end = time.monotonic() + seconds
        while len(self.mails) < count:
            if time.monotonic() > end:
                raise TimeoutError(
                    f"{len(self.mails)} of {count} mails arrived within {seconds} s"
                )
            time.sleep(0.05)
        return list(self.mails)

    def clear(self):
        """Forget the mails so far; their files stay."""
        self.mails.clear()

    def take(self, sender, recipients, content):
        """Keep one mail (called by the SMTP server)."""
        message = email.message_from_bytes(content, policy=email.policy.default)
        mail = Mail(
            sender, tuple(recipients), message, self.folder / self._file_name(message)
        )
        mail.path.write_bytes(content)
        self.mails.append(mail)
        if self.on_mail:
            self.on_mail(mail)

    def _file_name(self, message):
        subject = re.sub(r"[^\w]+", "-", str(message["subject"] or "no subject"))[
            :60
        ].strip("-")
        return (
            f"{time.strftime('%Y%m%d-%H%M%S')}-{next(self._numbers):03d}-{subject}.eml"
        )


class _Controller(Controller):
    """aiosmtpd's server in a thread; asks the kernel for a port of its own."""

    def __init__(self, mailbox, **options):
        self.mailbox = mailbox
        super().__init__(self, data_size_limit=None, **options)

    def _trigger_server(self):
        # aiosmtpd connects to the port it was told; ours is known only now.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    async def handle_DATA(self, _server, _session, envelope):
        self.mailbox.take(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        return "250 Kept"
