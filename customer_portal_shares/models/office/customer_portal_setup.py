from odoo import api, models


class CustomerPortalSetup(models.AbstractModel):
    """How the portal looks."""

    _inherit = "customer.portal.setup"

    @api.model
    def _is_for_me(self):
        return super()._is_for_me() or self.env.user.has_group(
            "customer_portal_shares.group_portal_manager"
        )

    @api.model
    def _get_steps(self):
        steps = super()._get_steps()
        if self.env["customer.portal.branding"].has_access("write"):
            brand = self.env.company._get_portal_branding()
            steps.append(
                {
                    "title": self.env._("Make it yours"),
                    "text": self.env._("Logo, welcome message, links and copyright"),
                    "is_done": bool(
                        brand["has_logo"] or brand["welcome"] or brand["copyright"]
                    ),
                    "action": "customer_portal_shares.customer_portal_branding_action",
                }
            )
        return steps

    @api.model
    def _get_users_hint(self):
        if self.env.user.has_group("customer_portal_shares.group_portal_manager"):
            return self.env._("New User for one, Invite Many for a list of them")
        return super()._get_users_hint()

    @api.model
    def _get_users_action(self):
        if self.env.user.has_group("customer_portal_shares.group_portal_manager"):
            return "customer_portal_shares.res_users_action_portal"
        return super()._get_users_action()
