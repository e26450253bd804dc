import base64
import logging
import os
import tempfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, config

from ..exceptions import Throttled
from ..tools.apart import apart
from ..tools.charsets import SAMPLE_BYTES, find_charset
from ..tools.filetypes import is_inline
from ..tools.rendering import process, sheets
from ..tools.rendering.process import WAIT_SECONDS, NoPicture
from ..tools.transactions import own_transaction

_logger = logging.getLogger(__name__)

#: What pages are drawn in, in pixels: the picture of a list, a phone, a screen.
THUMBNAIL_WIDTH = 320
WIDTHS = (THUMBNAIL_WIDTH, 900, 1600)
#: Of a file that is looked into, in bytes.
MAX_BYTES = 256 * 1024**2
#: How long a small picture waits until others are drawn.
_THUMBNAIL_SECONDS = 1
#: How long a picture is kept, and how long that there is none, in days.
_KEPT_DAYS, _PROBLEM_DAYS = 30, 1
_GC_BATCH = 500
#: The problem of what a job has not yet come to, and that job.
WAITING = "waiting"
_OFFICE_CRON = "customer_portal_docs.ir_cron_convert_office_files"
#: Of a picture that is not looked into yet.
_ONE_PAGE = {"total": 1, "sizes": [[1000, 750]]}


