from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    not_found,
    render_page,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import InvalidInput, NotFound
from odoo.addons.portal.controllers.portal import CustomerPortal

from .report import (
    check_report_export,
    log_report,
    make_report_export,
    make_report_page,
    prepare_report_values,
)


class MyReports(CustomerPortal):
    """The reports of a customer, in the portal."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_report_count" in counters:
            Grant = request.env["customer.portal.report.grant"]
            values["portal_report_count"] = len(Grant._search_mine_sudo())
        return values

    @route("/my/reports", type="http", auth="user", methods=["GET"], website=True)
    def portal_my_reports(self, **params):
        reports_sudo = request.env["customer.portal.report.grant"]._search_mine_sudo()
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
            "page_name": "portal_report",
            "reports": reports_sudo,
        }
        return render_page(self, "customer_portal_shares.portal_my_reports", values)

    @route(
        "/my/reports/<int:report_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_report(self, report_id, **params):
        def answer(report_sudo, shares_sudo):
            page = make_report_page(report_sudo, params, f"/my/reports/{report_id}")
            log_report(report_sudo, "view", shares_sudo[:1])
            if wants_json():
                return request.make_json_response(page.get_json())
            may_download = not shares_sudo or bool(shares_sudo._filter_downloadable())
            values = {
                **prepare_report_values(page, report_sudo, may_download),
                "page_name": "portal_report",
                "can_subscribe": True,
                "frequency": Subscription._get_frequency(report_sudo),
                "frequencies": Subscription._fields["frequency"]._description_selection(
                    request.env
                ),
            }
            return render_page(self, "customer_portal_shares.portal_my_report", values)

        Subscription = request.env["customer.portal.report.subscription"]
        return _serve_report(report_id, answer)

    @route(
        "/my/reports/<int:report_id>/export/<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_report_export(self, report_id, kind, **params):
        def answer(report_sudo, shares_sudo):
            check_report_export(report_sudo, kind)
            allowing_sudo = shares_sudo.filtered("allow_download")
            if shares_sudo and not allowing_sudo:
                shares_sudo[:1]._check_operation("download")
            # where all are spent, the first one says so
            share_sudo = (allowing_sudo._filter_downloadable() or allowing_sudo)[:1]
            response = make_report_export(report_sudo, params, kind)
            _spend_report(share_sudo)
            log_report(report_sudo, "download", share_sudo)
            return response

        return _serve_report(report_id, answer)

    @route(
        "/my/reports/<int:report_id>/subscription",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_report_subscribe(self, report_id, frequency=None, **params):
        def answer(report_sudo, _shares_sudo):
            Subscription = request.env["customer.portal.report.subscription"]
            known = Subscription._fields["frequency"].get_values(request.env)
            if frequency not in (None, "", *known):
                message = request.env._("Please choose how often.")
                raise InvalidInput(message, code="malformed")
            Subscription._choose(report_sudo, frequency or None)
            if wants_json():
                return request.make_json_response({"frequency": frequency or None})
            return request.redirect(f"/my/reports/{report_id}", 303)

        return _serve_report(report_id, answer)

    @route(
        "/my/reports/unsubscribe/<string:key>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
        readonly=True,
    )
    def portal_report_unsubscribe_page(self, key, **params):
        return _answer_report_unsubscribe(key, is_done=False)

    # without Odoo's CSRF check: mail programs post it (RFC 8058), and the signature is the proof
    @route(
        "/my/reports/unsubscribe/<string:key>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
        csrf=False,
    )
    def portal_report_unsubscribe(self, key, **params):
        return _answer_report_unsubscribe(key, is_done=True)


def _spend_report(share_sudo):
    if share_sudo and request.httprequest.method != "HEAD":
        share_sudo._spend_downloads(1)


def _serve_report(report_id, answer):
    """Return what ``answer`` makes of a report of the current user's.

    :raise NotFound: in the words of all that is absent or forbidden
    """
    try:
        report_sudo, shares_sudo = _get_report_sudo(report_id)
        return answer(report_sudo, shares_sudo)
    except NotFound as refusal:
        # a report says it without words, which a share has others for
        refusal.message = refusal.message or request.env._(
            "This page does not exist, or you may not see it."
        )
        raise


def _get_report_sudo(report_id):
    """Return a report of the current user's and the shares it is in; the one gate.

    :raise PortalRefusal: 404
    """
    Grant = request.env["customer.portal.report.grant"]
    report_sudo, shares_sudo = (
        Grant._get_mine_sudo(report_id) if 0 < report_id <= MAX_ID else (None, None)
    )
    if not report_sudo:
        raise NotFound()
    return report_sudo, shares_sudo


def _answer_report_unsubscribe(key, is_done):
    Subscription = request.env["customer.portal.report.subscription"]
    found_sudo = Subscription._find_by_key_sudo(key)
    if not found_sudo:
        return not_found()
    if is_done:
        found_sudo.active = False
    if wants_json():
        return request.make_json_response({"active": found_sudo.active})
    values = {
        "subscription": found_sudo,
        "is_done": not found_sudo.active,
        "branding_company": found_sudo.report_id.company_id,
        "no_breadcrumbs": True,
    }
    response = request.render(
        "customer_portal_shares.portal_report_unsubscribe", values
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
