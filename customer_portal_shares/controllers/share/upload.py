from functools import partial

from odoo.http import Controller, request, route

from odoo.addons.customer_portal_docs.controllers.form_files import (
    find_kept_files,
    forget_kept_files,
    get_files,
    keep_files,
    raise_storage_full,
)
from odoo.addons.customer_portal_docs.controllers.responses import wants_json
from odoo.addons.customer_portal_docs.exceptions import (
    InvalidInput,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.tools.emails import parse_email
from odoo.addons.customer_portal_docs.tools.networks import get_network
from odoo.addons.customer_portal_docs.tools.refusals import shown_by

from ...tools.visitors import parse_visitor
from .document import get_shared_folder
from .gate import (
    check_share_same_site,
    get_share_visitor,
    log_share,
    parse_share_id,
    render_share,
    serve_share,
)
from .page import prepare_share_page_values, prepare_share_visitor_values

#: Most files that the page names which says what was sent, and shares that a session keeps it of.
MAX_NAMED = 20
MAX_SHARES_SENT = 5


class ShareUpload(Controller):
    """Files that visitors put into a share."""

    # no CSRF token: the share's own token is one that no other site knows; and see the check
    @route(
        "/share/<string:token>/upload",
        type="http",
        auth="public",
        methods=["POST"],
        portal_once=True,
        csrf=False,
        portal_upload="_get_share_max_bytes",
        max_content_length=None,
        website=True,
        multilang=False,
        sitemap=False,
    )
    def share_upload(self, token, **params):
        # a file where a text belongs is refused with the other files
        params = {key: value for key, value in params.items() if isinstance(value, str)}

        def answer(share_sudo):
            check_share_same_site(share_sudo)
            folder = get_share_target(share_sudo, params)
            page = partial(_render_share_upload, share_sudo=share_sudo, params=params)
            with shown_by(partial(page, folder_id=folder and folder.id)):
                documents_sudo = _receive_share_files(share_sudo, params)
            return _thank_share(token, share_sudo, documents_sudo, folder)

        # files may take long to come in, and PostgreSQL shows this transaction what was true when
        # it began: the gate is asked of what is true now
        request.env["customer.portal.share"]._restart_transaction()
        return serve_share(token, "upload", answer)

    def _get_share_max_bytes(self, token):
        # the gate is asked before a byte is kept, and again by the route itself
        unlocked = request.session.get("portal_share_unlocked", ())
        Share = request.env["customer.portal.share"]
        try:
            share_sudo = Share._open_sudo(token, unlocked, "upload")
        except PortalRefusal:
            return None
        return share_sudo.company_id._get_portal_document_max_bytes()


def get_share_target(share_sudo, params):
    """Return the folder that files are sent into, as the owner; None for the share's own.

    :raise NotFound: the share does not show it
    """
    folder_id = parse_share_id(params.get("folder_id"))
    if not folder_id or share_sudo._is_drop():
        return None
    return get_shared_folder(share_sudo, folder_id)


def _receive_share_files(share_sudo, params):
    count_share_upload(share_sudo, get_network(request.httprequest.remote_addr))
    files = _get_share_form(share_sudo, params)
    documents_sudo = store_share_files(share_sudo, files, params)
    # now that they are there: to store them begins a transaction of its own
    forget_kept_files(_get_kept_for(share_sudo))
    return documents_sudo


def _get_kept_for(share_sudo):
    """Return what the files of a share's form are kept for until it comes again."""
    return f"share:{share_sudo.id}"


def store_share_files(share_sudo, files, params, **more):
    """Make documents of checked files; see :meth:`_receive_from_share`."""
    folder = get_share_target(share_sudo, params)
    visitor, _errors = get_share_sender(params)
    if params.get("wants_thanks"):
        visitor["thanks_email"] = _get_share_thanks_email(params)
    Document = request.env["customer.portal.document"]
    try:
        documents_sudo = Document._receive_from_share(
            share_sudo, files, folder, visitor, **more
        )
    except OSError as error:
        raise_storage_full(error)
    names = ", ".join(documents_sudo.mapped("name"))
    log_share(share_sudo, "upload", names, visitor_name=visitor["visitor"])
    return documents_sudo


def _get_share_thanks_email(params):
    """Return where the sender wants to be thanked: by a mail to who is logged in, or typed."""
    user = request.env.user
    return (
        parse_email(params.get("email")) if user._is_public() else user.email_normalized
    )


def count_share_upload(share_sudo, network):
    """Count what a visitor sends.

    :param str network: that it comes from
    :raise Throttled: there was much from there, or for this share
    """
    request.env["customer.portal.throttle"]._check(
        request.env._(
            "You have sent too many files in a short time. Please wait a while and try again."
        ),
        ("share_upload_address", f"{share_sudo.id}:{network}"),
        ("share_upload", share_sudo.id),
    )


def _get_share_form(share_sudo, params):
    """Return the files of a form that says who sends them, see :func:`get_files`.

    :raise PortalRefusal: with all that is wrong, by field
    """
    _visitor, errors = get_share_sender(params)
    kept_for = _get_kept_for(share_sudo)
    files, kept = find_kept_files(kept_for)
    request.portal_kept_files = kept
    try:
        if not kept or any(
            part.filename for part in request.httprequest.files.values()
        ):
            new = get_files("file", share_sudo.company_id)
            files += new
            kept += keep_files(new, kept_for) if errors else []
    except PortalRefusal as refusal:
        kept += keep_files(refusal.accepted_files, kept_for)
        if errors:
            refusal.errors = {**errors, "file": refusal.message}
            refusal.message = " ".join(refusal.errors.values())
        raise
    if errors:
        code = f"{next(iter(errors))}_missing"
        raise InvalidInput(errors=errors, code=code)
    return files


def get_share_sender(params):
    """Return who sends files: who is logged in, or the name and address that were typed.

    :return: dict of who it is, and messages by field of what a visitor does not say
    """
    if not request.env.user._is_public():
        return get_share_visitor(request.env.user.partner_id.name), {}
    name, email, errors = parse_visitor(request.env, params)
    return get_share_visitor(f"{name} <{email}>"), errors


def _thank_share(token, share_sudo, documents_sudo, folder):
    """Lead back by the link that the files came by: it may have been renewed meanwhile."""
    count = len(documents_sudo)
    if wants_json():
        return request.make_json_response({"received": count}, status=201)
    sent = request.session.get("portal_share_sent", {})
    names = documents_sudo.mapped("name")[:MAX_NAMED]
    # a session of a visitor is new, and says nothing else
    request.session["portal_share_sent"] = {
        **dict(list(sent.items())[-MAX_SHARES_SENT:]),
        str(share_sudo.id): [count, names],
    }
    url = f"/share/{token}"
    if folder:
        url += f"/folder/{folder.id}"
    return request.redirect_query(url, {"received": count}, code=303)


def _render_share_upload(refusal, share_sudo, params, folder_id):
    """Give the form back with all that was typed, and with nothing stored."""
    folder = None
    if folder_id:
        folder = share_sudo._find_shared("customer.portal.folder", folder_id)
    if folder:
        template = "customer_portal_shares.share_folder_page"
        values = {
            **prepare_share_visitor_values(share_sudo),
            **folder._prepare_share_folder_values(share_sudo),
        }
    else:
        template = "customer_portal_shares.share_page"
        values = prepare_share_page_values(share_sudo)
    typed = {
        "upload_error": refusal.message,
        "upload_errors": getattr(refusal, "errors", {}),
        "kept_files": getattr(request, "portal_kept_files", []),
        "sender_name": params.get("name") or "",
        "sender_email": params.get("email") or "",
        "wants_thanks": bool(params.get("wants_thanks")),
    }
    return render_share(template, {**values, **typed}, status=refusal.http_status)
