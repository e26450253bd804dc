from functools import partial

from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    not_found,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import PortalRefusal
from odoo.addons.customer_portal_docs.tools.filesizes import format_size
from odoo.addons.customer_portal_docs.tools.refusals import shown_by, told_beside
from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from .issue import MAX_FORM_FILES, IssuePortal


class BinderPortal(IssuePortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_binder_count" in counters:
            Team = request.env["helpdesk.ticket.team"]
            values["portal_binder_count"] = len(Team._get_portal_binders_sudo())
        return values

    def _get_binder_sudo(self, team_id):
        """Return a binder that trusts the current user, sudoed; 404 for any other."""
        if not 0 < team_id <= MAX_ID:
            not_found()
        team_sudo = request.env["helpdesk.ticket.team"]._get_portal_binder_sudo(team_id)
        return team_sudo or not_found()

    # -- the binders

    @route(
        ["/my/binders", "/my/binders/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_binders(self, page=1, **params):
        """Show all issues in one place: the user's own, and the binders opened to the user."""
        binders_sudo = request.env["helpdesk.ticket.team"]._get_portal_binders_sudo()
        counts = binders_sudo._count_portal_open_issues()
        limit = request.env["helpdesk.ticket"]._portal_narrowed_count_limit
        List = request.env["customer.portal.issue.list"]
        values = List._get_mine_page(params, page)
        if wants_json():
            return request.make_json_response(
                {
                    **self._make_my_issues_json(values),
                    "binders": [
                        {
                            "id": binder.id,
                            "url": f"/my/binders/{binder.id}",
                            "name": binder.complete_name,
                            "open": counts[binder.id],
                            # as far as was counted; there may be more
                            "open_at_least": counts[binder.id] >= limit,
                        }
                        for binder in binders_sudo
                    ],
                }
            )
        return request.render(
            "customer_portal_issues.portal_my_binders",
            {
                **self._prepare_portal_layout_values(),
                **values,
                "page_name": "portal_binder",
                "issues": values["records"],
                "binders": binders_sudo,
                "counts": counts,
                "count_limit": limit,
            },
        )

    def _make_my_issues_json(self, values):
        return request.env["helpdesk.ticket"]._get_portal_list_json(values, "issues")

    @route(
        "/my/binders/new",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_choose_binder(self, **params):
        """Ask where a new issue belongs, with the form for what belongs in no binder."""
        Team = request.env["helpdesk.ticket.team"]
        # sudo: res.company - its settings
        company_sudo, user = request.env.company.sudo(), request.env.user
        tickets = HelpdeskTicketController()
        values = {
            **self._prepare_portal_layout_values(),
            # as helpdesk_mgmt prepares them, which writes the user's settings on the way
            "categories": tickets._get_categories(),
            "teams": tickets._get_teams(),
            "email": user.email,
            "name": user.name,
            "ticket_team_id_required": company_sudo.helpdesk_mgmt_portal_team_id_required,
            "ticket_category_id_required": (
                company_sudo.helpdesk_mgmt_portal_category_id_required
            ),
            "max_upload_size": company_sudo._get_portal_document_max_bytes(),
            "page_name": "portal_binder",
            "binders": Team._get_portal_binders_sudo(),
            "is_new_issue": True,
        }
        return request.render("helpdesk_mgmt.portal_create_ticket", values)

    # -- the issues of one

    @route(
        ["/my/binders/<int:team_id>", "/my/binders/<int:team_id>/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_binder(self, team_id, page=1, **params):
        binder_sudo = self._get_binder_sudo(team_id)
        values = self._prepare_binder_values(binder_sudo, page, params)
        if wants_json():
            return self._make_issues_json(values)
        return request.render("customer_portal_issues.portal_my_binder", values)

    def _prepare_binder_values(self, binder_sudo, page, params):
        List = request.env["customer.portal.issue.list"]
        values = List._get_binder_page(binder_sudo, params, page)
        return {
            **self._prepare_portal_layout_values(),
            **values,
            "page_name": "portal_binder",
            "binder": binder_sudo,
            "issues": values["records"],
        }

    def _make_issues_json(self, values):
        counts = values["stage_counts"]
        return request.make_json_response(
            {
                **self._make_my_issues_json(values),
                "counts": {
                    str(stage.id): counts.get(stage.id, 0) for stage in values["stages"]
                },
                "counts_at_least": [
                    str(stage.id) for stage in values["stages_at_least"]
                ],
            }
        )

    # -- a new issue

    @route(
        "/my/binders/<int:team_id>/new",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_new_issue_form(self, team_id, **params):
        binder_sudo = self._get_binder_sudo(team_id)
        return request.render(
            "customer_portal_issues.portal_new_issue",
            self._prepare_new_issue_values(
                binder_sudo,
                {**binder_sudo._get_portal_form_defaults(is_visitor=False), **params},
                {},
            ),
        )

    # public and without Odoo's CSRF check, which both end in a page that has lost what was
    # typed: see the upload of documents
    @route(
        "/my/binders/<int:team_id>/new",
        type="http",
        auth="public",
        methods=["POST"],
        portal_once=True,
        website=True,
        csrf=False,
        portal_upload="_get_binder_max_bytes",
        portal_upload_files=MAX_FORM_FILES,
    )
    def portal_new_issue(self, team_id, **params):
        self._check_issue_login(f"/my/binders/{team_id}/new")
        binder_sudo = self._get_binder_sudo(team_id)
        params = self._get_typed_values(params, binder_sudo, is_visitor=False)
        with shown_by(partial(self._render_refused_issue, binder_sudo, params)):
            with told_beside(""):
                self._check_issue_csrf(params.get("csrf_token"))
            ticket_sudo = self._take_issue(binder_sudo, params)
        self._forget_kept_files(self._get_kept_for(binder_sudo))
        if wants_json():
            issue = ticket_sudo._get_portal_json()
            return request.make_json_response({"issue": issue}, status=201)
        return request.redirect(f"{ticket_sudo.access_url}?created=1")

    def _get_binder_max_bytes(self, team_id):
        team_sudo = request.env["helpdesk.ticket.team"]._get_portal_binder_sudo(team_id)
        if not team_sudo:
            return None
        return team_sudo._get_portal_company_sudo()._get_portal_document_max_bytes()

    def _take_issue(self, binder_sudo, params):
        """Return the issue that is made of a form.

        :raise PortalRefusal: something is to be mended
        """
        parse = partial(binder_sudo._parse_portal_form, params, is_visitor=False)
        try:
            files, vals = self._read_issue(binder_sudo, parse)
        except PortalRefusal:
            self._keep_issue_files(binder_sudo)
            raise
        try:
            return binder_sudo._create_customer_issue(vals, files)
        except OSError as error:
            with told_beside("attachments"):
                self._raise_storage_full(error)

    def _render_refused_issue(self, binder_sudo, params, refusal):
        """Show the form again with what was typed and what is wrong with it."""
        return request.render(
            "customer_portal_issues.portal_new_issue",
            self._prepare_new_issue_values(binder_sudo, params, refusal.errors),
            status=refusal.http_status,
        )

    def _prepare_new_issue_values(self, binder_sudo, params, errors):
        return {
            **self._prepare_portal_layout_values(),
            **self._prepare_issue_form_values(
                binder_sudo, params, errors, is_visitor=False
            ),
            "page_name": "portal_binder",
        }

    def _prepare_issue_form_values(self, binder_sudo, params, errors, *, is_visitor):
        """Return what the fields of a form need, of either form."""
        return {
            "binder": binder_sudo,
            "form_fields": binder_sudo._get_portal_form(params, errors, is_visitor),
            "form_error": errors.get(""),
            "has_errors": bool(errors),
            # a browser does not send them once more by itself
            "had_files": any(
                part.filename for part in request.httprequest.files.values()
            )
            and not getattr(request, "portal_are_files_kept", False),
            "kept_files": getattr(request, "portal_kept_files", []),
            "format_size": format_size,
            **self._prepare_issue_file_values(binder_sudo._get_portal_company_sudo()),
        }
