"""The routes of helpdesk_mgmt, for outsiders who send what its own pages never do."""

from functools import partial

from odoo.http import request, route

from odoo.addons.customer_portal_docs.controllers.responses import (
    fail,
    is_reading,
    not_found,
    parse_id,
)
from odoo.addons.customer_portal_docs.exceptions import InvalidInput
from odoo.addons.customer_portal_docs.tools.filenames import (
    clean_line,
    clean_text,
    count_typed,
)
from odoo.addons.customer_portal_docs.tools.parsing import parse_day, parse_digits
from odoo.addons.customer_portal_docs.tools.portal_lists import pick_page
from odoo.addons.customer_portal_docs.tools.refusals import shown_by
from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from .issue_form import MAX_FORM_FILES, get_optional_issue_files

MAX_SUBJECT_LENGTH = 255
MAX_DESCRIPTION_LENGTH = 10_000


#: Orders of helpdesk_mgmt's list, and ours.
SORTINGS = {"date": "newest", "name": "name", "update": "updated", "stage": "newest"}


class SafeTicketList(CustomerPortalHelpdesk):
    """Its list is ours: all issues are found in one place."""

    @route(methods=["GET"], readonly=is_reading)
    def portal_my_tickets(self, page=1, **params):
        """Lead to the list of issues, with what narrows it."""
        found = {
            "search": clean_line(params.get("search")),
            "sortby": SORTINGS.get(params.get("sortby")),
            # its filters are the statuses
            "status": parse_digits(params.get("filterby")),
            "date_begin": parse_day(clean_line(params.get("date_begin"))[:10]),
            "date_end": parse_day(clean_line(params.get("date_end"))[:10]),
        }
        found = {name: value for name, value in found.items() if value}
        page = pick_page(page)
        path = f"/my/binders/page/{page}" if page > 1 else "/my/binders"
        return request.redirect_query(path, found, code=303)


class SafeTickets(HelpdeskTicketController):
    # helpdesk_mgmt answers GET as well: a link, or a picture in any page, would close a ticket
    @route(methods=["POST"], website=True)
    def support_ticket_close(self, ticket_id=None, stage_id=None, **params):
        ticket_id = parse_id(ticket_id) or not_found()
        ticket = request.env["helpdesk.ticket"].browse(ticket_id)
        # sudo: helpdesk.ticket - existence only; the next line authorises
        if not ticket.sudo().exists() or not ticket.has_access("read"):
            not_found()
        # sudo: helpdesk.ticket - its status, which its page shows; sent twice, it is closed once
        stages_sudo = ticket._get_portal_closing_stages_sudo() | ticket.sudo().stage_id
        stage_sudo = stages_sudo.filtered(lambda stage: str(stage.id) == stage_id)
        if not stage_sudo.closed:
            message = request.env._("This issue cannot be closed like that.")
            fail(400, "status_refused", message)
        ticket._set_portal_stage(stage_sudo)
        return request.redirect(f"/my/ticket/{ticket_id}?updated=1")

    @route(methods=["GET", "POST"], readonly=is_reading)
    def create_new_ticket(self, **params):
        """Lead to the one page where a new issue begins."""
        return request.redirect("/my/binders/new", code=303)

    # a GET would create a ticket, without any check where it comes from
    @route(
        methods=["POST"],
        portal_once=True,
        portal_upload="_get_ticket_max_bytes",
        portal_upload_files=MAX_FORM_FILES,
    )
    def submit_ticket(self, **params):
        """Create a customer's own ticket; its files are not read into memory."""
        with shown_by(partial(_render_refused_ticket, self, params)):
            sent = _check_ticket_form(self, params)
            # teams and categories of other companies are not among the choices
            # sudo: res.company - its settings
            company_sudo = request.env.company.sudo()
            files = get_optional_issue_files("attachment", company_sudo)
        vals = self._prepare_submit_ticket_vals(**sent)
        # sudo: helpdesk.ticket - customers report their own here, as in helpdesk_mgmt
        Ticket = request.env["helpdesk.ticket"].sudo()
        team_sudo = (
            request.env["helpdesk.ticket.team"].sudo().browse(vals.get("team_id"))
        )
        context = team_sudo._get_unfollowed_context()
        ticket_sudo = Ticket.with_context(**context).create(vals)
        ticket_sudo.message_subscribe(partner_ids=request.env.user.partner_id.ids)
        ticket_sudo._create_portal_attachments_sudo(files, ticket_sudo)
        ticket_sudo._create_portal_links()
        return request.redirect(f"{ticket_sudo.access_url}?created=1")

    def _get_ticket_max_bytes(self):
        # sudo: res.company - its settings
        return request.env.company.sudo()._get_portal_document_max_bytes()


def _check_ticket_form(controller, params):
    """Return what was sent, cleaned.

    :raise PortalRefusal: something is missing or not among the choices
    """
    Key = request.env["customer.portal.link.key"]
    subject = Key._remove(clean_line(params.get("subject")))
    description = Key._remove(clean_text(params.get("description")))
    if not subject or not description:
        message = request.env._("Please fill in the subject and the description.")
        raise InvalidInput(message, code="incomplete")
    too_long = (
        count_typed(subject) > MAX_SUBJECT_LENGTH
        or count_typed(description) > MAX_DESCRIPTION_LENGTH
    )
    if too_long:
        message = request.env._("The subject or the description is too long.")
        raise InvalidInput(message, code="too_long")
    choices = {
        "team": controller._get_teams() or (),
        "category": controller._get_categories() or (),
    }
    for name, records in choices.items():
        known = {str(record.id) for record in records}
        if params.get(name) and params[name] not in known:
            message = request.env._("Please choose from the lists.")
            raise InvalidInput(message, code="unknown_choice")
    return {
        "subject": subject,
        "description": description,
        "team": params.get("team"),
        "category": params.get("category"),
    }


def _render_refused_ticket(controller, params, refusal):
    values = {
        **controller._get_create_new_ticket_values(),
        "page_name": "portal_binder",
        "binders": request.env["helpdesk.ticket.team"]._get_portal_binders_sudo(),
        "is_new_issue": True,
    }
    typed = {key: value for key, value in params.items() if isinstance(value, str)}
    return request.render(
        "helpdesk_mgmt.portal_create_ticket",
        {**values, "ticket_error": refusal.message, "typed": typed},
        status=refusal.http_status,
    )
