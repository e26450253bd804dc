import contextlib
from dataclasses import dataclass

from odoo import models

from ...exceptions import ShareRefused

#: First key of this model's advisory locks; the second is the share's id.
_LOCK_SPACE = 0x63707368
#: How often the bytes of a file may be sent for one counted download: the second time for what
#: broke off, and for players and viewers that jump back. What a broken download goes on with
#: costs less of it, see :meth:`customer.portal.share.access._go_on`.
_SENDINGS = 2


@dataclass
class Content:
    """What one answer sends of a file.

    :ivar str key: of the content
    :ivar str name: of the document, for the log
    :ivar int size: of the whole file, in bytes
    :ivar int start: of what is sent now, in bytes from the start of the file
    :ivar int sent: bytes that are sent now, at most
    :ivar bool may_go_on: whether the visitor asked for a piece
    """

    key: str
    name: str
    size: int
    start: int
    sent: int
    may_go_on: bool


class CustomerPortalShare(models.Model):
    """What may happen only so often, counted across all workers: guesses and downloads."""

    _inherit = "customer.portal.share"

    @contextlib.contextmanager
    def _counting(self):
        """Let one request at a time count something of this share, and keep what it counted.

        Ends the current transaction before and after: its snapshot would not show what the
        others have counted in the meantime, and what was counted stays counted however the
        request ends. The lock goes with the connection if the process dies.
        """
        self.ensure_one()
        cr = self.env.cr
        self.env.flush_all()
        cr.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK_SPACE, self.id])
        try:
            self._begin_anew()
            yield
            self._begin_anew()
        finally:
            cr.rollback()
            cr.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_SPACE, self.id])

    def _begin_anew(self):
        self.env.flush_all()
        # what has been written is meant to stay, see _counting
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    # -- passwords

    def _try_password(self, password, address):
        """Return the mark of the right password for the visitor's session.

        :param str password: as typed
        :param str address: where the visitor is
        :raise ShareRefused: 401 for a wrong one, 429 after too many
        """
        if not self.password_hash:
            return self._get_password_mark()
        Attempt = self.env["customer.portal.share.attempt"]
        with self._counting():
            wait_seconds = Attempt._get_wait_seconds(self, address)
            if not wait_seconds:
                Attempt._add(self, address)
        if wait_seconds:
            raise ShareRefused(
                429,
                "too_many_attempts",
                self.env._(
                    "There were too many wrong passwords. Please try again in %(minutes)s "
                    "minutes.",
                    minutes=-(-wait_seconds // 60),
                ),
                retry_after=wait_seconds,
                share=self,
            )
        if not self._is_password(password):
            raise ShareRefused(
                401,
                "wrong_password",
                self.env._("This password is not right. Please try again."),
                share=self,
            )
        # many may come in at once: none shall be asked to come again, which costs an attempt
        with self._counting():
            Attempt._forget(self, address)
        return self._get_password_mark()

    # -- downloads

    def _get_downloads_left(self):
        """Return how many files may still be fetched, or None where that is not limited."""
        if not self.download_limit or not self.allow_download or not self._has_files():
            return None
        return max(0, self.download_limit - self.download_count)

    def _spend_downloads(self, count=1):
        """Count files that a visitor fetches.

        :param int count: number of files
        :raise ShareRefused: 410, more than are left
        """
        if not self.download_limit or not count:
            return
        with self._counting():
            left = self.download_limit - self.download_count
            if count <= left:
                self.download_count += count
        if count > left:
            message = self._get_limit_message(left)
            raise ShareRefused(410, "download_limit", message, share=self)

    def _spend_content(self, action, visitor, content):
        """Count and log one file that a visitor fetches, unless this goes on with a fetch.

        :param str action: ``view`` or ``download``, for the log
        :param dict visitor: see :meth:`customer.portal.share.access._add`
        :param content: :class:`Content`
        :raise ShareRefused: 410, none is left
        """
        Access = self.env["customer.portal.share.access"]
        if not self.download_limit:
            if not (
                content.may_go_on and Access._has_begun(self, visitor, content.key)
            ):
                Access._add(self, action, visitor, content.name, item_key=content.key)
            return
        with self._counting():
            goes_on = content.may_go_on and Access._go_on(self, visitor, content)
            left = 0 if goes_on else self.download_limit - self.download_count
            if left > 0:
                self.download_count += 1
                Access._add(
                    self,
                    action,
                    visitor,
                    content.name,
                    item_key=content.key,
                    bytes_left=_SENDINGS * content.size - content.sent,
                    bytes_done=content.start,
                )
        if not goes_on and left <= 0:
            message = self._get_limit_message(0)
            raise ShareRefused(410, "download_limit", message, share=self)

    def _get_limit_message(self, left):
        if left > 0:
            return self.env._(
                "This is more than may still be fetched here: %(count)s. Please fetch files "
                "one by one, or ask who sent you the link.",
                count=left,
            )
        return self.env._(
            "The files of this share have been fetched as often as allowed. Please ask who "
            "sent you the link."
        )
