import contextlib

from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.request import RequestPortal
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    LoginRequired,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.tools.networks import get_network
from odoo.addons.customer_portal_docs.tools.transactions import anew

from .upload import ShareUpload

#: What the form of a share says beside a file, and what stays of it with the upload.
SHARE_FIELDS = ("name", "email", "folder_id", "wants_thanks")


class ShareTus(ShareUpload, RequestPortal):
    """Resumable uploads into a share: its token is all that a visitor needs."""

    def _get_tus_fields(self):
        return (*super()._get_tus_fields(), "share_token", "email", "wants_thanks")

    # -- the gate: it is asked with each piece, as the share may be shut meanwhile

    def _check_tus_login(self):
        if self._get_tus_share_sudo():
            return None
        return super()._check_tus_login()

    def _get_tus_share_sudo(self):
        """Return the share that an upload goes into, sudoed; None where it goes elsewhere.

        :raise PortalRefusal: the share takes no files of this visitor
        """
        if not hasattr(request, "portal_tus_share_sudo"):
            token = self._get_tus_share_token()
            request.portal_tus_share_sudo = token and self._open_tus_share_sudo(token)
        return request.portal_tus_share_sudo

    def _get_tus_share_token(self):
        key = request.httprequest.path.rpartition("/")[2]
        if key == "tus":
            return self._parse_tus_metadata().get("share_token")
        if not key.isascii():
            return None
        upload_sudo = request.env["customer.portal.upload"]._get_upload_sudo(key)
        return upload_sudo.share_id.token

    def _open_tus_share_sudo(self, token):
        Share = request.env["customer.portal.share"]
        unlocked = request.session.get("portal_share_unlocked", ())
        try:
            return Share._open_sudo(token, unlocked, "upload")
        except LoginRequired:
            raise
        except PortalRefusal as refusal:
            share_sudo = getattr(refusal, "share", None)
            self._keep_tus_refusal(refusal, token, share_sudo)
            raise

    def _keep_tus_refusal(self, refusal, token, share_sudo):
        """Have the log of a share keep who was refused; nothing is written before that."""
        digest = request.env["customer.portal.share"]._get_digest(token)
        share_id = share_sudo and share_sudo.id
        visitor = self._get_share_visitor()
        with anew(request.env) as env:
            Access = env["customer.portal.share.access"]
            Access._add_refusal(refusal, visitor, share_id, digest)

    # -- who sends, and how much

    def _get_tus_sender(self):
        share_sudo = self._get_tus_share_sudo()
        if share_sudo and request.env.user._is_public():
            return f"share:{share_sudo.id}:{self._get_tus_network()}"
        return super()._get_tus_sender()

    def _get_tus_network(self):
        return get_network(request.httprequest.remote_addr)

    def _get_tus_sender_domain(self):
        share_sudo = self._get_tus_share_sudo()
        if not share_sudo:
            return super()._get_tus_sender_domain()
        Upload = request.env["customer.portal.upload"]
        return Upload._get_share_domain(share_sudo, self._get_tus_network())

    def _get_tus_company_sudo(self, values):
        share_sudo = self._get_tus_share_sudo()
        if not share_sudo:
            return super()._get_tus_company_sudo(values)
        return share_sudo.company_id

    def _check_announced(self, filename, length, values):
        result = super()._check_announced(filename, length, values)
        share_sudo = self._get_tus_share_sudo()
        if share_sudo:
            Document = request.env["customer.portal.document"]
            Document._check_share_takes(share_sudo, length)
            self._count_share_upload(share_sudo, self._get_tus_network())
        return result

    def _start_upload(self, filename, length, values):
        share_sudo = self._get_tus_share_sudo()
        if not share_sudo:
            return super()._start_upload(filename, length, values)
        kept = {name: values[name] for name in SHARE_FIELDS if name in values}
        upload_sudo, key = super()._start_upload(filename, length, kept)
        upload_sudo.share_id = share_sudo
        upload_sudo.share_address = self._get_tus_network()
        return upload_sudo, key

    def _update_values(self, upload_sudo):
        # what a share is told is told at the beginning, and checked there
        if self._get_tus_share_sudo():
            return None
        return super()._update_values(upload_sudo)

    # -- where it goes

    def _find_destination(self, values):
        share_sudo = self._get_tus_share_sudo()
        if not share_sudo:
            return super()._find_destination(values)
        self._get_share_target(share_sudo, values)
        _visitor, errors = self._get_share_sender(values)
        if errors:
            code = f"{next(iter(errors))}_missing"
            raise InvalidInput(" ".join(errors.values()), code=code)
        return None, None, None

    def _making_document(self):
        # what a share receives is counted in transactions of its own
        if self._get_tus_share_sudo():
            return contextlib.nullcontext()
        return super()._making_document()

    def _make_document(self, upload_sudo, incoming):
        share_sudo = self._get_tus_share_sudo()
        if not share_sudo:
            return super()._make_document(upload_sudo, incoming)
        values = upload_sudo.form_values or {}
        try:
            return self._store_share_files(
                share_sudo,
                [(upload_sudo.filename, incoming)],
                values,
                upload_sudo=upload_sudo,
            )
        except PortalRefusal:
            # all of the document or nothing: the answer is no exception to Odoo
            request.env.cr.rollback()
            raise

    def _finish_upload(self, upload_sudo, document_sudo):
        # the share has done so in the transaction that made the document
        if self._get_tus_share_sudo():
            return None
        return super()._finish_upload(upload_sudo, document_sudo)

    def _get_tus_result(self, document_sudo):
        share_sudo = self._get_tus_share_sudo()
        if share_sudo:
            return f"/share/{share_sudo.token}"
        return super()._get_tus_result(document_sudo)

    def _make_tus_refusal(self, refusal):
        refusal.message = refusal.message or self._get_share_default_message(refusal)
        return super()._make_tus_refusal(refusal)
