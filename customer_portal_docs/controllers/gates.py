"""Gates: each gives what may be seen, or 404."""

from odoo.http import SessionExpiredException, request

from .responses import MAX_ID, not_found, parse_id


def get_opened_sudo(res_model, res_id, access_token=None):
    """Return a record that the current user or the owner of a link may see, sudoed.

    :param str res_model: name of a model with a page of its own (see ``_is_open_in_portal``)
    :param int res_id: id of the record
    :param access_token: str or None, the key of a link
    :raise NotFound: no such record for this user
    :raise SessionExpiredException: a visitor without a link, who may log in
    """
    if request.env.user._is_public() and not access_token:
        raise SessionExpiredException("Log in to see it")
    if not 0 < res_id <= MAX_ID:
        not_found()
    record = request.env[res_model].browse(res_id)
    # sudo: the record - existence only; the next line authorises
    if not record.sudo().exists() or not record._is_open_in_portal(access_token):
        not_found()
    # sudo: the record - authorised above
    return record.sudo()


def get_document_sudo(document_id, access_token=None):
    """Return a document that may be seen, sudoed: see :func:`get_opened_sudo`."""
    return get_opened_sudo("customer.portal.document", document_id, access_token)


def get_folder_sudo(folder_id):
    """Return a folder that the current user may browse, sudoed; 404 for any other."""
    if not folder_id:
        # sudo: customer.portal.folder - no record, as pick_folder returns them
        return request.env["customer.portal.folder"].sudo()
    return pick_folder(folder_id, get_folders_sudo())


def get_folders_sudo():
    """Return all folders that the current user may browse, sudoed."""
    return request.env["customer.portal.folder"]._get_portal_folders_sudo()


def pick_folder(folder_id, folders_sudo):
    """Return one of these folders, an empty record for none; 404 for any other.

    :param folder_id: as a client sent it
    """
    folder_id = parse_id(folder_id)
    if folder_id and folder_id not in folders_sudo._ids:
        not_found()
    return folders_sudo.browse(folder_id or [])


def get_record(res_model, res_id):
    """Return the record documents are about, or None; 404 if the user may not read it."""
    res_id = parse_id(res_id)
    if not res_model and not res_id:
        return None
    Record = request.env["customer.portal.document.record"]
    record = Record._find_readable(res_model, res_id) if res_id else None
    return record if record is not None else not_found()
