"""Where resumable uploads go: what differs between the places that take them."""

from odoo.fields import Domain
from odoo.http import request

from ..exceptions import InvalidInput, LoginRequired, NotFound, Throttled
from ..tools import tus
from .form_files import check_size, check_type
from .responses import parse_id
from .upload import (
    FORM_FIELDS,
    check_texts,
    create_documents,
    get_target_company_sudo,
    get_upload_target,
)
from .version import add_version, get_versionable_sudo


class Destination:
    """The own documents of who is logged in; one object serves one request.

    :cvar tuple fields: names of what may be filled in beside a file
    :cvar bool takes_changes: whether it may be filled in while the file arrives
    """

    fields = (*FORM_FIELDS, "document_id", "upload_key")
    takes_changes = True

    def check_login(self):
        """Refuse who may not send anything there without a login.

        :raise LoginRequired: they have none
        """
        if request.env.user._is_public():
            message = request.env._(
                "Your session has ended. Please log in and upload again."
            )
            raise LoginRequired(message)

    def get_sender(self):
        """Return whose places an upload takes, for the limit of how many go on at once."""
        return request.env.uid

    def get_sender_domain(self):
        """Return the domain that tells a sender's uploads from those of the same user."""
        return Domain.TRUE

    def get_company_sudo(self, values):
        """Return whose settings say what is accepted, sudoed.

        :param dict values: what was filled in, by name
        :raise PortalRefusal: as :meth:`find_place`
        """
        folder_sudo, record, document_sudo = self.find_place(values)
        if document_sudo:
            return document_sudo.company_id
        return get_target_company_sudo((folder_sudo, record))

    # -- what is announced

    def check_announced(self, filename, length, values):
        """Refuse at the start what would be refused at the end.

        :param int length: of the file, in bytes
        :raise PortalRefusal: it would be
        """
        company_sudo = self.get_company_sudo(values)
        check_texts(values)
        check_size(filename, length, company_sudo)
        check_type(filename, is_program=False, company_sudo=company_sudo)
        self.find_place(values)
        domain = self.get_sender_domain()
        if request.env["customer.portal.upload"]._is_full(domain):
            message = request.env._(
                "You have too many unfinished uploads. Please finish or cancel some."
            )
            raise Throttled(message, code="too_many_uploads")

    def start(self, filename, length, values):
        """Begin an upload; return it, sudoed, and its key."""
        return request.env["customer.portal.upload"]._start(filename, length, values)

    def update_values(self, upload_sudo, values):
        """Take what was filled in since the upload began."""
        if values != upload_sudo.form_values:
            check_texts(values)
            self.find_place(values)
            upload_sudo.form_values = values

    # -- what comes of it

    def find_place(self, values):
        """Return folder, record and document to upload to, each empty or authorised.

        :raise PortalRefusal: 404 where the user may not, 423 where the document is locked,
            403 where its readers are asked to accept it
        """
        try:
            return self._find_place(values)
        except NotFound as error:
            message = request.env._(
                "The place to upload to does not exist, or you may not see it."
            )
            raise NotFound(message) from error

    def _find_place(self, values):
        document_id = values.get("document_id")
        if not document_id:
            return *get_upload_target(values), None
        document_sudo = get_versionable_sudo(parse_id(document_id))
        document_sudo._check_versionable_in_portal()
        return None, None, document_sudo

    def make_document(self, upload_sudo, incoming):
        """Make of an upload that is all there what it was for.

        All of it or nothing: the answer to what is refused is no exception to Odoo.

        :param incoming: :class:`IncomingFile`
        :return: what came of it, sudoed
        """
        with request.env.cr.savepoint():
            document_sudo = self._make_document(upload_sudo, incoming)
        upload_sudo._finish(document_sudo)
        return document_sudo

    def _make_document(self, upload_sudo, incoming):
        values = upload_sudo.form_values or {}
        folder_sudo, record, document_sudo = self.find_place(values)
        if document_sudo:
            add_version(document_sudo, upload_sudo.filename, incoming, values)
            return document_sudo
        files = [(upload_sudo.filename, incoming)]
        return create_documents(files, values, (folder_sudo, record))

    def get_url(self, document_sudo):
        """Return where the sender finds what came of the upload."""
        return document_sudo.access_url


def parse_tus_metadata():
    """Return what an upload's header says of it: dict of str by str.

    :raise InvalidInput: it cannot be read
    """
    try:
        return tus.parse_metadata(request.httprequest.headers.get("Upload-Metadata"))
    except ValueError as error:
        raise InvalidInput(
            "Upload-Metadata: key base64,…", code="upload_metadata"
        ) from error
