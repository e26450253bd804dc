from urllib.parse import urlencode

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.customer_portal_document_list import Elsewhere
from ..models.customer_portal_title_mixin import MAX_TITLE_LENGTH
from ..tools.filenames import clean_line
from ..tools.filesizes import format_size
from ..tools.portal_lists import get_notice, get_url_args, pick
from .contents import make_content_response
from .form_files import get_limits
from .gates import get_document_sudo, get_folders_sudo, get_record, pick_folder
from .responses import (
    is_reading,
    parse_id,
    parse_moment,
    render_page,
    use_company_zone,
    wants_json,
)

#: The longest description, in characters.
MAX_DESCRIPTION_LENGTH = 10_000


class DocumentPortal(CustomerPortal):
    def _document_check_access(self, model_name, document_id, access_token=None):
        # core compares keys with consteq, which takes ASCII texts only
        is_key = isinstance(access_token, str) and access_token.isascii()
        return super()._document_check_access(
            model_name, document_id, access_token if is_key else None
        )

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_document_count" in counters:
            List = request.env["customer.portal.document.list"]
            values["portal_document_count"] = List._count_mine(
                Domain.TRUE, elsewhere=List._find_elsewhere()
            )
        return values

    # -- home

    @route(methods=["GET"], readonly=is_reading)
    def home(self, **kw):
        request.env.user.partner_id._read_portal_pictures()
        response = super().home(**kw)
        home = request.env["customer.portal.home"]._get_page()
        response.qcontext["portal_home"] = home
        return response

    # a request of its own: the page itself writes nothing
    @route("/my/home/seen", type="http", auth="user", methods=["POST"], website=True)
    def portal_home_seen(self, moment=None, **params):
        request.env["customer.portal.last.visit"]._note(parse_moment(moment))
        return request.make_response("", status=204)

    # -- list

    @route(
        ["/my/documents", "/my/documents/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=is_reading,
    )
    def portal_my_documents(self, page=1, **params):
        values = _prepare_documents_values(page, params)
        if wants_json():
            return _make_documents_json(values)
        return render_page(self, "customer_portal_docs.portal_my_documents", values)

    # -- document

    @route(
        "/my/documents/<int:document_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=is_reading,
    )
    def portal_my_document(self, document_id, access_token=None, **params):
        document_sudo = get_document_sudo(document_id, access_token)
        if wants_json():
            return request.make_json_response(document_sudo._get_portal_json())
        values = prepare_document_values(document_sudo, access_token)
        return render_page(self, "customer_portal_docs.portal_my_document", values)

    @route(
        "/my/documents/<int:document_id>/content",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def portal_document_content(
        self, document_id, download=None, access_token=None, version=None, **params
    ):
        document_sudo = get_document_sudo(document_id, access_token)
        attachment_sudo = document_sudo.attachment_id
        if version:
            Version = request.env["customer.portal.document.version"]
            attachment_sudo = Version._find_sudo(document_sudo, parse_id(version))
        return make_content_response(
            attachment_sudo,
            attachment_sudo._get_portal_mimetype(),
            bool(download),
        )


def _prepare_documents_values(page, params):
    Document = request.env["customer.portal.document"]
    folders_sudo = get_folders_sudo()
    folder_sudo = pick_folder(params.get("folder"), folders_sudo)
    record = get_record(params.get("res_model"), params.get("res_id"))
    News = request.env["customer.portal.document.news"]
    scope = _get_documents_scope(params, folder_sudo, record, folders_sudo)
    place = {
        "folder": folder_sudo.id,
        "res_model": record and record._name,
        "res_id": record and record.id,
    }
    listed = Document._get_portal_list(
        "/my/documents", params, page, scope=scope, **place
    )
    # sudo: customer.portal.document - found by rule or gate
    documents_sudo = listed.pop("records").sudo()
    shown_sudo = _get_shown_folders(folder_sudo, folders_sudo, record, listed["search"])
    return {
        **listed,
        **_prepare_rows_values(
            documents_sudo,
            folders_sudo - folder_sudo,
            scope.records if isinstance(scope, Elsewhere) else {},
        ),
        "page_name": "portal_document",
        "documents": documents_sudo,
        "list_args": get_url_args(
            search=listed["search"],
            sortby=params.get("sortby") and listed["sortby"],
            filterby=params.get("filterby") and listed["filterby"],
            **place,
        ),
        "place": get_url_args(**place),
        "urlencode": urlencode,
        "folder": folder_sudo,
        "folder_path": folder_sudo._get_portal_parents(folders_sudo)
        if folder_sudo
        else [],
        "folders": shown_sudo,
        "new_folder_ids": set(News._filter_folders(shown_sudo, folders_sudo).ids),
        "target_folders": folders_sudo,
        # sudo: linked record - gate above
        "record": record.sudo() if record else None,
        "notice": get_notice(params),
        "is_tidying": bool(documents_sudo) and request.env.user._is_portal(),
    }


def _get_documents_scope(params, folder_sudo, record, folders_sudo):
    """Return what the list is of: a search looks below a folder, and from the top everywhere.

    A filter looks in the folder, and from the top everywhere too.
    """
    is_searched = bool(clean_line(params.get("search")))
    scope = None
    if folder_sudo:
        below = folder_sudo
        if is_searched:
            below = folders_sudo.filtered(
                lambda folder: (folder.parent_path or "").startswith(
                    folder_sudo.parent_path or "/"
                )
            )
        scope = Domain("folder_id", "in", below.ids)
    if record:
        scope = (scope or Domain.TRUE) & Domain(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
    filters = request.env["customer.portal.document"]._get_portal_filters()
    is_filtered = pick(params.get("filterby"), filters) != next(iter(filters))
    # who is asked to accept a document, or told of a new one, may see it there alone
    if scope is None and (is_searched or is_filtered):
        records = request.env["customer.portal.document.record"]._search_places()
        scope = Elsewhere(tuple(folders_sudo.ids) or None, records)
    return scope


def _prepare_rows_values(documents_sudo, folders_sudo, records):
    """Return what the table of documents asks for beside them.

    :param folders_sudo: the folders that a row may name as its place
    :param dict records: see :class:`Elsewhere`; empty where nobody has asked yet
    """
    Record = request.env["customer.portal.document.record"]
    links = Record._get_readable_of(documents_sudo, records)
    documents = documents_sudo.with_user(request.env.user).sudo(False)
    News = request.env["customer.portal.document.news"]
    folder_paths = folders_sudo._get_portal_paths()
    return {
        "document_links": links,
        "document_link_urls": Record._get_documents_urls(links),
        "folder_names": folder_paths,
        "has_places": bool(links)
        or any(document.folder_id.id in folder_paths for document in documents_sudo),
        "own_ids": {
            document.id for document in documents if document._is_own_in_portal()
        },
        "new_ids": set(News._filter(documents).ids),
        "format_size": format_size,
    }


def _get_shown_folders(folder_sudo, folders_sudo, record, search):
    """Return the folders to show: those in the folder, the outermost ones, or those found."""
    if record:
        return folders_sudo.browse()
    if search:
        return folders_sudo._search_portal_names(search, folder_sudo)
    if folder_sudo:
        return folders_sudo.filtered(lambda folder: folder.parent_id == folder_sudo)
    ids = frozenset(folders_sudo.ids)
    return folders_sudo.filtered(lambda folder: folder.parent_id.id not in ids)


def _make_documents_json(values):
    answer = request.env["customer.portal.document"]._get_portal_list_json(
        {**values, "records": values["documents"]}, "documents"
    )
    names = values["folder_names"]
    answer["folders"] = [
        {
            "id": folder.id,
            "url": f"/my/documents?folder={folder.id}",
            "name": names.get(folder.id) or folder.name,
        }
        for folder in values["folders"]
    ]
    return request.make_json_response(answer)


def prepare_document_values(document_sudo, access_token=None):
    """Return what the page of a document asks for.

    :param str access_token: the key of the link that it was opened by, if by one
    """
    use_company_zone(document_sudo.company_id)
    document = document_sudo.with_user(request.env.user).sudo(False)
    by_link = document._is_shared_token(access_token)
    Record = request.env["customer.portal.document.record"]
    News = request.env["customer.portal.document.news"]
    content_url = f"{document_sudo.access_url}/content"
    return {
        "page_name": "portal_document",
        "document": document_sudo,
        "object": document_sudo,
        "document_record": Record._get_readable_of(document_sudo).get(document_sudo.id),
        # who sees it through a folder or a project reads it, and does not join in
        "can_discuss": by_link or document.has_access("read"),
        "today": request.env.user.partner_id._get_portal_today(),
        "can_version": (
            not document_sudo.locked_by_id
            and not document._is_to_accept_unchanged()
            and document._is_versionable_in_portal()
        ),
        "is_locked": bool(document_sudo.locked_by_id),
        "versions": document_sudo.version_ids,
        "version_error": None,
        "acknowledgement": request.env[
            "customer.portal.acknowledgement"
        ]._get_portal_values(document),
        "notice": get_notice(request.params),
        "is_own": document._is_own_in_portal(),
        "is_new": bool(News._filter(document)),
        **_prepare_own_values(document),
        **get_limits(document_sudo.company_id),
        "token": access_token if by_link else None,
        "access_token": access_token if by_link else None,
        "content_url": content_url,
        "page_url": f"{document_sudo.access_url}/page",
        "preview": document_sudo._get_portal_preview(),
        "urlencode": urlencode,
        "content_query": f"&access_token={access_token}" if by_link else "",
        "format_size": format_size,
        "no_breadcrumbs": request.env.user._is_public(),
    }


def _prepare_own_values(document):
    """Return what the form asks for by which customers change their own document."""
    if request.env.user._is_public():
        return {"folder": None, "folder_path": [], "target_folders": []}
    folders_sudo = get_folders_sudo()
    # sudo: customer.portal.document - the gate let the user in
    folder_sudo = document.sudo().folder_id & folders_sudo
    return {
        "folder": folder_sudo,
        "folder_path": folder_sudo._get_portal_parents(folders_sudo)
        if folder_sudo
        else [],
        "target_folders": folders_sudo,
        "folder_names": folders_sudo._get_portal_paths(),
        "title_length": MAX_TITLE_LENGTH,
        "description_length": MAX_DESCRIPTION_LENGTH,
    }
