from odoo import fields, models


class CustomerPortalRequestLink(models.Model):
    """The link by which the contact who is asked opens one request without logging in."""

    _name = "customer.portal.request.link"
    _description = "Personal Link to a Document Request"
    _inherit = ["customer.portal.personal.link.mixin"]
    _order = "id"

    request_id = fields.Many2one(
        "customer.portal.request", required=True, index=True, ondelete="cascade"
    )

    def _get_portal_link_company_sudo(self):
        # sudo: res.company - the settings of links
        return self.sudo().request_id.company_id

    def _has_reason(self):
        """It ends with the request, with the contact, and when the request is not theirs.

        It opens nothing while our company is archived: no staff would see what comes by it.
        """
        request, partner = self.request_id, self.request_id.partner_id
        return (
            request.state == "open"
            and request.active
            and request.company_id.active
            and partner.active
            and request._is_for(partner)
        )