class CustomerPortalPicture(models.Model):
    """Pages of files as pictures: a cache by content, which the first who looks fills.

    One row for each file, with its pages and their sizes (page 0), and one for each page and
    width; or for the fact that nothing can be shown. A row tells nobody whose file it is of, and
    nobody reads one but through the gate of a document; system administrators see them.
    """

    _name = "customer.portal.picture"
    _description = "Picture of a Page"
    _log_access = False

    checksum = fields.Char(required=True, help="SHA-1 of the file.")
    kind = fields.Char(required=True, help="What the file was drawn as.")
    page = fields.Integer(required=True, help="From 1; 0 for the file itself.")
    width = fields.Integer(required=True, help="In pixels; 0 for the file itself.")
    image = fields.Binary(attachment=True)
    layout = fields.Json(help="Number of pages, and sizes of those that are shown.")
    problem = fields.Char(help="Why there is no picture.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    _content_uniq = models.UniqueIndex("(checksum, kind, page, width)")
    _date_idx = models.Index("(date)")
    _problem_idx = models.Index("(date) WHERE problem IS NOT NULL")

    # -- for those who have passed a gate

    @api.model
    def _get_layout(self, attachment_sudo, mimetype, wait_seconds=WAIT_SECONDS):
        """Return how many pages a file has and how large those are that are shown, or None.

        :param attachment_sudo: the file; the caller has authorised the current user
        :param str mimetype: what it is
        :param float wait_seconds: how long to wait while others have theirs drawn
        :return: dict of int ``total``, and ``sizes``, list of [width, height]
        :raise Throttled: too many pages are being drawn just now
        """
        kind = self._get_kind(attachment_sudo, mimetype)
        if not kind:
            return None
        picture = self._find(attachment_sudo.checksum, kind, 0, 0)
        if not picture:
            picture = self._make(attachment_sudo, kind, 0, 0, wait_seconds)
        return picture["layout"]

    @api.model
    def _get_page(self, attachment_sudo, mimetype, page, width):
        """Return a page of a file as a JPEG file, or None where there is nothing to show.

        :param attachment_sudo: the file; the caller has authorised the current user
        :param str mimetype: what it is
        :param int page: from 1
        :param int width: one of :data:`WIDTHS`
        :rtype: bytes
        :raise Throttled: too many pages are being drawn just now
        """
        kind = self._get_kind(attachment_sudo, mimetype)
        if not kind or width not in WIDTHS:
            return None
        # of a list there are many, and the list is as good with icons
        is_small = width == THUMBNAIL_WIDTH
        wait_seconds = _THUMBNAIL_SECONDS if is_small else WAIT_SECONDS
        layout = self._get_layout(attachment_sudo, mimetype, wait_seconds)
        if not layout or not 1 <= page <= len(layout["sizes"]):
            return None
        picture = self._find(attachment_sudo.checksum, kind, page, width)
        if not picture:
            picture = self._make(attachment_sudo, kind, page, width, wait_seconds)
        return picture["image"]

    @api.model
    def _get_preview(self, attachment_sudo, mimetype):
        """Return how the page of a document shows its file, for who may have it as well.

        Nothing that a browser may take for a download: tables and texts are part of the page.

        :param attachment_sudo: the file; the caller has authorised the current user
        :param str mimetype: what it is
        :return: dict of ``kind``: ``pdf``, ``image``, ``table`` (with ``rows``, ``has_more``),
            ``text`` (with ``text``, ``has_more``), ``pages`` (with ``layout``), ``waiting`` for the
            job that makes pages of it, or ``none``
        """
        kind = process.get_kind(mimetype) if attachment_sudo else None
        if kind in ("table", "text"):
            # of thirty columns those that are asked for below
            attachment_sudo.fetch(["file_size", "store_fname"])
        if kind == "table":
            rows, has_more = sheets.read_table(*self._read_beginning(attachment_sudo))
            has_more = has_more or self._is_long(attachment_sudo)
            return {"kind": kind, "rows": rows, "has_more": has_more}
        if kind == "text":
            text = sheets.decode(*self._read_beginning(attachment_sudo))
            has_more = self._is_long(attachment_sudo)
            return {"kind": kind, "text": text, "has_more": has_more}
        if kind and is_inline(mimetype):
            return {"kind": kind}
        if not kind:
            return {"kind": "none"}
        # (the page only reads: it has nothing drawn, but for what its pictures then ask for)
        if kind == "image":
            return {"kind": "pages", "layout": _ONE_PAGE}
        layout = self._find_layout(attachment_sudo, mimetype)
        if layout:
            return {"kind": "pages", "layout": layout}
        has_failed = self._has_failed(attachment_sudo, mimetype)
        return {"kind": "none" if has_failed else "waiting"}

    @api.model
    def _is_long(self, attachment_sudo):
        return attachment_sudo.file_size > sheets.MAX_TEXT_BYTES

    @api.model
    def _read_beginning(self, attachment_sudo):
        """Return the beginning of a text file, and what it is encoded in."""
        try:
            with attachment_sudo._open_portal_content() as file:
                content = file.read(sheets.MAX_TEXT_BYTES)
        except FileNotFoundError:
            content = b""
        return content, find_charset(content[:SAMPLE_BYTES])

    @api.model
    def _get_kind(self, attachment_sudo, mimetype):
        """Return what a file is drawn as, or None; see :func:`process.get_kind`."""
        if not attachment_sudo.checksum or not attachment_sudo.file_size:
            return None
        return process.get_kind(mimetype)

    # -- the cache

    @api.model
    def _find(self, checksum, kind, page, width):
        """Return what is known of a page, or None."""
        found = self._search_rows(checksum, kind, page, width)
        if not found:
            return None
        image = base64.b64decode(found.image or b"") if page else None
        if page and not image and not found.problem:
            return None  # its file is gone: it is drawn again
        return {"layout": found.layout or None, "image": image or None}

    @api.model
    def _search_rows(self, checksum, kind, page, width):
        # sudo: customer.portal.picture - nobody reads them himself; see the callers
        return self.sudo().search_fetch(
            [
                ("checksum", "=", checksum),
                ("kind", "=", kind),
                ("page", "=", page),
                ("width", "=", width),
            ],
            ["layout", "problem"],
        )

    @api.model
    def _make(self, attachment_sudo, kind, page, width, wait_seconds):
        """Draw a page and keep it, in a transaction of its own; return as :meth:`_find` does.

        It stays however the request ends. Two who want the same wait for each other, and the second
        finds it there.
        """
        directory = os.path.join(config["data_dir"], "customer_portal_pictures")
        try:
            with (
                process.taking_place(directory, wait_seconds),
                own_transaction(self.env) as other,
            ):
                Picture = other[self._name]
                key = (attachment_sudo.checksum, kind, page, width)
                Picture._lock_key(*key)
                found = Picture._find(*key)
                return found or Picture._keep(
                    key, Picture._draw(attachment_sudo, kind, page, width)
                )
        except process.NoPlace as error:
            message = self.env._(
                "Too many previews are being prepared right now. Please try again."
            )
            raise Throttled(message, code="too_many_requests", retry_after=2) from error

    @api.model
    def _lock_key(self, *key):
        name = ":".join(map(str, (self._table, *key)))
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", name)
        )

    @api.model
    def _draw(self, attachment_sudo, kind, page, width):
        """Return the values of a new row."""
        if kind == "office":
            return self._draw_office(attachment_sudo, page, width)
        if attachment_sudo.file_size > MAX_BYTES:
            return {"problem": "too_big"}
        try:
            with attachment_sudo._open_portal_content() as file:
                if page:
                    return {"image": process.draw(file, kind, page, width)}
                return {"layout": process.describe(file, kind)}
        except (NoPicture, FileNotFoundError) as error:
            return {"problem": getattr(error, "problem", "missing")}

    # -- office files: a job makes a PDF file of each, once

    @api.model
    def _draw_office(self, attachment_sudo, page, width):
        if not page:
            # sudo: ir.cron - the job of this cache
            cron = self.env.ref(_OFFICE_CRON, raise_if_not_found=False)
            if not cron:
                return {"problem": "failed"}
            cron.sudo()._trigger()
            return {"problem": WAITING}
        made = self._search_rows(attachment_sudo.checksum, "office", 0, 0)
        try:
            with tempfile.TemporaryFile() as file:
                file.write(base64.b64decode(made.image or b""))
                file.flush()
                return {"image": process.draw(file, "pdf", page, width)}
        except NoPicture as error:
            return {"problem": error.problem}

    @api.model
    def _cron_convert_office_files(self):
        """Make PDF files of the office files that somebody has looked at."""
        waiting = [("kind", "=", "office"), ("problem", "=", WAITING)]
        rows = self.search(waiting, order="id")
        for done, row in enumerate(rows, 1):
            with apart(self.env, _logger, "No PDF file of %s", row):
                row._convert_office_file()
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(rows) - done):
                return

    def _convert_office_file(self):
        attachment = self.env["ir.attachment"].search(
            [("checksum", "=", self.checksum), ("portal_document_id", "!=", False)],
            limit=1,
        )
        try:
            with attachment._open_portal_content() as file:
                content = process.convert(file, attachment.mimetype)
            with tempfile.TemporaryFile() as file:
                file.write(content)
                file.flush()
                layout = process.describe(file, "pdf")
        except (NoPicture, FileNotFoundError, ValueError) as error:
            self.problem = getattr(error, "problem", "missing")
            return
        self.write(
            {
                "image": base64.b64encode(content),
                "layout": layout,
                "problem": False,
                "date": fields.Datetime.now(),
            }
        )

    @api.model
    def _has_failed(self, attachment_sudo, mimetype):
        """Tell whether it is known that there is nothing to show of a file."""
        kind = self._get_kind(attachment_sudo, mimetype)
        rows = kind and self._search_rows(attachment_sudo.checksum, kind, 0, 0)
        return bool(rows) and rows.problem not in (False, WAITING)

    @api.model
    def _find_layout(self, attachment_sudo, mimetype):
        """Return as :meth:`_get_layout` does what is known already, and have nothing drawn."""
        kind = self._get_kind(attachment_sudo, mimetype)
        found = kind and self._find(attachment_sudo.checksum, kind, 0, 0)
        return found["layout"] if found else None

    @api.model
    def _keep(self, key, vals):
        # sudo: customer.portal.picture - as in _find; a picture of ours needs no processing
        Picture = self.sudo().with_context(image_no_postprocess=True)
        names = ("checksum", "kind", "page", "width")
        self._search_rows(*key).unlink()  # whose file was gone
        image = vals.get("image")
        Picture.create(
            {
                **dict(zip(names, key, strict=True)),
                **vals,
                "image": image and base64.b64encode(image),
            }
        )
        return {"layout": vals.get("layout"), "image": image}

    @api.autovacuum
    def _gc_pictures(self):
        """Forget what is old, and pictures of files that are gone."""
        self.env.flush_all()
        ids = [id_ for (id_,) in self.env.execute_query(self._get_gc_query())]
        self.browse(ids).unlink()
        return len(ids), len(ids) >= _GC_BATCH

    @api.model
    def _get_gc_query(self):
        now = fields.Datetime.now()
        # each by itself: together, no index finds any of them
        conditions = (
            SQL("date < %s", now - timedelta(days=_KEPT_DAYS)),
            SQL(
                "problem IS NOT NULL AND date < %s",
                now - timedelta(days=_PROBLEM_DAYS),
            ),
            SQL(
                """NOT EXISTS (SELECT FROM ir_attachment file
                                WHERE file.checksum = picture.checksum
                                  AND file.res_model IS DISTINCT FROM %s)""",
                self._name,
            ),
        )
        return SQL(" UNION ").join(
            SQL(
                "(SELECT id FROM customer_portal_picture picture WHERE %s LIMIT %s)",
                condition,
                _GC_BATCH,
            )
            for condition in conditions
        )
