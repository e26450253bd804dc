import re

from odoo.http import Controller, request, route

from ..exceptions import InvalidInput
from ..models.customer_portal_document_own import OWN_FIELDS
from ..models.customer_portal_document_portal import MAX_TICKED
from ..models.customer_portal_title_mixin import MAX_TITLE_LENGTH
from ..tools.filenames import count_typed
from .gates import get_document_sudo, get_folder_sudo
from .portal import MAX_DESCRIPTION_LENGTH
from .responses import (
    MAX_ID,
    make_archive_response,
    not_found,
    parse_id,
    wants_json,
)

_IDS = re.compile(r"[0-9]{1,10}(,[0-9]{1,10})*", re.ASCII)


class OwnDocuments(Controller):
    """What customers do with their own documents, and with several at once."""

    # -- one

    @route(
        "/my/documents/<int:document_id>/rename",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_document_rename(self, document_id, **params):
        document_sudo = _get_own_sudo([document_id])
        _change_own(document_sudo, {"name": _get_text(params, "name")})
        return _confirm_own(document_sudo, "renamed")

    @route(
        "/my/documents/<int:document_id>/details",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_document_details(self, document_id, **params):
        document_sudo = _get_own_sudo([document_id])
        _change_own(
            document_sudo,
            {name: _get_text(params, name) for name in OWN_FIELDS if name in params},
        )
        return _confirm_own(document_sudo, "changed")

    @route(
        "/my/documents/<int:document_id>/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_document_withdraw(self, document_id, **params):
        document_sudo = _get_own_sudo([document_id])
        request.env["customer.portal.document.own"]._withdraw(document_sudo.sudo(False))
        return _confirm_ticked(document_sudo, "withdrawn")

    @route(
        "/my/documents/<int:document_id>/seen",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def portal_document_seen(self, document_id, **params):
        """Note that the document was opened: to look at its page changes nothing."""
        News = request.env["customer.portal.document.news"]
        News._note_seen(get_document_sudo(document_id))
        return request.make_json_response({})

    # -- several

    @route(
        "/my/documents/zip",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def portal_documents_zip(self, **params):
        Document = request.env["customer.portal.document"]
        documents = Document._find_open_in_portal(_get_ticked_ids())
        title = documents._get_archive_title()
        return make_archive_response(documents._make_portal_archive(), title)

    @route(
        "/my/documents/move",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_documents_move(self, folder_id=None, **params):
        documents_sudo = _get_own_sudo(_get_ticked_ids())
        _change_own(documents_sudo, {"folder_id": folder_id})
        return _confirm_ticked(documents_sudo, "moved", folder=folder_id)

    @route(
        "/my/documents/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_documents_withdraw(self, **params):
        documents_sudo = _get_own_sudo(_get_ticked_ids())
        request.env["customer.portal.document.own"]._withdraw(
            documents_sudo.sudo(False)
        )
        return _confirm_ticked(documents_sudo, "withdrawn")

    @route(
        "/my/documents/seen",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_documents_seen(self, **params):
        request.env["customer.portal.document.news"]._note_all_known()
        if wants_json():
            return request.make_json_response({})
        return request.redirect("/my/documents")


def _get_ticked_ids():
    """Return the ids of the documents that were ticked, each once.

    Programs send them with commas between, a form without JavaScript one by one.

    :raise InvalidInput: none, too many, or something else
    """
    texts = request.httprequest.values.getlist("ids")
    text = ",".join(filter(None, texts))
    ids = list(map(int, text.split(","))) if _IDS.fullmatch(text) else []
    if not ids or len(ids) > MAX_TICKED:
        raise InvalidInput(
            request.env._(
                "Please choose documents, at most %(count)s at once.",
                count=MAX_TICKED,
            )
        )
    if not all(0 < id_ <= MAX_ID for id_ in ids):
        not_found()
    return list(dict.fromkeys(ids))


def _get_own_sudo(ids):
    """Return the current user's own documents of these ids, sudoed; 404 for any other."""
    for document_id in ids:
        document_sudo = get_document_sudo(document_id)
        document = document_sudo.with_user(request.env.user).sudo(False)
        if not document._is_own_in_portal():
            not_found()
    # sudo: customer.portal.document - authorised above
    return request.env["customer.portal.document"].browse(ids).sudo()


def _get_text(params, name):
    """Return what was typed into a field.

    :raise InvalidInput: it is too long
    """
    longest = {"name": MAX_TITLE_LENGTH, "description": MAX_DESCRIPTION_LENGTH}
    text = params.get(name) or ""
    text = text if isinstance(text, str) else ""
    if count_typed(text) > longest.get(name, MAX_TITLE_LENGTH):
        message = request.env._(
            "This is too long: at most %(count)s characters.",
            count=longest.get(name, MAX_TITLE_LENGTH),
        )
        raise InvalidInput(message, code="too_long", errors={name: message})
    return text


def _change_own(documents_sudo, vals):
    if "folder_id" in vals:
        vals["folder_id"] = _get_new_folder_id(documents_sudo, vals["folder_id"])
    if vals.get("visibility", "company") not in ("contact", "company"):
        raise InvalidInput(
            request.env._("Please choose who may see the document."),
            code="bad_visibility",
        )
    request.env["customer.portal.document.own"]._change(
        documents_sudo.sudo(False), vals
    )


def _get_new_folder_id(documents_sudo, text):
    """Return the id of the folder to move to; 404 where the user may not.

    The folder that all of them lie in already may be one that their customer cannot open.
    """
    folder_id = parse_id(text)
    if folder_id and all(one.folder_id.id == folder_id for one in documents_sudo):
        return folder_id
    return get_folder_sudo(folder_id).id


def _confirm_own(document_sudo, notice):
    if wants_json():
        return request.make_json_response(document_sudo._get_portal_json())
    return request.redirect_query(document_sudo.access_url, {notice: 1})


def _confirm_ticked(documents_sudo, notice, **query):
    if wants_json():
        documents = [{"id": id_} for id_ in documents_sudo.ids]
        return request.make_json_response({"documents": documents})
    query = {name: value for name, value in query.items() if value}
    return request.redirect_query(
        "/my/documents", {**query, notice: len(documents_sudo)}
    )
