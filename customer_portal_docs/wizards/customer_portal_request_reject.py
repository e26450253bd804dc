from odoo import api, fields, models


class CustomerPortalRequestReject(models.TransientModel):
    _name = "customer.portal.request.reject"
    _description = "Reject Documents"

    line_ids = fields.Many2many(
        "customer.portal.request.line", string="Lines", required=True
    )
    reason_id = fields.Many2one(
        "customer.portal.request.reason", string="Frequent Reason"
    )
    reason = fields.Text(
        compute="_compute_reason",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="Sent to the customer by e-mail.",
    )

    @api.depends("reason_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.reason_id.name or wizard.reason

    def action_reject(self):
        """Reject the lines with the reason."""
        self.ensure_one()
        self.line_ids.action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
