import csv
import io

from odoo.http import content_disposition, request, route

from ..tools.refusals import shown_by
from .portal import DocumentPortal
from .responses import not_found, parse_id, wants_json

#: What a program for tables would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class DocumentAcknowledgement(DocumentPortal):
    """Customers confirm that they have read a document; staff get the proof."""

    @route(
        "/my/documents/<int:document_id>/acknowledge",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_document_acknowledge(self, document_id, version=None, **params):
        document_sudo = self._get_document_sudo(document_id)
        version_id = parse_id(version)

        def page(refused):
            values = self._prepare_document_values(document_sudo, None)
            return request.render(
                "customer_portal_docs.portal_my_document",
                {**values, "version_error": refused.message},
                status=refused.http_status,
            )

        with shown_by(page):
            request.env["customer.portal.acknowledgement"]._accept(
                document_sudo, version_id, request.httprequest.remote_addr
            )
        if wants_json():
            return request.make_json_response(
                {"id": document_sudo.id, "accepted": True}
            )
        return request.redirect_query(document_sudo.access_url, {"accepted": 1})

    @route(
        "/customer_portal_docs/acknowledgements/<int:document_id>.csv",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def portal_acknowledgements_csv(self, document_id, **params):
        document = self._get_document_sudo(document_id).sudo(False)
        if not request.env.user.has_group("customer_portal_docs.group_document_user"):
            not_found()
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        rows = request.env["customer.portal.acknowledgement"]._get_rows(document)
        for row in rows:
            writer.writerow([self._quote_formula(value or "") for value in row])
        # with a mark that spreadsheets know the letters by
        return request.make_response(
            text.getvalue().encode("utf-8-sig"),
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                (
                    "Content-Disposition",
                    content_disposition(f"{document.name} - accepted.csv"),
                ),
                ("Cache-Control", "private, no-store"),
            ],
        )

    def _quote_formula(self, value):
        return f"'{value}" if value.startswith(FORMULA) else value
