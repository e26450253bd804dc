from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _is_portal_upload_welcome(cls, rule, args):
        welcomes = rule.endpoint.routing.get("portal_upload")
        if welcomes == "form":
            return cls._is_form_upload_welcome(args)
        if welcomes == "issue" and request.env.user._is_public():
            return cls._is_link_upload_welcome(args)
        return super()._is_portal_upload_welcome(rule, args)

    @classmethod
    def _is_form_upload_welcome(cls, args):
        """A public form takes files if it asks for some, from who has not sent too much."""
        Team = request.env["helpdesk.ticket.team"]
        team_sudo = Team._get_portal_form_sudo(args.get("form_token") or "")
        if "attachments" not in team_sudo._get_portal_fields_sudo(True).mapped("kind"):
            return False
        address = request.httprequest.remote_addr
        limits = team_sudo._get_portal_form_limits(address, None)
        tries = team_sudo._get_portal_form_tries(address)
        Throttle = request.env["customer.portal.issue.throttle"]
        return not Throttle._get_wait({**limits, **tries})

    @classmethod
    def _is_link_upload_welcome(cls, args):
        """A visitor with a personal link may add files to that issue."""
        token = request.httprequest.args.get("access_token")
        Link = request.env["customer.portal.issue.link"]
        return bool(Link._find_sudo(args.get("ticket_id"), token))
