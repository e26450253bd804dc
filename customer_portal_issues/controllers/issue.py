from functools import partial

from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.contents import make_content_response
from odoo.addons.customer_portal_docs.controllers.responses import (
    get_unsent_notice,
    is_reading,
    parse_id,
    render_page,
    use_company_zone,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import (
    Forbidden,
    InvalidInput,
)
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.portal_lists import get_notice
from odoo.addons.customer_portal_docs.tools.refusals import shown_by
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from .gate import as_issue_user, check_issue_csrf, check_issue_login, get_issue_sudo
from .issue_form import prepare_issue_file_values


class IssuePortal(CustomerPortalHelpdesk):
    # what helpdesk_mgmt writes while it shows a ticket, the keys of all its files, is not needed
    @route(methods=["GET"], readonly=is_reading)
    def portal_my_ticket(self, ticket_id, access_token=None, **params):
        ticket_sudo = get_issue_sudo(ticket_id, access_token)
        if wants_json():
            return request.make_json_response(ticket_sudo._get_portal_json())
        return render_issue(self, ticket_sudo, access_token, params)

    # a request of its own: the page itself writes nothing
    @route(
        "/my/ticket/<int:ticket_id>/seen",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_issue_seen(self, ticket_id, **params):
        ticket_sudo = get_issue_sudo(ticket_id)
        as_issue_user(ticket_sudo)._note_answer_seen()
        return request.make_response("", status=204)

    def _get_page_view_values(
        self, document, access_token, values, session_history, no_breadcrumbs, **kwargs
    ):
        if document._name != "helpdesk.ticket":
            return super()._get_page_view_values(
                document,
                access_token,
                values,
                session_history,
                no_breadcrumbs,
                **kwargs,
            )
        # core makes a key for the tickets before and after, while it shows a page
        return super()._get_page_view_values(
            document, access_token, values, "", no_breadcrumbs, **kwargs
        )

    # -- files

    @route(
        "/my/ticket/<int:ticket_id>/attachments/<int:attachment_id>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def portal_ticket_attachment(
        self, ticket_id, attachment_id, access_token=None, download=None, **params
    ):
        ticket_sudo = get_issue_sudo(ticket_id, access_token)
        attachment_sudo = ticket_sudo._get_portal_attachment_sudo(attachment_id)
        return make_content_response(
            attachment_sudo, attachment_sudo._get_portal_mimetype(), bool(download)
        )

    # -- status

    # public and without Odoo's CSRF check, which both end in a page that tells programs nothing
    @route(
        "/my/ticket/<int:ticket_id>/status",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
    )
    def portal_ticket_status(self, ticket_id, stage_id=None, csrf_token=None, **params):
        check_issue_login(f"/my/ticket/{ticket_id}")
        ticket_sudo = get_issue_sudo(ticket_id)
        ticket = as_issue_user(ticket_sudo)
        with shown_by(partial(_render_refused_status, self, ticket_sudo)):
            check_issue_csrf(csrf_token)
            ticket._set_portal_stage(_get_chosen_stage_sudo(ticket, stage_id))
        if wants_json():
            return request.make_json_response(ticket_sudo._get_portal_json())
        return request.redirect(f"{ticket_sudo.access_url}?updated=1")


def render_issue(
    portal, ticket_sudo, access_token=None, params=None, status=200, **more
):
    """Return the page of an issue.

    :param portal: the :class:`CustomerPortalHelpdesk` whose route is answered
    :param ticket_sudo: behind its gate
    :param str access_token: the key of the link that it was opened by, if by one
    :param dict params: of its address
    :param more: values for its template
    """
    values = _prepare_issue_values(portal, ticket_sudo, access_token, params or {})
    response = render_page(
        portal,
        "helpdesk_mgmt.portal_helpdesk_ticket_page",
        {**values, **more},
        status,
    )
    # the address may hold the key of a link: it goes to no other site, and in no index
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _prepare_issue_values(portal, ticket_sudo, access_token, params):
    use_company_zone(ticket_sudo.company_id)
    user, ticket = request.env.user, as_issue_user(ticket_sudo)
    by_rule = ticket.has_access("read")
    trusted = ticket._is_trusted_in_portal()
    token = None if by_rule or trusted else access_token
    messages_sudo, has_earlier = ticket_sudo._get_portal_messages_sudo(
        parse_id(params.get("before"))
    )
    return {
        **portal._ticket_get_page_view_values(ticket_sudo, None),
        "closed_stages": ticket._get_portal_closing_stages_sudo()
        if by_rule and not trusted
        else [],
        "portal_stages": ticket._get_portal_stages_sudo() - ticket_sudo.stage_id,
        # addresses are for who the issue belongs to, and for staff
        "show_contacts": by_rule and not user._is_public(),
        "binder": ticket_sudo.team_id if trusted else None,
        "token_query": f"?access_token={token}" if token else "",
        "messages": messages_sudo,
        "has_earlier": has_earlier,
        "public_attachments": ticket_sudo._get_portal_attachments_sudo(),
        "description_attachments": _get_issue_attachments(ticket_sudo),
        "can_answer": ticket._may_answer_in_portal(access_token),
        "answer": "",
        "answer_error": get_unsent_notice(params),
        "message_query": {"access_token": token} if token else {},
        **prepare_issue_file_values(ticket_sudo.company_id),
        "format_size": format_size,
        "no_breadcrumbs": user._is_public(),
        **_prepare_issue_documents_values(ticket),
    }


def _get_issue_attachments(ticket_sudo):
    """Return the files that stand with the issue itself, not in the discussion."""
    in_messages = ticket_sudo._get_portal_messages_sudo()[0].attachment_ids
    return ticket_sudo._get_portal_attachments_sudo() - in_messages


def _prepare_issue_documents_values(ticket):
    """Return the values of the page's Documents section, empty for who comes by a link."""
    user = request.env.user
    if not user._is_portal() or not ticket._shows_portal_documents():
        return {"document_record": None}
    Document = request.env["customer.portal.document"]
    return {
        "document_record": ticket.sudo(),  # sudo: helpdesk.ticket - asked above
        "notice": get_notice(request.params),
        **Document._get_portal_section_values(ticket),
    }


def _get_chosen_stage_sudo(ticket, stage_id):
    """Return the status that was chosen, sudoed.

    :raise PortalRefusal: not offered, or not to this user
    """
    if not ticket._is_trusted_in_portal():
        message = request.env._(
            "Only trusted users of this binder can change the status."
        )
        raise Forbidden(message, code="not_trusted")
    allowed_sudo = ticket._get_portal_stages_sudo()
    stage_sudo = allowed_sudo.filtered(lambda stage: str(stage.id) == stage_id)
    if not stage_sudo:
        message = request.env._("Please choose one of the statuses offered.")
        raise InvalidInput(message, code="status_refused")
    return stage_sudo


def _render_refused_status(portal, ticket_sudo, refusal):
    """Show the issue as it is, and why its status was not set."""
    return render_issue(
        portal,
        ticket_sudo,
        status=refusal.http_status,
        status_error=refusal.message,
    )
