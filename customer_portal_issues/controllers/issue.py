from functools import partial

from odoo.http import SessionExpiredException, request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    is_csrf_token,
    is_reading,
    not_found,
    use_company_zone,
    wants_json,
)
from odoo.addons.customer_portal_docs.controllers.upload import DocumentUpload
from odoo.addons.customer_portal_docs.exceptions import (
    Forbidden,
    InvalidInput,
    LoginRequired,
    PortalRefusal,
)
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.portal_lists import get_notice
from odoo.addons.customer_portal_docs.tools.refusals import shown_by, told_beside
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

#: A form may be as big as that many of the largest files.
MAX_FORM_FILES = 10


class IssuePortal(DocumentUpload, CustomerPortalHelpdesk):
    # -- gates

    def _get_issue_sudo(self, ticket_id, access_token=None):
        """Return an issue that the current user may see, sudoed.

        :param int ticket_id: id of the issue
        :param access_token: str or None, the key of a personal or shared link
        :raise NotFound: no such issue for this user
        :raise SessionExpiredException: a visitor without a link, who may log in
        """
        if request.env.user._is_public() and not access_token:
            raise SessionExpiredException("Log in to see issues")
        if not 0 < ticket_id <= MAX_ID:
            not_found()
        ticket = request.env["helpdesk.ticket"].browse(ticket_id)
        # sudo: helpdesk.ticket - existence only; the next line authorises
        if not ticket.sudo().exists() or not ticket._is_open_in_portal(access_token):
            not_found()
        # sudo: helpdesk.ticket - authorised above
        return ticket.sudo()

    def _as_issue_user(self, ticket_sudo):
        return ticket_sudo.with_user(request.env.user).sudo(False)

    # -- page

    # what helpdesk_mgmt writes while it shows a ticket, the keys of all its files, is not needed
    @route(methods=["GET"], readonly=is_reading)
    def portal_my_ticket(self, ticket_id, access_token=None, **params):
        ticket_sudo = self._get_issue_sudo(ticket_id, access_token)
        if wants_json():
            return request.make_json_response(ticket_sudo._get_portal_json())
        values = self._prepare_issue_values(ticket_sudo, access_token, params)
        return self._render_issue(values)

    # a request of its own: the page itself writes nothing
    @route(
        "/my/ticket/<int:ticket_id>/seen",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_issue_seen(self, ticket_id, **params):
        ticket_sudo = self._get_issue_sudo(ticket_id)
        self._as_issue_user(ticket_sudo)._note_answer_seen()
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
        return {
            **super()._get_page_view_values(
                document, access_token, values, "", no_breadcrumbs, **kwargs
            ),
            **self._get_issue_neighbours(
                document.id, request.session.get(session_history)
            ),
        }

    def _get_issue_neighbours(self, ticket_id, ids):
        """Return the addresses of the tickets before and after in the list last seen."""
        before = after = None
        if ids and ticket_id in ids:
            place = ids.index(ticket_id)
            before = ids[place - 1] if place else None
            after = ids[place + 1] if place + 1 < len(ids) else None
        return {
            "prev_record": before and f"/my/ticket/{before}",
            "next_record": after and f"/my/ticket/{after}",
        }

    def _render_issue(self, values, status=200):
        response = request.render(
            "helpdesk_mgmt.portal_helpdesk_ticket_page", values, status=status
        )
        # the address may hold the key of a link: it goes to no other site, and in no index
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _prepare_issue_values(self, ticket_sudo, access_token, params):
        use_company_zone(ticket_sudo.company_id)
        user, ticket = request.env.user, self._as_issue_user(ticket_sudo)
        by_rule = ticket.has_access("read")
        trusted = ticket._is_trusted_in_portal()
        token = None if by_rule or trusted else access_token
        before = params.get("before") or ""
        is_number = before.isascii() and before.isdigit() and len(before) < 10
        messages_sudo, has_earlier = ticket_sudo._get_portal_messages_sudo(
            int(before) if is_number else None
        )
        values = {
            **self._prepare_portal_layout_values(),
            **self._ticket_get_page_view_values(ticket_sudo, None),
            "closed_stages": ticket._get_portal_closing_stages_sudo()
            if by_rule and not trusted
            else [],
            "portal_stages": ticket._get_portal_stages_sudo(),
            # addresses are for who the issue belongs to, and for staff
            "show_contacts": by_rule and not user._is_public(),
            "binder": ticket_sudo.team_id if trusted else None,
            "token_query": f"?access_token={token}" if token else "",
            "messages": messages_sudo,
            "has_earlier": has_earlier,
            "public_attachments": ticket_sudo._get_portal_attachments_sudo(),
            "description_attachments": self._get_issue_attachments(ticket_sudo),
            "can_answer": ticket._may_answer_in_portal(access_token),
            "answer": "",
            "answer_error": None,
            "message_query": {"access_token": token} if token else {},
            **self._prepare_issue_file_values(ticket_sudo.company_id),
            "format_size": format_size,
            "no_breadcrumbs": user._is_public(),
            **self._prepare_issue_documents_values(ticket),
        }
        return values

    def _get_typed_values(self, params, binder_sudo, is_visitor):
        """Return what was typed into the form of a binder, as the form reads it.

        :return: dict of str, or of list of str where several may be ticked
        """
        typed = {key: value for key, value in params.items() if isinstance(value, str)}
        sent = request.httprequest.form
        for key in binder_sudo._get_portal_list_keys(is_visitor):
            if key in sent:
                typed[key] = sent.getlist(key)
        return typed

    def _prepare_issue_file_values(self, company_sudo):
        """Return what a form says of the files it takes.

        :param company_sudo: that the issue or the binder belongs to
        """
        company_sudo._fetch_portal_settings()
        return {
            "accept": self._get_accept(company_sudo),
            "max_size": format_size(company_sudo._get_portal_document_max_bytes()),
        }

    def _get_issue_attachments(self, ticket_sudo):
        """Return the files that stand with the issue itself, not in the discussion."""
        in_messages = ticket_sudo._get_portal_messages_sudo()[0].attachment_ids
        return ticket_sudo._get_portal_attachments_sudo() - in_messages

    def _prepare_issue_documents_values(self, ticket):
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
        ticket_sudo = self._get_issue_sudo(ticket_id, access_token)
        attachment_sudo = ticket_sudo._get_portal_attachment_sudo(attachment_id)
        Document = request.env["customer.portal.document"]
        return self._make_content_response(
            attachment_sudo, Document._get_mimetype(attachment_sudo), bool(download)
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
        self._check_issue_login(f"/my/ticket/{ticket_id}")
        ticket_sudo = self._get_issue_sudo(ticket_id)
        ticket = self._as_issue_user(ticket_sudo)
        with shown_by(partial(self._render_refused_status, ticket_sudo)):
            self._check_issue_csrf(csrf_token)
            stage_sudo = self._get_chosen_stage_sudo(ticket, stage_id)
            ticket._check_portal_status_limit()
        ticket._set_portal_stage(stage_sudo)
        if wants_json():
            return request.make_json_response(ticket_sudo._get_portal_json())
        return request.redirect(f"{ticket_sudo.access_url}?updated=1")

    def _get_chosen_stage_sudo(self, ticket, stage_id):
        """Return the status that was chosen, sudoed.

        :raise PortalRefusal: not offered, or not to this user
        """
        if not ticket._is_trusted_in_portal():
            message = request.env._(
                "Only trusted users of the binder set its statuses."
            )
            raise Forbidden(message, code="not_trusted")
        allowed_sudo = ticket._get_portal_stages_sudo()
        stage_sudo = allowed_sudo.filtered(lambda stage: str(stage.id) == stage_id)
        if not stage_sudo:
            message = request.env._("Please choose one of the statuses offered.")
            raise InvalidInput(message, code="status_refused")
        return stage_sudo

    def _render_refused_status(self, ticket_sudo, refusal):
        """Show the issue as it is, and why its status was not set."""
        values = self._prepare_issue_values(ticket_sudo, None, {})
        return self._render_issue(
            {**values, "status_error": refusal.message}, refusal.http_status
        )

    # -- a session that is not the one of the page

    def _check_issue_csrf(self, csrf_token):
        """Check that a form of ours was sent, in the session it was given out in.

        :raise PortalRefusal: it was not
        """
        if not is_csrf_token(csrf_token):
            message = request.env._(
                "You have logged in anew since you opened this page. Please send it once more."
            )
            raise InvalidInput(message, code="session_changed")

    def _check_issue_login(self, path):
        """Check that the session of who sends a form has not ended.

        :param str path: of the page to come back to
        :raise LoginRequired: it has
        """
        if request.env.user._is_public():
            message = request.env._(
                "Your session has ended. Please log in and send again."
            )
            raise LoginRequired(message, path=path)

    # -- files of a form that has to be mended

    def _get_kept_for(self, team_sudo):
        return f"issue:{team_sudo.id}"

    def _read_issue(self, team_sudo, parse):
        """Return the files of a form, and the values of its issue.

        :param parse: callable from whether there are files to the values, and what is wrong
            with them by field
        :return: list of (str file name, :class:`IncomingFile`), dict
        :raise PortalRefusal: with all that is wrong
        """
        company_sudo = team_sudo._get_portal_company_sudo()
        with told_beside("attachments"):
            files, refusal = self._get_kept_issue_files(team_sudo, company_sudo)
        vals, errors = parse(bool(files or refusal))
        if refusal:
            refusal.errors = {**errors, "attachments": refusal.message}
            refusal.message = " ".join(dict.fromkeys(refusal.errors.values()))
            raise refusal
        if errors:
            raise InvalidInput(errors=errors)
        return files, vals

    def _get_kept_issue_files(self, team_sudo, company_sudo):
        """Return the files of a form, and those that it had brought before.

        :return: list of (str file name, :class:`IncomingFile`), and the refusal that says what
            is wrong with them, or None
        """
        files, shown = self._find_kept_files(self._get_kept_for(team_sudo))
        request.portal_kept_files, request.portal_new_files = shown, []
        try:
            new = self._get_optional_issue_files("attachments", company_sudo)
        except PortalRefusal as refusal:
            if refusal.code == "unexpected_file":
                raise
            request.portal_new_files = refusal.accepted_files
            return files, refusal
        request.portal_new_files = new
        return files + new, None

    def _keep_issue_files(self, team_sudo):
        """Keep the files that were fine, for when the form comes again."""
        new = getattr(request, "portal_new_files", ())
        if new:
            kept = self._keep_files(new, self._get_kept_for(team_sudo))
            request.portal_kept_files += kept
            request.portal_are_files_kept = bool(kept)

    def _get_optional_issue_files(self, field, company_sudo):
        """Return the files of a form that need not have any, each checked.

        :param company_sudo: whose settings say what is accepted
        """
        parts = request.httprequest.files
        chosen = any(part.filename for part in parts.getlist(field))
        if not chosen and not set(parts) - {field}:
            return []
        files = self._get_files(field, company_sudo)
        if any(incoming.is_too_big for _filename, incoming in files):
            # read when nothing said yet who sends it, and not kept
            message = request.env._("The file was not kept. Please send it once more.")
            raise InvalidInput(message, code="file_not_kept")
        return files
