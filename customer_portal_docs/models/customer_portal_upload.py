import logging
import os
import secrets
import socket
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, config

from ..tools.incoming import IncomingFile
from ..tools.tokens import digest
from ..tools.transactions import anew

_logger = logging.getLogger(__name__)


class CustomerPortalUpload(models.Model):
    """A file that arrives in pieces, over several requests to any worker or host.

    Who sends what is a row here; the bytes are a file beside the filestore, and its size is
    how far the upload has come: whatever ends a request, what arrived before is kept, and
    nothing else has to be. The protocol is in ``controllers/tus.py``.
    """

    _name = "customer.portal.upload"
    _description = "Unfinished Upload of a Customer Document"

    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade"
    )
    # the key itself is known to the client only
    key_digest = fields.Char(required=True)
    file_key = fields.Char(
        required=True, default=lambda self: uuid.uuid4().hex, copy=False
    )
    filename = fields.Char(required=True)
    file_size = fields.Integer(required=True, help="Of the whole file, in bytes.")
    form_values = fields.Json(help="What the customer filled in beside the file.")
    request_link_id = fields.Many2one(
        "customer.portal.request.link",
        index="btree_not_null",
        ondelete="cascade",
        help="The personal link that it was sent by, of somebody without a login.",
    )
    link_digest = fields.Char(
        groups=fields.NO_ACCESS,
        help="Of the key of the link that it began with: a renewed link has another.",
    )
    is_done = fields.Boolean()
    is_kept = fields.Boolean(help="Came with a form that has to be corrected.")
    document_id = fields.Many2one(
        "customer.portal.document", index="btree_not_null", ondelete="set null"
    )

    _key_digest_uniq = models.UniqueIndex("(key_digest)")

    #: hours after the last byte that an unfinished upload is kept
    _ttl_hours = 48
    #: minutes after the last byte in which room is kept for all that was announced
    _stalled_minutes = 10
    #: unfinished uploads that one user may have
    _max_open = 100
    #: requests at once in which one user may send files
    _max_requests = 2

    #: hours that files of a form are kept which has to be mended, most of them at once of one
    #: user (visitors are one), and most bytes of one form
    _kept_hours = 2
    _max_kept = 40
    _max_kept_bytes = 100 * 1024**2

    # -- life

    @api.model
    def _start(self, filename, file_size, form_values):
        """Begin an upload of the current user.

        :param str filename: cleaned name
        :param int file_size: size of the whole file, in bytes
        :param dict form_values: what becomes of the file
        :return: the upload, sudoed, and the key that opens it, a str
        """
        key = secrets.token_urlsafe(32)
        # sudo: customer.portal.upload - users start their own uploads here and nowhere else
        upload_sudo = self.sudo().create(
            {
                "user_id": self.env.uid,
                "key_digest": digest(key),
                "filename": filename,
                "file_size": file_size,
                "form_values": form_values,
            }
        )
        return upload_sudo, key

    @api.model
    def _get_upload_sudo(self, key):
        """Return the current user's upload with this key, sudoed, or an empty record."""
        # sudo: customer.portal.upload - only one's own, and only with its key
        upload_sudo = self.sudo().search(
            [("key_digest", "=", digest(key)), ("user_id", "=", self.env.uid)]
        )
        expired = upload_sudo and upload_sudo._is_expired()
        return self.sudo() if expired else upload_sudo

    @api.model
    def _is_full(self, domain=Domain.TRUE):
        """Tell whether the current user has as many unfinished uploads as allowed.

        :param Domain domain: of the sender's, where that is not the user: all visitors are the
            same one

        The user's other requests that ask wait until this one has ended: together they cannot
        begin more.
        """
        lock = SQL(
            "SELECT pg_advisory_xact_lock(hashtext(%s), %s)", self._table, self.env.uid
        )
        self.env.execute_query(lock)
        unfinished = domain & Domain(
            [("user_id", "=", self.env.uid), ("is_done", "=", False)]
        )
        # a new transaction sees what the others have committed meanwhile
        with self.env.registry.cursor() as cr:
            # sudo: customer.portal.upload - counting one's own
            uploads_sudo = self.with_env(self.env(cr=cr)).sudo()
            count = uploads_sudo.search_count(unfinished, limit=self._max_open)
        return count >= self._max_open

    @api.model
    def _get_link_domain(self, link_sudo):
        """Return the domain of the uploads by a personal link."""
        return Domain("request_link_id", "=", link_sudo.id)

    def _get_request_link(self):
        """Return the personal link of the upload if it is open, with the key that it had then."""
        link = self.request_link_id._filter_open()
        return link if link.key_digest == self.link_digest else link.browse()

    # -- how many at once

    @api.model
    def _take_place_of_user(self, key):
        """Take one of the places that somebody has to send files, until the transaction ends.

        :param key: who it is: an id of a user, or an address
        :return: whether there was one
        """
        # one worker is for the pages, whoever sends what
        most = min(self._max_requests, max(config["workers"] - 1, 1))
        most = most if config["workers"] else self._max_requests
        return self._take_place(f"user:{key}", most)

    @api.model
    def _take_place_of_host(self):
        """Take one of the workers of this host, all but one, until the transaction ends."""
        workers = config["workers"]
        return not workers or self._take_place(
            f"host:{socket.gethostname()}", max(workers - 1, 1)
        )

    @api.model
    def _take_place(self, key, most):
        # the lock goes with the transaction, however it ends, or with the process
        for number in range(most):
            lock = SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                f"{self._table}:{key}",
                number,
            )
            [[is_taken]] = self.env.execute_query(lock)
            if is_taken:
                return True
        return False

    # -- files of a form that has to be mended: a browser does not send them once more

    @api.model
    def _keep_files(self, files, kept_for):
        """Keep checked files until their form comes again, whatever becomes of this request.

        Ends its transaction, and undoes what that has written: nothing stays of a form that has to
        be mended.

        :param files: list of (str file name, :class:`IncomingFile`)
        :param str kept_for: the form, which alone gets them back
        :return: list of dicts of ``key``, ``name`` and ``size``; empty where there is no room
        """
        size = sum(incoming.size for _filename, incoming in files)
        if not files or size > self._max_kept_bytes:
            return []
        # a file may have failed to be stored after the rest was written, and the next commits
        self.env.cr.rollback()
        with anew(self.env) as env:
            Upload = env[self._name]
            # sudo: customer.portal.upload - counting one's own
            count = Upload.sudo().search_count(
                [("user_id", "=", env.uid), ("is_kept", "=", True)]
            )
            if count + len(files) > self._max_kept:
                return []
            return [Upload._keep_file(*file, kept_for) for file in files]

    @api.model
    def _keep_file(self, filename, incoming, kept_for):
        upload_sudo, key = self._start(filename, incoming.size, {"kept_for": kept_for})
        path = upload_sudo._get_path()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        incoming.place(path)
        upload_sudo.is_kept = True
        return {"key": key, "name": filename, "size": incoming.size}

    @api.model
    def _find_kept_sudo(self, keys, kept_for):
        """Return the uploads that :meth:`_keep_files` has kept for a form, sudoed.

        :param keys: list of str, as a client has sent them
        :return: dict of str key to upload, each once, in the order of the keys
        """
        # the database is asked once, whatever a client sends
        digests = {
            digest(key): key for key in islice(dict.fromkeys(keys), self._max_kept)
        }
        # sudo: customer.portal.upload - only one's own, and only with their keys
        kept_sudo = self.sudo().search(
            [
                ("key_digest", "in", list(digests)),
                ("user_id", "=", self.env.uid),
                ("is_kept", "=", True),
            ]
        )
        found = {
            digests[upload_sudo.key_digest]: upload_sudo
            for upload_sudo in kept_sudo
            if upload_sudo.form_values.get("kept_for") == kept_for
            and upload_sudo._get_received()
            and not upload_sudo._is_expired()
        }
        return {key: found[key] for key in digests.values() if key in found}

    def _finish(self, document_sudo):
        """Remember what became of the upload; its own file goes after the commit."""
        self.write({"is_done": True, "document_id": document_sudo.id})
        self._remove_file_after_commit()

    def _discard(self):
        """Forget the upload and its file."""
        self._remove_file_after_commit()
        self.unlink()

    # -- the file

    @api.model
    def _get_directory(self):
        # sudo: ir.attachment - on the file system of the filestore, see IncomingFile
        directory = self.env["ir.attachment"].sudo()._get_incoming_directory()
        return os.path.join(directory, "customer_portal_uploads")

    def _get_path(self):
        self.ensure_one()
        return os.path.join(self._get_directory(), self.file_key[:2], self.file_key)

    def _get_received(self):
        """Return how many bytes are there, of a file that is not done."""
        try:
            # opened, because a network file system tells the true size only then
            with open(self._get_path(), "rb") as file:
                return os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return 0

    def _get_offset(self):
        """Return the offset to go on from, in bytes.

        The whole length says that the document exists. As long as it does not, although all
        bytes are there, the last one is asked for again: sending it makes the document.
        """
        self.ensure_one()
        return (
            self.file_size
            if self.is_done
            else min(self._get_received(), self.file_size - 1)
        )

    def _get_last_sent(self):
        """Return when something of it came last, or when it was announced, as naive UTC."""
        self.ensure_one()
        try:
            last = datetime.fromtimestamp(os.stat(self._get_path()).st_mtime, UTC)
            return last.replace(tzinfo=None)
        except FileNotFoundError:
            return self.write_date or self.create_date

    def _get_expiration(self):
        """Return when the upload ends if nothing more is sent, as naive UTC."""
        hours = self._kept_hours if self.is_kept else self._ttl_hours
        return self._get_last_sent() + timedelta(hours=hours)

    def _get_reserved_bytes(self):
        """Return how much room it takes of a limit: all that is announced while it goes on."""
        if self._is_expired():
            return 0
        return self.file_size if self._goes_on() else self._get_received()

    def _goes_on(self):
        """Tell whether something of it came lately."""
        stalled = timedelta(minutes=self._stalled_minutes)
        return self._get_last_sent() > fields.Datetime.now() - stalled

    @api.model
    def _is_any_going_on(self, user, upload_key):
        """Tell whether a file is on its way of those that a user sends together."""
        unfinished = self.search([("user_id", "=", user.id), ("is_done", "=", False)])
        return any(
            (upload.form_values or {}).get("upload_key") == upload_key
            and upload._goes_on()
            for upload in unfinished
        )

    def _is_expired(self):
        return self._get_expiration() < fields.Datetime.now()

    def _open_file(self):
        """Return the file to append to, as a descriptor."""
        path = self._get_path()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.lseek(descriptor, 0, os.SEEK_END)
        return descriptor

    def _truncate_file(self, descriptor, size):
        """Shorten the opened file to ``size`` bytes; one without any goes."""
        os.ftruncate(descriptor, size)
        if not size:
            _remove(self._get_path())

    def _get_incoming(self):
        """Return the whole file as :class:`IncomingFile`, read once to hash it."""
        return IncomingFile.open(self._get_path())

    def _remove_file_after_commit(self):
        for path in [upload._get_path() for upload in self]:
            self.env.cr.postcommit.add(lambda path=path: _remove(path))

    # -- purge

    @api.autovacuum
    def _gc_uploads(self):
        """Remove uploads that nobody goes on with, and files that no upload has."""
        now = fields.Datetime.now()
        old = now - timedelta(hours=self._ttl_hours)
        first = now - timedelta(hours=self._kept_hours)
        for upload in self.search([("write_date", "<", first)]):
            is_old = upload.is_done and upload.write_date < old
            if is_old or not upload.is_done and upload._is_expired():
                upload._discard()
        self._remove_files_without_upload()

    def _remove_files_without_upload(self):
        """Remove what a killed process left: a file is looked at before the rows are read."""
        paths = {
            entry.name: entry.path
            for folder in _scan(self._get_directory())
            for entry in _scan(folder.path)
        }
        # a new transaction sees the rows of all these files: they are committed first
        with self.env.registry.cursor() as cr:
            uploads = self.with_env(self.env(cr=cr))
            kept = uploads.search(
                [("file_key", "in", list(paths)), ("is_done", "=", False)]
            )
            kept_keys = set(kept.mapped("file_key"))
        for file_key, path in paths.items():
            if file_key not in kept_keys:
                _remove(path)


def _scan(path):
    try:
        with os.scandir(path) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError:
        _logger.warning("Could not remove the upload %s", path, exc_info=True)
        return
    with suppress(OSError):
        os.rmdir(os.path.dirname(path))
