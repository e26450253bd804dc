from odoo import fields, models
from odoo.exceptions import UserError


class CustomerPortalUserPassword(models.TransientModel):
    """Give one customer a password by hand. The dialog keeps a hash of it and nothing else."""

    _name = "customer.portal.user.password"
    _inherit = "customer.portal.share.password.mixin"
    _description = "New Password of a Portal User"

    user_id = fields.Many2one(
        "res.users",
        string="Portal User",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
        ondelete="cascade",
    )
    # the hint in the field says it: a question mark would be part of its name
    password = fields.Char(help="")

    def action_set(self):
        """Set the password; all that the user logged in with ends."""
        self.ensure_one()
        self.check_access("write")
        # sudo: customer.portal.user.password - the hash goes from the one to the other
        password_hash = self.sudo().password_hash
        if not password_hash:
            raise UserError(self.env._("Please type a password."))
        self.user_id._set_portal_password_hash(password_hash)
        return {"type": "ir.actions.act_window_close"}
