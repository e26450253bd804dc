from functools import partial

from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools.refusals import shown_by
from ..tools.tables import MIMETYPE, write_table
from .gates import get_document_sudo
from .responses import not_found, parse_id, wants_json
from .version import render_refused_version


class DocumentAcknowledgement(CustomerPortal):
    """Customers confirm that they have read a document; staff get the proof."""

    @route(
        "/my/documents/<int:document_id>/acknowledge",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_document_acknowledge(self, document_id, version=None, **params):
        document_sudo = get_document_sudo(document_id)
        version_id = parse_id(version)

        with shown_by(partial(render_refused_version, self, document_sudo)):
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
        document = get_document_sudo(document_id).sudo(False)
        if not request.env.user.has_group("customer_portal_docs.group_document_user"):
            not_found()
        rows = request.env["customer.portal.acknowledgement"]._get_rows(document)
        return request.make_response(
            write_table([value or "" for value in row] for row in rows),
            headers=[
                ("Content-Type", MIMETYPE),
                (
                    "Content-Disposition",
                    content_disposition(f"{document.name} - accepted.csv"),
                ),
                ("Cache-Control", "private, no-store"),
            ],
        )
