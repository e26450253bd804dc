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
        together = self.line_ids.grouped(lambda line: line.request_id.partner_id.lang)
        for lang, lines in together.items():
            lines.action_reject(self._get_reason(lang))
        return {"type": "ir.actions.act_window_close"}

    def _get_reason(self, lang):
        """Return the reason in a language: a frequent one is translated, as long as it is as chosen.

        :param lang: code of the customers' language, or False
        """
        if not lang or self.reason != self.reason_id.name:
            return self.reason
        return self.reason_id.with_context(lang=lang).name
