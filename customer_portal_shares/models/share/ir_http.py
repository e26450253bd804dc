from odoo import models
from odoo.http import request

from ...exceptions import ShareRefused


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_public(cls):
        # core asks the database whether the public user, whom nobody can delete, is still there:
        # twice for each page, once of it to find the visitor's language
        is_page = request.httprequest.path.startswith("/share/")
        if request.env.uid is not None or not is_page:
            return super()._auth_method_public()
        # the last one: that of the website, where there is one
        return request.update_env(user=cls._get_public_users()[-1])

    @classmethod
    def _get_portal_upload_company_sudo(cls, rule, args):
        # the gate is asked before a byte is kept, and again by the route itself
        if rule.endpoint.routing["portal_upload"] != "share":
            return super()._get_portal_upload_company_sudo(rule, args)
        marks = request.session.get("portal_share_marks", ())
        Share = request.env["customer.portal.share"]
        try:
            return Share._open_sudo(args["token"], marks, "upload").company_id
        except ShareRefused:
            return Share.sudo().company_id  # sudo: res.company - none of them
