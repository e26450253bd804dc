from odoo import api, fields, models
from odoo.fields import Domain


class CustomerPortalStaffMixin(models.AbstractModel):
    """A record of a company of ours that one of its staff answers for: its ``user_id``."""

    _name = "customer.portal.staff.mixin"
    _description = "Record of a Member of Staff"

    user_has_left = fields.Boolean(
        compute="_compute_user_has_left",
        compute_sudo=True,
        search="_search_user_has_left",
        groups="base.group_user",
        help="The user has left, or has no access to the company any more.",
    )

    @api.depends("company_id", "user_id.active", "user_id.company_ids", "user_id.share")
    def _compute_user_has_left(self):
        for record in self:
            user = record.user_id
            record.user_has_left = bool(user - user._filter_staff(record.company_id))

    @api.model
    def _search_user_has_left(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: res.users, res.company - who works for us, and for whom
        Users_sudo = self.env["res.users"].sudo()
        companies_sudo = self.env["res.company"].sudo().search([("active", "=", True)])
        staff = Domain("active", "=", True) & Domain("share", "=", False)
        works = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "user_id",
                "in",
                Users_sudo._search(staff & Domain("company_ids", "in", company.ids)),
            )
            for company in companies_sudo
        )
        left = Domain("user_id", "!=", False) & ~works
        return left if True in value else ~left
