from functools import partial
from urllib.parse import urlencode

from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.form_files import raise_storage_full
from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID, wants_json
from odoo.addons.customer_portal_docs.exceptions import (
    Forbidden,
    InvalidInput,
)
from odoo.addons.customer_portal_docs.tools.filenames import clean_text
from odoo.addons.customer_portal_docs.tools.refusals import shown_by
from odoo.addons.customer_portal_docs.tools.typed import check_length
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from .gate import (
    as_issue_user,
    check_issue_csrf,
    check_issue_login,
    get_issue_sudo,
)
from .issue import render_issue
from .issue_form import MAX_FORM_FILES, get_optional_issue_files

#: The longest answer, in characters.
MAX_ANSWER_LENGTH = 10_000


class IssueAnswer(CustomerPortalHelpdesk):
    """Answers in the public discussion of an issue, by who is logged in or by a link."""

    # without Odoo's CSRF check, which ends in a page that has lost what was typed: the method
    # checks, and gives everything back. Who comes by a link has its key as the proof.
    @route(
        "/my/ticket/<int:ticket_id>/messages",
        type="http",
        auth="public",
        methods=["POST"],
        portal_once=True,
        website=True,
        csrf=False,
        portal_upload="_get_answer_max_bytes",
        portal_upload_files=MAX_FORM_FILES,
    )
    def portal_ticket_answer(self, ticket_id, access_token=None, **params):
        # a file where a text belongs is refused with the other files
        params = {key: value for key, value in params.items() if isinstance(value, str)}
        if not access_token:
            # the browser keeps what was typed: see kept_form.js
            check_issue_login(f"/my/ticket/{ticket_id}?unsent=1#discussion")
        ticket_sudo = get_issue_sudo(ticket_id, access_token)
        ticket = as_issue_user(ticket_sudo)
        link_sudo = ticket._get_portal_link_sudo(access_token)
        page = partial(
            _render_refused_answer,
            self,
            ticket_sudo,
            access_token,
            params.get("answer") or "",
        )
        with shown_by(page):
            _check_issue_answer(ticket, access_token, link_sudo, params)
            files = get_optional_issue_files("file", ticket_sudo.company_id)
            text = _check_issue_answer_text(params.get("answer"), files)
            message_sudo = _post_issue_answer(ticket, text, files, link_sudo)
        return _confirm_issue_answer(ticket_sudo, message_sudo, access_token)

    def _get_answer_max_bytes(self, ticket_id):
        if not 0 < ticket_id <= MAX_ID:
            return None
        # sudo: helpdesk.ticket - existence only; the next lines authorise
        ticket_sudo = request.env["helpdesk.ticket"].sudo().browse(ticket_id).exists()
        token = request.httprequest.args.get("access_token")
        if not ticket_sudo:
            return None
        if not as_issue_user(ticket_sudo)._may_answer_in_portal(token):
            return None
        return ticket_sudo.company_id._get_portal_document_max_bytes()


def _check_issue_answer(ticket, access_token, link_sudo, params):
    """Check who answers, and how often.

    :raise PortalRefusal: not them, or not now
    """
    user = request.env.user
    by_user = not user._is_public()
    if by_user:
        check_issue_csrf(params.get("csrf_token"))
    if not ticket._may_answer_in_portal(access_token):
        message = request.env._(
            "This link only shows the issue. To answer, use your own personal link."
        )
        raise Forbidden(message, code="read_only")
    key = user.id if by_user else f"link:{link_sudo.id}"
    message = request.env._(
        "You have sent too many answers in a short time. Please wait a while and try again."
    )
    request.env["customer.portal.throttle"]._check(message, ("issue_answer", key))


def _check_issue_answer_text(text, files):
    text = clean_text(text)
    if not text and not files:
        message = request.env._("Please write something, or choose a file.")
        raise InvalidInput(message, code="empty")
    check_length(request.env, text, MAX_ANSWER_LENGTH, "answer")
    return text


def _post_issue_answer(ticket, text, files, link_sudo):
    try:
        return ticket._post_portal_answer(text, files, link_sudo)
    except OSError as error:
        raise_storage_full(error)


def _confirm_issue_answer(ticket_sudo, message_sudo, access_token):
    if wants_json():
        return request.make_json_response(
            {"message": {"id": message_sudo.id}}, status=201
        )
    key = {"access_token": access_token} if access_token else {}
    query = urlencode({"answered": 1, **key})
    return request.redirect(f"{ticket_sudo.access_url}?{query}#discussion")


def _render_refused_answer(portal, ticket_sudo, access_token, typed, refusal):
    return render_issue(
        portal,
        ticket_sudo,
        access_token,
        status=refusal.http_status,
        answer=typed,
        answer_error=refusal.message,
    )
