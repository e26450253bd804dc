from odoo import api, fields, models


class CustomerPortalDocument(models.Model):
    """A document that was asked for, and until when it is valid."""

    _inherit = "customer.portal.document"

    request_line_id = fields.Many2one(
        "customer.portal.request.line",
        string="Asked For By",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
        groups="customer_portal_docs.group_document_user",
    )
    valid_until = fields.Date(
        index="btree_not_null",
        tracking=True,
        help="The last day on which the document is valid, such as a certificate or insurance.",
    )

    def write(self, vals):
        # sudo: customer.portal.request.line - whoever takes a document away
        lines_sudo = self.sudo().request_line_id if "active" in vals else None
        result = super().write(vals)
        if lines_sudo:
            lines_sudo._revise_state()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_from_request(self):
        # sudo: customer.portal.request.line - as above
        for line_sudo in self.sudo().request_line_id:
            if line_sudo.state == "received" and not (line_sudo.document_ids - self):
                line_sudo.state = "missing"
