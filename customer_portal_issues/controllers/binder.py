from functools import partial

from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.form_files import (
    forget_kept_files,
    raise_storage_full,
)
from odoo.addons.customer_portal_docs.controllers.responses import (
    MAX_ID,
    not_found,
    render_page,
    wants_json,
)
from odoo.addons.customer_portal_docs.exceptions import PortalRefusal
from odoo.addons.customer_portal_docs.tools.refusals import shown_by, told_beside
from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController
from odoo.addons.portal.controllers.portal import CustomerPortal

from .gate import check_issue_csrf, check_issue_login
from .issue_form import (
    MAX_FORM_FILES,
    get_kept_for,
    get_typed_values,
    keep_issue_files,
    make_form_response,
    prepare_issue_form_values,
    read_issue,
)


class BinderPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "portal_binder_count" in counters:
            Team = request.env["helpdesk.ticket.team"]
            values["portal_binder_count"] = len(Team._get_portal_binders_sudo())
        return values

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
                    **_make_my_issues_json(values),
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
        return render_page(
            self,
            "customer_portal_issues.portal_my_binders",
            {
                **values,
                "page_name": "portal_binder",
                "issues": values["records"],
                "binders": binders_sudo,
                "counts": counts,
                "count_limit": limit,
            },
        )

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
        return render_page(self, "helpdesk_mgmt.portal_create_ticket", values)

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
        binder_sudo = _get_binder_sudo(team_id)
        values = _prepare_binder_values(binder_sudo, page, params)
        if wants_json():
            return _make_issues_json(values)
        return render_page(self, "customer_portal_issues.portal_my_binder", values)

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
        binder_sudo = _get_binder_sudo(team_id)
        defaults = binder_sudo._get_portal_form_defaults(is_visitor=False)
        typed = {**defaults, **params}
        if wants_json():
            values = prepare_issue_form_values(binder_sudo, typed, {}, is_visitor=False)
            return make_form_response(values, csrf_token=request.csrf_token())
        return _render_new_issue(self, binder_sudo, typed, {})

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
        check_issue_login(f"/my/binders/{team_id}/new")
        binder_sudo = _get_binder_sudo(team_id)
        params = get_typed_values(params, binder_sudo, is_visitor=False)
        with shown_by(partial(_render_refused_issue, self, binder_sudo, params)):
            with told_beside(""):
                check_issue_csrf(params.get("csrf_token"))
            ticket_sudo = _take_issue(binder_sudo, params)
        forget_kept_files(get_kept_for(binder_sudo))
        if wants_json():
            issue = ticket_sudo._get_portal_json()
            return request.make_json_response({"issue": issue}, status=201)
        return request.redirect(f"{ticket_sudo.access_url}?created=1")

    def _get_binder_max_bytes(self, team_id):
        team_sudo = request.env["helpdesk.ticket.team"]._get_portal_binder_sudo(team_id)
        if not team_sudo:
            return None
        return team_sudo._get_portal_company_sudo()._get_portal_document_max_bytes()


def _get_binder_sudo(team_id):
    """Return a binder that trusts the current user, sudoed; 404 for any other."""
    if not 0 < team_id <= MAX_ID:
        not_found()
    team_sudo = request.env["helpdesk.ticket.team"]._get_portal_binder_sudo(team_id)
    return team_sudo or not_found()


def _make_my_issues_json(values):
    return request.env["helpdesk.ticket"]._get_portal_list_json(values, "issues")


def _prepare_binder_values(binder_sudo, page, params):
    List = request.env["customer.portal.issue.list"]
    values = List._get_binder_page(binder_sudo, params, page)
    return {
        **values,
        "page_name": "portal_binder",
        "binder": binder_sudo,
        "issues": values["records"],
    }


def _make_issues_json(values):
    counts = values["stage_counts"]
    return request.make_json_response(
        {
            **_make_my_issues_json(values),
            "counts": {
                str(stage.id): counts.get(stage.id, 0) for stage in values["stages"]
            },
            "counts_at_least": [str(stage.id) for stage in values["stages_at_least"]],
        }
    )


def _take_issue(binder_sudo, params):
    """Return the issue that is made of a form.

    :raise PortalRefusal: something is to be mended
    """
    parse = partial(binder_sudo._parse_portal_form, params, is_visitor=False)
    try:
        files, vals = read_issue(binder_sudo, parse)
    except PortalRefusal:
        keep_issue_files(binder_sudo)
        raise
    try:
        return binder_sudo._create_customer_issue(vals, files)
    except OSError as error:
        with told_beside("attachments"):
            raise_storage_full(error)


def _render_refused_issue(portal, binder_sudo, params, refusal):
    """Show the form again with what was typed and what is wrong with it."""
    return _render_new_issue(
        portal, binder_sudo, params, refusal.errors, refusal.http_status
    )


def _render_new_issue(portal, binder_sudo, params, errors, status=200):
    return render_page(
        portal,
        "customer_portal_issues.portal_new_issue",
        {
            **prepare_issue_form_values(binder_sudo, params, errors, is_visitor=False),
            "page_name": "portal_binder",
        },
        status,
    )
