from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID, wants_json
from odoo.addons.customer_portal_docs.exceptions import NotFound

from .report import ReportAnswers


class MyReports(ReportAnswers):
    """The reports of a customer, in the portal."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_report_count" in counters:
            Report = request.env["customer.portal.report"]
            values["portal_report_count"] = len(Report._search_mine_sudo())
        return values

    @route("/my/reports", type="http", auth="user", methods=["GET"], website=True)
    def portal_my_reports(self, **params):
        reports_sudo = request.env["customer.portal.report"]._search_mine_sudo()
        if wants_json():
            reports = [
                {
                    "id": report.id,
                    "name": report.name,
                    "url": f"/my/reports/{report.id}",
                }
                for report in reports_sudo
            ]
            return request.make_json_response({"reports": reports})
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "portal_report",
            "reports": reports_sudo,
        }
        return request.render("customer_portal_shares.portal_my_reports", values)

    @route(
        "/my/reports/<int:report_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_report(self, report_id, **params):
        def answer(report_sudo, shares_sudo):
            page = self._make_report_page(
                report_sudo, params, f"/my/reports/{report_id}"
            )
            self._log_report(report_sudo, "view", shares_sudo[:1])
            if wants_json():
                return request.make_json_response(page.get_json())
            may_download = not shares_sudo or any(shares_sudo.mapped("allow_download"))
            values = {
                **self._prepare_portal_layout_values(),
                **self._prepare_report_values(page, report_sudo, may_download),
                "page_name": "portal_report",
            }
            return request.render("customer_portal_shares.portal_my_report", values)

        return self._serve_report(report_id, answer)

    @route(
        "/my/reports/<int:report_id>/export/<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_report_export(self, report_id, kind, **params):
        def answer(report_sudo, shares_sudo):
            self._check_report_export(report_sudo, kind)
            share_sudo = shares_sudo.filtered("allow_download")[:1]
            if shares_sudo and not share_sudo:
                shares_sudo[:1]._check_operation("download")
            response = self._make_report_export(report_sudo, params, kind)
            self._spend_report(share_sudo)
            self._log_report(report_sudo, "download", share_sudo)
            return response

        return self._serve_report(report_id, answer)

    def _spend_report(self, share_sudo):
        if share_sudo and request.httprequest.method != "HEAD":
            share_sudo._spend_downloads(1)

    def _serve_report(self, report_id, answer):
        """Return what ``answer`` makes of a report of the current user's, or say why not."""
        try:
            report_sudo, shares_sudo = self._get_report_sudo(report_id)
            return answer(report_sudo, shares_sudo)
        except NotFound as refusal:
            refusal.message = refusal.message or request.env._(
                "This page does not exist, or you may not see it."
            )
            raise

    def _get_report_sudo(self, report_id):
        """Return a report of the current user's and the shares it is in; the one gate.

        :raise NotFound: 404
        """
        Report = request.env["customer.portal.report"]
        report_sudo, shares_sudo = (
            Report._get_mine_sudo(report_id)
            if 0 < report_id <= MAX_ID
            else (None, None)
        )
        if not report_sudo:
            raise NotFound()
        return report_sudo, shares_sudo
