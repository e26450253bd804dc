"""The answers of reports, alike in the portal and in a share."""

import contextlib
import json

from odoo import api
from odoo.http import Response, content_disposition, request

from odoo.addons.customer_portal_docs.exceptions import (
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
)
from odoo.addons.customer_portal_docs.tools.filenames import clean_filename
from odoo.addons.customer_portal_docs.tools.tables import MIMETYPE

from ...models.report.customer_portal_report import LOST
from ...tools.report.page import ReportPage
from ...tools.report.reader import MAX_COUNT
from ...tools.report.sheets import write_csv, write_xlsx
from ...tools.report.window import Window
from ..share.gate import get_share_visitor

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
#: Bytes of a file that are sent at a time.
_PIECE_BYTES = 256 * 1024


@contextlib.contextmanager
def _told_as_absent():
    """Answer that there is no report where its owner may not read it any more."""
    try:
        yield
    except LOST as error:
        raise NotFound() from error


def _stream_csv(reader, has_mark):
    """Yield a report as CSV, with a database cursor of its own: the request's ends before."""
    model = reader.model
    with model.pool.cursor(readonly=True) as cr:
        env = api.Environment(cr, reader.report.env.uid, reader.report.env.context)
        # sudo: customer.portal.report - the gate was passed
        report_sudo = env[reader.report._name].sudo().browse(reader.report.id)
        partner = env["res.partner"].browse(reader.partner.id)
        again = type(reader)(report_sudo, partner, reader.window)
        yield from write_csv(again, has_mark)


def _send_file(file):
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _open_report(report_sudo, params):
    """Return the reader of what the current user sees of a report.

    :raise PortalRefusal: 404 where its owner may not read it any more, 400 for a window that
        is none
    """
    try:
        window = Window.parse(params)
    except ValueError as error:
        message = request.env._("“%(name)s” is not understood.", name=error)
        raise InvalidInput(message, code="malformed") from error
    context = {
        "lang": request.env.context.get("lang") or request.env.lang,
        "tz": request.env.context.get("tz") or request.env.user.tz,
    }
    report_sudo = report_sudo.with_context(**context)
    with _told_as_absent():
        return report_sudo._open(request.env.user.partner_id, window)


def make_report_page(report_sudo, params, url):
    """Return the :class:`ReportPage` that the current user asks for."""
    reader = _open_report(report_sudo, params)
    with _told_as_absent():
        return ReportPage(reader, url)


def check_report_export(report_sudo, kind):
    """Refuse exports that are none, or that the report's owner may not make.

    :raise PortalRefusal: 404 or 403
    """
    if kind not in ("csv", "xlsx"):
        raise NotFound()
    if not report_sudo._may_export():
        message = request.env._("This report can be viewed, but not downloaded.")
        raise Forbidden(message, code="download_not_allowed")


def make_report_export(report_sudo, params, kind):
    """Return a report as a file.

    :param str kind: ``csv`` or ``xlsx``
    :raise PortalRefusal: 404 where its owner may not read it, 413 for too many rows
    """
    reader = _open_report(report_sudo, params)
    _check_report_size(reader, kind)
    with _told_as_absent():
        if kind == "csv":
            has_mark = params.get("bom") == "1"
            body, size = _stream_report(reader, has_mark), None
        else:
            body, size = _make_report_file(reader)
    name = clean_filename(f"{report_sudo.name}.{kind}")
    mimetype = MIMETYPE if kind == "csv" else _XLSX
    response = Response(body, content_type=mimetype, direct_passthrough=True)
    response.headers.update(_HEADERS)
    response.headers["Content-Disposition"] = content_disposition(name)
    if size is not None:
        response.headers["Content-Length"] = str(size)
    return response


def _check_report_size(reader, kind):
    limit = reader.report.company_id._get_portal_report_xlsx_rows()
    with _told_as_absent():
        is_over = kind == "xlsx" and reader.count_rows(limit + 1) > limit
    if is_over:
        message = request.env._(
            "These are more than %(count)s rows: too many for an Excel file. Please choose a "
            "shorter period, or download them as CSV.",
            count=reader.values.format_number(limit, 0),
        )
        raise TooLarge(message, code="too_many_rows")


def _make_report_file(reader):
    if request.httprequest.method == "HEAD":
        return [], None
    file = write_xlsx(reader)
    size = file.seek(0, 2)
    file.seek(0)
    return _send_file(file), size


def _stream_report(reader, has_mark):
    """Return the pieces of a CSV file, which are made while they are sent.

    :raise AccessError: told now, while an error can be
    """
    reader.check()
    is_head = request.httprequest.method == "HEAD"
    return [] if is_head else _stream_csv(reader, has_mark)


def prepare_report_values(page, report_sudo, may_download):
    """Return what the page of a report asks for.

    :param page: :class:`ReportPage`
    """
    return {
        **page.prepare(),
        "may_download": may_download and report_sudo._may_export(),
        "max_count": MAX_COUNT,
        "json": json,
    }


def log_report(report_sudo, action, share_sudo=None):
    """Write a line into the log that shares have: who, when, what."""
    if request.httprequest.method == "HEAD":
        return
    Share = request.env["customer.portal.share"]
    request.env["customer.portal.share.access"]._add(
        Share if share_sudo is None else share_sudo,
        action,
        get_share_visitor(),
        report_sudo.name,
        report_id=report_sudo.id,
    )
