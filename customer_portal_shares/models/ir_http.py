from odoo import models
from odoo.http import request

from ..exceptions import ShareRefused


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _is_portal_upload_welcome(cls, rule, args):
        # the gate is asked before a byte is kept, and again by the route itself
        if rule.endpoint.routing["portal_upload"] != "share":
            return super()._is_portal_upload_welcome(rule, args)
        return bool(cls._get_upload_share_sudo(args))

    @classmethod
    def _get_portal_upload_company_sudo(cls, rule, args):
        if rule.endpoint.routing["portal_upload"] != "share":
            return super()._get_portal_upload_company_sudo(rule, args)
        return cls._get_upload_share_sudo(args).company_id

    @classmethod
    def _get_upload_share_sudo(cls, args):
        """Return the share that the visitor may put files into, sudoed, or None."""
        marks = request.session.get("portal_share_marks", ())
        try:
            return request.env["customer.portal.share"]._open_sudo(
                args["token"], marks, "upload"
            )
        except ShareRefused:
            return None
