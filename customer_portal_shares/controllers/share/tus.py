from functools import cached_property

from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.destination import (
    Destination,
    parse_tus_metadata,
)
from odoo.addons.customer_portal_docs.controllers.tus import TusUpload
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    LoginRequired,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.tools.networks import get_network
from odoo.addons.customer_portal_docs.tools.transactions import anew

from .gate import get_share_default_message, get_share_visitor
from .upload import (
    count_share_upload,
    get_share_sender,
    get_share_target,
    store_share_files,
)

#: What the form of a share says beside a file, and what stays of it with the upload.
SHARE_FIELDS = ("name", "email", "folder_id", "wants_thanks")


class ShareTus(TusUpload):
    """Resumable uploads into a share: its token is all that a visitor needs."""

    def _get_destination(self):
        token = _get_share_token()
        if token is None:
            return super()._get_destination()
        return ShareDestination(_open_share_sudo(token))


class ShareDestination(Destination):
    """A share that takes files of this visitor; its gate is asked with each piece.

    :param share_sudo: behind its gate
    """

    fields = (*Destination.fields, "share_token", "email", "wants_thanks")
    # what a share is told is told at the beginning, and checked there
    takes_changes = False

    def __init__(self, share_sudo):
        self._share_sudo = share_sudo
        # a new one is not for who sent by the old one, and what is received is stored in a
        # transaction that sees it
        self._token = share_sudo.token

    def check_login(self):
        """The gate was passed."""

    @cached_property
    def _network(self):
        return get_network(request.httprequest.remote_addr)

    def get_sender(self):
        if request.env.user._is_public():
            return f"share:{self._share_sudo.id}:{self._network}"
        return super().get_sender()

    def get_sender_domain(self):
        Upload = request.env["customer.portal.upload"]
        return Upload._get_share_domain(self._share_sudo, self._network)

    def get_company_sudo(self, values):
        return self._share_sudo.company_id

    def check_announced(self, filename, length, values):
        result = super().check_announced(filename, length, values)
        count_share_upload(self._share_sudo, self._network)
        return result

    def start(self, filename, length, values):
        kept = {name: values[name] for name in SHARE_FIELDS if name in values}
        # here, as what is left is taken by the upload in the same transaction
        Document = request.env["customer.portal.document"]
        Document._check_share_takes(self._share_sudo, length)
        upload_sudo, key = super().start(filename, length, kept)
        upload_sudo.share_id = self._share_sudo
        upload_sudo.share_address = self._network
        upload_sudo.link_digest = self._share_sudo.token_digest
        return upload_sudo, key

    def _find_place(self, values):
        get_share_target(self._share_sudo, values)
        _visitor, errors = get_share_sender(values)
        if errors:
            code = f"{next(iter(errors))}_missing"
            raise InvalidInput(" ".join(errors.values()), code=code)
        return None, None, None

    def make_document(self, upload_sudo, incoming):
        # what a share receives is counted in transactions of its own, and the upload is done in
        # the one that makes the document
        try:
            return store_share_files(
                self._share_sudo,
                [(upload_sudo.filename, incoming)],
                upload_sudo.form_values or {},
                upload_sudo=upload_sudo,
            )
        except PortalRefusal as refusal:
            # all of the document or nothing: the answer is no exception to Odoo
            request.env.cr.rollback()
            _explain(refusal)
            raise

    def get_url(self, document_sudo):
        return f"/share/{self._token}"


def _get_share_token():
    """Return the token of the share that the upload of this request is for, None for no share.

    It is empty, and opens nothing, where the upload began with a token that was renewed since.
    """
    key = request.httprequest.path.rpartition("/")[2]
    if key == "tus":
        return parse_tus_metadata().get("share_token") or None
    if not key.isascii():
        return None
    upload_sudo = request.env["customer.portal.upload"]._get_upload_sudo(key)
    share_sudo = upload_sudo.share_id
    if not share_sudo:
        return None
    is_same = share_sudo.token_digest == upload_sudo.link_digest
    return share_sudo.token if is_same else ""


def _open_share_sudo(token):
    """Return a share that takes files of this visitor, sudoed; the gate.

    :raise PortalRefusal: it does not, and its log keeps that
    """
    Share = request.env["customer.portal.share"]
    unlocked = request.session.get("portal_share_unlocked", ())
    try:
        return Share._open_sudo(token, unlocked, "upload")
    except PortalRefusal as refusal:
        if not isinstance(refusal, LoginRequired):
            _keep_refusal(refusal, token)
        _explain(refusal)
        raise


def _explain(refusal):
    """Give a refusal words for people."""
    refusal.message = refusal.message or get_share_default_message(refusal)


def _keep_refusal(refusal, token):
    """Have the log of a share keep who was refused; nothing is written before that."""
    digest = request.env["customer.portal.share"]._get_digest(token)
    share_sudo = getattr(refusal, "share", None)
    share_id = share_sudo and share_sudo.id
    visitor = get_share_visitor()
    with anew(request.env) as env:
        Access = env["customer.portal.share.access"]
        Access._add_refusal(refusal, visitor, share_id, digest)
