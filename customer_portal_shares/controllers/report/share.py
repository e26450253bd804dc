from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID, wants_json
from odoo.addons.customer_portal_docs.exceptions import NotFound

from ..share.gate import render_share, serve_share
from ..share.page import prepare_share_visitor_values
from .report import (
    check_report_export,
    log_report,
    make_report_export,
    make_report_page,
    prepare_report_values,
)


class ShareReports(Controller):
    """Reports below the address of a share."""

    @route(
        "/share/<string:token>/report/<int:report_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_report(self, token, report_id, **params):
        def answer(share_sudo):
            report_sudo = _get_shared_report_sudo(share_sudo, report_id)
            url = f"/share/{token}/report/{report_id}"
            page = make_report_page(report_sudo, params, url)
            log_report(report_sudo, "view", share_sudo)
            if wants_json():
                return request.make_json_response(page.get_json())
            left = share_sudo._get_downloads_left()
            may_download = share_sudo.allow_download and left != 0
            values = {
                **prepare_share_visitor_values(share_sudo),
                **prepare_report_values(page, report_sudo, may_download),
                "title": report_sudo.name,
                "can_upload": False,
            }
            return render_share("customer_portal_shares.share_report", values)

        return serve_share(token, "view", answer)

    @route(
        "/share/<string:token>/report/<int:report_id>/export/<string:kind>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_report_export(self, token, report_id, kind, **params):
        def answer(share_sudo):
            report_sudo = _get_shared_report_sudo(share_sudo, report_id)
            check_report_export(report_sudo, kind)
            response = make_report_export(report_sudo, params, kind)
            if request.httprequest.method != "HEAD":
                share_sudo._spend_downloads(1)
            log_report(report_sudo, "download", share_sudo)
            return response

        return serve_share(token, "download", answer)


def _get_shared_report_sudo(share_sudo, report_id):
    """Return a report that the share shows, sudoed; 404 for any other."""
    reports = share_sudo._get_shared_records("customer.portal.report")
    if not 0 < report_id <= MAX_ID or report_id not in reports.ids:
        raise NotFound()
    # sudo: customer.portal.report - in the share whose gate was passed
    return request.env["customer.portal.report"].sudo().browse(report_id)
