from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Who may anonymize contacts, where the addon is installed.
_ANONYMIZER = "privacy_partner_to_be_forgotten.group_partner_anonymize"


class CustomerPortalUserRemoval(models.TransientModel):
    """Say what goes and what stays before portal users are removed."""

    _name = "customer.portal.user.removal"
    _description = "Remove Portal Users"

    user_ids = fields.Many2many(
        "res.users",
        "customer_portal_user_removal_rel",
        string="Portal Users",
        required=True,
        context={"active_test": False},
        default=lambda self: [Command.set(self.env.context.get("active_ids", []))],
    )
    notify = fields.Boolean(string="Notify them by e-mail", default=True)
    anonymize = fields.Boolean(
        string="Anonymize their contacts",
        help="Name and address are replaced in the contacts. This cannot be undone.",
    )
    can_anonymize = fields.Boolean(compute="_compute_can_anonymize")
    summary = fields.Html(compute="_compute_summary")

    def _compute_can_anonymize(self):
        self.can_anonymize = self._has_anonymizing()

    @api.model
    def _has_anonymizing(self):
        """Tell whether OCA's privacy_partner_to_be_forgotten is there, and lets the user."""
        return self.env.user.has_group(_ANONYMIZER)

    @api.depends("user_ids")
    @api.depends_context("lang")
    def _compute_summary(self):
        for removal in self:
            # the web client names them without having been asked
            users = removal.user_ids._origin
            users_sudo = users._get_managed_sudo() if users else users
            removal.summary = self.env["ir.qweb"]._render(
                "customer_portal_shares.portal_user_removal_summary",
                {
                    "lost": [
                        (label, len(records))
                        for label, records in (
                            *users_sudo._get_portal_proofs(),
                            *users_sudo._get_portal_access(),
                        )
                        if records
                    ],
                    "kept": users_sudo._get_portal_kept(),
                },
            )

    def action_remove(self):
        """Remove the users."""
        self.ensure_one()
        self.check_access("write")
        users = self.with_context(active_test=False).user_ids
        if not users:
            raise UserError(self.env._("Please choose who is to be removed."))
        users.action_portal_remove(notify=self.notify)
        if self.anonymize and self._has_anonymizing():
            # sudo: res.users, res.partner - removed just now; the addon rewrites their logins too
            for partner_sudo in users.sudo().partner_id:
                partner_sudo.with_context(active_test=False).anonymize_partner_data()
        return {"type": "ir.actions.act_window_close"}
