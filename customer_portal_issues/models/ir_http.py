from odoo import models
from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.responses import MAX_ID


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_portal_upload_company_sudo(cls, rule, args):
        company_sudo = super()._get_portal_upload_company_sudo(rule, args)
        welcomes = rule.endpoint.routing["portal_upload"]
        if welcomes == "form":
            return cls._get_form_upload_company_sudo(args["form_token"])
        if welcomes == "issue":
            return cls._get_upload_issue_sudo(args).company_id
        if welcomes == "binder" and company_sudo:
            Team = request.env["helpdesk.ticket.team"]
            team_sudo = Team._get_portal_binder_sudo(args["team_id"])
            return team_sudo._get_portal_company_sudo() if team_sudo else company_sudo
        return company_sudo

    @classmethod
    def _get_form_upload_company_sudo(cls, form_token):
        """A public form takes files if it asks for some, from who has not sent too much."""
        Team = request.env["helpdesk.ticket.team"]
        team_sudo = Team._get_portal_form_sudo(form_token)
        if "attachments" not in team_sudo._get_portal_fields_sudo(True).mapped("kind"):
            return team_sudo.company_id.browse()
        address = request.httprequest.remote_addr
        limits = team_sudo._get_portal_form_limits(address, None)
        tries = team_sudo._get_portal_form_tries(address)
        Throttle = request.env["customer.portal.throttle"]
        if Throttle._get_wait(*limits, tries):
            return team_sudo.company_id.browse()
        return team_sudo._get_portal_company_sudo()

    @classmethod
    def _get_upload_issue_sudo(cls, args):
        """Return the issue that the current user may add files to, sudoed, or an empty record."""
        # sudo: helpdesk.ticket - existence only; the next lines authorise
        tickets_sudo = request.env["helpdesk.ticket"].sudo()
        ticket_id = args["ticket_id"]
        if not 0 < ticket_id <= MAX_ID:
            return tickets_sudo
        ticket_sudo = tickets_sudo.browse(ticket_id).exists()
        if not ticket_sudo:
            return ticket_sudo
        ticket = ticket_sudo.with_user(request.env.user).sudo(False)
        token = request.httprequest.args.get("access_token")
        may_add = ticket._may_answer_in_portal(token)
        return ticket_sudo if may_add else tickets_sudo
