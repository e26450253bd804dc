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

from .process import wait_until

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
        options = {"hostname": "127.0.0.1", "port": 0, "ready_timeout": 30}
        self._controller = _Controller(self, data_size_limit=None, **options)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_exception):
        self._controller.stop()

    def wait_for(self, count=1, seconds=20):
        """Return all mails once at least ``count`` arrived.

        :raise TimeoutError: if they do not, within ``seconds``
        """
        if not wait_until(lambda: len(self.mails) >= count, seconds):
            raise TimeoutError(
                f"{len(self.mails)} of {count} mails arrived within {seconds} s"
            )
        return list(self.mails)

    def find(self, address, subject="", seconds=60):
        """Return the newest mail to an address, with these words in its subject; wait for it.

        :raise TimeoutError: if there is none within ``seconds``
        """

        def get_newest():
            fitting = (
                mail
                for mail in reversed(self.mails)
                if address in mail.recipients and subject in mail.subject
            )
            return next(fitting, None)

        if not wait_until(get_newest, seconds):
            raise TimeoutError(f"No mail “{subject}” to {address} within {seconds} s")
        return get_newest()

    async def handle_DATA(self, _server, _session, envelope):
        """Keep one mail (called by aiosmtpd)."""
        content = envelope.content
        message = email.message_from_bytes(content, policy=email.policy.default)
        subject = re.sub(r"\W+", "-", str(message["subject"] or "no subject"))
        when = time.strftime("%Y%m%d-%H%M%S")
        name = f"{when}-{next(self._numbers):03d}-{subject[:60].strip('-')}.eml"
        people = (envelope.mail_from, tuple(envelope.rcpt_tos))
        mail = Mail(*people, message, self.folder / name)
        mail.path.write_bytes(content)
        self.mails.append(mail)
        if self.on_mail:
            self.on_mail(mail)
        return "250 Kept"


class _Controller(Controller):
    """aiosmtpd's server in a thread; asks the kernel for a port of its own."""

    def _trigger_server(self):
        # aiosmtpd connects to the port it was told; ours is known only now.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
