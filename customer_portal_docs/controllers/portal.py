from urllib.parse import urlencode

from odoo.fields import Domain
from odoo.http import (
    SessionExpiredException,
    content_disposition,
    request,
    route,
)

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.customer_portal_document_list import Elsewhere
from ..tools.charsets import SAMPLE_BYTES, find_charset
from ..tools.conditions import (
    get_conditional_environ,
    is_precondition_failed,
    keep_to_status,
    use_nginx_etag,
)
from ..tools.filenames import clean_line
from ..tools.filesizes import format_size
from ..tools.filetypes import is_inline
from ..tools.portal_lists import get_notice, get_url_args
from .responses import (
    MAX_ID,
    fail,
    is_reading,
    not_found,
    parse_id,
    parse_moment,
    use_company_zone,
    wants_json,
)

#: The longest title, in characters.
MAX_TITLE_LENGTH = 255
#: The longest description, in characters.
MAX_DESCRIPTION_LENGTH = 10_000
#: What a document may do in a browser: nothing. A PDF viewer does not work in a sandbox.
CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'self'"
#: A link to a file may hold a key: neither search engines nor the next site shall have it.
CONTENT_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


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
            values["portal_document_count"] = List._count_mine(Domain.TRUE)
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

    # -- gates

    def _get_document_sudo(self, document_id, access_token=None):
        """Return a document that the current user may see, sudoed.

        :param document_id: int
        :param access_token: str or None, the key of the document's link
        :raise NotFound: no such document for this user
        :raise SessionExpiredException: a visitor without a link, who may log in
        """
        if request.env.user._is_public() and not access_token:
            raise SessionExpiredException("Log in to see documents")
        if not 0 < document_id <= MAX_ID:
            not_found()
        document = request.env["customer.portal.document"].browse(document_id)
        # sudo: customer.portal.document - existence only; the next line authorises
        if not document.sudo().exists() or not document._is_open_in_portal(
            access_token
        ):
            not_found()
        # sudo: customer.portal.document - authorised above
        return document.sudo()

    def _get_folder_sudo(self, folder_id):
        """Return a folder that the current user may browse, sudoed; 404 for any other."""
        if not folder_id:
            # sudo: customer.portal.folder - no record, as _pick_folder returns them
            return request.env["customer.portal.folder"].sudo()
        return self._pick_folder(folder_id, self._get_folders_sudo())

    def _get_folders_sudo(self):
        return request.env["customer.portal.folder"]._get_portal_folders_sudo()

    def _pick_folder(self, folder_id, folders_sudo):
        folder_id = parse_id(folder_id)
        if folder_id and folder_id not in folders_sudo._ids:
            not_found()
        return folders_sudo.browse(folder_id or [])

    def _get_record(self, res_model, res_id):
        """Return the record documents are about, or None; 404 if the user may not read it."""
        res_id = parse_id(res_id)
        if not res_model and not res_id:
            return None
        Document = request.env["customer.portal.document"]
        record = Document._get_portal_record(res_model, res_id) if res_id else None
        return record if record is not None else not_found()

    # -- list

    @route(
        ["/my/documents", "/my/documents/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_documents(self, page=1, **params):
        values = self._prepare_documents_values(page, params)
        if wants_json():
            return self._make_documents_json(values)
        return request.render("customer_portal_docs.portal_my_documents", values)

    def _prepare_documents_values(self, page, params):
        Document = request.env["customer.portal.document"]
        folders_sudo = self._get_folders_sudo()
        folder_sudo = self._pick_folder(params.get("folder"), folders_sudo)
        record = self._get_record(params.get("res_model"), params.get("res_id"))
        scope = self._get_documents_scope(params, folder_sudo, record, folders_sudo)
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
        return {
            **self._prepare_portal_layout_values(),
            **listed,
            **self._prepare_rows_values(documents_sudo, folders_sudo - folder_sudo),
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
            "folders": self._get_shown_folders(
                folder_sudo, folders_sudo, record, listed["search"]
            ),
            "target_folders": folders_sudo,
            # sudo: linked record - gate above
            "record": record.sudo() if record else None,
            "notice": get_notice(params),
            "is_tidying": bool(documents_sudo) and request.env.user._is_portal(),
        }

    def _get_documents_scope(self, params, folder_sudo, record, folders_sudo):
        """Return what the list is of; a search looks below a folder, and from the top everywhere."""
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
        # who is asked to accept a document may see it there alone
        if scope is None and (is_searched or params.get("filterby") == "accept"):
            scope = Elsewhere(tuple(folders_sudo.ids))
        return scope

    def _prepare_rows_values(self, documents_sudo, folders_sudo):
        """Return what the table of documents asks for beside them.

        :param folders_sudo: the folders that a row may name as its place
        """
        links = documents_sudo._get_portal_links()
        documents = documents_sudo.with_user(request.env.user).sudo(False)
        folder_paths = folders_sudo._get_portal_paths()
        return {
            "document_links": links,
            "folder_names": folder_paths,
            "has_places": bool(links)
            or any(
                document.folder_id.id in folder_paths for document in documents_sudo
            ),
            "own_ids": {
                document.id for document in documents if document._is_own_in_portal()
            },
            "new_ids": set(documents._filter_portal_new().ids),
            "format_size": format_size,
        }

    def _get_shown_folders(self, folder_sudo, folders_sudo, record, search):
        """Return the folders to show: those in the folder, the outermost ones, or those found."""
        if record:
            return folders_sudo.browse()
        if search:
            return folders_sudo._search_portal_names(search, folder_sudo)
        if folder_sudo:
            return folders_sudo.filtered(lambda folder: folder.parent_id == folder_sudo)
        return folders_sudo.filtered(
            lambda folder: folder.parent_id not in folders_sudo
        )

    def _parse_count(self, text):
        return (
            int(text)
            if text and text.isascii() and text.isdigit() and len(text) < 4
            else 0
        )

    def _make_documents_json(self, values):
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

    # -- document

    @route(
        "/my/documents/<int:document_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_document(self, document_id, access_token=None, **params):
        document_sudo = self._get_document_sudo(document_id, access_token)
        if wants_json():
            return request.make_json_response(document_sudo._get_portal_json())
        values = self._prepare_document_values(document_sudo, access_token)
        return request.render("customer_portal_docs.portal_my_document", values)

    def _prepare_document_values(self, document_sudo, access_token):
        use_company_zone(document_sudo.company_id)
        document = document_sudo.with_user(request.env.user).sudo(False)
        by_link = document._is_shared_token(access_token)
        content_url = f"{document_sudo.access_url}/content"
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "portal_document",
            "document": document_sudo,
            "object": document_sudo,
            "document_record": document_sudo._get_portal_links().get(document_sudo.id),
            # who sees it through a folder or a project reads it, and does not join in
            "can_discuss": by_link or document.has_access("read"),
            "today": request.env.user.partner_id._get_portal_today(),
            "can_version": (
                not document_sudo.locked_by_id and document._is_versionable_in_portal()
            ),
            "is_locked": bool(document_sudo.locked_by_id),
            "versions": document_sudo.version_ids,
            "version_error": None,
            "acknowledgement": request.env[
                "customer.portal.acknowledgement"
            ]._get_portal_values(document),
            "notice": get_notice(request.params),
            "is_own": document._is_own_in_portal(),
            "is_new": bool(document._filter_portal_new()),
            **self._prepare_own_values(document),
            "accept": self._get_accept(),
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

    def _prepare_own_values(self, document):
        """Return what the form asks for by which customers change their own document."""
        if request.env.user._is_public():
            return {"folder": None, "folder_path": [], "target_folders": []}
        folders_sudo = self._get_folders_sudo()
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

    def _get_accept(self, company_sudo=None):
        """Return what a file field accepts, as its ``accept`` wants it.

        :param company_sudo: whose settings say so; the current company's if None
        """
        # sudo: res.company - the settings of the company
        company_sudo = company_sudo or request.env.company.sudo()
        extensions = company_sudo._get_portal_document_extensions()
        return ",".join(f".{extension}" for extension in extensions)

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
        document_sudo = self._get_document_sudo(document_id, access_token)
        attachment_sudo = document_sudo.attachment_id
        if version:
            attachment_sudo = document_sudo._get_version_sudo(parse_id(version))
        return self._make_content_response(
            attachment_sudo,
            document_sudo._get_mimetype(attachment_sudo),
            bool(download),
        )

    def _make_content_response(self, attachment_sudo, mimetype, download):
        """Stream a file, as a download unless a browser can only show it.

        :param attachment_sudo: the file, or an empty record
        :param str mimetype: what the file is
        :param bool download: whether a download was asked for
        """
        if not attachment_sudo:
            not_found()
        policy = CONTENT_SECURITY_POLICY
        try:
            stream = request.env["ir.binary"]._get_stream_from(
                attachment_sudo, mimetype=mimetype
            )
            use_nginx_etag(stream)
            self._check_content_precondition(stream)
            response = stream.get_response(
                as_attachment=download or not is_inline(mimetype),
                content_security_policy=policy
                if mimetype == "application/pdf"
                else f"{policy}; sandbox",
                environ=get_conditional_environ(request.httprequest.environ, stream),
            )
            return self._complete_content_response(response, stream)
        except FileNotFoundError:
            fail(
                404,
                "content_missing",
                request.env._(
                    "The file of this document is missing. Please contact us."
                ),
            )

    def _check_content_precondition(self, stream):
        if is_precondition_failed(request.httprequest, stream):
            message = request.env._("This file has changed. Please download it again.")
            fail(412, "changed", message)

    def _tell_charset(self, response, stream):
        """Say what a text is encoded in; what nobody can look into here is left as it is."""
        if not (response.mimetype or "").startswith("text/"):
            return
        head = None
        if stream.type == "path":
            with open(stream.path, "rb") as file:
                head = file.read(SAMPLE_BYTES)
        elif stream.type == "data":
            head = bytes(stream.data[:SAMPLE_BYTES])
        if head:
            response.headers["Content-Type"] = (
                f"{response.mimetype}; charset={find_charset(head)}"
            )

    def _keep_filename(self, response, filename):
        """Have a name with a percent sign saved as it is: browsers decode a plain ``filename``.

        https://www.rfc-editor.org/rfc/rfc6266#appendix-D
        """
        disposition = response.headers.get("Content-Disposition")
        if disposition and filename and "%" in filename:
            response.headers["Content-Disposition"] = content_disposition(
                filename, disposition.partition(";")[0].strip()
            )

    def _complete_content_response(self, response, stream):
        """Tell the name, the length of a file from a remote storage, and send the part asked for.

        :raise FileNotFoundError: it is not there
        """
        response.headers.update(CONTENT_HEADERS)
        self._tell_charset(response, stream)
        self._keep_filename(response, stream.download_name)
        keep_to_status(response)
        size = stream.size
        if response.status_code == 200 and "Content-Length" not in response.headers:
            response.response.seekable()  # opens it
            response.headers["Content-Length"] = size
            response.make_conditional(
                get_conditional_environ(request.httprequest.environ, stream),
                accept_ranges=True,
                complete_length=size,
            )
        return response
