"""What the pages of a share ask for."""

from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.form_files import get_accept
from odoo.addons.customer_portal_docs.tools.filesizes import format_size

from ...tools.visitors import MAX_NAME_LENGTH


def prepare_share_page_values(share_sudo, page=1, received=0):
    """Return what the first page of a share needs.

    :param int page: of its list
    :param int received: how many files its visitor has just sent
    """
    return {
        **prepare_share_visitor_values(share_sudo),
        "archive_size": request.env["customer.portal.share.archive"]._get_size(
            share_sudo
        ),
        "sections": _prepare_share_sections(share_sudo, page),
        **prepare_share_received(share_sudo, received),
    }


def prepare_share_received(share_sudo, received):
    """Return what the page says of the files that were just sent, and their names if known."""
    sent = request.session.get("portal_share_sent", {}) if received else {}
    count, names = sent.get(str(share_sudo.id), (0, []))
    return {"received": received, "sent_names": names if count == received else []}


def _prepare_share_sections(share_sudo, page):
    """Return the template of each kind of shared records, and the values for it."""
    if share_sudo._is_drop():
        return []
    groups = map(share_sudo._get_shared_records, share_sudo._get_shared_models())
    return [
        (
            records._share_template,
            records._prepare_share_values(share_sudo, page),
        )
        for records in groups
        if records
    ]


def prepare_share_visitor_values(share_sudo):
    """Return what all pages of a share need."""
    can_upload = share_sudo._takes_uploads()
    left = share_sudo._get_downloads_left()
    upload_values = _prepare_share_upload_values(share_sudo) if can_upload else {}
    return {
        "share": share_sudo,
        "share_url": f"/share/{share_sudo.token}",
        "sender": share_sudo._get_sender(),
        "title": share_sudo.name,
        "can_upload": can_upload,
        "downloads_left": left,
        "archive_size": 0,
        "format_size": format_size,
        **upload_values,
    }


def get_share_json(share_sudo):
    """Return what programs are told of a share."""
    kinds = {}
    if not share_sudo._is_drop():
        for name in share_sudo._get_shared_models():
            records = share_sudo._get_shared_records(name)
            kinds[name] = records._prepare_share_json(share_sudo)
    return {
        "name": share_sudo.name,
        "note": share_sudo.note or "",
        "allow_download": share_sudo.allow_download,
        "allow_upload": share_sudo._takes_uploads(),
        "items": kinds,
    }


def _prepare_share_upload_values(share_sudo):
    company_sudo = share_sudo.company_id
    extensions = company_sudo._get_portal_document_extensions()
    max_bytes = company_sudo._get_portal_document_max_bytes()
    return {
        "is_visitor": request.env.user._is_public(),
        "max_bytes": max_bytes,
        "max_size": format_size(max_bytes),
        "extensions": extensions,
        "accept": get_accept(company_sudo),
        "refused_extensions": company_sudo._get_portal_document_refusals(),
        "name_length": MAX_NAME_LENGTH,
        "upload_error": "",
        "upload_errors": {},
        "kept_files": [],
        "sender_name": "",
        "sender_email": "",
        "wants_thanks": False,
    }
