from odoo import SUPERUSER_ID, http
from odoo.http import request

from odoo.addons.customer_portal_docs.controllers.responses import parse_id
from odoo.addons.customer_portal_docs.exceptions import PortalRefusal
from odoo.addons.web.controllers.binary import Binary


class PortalLogo(Binary):
    @http.route(methods=["GET"])
    def company_logo(self, dbname=None, **kw):
        """Answer the logo that the portal has for a company, else the company's own.

        Here, and not in the templates: mails, those of core as well, ask for this address.
        """
        stream = _get_portal_logo_stream(kw.get("company")) if request.db else None
        return stream.get_response() if stream else super().company_logo(dbname, **kw)


def _get_portal_logo_stream(company_id):
    try:
        company_id = parse_id(company_id)
    except PortalRefusal:
        company_id = None
    if not company_id:
        return None
    # sudo: res.company - its logo is for everybody; there is no user on this route
    env = request.env(user=SUPERUSER_ID)
    company_sudo = env["res.company"].browse(company_id).exists()
    if not company_sudo.with_context(bin_size=True).portal_logo:
        return None
    return env["ir.binary"]._get_stream_from(company_sudo, "portal_logo")
